// What is promised of effects that can be undone, by the ledger of another process.
#include <algorithm>

#include "catch.hpp"
#include "life.hpp"

namespace crash {
namespace {

using Order = std::vector<std::string>;

// Of a step: how it is undone, after some attempts that fail.
std::string undo(const Life& life, int fails = 0, const std::string& rest = "") {
  return R"(,"compensate":{)" + life.call("undo_{{original.parameters.step}}", "keyed", fails) +
         rest + "}";
}

TEST_CASE("a compensable call in doubt is undone before it is made again", "[crash]") {
  Life life;
  life.define(life.step("first", "once") + "," + life.step("paid", "undone", undo(life)) + "," +
              life.step("last", "once"));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == ended);
  CHECK(life.order() == Order{"first", "paid", "undo_paid", "paid", "last"});
  life.ask_for_doubts();
  CHECK(life.of("paid").doubts == 0);
}

TEST_CASE("a compensable call that cannot be undone waits for a person when it is in doubt",
          "[crash]") {
  Life life;
  life.define(life.step("paid", "undone") + "," + life.step("last", "once"));
  REQUIRE(life.dies_in_call(1));
  CHECK(life.live() == waits);
  life.ask_for_doubts();
  CHECK(life.of("paid").doubts == 1);
  CHECK(life.of("paid").calls == 1);
  CHECK(life.of("last").calls == 0);
}

TEST_CASE("a compensation in doubt is made again with its key, and then the step", "[crash]") {
  Life life;
  life.define(life.step("paid", "undone", undo(life)) + "," + life.step("last", "once"));
  REQUIRE(life.dies_in_call(1));
  REQUIRE(life.dies_in_call(1));
  CHECK(life.live() == ended);
  CHECK(life.order() == Order{"paid", "undo_paid", "undo_paid", "paid", "last"});
  const Entry& undone = life.of("undo_paid");
  CHECK(undone.keys[0] == undone.keys[1]);
  CHECK(undone.keys[0] != life.of("paid").keys[0]);
}

TEST_CASE("a compensation that fails is tried again with its key, through a crash", "[crash]") {
  Life life;
  life.define(
      life.step("paid", "undone",
                undo(life, 2, R"(,"retry":{"max_attempts":5,"initial":"1ms","jitter":0})")));
  REQUIRE(life.dies_in_call(1));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == ended);
  CHECK(life.order() == Order{"paid", "undo_paid", "undo_paid", "undo_paid", "paid"});
  const Entry& undone = life.of("undo_paid");
  for (const std::string& key : undone.keys) CHECK(key == undone.keys[0]);
  CHECK(undone.attempts == std::vector<uint32_t>{1, 2, 3});
}

// Whoever pays back tells payments apart by the key: with that of the first time, it would take the
// second for one that it has made already.
TEST_CASE("what was made again is undone again, with a key of its own", "[crash]") {
  Life life;
  life.define(life.step("paid", "undone", undo(life)) + "," + life.step("last", "once", "", 1),
              R"(,"on_failure":"compensate")");
  REQUIRE(life.dies_in_call(1));
  SECTION("as it is in doubt a second time") {
    REQUIRE(life.dies_in_call(2));
    CHECK(life.live() == failed);
    CHECK(life.order() ==
          Order{"paid", "undo_paid", "paid", "undo_paid", "paid", "last", "undo_paid"});
  }
  SECTION("as the run fails") {
    CHECK(life.live() == failed);
    CHECK(life.order() == Order{"paid", "undo_paid", "paid", "last", "undo_paid"});
  }
  std::vector<std::string> keys = life.of("undo_paid").keys;
  CHECK(keys.size() == life.of("paid").calls);
  std::sort(keys.begin(), keys.end());
  CHECK(std::adjacent_find(keys.begin(), keys.end()) == keys.end());
}

TEST_CASE("a step in doubt whose compensation fails for good waits for a person", "[crash]") {
  Life life;
  life.define(life.step("paid", "undone", undo(life, 9, R"(,"retry":{"max_attempts":1})")) + "," +
              life.step("last", "once"));
  REQUIRE(life.dies_in_call(1));
  CHECK(life.live() == waits);
  life.ask_for_doubts();
  CHECK(life.of("paid").doubts == 1);
  CHECK(life.order() == Order{"paid", "undo_paid"});
  SECTION("who makes it again") {
    CHECK(life.live({}, Unknown::again) == ended);
    CHECK(life.order() == Order{"paid", "undo_paid", "paid", "last"});
  }
  SECTION("who gives it up") {
    CHECK(life.live({}, Unknown::fail) == failed);
    CHECK(life.order() == Order{"paid", "undo_paid"});
  }
}

// What is declared undoes the call that is declared, and nobody said how to undo its alternative.
TEST_CASE("an alternative in doubt is not undone by the compensation of its step", "[crash]") {
  Life life;
  const std::string first = life.step("first", "undone", undo(life)) + ",";
  const bool has_first = GENERATE(false, true);
  life.define(
      (has_first ? first : "") +
      life.step("paid", "undone",
                R"(,"alternative":{)" + life.call("paid_elsewhere", "undone") + "}" + undo(life),
                1));
  REQUIRE(life.dies_in_call(has_first ? 3 : 2));
  CHECK(life.live() == waits);
  life.ask_for_doubts();
  CHECK(life.of("paid").doubts == 1);
  CHECK(life.of("paid_elsewhere").calls == 1);
  CHECK(life.of("undo_paid").calls == 0);
  CHECK(life.of("undo_first").calls == 0);
}

TEST_CASE("effects are undone the latest first, once each, through crashes", "[crash]") {
  Life life;
  life.define(life.step("a", "undone", undo(life)) + "," + life.step("b", "undone", undo(life)) +
                  "," + life.step("c", "undone", undo(life)) + "," +
                  life.step("last", "once", "", 1),
              R"(,"on_failure":"compensate")");
  REQUIRE(life.dies_in_call(5));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == failed);
  CHECK(life.order() ==
        Order{"a", "b", "c", "last", "undo_c", "undo_c", "undo_b", "undo_b", "undo_a"});
  for (const char* step : {"undo_b", "undo_c"}) {
    CHECK(life.of(step).keys[0] == life.of(step).keys[1]);
  }
}

}  // namespace
}  // namespace crash
