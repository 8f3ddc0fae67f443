// What the boundary costs, and how large it is.
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/json.hpp"
#include "bench.hpp"
#include "state/vault.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

// A call as the engine makes it, without the engine.
struct DirectCall {
  explicit DirectCall(plugin::BoundTool the_tool, Value args) : tool(the_tool) {
    call.size = sizeof call;
    call.attempt = 1;
    call.args = args.raw();
    call.arena = arena.raw();
    call.cancel = &cancel;
    error.size = sizeof error;
  }
  Value operator()() {
    out = {sizeof out, 0, {nullptr, 0}, &error};
    if (tool.table->start(tool.self, &call, &out) != WEFT_OK) stop("a bench tool failed");
    return Value(out.val);
  }
  plugin::BoundTool tool;
  plugin::CallArena arena;
  weft_call call{};
  weft_out out{};
  weft_error error{};
  uint32_t cancel = 0;
};

plugin::BoundTool tool_of(World& world, std::string_view name) {
  return must(world.registry->tool(must(world.registry->find("tool", name))));
}

std::vector<Figure> tool_call() {
  World world("memory:");
  base::Blocks blocks;
  const Value args = must(base::parse_json(
      R"({"path": "data/some-file.txt", "offset": 10, "limit": 20, "share": 0.25, "deep": true})",
      blocks.arena()));
  DirectCall fields(tool_of(world, "fields"), args);
  DirectCall noop(tool_of(world, "noop"), args);
  const double ns = ns_per_call(201, 2000, [&] {
    fields();
    fields.arena.reset();
  });
  const double empty = ns_per_call(201, 2000, [&] { noop(); });
  return {{"abi.tool_call_ns", ns, "ns", empty, "a call that does nothing", 100}};
}

std::vector<Figure> passthrough() {
  World world("memory:");
  base::Blocks blocks;
  std::string text = "[";
  while (text.size() < 85 * 1024) {
    if (text.size() > 1) text += ",";
    text += R"({"name": "a record", "number": 12345, "share": 0.5, "ok": true})";
  }
  const Value big = must(base::parse_json(text + "]", blocks.arena()));
  state::Pages pages;
  state::Vault vault(pages);
  const Value kept(must(vault.store(1, big)).root);
  Builder b(blocks.arena());
  b.begin_object();
  b.set(Key("input"), kept);
  b.end_object();
  // Arguments are a recorded payload themselves, as in a run.
  DirectCall echo(tool_of(world, "echo"), Value(must(vault.store(2, b.take_value())).root));
  // Across the boundary, unread, and kept as the payload of the next event.
  uint64_t seq = 2;
  const double ns = ns_per_call(201, 500, [&] { (void)vault.store(++seq, echo()); });
  std::string copy(text.size(), ' ');
  const double copied = ns_per_call(201, 500, [&] {
    std::memcpy(copy.data(), text.data(), text.size());
    asm volatile("" ::"r"(copy.data()) : "memory");
  });
  return {{"value.passthrough_ns", ns, "ns", copied, "copying its JSON text", 50}};
}

uint64_t lines_of(const std::filesystem::path& path) {
  std::ifstream in(path);
  uint64_t n = 0;
  for (std::string line; std::getline(in, line);) ++n;
  return n;
}

std::vector<Figure> sizes() {
  const std::filesystem::path root(WEFT_SOURCE_DIR);
  uint64_t headers = 0;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(root / "plugin-api/include")) {
    if (entry.path().extension() == ".h") headers += lines_of(entry.path());
  }
  const uint64_t hello = lines_of(root / "sdk/examples/hello-tool/hello.cpp");
  return {{"abi.header_lines", static_cast<double>(headers), "lines", 800, "the bar", 800},
          {"abi.hello_lines", static_cast<double>(hello), "lines", 10, "the bar", 10}};
}

constexpr Case cases[] = {
    {"abi.tool_call_ns", tool_call}, {"value.passthrough_ns", passthrough}, {"abi.lines", sizes}};

}  // namespace

std::span<const Case> abi_cases() { return cases; }

}  // namespace bench
