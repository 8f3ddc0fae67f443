#include "base/id.hpp"

namespace weft::base {
namespace {

constexpr std::string_view alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr size_t time_chars = 10, random_chars = 6;

void append_base32(std::string& out, uint64_t bits, size_t chars) {
  for (size_t i = chars; i-- != 0;) out += alphabet[bits >> (5 * i) & 31U];
}

uint64_t read_big(const uint8_t* p, size_t bytes) {
  uint64_t bits = 0;
  for (size_t i = 0; i < bytes; ++i) bits = bits << 8U | p[i];
  return bits;
}

}  // namespace

IdBytes id_bytes(int64_t unix_ms, const std::array<uint8_t, 10>& random) {
  IdBytes bytes{};
  const auto ms = static_cast<uint64_t>(unix_ms);
  for (size_t i = 0; i < 6; ++i) bytes[i] = static_cast<uint8_t>(ms >> (40 - 8 * i));
  for (size_t i = 0; i < random.size(); ++i) bytes[6 + i] = random[i];
  return bytes;
}

std::string id_text(const IdBytes& bytes) {
  std::string text;
  text.reserve(time_chars + 1 + random_chars);
  append_base32(text, read_big(bytes.data(), 6), time_chars);
  text += '-';
  append_base32(text, read_big(bytes.data() + 6, 4), random_chars);
  return text;
}

bool is_id(std::string_view text) { return id_time_ms(text).has_value(); }

std::optional<int64_t> id_time_ms(std::string_view id) {
  if (id.size() != time_chars + 1 + random_chars || id[time_chars] != '-') return std::nullopt;
  uint64_t ms = 0;
  for (size_t i = 0; i < id.size(); ++i) {
    if (i == time_chars) continue;
    const size_t digit = alphabet.find(id[i]);
    if (digit == std::string_view::npos) return std::nullopt;
    if (i < time_chars) ms = ms << 5U | digit;
  }
  if (ms >> 48U != 0) return std::nullopt;
  return static_cast<int64_t>(ms);
}

}  // namespace weft::base
