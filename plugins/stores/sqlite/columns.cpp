#include "columns.hpp"

#include <array>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr int64_t ns_per_s = 1'000'000'000;

std::string time_of(Value v) {
  const Tag tag = v.tag();
  if (tag == Tag::i64 || tag == Tag::time) return to_rfc3339(v.slot()->v.i);
  return std::string(v.as_text());
}

std::string error_of(Value v) {
  if (!v.is_object()) return std::string(v.as_text());
  const std::string_view code = v["code"_k].as_text();
  const std::string_view message = v["message"_k].as_text();
  return code.empty() ? std::string(message) : std::string(code) + ": " + std::string(message);
}

void append_json(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string tags_of(Value v) {
  if (!v.is_array()) return std::string(v.as_text());
  std::string out = "[";
  for (const Value tag : v) {
    if (out.size() > 1) out += ',';
    append_json(out, tag.as_text());
  }
  return out + "]";
}

}  // namespace

bool is_ended(std::string_view status) {
  for (const std::string_view end : {"completed", "partially_completed", "failed", "cancelled"}) {
    if (status == end) return true;
  }
  return false;
}

Columns columns_of(Value s) {
  Columns c;
  c.status = s["status"_k].as_text();
  c.workflow = s["workflow"_k].as_text();
  c.definition = s["definition"_k].as_text();
  c.tags = tags_of(s["tags"_k]);
  c.created = time_of(s["created_ns"_k]);
  c.updated = time_of(s["updated_ns"_k]);
  c.error = error_of(s["error"_k]);
  c.is_ended = is_ended(c.status);
  return c;
}

std::string to_rfc3339(int64_t ns) {
  int64_t fraction = ns % ns_per_s;
  if (fraction < 0) fraction += ns_per_s;
  const auto seconds = static_cast<time_t>((ns - fraction) / ns_per_s);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> day{};
  std::strftime(day.data(), day.size(), "%Y-%m-%dT%H:%M:%S", &parts);
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%s.%09lldZ", day.data(),
                static_cast<long long>(fraction));
  return text.data();
}

Value placed(std::string_view flat, Arena& arena) {
  if (flat.empty()) return null_value();
  auto* p = static_cast<char*>(arena.allocate(flat.size()));
  std::memcpy(p, flat.data(), flat.size());
  return Value(reinterpret_cast<const weft_slot*>(p));
}

Held::Held(std::string_view bytes) : slots_((bytes.size() + 15) / sizeof(weft_slot)) {
  if (!bytes.empty()) std::memcpy(static_cast<void*>(slots_.data()), bytes.data(), bytes.size());
}

}  // namespace weft::sqlite
