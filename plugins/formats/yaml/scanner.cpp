#include "scanner.hpp"

#include <utility>

namespace weft::yaml {

bool Scanner::at_marker() const {
  if (pos_ != line_start_) return false;
  const std::string_view three = text_.substr(pos_, 3);
  return (three == "---" || three == "...") && blank_at(3);
}

void Scanner::skip_to_content() {
  for (;;) {
    const bool fresh = pos_ == line_start_;
    skip_spaces();
    indent_ = fresh ? column() : -1;
    tab_at_ = peek() == '\t' ? pos_ : nowhere;
    skip_blanks();
    if (at_comment()) skip_line();
    if (peek() != '\n') return;
    next_line();
  }
}

bool Scanner::fail(Fault fault) {
  if (!failed_) fault_ = std::move(fault);
  failed_ = true;
  return false;
}

bool Scanner::fail_tab(uint32_t at) {
  return fail({Status::bad_input, "format.tab", "a tab cannot indent a line",
               "indent with spaces instead", at, 1});
}

}  // namespace weft::yaml
