// Plain texts: where they begin, where they end, how their lines are folded.
#include "scalars.hpp"

namespace weft::yaml {

bool Scalars::at_plain(bool flow) const {
  const char c = in_.peek();
  if (c == '-' || c == '?' || c == ':') {
    return !in_.blank_at(1) && !(flow && is_flow_indicator(in_.peek(1)));
  }
  constexpr std::string_view indicators = ",[]{}#&*!|>'\"%@`";
  return !in_.line_done() && !is_blank(c) && indicators.find(c) == std::string_view::npos;
}

// Stops behind the last character that belongs to the text.
void Scalars::plain_line(bool flow) {
  uint32_t end = in_.pos();
  for (; !in_.line_done(); in_.advance()) {
    const char c = in_.peek();
    if (is_blank(c)) continue;
    if (c == '#' && in_.at_comment()) break;
    if (c == ':' && (in_.blank_at(1) || (flow && is_flow_indicator(in_.peek(1))))) break;
    if (flow && is_flow_indicator(c)) break;
    end = in_.pos() + 1;
  }
  in_.jump(end, in_.line_start());
}

// Moves to the next line of the text when there is one, else stays.
bool Scalars::plain_goes_on(Room room, uint32_t& breaks) {
  const uint32_t pos = in_.pos(), line_start = in_.line_start();
  in_.skip_blanks();
  breaks = 0;
  int32_t indent = 0;
  while (in_.peek() == '\n') {
    in_.next_line();
    ++breaks;
    in_.skip_spaces();
    indent = in_.column();
    if (indent == 0 && in_.at_marker()) break;
    in_.skip_blanks();
  }
  const bool ends = breaks == 0 || in_.at_end() || in_.peek() == '#' || indent <= room.parent ||
                    (indent == 0 && in_.column() == 0 && in_.at_marker()) ||
                    (room.flow && is_flow_indicator(in_.peek()));
  const bool value_follows = in_.peek() == ':' && in_.blank_at(1);
  if (!ends && !value_follows) return true;
  in_.jump(pos, line_start);
  return false;
}

bool Scalars::plain(Room room, std::string_view& out) {
  const uint32_t start = in_.pos();
  plain_line(room.flow);
  out = in_.since(start);
  if (in_.failed()) return false;
  uint32_t breaks = 0;
  std::string folded;
  bool one_line = true;
  while (plain_goes_on(room, breaks)) {
    if (one_line) folded = out;
    one_line = false;
    folded.append(breaks == 1 ? 1 : breaks - 1, breaks == 1 ? ' ' : '\n');
    const uint32_t line = in_.pos();
    plain_line(room.flow);
    folded += in_.since(line);
  }
  if (!one_line) out = keep(std::move(folded));
  return true;
}

}  // namespace weft::yaml
