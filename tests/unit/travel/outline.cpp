#include "travel/outline.hpp"

#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::travel {
namespace {

struct Outlined {
  explicit Outlined(std::string_view json) {
    auto value = base::parse_json(json, blocks.arena());
    REQUIRE(value);
    part = outline(*value);
  }
  std::string text() { return base::json_text(written(part, blocks.arena())); }

  base::Blocks blocks;
  Clause part;
};

// The parts of a condition, and leaves as they are.
std::string shape(const Clause& part) {
  if (part.parts.empty()) return part.expression;
  std::string text = part.kind == Clause::Kind::all ? "all(" : "any(";
  for (size_t i = 0; i < part.parts.size(); ++i) text += (i > 0 ? ", " : "") + shape(part.parts[i]);
  return text + ")";
}

}  // namespace

TEST_CASE("a condition falls into the operands that the language sees in it", "[travel]") {
  const auto [json, expected] = GENERATE(table<std::string, std::string>({
      {R"("a and b")", "all(a, b)"},
      {R"("a && b OR c")", "any(all(a, b), c)"},
      {R"("{{ a or b }}")", "any(a, b)"},
      {R"("(a or b) and c")", "all(any(a, b), c)"},
      {R"("not a and b")", "all(not a, b)"},
      {R"x("not (a and b)")x", "not (a and b)"},
      {R"("x.or and y['and']")", "all(x.or, y['and'])"},
      {R"("any(list) and f.and")", "all(any(list), f.and)"},
      {R"("name == 'a and b' or c")", "any(name == 'a and b', c)"},
      {R"({"and":["a","b or c",{"not":"d"}]})", "all(a, any(b, c), not (d))"},
      {R"({"or":[{"and":["a","b"]},{"expression":"c and d"}]})", "any(all(a, b), all(all(c, d)))"},
      {R"("always")", "true"},
      {"true", "true"},
  }));
  Outlined read(json);
  CHECK(shape(read.part) == expected);
  CHECK(read.text() == json);
}

TEST_CASE("operands change places with all that belongs to them", "[travel]") {
  Outlined text(R"("{{ (a or b)  and  c && d }}")");
  text.part.order = {2, 0, 1};
  text.part.parts[0].order = {1, 0};
  CHECK(text.text() == R"("{{ d  and  (b or a) && c }}")");
  Outlined object(R"({"and":["a",{"or":["b","c and d"]}]})");
  object.part.order = {1, 0};
  object.part.parts[1].order = {1, 0};
  object.part.parts[1].parts[1].order = {1, 0};
  CHECK(object.text() == R"({"and":[{"or":["d and c","b"]},"a"]})");
}

TEST_CASE("a threshold is a number that a single comparison holds something against", "[travel]") {
  const auto [text, compared, symbol, value] =
      GENERATE(table<std::string, std::string, std::string, double>({
          {"score >= 50", "score", ">=", 50},
          {"50 <= score", "score", ">=", 50},
          {"-1.5 < a.b + 2", "a.b + 2", ">", -1.5},
          {"len(list) > 3", "len(list)", ">", 3},
          {"score == 50", "", "", 0},
          {"score > other", "", "", 0},
          {"3 > 2", "", "", 0},
          {"not score > 3", "", "", 0},
          {"(score > 3) == true", "", "", 0},
      }));
  INFO(text);
  Outlined read('"' + text + '"');
  REQUIRE(read.part.threshold.has_value() == !compared.empty());
  if (compared.empty()) return;
  CHECK(read.part.threshold->compared == compared);
  CHECK(read.part.threshold->symbol == symbol);
  CHECK(read.part.threshold->value == value);
  read.part.instead = "7";
  const std::string other = read.text();
  CHECK(other.find('7') != std::string::npos);
  CHECK(other.find(compared) != std::string::npos);
}

}  // namespace weft::travel
