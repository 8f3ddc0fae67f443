#include "lex.hpp"

#include <algorithm>
#include <cctype>

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;

// Walks over the text once and writes spaces over what is not code.
class Blanker final {
 public:
  explicit Blanker(std::string_view text) : text_(text), out_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = text_[at_];
    const char next = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    if (c == '/' && next == '/') return blank_to(std::min(text_.find('\n', at_), text_.size()));
    if (c == '/' && next == '*') {
      const auto end = text_.find("*/", at_ + 2);
      return blank_to(end == npos ? text_.size() : end + 2);
    }
    if (c == '"') return is_raw() ? raw() : quoted(c);
    // 1'000 is a number, not a character.
    if (c == '\'' && !(at_ > 0 && std::isxdigit(byte(at_ - 1)) && starts_number())) {
      return quoted(c);
    }
    ++at_;
  }

  unsigned char byte(std::size_t at) const { return static_cast<unsigned char>(text_[at]); }

  bool starts_number() const {
    auto at = at_;
    while (at > 0 && (is_word_char(text_[at - 1]) || text_[at - 1] == '\'')) --at;
    return std::isdigit(byte(at)) != 0;
  }

  bool is_raw() const {
    if (at_ == 0 || text_[at_ - 1] != 'R') return false;
    auto at = at_ - 1;
    while (at > 0 && is_word_char(text_[at - 1])) --at;
    const auto prefix = text_.substr(at, at_ - at);
    return prefix == "R" || prefix == "u8R" || prefix == "LR" || prefix == "uR" || prefix == "UR";
  }

  void raw() {
    const auto open = text_.find('(', at_);
    if (open == npos) return blank_to(text_.size());
    const std::string end =
        std::string(")").append(text_.substr(at_ + 1, open - at_ - 1)).append("\"");
    const auto close = text_.find(end, open);
    ++at_;
    if (close == npos) return blank_to(text_.size());
    blank_to(close + end.size() - 1);
    ++at_;
  }

  void quoted(char quote) {
    auto end = at_ + 1;
    while (end < text_.size() && text_[end] != quote && text_[end] != '\n') {
      end += text_[end] == '\\' ? 2u : 1u;
    }
    ++at_;
    blank_to(std::min(end, text_.size()));
    if (at_ < text_.size() && text_[at_] == quote) ++at_;
  }

  void blank_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (text_[at_] != '\n') out_[at_] = ' ';
    }
  }

  std::string_view text_;
  std::string out_;
  std::size_t at_ = 0;
};

// Which branch of nested #if the current line stands in.
class Branches final {
 public:
  // Takes a preprocessor line without its '#'.
  void take(std::string_view directive) {
    directive = trim(directive);
    if (directive.starts_with("if")) {
      skipped_.push_back(false);
    } else if (directive.starts_with("el") && !skipped_.empty()) {
      skipped_.back() = true;
    } else if (directive.starts_with("endif") && !skipped_.empty()) {
      skipped_.pop_back();
    }
  }
  bool is_skipped() const {
    return std::find(skipped_.begin(), skipped_.end(), true) != skipped_.end();
  }

 private:
  std::vector<bool> skipped_;
};

}  // namespace

std::string code_of(std::string_view text) { return Blanker(text).run(); }

std::string plain_code_of(std::string_view text) {
  std::string code = code_of(text);
  Branches branches;
  bool continues = false;
  std::size_t at = 0;
  while (at < code.size()) {
    const auto end = std::min(code.find('\n', at), code.size());
    const std::string_view line = std::string_view(code).substr(at, end - at);
    const std::string_view bare = trim(line);
    const bool is_directive = !continues && bare.starts_with('#');
    if (is_directive) branches.take(bare.substr(1));
    const bool blank = is_directive || continues || branches.is_skipped();
    continues = (is_directive || continues) && bare.ends_with('\\');
    if (blank)
      std::fill(code.begin() + static_cast<std::ptrdiff_t>(at),
                code.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    at = end + 1;
  }
  return code;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text = end == npos ? std::string_view() : text.substr(end + 1);
  }
  return lines;
}

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  const std::string code = code_of(text);
  const auto code_lines = lines_of(code);
  const auto lines = lines_of(text);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    // Inside a comment or a raw text the '#' is not code.
    if (!trim(code_lines[i]).starts_with('#')) continue;
    const auto word = lines[i].find("include");
    if (word == npos || trim(lines[i].substr(0, word)) != "#") continue;
    const auto open = lines[i].find_first_of("<\"", word);
    if (open == npos) continue;
    const bool angled = lines[i][open] == '<';
    const auto close = lines[i].find(angled ? '>' : '"', open + 1);
    if (close == npos) continue;
    includes.push_back(
        {static_cast<int>(i) + 1, lines[i].substr(open + 1, close - open - 1), angled});
  }
  return includes;
}

int line_at(std::string_view text, std::size_t offset) {
  const auto before = text.substr(0, offset);
  return static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1;
}

bool is_word_char(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

std::size_t find_word(std::string_view text, std::string_view word, std::size_t from) {
  for (auto at = text.find(word, from); at != npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool starts = at == 0 || !is_word_char(text[at - 1]) || !is_word_char(word.front());
    const bool ends = end == text.size() || !is_word_char(text[end]) || !is_word_char(word.back());
    if (starts && ends) return at;
  }
  return npos;
}

}  // namespace tidy
