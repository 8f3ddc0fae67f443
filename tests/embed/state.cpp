// Values beside runs, as programs read and write them; in memory and in a store on disk.
#include "catch.hpp"

#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include <weft/state.hpp>
#include <weft/travel.hpp>

using namespace weft;
using namespace weft::lit;

namespace {

Document json(std::string_view text) {
  auto made = Document::parse_json(text);
  REQUIRE(made);
  return std::move(*made);
}

// A kernel, and where its values are.
struct House {
  explicit House(bool on_disk) : folder("state." + std::to_string(getpid())) {
    if (on_disk) std::filesystem::create_directory(folder);
    store = on_disk ? "sqlite:" + folder + "/weft.db" : "memory:";
    kernel = open();
  }
  std::unique_ptr<Kernel> open() const {
    KernelOptions options;
    options.plugin_paths = {WEFT_PLUGINS};
    options.store = store;
    auto made = Kernel::create(std::move(options));
    REQUIRE(made);
    return std::move(*made);
  }
  ~House() {
    kernel.reset();
    std::filesystem::remove_all(folder);
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  Result<Outcome> run(const std::string& steps, const RunOptions& options = {}) const {
    const Loaded loaded = kernel->load(R"({"id": "flow", "steps": [)" + steps + "]}", "flow.json");
    INFO((loaded.problems.empty() ? std::string() : loaded.problems.front().message));
    REQUIRE(!loaded.workflow.empty());
    return kernel->run(loaded.workflow.front(), options);
  }

  std::string folder, store;
  std::unique_ptr<Kernel> kernel;
};

std::string text_of(const Result<StateEntry>& entry) {
  return entry ? entry->value.to_json() : entry.error().code;
}

std::string keys_of(const Result<std::vector<StateEntry>>& entries) {
  REQUIRE(entries);
  std::string keys;
  for (const StateEntry& entry : *entries) keys += entry.key + "=" + entry.value.to_json() + " ";
  return keys;
}

}  // namespace

TEST_CASE("a value that is set is read by runs, and what runs set is read back", "[state]") {
  const bool on_disk = GENERATE(false, true);
  const House house(on_disk);
  SharedState state(*house.kernel);
  REQUIRE(state.set("global", "limits.most", json("3").view()));
  auto outcome = house.run(
      R"({"id": "a", "set": {"$global.limits.least": "{{ $global.limits.most - 2 }}"}},
         {"id": "b", "tool": "echo", "parameters": {"input": "{{ $global }}"}})");
  REQUIRE(outcome);
  CHECK(outcome->result.to_json() == R"({"limits":{"most":3,"least":1}})");
  CHECK(text_of(state.get("global", "limits.least")) == "1");
  CHECK(text_of(state.get("global", "missing")) == "state.missing");
}

TEST_CASE("a write that expects something else changes nothing", "[state]") {
  const House house(GENERATE(false, true));
  SharedState state(*house.kernel);
  const Document one = json("1"), two = json("2"), none = json("null");
  StateWrite only_new, only_one;
  only_new.expect = none.view();
  only_one.expect = one.view();
  CHECK(state.set("user:ann", "visits", one.view(), only_new).value());
  CHECK_FALSE(state.set("user:ann", "visits", two.view(), only_new).value());
  CHECK(text_of(state.get("user:ann", "visits")) == "1");
  CHECK(state.set("user:ann", "visits", two.view(), only_one).value());
  CHECK_FALSE(state.erase("user:ann", "visits", only_one).value());
  CHECK(text_of(state.get("user:ann", "visits")) == "2");
}

TEST_CASE("all of an owner is listed, copied, moved and cleared", "[state]") {
  const House house(GENERATE(false, true));
  SharedState state(*house.kernel);
  REQUIRE(state.set("custom:a/b", "x", json("1").view()));
  REQUIRE(state.set("custom:a/b", "y%/z", json("[2]").view()));
  REQUIRE(state.set("custom:a", "x", json("9").view()));
  CHECK(state.copy("custom:a/b", "session:s").value() == 2);
  CHECK(keys_of(state.list("session:s")) == "x=1 y%/z=[2] ");
  CHECK(keys_of(state.list("custom:a")) == "x=9 ");
  CHECK(state.move("custom:a/b", "custom:a").value() == 2);
  CHECK(keys_of(state.list("custom:a/b")).empty());
  CHECK(keys_of(state.list("custom:a")) == "x=1 y%/z=[2] ");
  CHECK(state.clear("custom:a").value() == 2);
  CHECK(keys_of(state.list("custom:a")).empty());
  CHECK(state.move("session:s", "session:s").value() == 2);
  CHECK(keys_of(state.list("session:s")) == "x=1 y%/z=[2] ");
}

TEST_CASE("what is ephemeral lives as long as the kernel", "[state]") {
  const House house(true);
  {
    SharedState state(*house.kernel);
    StateWrite how;
    how.kind = "ephemeral";
    REQUIRE(state.set("global", "brief", json("1").view(), how));
    REQUIRE(state.set("global", "lasting", json("2").view()));
    CHECK(keys_of(state.list("global")) == "brief=1 lasting=2 ");
    const auto other = house.open();
    CHECK(keys_of(SharedState(*other).list("global")) == "lasting=2 ");
    CHECK(keys_of(state.list("global")) == "brief=1 lasting=2 ");
  }
}

TEST_CASE("two kernels of one store see what the other has written", "[state]") {
  const House house(true);
  const auto other = house.open();
  SharedState here(*house.kernel), there(*other);
  REQUIRE(here.set("global", "n", json("1").view()));
  CHECK(text_of(there.get("global", "n")) == "1");
  REQUIRE(there.set("global", "n", json("2").view()));
  auto outcome = house.run(R"({"id": "a", "tool": "echo", "parameters": {"input":
      "{{ $global.n }}"}})");
  REQUIRE(outcome);
  CHECK(outcome->result.to_json() == "2");
}

