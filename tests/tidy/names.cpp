// Words that are no name: they say that a thing exists, not what it is.
#include <algorithm>
#include <array>
#include <cctype>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::array<std::string_view, 11> unnamed{"job",     "task",   "node", "action",
                                                   "manager", "helper", "util", "handler",
                                                   "data",    "info",   "impl"};

char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }

// 'NodeTable', 'node_table' and 'node-table' are the words node and table.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (std::size_t at = 0; at < name.size(); ++at) {
    const bool starts = is_upper(name[at]) && at > 0 && !is_upper(name[at - 1]);
    const bool letter = std::isalnum(static_cast<unsigned char>(name[at])) != 0;
    if ((starts || !letter) && !words.back().empty()) words.emplace_back();
    if (letter) words.back() += lower(name[at]);
  }
  return words;
}

// The first word of the name that says nothing, or ''. The plural says no more.
std::string empty_word(std::string_view name) {
  for (const std::string& word : words_of(name)) {
    for (std::string_view bad : unnamed) {
      if (word == bad || word == std::string(bad) + "s") return word;
    }
  }
  return {};
}

std::string_view next_word(std::string_view code, std::size_t& at) {
  at = std::min(code.find_first_not_of(" \t\r\n", at), code.size());
  const std::size_t first = at;
  while (at < code.size() && is_word_char(code[at])) ++at;
  return code.substr(first, at - first);
}

// Adds the type that is defined at 'at', just behind its keyword; a mere mention is none.
void add_type(std::string_view code, std::size_t at, bool is_alias,
              std::vector<std::pair<std::string, std::size_t>>& types) {
  std::string_view name = next_word(code, at);
  if (name == "class" || name == "struct") name = next_word(code, at);
  if (name.empty()) return;
  const std::size_t end = at;
  std::size_t after = end;
  std::string_view next = next_word(code, after);
  if (next == "final") next = next_word(code, after);
  const char c = after < code.size() && next.empty() ? code[after] : ' ';
  const bool scoped = after + 1 < code.size() && code[after + 1] == ':';
  const bool defines = is_alias ? c == '=' : c == '{' || (c == ':' && !scoped);
  if (defines) types.emplace_back(name, end);
}

std::vector<std::pair<std::string, std::size_t>> types_in(std::string_view code) {
  std::vector<std::pair<std::string, std::size_t>> types;
  for (std::string_view keyword : {"class", "struct", "union", "enum", "using", "concept"}) {
    const bool is_alias = keyword == "using" || keyword == "concept";
    for (auto at = find_word(code, keyword); at != npos; at = find_word(code, keyword, at + 1)) {
      add_type(code, at + keyword.size(), is_alias, types);
    }
  }
  std::sort(types.begin(), types.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  types.erase(std::unique(types.begin(), types.end()), types.end());
  return types;
}

}  // namespace

Findings names(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files()) {
    if (!is_code(file.path)) continue;
    const std::string stem(stem_of(file.path));
    if (const std::string word = empty_word(stem); !word.empty()) {
      findings.push_back({file.path, 1, "names.file", stem, "'" + word + "' in the name of a file",
                          "say which " + word + " it is in one exact word"});
    }
    const std::string code = plain_code_of(file.text);
    for (const auto& [type, at] : types_in(code)) {
      const std::string word = empty_word(type);
      if (word.empty()) continue;
      findings.push_back({file.path, line_at(code, at), "names.type", type,
                          "'" + word + "' in the name of the type '" + type + "'",
                          "say what it is in one exact word"});
    }
  }
  return findings;
}

}  // namespace tidy
