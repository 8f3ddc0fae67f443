// RegexpParser: reads the text of a regular expression; RFC 9485, and JSON Schema's on top of it.
#pragma once

#include <optional>
#include <string>

#include "expr/match_compile.hpp"

namespace weft::expr {

class RegexpParser final {
 public:
  RegexpParser(std::string_view text, Dialect dialect)
      : text_(text), schema_(dialect == Dialect::json_schema) {}

  Result<RegexpTree> parse();

 private:
  using Part = RegexpTree::Part;

  void fail(std::string message, std::string hint) {
    fail_at(at_, std::move(message), std::move(hint));
  }
  void fail_at(size_t at, std::string message, std::string hint);
  void fail_limit(size_t at, const char* code, std::string message);
  bool at(char c) const { return at_ < text_.size() && text_[at_] == c; }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  uint32_t add(Part part);
  uint32_t add_list(Part::Kind kind, const std::vector<uint32_t>& parts);
  uint32_t add_set(CodePoints set, bool negated);
  uint32_t add_character(char32_t c);
  uint32_t add_plain(Part::Kind kind);

  uint32_t choice(uint32_t depth);
  uint32_t sequence(uint32_t depth);
  uint32_t piece(uint32_t depth);
  uint32_t atom(uint32_t depth);
  uint32_t group(uint32_t depth);
  uint32_t escape();
  uint32_t any();
  bool repeat(Part& part);
  bool counts(Part& part);
  uint32_t count();
  // Of a class in brackets; a character, or nothing when a class of characters was added instead.
  uint32_t bracket();
  void bracket_item(CodePoints& set);
  std::optional<char32_t> bracket_character(CodePoints& set);
  // Whether a class such as \p{L} stood here and was added.
  bool class_escape(CodePoints& set);
  void category(CodePoints& set, bool negated);
  std::optional<char32_t> character_escape();
  std::optional<char32_t> hexadecimal(uint32_t count);
  std::optional<char32_t> surrogate_pair(char32_t high);

  std::string_view text_;
  bool schema_;
  size_t at_ = 0;
  RegexpTree tree_;
  std::optional<Error> error_;
};

}  // namespace weft::expr
