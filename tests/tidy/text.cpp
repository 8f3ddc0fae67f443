// Measures and words of the sources: columns, tabs, lengths, and what is never written here.
#include <algorithm>
#include <array>
#include <cstdio>

#include "checks.hpp"
#include "exceptions.hpp"
#include "functions.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr std::size_t columns_max = 100;
constexpr std::size_t build_columns_max = 120;
constexpr int function_lines_max = 70;  // one screen
// It is a microkernel; kernel/decisions/0010-size-of-the-kernel.md says why there are two halves,
// 0011-the-past-is-a-room.md why there is a third part, 0017-size-of-a-durable-kernel.md how large.
constexpr std::size_t running_lines_max = 28'250;
constexpr std::size_t reading_lines_max = 14'240;
constexpr std::size_t past_lines_max = 6'300;

// Where a word is banned.
enum class Where { everywhere, headers, kernel, away_from_clock };

struct Ban {
  std::string word;
  Where where;
  std::string instead;
};

// Words that the check looks for in comments too are put together from halves, so that this file
// passes its own check.
const std::string fixme = std::string("FIX") + "ME";
const std::string hack = std::string("HA") + "CK";
const std::string todo = std::string("TO") + "DO";

const std::array<Ban, 13>& bans() {
  static const std::array<Ban, 13> table{{
      {"using namespace", Where::headers, "name what is used"},
      {"std::cout", Where::kernel, "log through the host"},
      {"std::cerr", Where::kernel, "log through the host"},
      {"printf", Where::kernel, "log through the host"},
      {"sleep_for", Where::everywhere, "wait for the condition, or set a timer of the engine"},
      {"sleep_until", Where::everywhere, "wait for the condition, or set a timer of the engine"},
      {"usleep", Where::everywhere, "wait for the condition, or set a timer of the engine"},
      {"system_clock::now", Where::away_from_clock, "take the time from the input or engine/timer"},
      {"steady_clock::now", Where::away_from_clock, "take the time from the input or engine/timer"},
      {"std::regex", Where::everywhere, "use expr/match, or RE2 where a plugin needs more"},
      {"std::format", Where::everywhere, "put the text together with +, g++ 12 has no <format>"},
      {"std::expected", Where::everywhere, "use Result<T>, g++ 12 has no <expected>"},
      {"co_await", Where::everywhere, "use a callback, g++ 12 miscompiles coroutines"},
  }};
  return table;
}

bool has_clock(std::string_view path) {
  // The engine hands time to the kernel; hosts, tools, stores and tests live in it. A pattern does
  // not: what it decides must be the same again.
  const bool is_plugin = is_below(path, "plugins") && !is_below(path, "plugins/patterns");
  return path.starts_with("kernel/engine/timer") || path.starts_with("kernel/engine/host_env") ||
         is_below(path, "hosts") || is_below(path, "tests") || is_plugin;
}

bool applies(Where where, std::string_view path) {
  switch (where) {
    case Where::everywhere: return true;
    case Where::headers: return is_header(path);
    case Where::kernel: return is_below(path, "kernel");
    case Where::away_from_clock: return !has_clock(path);
  }
  return true;
}

std::size_t file_lines_max(std::string_view path) {
  if (is_below(path, "tests")) return 500;
  if (is_below(path, "plugin-api")) return 150;
  return is_header(path) ? 250 : 400;
}

std::size_t columns_of(std::string_view line) {
  std::size_t columns = 0;
  for (char c : line) {
    // The bytes of a UTF-8 character after its first take no room.
    if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) ++columns;
  }
  return columns;
}

// Scripts and lists of the build are measured as well.
bool is_measured(std::string_view path) {
  return is_code(path) || extension_of(path) == ".cmake" || name_of(path) == "CMakeLists.txt" ||
         path == "dev" || path == ".ci/run";
}

class Reader final {
 public:
  explicit Reader(const File& file) : file_(file) {}

  Findings run() {
    lines();
    if (is_code(file_.path)) {
      length();
      const std::vector<Function> all = functions_of(plain_code_of(file_.text));
      functions(all);
      banned(all);
    }
    return std::move(findings_);
  }

 private:
  void add(int line, const char* rule, std::string subject, std::string what, std::string instead) {
    findings_.push_back({file_.path, line, std::string("text.") + rule, std::move(subject),
                         std::move(what), std::move(instead)});
  }

  void lines() {
    int number = 0;
    // A list of files or a message of CMake reads worse when it is broken.
    const bool is_build = file_.path.ends_with(".cmake") || file_.path.ends_with("CMakeLists.txt");
    const std::size_t most = is_build ? build_columns_max : columns_max;
    for (std::string_view line : lines_of(file_.text)) {
      ++number;
      const std::size_t columns = columns_of(line);
      if (columns > most) {
        std::string what = std::to_string(columns);
        what.append(" columns, the limit is ").append(std::to_string(most));
        add(number, "columns", "", std::move(what), "break the line");
      }
      if (line.find('\t') != std::string_view::npos) {
        add(number, "tab", "", "a tab", "indent with two spaces");
      }
      debts(number, line);
    }
  }

  void debts(int number, std::string_view line) {
    for (const std::string& word : {fixme, hack}) {
      if (find_word(line, word) != std::string_view::npos) {
        add(number, "debt", word, "'" + word + "'", "write " + todo + "(name-of-thing-awaited)");
      }
    }
    const auto at = find_word(line, todo);
    if (at == std::string_view::npos) return;
    const auto after = line.substr(at + todo.size());
    if (!after.starts_with('(') || after.starts_with("()")) {
      add(number, "debt", todo, "'" + todo + "' that awaits nothing",
          "write " + todo + "(name-of-thing-awaited)");
    }
  }

