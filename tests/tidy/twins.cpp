// Twins: two types of one name in one namespace, which one program would take for the same.
#include <map>
#include <utility>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

// Each plugin and each folder of unit tests is a library or a program of its own.
std::string_view program_of(std::string_view path) {
  const bool is_own = is_below(path, "plugins") || is_below(path, "tests/unit");
  return is_own ? folder_of(path) : std::string_view();
}

// The namespace that the line opens, or nothing; one without a name is in no other file.
std::string_view opened_by(std::string_view line) {
  constexpr std::string_view word = "namespace ";
  if (!line.starts_with(word) || !line.ends_with('{')) return {};
  const std::string_view name = trim(line.substr(word.size(), line.size() - word.size() - 1));
  return name.empty() ? "{" : name;
}

// The type that is defined at the beginning of the line.
std::string_view type_in(std::string_view line) {
  for (const std::string_view keyword : {"struct ", "class "}) {
    if (!line.starts_with(keyword) || line.ends_with(';')) continue;
    const std::string_view rest = line.substr(keyword.size());
    size_t end = 0;
    while (end < rest.size() && is_word_char(rest[end])) ++end;
    const std::string_view behind = trim(rest.substr(end));
    const bool defines = behind.starts_with('{') || behind.starts_with("final") ||
                         (behind.starts_with(':') && !behind.starts_with("::"));
    if (end != 0 && defines) return rest.substr(0, end);
  }
  return {};
}

// Calls each(namespace, type, line) for what another file could define, too.
template <class Each>
void for_each_type(std::string_view code, Each each) {
  std::vector<std::pair<std::string_view, int>> open;  // namespaces, and how deep they stand
  int number = 0, depth = 0;
  for (std::string_view line : lines_of(code)) {
    ++number;
    line = line.substr(0, line.find_last_not_of(" \r") + 1);
    const std::string_view name = opened_by(line);
    if (!name.empty()) open.emplace_back(name, depth);
    const std::string_view type = depth == static_cast<int>(open.size()) ? type_in(line) : "";
    std::string within;
    for (const auto& one : open) within.append(one.first).append("::");
    if (!type.empty() && within.find('{') == within.npos) each(within, type, number);
    for (const char c : line) depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    while (!open.empty() && depth <= open.back().second) open.pop_back();
  }
}

}  // namespace

Findings twins(const Tree& tree) {
  Findings findings;
  std::map<std::string, std::string> first;  // by program and full name: the file
  for (const File& file : tree.files()) {
    if (!is_code(file.path)) continue;
    for_each_type(plain_code_of(file.text), [&](const std::string& within, std::string_view type,
                                                int line) {
      const std::string full = within + std::string(type);
      const auto [at, is_new] =
          first.emplace(std::string(program_of(file.path)) + " " + full, file.path);
      if (is_new || at->second == file.path) return;
      findings.push_back({file.path, line, "twins.type", std::string(type),
                          "'" + full + "' is another type in " + at->second,
                          "give one of them a name of its own, or no namespace that others see"});
    });
  }
  return findings;
}

}  // namespace tidy
