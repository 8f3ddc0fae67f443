#include "travel/lessons.hpp"

#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::travel {
namespace {

base::Doc learned(const std::string& run, int64_t ended, const std::string& decisions) {
  base::Blocks blocks;
  auto parsed = base::parse_json(
      R"({"run":")" + run + R"(","workflow":"w","ended_ns":)" + std::to_string(ended) +
          R"(,"dropped":0,"conditions":[{"at":"/conditions/10/if","text":"b","basis":"x"},)" +
          R"({"at":"/conditions/9/if","text":"a","basis":"x"}],"decisions":[)" + decisions + "]}",
      blocks.arena());
  REQUIRE(parsed);
  return base::pack(*parsed);
}

std::string decision(int of, bool value, const std::string& outcome, int took) {
  return R"({"of":)" + std::to_string(of) + R"(,"at_ns":1,"value":)" + (value ? "true" : "false") +
         R"(,"outcome":")" + outcome + R"(","took_ns":)" + std::to_string(took) + R"(,"read":[]})";
}

}  // namespace

TEST_CASE("statistics tell how often a condition was true and how its sides went", "[travel]") {
  Lessons lessons;
  for (int i = 1; i <= 20; ++i) {
    const bool value = i % 4 != 0;
    lessons.add(learned("r" + std::to_string(100 + i), i,
                        decision(1, value, i % 5 == 0 ? "failed" : "succeeded", i * 10)));
  }
  lessons.add(learned("s", 50, R"({"of":1,"at_ns":1,"error":"path.missing","read":[]})"));
  const Learned all = lessons.statistics("w", 0);
  CHECK(all.runs == 21);
  REQUIRE(all.conditions.size() == 1);
  const ConditionLearned& one = all.conditions.front();
  CHECK(one.at == "/conditions/9/if");
  CHECK(one.count == 20);
  CHECK(one.errors == 1);
  CHECK(one.hit_rate() == 0.75);
  CHECK(one.when_true.count == 15);
  CHECK(one.when_true.failed == 3);
  CHECK(one.when_true.succeeded == 12);
  CHECK(one.when_false.count == 5);
  CHECK(one.when_false.failed == 1);
  CHECK(one.when_false.mean_ns == 120);
  CHECK(one.when_false.p95_ns == 200);
}

TEST_CASE("a run counts once however often it is told, and conditions go by place", "[travel]") {
  Lessons lessons;
  lessons.add(learned("r", 1, decision(0, true, "succeeded", 5)));
  lessons.add(
      learned("r", 1, decision(0, true, "succeeded", 5) + "," + decision(1, false, "failed", 7)));
  const Learned all = lessons.statistics("w", 0);
  CHECK(all.runs == 1);
  REQUIRE(all.conditions.size() == 2);
  CHECK(all.conditions[0].text == "a");
  CHECK(all.conditions[1].text == "b");
  CHECK(all.conditions[1].count == 1);
}

TEST_CASE("what was cancelled or sent elsewhere is neither success nor failure", "[travel]") {
  Lessons lessons;
  lessons.add(learned(
      "r", 1, decision(0, true, "cancelled", 5) + "," + decision(0, true, "redirected", 5)));
  const SideLearned side = lessons.statistics("w", 0).conditions.front().when_true;
  CHECK(side.count == 2);
  CHECK(side.succeeded + side.failed == 0);
  CHECK_FALSE(side.mean_ns.has_value());
}

TEST_CASE("runs that ended before a reset are dropped", "[travel]") {
  Lessons lessons;
  lessons.add(learned("r", 10, decision(0, true, "succeeded", 5)));
  lessons.add(learned("s", 11, decision(0, true, "succeeded", 5)));
  lessons.drop_until(10);
  CHECK(lessons.statistics("w", 10).runs == 1);
}

}  // namespace weft::travel
