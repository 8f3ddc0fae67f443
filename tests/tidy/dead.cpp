// No source that is in no list of the build, no header that nothing includes.
#include <algorithm>
#include <set>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;

// A pattern of file(GLOB) that finds sources, such as '*.cpp' or '*/plugin.c'.
bool globs(std::string_view list, std::string_view path) {
  if (list.find("GLOB") == npos) return false;
  const std::string by_extension = std::string("*").append(extension_of(path));
  const std::string by_name = std::string("/").append(name_of(path));
  for (std::string_view pattern : {by_extension, by_name}) {
    const auto at = list.find(pattern);
    if (at == npos) continue;
    const auto end = at + pattern.size();
    if (end == list.size() || !is_word_char(list[end])) return true;
  }
  return false;
}

bool lists(const File& list, std::string_view path) {
  const std::string_view folder = folder_of(list.path);
  const auto relative = folder.empty() ? path : path.substr(folder.size() + 1);
  if (find_word(list.text, relative) != npos || globs(list.text, path)) return true;
  // weft_add_plugin(upper) stands for upper.cpp.
  const std::string plugin = "weft_add_plugin(" + std::string(stem_of(path));
  return find_word(list.text, plugin) != npos && list.text.find("SOURCES") == npos;
}

bool is_listed(const Tree& tree, std::string_view path) {
  // What several test programs share is listed by each of them.
  if (is_below(path, "tests/support")) {
    return std::any_of(tree.files().begin(), tree.files().end(), [&](const File& file) {
      return is_below(file.path, "tests") && file.path.ends_with("CMakeLists.txt") &&
             (find_word(file.text, path.substr(6)) != npos ||
              find_word(file.text, path.substr(path.rfind('/') + 1)) != npos ||
              globs(file.text, path.substr(6)));
    });
  }
  for (std::string_view folder = folder_of(path);; folder = folder_of(folder)) {
    const std::string at = folder.empty() ? std::string() : std::string(folder) + "/";
    const File* list = tree.find(at + "CMakeLists.txt");
    if (list && lists(*list, path)) return true;
    if (folder.empty()) return false;
  }
}

// Every way in which some file names a header: as written, and from the root.
std::set<std::string> included_in(const Tree& tree) {
  std::set<std::string> included;
  for (const File& file : tree.files()) {
    if (!is_code(file.path) && !file.path.ends_with(".in")) continue;
    for (const Include& include : includes_of(file.text)) {
      included.emplace(include.path);
      if (!include.angled) included.insert(join(folder_of(file.path), include.path));
    }
  }
  return included;
}

// <weft/value.hpp> names sdk/include/weft/value.hpp: any tail of whole folders will do. A bare name
// was joined with its folder, but tests also have folders to include from.
bool is_included(const std::set<std::string>& included, std::string_view path) {
  const bool is_test = is_below(path, "tests");
  for (auto tail = path;;) {
    const auto slash = tail.find('/');
    if (slash == npos) return is_test && included.contains(std::string(tail));
    if (included.contains(std::string(tail))) return true;
    tail = tail.substr(slash + 1);
  }
}

// What a plugin's author copies is built elsewhere, by the tests of the scaffold.
bool is_template(std::string_view path) { return is_below(path, "sdk/templates"); }

}  // namespace

Findings dead(const Tree& tree) {
  Findings findings;
  const std::set<std::string> included = included_in(tree);
  for (const File& file : tree.files()) {
    if (is_template(file.path)) continue;
    if (is_source(file.path) && !is_listed(tree, file.path)) {
      findings.push_back({file.path, 1, "dead.source", "", "no CMakeLists.txt lists this source",
                          "list it, or delete it"});
    }
    if (is_header(file.path) && !is_included(included, file.path)) {
      findings.push_back({file.path, 1, "dead.header", "", "nothing includes this header",
                          "include it where it is used, or delete it"});
    }
  }
  return findings;
}

}  // namespace tidy
