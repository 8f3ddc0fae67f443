// Every sentence of tests/sentences.txt is the name of a test, or says what it awaits.
#include <map>
#include <set>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;
const std::string list_path = "tests/sentences.txt";

// The names of Catch2 tests; only what stands in one piece can be a sentence of the list.
void add_cases(const File& file, std::set<std::string, std::less<>>& names) {
  const std::string_view text = file.text;
  constexpr std::string_view begin = "TEST_CASE";  // or of a fixture
  for (std::size_t at = text.find(begin); at != npos; at = text.find(begin, at + 1)) {
    const std::size_t open = text.find('"', at);
    if (open == npos) return;
    const std::size_t close = text.find('"', open + 1);
    if (close != npos) names.emplace(text.substr(open + 1, close - open - 1));
  }
}

// A folder that is a case.
void add_folder(const File& file, std::set<std::string, std::less<>>& names) {
  const std::string_view name = name_of(file.path);
  const bool is_case = stem_of(file.path) == "workflow" || name == "script" || name == "args";
  if (is_case) names.emplace(name_of(folder_of(file.path)));
}

std::set<std::string, std::less<>> names_of_tests(const Tree& tree) {
  std::set<std::string, std::less<>> names;
  for (const File& file : tree.files()) {
    if (!is_below(file.path, "tests") && !is_below(file.path, "plugins")) continue;
    if (is_below(file.path, "tests/tidy")) continue;  // where samples stand
    if (is_source(file.path)) add_cases(file, names);
    add_folder(file, names);
  }
  return names;
}

struct Sentence {
  int line;
  std::string name, awaits;
};

std::vector<Sentence> sentences_of(const File& file) {
  std::vector<Sentence> all;
  int number = 0;
  for (const std::string_view line : lines_of(file.text)) {
    ++number;
    const std::size_t hash = line.find('#');
    const std::string_view name = trim(line.substr(0, hash));
    if (name.empty()) continue;
    all.push_back({number, std::string(name),
                   hash == npos ? std::string() : std::string(trim(line.substr(hash + 1)))});
  }
  return all;
}

}  // namespace

Findings sentences(const Tree& tree) {
  const File* list = tree.find(list_path);
  if (list == nullptr) {
    return {{list_path, 1, "sentences.list", "", "the list of sentences is missing", "write it"}};
  }
  Findings findings;
  const auto names = names_of_tests(tree);
  std::map<std::string, int> seen;
  for (const Sentence& one : sentences_of(*list)) {
    const auto add = [&](const char* rule, const std::string& what, const std::string& instead) {
      findings.push_back(
          {list_path, one.line, std::string("sentences.") + rule, one.name, what, instead});
    };
    const auto [first, is_new] = seen.emplace(one.name, one.line);
    if (!is_new) {
      add("twice", "'" + one.name + "' stands in line " + std::to_string(first->second) + ", too",
          "say it once");
    }
    const bool has_test = names.contains(one.name);
    if (!has_test && one.awaits.empty()) {
      add("missing", "no test is called '" + one.name + "'",
          "write it, or say behind a # what it awaits");
    } else if (has_test && !one.awaits.empty()) {
      add("awaits", "'" + one.name + "' has a test and awaits something", "remove the reason");
    }
  }
  return findings;
}

}  // namespace tidy
