#include "json.hpp"

#include <algorithm>
#include <charconv>
#include <string>

#include <weft/sdk/text.hpp>

namespace weft::layered {
namespace {

constexpr uint32_t depth_max = WEFT_DEPTH_MAX;

class Reader final {
 public:
  Reader(std::string_view text, Arena arena) : text_(text), b_(arena) {}

  Result<Value> whole() {
    if (!sdk::is_utf8(text_)) return wrong("the text is not UTF-8");
    if (!value(0)) return wrong(why_);
    skip();
    if (at_ != text_.size()) return wrong("something stands behind the value");
    return b_.take_value();
  }

 private:
  Error wrong(std::string_view what) const {
    Error e{Status::bad_input, "store.bad_document", std::string(what)};
    weft_place place{};
    sdk::set_place(text_, static_cast<uint32_t>(at_), 0, place);
    e.where.line = place.line;
    e.where.column = place.column;
    return e;
  }
  bool fail(const char* what) {
    why_ = what;
    return false;
  }

  void skip() { at_ = std::min(text_.find_first_not_of(" \n\t\r", at_), text_.size()); }
  bool take(char sign) {
    skip();
    if (at_ == text_.size() || text_[at_] != sign) return false;
    ++at_;
    return true;
  }
  bool word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  bool value(uint32_t depth) {
    if (depth > depth_max) return fail("it is deeper than 64 levels");
    if (take('{')) return object(depth);
    if (take('[')) return list(depth);
    if (at_ == text_.size()) return fail("the text ends where a value should stand");
    if (text_[at_] == '"') {
      std::string words;
      if (!text(words)) return false;
      b_.text(words);
      return true;
    }
    if (word("true")) return b_.boolean(true), true;
    if (word("false")) return b_.boolean(false), true;
    if (word("null")) return b_.null(), true;
    return number();
  }

  bool object(uint32_t depth) {
    b_.begin_object();
    if (!take('}')) {
      do {
        skip();
        std::string key;
        if (!text(key)) return false;
        b_.key(std::string_view(key));
        if (!take(':')) return fail("a ':' is missing");
        if (!value(depth + 1)) return false;
      } while (take(','));
      if (!take('}')) return fail("a ',' or '}' is missing");
    }
    b_.end_object();
    return !b_.has_duplicate() || fail("a key stands in this object twice");
  }

  bool list(uint32_t depth) {
    b_.begin_array();
    if (!take(']')) {
      do {
        if (!value(depth + 1)) return false;
      } while (take(','));
      if (!take(']')) return fail("a ',' or ']' is missing");
    }
    b_.end_array();
    return true;
  }

  // As JSON writes it: no sign before it but '-', no zero in front, digits around the point.
  bool number() {
    size_t end = at_;
    const auto digits = [&] {
      const size_t first = end;
      while (end < text_.size() && text_[end] >= '0' && text_[end] <= '9') ++end;
      return end - first;
    };
    const auto is_at = [&](std::string_view signs) {
      return end < text_.size() && signs.find(text_[end]) != std::string_view::npos;
    };
    if (is_at("-")) ++end;
    const bool is_zero = is_at("0");
    const size_t whole = digits();
    if (whole == 0 || (is_zero && whole > 1)) return fail("no value stands here");
    bool is_whole = true;
    if (is_at(".")) {
      is_whole = false;
      ++end;
      if (digits() == 0) return fail("the number has no digit behind its point");
    }
    if (is_at("eE")) {
      is_whole = false;
      ++end;
      if (is_at("+-")) ++end;
      if (digits() == 0) return fail("the number has no digit in its exponent");
    }
    return add_number(text_.substr(at_, end - at_), is_whole);
  }

  bool add_number(std::string_view said, bool is_whole) {
    const char* last = said.data() + said.size();
    at_ += said.size();
    int64_t integer = 0;
    uint64_t natural = 0;
    if (is_whole && std::from_chars(said.data(), last, integer).ec == std::errc()) {
      return b_.integer(integer), true;
    }
    if (is_whole && std::from_chars(said.data(), last, natural).ec == std::errc()) {
      return b_.natural(natural), true;
    }
    double number = 0;
    if (std::from_chars(said.data(), last, number).ec != std::errc()) {
      return fail("the number is too large");
    }
    return b_.number(number), true;
  }

  bool text(std::string& out) {
    if (at_ == text_.size() || text_[at_] != '"') return fail("a text in quotes is missing");
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (static_cast<uint8_t>(text_[at_]) < 0x20U) return fail("a control character in a text");
      if (text_[at_] != '\\') {
        out += text_[at_];
      } else if (!escape(out)) {
        return fail("an escape in a text is not one of JSON");
      }
    }
    if (at_ == text_.size()) return fail("the text has no end");
    ++at_;
    return true;
  }

  bool escape(std::string& out) {
    const size_t used = sdk::append_json_escape(text_.substr(at_ + 1), out);
    at_ += used;
    return used != 0;
  }

  std::string_view text_;
  Builder b_;
  size_t at_ = 0;
  const char* why_ = "";
};

}  // namespace

void* Memory::grow(void*, weft_arena* arena, uint64_t n) noexcept {
  try {
    auto& self = *static_cast<Memory*>(arena->impl);
    const uint64_t bytes = std::max<uint64_t>(n, 4096);
    auto& chunk = self.chunks_.emplace_back(std::make_unique<uint64_t[]>(bytes / 8 + 1));
    auto* start = reinterpret_cast<char*>(chunk.get());
    arena->cur = start + n;
    arena->end = start + bytes;
    return start;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

Result<Value> read_json(std::string_view text, Arena arena) { return Reader(text, arena).whole(); }

}  // namespace weft::layered
