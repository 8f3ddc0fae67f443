// Values as text.
#include "expr/render.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <string>

#include "base/json.hpp"
#include "base/limits.hpp"

namespace weft::expr {
namespace {

constexpr uint64_t step = 64;  // bytes by which a text grows at least

}  // namespace

// Nothing else is built meanwhile, so that a piece of the arena nearly always adjoins the last one.
bool Render::reserve(uint64_t more) {
  if (failed_) return false;
  const uint64_t wanted = size_ + more + 1;
  if (wanted <= capacity_) return true;
  if (wanted > machine_.room()) {
    failed_ = machine_.allocate(wanted) == nullptr;
    return false;
  }
  uint64_t added = (wanted - capacity_ + step - 1) & ~(step - 1);
  auto* piece = static_cast<char*>(machine_.scratch(added));
  if (bytes_ == nullptr) {
    bytes_ = piece;
  } else if (piece != bytes_ + capacity_) {
    added = (2 * wanted + step - 1) & ~(step - 1);
    piece = static_cast<char*>(machine_.scratch(added));
    std::memcpy(piece, bytes_, size_);
    bytes_ = piece;
    capacity_ = 0;
  }
  capacity_ += added;
  return true;
}

void Render::append(std::string_view text) {
  if (!reserve(text.size())) return;
  if (!text.empty()) std::memcpy(bytes_ + size_, text.data(), text.size());
  size_ += text.size();
}

Value Render::take() {
  if (!reserve(0) || !machine_.count_built(size_ + 1)) return {};
  bytes_[size_] = 0;
  return machine_.built_text(bytes_, size_);
}

void Render::value(Value value) {
  if (value.is_text()) return append(value.as_text());
  if (value.tag() != Tag::bytes && value.tag() != Tag::time) return json(value);
  const std::string text = base::json_text(value);
  append(std::string_view(text).substr(1, text.size() - 2));
}

void Render::json_at(Value value, uint32_t depth) {
  switch (value.tag()) {
    case Tag::null: return append("null");
    case Tag::boolean: return append(value.as_bool() ? "true" : "false");
    case Tag::i64: return number(value.as_i64());
    case Tag::u64: return number(value.as_u64());
    case Tag::f64: return real(value.as_f64());
    case Tag::text: return quoted(value.as_text());
    case Tag::array:
    case Tag::object: break;
    default: return encoded(value);
  }
  if (depth == base::limits::depth) {
    machine_.fail("expr.limit.depth", "a value is deeper than 64 levels", "make it flatter");
    failed_ = true;
  }
  const bool object = value.is_object();
  append(object ? "{" : "[");
  uint32_t i = 0;
  for (const Value item : value) {
    if (failed_) return;
    if (i != 0) append(",");
    if (object) {
      quoted(value.key(i));
      append(":");
    }
    json_at(item, depth + 1);
    ++i;
  }
  append(object ? "}" : "]");
}

template <class T>
void Render::number(T number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number);
  append({text, static_cast<size_t>(end.ptr - text)});
}

void Render::real(double value) {
  if (std::isfinite(value)) return number(value);
  machine_.fail_type("NaN and infinity cannot be written as text", "replace them before");
  failed_ = true;
}

void Render::encoded(Value value) {
  if (value.size() > base::limits::expression_built_bytes) {
    failed_ = machine_.allocate(value.size()) == nullptr;
    return;
  }
  append(base::json_text(value));
}

void Render::quoted(std::string_view text) {
  constexpr std::string_view hex = "0123456789abcdef", letters = "btn?fr";
  append("\"");
  size_t clean = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<uint8_t>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\') continue;
    append(text.substr(clean, i - clean));
    clean = i + 1;
    if (c >= 0x20) {
      append("\\");
      append(text.substr(i, 1));
    } else if (c >= '\b' && c <= '\r' && c != '\v') {
      append("\\");
      append(letters.substr(c - size_t{'\b'}, 1));
    } else {
      append("\\u00");
      append(hex.substr(c >> 4U, 1));
      append(hex.substr(c & 15U, 1));
    }
  }
  append(text.substr(clean));
  append("\"");
}

}  // namespace weft::expr
