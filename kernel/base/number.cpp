#include "base/number.hpp"

#include <charconv>

namespace weft::base {
namespace {

template <class T>
void append(std::string& out, T number) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number);
  out.append(text, end.ptr);
}

// std::from_chars also takes 'inf', '.5' and '5.', which JSON does not.
bool is_json_number(std::string_view text) {
  size_t i = !text.empty() && text[0] == '-' ? 1 : 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - from;
  };
  const bool zero_first = i < text.size() && text[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero_first && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

template <class T>
std::optional<T> read(std::string_view text) {
  T number{};
  if (!is_json_number(text)) return std::nullopt;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

}  // namespace

void append_number(std::string& out, int64_t number) { append(out, number); }
void append_number(std::string& out, uint64_t number) { append(out, number); }
void append_number(std::string& out, double number) { append(out, number); }

std::optional<int64_t> to_i64(std::string_view text) { return read<int64_t>(text); }
std::optional<uint64_t> to_u64(std::string_view text) { return read<uint64_t>(text); }
std::optional<double> to_f64(std::string_view text) { return read<double>(text); }

}  // namespace weft::base
