// Scanner: goes through what stands between the quotes of a line, where signs mean something unless
// a quote or a backslash protects them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/sdk/tree.hpp>

namespace weft::line {

using sdk::Fault;
using sdk::Span;
using sdk::Tree;

// The text without its outer quotes, and for each byte where that stands in the line.
struct Content {
  std::string text;
  std::vector<uint32_t> at;  // one more than there are bytes: the end
};

struct Words {
  std::string text;  // without the quotes and backslashes that protect
  Span place;
};

class Scanner final {
 public:
  explicit Scanner(const Content& content) : content_(content) {}

  bool is_at_end();
  // The next sign, if it is this one.
  bool take(std::string_view sign);
  bool take_arrow() { return take("→") || take("->") || take("|>"); }
  // A word of its own, such as 'then'.
  bool take_word(std::string_view word);
  bool is_before(std::string_view sign);
  // 'name:' with a blank or a bracket behind it; else empty, and nothing is taken.
  std::string take_label();
  // '*3'; 0 when there is none, UINT32_MAX when the number is too large.
  uint32_t take_count();
  // A name as commands have it.
  std::string take_name();
  // Everything up to an arrow, to one of the signs, or to one of the words, which stay.
  bool take_text(std::string_view signs, const std::vector<std::string_view>& words, Words& out);

  // Up to the word, which is taken too; as it is, with its own quotes.
  bool take_expression(std::string_view word, Tree& to);

  uint32_t here();  // in the line, behind blanks
  uint32_t end_of_last() const { return content_.at[last_]; }
  Fault fault;

 private:
  void skip_blanks();
  bool is_word_at(size_t at, std::string_view word) const;
  bool ends_at(size_t at, std::string_view signs, const std::vector<std::string_view>& words) const;
  bool is_count_at(size_t at, std::string_view signs,
                   const std::vector<std::string_view>& words) const;
  bool take_quoted(std::string& out);
  std::string_view rest(size_t at) const { return std::string_view(content_.text).substr(at); }

  const Content& content_;
  size_t at_ = 0, last_ = 0;  // last_: behind what was taken last
};

bool is_name_char(char c);

}  // namespace weft::line
