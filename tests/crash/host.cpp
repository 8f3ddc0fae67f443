#include "host.hpp"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <vector>

#include "witness.hpp"

namespace crash {
namespace {

using namespace weft::lit;
using weft::Kernel;
using weft::Result;

int fail(const weft::Error& error, int code) {
  std::fprintf(stderr, "%s: %s\n", error.code.c_str(), error.message.c_str());
  return code;
}

Result<std::unique_ptr<Kernel>> open(const Run& run) {
  weft::KernelOptions options;
  options.plugin_paths = {WEFT_PLUGIN_DIR, WEFT_CRASH_PLUGINS};
  options.store = "sqlite:" + run.folder + "/store.db";
  return Kernel::create(std::move(options));
}

// The run of this workflow in the store.
struct Found {
  std::string id;  // empty when there is none
  bool has_ended = false;
};

Result<Found> find(Kernel& kernel, const Run& run) {
  const auto list = kernel.list();
  if (!list) return list.error();
  for (const weft::Value entry : list->view()) {
    if (entry["workflow"_k].as_text() != run.workflow) continue;
    return Found{std::string(entry["id"_k].as_text()),
                 entry["status"_k].as_text() == weft::to_text(weft::RunState::completed)};
  }
  return Found{};
}

// What the run has started. Over when all of it has completed, and wrong when it is too much.
struct Started {
  std::vector<std::string> open;
  uint32_t completed = 0;
  bool is_over(const Run& run) const { return open.empty() && completed == run.starts; }
  bool is_wrong(const Run& run) const { return open.size() + completed > run.starts; }
};

Result<Started> started_by(Kernel& kernel, std::string_view id) {
  const auto list = kernel.list();
  if (!list) return list.error();
  Started started;
  for (const weft::Value entry : list->view()) {
    if (entry["parent"_k].as_text() != id) continue;
    const bool is_over = entry["status"_k].as_text() == to_text(weft::RunState::completed);
    if (is_over) ++started.completed;
    if (!is_over) started.open.emplace_back(entry["id"_k].as_text());
  }
  return started;
}

int code_of(weft::RunState state) {
  switch (state) {
    case weft::RunState::completed:
    case weft::RunState::partially_completed: return ended;
    case weft::RunState::waiting: return waits;
    default: return failed;
  }
}

int code_of(const Result<weft::Outcome>& outcome) {
  return outcome ? code_of(outcome->state) : fail(outcome.error(), broken);
}

// The run is over; what it has started goes on, also what no process before this one came to.
int finish(Kernel& kernel, const Run& run, std::string_view id) {
  if (run.starts == 0) return ended;
  if (auto adopted = kernel.adopt(); !adopted) return fail(adopted.error(), broken);
  while (kernel.turn()) {
  }
  auto started = started_by(kernel, id);
  if (!started) return fail(started.error(), broken);
  for (const std::string& one : started->open) {
    if (const int code = code_of(kernel.wait(one)); code != ended) return code;
  }
  started = started_by(kernel, id);
  if (!started) return fail(started.error(), broken);
  return started->is_over(run) ? ended : failed;
}

}  // namespace

int drive(const Run& run, weft::Unknown unknown) {
  auto kernel = open(run);
  if (!kernel) return fail(kernel.error(), broken);
  const auto found = find(**kernel, run);
  if (!found) return fail(found.error(), broken);
  if (found->has_ended) return finish(**kernel, run, found->id);
  if (!found->id.empty()) {
    const int code = code_of((*kernel)->resume(found->id, unknown, {}));
    return code == ended ? finish(**kernel, run, found->id) : code;
  }
  weft::Loaded loaded = (*kernel)->load(run.definition, "flow.json");
  if (loaded.workflow.empty()) return fail(loaded.problems.front(), refused);
  const auto outcome = (*kernel)->run(loaded.workflow.front(), {});
  const int code = code_of(outcome);
  return code == ended ? finish(**kernel, run, outcome->run) : code;
}

int become(const std::string& weft, const Run& run, weft::Unknown unknown) {
  std::string id;
  bool is_left = false;
  {
    auto kernel = open(run);
    if (!kernel) return fail(kernel.error(), broken);
    const auto found = find(**kernel, run);
    if (!found) return fail(found.error(), broken);
    id = found->id;
    if (found->has_ended) {
      const auto started = started_by(**kernel, id);
      if (!started) return fail(started.error(), broken);
      if (started->is_wrong(run)) return failed;
      if (started->is_over(run)) return settled;
      is_left = true;
    }
  }
  const std::string file = run.folder + '/' + run.workflow + ".json";
  if (id.empty()) std::ofstream(file) << run.definition;
  std::vector<std::string> words{weft, id.empty() ? "run" : "resume", id.empty() ? file : id};
  if (is_left) words.back() = "--all";
  if (unknown == weft::Unknown::again) words.insert(words.end(), {"--unknown", "again"});
  words.insert(words.end(), {"--plugins", WEFT_PLUGIN_DIR, "--plugins", WEFT_CRASH_PLUGINS,
                             "--store", "sqlite:" + run.folder + "/store.db"});
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  const std::string output = run.folder + "/output";
  if (std::freopen(output.c_str(), "a", stdout) == nullptr) return broken;
  if (std::freopen(output.c_str(), "a", stderr) == nullptr) return broken;
  ::execv(weft.c_str(), all.data());
  return broken;
}

int tell_doubts(const Run& run, const std::string& address) {
  auto kernel = open(run);
  if (!kernel) return fail(kernel.error(), broken);
  const auto found = find(**kernel, run);
  if (!found) return fail(found.error(), broken);
  const auto shown = (*kernel)->show(found->id);
  if (!shown) return fail(shown.error(), broken);
  const weft::Value steps = shown->detail.view()["step_results"_k];
  for (uint32_t i = 0; i < steps.size(); ++i) {
    if (steps[i]["status"_k].as_text() != "unknown") continue;
    const std::string path(steps.key(i));
    tell_doubt(address, path.substr(path.rfind('/') + 1));
  }
  return ended;
}

}  // namespace crash
