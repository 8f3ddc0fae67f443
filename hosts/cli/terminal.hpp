// Terminal: one of the standard streams: where it leads, how wide it is, and what may be painted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cli {

enum class ColorMode : uint8_t { automatic, never, always };

enum class Style : uint8_t { plain, bold, dim, red, green, yellow, cyan };

class Terminal final {
 public:
  // automatic paints on a terminal unless NO_COLOR is set or TERM is 'dumb'.
  Terminal(int fd, ColorMode mode);

  bool has_color() const { return has_color_; }
  // Whether lines may be redrawn. Without colour no escape code is written at all.
  bool can_redraw() const { return is_tty_ && has_color_; }
  // Asked anew each time, since people resize windows; 0 where there is no terminal.
  uint32_t width() const;
  uint32_t height() const;

  std::string paint(Style style, std::string_view text) const;
  // Everything, whatever a signal interrupts. False when the other side is gone.
  bool write(std::string_view text) const;

 private:
  int fd_;
  bool is_tty_, has_color_;
};

struct Console {
  Terminal out, err;
};

// Columns that a text takes: wide characters two, combining ones none, escape codes none.
uint32_t columns_of(std::string_view text);

// At most so many columns, ending in '…' where something was left out. Escape codes are kept.
std::string cut(std::string_view text, uint32_t columns);

// Filled with spaces to so many columns.
std::string pad(std::string_view text, uint32_t columns);

// Control characters of foreign texts, which would reach the terminal, become '?'.
std::string printable(std::string_view text);

}  // namespace weft::cli
