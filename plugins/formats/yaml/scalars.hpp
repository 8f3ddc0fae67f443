// Scalars: reads plain, quoted and block texts into their final characters.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "scanner.hpp"

namespace weft::yaml {

// Where a scalar stands: lines that continue it are indented by more than parent columns.
struct Room {
  int32_t parent = -1;
  bool flow = false;
};

// A text without escapes and line breaks is a view of the source, any other lives in the pool.
class Scalars final {
 public:
  explicit Scalars(Scanner& in) : in_(in) {}

  // Whether a plain text can begin here.
  bool at_plain(bool flow) const;
  // A plain text with the lines that continue it, none when the first is a key.
  bool plain(Room room, std::string_view& out);
  // At a quote. Breaks are folded.
  bool quoted(Room room, std::string_view& out);
  // At '|' or '>'.
  bool block(Room room, std::string_view& out);

 private:
  struct Header {
    bool folded = false;
    char chomp = ' ';
    int32_t indent = 0;  // 0: the first line decides
  };

  void plain_line(bool flow);
  bool plain_goes_on(Room room, uint32_t& breaks);
  bool escape(std::string& text);
  bool unicode(uint32_t digits, std::string& text);
  bool read_hex(uint32_t digits, uint32_t& code);
  bool fold(Room room, uint32_t opened, std::string& text);
  bool unclosed(uint32_t opened);
  bool header(Header& out);
  bool find_indent(int32_t least, int32_t& indent);
  bool block_lines(const Header& header, int32_t indent, std::string& text);
  std::string_view keep(std::string text) { return pool_.emplace_back(std::move(text)); }

  Scanner& in_;
  std::deque<std::string> pool_;  // its texts never move
};

}  // namespace weft::yaml
