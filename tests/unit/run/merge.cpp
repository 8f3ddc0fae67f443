#include "run/merge.hpp"

#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::run {
namespace {

using spec::MergePolicy;
using spec::Reducer;

// Branches that wrote, over what there was.
class Bench final {
 public:
  explicit Bench(std::string_view base, MergePolicy policy = MergePolicy::error)
      : base_(value(base)), target_(base_) {
    merge_.policy = policy;
  }

  Arena arena() { return blocks_.arena(); }
  Value value(std::string_view json) { return *base::parse_json(json, blocks_.arena()); }
  void target(std::string_view json) { target_ = value(json); }
  void reduce(Path path, Reducer how) { merge_.reduces.push_back({std::move(path), how}); }

  Merging begin() {
    const auto custom = [](uint32_t, Value bindings) -> Result<Value> { return bindings; };
    return {{merge_, custom, blocks_.arena()}, base_, target_};
  }

  plan::Merge merge_;

 private:
  base::Blocks blocks_;
  Value base_, target_;
};

std::string merged(Bench& bench, std::initializer_list<std::pair<const char*, const char*>> all) {
  Merging merging = bench.begin();
  int number = 0;
  for (const auto& [variables, writes] : all) {
    auto done =
        merging.add("b" + std::to_string(number++), bench.value(variables), bench.value(writes));
    if (!done) return done.error().code + ": " + done.error().message;
  }
  const auto settled = merging.settled();
  if (!settled) return settled.error().code + ": " + settled.error().message;
  return base::json_text(merging.variables());
}

TEST_CASE("paths that differ come together, equal values do not conflict", "[merge]") {
  Bench bench(R"({"a":{"x":0,"y":0},"b":0,"c":7})");
  CHECK(merged(bench, {{R"({"a":{"x":1,"y":0},"b":2,"c":7})", R"(["a.x","b"])"},
                       {R"({"a":{"x":0,"y":3},"b":2,"c":7})", R"(["a.y","b"])"}}) ==
        R"({"a":{"x":1,"y":3},"b":2,"c":7})");
}

TEST_CASE("a path conflicts with itself, with what stands above it and below it", "[merge]") {
  const char* const base = R"({"a":{"x":0,"y":0}})";
  Bench bench(base);
  CHECK(merged(bench, {{R"({"a":{"x":1,"y":0}})", R"(["a.x"])"},
                       {R"({"a":{"x":2,"y":0}})", R"(["a.x"])"}}) ==
        "state.conflict: b0 and b1 changed 'a.x' to different values");
  CHECK(merged(bench, {{R"({"a":5})", R"(["a"])"}, {R"({"a":{"x":2,"y":0}})", R"(["a.x"])"}}) ==
        "state.conflict: b0 and b1 changed 'a.x' to different values");
  CHECK(merged(bench, {{R"({"a":{"x":2,"y":0}})", R"(["a.x"])"}, {R"({"a":5})", R"(["a"])"}}) ==
        "state.conflict: b0 and b1 changed 'a' to different values");
}

TEST_CASE("a write of what stood there is no change", "[merge]") {
  Bench bench(R"({"a":1})");
  CHECK(merged(bench, {{R"({"a":2})", R"(["a"])"}, {R"({"a":1})", R"(["a"])"}}) == R"({"a":2})");
}

TEST_CASE("the first or the last writer counts by order", "[merge]") {
  Bench last(R"({"a":0})", MergePolicy::last_writer);
  Bench first(R"({"a":0})", MergePolicy::first_writer);
  for (const auto& [bench, expected] : {std::pair{&last, R"({"a":2})"}, {&first, R"({"a":1})"}}) {
    CHECK(merged(*bench, {{R"({"a":1})", R"(["a"])"}, {R"({"a":2})", R"(["a"])"}}) == expected);
  }
}

TEST_CASE("what somebody changed from outside counts as a branch before all others", "[merge]") {
  for (const auto& [policy, expected] :
       {std::pair{MergePolicy::error,
                  "state.conflict: an update from outside and b0 changed 'a' "
                  "to different values"},
        {MergePolicy::last_writer, R"({"a":1,"b":9})"},
        {MergePolicy::first_writer, R"({"a":8,"b":9})"}}) {
    Bench bench(R"({"a":0,"b":0})", policy);
    bench.target(R"({"a":8,"b":9})");
    CHECK(merged(bench, {{R"({"a":1,"b":0})", R"(["a"])"}}) == expected);
  }
  Bench sums(R"({"a":10})");
  sums.target(R"({"a":15})");
  sums.reduce({"a"}, Reducer::sum);
  CHECK(merged(sums, {{R"({"a":11})", R"(["a"])"}, {R"({"a":12})", R"(["a"])"}}) == R"({"a":18})");
}

TEST_CASE("a reducer of a path takes whatever was written below it, once", "[merge]") {
  Bench bench(R"({"a":{"n":{"x":1}}})");
  bench.reduce({"a", "n"}, Reducer::merge_deep);
  CHECK(merged(bench, {{R"({"a":{"n":{"x":2,"y":3}}})", R"(["a.n.x","a.n.y"])"},
                       {R"({"a":{"n":{"x":1,"z":4}}})", R"(["a.n.z"])"}}) ==
        R"({"a":{"n":{"x":2,"y":3,"z":4}}})");
  CHECK(merged(bench, {{R"({"a":{"n":{"x":2}}})", R"(["a.n.x"])"},
                       {R"({"a":{"n":{"x":3}}})", R"(["a.n.x"])"}})
            .starts_with("state.conflict: b0 and b1 changed 'a.n'"));
}

TEST_CASE("going on from what was merged before comes to the same", "[merge]") {
  for (const auto policy : {MergePolicy::last_writer, MergePolicy::first_writer}) {
    Bench bench(R"({"a":0,"s":5})", policy);
    bench.reduce({"s"}, Reducer::sum);
    const std::initializer_list<std::pair<const char*, const char*>> all{
        {R"({"a":1,"s":6})", R"(["a","s"])"},
        {R"({"a":2,"s":7})", R"(["a","s"])"},
        {R"({"a":3,"s":5})", R"(["a"])"}};
    const std::string at_once = merged(bench, all);
    Value told;
    int number = 0;
    for (const auto& [given, paths] : all) {
      Merging merging = bench.begin();
      REQUIRE(merging.resume(told));
      REQUIRE(merging.add("b" + std::to_string(number++), bench.value(given), bench.value(paths)));
      std::string list, by;
      for (const std::string& path : merging.writes()) list += ",\"" + path + "\"";
      for (const std::string_view who : merging.writers()) {
        by.append(",\"").append(who).append("\"");
      }
      told =
          bench.value(R"({"variables":)" + base::json_text(merging.variables()) + R"(,"writes":[)" +
                      list.substr(1) + R"(],"writers":[)" + by.substr(1) + "]}");
    }
    CHECK(base::json_text(told[Key("variables")]) == at_once);
  }
}

std::string question(Merging& merging, Bench& bench) {
  Builder b(bench.arena());
  merging.write_question(b);
  return base::json_text(b.take_value());
}

TEST_CASE("who wrote what contains a conflict or lies in it is part of it", "[merge]") {
  Bench bench(R"({"a":{"x":0,"y":0},"b":0})");
  Merging merging = bench.begin();
  const auto add = [&](const char* by, const char* variables, const char* writes) {
    REQUIRE(merging.add(by, bench.value(variables), bench.value(writes)));
  };
  add("p", R"({"a":{"x":1,"y":0},"b":0})", R"(["a.x"])");
  add("q", R"({"a":{"x":2,"y":0},"b":0})", R"(["a.x"])");
  add("r", R"({"a":{"x":0,"y":3},"b":1})", R"(["a.y","b"])");
  CHECK(question(merging, bench) == R"([{"path":"a.x","base":0,"values":[)"
                                    R"({"branch":"p","value":1},{"branch":"q","value":2}]}])");
  add("s", R"({"a":7,"b":0})", R"(["a"])");
  CHECK(question(merging, bench) == R"([{"path":"a","base":{"x":0,"y":0},"values":[)"
                                    R"({"branch":"p","value":{"x":1,"y":0}},)"
                                    R"({"branch":"q","value":{"x":2,"y":0}},)"
                                    R"({"branch":"r","value":{"x":1,"y":3}},)"
                                    R"({"branch":"s","value":7}]}])");
  CHECK(merging.settled().error().message == "p and q changed 'a.x' to different values");
  REQUIRE(merging.decide(bench.value(R"([{"path":"a","branch":"q"}])")));
  REQUIRE(merging.settled());
  CHECK(base::json_text(merging.variables()) == R"({"a":{"x":2,"y":0},"b":1})");
}

TEST_CASE("a conflict that is not decided stays one", "[merge]") {
  Bench bench(R"({"a":0,"b":0})");
  Merging merging = bench.begin();
  REQUIRE(merging.add("p", bench.value(R"({"a":1,"b":1})"), bench.value(R"(["a","b"])")));
  REQUIRE(merging.add("q", bench.value(R"({"a":2,"b":2})"), bench.value(R"(["a","b"])")));
  CHECK(merging.sides() == 4);
  REQUIRE(merging.decide(bench.value(R"([{"path":"a","value":5},{"path":"c","value":6}])")));
  CHECK(merging.settled().error().message == "p and q changed 'b' to different values");
  CHECK(base::json_text(merging.variables()) == R"({"a":5,"b":1})");
}

TEST_CASE("conflicts go along with what was merged before", "[merge]") {
  Bench bench(R"({"a":0})");
  Merging first = bench.begin();
  REQUIRE(first.add("p", bench.value(R"({"a":1})"), bench.value(R"(["a"])")));
  REQUIRE(first.add("q", bench.value(R"({"a":2})"), bench.value(R"(["a"])")));
  Builder b(bench.arena());
  b.begin_object();
  b.set(Key("variables"), first.variables());
  b.set(Key("writes"), bench.value(R"(["a"])"));
  b.set(Key("writers"), bench.value(R"(["p"])"));
  b.key(Key("conflicts"));
  first.write_sides(b);
  b.end_object();
  Merging second = bench.begin();
  REQUIRE(second.resume(b.take_value()));
  REQUIRE(second.add("r", bench.value(R"({"a":3})"), bench.value(R"(["a"])")));
  CHECK(question(second, bench) == R"([{"path":"a","base":0,"values":[{"branch":"p","value":1},)"
                                   R"({"branch":"q","value":2},{"branch":"r","value":3}]}])");
}

struct Row {
  Reducer how;
  const char *base, *merged, *value, *expected;
};

TEST_CASE("reducers fold what a branch made into what there is", "[merge]") {
  base::Blocks blocks;
  const auto value = [&](const char* json) {
    return json == nullptr ? Value() : *base::parse_json(json, blocks.arena());
  };
  for (const Row& row : {
           Row{Reducer::append, "[1]", "[1,2]", "[1,3]", "[1,2,3]"},
           Row{Reducer::append, "[1]", "[1,2]", "[3]", "[1,2,3]"},
           Row{Reducer::append, nullptr, nullptr, "4", "[4]"},
           Row{Reducer::append, "1", "1", "[3]", "state.reduce"},
           Row{Reducer::unite, "[1]", "[1,2]", "[1,2,3]", "[1,2,3]"},
           Row{Reducer::sum, "1", "3", "5", "7"},
           Row{Reducer::sum, nullptr, nullptr, "5", "5"},
           Row{Reducer::sum, "0.5", "1", "1", "1.5"},
           Row{Reducer::sum, "0", "9223372036854775807", "1", "state.reduce"},
           Row{Reducer::sum, "0", "1", "\"1\"", "state.reduce"},
           Row{Reducer::min, "5", "5", "7", "5"},
           Row{Reducer::min, "null", "null", "7", "7"},
           Row{Reducer::max, "5", "6", "7", "7"},
           Row{Reducer::max, "5", "6", "\"7\"", "state.reduce"},
           Row{Reducer::merge_deep, R"({"a":1})", R"({"a":1,"b":2})", R"({"a":3})",
               R"({"a":3,"b":2})"},
           Row{Reducer::merge_deep, R"({"a":1})", R"({"a":2})", R"({"a":3})", "state.conflict"},
       }) {
    const Folded folded{value(row.base), value(row.merged), value(row.value)};
    const auto made = reduced(row.how, folded, MergePolicy::error, blocks.arena());
    CHECK((made ? base::json_text(*made) : made.error().code) == row.expected);
  }
}

}  // namespace
}  // namespace weft::run
