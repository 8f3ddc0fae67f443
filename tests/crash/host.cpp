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

}  // namespace

int drive(const Run& run, weft::Unknown unknown) {
  auto kernel = open(run);
  if (!kernel) return fail(kernel.error(), broken);
  const auto found = find(**kernel, run);
  if (!found) return fail(found.error(), broken);
  if (found->has_ended) return ended;
  if (!found->id.empty()) return code_of((*kernel)->resume(found->id, unknown, {}));
  weft::Loaded loaded = (*kernel)->load(run.definition, "flow.json");
  if (loaded.workflow.empty()) return fail(loaded.problems.front(), refused);
  return code_of((*kernel)->run(loaded.workflow.front(), {}));
}

int become(const std::string& weft, const Run& run, weft::Unknown unknown) {
  std::string id;
  {
    auto kernel = open(run);
    if (!kernel) return fail(kernel.error(), broken);
    const auto found = find(**kernel, run);
    if (!found) return fail(found.error(), broken);
    if (found->has_ended) return ended;
    id = found->id;
  }
  const std::string file = run.folder + '/' + run.workflow + ".json";
  if (id.empty()) std::ofstream(file) << run.definition;
  std::vector<std::string> words{weft, id.empty() ? "run" : "resume", id.empty() ? file : id};
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
