#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <cmath>
#include <map>
#include <new>
#include <vector>

#include "base/json.hpp"
#include "base/json_scan.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"

namespace weft::base {
namespace {

using boost::json::error_code;
using boost::json::string_view;

std::string_view view(string_view s) { return {s.data(), s.size()}; }

// What our own checks say through an error_code of the parser.
enum class Refusal { none, duplicate_key, too_large_number };

// Receives the parts of the text and builds the value. Numbers are read again from their text:
// Boost.JSON 1.81 is off by an ulp or two in many of 17 digits.
class Receiver final {
 public:
  static constexpr size_t max_object_size = SIZE_MAX, max_array_size = SIZE_MAX;
  static constexpr size_t max_key_size = SIZE_MAX, max_string_size = SIZE_MAX;

  explicit Receiver(Arena arena) : builder_(arena) {}

  Value take() { return builder_.take_value(); }
  Refusal refusal() const { return refusal_; }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

  bool on_object_begin(error_code&) {
    builder_.begin_object();
    return true;
  }
  bool on_object_end(size_t, error_code& ec) {
    builder_.end_object();
    return !builder_.has_duplicate() || refuse(Refusal::duplicate_key, ec);
  }
  bool on_array_begin(error_code&) {
    builder_.begin_array();
    return true;
  }
  bool on_array_end(size_t, error_code&) {
    builder_.end_array();
    return true;
  }

  bool on_key_part(string_view s, size_t, error_code&) { return keep(s); }
  bool on_key(string_view s, size_t, error_code&) {
    builder_.key(Key(whole(s)));
    kept_.clear();
    return true;
  }
  bool on_string_part(string_view s, size_t, error_code&) { return keep(s); }
  bool on_string(string_view s, size_t, error_code&) {
    builder_.text(whole(s));
    kept_.clear();
    return true;
  }

  bool on_number_part(string_view s, error_code&) { return keep(s); }
  bool on_int64(int64_t number, string_view, error_code&) {
    builder_.integer(number);
    kept_.clear();
    return true;
  }
  bool on_uint64(uint64_t number, string_view, error_code&) {
    builder_.natural(number);
    kept_.clear();
    return true;
  }
  bool on_double(double approximate, string_view s, error_code& ec) {
    const std::string_view text = whole(s);
    double number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    kept_.clear();
    if (read.ec == std::errc::result_out_of_range) {
      // Out of range at either end; the approximation tells which.
      if (std::fabs(approximate) > 1) return refuse(Refusal::too_large_number, ec);
      number = std::copysign(0.0, approximate);
    }
    builder_.number(number);
    return true;
  }
  bool on_bool(bool b, error_code&) {
    builder_.boolean(b);
    return true;
  }
  bool on_null(error_code&) {
    builder_.null();
    return true;
  }

 private:
  bool keep(string_view s) {
    kept_.append(s.data(), s.size());
    return true;
  }
  std::string_view whole(string_view last) {
    if (kept_.empty()) return view(last);
    keep(last);
    return kept_;
  }
  bool refuse(Refusal refusal, error_code& ec) {
    refusal_ = refusal;
    ec = boost::json::error::exception;
    return false;
  }

