// Bench: a folder that the tool file_operations works in, granted whole unless a test says
// otherwise.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "loaded.hpp"
#include "tool_host.hpp"

namespace weft::tests {

namespace fs = std::filesystem;

inline constexpr const char* all = R"({"fs": {"read": ["**"], "write": ["**"]}})";

inline Key key(std::string_view name) { return name; }

class Bench final {
 public:
  Bench() : root_(made()), host(tests::loaded(), tests::plugin_folder(), root_) { host.grant(all); }
  ~Bench() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }
  Bench(const Bench&) = delete;
  Bench& operator=(const Bench&) = delete;

  // Quotes stand for double ones: 'read' and so on.
  ToolAnswer ask(std::string json) {
    for (char& c : json) c = c == '\'' ? '"' : c;
    return host.call(std::string(1, '{').append(json).append(1, '}'));
  }
  ToolAnswer on(std::string_view operation, std::string_view path, std::string_view more = "") {
    std::string json("'operation': '");
    return ask(json.append(operation).append("', 'path': '").append(path).append("'").append(more));
  }
  ToolAnswer between(std::string_view operation, std::string_view from, std::string_view to,
                     std::string_view more = "") {
    std::string json("'operation': '");
    json.append(operation).append("', 'source_path': '").append(from);
    return ask(json.append("', 'target_path': '").append(to).append("'").append(more));
  }
  std::string at(std::string_view path) const { return root_ + "/" + std::string(path); }
  void put(std::string_view path, std::string_view bytes) const {
    std::ofstream(at(path), std::ios::binary) << bytes;
  }
  std::string get(std::string_view path) const {
    std::ifstream in(at(path), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  // Names in a folder, to see that nothing is left behind.
  std::vector<std::string> names(std::string_view path) const {
    std::vector<std::string> found;
    for (const auto& entry : fs::directory_iterator(at(path))) {
      found.push_back(entry.path().filename());
    }
    std::sort(found.begin(), found.end());
    return found;
  }

 private:
  static std::string made() {
    std::string name = (fs::temp_directory_path() / "weft-XXXXXX").string();
    return mkdtemp(name.data());
  }
  std::string root_;

 public:
  tests::ToolHost host;
};

inline void check_refused(const ToolAnswer& answer, std::string_view code) {
  CHECK(answer.status < 0);
  CHECK(answer.code == code);
  CHECK_FALSE(answer.message.empty());
  CHECK_FALSE(answer.hint.empty());
}

using Names = std::vector<std::string>;

}  // namespace weft::tests
