#include "names.hpp"

#include <sys/random.h>

#include <cstdint>

namespace weft::files {

namespace {

// Bytes of the UTF-8 character at the front, 0 where there is none.
size_t character_at(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  const bool is_short = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  const bool is_beyond = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return is_short || is_beyond ? 0 : size;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    if (bytes.size() >= 8) {
      uint64_t word = 0;
      bytes.copy(reinterpret_cast<char*>(&word), sizeof word);
      if ((word & 0x8080808080808080U) == 0) {
        bytes.remove_prefix(sizeof word);
        continue;
      }
    }
    const size_t size = character_at(bytes);
    if (size == 0) return false;
    bytes.remove_prefix(size);
  }
  return true;
}

std::string whole_text(std::string_view bytes) {
  if (is_utf8(bytes)) return std::string(bytes);
  std::string text;
  while (!bytes.empty()) {
    const size_t size = character_at(bytes);
    text.append(size != 0 ? bytes.substr(0, size) : std::string_view("\xef\xbf\xbd"));
    bytes.remove_prefix(size != 0 ? size : 1);
  }
  return text;
}

std::string quoted(std::string_view path) {
  constexpr size_t most = 160;
  std::string text = whole_text(path);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  if (text.size() > most) {
    text = whole_text(text.substr(0, most / 2))
               .append("...")
               .append(whole_text(text.substr(text.size() - most / 2)));
  }
  return std::string(1, '\'').append(text).append(1, '\'');
}

std::string tidy(std::string_view path) {
  std::string out;
  if (path.starts_with('/')) out = "/";
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (!out.empty() && out.back() != '/') out += '/';
    out.append(part);
  }
  return out.empty() ? std::string(1, '.') : out;
}

std::string_view name_of(std::string_view path) {
  return path.substr(path.rfind('/') == std::string_view::npos ? 0 : path.rfind('/') + 1);
}

std::string parent_of(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return std::string(1, '.');
  return std::string(path.substr(0, slash == 0 ? 1 : slash));
}

std::string joined(std::string_view directory, std::string_view name) {
  if (directory == ".") return std::string(name);
  std::string path(directory);
  if (path.back() != '/') path += '/';
  return path.append(name);
}

bool is_within(std::string_view path, std::string_view directory) {
  if (directory == "." && !path.starts_with('/')) return true;
  if (!path.starts_with(directory)) return false;
  return path.size() == directory.size() || directory.back() == '/' ||
         path[directory.size()] == '/';
}

std::string fresh_name() {
  constexpr std::string_view digits = "0123456789abcdef";
  unsigned char random[8] = {};
  size_t got = 0;
  while (got < sizeof random) {
    const ssize_t n = getrandom(random + got, sizeof random - got, 0);
    if (n > 0) got += static_cast<size_t>(n);
  }
  std::string name = ".weft-";
  for (const unsigned char byte : random)
    name.append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
  return name.append(".tmp");
}

}  // namespace weft::files