  void length() {
    const std::size_t count = lines_of(file_.text).size();
    const std::size_t most = file_lines_max(file_.path);
    if (count > most) {
      add(static_cast<int>(most) + 1, "file", "",
          std::to_string(count) + " lines, the limit is " + std::to_string(most),
          "split the file by noun");
    }
  }

  void functions(const std::vector<Function>& all) {
    for (const Function& function : all) {
      const int count = function.last - function.first + 1;
      if (count <= function_lines_max) continue;
      add(function.first, "function", function.name,
          "'" + function.name + "' has " + std::to_string(count) + " lines, the limit is 70",
          "name a piece of it");
    }
  }

  // A name that is used inside one function stays inside it.
  static bool is_local(const std::vector<Function>& all, int line) {
    return std::any_of(all.begin(), all.end(), [line](const Function& function) {
      return function.first < line && line < function.last;
    });
  }

  void banned(const std::vector<Function>& all) {
    const std::string code = code_of(file_.text);
    for (const Ban& ban : bans()) {
      if (!applies(ban.where, file_.path)) continue;
      for (auto at = find_word(code, ban.word); at != std::string::npos;
           at = find_word(code, ban.word, at + 1)) {
        const int line = line_at(code, at);
        if (ban.where == Where::headers && is_local(all, line)) continue;
        add(line, "ban", ban.word, "'" + ban.word + "' is not used here", ban.instead);
      }
    }
  }

  const File& file_;
  Findings findings_;
};

std::size_t count_of(std::string_view text, std::string_view word) {
  std::size_t count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    ++count;
  }
  return count;
}

// A file of suppressions holds one on each line that is neither empty nor a comment.
std::size_t suppressions_in(const File& file) {
  std::size_t count = 0;
  if (extension_of(file.path) == ".supp") {
    for (std::string_view line : lines_of(file.text)) {
      if (!trim(line).empty() && !trim(line).starts_with('#')) ++count;
    }
  } else if (is_code(file.path)) {
    count += count_of(code_of(file.text), "no_sanitize");
    count += count_of(file.text, std::string("NO") + "LINT");
  }
  return count;
}

std::size_t skipped_tests_in(const File& file) {
  if (!is_below(file.path, "tests")) return 0;
  if (name_of(file.path) == "CMakeLists.txt") {
    return count_of(file.text, " DISABLED ") + count_of(file.text, " WILL_FAIL ");
  }
  if (!is_source(file.path)) return 0;
  std::size_t count = 0;
  for (std::string_view line : lines_of(file.text)) {
    if (!trim(line).starts_with("TEST_CASE(")) continue;
    count += count_of(line, "[.") + count_of(line, "[!mayfail]") + count_of(line, "[!shouldfail]");
  }
  return count + count_of(code_of(file.text), " SKIP(");
}

}  // namespace

bool reads_definitions(const std::string& path) {
  return is_below(path, "kernel/expr") || is_below(path, "kernel/spec") ||
         is_below(path, "kernel/plan");
}

bool is_of_learning(const std::string& path) {
  return path == "kernel/learned.cpp" || path == "kernel/learned.hpp" ||
         path == "kernel/adapt.cpp" || path == "kernel/include/weft/learned.hpp";
}

bool looks_back(const std::string& path) {
  return is_below(path, "kernel/travel") || path == "kernel/travel.cpp" ||
         path == "kernel/fork.cpp" || is_of_learning(path) ||
         path == "kernel/include/weft/travel.hpp";
}

void check_size(std::size_t lines, std::size_t most, const char* half, Findings& findings) {
  if (lines <= most) return;
  findings.push_back({"kernel/CMakeLists.txt", 1, "text.kernel", "",
                      std::string("the part of the kernel that ") + half + " has " +
                          std::to_string(lines) + " lines, the limit is " + std::to_string(most),
                      "move what can be a plugin to plugins/"});
}

Findings text(const Tree& tree) {
  Findings findings;
  std::size_t running = 0, reading = 0, past = 0;
  for (const File& file : tree.files()) {
    if (!is_measured(file.path)) continue;
    if (is_below(file.path, "kernel") && is_code(file.path)) {
      std::size_t& part = reads_definitions(file.path) ? reading
                          : looks_back(file.path)      ? past
                                                       : running;
      part += lines_of(file.text).size();
    }
    const Findings found = Reader(file).run();
    findings.insert(findings.end(), found.begin(), found.end());
  }
  check_size(running, running_lines_max, "runs", findings);
  check_size(reading, reading_lines_max, "reads definitions", findings);
  check_size(past, past_lines_max, "looks back", findings);
  return findings;
}

void print_debts(const Tree& tree) {
  std::size_t suppressions = 0, skipped = 0, todos = 0;
  for (const File& file : tree.files()) {
    suppressions += suppressions_in(file);
    skipped += skipped_tests_in(file);
    if (is_measured(file.path)) todos += count_of(file.text, todo + "(");
  }
  std::printf("debts: %zu suppressions, %zu tidy exceptions, %zu skipped tests, %zu %s(...)\n",
              suppressions, exceptions_of(tree).size(), skipped, todos, todo.c_str());
}

}  // namespace tidy
