#include "sameness.hpp"

#include <algorithm>

#include <weft/kernel.hpp>

#include "pool.hpp"
#include "text.hpp"

namespace weft::cli {
namespace {

constexpr size_t lead = 24, shown = 100;

std::string normal(std::string_view text) {
  std::string out;
  const auto strip = [&](std::string_view signs) {
    while (!out.empty() && signs.find(out.back()) != signs.npos) out.pop_back();
  };
  for (const char c : text) {
    if (c == '\n') strip(" \t\r");
    out += c;
  }
  strip(" \t\r\n");
  return out;
}

std::string json_of(Value value) { return value.exists() ? to_json(value) : "nothing"; }

// A text from a little before a place on.
std::string around(std::string_view text, size_t at) {
  size_t from = at > lead ? at - lead : 0;
  while (from > 0 && (static_cast<uint8_t>(text[from]) & 0xC0U) == 0x80U) --from;
  size_t end = std::min(from + shown, text.size());
  while (end < text.size() && (static_cast<uint8_t>(text[end]) & 0xC0U) == 0x80U) ++end;
  Pool pool;
  Builder b(pool.arena());
  b.text(text.substr(from, end - from));
  return concat({from > 0 ? "…" : "", to_json(b.take_value()), end < text.size() ? "…" : ""});
}

class Walk final {
 public:
  explicit Walk(Strictness strictness) : is_exact_(strictness == Strictness::exact) {}

  // False when they part; found says where.
  bool same(Value a, Value b) {
    if (a.is_object() && b.is_object()) return same_members(a, b);
    if (a.is_array() && b.is_array()) return same_items(a, b);
    if (a.is_text() && b.is_text()) return same_text(a.as_text(), b.as_text());
    if (json_of(a) == json_of(b)) return true;
    return part(json_of(a), json_of(b));
  }

  Parting found;

 private:
  bool part(std::string before, std::string after) {
    found = {pointer_, std::move(before), std::move(after)};
    return false;
  }
  bool same_text(std::string_view a, std::string_view b) {
    const std::string first = is_exact_ ? std::string(a) : normal(a);
    const std::string second = is_exact_ ? std::string(b) : normal(b);
    if (first == second) return true;
    const size_t most = std::min(first.size(), second.size());
    size_t at = 0;
    while (at < most && first[at] == second[at]) ++at;
    return part(around(first, at), around(second, at));
  }
  bool below(std::string_view name, Value a, Value b) {
    const size_t size = pointer_.size();
    pointer_.append("/").append(name);
    const bool is_same = same(a, b);
    pointer_.resize(size);
    return is_same;
  }
  bool same_members(Value a, Value b) {
    for (uint32_t i = 0; i < a.size(); ++i) {
      if (!below(a.key(i), a[i], b[Key(a.key(i))])) return false;
    }
    for (uint32_t i = 0; i < b.size(); ++i) {
      if (!a[Key(b.key(i))].exists() && !below(b.key(i), Value(), b[i])) return false;
    }
    return true;
  }
  bool same_items(Value a, Value b) {
    for (uint32_t i = 0; i < std::max(a.size(), b.size()); ++i) {
      const Value first = i < a.size() ? a[i] : Value(), second = i < b.size() ? b[i] : Value();
      if (!below(std::to_string(i), first, second)) return false;
    }
    return true;
  }

  bool is_exact_;
  std::string pointer_;
};

}  // namespace

std::optional<Parting> parting_of(Value before, Value after, Strictness strictness) {
  Walk walk(strictness);
  if (walk.same(before, after)) return {};
  return std::move(walk.found);
}

}  // namespace weft::cli