TEST_CASE("a sensitive value is shown to nobody who did not ask for it", "[state]") {
  const House house(true);
  SharedState state(*house.kernel);
  StateWrite how;
  how.kind = "sensitive";
  REQUIRE(state.set("user:ann", "phone", json(R"("0171 2345")").view(), how));
  CHECK(text_of(state.get("user:ann", "phone")) == R"("‹redacted:sensitive›")");
  CHECK(text_of(state.get("user:ann", "phone", true)) == R"("0171 2345")");
  // Who writes it again without a word does not make it public.
  REQUIRE(state.set("user:ann", "phone", json(R"("0171 6789")").view()));
  CHECK(text_of(state.get("user:ann", "phone")) == R"("‹redacted:sensitive›")");
  RunOptions options;
  options.user = "ann";
  auto outcome = house.run(
      R"({"id": "a", "tool": "echo", "parameters": {"input": "call {{ $user.phone }}"}})", options);
  REQUIRE(outcome);
  CHECK(outcome->result.to_json() == R"("call 0171 6789")");
  std::string told;
  REQUIRE(house.kernel->events(
      outcome->run, [&](const weft_event& e) { told += to_json(Value(e.data)) + "\n"; }));
  CHECK(told.find("6789") == std::string::npos);
  CHECK(told.find("call ‹redacted:sensitive›") != std::string::npos);
}

TEST_CASE("a run that speaks of a session is not started without one", "[state]") {
  const House house(false);
  auto outcome = house.run(R"({"id": "a", "set": {"$session.step": 1}})");
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == "state.no_owner");
  RunOptions options;
  options.session = "s-1";
  REQUIRE(house.run(R"({"id": "a", "set": {"$session.step": 1}})", options));
  CHECK(text_of(SharedState(*house.kernel).get("session:s-1", "step")) == "1");
}

