// Block scalars: literal '|' and folded '>', their indentation and their last line ends.
#include "scalars.hpp"

namespace weft::yaml {

bool Scalars::header(Header& out) {
  out.folded = in_.peek() == '>';
  const uint32_t at = in_.pos();
  in_.advance();
  for (int i = 0; i < 2; ++i) {
    const char c = in_.peek();
    if ((c == '+' || c == '-') && out.chomp == ' ') {
      out.chomp = c;
    } else if (c >= '1' && c <= '9' && out.indent == 0) {
      out.indent = c - '0';
    } else {
      break;
    }
    in_.advance();
  }
  const uint32_t end = in_.pos();
  in_.skip_blanks();
  if (in_.at_comment()) in_.skip_line();
  if (in_.line_done()) return true;
  return in_.fail({Status::bad_input, "format.block_text",
                   join({"only an indentation from 1 to 9, '+' or '-' may follow '",
                         out.folded ? ">" : "|", "' on its line"}),
                   join({"begin the text on the next line, or quote a value that begins with '",
                         out.folded ? ">" : "|", "'"}),
                   at, end - at});
}

// The first line that is not empty decides; stays at the start of the first line.
bool Scalars::find_indent(int32_t least, int32_t& indent) {
  const uint32_t pos = in_.pos(), line_start = in_.line_start();
  int32_t widest = 0;
  uint32_t widest_at = pos;
  for (;;) {
    in_.skip_spaces();
    if (in_.peek() != '\n') break;
    if (in_.column() > widest) {
      widest = in_.column();
      widest_at = in_.pos();
    }
    in_.next_line();
  }
  indent = in_.column();
  const bool empty = in_.at_end() || indent < least;
  if (!in_.at_end() && indent < least && in_.peek() == '\t') return in_.fail_tab(in_.pos());
  if (!empty && widest > indent) {
    return in_.fail({Status::bad_input, "format.indentation",
                     "an empty line before the text has more spaces than its first line",
                     "remove the spaces of the empty line", widest_at, 1});
  }
  if (empty) indent = widest > least ? widest : least;
  in_.jump(pos, line_start);
  return true;
}

bool Scalars::block_lines(const Header& head, int32_t indent, std::string& text) {
  uint32_t breaks = 0;  // since the last line that was not empty
  bool any = false, wide_before = false;
  while (!in_.at_end()) {
    const uint32_t start = in_.pos();
    while (in_.peek() == ' ' && in_.column() < indent) in_.advance();
    if (in_.peek() != '\n' && (in_.column() < indent || in_.at_end() || in_.at_marker())) {
      if (!in_.at_end()) in_.jump(start, start);
      break;
    }
    if (in_.peek() == '\n') {
      ++breaks;
      in_.next_line();
      continue;
    }
    const uint32_t line = in_.pos();
    const bool wide = head.folded && is_blank(in_.peek());
    in_.skip_line();
    if (any && head.folded && !wide && !wide_before) {
      text.append(breaks == 1 ? 1 : breaks - 1, breaks == 1 ? ' ' : '\n');
    } else {
      text.append(breaks, '\n');
    }
    text += in_.since(line);
    any = true;
    wide_before = wide;
    breaks = in_.at_end() ? 0 : 1;
    if (!in_.at_end()) in_.next_line();
  }
  if (head.chomp == '+') {
    text.append(breaks, '\n');
  } else if (head.chomp == ' ' && any && breaks > 0) {
    text += '\n';
  }
  return true;
}

bool Scalars::block(Room room, std::string_view& out) {
  Header head;
  if (!header(head)) return false;
  out = {};
  if (in_.at_end()) return true;
  in_.next_line();
  const int32_t base = room.parent < 0 ? 0 : room.parent;
  int32_t indent = base + head.indent;
  if (head.indent == 0 && !find_indent(room.parent + 1, indent)) return false;
  std::string text;
  if (!block_lines(head, indent, text)) return false;
  out = keep(std::move(text));
  return true;
}

}  // namespace weft::yaml
