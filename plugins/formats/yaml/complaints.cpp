// Faults that know what the author meant.
#include <utility>

#include "parser.hpp"

namespace weft::yaml {
namespace {

// The text in quotes, double ones if nothing in it would need an escape.
std::string in_quotes(std::string_view text) {
  if (text.find_first_of("\"\\") == std::string_view::npos) return join({"\"", text, "\""});
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

// Enough of a text to know it by; never half a character.
std::string shortened(std::string_view text) {
  constexpr size_t most = 40;
  if (text.size() <= most) return std::string(text);
  size_t n = most;
  while (n > 0 && (static_cast<uint8_t>(text[n]) & 0xC0U) == 0x80U) --n;
  return join({text.substr(0, n), "..."});
}

std::string column_text(int32_t column) { return std::to_string(column + 1); }

}  // namespace

bool Parser::fail(std::string message, std::string hint, uint32_t at, uint32_t length) {
  return in_.fail(
      {Status::bad_input, "format.syntax", std::move(message), std::move(hint), at, length});
}

std::string Parser::line_of(uint32_t at) const {
  return join({"line ", std::to_string(source_.position(at).line)});
}

// Up to a comment or the line's end, without the blanks before it.
std::string_view Parser::rest_of_line(uint32_t at) const {
  std::string_view rest = in_.text().substr(at);
  rest = rest.substr(0, rest.find('\n'));
  for (size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] != '#' || !is_blank(rest[i - 1])) continue;
    rest = rest.substr(0, i);
    break;
  }
  while (!rest.empty() && is_blank(rest.back())) rest.remove_suffix(1);
  return rest;
}

bool Parser::fail_indent(int32_t expected) {
  std::string columns = column_text(expected);
  if (closed_column_ > expected) columns += join({" or ", column_text(closed_column_)});
  const bool after_scalar = closed_column_ <= expected;
  return fail(join({"wrong indentation: this line begins at column ", column_text(in_.column()),
                    ", expected column ", columns}),
              join({"move it to column ", columns,
                    after_scalar ? ", or quote the text that it should continue" : ""}),
              in_.pos(), 1);
}

// '{{' reads as a mapping in a mapping, but is meant as a template.
bool Parser::fail_template(uint32_t at) {
  std::string_view value = rest_of_line(at);
  if (flow_depth_ > 0) {
    const size_t end = value.find("}}");
    if (end != std::string_view::npos) value = value.substr(0, end + 2);
  }
  return fail("an unquoted '{{' is no text but the start of a mapping",
              join({"quote it: ", in_quotes(value)}), at, 2);
}

// At a character that cannot begin a value.
bool Parser::fail_start() {
  const char c = in_.peek();
  const std::string shown{'\'', c, '\''};
  if (c == ':') {
    return fail("the key is missing before ':'", "write a key, or \"\" for an empty one", in_.pos(),
                1);
  }
  if (c == '|' || c == '>') {
    return fail(join({"a block text ", shown, " cannot stand inside brackets"}),
                "use a quoted text", in_.pos(), 1);
  }
  if (c == ']' || c == '}' || c == ',') {
    return fail(join({shown, " has no opening bracket before it"}),
                "quote a text that begins with it", in_.pos(), 1);
  }
  if (c == '-' || c == '?') {
    return fail(join({shown, " cannot begin a value here"}),
                "write lists inside brackets as [a, b]; quote a text that begins with it",
                in_.pos(), 1);
  }
  const bool nested = flow_depth_ > 0;
  return fail(join({"a text without quotes cannot begin with ", shown}),
              nested ? std::string("quote it")
                     : join({"quote it: ", in_quotes(shortened(rest_of_line(in_.pos())))}),
              in_.pos(), 1);
}

// At a ': ' that cannot make a key of the text before it.
bool Parser::fail_colon(uint32_t text) {
  const Part& node = tree_[text];
  if (node.kind == Kind::text && node.at < in_.line_start()) {
    return fail("a key stands on one line", "write it on one line, with '\\n' for line ends",
                node.at, node.length);
  }
  if (node.kind != Kind::plain) {
    return fail("a key cannot begin here", "begin the mapping on a line of its own", node.at,
                node.length);
  }
  if (node.at >= in_.line_start()) {
    return fail("': ' cannot stand in a text without quotes",
                join({"quote it: ", in_quotes(shortened(rest_of_line(node.at)))}), in_.pos(), 1);
  }
  return fail(join({"': ' stands in a text without quotes that begins at ", line_of(node.at), " ('",
                    shortened(rest_of_line(node.at)), "')"}),
              join({"quote the text; if a mapping was meant, put a ':' after '",
                    shortened(rest_of_line(node.at)), "' or move this line to its column"}),
              in_.pos(), 1);
}

// A line among keys that has none.
bool Parser::fail_no_colon(uint32_t text) {
  const Part& node = tree_[text];
  const size_t colon = node.kind == Kind::plain ? node.text.find(':') : std::string_view::npos;
  const std::string shown = shortened(rest_of_line(node.at));
  if (colon != std::string_view::npos) {
    return fail(join({"'", shown, "' is no key: a space is missing after ':'"}),
                join({"write '", node.text.substr(0, colon), ": ",
                      shortened(node.text.substr(colon + 1)), "'"}),
                node.at, node.length);
  }
  return fail(join({"a ':' is missing after '", shown, "'"}),
              "every entry of a mapping is 'key: value'; indent a line that continues a text",
              node.at, node.length);
}

bool Parser::fail_after_value() {
  const char c = in_.peek();
  if (c == '#') return fail("a comment needs a space before '#'", "", in_.pos(), 1);
  if (c == ':') {
    return fail("a space is missing after ':'", "write ': ' between a key and its value", in_.pos(),
                1);
  }
  return fail(join({"'", shortened(rest_of_line(in_.pos())), "' is not expected after the value"}),
              "if it belongs to the value, quote the whole value; else begin a new line", in_.pos(),
              1);
}

}  // namespace weft::yaml
