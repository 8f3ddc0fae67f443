// The verbs of migration, and the command of one line that stands for them.
#include <algorithm>

#include "migrate.hpp"
#include "options.hpp"

namespace weft::cli {
namespace {

constexpr Option task_options[] = {
    {"task", 0, "COMMAND", "what a text without a command is given to; default: task"},
};
constexpr Option json_options[] = {
    {"json", 0, "", "print JSON"},
};
constexpr Option lossy_options[] = {
    {"allow-lossy", 0, "", "leave out what the new definition cannot say"},
};
constexpr Option analyze_options[] = {
    {"dry-run", 0, "", "changes nothing, for nothing is ever written"},
};
constexpr Option convert_options[] = {
    {"to", 0, "FORMAT", "yaml (default) or short, which is one line"},
    {"output", 'o', "FILE", "the file to write instead of the old one; - for standard output"},
    {"dry-run", 0, "", "only show the difference"},
    {"backup-original", 0, "", "keep a copy of the old file, with the time in its name"},
};
constexpr Option validate_options[] = {
    {"against", 0, "FILE", "the new definition; default: what 'convert' makes"},
    {"compare-outputs", 0, "", "what each step gave, too, not the result alone"},
    {"recorded", 0, "RUN", "answer with what tools gave in this run, instead of mocks"},
    {"input", 'i', "JSON", "of both; also @FILE, or - for standard input"},
};

constexpr std::string_view analyze_text =
    "FILE may be the text itself, where it holds a blank, or '-'. Dialects are prose lists, such\n"
    "as \"create tests, then deploy\", flagged chains, such as 'sequential --commands=\"a, b\"',\n"
    "bare arrow lines, and one slash command per line. Nothing is written.";
constexpr std::string_view convert_text =
    "The difference goes to standard output. The file is replaced as a whole or not at all, and\n"
    "not where something would be lost: that is status 8, unless '--allow-lossy' is given. Status\n"
    "6 says that it names commands which are not installed.";
constexpr std::string_view validate_text =
    "Runs the old text as what it meant and the new definition as what it says. No tool is "
    "called:\n"
    "mocks answer by their arguments, or a recorded run of the store answers. Exits with 0 when\n"
    "both end in the same way with the same result, and with 7 when not.";

// Words apart by blanks; a quote at the beginning of one holds it together.
std::vector<std::string> split_words(const std::string& text) {
  std::vector<std::string> words;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == ' ') {
      ++at;
      continue;
    }
    std::string word;
    for (; at < text.size() && text[at] != ' '; ++at) {
      const bool is_quote = text[at] == '\'' || text[at] == '"';
      const bool begins = word.empty() || word.back() == '=';
      const size_t close = is_quote && begins ? text.find(text[at], at + 1) : text.npos;
      if (close == text.npos) {
        word += text[at];
        continue;
      }
      word += text.substr(at + 1, close - at - 1);
      at = close;
    }
    words.push_back(std::move(word));
  }
  return words;
}

// The file or text, in quotes or up to the first flag, and where it ends.
std::string text_of(const std::string& words, size_t& end) {
  const size_t first = std::min(words.find_first_not_of(' '), words.size());
  const bool is_quoted = first < words.size() && (words[first] == '\'' || words[first] == '"');
  const size_t close = is_quoted ? words.find(words[first], first + 1) : words.npos;
  if (close != words.npos && (close + 1 == words.size() || words[close + 1] == ' ')) {
    end = close + 1;
    return words.substr(first + 1, close - first - 1);
  }
  end = words.compare(first, 2, "--") == 0 ? first : std::min(words.find(" --"), words.size());
  const std::string text = words.substr(first, end - first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

}  // namespace

std::vector<Verb> verbs_of_migration() {
  return {
      {"migrate analyze",
       "FILE",
       "tell what an old text means, and how sure that is",
       analyze_text,
       {analyze_options, task_options, json_options, plugin_options, global_options},
       1,
       1,
       migrate_analyze},
      {"migrate convert",
       "FILE",
       "make a definition of an old text",
       convert_text,
       {convert_options, lossy_options, task_options, plugin_options, global_options},
       1,
       1,
       migrate_convert},
      {"migrate validate",
       "FILE",
       "tell whether an old text and a definition do the same",
       validate_text,
       {validate_options, lossy_options, task_options, json_options, store_options, plugin_options,
        global_options},
       1,
       1,
       migrate_validate},
  };
}

std::vector<std::string> words_of_migration(const std::string& line) {
  constexpr std::string_view name = "/migrate-workflow";
  if (!line.starts_with(name)) return {};
  const size_t open = line.find_first_not_of(' ', name.size());
  if (open == line.npos || open == name.size() || (line[open] != '"' && line[open] != '\'')) {
    return {};
  }
  std::string content;
  size_t at = open + 1;
  for (; at < line.size() && line[at] != line[open]; ++at) {
    if (line[at] == '\\' && at + 1 < line.size() && line[at + 1] == line[open]) ++at;
    content += line[at];
  }
  if (at == line.size()) return {};
  std::vector<std::string> words{"migrate"};
  const size_t verb = content.find_first_not_of(' ');
  const size_t end = std::min(content.find(' ', std::min(verb, content.size())), content.size());
  if (verb != content.npos) words.push_back(content.substr(verb, end - verb));
  size_t rest = 0;
  const std::string text = text_of(content.substr(end), rest);
  if (!text.empty()) words.push_back(text);
  for (std::string& word : split_words(content.substr(end + rest)))
    words.push_back(std::move(word));
  for (std::string& word : split_words(line.substr(at + 1))) words.push_back(std::move(word));
  return words;
}

}  // namespace weft::cli
