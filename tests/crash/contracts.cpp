// What each effect contract promises, by the ledger of another process: how often a call was made
// when the process that made it was killed before the answer came.
#include "catch.hpp"
#include "life.hpp"

namespace crash {
namespace {

std::vector<std::string> parts_of(const std::string& key) {
  std::vector<std::string> parts(1);
  for (const char c : key) {
    if (c == '/') {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

TEST_CASE("a pure or reading call in doubt is made again and nobody is asked", "[crash]") {
  const std::string tool = GENERATE("pure", "read");
  INFO(tool);
  Life life;
  life.define(life.step("first", "once") + "," + life.step("harmless", tool) + "," +
              life.step("last", "once"));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.of("harmless").calls == 1);
  CHECK(life.live() == ended);
  CHECK(life.of("harmless").calls == 2);
  CHECK(life.of("harmless").keys == std::vector<std::string>{"-", "-"});
  CHECK(life.of("first").calls == 1);
  CHECK(life.of("last").calls == 1);
}

TEST_CASE("an idempotent call in doubt is made again with the same key", "[crash]") {
  Life life;
  life.define(life.step("first", "once") + "," + life.step("keyed", "keyed"));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == ended);
  REQUIRE(life.of("keyed").calls == 2);
  CHECK(life.of("keyed").keys[0] == life.of("keyed").keys[1]);
  CHECK(life.of("keyed").attempts == std::vector<uint32_t>{1, 2});
  CHECK(life.of("first").calls == 1);
}

TEST_CASE("the key is the same for every attempt, before a crash and after it", "[crash]") {
  Life life;
  life.define(
      life.step("keyed", "keyed", R"(,"retry":{"max_attempts":6,"initial":"1ms","jitter":0})", 3));
  REQUIRE(life.dies_in_call(2));
  REQUIRE(life.dies_in_call(1));
  CHECK(life.live() == ended);
  const Entry& entry = life.of("keyed");
  REQUIRE(entry.calls == 4);
  for (const std::string& key : entry.keys) CHECK(key == entry.keys[0]);
  CHECK(entry.attempts == std::vector<uint32_t>{1, 2, 3, 4});
}

TEST_CASE("a key is made of run, frame, node and visit, so no two steps share one", "[crash]") {
  const auto play = [](Life& life) {
    life.define(life.step("a", "keyed") + R"(,{"id":"block","steps":[)" + life.step("b", "keyed") +
                "," + life.step("c", "once") + "]}");
    REQUIRE(life.live() == ended);
  };
  Life one, other;
  play(one);
  play(other);
  std::vector<std::string> keys;
  for (Life* life : {&one, &other}) {
    for (const char* step : {"a", "b", "c"}) {
      REQUIRE(life->of(step).calls == 1);
      keys.push_back(life->of(step).keys[0]);
    }
  }
  for (size_t i = 0; i < keys.size(); ++i) {
    REQUIRE(parts_of(keys[i]).size() == 4);
    for (size_t j = 0; j < i; ++j) CHECK(keys[i] != keys[j]);
  }
  // Frame 0 is the run's own block and frame 1 the one in it; their nodes are counted from 0.
  const auto a = parts_of(keys[0]), b = parts_of(keys[1]), c = parts_of(keys[2]);
  CHECK((a[0] == b[0] && b[0] == c[0]));
  CHECK((a[1] == "0" && b[1] == "1" && c[1] == "1"));
  CHECK((a[2] == "0" && b[2] == "0" && c[2] == "1"));
  CHECK(parts_of(keys[3])[0] != a[0]);
}

TEST_CASE("a call that must not be repeated waits for a person when it is in doubt", "[crash]") {
  Life life;
  life.define(life.step("first", "once") + "," + life.step("doubted", "once") + "," +
              life.step("last", "once"));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == waits);
  CHECK(life.live() == waits);
  life.ask_for_doubts();
  CHECK(life.of("doubted").doubts == 1);
  CHECK(life.of("first").doubts == 0);
  CHECK(life.of("doubted").calls == 1);
  CHECK(life.of("last").calls == 0);
  SECTION("who calls it again, once") {
    CHECK(life.live({}, Unknown::again) == ended);
    CHECK(life.of("doubted").calls == 2);
    CHECK(life.of("last").calls == 1);
  }
  SECTION("who calls it again, and then it is in doubt again") {
    CHECK_FALSE(life.live({.when = Blow::When::in_call, .call = 1}, Unknown::again));
    CHECK(life.live() == waits);
    CHECK(life.of("doubted").calls == 2);
  }
  SECTION("who gives it up") {
    CHECK(life.live({}, Unknown::fail) == failed);
    CHECK(life.of("doubted").calls == 1);
    CHECK(life.of("last").calls == 0);
  }
  CHECK(life.of("first").calls == 1);
}

TEST_CASE("a call whose answer is durable is never made again", "[crash]") {
  const std::string tool = GENERATE("once", "keyed", "undone");
  INFO(tool);
  Life life;
  life.define(life.step("first", tool) + "," + life.step("second", "keyed") + "," +
              life.step("third", "keyed"));
  REQUIRE(life.dies_in_call(2));
  REQUIRE(life.dies_in_call(2));
  CHECK(life.live() == ended);
  CHECK(life.of("first").calls == 1);
  CHECK(life.of("second").calls == 2);
}

TEST_CASE("a call that must not be repeated is not tried again when it fails", "[crash]") {
  Life life;
  life.define(life.step("once", "once", "", 1) + "," + life.step("after", "once"),
              R"_(,"error_strategy":"retry(3)")_");
  CHECK(life.live() == failed);
  CHECK(life.of("once").calls == 1);
  CHECK(life.of("after").calls == 0);
}

TEST_CASE("an effect is announced before it is made, so its run is known", "[crash]") {
  const std::string tool = GENERATE("keyed", "undone", "once");
  INFO(tool);
  Life life;
  life.define(life.step("effect", tool));
  REQUIRE(life.dies_in_call(1));
  const auto code = life.live();
  CHECK(code == (tool == "keyed" ? ended : waits));
  // Had the run been lost, another one would have begun, with another key.
  for (const std::string& key : life.of("effect").keys) CHECK(key == life.of("effect").keys[0]);
}

}  // namespace
}  // namespace crash
