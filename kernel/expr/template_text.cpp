// The braces of templates and their escapes.
#include "expr/template_text.hpp"

#include "expr/lexer.hpp"
#include "expr/template.hpp"

namespace weft::expr {
namespace {

// Where an opening or an escape stands: '{{', '${', '\{{' or '$${'.
size_t find_mark(std::string_view text, size_t from) {
  for (size_t at = text.find_first_of("{$\\", from); at != std::string_view::npos;
       at = text.find_first_of("{$\\", at + 1)) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("{{") || rest.starts_with("${") || rest.starts_with("\\{{") ||
        rest.starts_with("$${")) {
      return at;
    }
  }
  return std::string_view::npos;
}

bool is_escape(std::string_view text, size_t at) {
  return text[at] == '\\' || text.substr(at).starts_with("$${");
}

// The end of what is inside braces: texts in quotes may hold braces too.
size_t find_close(std::string_view text, size_t from, std::string_view close) {
  char quote = 0;
  for (size_t at = from; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == '\\') ++at;
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == close[0] && text.substr(at).starts_with(close)) {
      return at;
    }
  }
  return std::string_view::npos;
}

void append_literal(TextPieces& pieces, std::string_view text) {
  if (text.empty()) return;
  if (pieces.empty() || pieces.back().kind != TextPiece::Kind::literal) pieces.emplace_back();
  pieces.back().literal += text;
}

}  // namespace

bool contains_template(std::string_view text) {
  for (size_t at = find_mark(text, 0); at != std::string_view::npos; at = find_mark(text, at + 3)) {
    if (!is_escape(text, at)) return true;
  }
  return false;
}

Result<TextPieces> split_template(std::string_view text, std::pmr::memory_resource* memory) {
  TextPieces pieces(memory);
  size_t from = 0;
  for (size_t at = find_mark(text, 0); at != std::string_view::npos; at = find_mark(text, from)) {
    append_literal(pieces, text.substr(from, at - from));
    if (is_escape(text, at)) {
      append_literal(pieces, text.substr(at + 1, 2));
      from = at + 3;
      continue;
    }
    const bool is_path = text[at] == '$';
    const std::string_view close = is_path ? "}" : "}}";
    const size_t end = find_close(text, at + 2, close);
    if (end == std::string_view::npos) {
      const std::string open(text.substr(at, 2));
      return syntax_error(text, static_cast<uint32_t>(at), "'" + open + "' is not closed",
                          "end it with '" + std::string(close) + "', or write '" +
                              (is_path ? "$" : "\\") + open + "' for the characters");
    }
    TextPiece piece;
    piece.kind = is_path ? TextPiece::Kind::path : TextPiece::Kind::expression;
    piece.at = static_cast<uint32_t>(at + 2);
    piece.inner = text.substr(at + 2, end - at - 2);
    pieces.push_back(std::move(piece));
    from = end + close.size();
  }
  append_literal(pieces, text.substr(from));
  return pieces;
}

}  // namespace weft::expr
