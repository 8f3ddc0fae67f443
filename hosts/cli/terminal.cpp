#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "utf8.hpp"

namespace weft::cli {
namespace {

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool may_paint(bool is_tty, ColorMode mode) {
  if (mode != ColorMode::automatic) return mode == ColorMode::always;
  const char* kind = std::getenv("TERM");
  const bool is_dumb = kind == nullptr || std::string_view(kind) == "dumb";
  return is_tty && !is_dumb && !is_set("NO_COLOR");
}

winsize size_of(int fd) {
  winsize size{};
  if (ioctl(fd, TIOCGWINSZ, &size) != 0) return {};
  return size;
}

std::string_view code_of(Style style) {
  switch (style) {
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::red: return "\x1b[1;31m";
    case Style::green: return "\x1b[32m";
    case Style::yellow: return "\x1b[33m";
    case Style::cyan: return "\x1b[36m";
    default: return {};
  }
}

// The length of an escape code 'ESC [ ... letter' at the start of a text, or 0.
size_t escape_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  size_t n = 2;
  while (n < text.size() && (text[n] < '@' || text[n] > '~')) ++n;
  return n < text.size() ? n + 1 : n;
}

}  // namespace

Terminal::Terminal(int fd, ColorMode mode)
    : fd_(fd), is_tty_(isatty(fd) == 1), has_color_(may_paint(is_tty_, mode)) {}

uint32_t Terminal::width() const { return is_tty_ ? size_of(fd_).ws_col : 0; }
uint32_t Terminal::height() const { return is_tty_ ? size_of(fd_).ws_row : 0; }

std::string Terminal::paint(Style style, std::string_view text) const {
  std::string out;
  if (!has_color_ || style == Style::plain || text.empty()) return out.append(text);
  return out.append(code_of(style)).append(text).append("\x1b[0m");
}

bool Terminal::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t n = ::write(fd_, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<size_t>(n));
  }
  return true;
}

uint32_t columns_of(std::string_view text) {
  uint32_t columns = 0;
  while (!text.empty()) {
    if (const size_t skip = escape_length(text); skip != 0) {
      text.remove_prefix(skip);
    } else {
      columns += width_of(take_code_point(text));
    }
  }
  return columns;
}

std::string cut(std::string_view text, uint32_t columns) {
  std::string out;
  if (columns_of(text) <= columns) return out.append(text);
  if (columns == 0) return out;
  uint32_t used = 0;
  bool is_full = false;
  while (!text.empty()) {
    const std::string_view before = text;
    if (const size_t skip = escape_length(text); skip != 0) {
      text.remove_prefix(skip);
      out.append(before.substr(0, skip));
      continue;
    }
    used += width_of(take_code_point(text));
    if (is_full) continue;
    is_full = used > columns - 1;
    out.append(is_full ? std::string_view("…") : before.substr(0, before.size() - text.size()));
  }
  return out;
}

std::string pad(std::string_view text, uint32_t columns) {
  const uint32_t used = columns_of(text);
  return std::string(text) + std::string(used < columns ? columns - used : 0, ' ');
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view before = text;
    const char32_t c = take_code_point(text);
    const bool is_control = c < 0x20 || (c >= 0x7f && c < 0xa0) || c == invalid_code_point;
    if (is_control) {
      out += '?';
    } else {
      out.append(before.substr(0, before.size() - text.size()));
    }
  }
  return out;
}

}  // namespace weft::cli
