// Parts: where an old text falls apart, unless quotes, brackets or backslashes hold it together.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/sdk/tree.hpp>

namespace weft::legacy {

using sdk::Fault;
using sdk::Span;
using sdk::Tree;

inline constexpr uint32_t depth_max = 32;

bool is_blank(char c);
bool is_name_char(char c);

class Parts final {
 public:
  // How many bytes the separator has that stands at a place; 0 when none does.
  using Separator = std::function<uint32_t(uint32_t at)>;

  explicit Parts(std::string_view text) : text_(text) {}

  std::string_view view(Span span) const { return text_.substr(span.at, span.end - span.at); }
  Span whole() const { return {0, static_cast<uint32_t>(text_.size())}; }
  // Without blanks around it.
  Span trim(Span span) const;
  // What lies between separators, trimmed; parts may be empty. False when a quote or a bracket is
  // not closed.
  bool split(Span span, const Separator& separator, std::vector<Span>& parts);
  bool split(Span span, char sign, std::vector<Span>& parts);
  bool split_at_arrows(Span span, std::vector<Span>& parts);
  // Where the separator first stands; the end of the span when it does not.
  bool find(Span span, const Separator& separator, uint32_t& at);
  // What stands within, when brackets are around all of it.
  bool is_in_brackets(Span span, char open, Span& inner);
  // The same of quotes.
  bool is_in_quotes(Span span, Span& inner);
  // Without the quotes and backslashes that protect.
  std::string plain(Span span) const;
  // A word of its own stands there.
  bool is_word_at(uint32_t at, std::string_view word) const;
  uint32_t arrow_at(uint32_t at) const;
  bool has_arrow(Span span);

  Fault fault;

 private:
  bool step(Span span, uint32_t& at, uint32_t depth);
  bool step_bracket(Span span, uint32_t& at, uint32_t depth);
  bool step_quote(Span span, uint32_t& at);
  bool begins_word(Span span, uint32_t at) const;

  std::string_view text_;
};

}  // namespace weft::legacy
