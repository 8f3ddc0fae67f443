// From text to a plan, and from a folder to a list of plugins.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/json.hpp"
#include "base/sha256.hpp"
#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

std::string thousand_steps() {
  std::string text = R"({"id": "thousand", "type": "dag", "steps": [)";
  for (int i = 0; i < 1000; ++i) {
    const std::string before = "s" + std::to_string(i - 1);
    if (i != 0) text += ",\n";
    text.append(R"({"id": "s)").append(std::to_string(i)).append(R"(", "tool": "noop", )");
    text.append(R"("parameters": {"name": "step", "count": 12, "input": ")");
    text.append(i == 0 ? "first" : "{{ " + before + " }}").append("\"}");
    if (i != 0) text.append(R"(, "depends_on": [")").append(before).append("\"]");
    text += "}";
  }
  return text + "]}";
}

std::vector<Figure> load() {
  World world("memory:");
  const std::string text = thousand_steps();
  const double ns = ns_per_call(41, 1, [&] { (void)world.load(text); });
  base::Blocks blocks;
  const double parse = ns_per_call(41, 1, [&] {
    blocks.reset();
    (void)must(base::parse_json(text, blocks.arena()));
  });
  return {{"plan.load_1000_ms", ns / 1e6, "ms", parse / 1e6, "parsing its JSON alone", 2}};
}

// A plugin file whose manifest says another id of the same length.
void copy_renamed(const std::string& library, int number, const std::filesystem::path& to) {
  std::string bytes = library;
  char name[8];
  std::snprintf(name, sizeof name, "e%03d", number);
  constexpr uint64_t magic = WEFT_MANIFEST_MAGIC;
  const size_t at = bytes.find(std::string_view(reinterpret_cast<const char*>(&magic), 8));
  if (at == std::string::npos) stop("tool.echo.so has no manifest");
  weft_manifest head;
  std::memcpy(&head, bytes.data() + at, sizeof head);
  const size_t begin = at + sizeof head;
  for (size_t i = bytes.find("echo", begin); i < begin + head.bytes; i = bytes.find("echo", i)) {
    bytes.replace(i, 4, name, 4);
  }
  const auto digest = base::sha256(std::string_view(bytes).substr(begin, head.bytes));
  std::memcpy(head.check, digest.data(), sizeof head.check);
  std::memcpy(bytes.data() + at, &head, sizeof head);
  std::ofstream(to, std::ios::binary) << bytes;
}

std::vector<Figure> list() {
  const std::filesystem::path folder = scratch_file("fifty");
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::ifstream in(std::string(WEFT_PLUGINS) + "/tool.echo.so", std::ios::binary);
  const std::string library{std::istreambuf_iterator<char>(in), {}};
  for (int i = 0; i < 50; ++i) {
    copy_renamed(library, i, folder / ("tool.e" + std::to_string(i) + ".so"));
  }
  const auto scan = [&] {
    plugin::Port port;
    plugin::Options options;
    options.paths = {folder.string()};
    options.port = &port;
    plugin::Registry registry(options);
    registry.scan();
    if (registry.size() != 50) stop("fifty plugins were not listed as fifty");
  };
  const double ns = ns_per_call(21, 1, scan);
  const double walk = ns_per_call(21, 1, [&] {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      std::ifstream file(entry.path(), std::ios::binary);
      char head[64];
      file.read(head, sizeof head);
    }
  });
  std::filesystem::remove_all(folder);
  return {{"registry.list_50_ms", ns / 1e6, "ms", walk / 1e6, "opening the files", 2}};
}

constexpr Case cases[] = {{"plan.load_1000_ms", load}, {"registry.list_50_ms", list}};

}  // namespace

std::span<const Case> definition_cases() { return cases; }

}  // namespace bench
