// JsonPathParser: recursive descent over the grammar of RFC 9535. Part of JsonPath::compile().
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.hpp"
#include "expr/jsonpath.hpp"
#include "expr/lexer.hpp"

namespace weft::expr {

// Invariant: after an error every function returns soon and what it returns is not used.
class JsonPathParser final {
 public:
  explicit JsonPathParser(std::string_view text) : text_(text) {}

  Result<JsonPath> parse() {
    if (!take('$')) fail("a query begins with '$'");
    path_.root_ = query(false);
    if (!error_ && at_ < text_.size()) fail("the query goes on behind its end");
    if (error_) return std::move(*error_);
    return std::move(path_);
  }

 private:
  using Term = JsonPath::Term;
  using Selector = JsonPath::Selector;
  using Segment = JsonPath::Segment;
  struct Signature {
    std::string_view name;
    uint32_t arguments;
    bool wants_nodes;  // else values
    bool is_logical;   // its result, else a value
  };
  static constexpr Signature signatures[] = {{"length", 1, false, false},
                                             {"count", 1, true, false},
                                             {"match", 2, false, true},
                                             {"search", 2, false, true},
                                             {"value", 1, true, false}};  // as JsonPath::Function
  static const Signature& signature_of(const Term& call) {
    return signatures[static_cast<size_t>(call.function)];
  }
  static bool is_digit(char c) { return c >= '0' && c <= '9'; }
  static bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

  uint32_t query(bool of_current);
  bool segment(Segment& segment, bool& is_singular);
  void bracketed(Segment& segment, bool& is_singular);
  Selector selector();
  Selector slice_or_index();
  std::string_view shorthand();
  std::string quoted(char quote);
  void escape(std::string& out, char quote);
  std::optional<uint32_t> hexadecimal();
  int64_t integer();

  // jsonpath_filter.cpp
  uint32_t any_of();
  uint32_t all_of();
  uint32_t basic();
  uint32_t joined(Term::Kind kind, uint32_t (JsonPathParser::*part)(), std::string_view sign);
  uint32_t comparable();
  uint32_t literal();
  uint32_t number();
  uint32_t word();
  uint32_t call(std::string_view name);
  bool arguments(const Signature& signature, std::vector<uint32_t>& all);
  void argument(const Signature& signature, std::vector<uint32_t>& all);
  void check_test(const Term& term);
  void check_comparable(const Term& term);
  std::optional<Term::Order> order();
  void find_regexp(Term& call);

  void blank() {
    while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != text_.npos) ++at_;
  }
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool take(char c) {
    if (peek() != c || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }
  void fail(std::string message) { fail_at(at_, std::move(message)); }
  void fail_at(size_t at, std::string message) {
    if (!error_) error_ = syntax_error(text_, static_cast<uint32_t>(at), std::move(message));
    at_ = text_.size();
  }
  bool enter() {
    if (++depth_ <= base::limits::expression_depth) return true;
    fail("the query is nested too deeply");
    return false;
  }
  uint32_t add(Term term) {
    path_.terms_.push_back(term);
    return static_cast<uint32_t>(path_.terms_.size() - 1);
  }
  Value keep(std::string_view text) {
    Builder b(path_.kept_->arena());
    b.text(text);
    return b.take_value();
  }

  JsonPath path_;
  std::string_view text_;
  size_t at_ = 0;
  uint32_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace weft::expr
