// The control-flow patterns of van der Aalst and others, each as one definition in flows/ with what
// it comes to and in which order.
#include <cstdlib>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <weft/draft/sink.h>

#include "catch.hpp"
#include "house.hpp"

using namespace weft;
using namespace weft::lit;

namespace {

// '+a' where a step begins to run or to wait, '-a' where it succeeds, '/a' where it is skipped,
// '!a' where it fails or is cancelled. Of the first run; those that it starts have their own.
struct Trace {
  std::string text, run;

  static const weft_sink* table() {
    static constexpr weft_sink table{
        sizeof table, 0, ~uint64_t{0}, &Trace::consume,
        [](void*, const weft_call*, weft_out*) noexcept { return weft_status{WEFT_OK}; }};
    return &table;
  }
  static void consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
    for (uint32_t i = 0; i < n; ++i) {
      auto& trace = *static_cast<Trace*>(self);
      const std::string_view run = to_view(events[i]->run);
      if (trace.run.empty()) trace.run = run;
      if (run == trace.run) trace.take(to_view(events[i]->type), to_view(events[i]->step));
    }
  }
  void take(std::string_view type, std::string_view path) {
    constexpr std::string_view area = "workflow.step.";
    if (!type.starts_with(area)) return;
    type.remove_prefix(area.size());
    const std::string_view mark = type == "started" || type == "waiting"    ? "+"
                                  : type == "succeeded"                     ? "-"
                                  : type == "skipped"                       ? "/"
                                  : type == "failed" || type == "cancelled" ? "!"
                                                                            : "";
    path.remove_prefix(path.rfind('/') + 1);
    path = path.substr(0, path.find('#'));
    if (mark.empty() || path.empty()) return;  // conditions have no name
    text.append(text.empty() ? "" : " ").append(mark).append(path);
  }
};

// A folder that goes away again: only a store on disk keeps a run to which messages can be sent.
struct Scratch {
  std::string path = (std::filesystem::temp_directory_path() / "weft-flows-XXXXXX").string();
  Scratch() { REQUIRE(mkdtemp(path.data()) != nullptr); }
  ~Scratch() { std::filesystem::remove_all(path); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
};

Document read(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  auto parsed = Document::parse_json(text.str());
  INFO(file);
  REQUIRE(parsed);
  return std::move(*parsed);
}

// Whenever nothing happens any more, somebody says the next thing to the run.
Outcome play(Kernel& kernel, const Workflow& workflow, Value flow) {
  constexpr int64_t moment_ns = 50'000'000;
  RunOptions options;
  options.input = flow["input"_k];
  options.stays = true;
  const auto run = kernel.start(workflow, options);
  REQUIRE(run);
  for (const Value message : flow["messages"_k]) {
    REQUIRE_FALSE(kernel.wait(*run, moment_ns));
    REQUIRE(kernel.send(*run, message));
  }
  auto outcome = kernel.wait(*run);
  REQUIRE(outcome);
  return std::move(*outcome);
}

// Runs that this one has started and not waited for; all of them end as said.
void check_started(Kernel& kernel, std::string_view run, Value said) {
  uint64_t count = 0;
  while (kernel.turn()) {
  }
  const auto runs = kernel.list();
  REQUIRE(runs);
  for (const Value one : runs->view()) {
    if (one["parent"_k].as_text() != run) continue;
    CHECK(one["status"_k].as_text() == said["status"_k].as_text());
    ++count;
  }
  CHECK(count == said["runs"_k].as_u64());
}

void check(const std::filesystem::path& file) {
  const Document document = read(file);
  const Value flow = document.view();
  Trace trace;
  const Scratch scratch;
  KernelOptions options;
  if (flow["messages"_k].exists()) options.store = "sqlite:" + scratch.path + "/runs.db";
  options.observer = Trace::table();
  options.observer_self = &trace;
  const auto kernel = tests::kernel(std::move(options));
  const Loaded loaded = kernel->load(to_json(flow["workflow"_k]), file.filename().string());
  INFO("pattern " << flow["pattern"_k].as_u64() << ", " << flow["name"_k].as_text());
  for (const Error& e : loaded.problems) UNSCOPED_INFO(e.code << ": " << e.message);
  REQUIRE(!loaded.workflow.empty());
  const Outcome outcome = play(*kernel, loaded.workflow.front(), flow);
  CHECK(trace.text == flow["trace"_k].as_text());
  CHECK(to_text(outcome.state) == flow["status"_k].as_text());
  if (flow["result"_k].exists()) CHECK(outcome.result.to_json() == to_json(flow["result"_k]));
  check_started(*kernel, outcome.run, flow["started"_k]);
}

}  // namespace

TEST_CASE("each control-flow pattern comes to what it is known for", "[patterns][flows]") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(WEFT_FLOWS)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  CHECK(files.size() == 38);
  for (const auto& file : files) check(file);
}

TEST_CASE("a loop is not detached, but its step is", "[patterns][flows]") {
  const auto kernel = tests::kernel();
  const Loaded loaded = kernel->load(R"({"id":"x","type":"foreach","n":2,"detach":true,"steps":[
      {"id":"a","tool":"echo","parameters":{"input":1}}]})",
                                     "test.json");
  REQUIRE(loaded.problems.size() == 1);
  CHECK(loaded.problems.front().code == "loop.detach");
  CHECK(loaded.problems.front().hint.find("detached: true") != std::string::npos);
}