TEST_CASE("a fork reads what lies there when it gets there, and keeps what it had read",
          "[state]") {
  const House house(true);
  SharedState state(*house.kernel);
  REQUIRE(state.set("global", "n", json("1").view()));
  const std::string steps =
      R"({"id": "a", "tool": "echo", "parameters": {"input": "{{ $global.n }}"}},
         {"id": "b", "tool": "echo", "parameters": {"input": ["{{ a }}", "{{ $global.n }}"]}})";
  auto first = house.run(steps);
  REQUIRE(first);
  CHECK(first->result.to_json() == "[1,1]");
  REQUIRE(state.set("global", "n", json("2").view()));
  ForkOptions options;
  options.step = "b";
  auto fork = house.kernel->fork(first->run, options);
  REQUIRE(fork);
  auto second = house.kernel->wait(*fork);
  REQUIRE(second);
  CHECK(second->result.to_json() == "[1,2]");
  auto replayed = house.kernel->replay(first->run, UINT64_MAX);
  REQUIRE(replayed);
  CHECK(replayed->differences.empty());
  CHECK(replayed->result.to_json() == "[1,1]");
}

TEST_CASE("what is no place and no class is refused by name", "[state]") {
  const House house(false);
  SharedState state(*house.kernel);
  const Document one = json("1");
  CHECK(state.set("globl", "x", one.view()).error().code == "state.place");
  CHECK(state.set("session", "x", one.view()).error().code == "state.place");
  CHECK(state.set("global:me", "x", one.view()).error().code == "state.place");
  CHECK(state.set("global", "a..b", one.view()).error().code == "path.invalid");
  StateWrite how;
  how.kind = "trusted";
  CHECK(state.set("global", "x", one.view(), how).error().code == "state.class");
  const Document large = json('"' + std::string(2'000'000, 'x') + '"');
  CHECK(state.set("global", "x", large.view()).error().code == "state.too_large");
  CHECK(keys_of(state.list("global")).empty());
}

TEST_CASE("dry_run_migration_changes_nothing", "[state]") {
  const House house(GENERATE(false, true));
  SharedState state(*house.kernel);
  REQUIRE(state.set("global", "name", json(R"("Ann Lee")").view()));
  const Document migration = json(
      R"({"version": 2, "transforms": [
        {"split": "name", "by": " ", "to": ["first", "last"]}, {"remove": "name"},
        {"default": "age", "value": "7"}, {"convert": "age", "to": "integer"},
        {"custom": "age * 2", "to": "doubled"}, {"copy": "last", "to": "person.family"},
        {"merge": ["last", "first"], "with": ", ", "to": "person.full"}]})");
  const std::string before = keys_of(state.list("global"));
  auto dry = state.migrate("global", migration.view(), true);
  REQUIRE(dry);
  CHECK(dry->from == 0);
  CHECK(dry->to == 2);
  CHECK(dry->keys.size() == 6);
  CHECK(keys_of(state.list("global")) == before);
  auto done = state.migrate("global", migration.view());
  REQUIRE(done);
  CHECK(keys_of(state.list("global")) == R"(age=7 doubled=14 first="Ann" last="Lee" )"
                                         R"(person={"family":"Lee","full":"Lee, Ann"} )");
}

TEST_CASE("failed_migration_rolls_back", "[state]") {
  const House house(GENERATE(false, true));
  SharedState state(*house.kernel);
  REQUIRE(state.set("global", "n", json(R"("many")").view()));
  const Document migration = json(
      R"({"version": 1, "transforms": [
        {"copy": "n", "to": "m"}, {"convert": "n", "to": "integer"}]})");
  auto failed = state.migrate("global", migration.view());
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message.starts_with("transform 2: "));
  CHECK(keys_of(state.list("global")) == R"(n="many" )");
  // And its version is not reached.
  const Document good = json(R"({"version": 1, "transforms": [{"copy": "n", "to": "m"}]})");
  CHECK(state.migrate("global", good.view()).value().from == 0);
  CHECK(keys_of(state.list("global")) == R"(m="many" n="many" )");
}

TEST_CASE("migration_twice_changes_nothing", "[state]") {
  const House house(GENERATE(false, true));
  SharedState state(*house.kernel);
  REQUIRE(state.set("global", "n", json("1").view()));
  const Document migration =
      json(R"({"version": 3, "transforms": [{"custom": "n + 1", "to": "n"}]})");
  REQUIRE(state.migrate("global", migration.view()));
  auto again = state.migrate("global", migration.view());
  REQUIRE(again);
  CHECK(again->from == again->to);
  CHECK(again->keys.empty());
  CHECK(keys_of(state.list("global")) == "n=2 ");
}
