// Meets every plugin that sins and compares what the registry says with verdict.txt beside it.
// WEFT_UPDATE=1 rewrites the verdicts; the diff is the review.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "catch.hpp"
#include "plugin/failure.hpp"
#include "plugin/registry.hpp"

using namespace weft;
using namespace weft::plugin;
namespace fs = std::filesystem;

namespace {

const fs::path built = WEFT_HOSTILE_BUILT;
const fs::path source = WEFT_HOSTILE_SOURCE;

// A kernel of one operation: the first completion of a token counts.
struct OneOperation {
  weft_op open = 0;
  int completed = 0, refused = 0;

  static weft_status complete(void* self, weft_op op, weft_status, weft_val,
                              const weft_error*) noexcept {
    auto& me = *static_cast<OneOperation*>(self);
    if (me.open != op || op == 0) {
      ++me.refused;
      return WEFT_NOT_FOUND;
    }
    me.open = 0;
    ++me.completed;
    return WEFT_OK;
  }
  Port port() {
    Port port;
    port.self = this;
    port.complete = complete;
    return port;
  }
};

weft_status call(const BoundTool& tool, OneOperation& kernel, weft_error& error) {
  CallArena arena;
  const uint32_t cancel = 0;
  kernel.open = 42;
  const weft_call call{.size = sizeof call,
                       .attempt = 1,
                       .op = 42,
                       .args = null_value().raw(),
                       .arena = arena.raw(),
                       .cancel = &cancel,
                       .deadline_ns = 0,
                       .idem_key = {nullptr, 0},
                       .trace = {nullptr, 0}};
  prepare(error);
  weft_out out{sizeof out, 0, null_value().raw(), &error};
  return tool.table->start(tool.self, &call, &out);
}

// One line for the file, one for the call; paths as they would be in the folder of plugins.
std::string verdict_of(Registry& registry, OneOperation& kernel, const std::string& sin) {
  std::ostringstream said;
  for (uint32_t number = 0; number < registry.size(); ++number) {
    const Component& component = registry.component(number);
    const std::string file = registry.entries()[component.entry].file;
    if (fs::path(file).stem() != sin) continue;
    auto tool = registry.tool(number);
    if (!tool) continue;
    weft_error error;
    const weft_status status = call(*tool, kernel, error);
    said << "call: " << status;
    if (status < 0) said << " " << to_error(status, error).message;
    if (status == WEFT_PENDING) {
      said << " completed " << kernel.completed << ", refused " << kernel.refused;
    }
    said << "\n";
  }
  std::ostringstream lines;
  for (const Entry& entry : registry.entries()) {
    if (fs::path(entry.file).stem() != sin) continue;
    lines << to_text(entry.state);
    if (!entry.reason.empty()) lines << ": " << entry.reason;
    lines << "\n";
    if (!entry.hint.empty()) lines << "remedy: " << entry.hint << "\n";
  }
  std::string text = lines.str() + said.str();
  for (size_t at; (at = text.find(built.string() + "/")) != std::string::npos;) {
    text.erase(at, built.string().size() + 1);
  }
  return text;
}

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> sins() {
  std::vector<std::string> names;
  for (const auto& folder : fs::directory_iterator(source)) {
    const std::string name = folder.path().filename().string();
    if (folder.is_directory() && name != "support") names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_CASE("every plugin that sins gets its verdict and harms nobody", "[hostile]") {
  const bool update = std::getenv("WEFT_UPDATE") != nullptr;
  REQUIRE(sins().size() > 10);
  for (const std::string& sin : sins()) {
    DYNAMIC_SECTION(sin) {
      OneOperation kernel;
      Port port = kernel.port();
      // The good one comes first, so that a duplicate has something to be a duplicate of.
      Registry registry(
          {.paths = {(built / "good").string(), (built / sin).string()}, .port = &port});
      registry.scan();
      const std::string verdict = verdict_of(registry, kernel, sin);
      const fs::path golden = source / sin / "verdict.txt";
      if (update && read(golden) != verdict) std::ofstream(golden, std::ios::binary) << verdict;
      CHECK(verdict == read(golden));

      auto good = registry.find("tool", "good");
      REQUIRE(good);
      auto tool = registry.tool(*good);
      REQUIRE(tool);
      weft_error error;
      CHECK(call(*tool, kernel, error) == WEFT_OK);
    }
  }
}

TEST_CASE("one host meets all sinners and goes on", "[hostile]") {
  OneOperation kernel;
  Port port = kernel.port();
  Options options{.paths = {}, .port = &port};
  for (const std::string& sin : sins()) options.paths.push_back((built / sin).string());
  Registry registry(std::move(options));
  registry.scan();
  CHECK(registry.entries().size() == sins().size());
  for (uint32_t number = 0; number < registry.size(); ++number) {
    weft_error error;
    if (auto tool = registry.tool(number); tool) (void)call(*tool, kernel, error);
  }
  auto good = registry.find("tool", "good@1");
  REQUIRE(good);
  auto tool = registry.tool(*good);
  REQUIRE(tool);
  weft_error error;
  CHECK(call(*tool, kernel, error) == WEFT_OK);
}

TEST_CASE("a second completion is answered NOT_FOUND and counted", "[hostile]") {
  OneOperation kernel;
  Port port = kernel.port();
  Registry registry({.paths = {(built / "completes_twice").string()}, .port = &port});
  registry.scan();
  auto number = registry.find("tool", "completes-twice");
  REQUIRE(number);
  auto tool = registry.tool(*number);
  REQUIRE(tool);
  weft_error error;
  CHECK(call(*tool, kernel, error) == WEFT_PENDING);
  CHECK(kernel.completed == 1);
  CHECK(kernel.refused == 1);
  CHECK(tool->instance->misbehaviour().unknown_ops == 1);
}
