// Scanner: walks a text by character and line, and keeps the first fault.
#pragma once

#include <cstdint>
#include <string_view>

#include "source.hpp"

namespace weft::yaml {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }
inline bool is_flow_indicator(char c) {
  return c == ',' || c == '[' || c == ']' || c == '{' || c == '}';
}

// Invariant: pos() is at or behind line_start(), in the same line.
class Scanner final {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::string_view text() const { return text_; }
  uint32_t pos() const { return pos_; }
  uint32_t line_start() const { return line_start_; }
  // Bytes before pos() in its line. Only spaces and indicators stand before what this is asked for.
  int32_t column() const { return static_cast<int32_t>(pos_ - line_start_); }
  bool at_end() const { return pos_ >= text_.size(); }
  // The character k further, 0 behind the end; the text itself holds no 0.
  char peek(uint32_t k = 0) const { return pos_ + k < text_.size() ? text_[pos_ + k] : '\0'; }
  bool line_done() const { return at_end() || peek() == '\n'; }
  bool blank_at(uint32_t k) const {
    const char c = peek(k);
    return is_blank(c) || c == '\n' || c == '\0';
  }
  // '---' or '...' at the start of a line.
  bool at_marker() const;
  bool at_comment() const { return peek() == '#' && (pos_ == 0 || blank_before()); }
  // Of the last skip_to_content: the spaces before the content when nothing else stands before it
  // in its line, else -1; and the first tab among the blanks directly before it.
  int32_t indent() const { return indent_; }
  uint32_t tab_at() const { return tab_at_; }

  // Requires: no line ends among the bytes.
  void advance(uint32_t bytes = 1) { pos_ += bytes; }
  // Requires: peek() is a line end.
  void next_line() { line_start_ = ++pos_; }
  void skip_blanks() {
    while (is_blank(peek())) ++pos_;
  }
  void skip_spaces() {
    while (peek() == ' ') ++pos_;
  }
  void skip_line() {
    while (!line_done()) ++pos_;
  }
  // Skips blanks, comments and line ends.
  void skip_to_content();
  void jump(uint32_t pos, uint32_t line_start) {
    pos_ = pos;
    line_start_ = line_start;
  }
  std::string_view since(uint32_t from) const { return text_.substr(from, pos_ - from); }

  // Keeps the first fault; always false, so that 'return fail(...)' reads well.
  bool fail(Fault fault);
  bool fail_tab(uint32_t at);
  const Fault& fault() const { return fault_; }
  bool failed() const { return failed_; }

 private:
  bool blank_before() const { return is_blank(text_[pos_ - 1]) || text_[pos_ - 1] == '\n'; }

  std::string_view text_;
  uint32_t pos_ = 0, line_start_ = 0, tab_at_ = nowhere;
  int32_t indent_ = -1;
  bool failed_ = false;
  Fault fault_;
};

}  // namespace weft::yaml
