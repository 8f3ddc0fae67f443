// JsonScan: steps over JSON text without making values, for places in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::base {

// Made for text that is mostly well formed; on other text it stops somewhere inside, never outside.
class JsonScan final {
 public:
  explicit JsonScan(std::string_view text) : text_(text) {}

  uint64_t at() const { return at_; }
  bool done() const { return at_ >= text_.size(); }
  char here() const { return done() ? '\0' : text_[at_]; }

  void skip_blank();
  bool take(char c);          // after blanks
  std::string_view string();  // the quoted text as written, quotes included; empty if none is here
  void skip_value();          // any value, whatever its depth

 private:
  std::string_view text_;
  uint64_t at_ = 0;
};

// The text that a quoted one stands for.
std::string unquoted(std::string_view quoted);

}  // namespace weft::base
