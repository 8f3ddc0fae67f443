// Every function of the ABI says in its comment on which threads it may be called, and which
// statuses it answers.
#include <algorithm>
#include <array>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;
constexpr std::string_view macro = "WEFT_FN(";
constexpr std::array<std::string_view, 4> tags{"[init]", "[ctl]", "[exec]", "[any]"};

// The comment that ends on the line before 'line' (counted from 0); empty when there is none.
std::string comment_above(const std::vector<std::string_view>& lines, std::size_t line) {
  if (line == 0 || !trim(lines[line - 1]).ends_with("*/")) return {};
  std::size_t first = line - 1;
  while (first > 0 && lines[first].find("/*") == npos) --first;
  std::string comment;
  for (std::size_t at = first; at < line; ++at) comment += std::string(trim(lines[at])) + "\n";
  return comment;
}

bool has_tag(std::string_view comment) {
  for (std::string_view tag : tags) {
    if (comment.find(tag) != npos) return true;
  }
  return false;
}

bool is_capital(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

// Words in capitals of at least two letters that end at ';' or '.': statuses in their list.
std::vector<std::string_view> statuses_in(std::string_view comment) {
  std::vector<std::string_view> statuses;
  for (std::size_t at = 0; at < comment.size(); ++at) {
    if (!is_capital(comment[at]) || (at > 0 && is_word_char(comment[at - 1]))) continue;
    std::size_t end = at;
    while (end < comment.size() && is_capital(comment[end])) ++end;
    const bool closed = end < comment.size() && (comment[end] == ';' || comment[end] == '.');
    auto status = comment.substr(at, end - at);
    if (status.starts_with("WEFT_")) status.remove_prefix(5);
    if (closed && status.size() >= 2) statuses.push_back(status);
    at = end;
  }
  return statuses;
}

// Every '#define WEFT_X' of the API, as 'X'.
std::vector<std::string_view> defined_in(const Tree& tree) {
  std::vector<std::string_view> defined;
  for (const File& file : tree.files()) {
    if (!is_below(file.path, "plugin-api")) continue;
    for (std::string_view line : lines_of(file.text)) {
      constexpr std::string_view start = "#define WEFT_";
      if (!line.starts_with(start)) continue;
      line.remove_prefix(start.size());
      std::size_t end = 0;
      while (end < line.size() && is_word_char(line[end])) ++end;
      defined.push_back(line.substr(0, end));
    }
  }
  return defined;
}

class Header final {
 public:
  Header(const File& file, const std::vector<std::string_view>& defined)
      : file_(file), defined_(defined), lines_(lines_of(file.text)) {}

  Findings run() {
    for (std::size_t line = 0; line < lines_.size(); ++line) {
      const auto at = lines_[line].find(macro);
      if (at != npos && trim(lines_[line].substr(0, at)).empty()) function(line, at);
    }
    return std::move(findings_);
  }

 private:
  void add(std::size_t line, const char* rule, const std::string& name, const std::string& what,
           const std::string& instead) {
    findings_.push_back({file_.path, static_cast<int>(line) + 1,
                         std::string("abi_comments.") + rule, name, "'" + name + "' " + what,
                         instead});
  }

  void function(std::size_t line, std::size_t at) {
    const auto inside = lines_[line].substr(at + macro.size());
    const auto comma = inside.find(',');
    const auto result = trim(inside.substr(0, comma));
    const auto rest = comma == npos ? std::string_view() : inside.substr(comma + 1);
    const std::string name(trim(rest.substr(0, rest.find_first_of(",)"))));
    const std::string comment = comment_above(lines_, line);
    if (!has_tag(comment)) {
      add(line, "tag", name, "has no thread tag in the comment above it",
          "write a comment that ends with [init], [ctl], [exec] or [any]");
    }
    const auto statuses = statuses_in(comment);
    if (result == "weft_status" && statuses.empty()) {
      add(line, "status", name, "does not say which statuses it answers",
          "list them in the comment: OK; FAILED.");
    }
    for (std::string_view status : statuses) {
      if (std::find(defined_.begin(), defined_.end(), status) == defined_.end()) {
        add(line, "status", name, "speaks of " + std::string(status) + ", which is not defined",
            "use a status of weft/abi.h");
      }
    }
  }

  const File& file_;
  const std::vector<std::string_view>& defined_;
  std::vector<std::string_view> lines_;
  Findings findings_;
};

}  // namespace

Findings abi_comments(const Tree& tree) {
  Findings findings;
  const auto defined = defined_in(tree);
  for (const File& file : tree.files()) {
    if (!is_below(file.path, "plugin-api") || !is_header(file.path)) continue;
    const Findings found = Header(file, defined).run();
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace tidy
