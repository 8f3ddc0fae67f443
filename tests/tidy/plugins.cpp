// A plugin's folder, id, component, document and cases agree with each other.
#include <algorithm>
#include <array>
#include <set>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::array<std::string_view, 4> headings{"What it does", "Configuration", "Errors",
                                                   "Example"};

// The texts under "id" in a manifest: of the plugin itself, and of its components.
struct Ids {
  std::string plugin;
  std::vector<std::string> components;
};

// Reads JSON only as far as needed: braces and brackets give the depth, texts the keys. In
// {"id", "components": [{"id"}]} the ids stand at depth 1 and 3; other objects at depth 3 do not
// stand under "components".
Ids ids_of(std::string_view json) {
  Ids ids;
  std::string key, top;
  bool after_colon = false;
  int depth = 0;
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char c = json[at];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c == ':') after_colon = true;
    if (c == ',' || c == '{' || c == '[') after_colon = false;
    if (c != '"') continue;
    std::size_t end = at + 1;
    while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2u : 1u;
    const std::string text(json.substr(at + 1, end - at - 1));
    at = end;
    if (!after_colon) {
      key = text;
      if (depth == 1) top = text;
    } else if (key == "id" && depth == 1) {
      ids.plugin = text;
    } else if (key == "id" && depth == 3 && top == "components") {
      ids.components.push_back(text);
    }
  }
  return ids;
}

std::string list_of(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "'" : ", '") + word + "'";
  return text.empty() ? "none" : text;
}

class Folder final {
 public:
  Folder(const Tree& tree, std::string path) : tree_(tree), path_(std::move(path)) {}

  Findings run() {
    const std::string_view kinds = name_of(folder_of(path_));
    kind_ = kinds.substr(0, kinds.size() - 1);
    name_ = name_of(path_);
    manifest();
    readme();
    cases();
    return std::move(findings_);
  }

 private:
  void add(const std::string& file, const char* rule, const std::string& what,
           const std::string& instead) {
    findings_.push_back({path_ + "/" + file, 1, std::string("plugins.") + rule, "", what, instead});
  }

  void manifest() {
    const File* file = tree_.find(path_ + "/plugin.json");
    if (!file) return add("plugin.json", "manifest", "is missing", "write the plugin's manifest");
    const Ids ids = ids_of(file->text);
    const std::string id = kind_ + "." + name_;
    if (ids.plugin != id) {
      add("plugin.json", "id", "the id is '" + ids.plugin + "'", "call it '" + id + "'");
    }
    const auto& components = ids.components;
    if (std::find(components.begin(), components.end(), name_) == components.end()) {
      add("plugin.json", "component", "the components are " + list_of(components),
          "name the first one '" + name_ + "' like the folder");
    }
    const File* list = tree_.find(path_ + "/CMakeLists.txt");
    if (!list || find_word(list->text, "weft_add_plugin(" + name_) == npos) {
      add("CMakeLists.txt", "build", "does not build '" + name_ + "'",
          "write weft_add_plugin(" + name_ + ")");
    }
  }

  // Each heading of the four, in their order; further ones may stand between.
  void readme() {
    const File* file = tree_.find(path_ + "/README.md");
    if (!file) {
      return add("README.md", "readme", "is missing",
                 "write it under: What it does, Configuration, Errors, Example");
    }
    std::size_t next = 0;
    for (std::string_view line : lines_of(file->text)) {
      if (!line.starts_with('#') || next == headings.size()) continue;
      if (trim(line.substr(line.find_first_not_of('#'))) == headings[next]) ++next;
    }
    if (next < headings.size()) {
      add("README.md", "readme",
          "the heading '" + std::string(headings[next]) + "' is missing or out of order",
          "write the four headings: What it does, Configuration, Errors, Example");
    }
  }

  void cases() {
    std::set<std::string> given, expected;
    for (const File& file : tree_.files()) {
      if (!is_below(file.path, path_ + "/cases")) continue;
      const std::string folder(folder_of(file.path));
      const std::string_view name = name_of(file.path);
      if (name.starts_with("workflow.")) given.insert(folder);
      if (name == "output.json" || name == "error.txt") expected.insert(folder);
    }
    if (given.empty()) {
      add("cases", "case", "there is no case", "write one, with workflow.json and output.json");
    }
    for (const std::string& folder : given) {
      if (expected.contains(folder)) continue;
      add(folder.substr(path_.size() + 1), "case", "this case expects nothing",
          "write output.json or error.txt");
    }
  }

  const Tree& tree_;
  std::string path_, kind_, name_;
  Findings findings_;
};

// The third folder of plugins/<kind>s/<name>/...; '' for what lies higher.
std::string plugin_of(std::string_view path) {
  if (!is_below(path, "plugins")) return {};
  const auto kind = path.find('/') + 1;
  const auto name = path.find('/', kind);
  if (name == npos) return {};
  const auto end = path.find('/', name + 1);
  return end == npos ? std::string() : std::string(path.substr(0, end));
}

}  // namespace

Findings plugins(const Tree& tree) {
  Findings findings;
  std::set<std::string> folders;
  for (const File& file : tree.files()) {
    if (const std::string folder = plugin_of(file.path); !folder.empty()) folders.insert(folder);
  }
  for (const std::string& folder : folders) {
    const Findings found = Folder(tree, folder).run();
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace tidy
