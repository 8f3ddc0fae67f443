// Paths: a root and its segments.
#include <algorithm>

#include "base/text.hpp"
#include "expr/code_point.hpp"
#include "expr/parser_state.hpp"

namespace weft::expr {
namespace {

constexpr uint64_t index_max = (uint64_t{1} << 53U) - 1;  // RFC 9535

}  // namespace

uint32_t Parser::path(const Token& name) {
  Path path;
  path.at = name.at;
  std::vector<Segment> found;
  for (Segment next; !error_ && segment(next); next = {}) found.push_back(next);
  if (error_) return 0;
  path.segments = program_.segments.add(found, kept_);
  path.count = static_cast<uint32_t>(found.size());
  find_root(path, name);
  if (error_) return 0;
  if (path.count != 0 && program_.segments[path.segments].kind == Segment::Kind::name) {
    path.first = program_.segments[path.segments].key;
  }
  note_root(path.root);
  return add({Shape::path, 0, program_.paths.add(path, kept_), 0, path.at});
}

// After 'steps' a name is the id of a step, unless something else is called 'steps' and no step so.
void Parser::find_root(Path& path, const Token& name) {
  std::optional<Error> refused;
  const bool is_pair = names_.takes_member != nullptr && names_.takes_member(name.text);
  if ((name.text == "steps" || is_pair) && path.count != 0) {
    const Segment& segment = program_.segments[path.segments];
    const std::string full = std::string(name.text) + "." + std::string(segment.key.view());
    if (segment.kind == Segment::Kind::name) {
      Result<Root> root = names_.find(names_.self, full, member_of(path, 1));
      if (root) {
        path.root = *root;
        path.name = {kept_.bytes(full), full.size()};
        ++path.segments;
        --path.count;
        return;
      }
      refused = std::move(root.error());
    }
  }
  Result<Root> root = names_.find(names_.self, name.text, member_of(path, 0));
  if (root) {
    path.root = *root;
    path.name = name.text;
    return;
  }
  Error error = refused ? std::move(*refused) : std::move(root.error());
  error.where.column = column_at(program_.text, name.at);
  fail_with(std::move(error));
}

// The name that stands there among the segments, or nothing.
std::string_view Parser::member_of(const Path& path, uint32_t number) const {
  if (number >= path.count) return {};
  const Segment& segment = program_.segments[path.segments + number];
  return segment.kind == Segment::Kind::name ? segment.key.view() : std::string_view();
}

void Parser::note_root(const Root& root) {
  Table<Root>& roots = program_.roots;
  if (std::find(roots.begin(), roots.end(), root) == roots.end()) roots.add(root, kept_);
}

bool Parser::segment(Segment& segment) {
  segment.at = token_.at;
  if (token_.is("[")) {
    bracket(segment);
    return true;
  }
  if (!take(".")) return false;
  if (error_) return true;
  if (token_.kind != Token::Kind::name || token_.text[0] == '$') {
    fail("a name is expected after '.'", "write items as [0], [*] and odd keys as [\"odd key\"]");
    return true;
  }
  segment.key = Key(token_.text);
  segment.end = token_.end();
  advance();
  return true;
}

void Parser::bracket(Segment& segment) {
  advance();
  if (!error_ && token_.kind == Token::Kind::text) {
    segment.key = Key(kept_.bytes(token_.unquoted), token_.unquoted.size());
    advance();
  } else if (take("*")) {
    segment.kind = Segment::Kind::all;
  } else {
    const bool begins = index(segment.begin_index);
    segment.kind = Segment::Kind::index;
    if (take(":")) {
      segment.kind = Segment::Kind::slice;
      segment.has_begin = begins;
      segment.has_end = index(segment.end_index);
    } else if (!begins && !error_) {
      fail("a number, a text in quotes, '*' or a slice is expected in '[…]'",
           "write [0], [-1], [1:3], [*] or [\"odd key\"]");
    }
  }
  segment.end = token_.end();
  expect("]", segment.at);
}

// Whether a number stands here.
bool Parser::index(int64_t& number) {
  const bool negative = take("-");
  if (error_) return false;
  if (token_.kind != Token::Kind::number) {
    if (negative) fail("a number is expected after '-'", "write [-1] for the last item");
    return false;
  }
  if (token_.number.tag != WEFT_I64 || token_.number.v.u > index_max) {
    fail("the number of an item is an integer below 2^53", "write [0] for the first item");
    return false;
  }
  number = negative ? -token_.number.v.i : token_.number.v.i;
  advance();
  return true;
}

}  // namespace weft::expr
