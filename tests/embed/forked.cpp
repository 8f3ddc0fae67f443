// Runs that a hook wants beside one, from its verdict to their end, and over the end of a process.
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include <weft/draft/hook.h>
#include <weft/kernel.hpp>

#include "catch.hpp"

using namespace weft;
using namespace weft::lit;

namespace {

// Kernels on one store, with a hook that forks behind a step or without it.
struct House {
  House() : folder("forked." + std::to_string(getpid())) {
    std::filesystem::create_directory(folder);
  }
  ~House() {
    kernel.reset();
    std::filesystem::remove_all(folder);
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void open(std::string_view step, std::string_view workflow,
            uint32_t point = WEFT_AT_AFTER_STAGE) {
    kernel.reset();
    KernelOptions options;
    options.plugin_paths = {WEFT_PLUGINS, WEFT_GOLDEN_PLUGINS};
    options.store = "sqlite:" + folder + "/weft.db";
    if (!step.empty()) {
      auto config = Document::parse_json(R"({"point":)" + std::to_string(point) + R"(,"verdict":)" +
                                         std::to_string(WEFT_VERDICT_FORK) + R"(,"step":")" +
                                         std::string(step) + R"(","value":")" +
                                         std::string(workflow) + R"("})");
      REQUIRE(config);
      options.hooks.push_back({"judge", std::move(*config)});
    }
    auto made = Kernel::create(std::move(options));
    INFO((made ? "" : made.error().message));
    REQUIRE(made);
    kernel = std::move(*made);
  }

  Workflow load(std::string_view text) const {
    Loaded loaded = kernel->load(text, "test.json");
    REQUIRE(!loaded.workflow.empty());
    return loaded.workflow.front();
  }

  // By workflow, the status of each run that the store has.
  std::map<std::string, std::string> runs() const {
    auto list = kernel->list();
    REQUIRE(list);
    std::map<std::string, std::string> all;
    const Value runs = list->view();
    for (const Value run : runs) {
      std::string& said = all[std::string(run["workflow"_k].as_text())];
      said += (said.empty() ? "" : " ") + std::string(run["status"_k].as_text());
    }
    return all;
  }

  std::string folder;
  std::unique_ptr<Kernel> kernel;
};

constexpr std::string_view parent =
    R"({"id":"parent","steps":[{"id":"a","tool":"echo","parameters":{"input":"a"}},
                               {"id":"b","tool":"echo","parameters":{"input":"b"}}]})";
constexpr std::string_view beside =
    R"({"id":"beside","steps":[{"id":"c","tool":"echo","parameters":{"input":"c"}}]})";

const std::map<std::string, std::string> all_three{
    {"beside", "completed"}, {"echo", "completed"}, {"parent", "completed"}};

}  // namespace

TEST_CASE("a hook starts runs of loaded workflows and of tools, which know where they come from",
          "[fork]") {
  House house;
  house.open("a", "beside");
  house.load(beside);
  auto outcome = house.kernel->run(house.load(parent), {});
  REQUIRE(outcome);
  while (house.kernel->turn()) continue;
  CHECK(house.runs() == all_three);
  RunFilter filter;
  filter.workflow = "beside";
  auto list = house.kernel->list(filter);
  REQUIRE(list);
  const auto child = house.kernel->show(list->view()[0]["id"_k].as_text());
  REQUIRE(child);
  const Value cause = child->detail.view()["caused_by"_k];
  CHECK(cause["run"_k].as_text() == outcome->run);
  CHECK(cause["relation"_k].as_text() == "caused_by");
}

TEST_CASE("what a hook forked at the end of a process is begun by the next one, once", "[fork]") {
  House house;
  house.open("b", "beside");
  house.load(beside);
  REQUIRE(house.kernel->run(house.load(parent), {}));
  REQUIRE(house.kernel->turn());  // in which the hook is heard, and after which the process ends
  house.open({}, {});
  CHECK(house.runs().size() == 1);
  for (int again = 0; again < 3; ++again) {
    REQUIRE(house.kernel->adopt());
    while (house.kernel->turn()) continue;
    CHECK(house.runs() == all_three);
  }
  house.open({}, {});
  REQUIRE(house.kernel->adopt());
  while (house.kernel->turn()) continue;
  CHECK(house.runs() == all_three);
}

TEST_CASE("a workflow that nobody has loaded is not forked, and the run goes on", "[fork]") {
  House house;
  house.open("a", "nowhere", WEFT_AT_AFTER_TOOL_EXECUTION);
  auto outcome = house.kernel->run(house.load(parent), {});
  REQUIRE(outcome);
  CHECK(outcome->state == RunState::completed);
  while (house.kernel->turn()) continue;
  CHECK(house.runs() == std::map<std::string, std::string>{{"parent", "completed"}});
  bool was_told = false;
  REQUIRE(house.kernel->events(outcome->run, [&](const weft_event& e) {
    const Value about(e.data);
    was_told = was_told || about["error"_k]["code"_k].as_text() == "hook.illegal_result";
  }));
  CHECK(was_told);
}
