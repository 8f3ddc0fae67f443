// Runs that rest, and two hosts on one store.
#include "catch.hpp"

#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <weft/draft/sink.h>
#include <weft/kernel.hpp>
#include <weft/sdk/json.hpp>

using namespace weft;
using namespace weft::lit;

namespace {

// How often each step succeeded.
struct Successes {
  std::map<std::string, int> of;

  static const weft_sink* table() {
    static constexpr weft_sink table{
        sizeof table, 0, ~uint64_t{0}, &Successes::consume,
        [](void*, const weft_call*, weft_out*) noexcept { return weft_status{WEFT_OK}; }};
    return &table;
  }
  static void consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
    for (uint32_t i = 0; i < n; ++i) {
      if (to_view(events[i]->type) != "workflow.step.succeeded") continue;
      ++static_cast<Successes*>(self)->of[std::string(to_view(events[i]->step))];
    }
  }
};

// A kernel with a store of its own on disk.
struct House {
  House() : folder("rests." + std::to_string(getpid())) {
    std::filesystem::create_directory(folder);
    kernel = open();
  }
  // One more on the same store.
  std::unique_ptr<Kernel> open() {
    KernelOptions options;
    options.plugin_paths = {WEFT_PLUGINS};
    options.store = "sqlite:" + folder + "/weft.db";
    options.observer = Successes::table();
    options.observer_self = &successes;
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

  std::string start(const std::string& steps) const {
    const Loaded loaded = kernel->load(R"({"id": "rests", "steps": [)" + steps + "]}", "test.json");
    REQUIRE(!loaded.workflow.empty());
    auto run = kernel->start(loaded.workflow.front(), {});
    REQUIRE(run);
    while (kernel->turn()) continue;
    return *run;
  }
  Outcome wait(const std::string& run) const {
    auto outcome = kernel->wait(run);
    INFO((outcome ? std::string() : outcome.error().code + " " + outcome.error().message));
    REQUIRE(outcome);
    return std::move(*outcome);
  }

  std::string folder;
  Successes successes;
  std::unique_ptr<Kernel> kernel;
};

constexpr const char* waits_twice =
    R"({"id": "a", "wait": "100ms"}, {"id": "b", "wait": "300ms"},
       {"id": "c", "tool": "echo", "parameters": {"text": "done"}})";

}  // namespace

TEST_CASE("a run that somebody waits for does not come back a second time", "[embed]") {
  const House house;
  const std::string run = house.start(waits_twice);
  CHECK(house.wait(run).state == RunState::completed);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}});
}

TEST_CASE("a run that came back by itself and ended is found in the store", "[embed]") {
  const House house;
  const std::string run = house.start(waits_twice);
  // Whoever waits for another run does the work of all.
  house.wait(house.start(R"({"id": "d", "wait": "600ms"})"));
  const Outcome outcome = house.wait(run);
  CHECK(outcome.state == RunState::completed);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}, {"d", 1}});
}

TEST_CASE("a run that rests for a signal tells so to whoever waits for it", "[embed]") {
  const House house;
  const std::string run = house.start(R"({"id": "a", "wait": {"signal": "go"}})");
  CHECK(house.wait(run).state == RunState::waiting);
  CHECK(house.wait(run).state == RunState::waiting);
}

TEST_CASE("a run that rests hears that it is cancelled", "[embed]") {
  const House house;
  const std::string run = house.start(R"({"id": "a", "wait": {"signal": "go"}})");
  REQUIRE(house.kernel->cancel(run, "not needed"));
  CHECK(house.wait(run).state == RunState::cancelled);
}

TEST_CASE("a run that was paused while it rested goes on when it is resumed", "[embed]") {
  const House house;
  const std::string run = house.start(R"({"id": "a", "wait": {"signal": "go"}})");
  auto first = house.kernel->send(run, Document::parse_json(R"({"verb": "pause"})")->view());
  REQUIRE(first);
  CHECK(house.wait(run).state == RunState::paused);
  auto back = house.kernel->resume(run, Unknown::keep_waiting, {});
  REQUIRE(back);
  CHECK(back->state == RunState::waiting);
}

TEST_CASE("two_daemons_on_one_store_never_commit_twice", "[embed]") {
  House house;
  const auto other = house.open();
  const std::string run = house.start(
      R"({"id": "a", "wait": {"signal": "go"}}, {"id": "b", "wait": {"signal": "on"}},
         {"id": "c", "tool": "echo", "parameters": {"text": "done"}})");
  const auto signal = [&](Kernel& kernel, const char* name) {
    const auto message =
        Document::parse_json(R"({"verb": "signal", "name": ")" + std::string(name) + R"("})");
    return kernel.send(run, message->view());
  };
  // The run is its starter's, and whoever else wants to speak to it leaves a message.
  const auto taken = other->resume(run, Unknown::keep_waiting, {});
  REQUIRE(!taken);
  CHECK(taken.error().status == Status::busy);
  auto sent = signal(*other, "go");
  REQUIRE(sent);
  CHECK(*sent == Delivered::to_owner);
  CHECK(house.wait(run).state == RunState::waiting);
  // With its owner gone it is anybody's, and then that one's alone.
  house.kernel.reset();
  CHECK(signal(*other, "on"));
  const auto done = other->resume(run, Unknown::keep_waiting, {});
  REQUIRE(done);
  CHECK(done->state == RunState::completed);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}});
}