  Builder builder_;
  std::string kept_;
  Refusal refusal_ = Refusal::none;
};

Error bad_json(std::string_view text, uint64_t offset, std::string message, std::string hint) {
  const Place place = place_at(text, offset);
  Error error{.status = Status::bad_input,
              .code = "json.invalid",
              .message = std::move(message),
              .hint = std::move(hint)};
  error.where.line = place.line;
  error.where.column = place.column;
  return error;
}

Error twice(std::string_view text, const std::string& key, uint64_t first, uint64_t second) {
  const Place place = place_at(text, first);
  return bad_json(text, second,
                  "the key " + quoted(key) + " appears twice, first at line " +
                      std::to_string(place.line) + ", column " + std::to_string(place.column),
                  "keep one of them");
}

// Walks the text again to the first key that its object already has.
Error duplicate_key(std::string_view text) {
  struct Open {
    bool object;
    std::map<std::string, uint64_t> keys;
  };
  std::vector<Open> open;
  bool key_next = false;
  JsonScan scan(text);
  for (scan.skip_blank(); !scan.done(); scan.skip_blank()) {
    const uint64_t at = scan.at();
    const char c = scan.here();
    if (c == '{' || c == '[') {
      key_next = c == '{';
      open.push_back({key_next, {}});
      scan.take(c);
    } else if (c == '}' || c == ']') {
      if (!open.empty()) open.pop_back();
      key_next = false;
      scan.take(c);
    } else if (c == ',') {
      key_next = !open.empty() && open.back().object;
      scan.take(c);
    } else if (key_next && c == '"') {
      key_next = false;
      const std::string key = unquoted(scan.string());
      const auto [entry, added] = open.back().keys.emplace(key, at);
      if (!added) return twice(text, key, entry->second, at);
      scan.take(':');
    } else {
      scan.skip_value();
    }
  }
  return bad_json(text, text.size(), "a key appears twice", "keep one of them");
}

std::string what_stands_at(std::string_view text, uint64_t offset) {
  if (offset >= text.size()) return "the text ends too early";
  const auto c = static_cast<uint8_t>(text[offset]);
  if (c >= 0x80 && !is_utf8(text)) return "the text is not valid UTF-8";
  if (c < 0x20) return "a control character stands where none may";
  size_t size = 1;
  while (offset + size < text.size() &&
         (static_cast<uint8_t>(text[offset + size]) & 0xc0U) == 0x80) {
    ++size;
  }
  return quoted(text.substr(offset, size)) + " is not expected";
}

// Where the number starts that was read up to here.
uint64_t number_before(std::string_view text, uint64_t offset) {
  constexpr std::string_view of_numbers = "0123456789+-.eE";
  const size_t before = text.substr(0, offset).find_last_not_of(of_numbers);
  return before == std::string_view::npos ? 0 : before + 1;
}

Error explain(std::string_view text, uint64_t offset, error_code ec, Refusal refusal) {
  using boost::json::error;
  if (refusal == Refusal::duplicate_key) return duplicate_key(text);
  if (refusal == Refusal::too_large_number || ec == error::exponent_overflow) {
    return bad_json(text, number_before(text, offset), "a number is too large",
                    "numbers end at 1.79e308");
  }
  if (ec == error::too_deep) {
    return bad_json(text, offset, "the value is deeper than 64 levels", "make it flatter");
  }
  if (ec == error::incomplete || offset >= text.size()) {
    return bad_json(text, text.size(), "the text ends too early", "close what is still open");
  }
  if (ec == error::illegal_leading_surrogate || ec == error::illegal_trailing_surrogate ||
      ec == error::expected_hex_digit || ec == error::expected_utf16_escape) {
    return bad_json(text, offset, "an escape sequence is wrong", "write \\u and four hex digits");
  }
  std::string hint = text[offset] == '\'' ? "write double quotes" : "";
  if (text[offset] == '}' || text[offset] == ']') hint = "is there a comma too many before it?";
  if (text.substr(0, 3) == "\xef\xbb\xbf") hint = "save the text without a byte order mark";
  return bad_json(text, offset, what_stands_at(text, offset), hint);
}

}  // namespace

Result<Value> parse_json(std::string_view text, Arena arena) {
  if (text.empty()) return bad_json(text, 0, "the text is empty", "write a value, at least null");
  if (text.size() > UINT32_MAX) {
    return Error{.status = Status::limit,
                 .code = "json.too_large",
                 .message = "the text is larger than 4 GB",
                 .hint = "split it"};
  }
  boost::json::parse_options options;
  options.max_depth = limits::depth;
  try {
    boost::json::basic_parser<Receiver> parser(options, arena);
    error_code ec;
    const size_t read = parser.write_some(false, text.data(), text.size(), ec);
    if (ec || read < text.size()) return explain(text, read, ec, parser.handler().refusal());
    return parser.handler().take();
  } catch (const std::bad_alloc&) {
    return Error{.status = Status::limit,
                 .code = "json.too_large",
                 .message = "the value does not fit in the memory it may use",
                 .hint = "raise the limit, or split the text"};
  }
}

}  // namespace weft::base
