#include <cmath>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "base/layout.hpp"
#include "base/limits.hpp"
#include "base/number.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace weft::base {
namespace {

void append_text(std::string& out, std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef", letters = "btn?fr";
  out += '"';
  size_t clean = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    out.append(text, clean, i - clean);
    clean = i + 1;
    out += '\\';
    if (c >= 0x20) {
      out += text[i];
    } else if (c >= '\b' && c <= '\r' && c != '\v') {
      out += letters[c - '\b'];
    } else {
      out.append("u00").append(1, hex[c >> 4U]).append(1, hex[c & 15U]);
    }
  }
  out.append(text, clean);
  out += '"';
}

// What cannot be printed reads null, and the first such place is kept.
class Printer final {
 public:
  Printer(std::string& out, Print print) : out_(out), indent_(print.indent) {}

  void value(Value value, uint32_t level) {
    switch (value.tag()) {
      case Tag::null: out_ += "null"; return;
      case Tag::boolean: out_ += value.as_bool() ? "true" : "false"; return;
      case Tag::i64: return append_number(out_, value.as_i64());
      case Tag::u64: return append_number(out_, value.as_u64());
      case Tag::f64: return number(value.as_f64());
      case Tag::text: return append_text(out_, value.as_text());
      case Tag::bytes:
        out_ += '"';
        append_base64(out_, value.as_bytes());
        out_ += '"';
        return;
      case Tag::time:
        out_ += '"';
        append_time(out_, value.slot()->v.i);
        out_ += '"';
        return;
      case Tag::array:
      case Tag::object: return container(value, level);
      case Tag::blob: return blob(value);
    }
    refuse(Status::bad_input, "a value of a later version has no JSON form");
  }

  bool good() const { return problem_ == nullptr; }
  Error error() const {
    Error error{.status = status_, .code = "json.unprintable", .message = problem_};
    if (!pointer_.empty()) error.message += ", at " + quoted(pointer_);
    error.hint = "replace it before it becomes JSON";
    error.where.pointer = pointer_;
    return error;
  }

 private:
  void refuse(Status status, const char* problem) {
    out_ += "null";
    if (problem_ != nullptr) return;
    problem_ = problem;
    status_ = status;
  }

  void number(double number) {
    if (std::isfinite(number)) return append_number(out_, number);
    refuse(Status::bad_input, "NaN and infinity have no JSON form");
  }

  void blob(Value blob) {
    const auto* bytes = static_cast<const char*>(weft_payload(blob.slot()));
    uint64_t size = 0;
    std::memcpy(&size, bytes + 32, sizeof size);
    out_ += "{\"$blob\":\"";
    out_ += to_hex({bytes, 32});
    out_ += "\",\"size\":";
    append_number(out_, size);
    out_ += '}';
  }

  void container(Value parent, uint32_t level) {
    if (level == limits::depth) {
      return refuse(Status::limit, "the value is deeper than 64 levels");
    }
    const bool object = parent.is_object();
    out_ += object ? '{' : '[';
    uint32_t i = 0;
    for (const Value item : parent) {
      if (i != 0) out_ += ',';
      new_line(level + 1);
      if (object) {
        append_text(out_, parent.key(i));
        out_ += indent_ != 0 ? ": " : ":";
      }
      const bool good_before = good();
      value(item, level + 1);
      if (good_before && !good()) came_from(parent, i);
      ++i;
    }
    if (i != 0) new_line(level);
    out_ += object ? '}' : ']';
  }

  // The path to the first problem is put together from its end, as the calls return.
  void came_from(Value parent, uint32_t i) {
    std::string segment;
    if (parent.is_object()) {
      append_segment(segment, parent.key(i));
    } else {
      append_segment(segment, i);
    }
    pointer_.insert(0, segment);
  }

  void new_line(uint32_t level) {
    if (indent_ != 0) out_.append(1, '\n').append(size_t{level} * indent_, ' ');
  }

  std::string& out_;
  uint32_t indent_;
  Status status_ = Status::bad_input;
  const char* problem_ = nullptr;
  std::string pointer_;
};

}  // namespace

Result<void> print_json(Value value, std::string& out, Print print) {
  const size_t before = out.size();
  Printer printer(out, print);
  printer.value(value, 0);
  if (printer.good()) return {};
  out.resize(before);
  return printer.error();
}

std::string json_text(Value value, Print print) {
  std::string text;
  Printer(text, print).value(value, 0);
  return text;
}

}  // namespace weft::base