TEST_CASE("a transient wait takes no signal that came before it, in another process either",
          "[embed]") {
  House house;
  const std::string run = house.start(
      R"({"id": "a", "wait": {"signal": "go"}},
         {"id": "b", "wait": {"signal": "on", "transient": true}},
         {"id": "c", "wait": {"signal": "on"}})");
  const auto signal = [&](const char* name) {
    const auto message =
        Document::parse_json(R"({"verb": "signal", "name": ")" + std::string(name) + R"("})");
    REQUIRE(house.kernel->send(run, message->view()));
  };
  signal("on");
  signal("go");
  CHECK(house.wait(run).state == RunState::waiting);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}});
  house.kernel.reset();
  house.kernel = house.open();
  const auto back = house.kernel->resume(run, Unknown::keep_waiting, {});
  REQUIRE(back);
  CHECK(back->state == RunState::waiting);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}});
  // The next one ends it, and the first one is still there for who takes what came before.
  signal("on");
  CHECK(house.wait(run).state == RunState::completed);
  CHECK(house.successes.of == std::map<std::string, int>{{"a", 1}, {"b", 1}, {"c", 1}});
}

TEST_CASE("signals of one process come in the order in which they were sent", "[embed]") {
  House house;
  std::string steps, expected = "[";
  for (int i = 0; i < 40; ++i) {
    const std::string number = std::to_string(i);
    steps += R"({"id": "w)" + number + R"(", "wait": {"signal": "s"}},)";
    expected += (i == 0 ? "" : ",") + number;
  }
  steps += R"({"id": "all", "tool": "echo", "parameters": {"input": [)";
  for (int i = 0; i < 40; ++i) {
    steps += (i == 0 ? "\"{{ w" : ", \"{{ w") + std::to_string(i) + " }}\"";
  }
  const std::string run = house.start(steps + "]}}");
  house.kernel.reset();
  house.kernel = house.open();
  for (int i = 0; i < 40; ++i) {
    const auto message = Document::parse_json(R"({"verb": "signal", "name": "s", "data": )" +
                                              std::to_string(i) + "}");
    REQUIRE(house.kernel->send(run, message->view()));
  }
  const auto outcome = house.kernel->resume(run, Unknown::keep_waiting, {});
  REQUIRE(outcome);
  REQUIRE(outcome->state == RunState::completed);
  CHECK(sdk::json_text(outcome->result.view()) == expected + "]");
}

TEST_CASE("a run that nobody knows is not waited for", "[embed]") {
  const House house;
  auto outcome = house.kernel->wait("nobody");
  REQUIRE(!outcome);
  CHECK(outcome.error().code == "run.not_found");
}

TEST_CASE("a workflow that is held is called by its id, and the store alone is enough to go on",
          "[embed]") {
  House house;
  std::string run;
  {
    const Loaded child = house.kernel->load(
        R"({"id": "child", "steps": [{"id": "ask", "wait": {"signal": "go"}},
            {"id": "told", "tool": "echo", "parameters": {"input": "{{$input}} done"}}]})",
        "child.json");
    REQUIRE(!child.workflow.empty());
    const Loaded parent = house.kernel->load(
        R"({"id": "parent", "steps": [{"id": "c", "workflow": "child", "input": "all"}]})",
        "parent.json");
    REQUIRE(!parent.workflow.empty());
    auto started = house.kernel->start(parent.workflow.front(), {});
    REQUIRE(started);
    run = *started;
    CHECK(house.wait(run).state == RunState::waiting);
  }
  house.kernel.reset();
  house.kernel = house.open();
  REQUIRE(
      house.kernel->send(run, Document::parse_json(R"({"verb": "signal", "name": "go"})")->view()));
  const auto done = house.kernel->resume(run, Unknown::keep_waiting, {});
  REQUIRE(done);
  CHECK(done->state == RunState::completed);
  CHECK(done->result.view().as_text() == "all done");
  CHECK(house.successes.of == std::map<std::string, int>{{"c", 1}, {"c/ask", 1}, {"c/told", 1}});
}

TEST_CASE("a workflow that is not loaded is called only where the host finds its text", "[embed]") {
  KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS};
  std::string asked;
  options.find = [&](std::string_view name, std::string_view file) -> Result<DefinitionText> {
    asked += std::string(name) + " for " + std::string(file) + "; ";
    if (name == "known") {
      return DefinitionText{R"({"id": "known", "steps": [{"id": "x", "tool": "ecko"}]})", "k.json"};
    }
    return Error{Status::not_found, "test", "it is not there", "asked the test"};
  };
  auto kernel = Kernel::create(std::move(options));
  REQUIRE(kernel);
  const Loaded loaded = (*kernel)->load(
      R"({"id": "p", "steps": [{"id": "a", "workflow": "lost"},
                               {"id": "b", "workflow": "known"}]})",
      "p.json");
  CHECK(asked == "lost for p.json; known for p.json; ");
  REQUIRE(loaded.problems.size() == 2);
  CHECK(loaded.problems[0].code == "spec.unknown_workflow");
  CHECK(loaded.problems[0].hint == "asked the test");
  CHECK(loaded.problems[1].code == "spec.unknown_tool");
  CHECK(loaded.problems[1].where.file == "k.json");
  CHECK(loaded.problems[1].where.line == 1);
}
