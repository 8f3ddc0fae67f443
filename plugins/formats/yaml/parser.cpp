#include "parser.hpp"

#include <algorithm>
#include <utility>

namespace weft::yaml {

uint32_t Parser::parse() {
  constexpr size_t bytes_per_node = 12;  // of a usual definition
  tree_.reserve(std::min<size_t>(in_.text().size() / bytes_per_node + 1, size_t{1} << 16U));
  bool marked = false;
  if (!directives(marked)) return nowhere;
  Spot spot;
  spot.opens = !marked;
  const uint32_t root = block_node(spot);
  return root != nowhere && end_of_document() ? root : nowhere;
}

// Up to the content, or behind the marker '---'.
bool Parser::directives(bool& marked) {
  in_.skip_to_content();
  bool any = false;
  while (in_.peek() == '%' && in_.column() == 0) {
    const std::string_view line = rest_of_line(in_.pos());
    if (any || (line != "%YAML 1.2" && line != "%YAML 1.1")) {
      return fail(join({"the directive '", line, "' is not supported"}),
                  any ? "one %YAML directive is enough" : "remove it; only '%YAML 1.2' is read",
                  in_.pos(), static_cast<uint32_t>(line.size()));
    }
    any = true;
    in_.skip_line();
    in_.skip_to_content();
  }
  marked = in_.at_marker() && in_.peek() == '-';
  if (marked) {
    in_.advance(3);
  } else if (any) {
    return fail("the directive is not followed by '---'", "write '---' on the next line", in_.pos(),
                1);
  } else {
    in_.jump(in_.line_start(), in_.line_start());
  }
  return true;
}

bool Parser::end_of_document() {
  in_.skip_to_content();
  const bool closed = in_.at_marker() && in_.peek() == '.';
  if (closed) {
    in_.advance(3);
    if (!line_end()) return false;
    in_.skip_to_content();
  }
  if (in_.at_end()) return true;
  if (in_.at_marker() || closed) {
    const bool more_follows = in_.at_marker() && in_.peek() == '-';
    return fail(more_follows || !in_.at_marker() ? "a second document begins here"
                                                 : "the document is ended twice",
                "a definition is exactly one document; put the other one into a file of its own",
                in_.pos(), 3);
  }
  if (in_.indent() >= 0 && in_.tab_at() != nowhere) return in_.fail_tab(in_.tab_at());
  if (closed_column_ >= 0) return fail_indent(closed_column_);
  return fail_after_value();
}

// Anchor and tag, in either order, on one line.
bool Parser::properties(Properties& out) {
  out.at = in_.pos();
  while (at_property()) {
    const bool again = in_.peek() == '&' ? !out.anchor.empty() : out.tag != Tag::none;
    if (again) {
      return fail(join({"a value has one ", (in_.peek() == '&' ? "anchor" : "tag")}),
                  "remove the second one", in_.pos(), 1);
    }
    if (!(in_.peek() == '&' ? anchor(out) : tag(out))) return false;
    out.length = in_.pos() - out.at;
    const char after = in_.peek();
    if (!in_.blank_at(0) && after != ',' && after != ']' && after != '}') {
      return fail(join({"a space is missing after '", in_.since(out.at), "'"}), "", in_.pos(), 1);
    }
    in_.skip_blanks();
  }
  return true;
}

// Behind '&', '*' or '!': up to a blank or an indicator of flow style.
std::string_view Parser::name() {
  const uint32_t from = in_.pos();
  while (!in_.blank_at(0) && !is_flow_indicator(in_.peek())) in_.advance();
  return in_.since(from);
}

bool Parser::anchor(Properties& out) {
  in_.advance();
  out.anchor = name();
  if (out.anchor.empty()) {
    return fail("an anchor needs a name after '&'", "quote a text that begins with '&'",
                in_.pos() - 1, 1);
  }
  anchors_[out.anchor] = nowhere;
  return true;
}

bool Parser::tag(Properties& out) {
  constexpr std::pair<std::string_view, Tag> known[] = {
      {"!!str", Tag::str},      {"!!int", Tag::integer}, {"!!float", Tag::floating},
      {"!!bool", Tag::boolean}, {"!!null", Tag::null},   {"!!map", Tag::map},
      {"!!seq", Tag::list}};
  const uint32_t at = in_.pos();
  name();
  const std::string_view written = in_.since(at);
  for (const auto& [text, tag] : known) {
    if (text != written) continue;
    out.tag = tag;
    return true;
  }
  return fail(join({"the tag '", written, "' is not supported"}),
              "only !!str !!int !!float !!bool !!null !!map !!seq are; quote a text that begins "
              "with '!'",
              at, in_.pos() - at);
}

bool Parser::apply(const Properties& properties, uint32_t node) {
  if (!properties.any()) return true;
  Part& n = tree_[node];
  if (n.kind == Kind::alias) {
    return fail("an alias takes no anchor and no tag", "put them where the anchor is",
                properties.at, properties.length);
  }
  const bool is_collection = n.kind == Kind::map || n.kind == Kind::list;
  const Tag own = n.kind == Kind::map ? Tag::map : Tag::list;
  const bool wants_collection = properties.tag == Tag::map || properties.tag == Tag::list;
  const bool fits = is_collection ? properties.tag == own : !wants_collection;
  if (properties.tag != Tag::none && !fits) {
    return fail(join({"the tag does not fit: the value is a ", (!is_collection        ? "scalar"
                                                                : n.kind == Kind::map ? "mapping"
                                                                                      : "list")}),
                "remove the tag", properties.at, properties.length);
  }
  n.tag = properties.tag;
  if (!properties.anchor.empty()) anchors_[properties.anchor] = node;
  return true;
}

uint32_t Parser::alias() {
  const uint32_t at = in_.pos();
  in_.advance();
  const std::string wanted(name());
  const uint32_t length = in_.pos() - at;
  const auto found = anchors_.find(wanted);
  if (found == anchors_.end()) {
    const bool colon = wanted.ends_with(':');
    fail(join({"the alias '*", wanted, "' has no anchor before it"}),
         colon
             ? std::string("put a space before the ':'")
             : join({"mark the value with '&", wanted, "', or quote a text that begins with '*'"}),
         at, length);
    return nowhere;
  }
  if (found->second == nowhere) {
    fail(join({"the alias '*", wanted, "' stands inside the value it names"}),
         "a value cannot contain itself", at, length);
    return nowhere;
  }
  const uint32_t node = new_node(Kind::alias, at, length);
  tree_[node].target = found->second;
  return node;
}

// Quoted, plain or an alias.
uint32_t Parser::scalar(Room room) {
  const uint32_t at = in_.pos();
  const char c = in_.peek();
  if (c == '*') return alias();
  const bool is_quoted = c == '"' || c == '\'';
  if (!is_quoted && !scalars_.at_plain(room.flow)) {
    fail_start();
    return nowhere;
  }
  std::string_view text;
  if (!(is_quoted ? scalars_.quoted(room, text) : scalars_.plain(room, text))) return nowhere;
  const uint32_t node = new_node(is_quoted ? Kind::text : Kind::plain, at, in_.pos() - at);
  tree_[node].text = text;
  return node;
}

// A key is a scalar and becomes the text it is written as.
bool Parser::make_key(uint32_t node) {
  Part& key = tree_[node];
  if (key.kind == Kind::alias) {
    const Part& target = tree_[key.target];
    key.kind = target.kind;
    key.tag = target.tag;
    key.text = target.text;
    key.first = target.first;
  }
  if (key.kind == Kind::map || key.kind == Kind::list) {
    return fail("a key must be a text, not a collection", "quote the key if it is a text", key.at,
                key.length);
  }
  if (key.kind == Kind::plain && key.text.empty()) {
    return fail("the key is missing", "write a key, or \"\" for an empty one", key.at, 1);
  }
  if (key.kind == Kind::plain && key.text == "<<" && key.tag != Tag::str) {
    return fail("merge keys are not supported",
                "write the entries out, or use the alias as a whole value; quote a key that is "
                "called \"<<\"",
                key.at, key.length);
  }
  return true;
}

bool Parser::add_key(Keys& keys, uint32_t node) {
  const uint32_t before = keys.add(tree_, node);
  if (before == nowhere) return true;
  const Part& key = tree_[node];
  const Position first = source_.position(tree_[before].at);
  return in_.fail({Status::bad_input, "format.duplicate_key",
                   join({"the key '", key.text, "' is there twice, first at line ",
                         std::to_string(first.line), ", column ", std::to_string(first.column)}),
                   "remove or rename one of them", key.at, key.length});
}

bool Parser::enter(uint32_t at) {
  if (++depth_ <= depth_max) return true;
  return in_.fail({Status::limit, "limit.depth",
                   join({"values are nested more than ", std::to_string(depth_max), " deep"}), "",
                   at, 1});
}

uint32_t Parser::new_node(Kind kind, uint32_t at, uint32_t length) {
  Part& n = tree_.emplace_back();
  n.kind = kind;
  n.at = at;
  n.length = length;
  return static_cast<uint32_t>(tree_.size() - 1);
}

void Parser::append(uint32_t collection, uint32_t& last, uint32_t child) {
  (last == nowhere ? tree_[collection].first : tree_[last].next) = child;
  last = child;
}

}  // namespace weft::yaml
