#include "travel/propose.hpp"

#include <string>
#include <vector>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::travel {
namespace {

// Decisions of one condition, written down by hand.
class Records final {
 public:
  explicit Records(std::string_view text) {
    asked_.at = "/conditions/0/if";
    asked_.text = text;
    asked_.basis = "b";
  }

  // read: [[name, first, took_first, code, value?]...] in JSON.
  void add(bool value, std::string_view read, std::string_view outcome = "succeeded") {
    add_json(R"({"at_ns":0,"value":)" + std::string(value ? "true" : "false") + R"(,"outcome":")" +
             std::string(outcome) + R"(","read":)" + std::string(read) + "}");
  }
  void add_json(const std::string& json) {
    auto parsed = base::parse_json(json, blocks_.arena());
    REQUIRE(parsed);
    asked_.decisions.push_back(*parsed);
    asked_.runs.push_back("run");
  }
  std::vector<Proposal> proposals() {
    Builder b(blocks_.arena());
    b.text(asked_.text);
    return propose(asked_, b.take_value());
  }

 private:
  base::Blocks blocks_;
  Asked asked_;
};

std::string input(std::string_view name, const std::string& value) {
  return R"(["$input",")" + std::string(name) + R"(",true,"",)" + value + "]";
}

std::string score(int value) { return "[" + input("score", std::to_string(value)) + "]"; }

// a is mostly true and b mostly false.
void add_pairs(Records& records, int count) {
  for (int i = 0; i < count; ++i) {
    const bool a = i % 4 != 0, b = i % 4 == 1;
    records.add(a && b, "[" + input("a", a ? "true" : "false") + "," +
                            input("b", b ? "true" : "false") + "]");
  }
}

}  // namespace

TEST_CASE("the operand that decides most often is proposed to come first", "[travel]") {
  Records records("$input.a and $input.b");
  add_pairs(records, 40);
  const auto all = records.proposals();
  REQUIRE(all.size() == 1);
  const Proposal& one = all.front();
  CHECK(one.kind == "reorder");
  CHECK(one.becomes == "$input.b and $input.a");
  CHECK(one.reason == "($input.b) decides 30 of 40, ($input.a) 10: operands looked at 1.8 -> 1.3");
  CHECK(one.objection.empty());
  CHECK(one.other_way == 0);
  CHECK(one.patch.to_json() ==
        R"([{"op":"test","path":"/conditions/0/if","value":"$input.a and $input.b"},)"
        R"({"op":"replace","path":"/conditions/0/if","value":"$input.b and $input.a"}])");
}

TEST_CASE("twenty decisions are needed before anything is proposed", "[travel]") {
  Records few("$input.a and $input.b"), enough("$input.a and $input.b");
  add_pairs(few, 19);
  add_pairs(enough, 20);
  CHECK(few.proposals().empty());
  CHECK(enough.proposals().size() == 1);
}

TEST_CASE("an operand stays behind one that speaks of the same thing", "[travel]") {
  Records records("exists(order.total) and order.total > 9000");
  for (int i = 0; i < 30; ++i) {
    records.add(false, R"([["order","total",true,"",)" + std::to_string(i) + "]]");
  }
  CHECK(records.proposals().empty());
}

TEST_CASE("an order in which a recorded decision would fail cannot be accepted", "[travel]") {
  Records records("$input.strict and $input.limit > 100");
  for (int i = 0; i < 30; ++i) {
    const bool is_strict = i < 27;
    const std::string limit = is_strict ? input("limit", std::to_string(i))
                                        : R"(["$input","limit",false,"path.missing"])";
    records.add(false, "[" + input("strict", is_strict ? "true" : "false") + "," + limit + "]");
  }
  const auto all = records.proposals();
  REQUIRE(all.size() == 1);
  CHECK(all.front().objection ==
        "in 3 of 30 decisions it could not be had, first in run run: path.missing");
}

TEST_CASE("records that do not come out as recorded speak for nothing", "[travel]") {
  Records records("$input.a and $input.b");
  add_pairs(records, 40);
  records.add(true, "[" + input("a", "false") + "," + input("b", "true") + "]");
  const auto all = records.proposals();
  REQUIRE(all.size() == 1);
  CHECK(all.front().objection.starts_with("1 of 41 decisions do not come out as recorded"));
}

TEST_CASE("where a condition reads what nobody may see nothing is proposed", "[travel]") {
  Records records("$input.a and $input.b");
  add_pairs(records, 40);
  records.add_json(R"({"at_ns":0,"value":true,"hidden":true,"read":[]})");
  CHECK(records.proposals().empty());
}

TEST_CASE("a threshold moves to where the sides would have failed less", "[travel]") {
  Records records("$input.score >= 50");
  // From 50 to 69 the side of the true fails; what lies below and above goes well.
  for (int i = 0; i < 100; i += 4) {
    const bool is_bad = i >= 50 && i < 70;
    records.add(i >= 50, score(i), is_bad ? "failed" : "succeeded");
  }
  const auto all = records.proposals();
  REQUIRE(all.size() == 1);
  CHECK(all.front().kind == "threshold");
  CHECK(all.front().becomes == "$input.score >= 72");
  CHECK(all.front().records == 25);
  CHECK(all.front().other_way == 5);
  CHECK(all.front().reason ==
        "20 of 25 sides went well; with 72 5 decisions would have gone the other way, of which 5 "
        "failed");
  CHECK(all.front().objection.empty());
}

// Of those from 50 to 61 a third went well, and of the other side less.
TEST_CASE("a threshold stays where the other side goes no better", "[travel]") {
  Records records("$input.score >= 50");
  for (int i = 0; i < 10; ++i) records.add(false, score(i), i < 7 ? "failed" : "succeeded");
  for (int i = 50; i < 64; ++i) {
    records.add(true, score(i), i >= 54 && i < 62 ? "failed" : "succeeded");
  }
  CHECK(records.proposals().empty());
}

TEST_CASE("a threshold needs five records of either side, and three that it makes right",
          "[travel]") {
  Records few_false("$input.score >= 50"), little("$input.score >= 50");
  for (int i = 0; i < 40; ++i) {
    const int value = i < 4 ? i : 50 + i;
    few_false.add(value >= 50, score(value), i >= 4 && i < 20 ? "failed" : "succeeded");
    const int spread = i * 2 + 20;
    little.add(spread >= 50, score(spread), spread == 50 || spread == 52 ? "failed" : "succeeded");
  }
  CHECK(few_false.proposals().empty());
  CHECK(little.proposals().empty());
}

TEST_CASE("only decisions that hang on the comparison speak for its threshold", "[travel]") {
  Records records("$input.vip or $input.score >= 50");
  for (int i = 0; i < 100; i += 2) {
    const bool is_vip = i % 4 == 0;
    const bool is_bad = !is_vip && i >= 50 && i < 70;
    records.add(is_vip || i >= 50,
                "[" + input("vip", is_vip ? "true" : "false") + "," +
                    input("score", std::to_string(i)) + "]",
                is_bad ? "failed" : "succeeded");
  }
  const auto all = records.proposals();
  REQUIRE(all.size() == 1);
  CHECK(all.front().becomes == "$input.vip or $input.score >= 70");
  CHECK(all.front().reason.starts_with("20 of 25 sides went well"));
  CHECK(all.front().records == 50);
  CHECK(all.front().other_way == 5);
}

}  // namespace weft::travel
