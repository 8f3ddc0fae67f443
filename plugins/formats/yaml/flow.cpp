// Flow style: [lists] and {mappings} that brackets hold together.
#include "parser.hpp"

namespace weft::yaml {

uint32_t Parser::flow_collection(int32_t parent) {
  const uint32_t opened = in_.pos();
  if (!enter(opened)) return nowhere;
  if (in_.peek() == '{' && in_.peek(1) == '{') {
    fail_template(opened);
    return nowhere;
  }
  ++flow_depth_;
  const bool is_list = in_.peek() == '[';
  in_.advance();
  const uint32_t node = is_list ? flow_list(parent, opened) : flow_map(parent, opened);
  --flow_depth_;
  --depth_;
  return node;
}

uint32_t Parser::flow_list(int32_t parent, uint32_t opened) {
  const uint32_t list = new_node(Kind::list, opened, 1);
  uint32_t last = nowhere;
  if (!flow_skip(parent, opened)) return nowhere;
  bool more = in_.peek() != ']';
  if (!more) in_.advance();
  while (more) {
    const uint32_t item = flow_item(parent, opened);
    if (item == nowhere || !flow_goes_on(parent, opened, more)) return nowhere;
    append(list, last, item);
  }
  return list;
}

uint32_t Parser::flow_map(int32_t parent, uint32_t opened) {
  const uint32_t map = new_node(Kind::map, opened, 1);
  Keys keys;
  uint32_t last = nowhere;
  if (!flow_skip(parent, opened)) return nowhere;
  bool more = in_.peek() != '}';
  if (!more) in_.advance();
  while (more) {
    uint32_t key = nowhere, value = nowhere;
    if (!flow_pair(parent, opened, key, value) || !add_key(keys, key)) return nowhere;
    append(map, last, key);
    append(map, last, value);
    if (!flow_goes_on(parent, opened, more)) return nowhere;
  }
  return map;
}

// A value, or 'key: value', which is a mapping of one entry.
uint32_t Parser::flow_item(int32_t parent, uint32_t opened) {
  const uint32_t at = in_.pos();
  const uint32_t line = in_.line_start();
  uint32_t key = nowhere, value = nowhere;
  if (!flow_entry()) return nowhere;
  if (at_entry('?')) {
    if (!flow_pair(parent, opened, key, value)) return nowhere;
  } else {
    key = flow_node(parent, opened);
    if (key == nowhere || !flow_skip(parent, opened)) return nowhere;
    if (!flow_value_follows(key)) return key;
    if (in_.line_start() != line) {
      fail("a key and its ':' stand on one line", "", at, 1);
      return nowhere;
    }
    if (!make_key(key) || !flow_value(parent, opened, key, value)) return nowhere;
  }
  if (!enter(at)) return nowhere;
  --depth_;
  const uint32_t map = new_node(Kind::map, at, tree_[key].length);
  uint32_t last = nowhere;
  append(map, last, key);
  append(map, last, value);
  return map;
}

bool Parser::flow_pair(int32_t parent, uint32_t opened, uint32_t& key, uint32_t& value) {
  if (!flow_entry()) return false;
  if (at_entry('?')) {
    in_.advance();
    if (!flow_skip(parent, opened)) return false;
  }
  key = flow_node(parent, opened);
  return key != nowhere && flow_skip(parent, opened) && make_key(key) &&
         flow_value(parent, opened, key, value);
}

// Behind a key: its value, or null when there is none.
bool Parser::flow_value(int32_t parent, uint32_t opened, uint32_t key, uint32_t& value) {
  if (!flow_value_follows(key)) {
    value = new_node(Kind::plain, tree_[key].at + tree_[key].length, 0);
    return true;
  }
  in_.advance();
  if (!flow_skip(parent, opened)) return false;
  value = flow_node(parent, opened);
  return value != nowhere;
}

// Refuses a ',' where an entry should be.
bool Parser::flow_entry() {
  return in_.peek() != ',' ||
         fail("an entry is missing before ','", "remove one ','", in_.pos(), 1);
}

bool Parser::flow_value_follows(uint32_t key) const {
  if (in_.peek() != ':') return false;
  const Kind kind = tree_[key].kind;
  const bool json_like = kind == Kind::text || kind == Kind::list || kind == Kind::map;
  return json_like || in_.blank_at(1) || is_flow_indicator(in_.peek(1));
}

uint32_t Parser::flow_node(int32_t parent, uint32_t opened) {
  const uint32_t start = in_.pos();
  Properties own;
  if (at_property() && (!properties(own) || !flow_skip(parent, opened))) return nowhere;
  const char c = in_.peek();
  uint32_t node = nowhere;
  if (c == ',' || c == ']' || c == '}' || (c == ':' && !scalars_.at_plain(true))) {
    node = new_node(Kind::plain, start, 0);
  } else {
    node = c == '[' || c == '{' ? flow_collection(parent) : scalar({parent, true});
  }
  return node != nowhere && apply(own, node) ? node : nowhere;
}

// Behind an entry: over ',' to the next one, or over the closing bracket.
bool Parser::flow_goes_on(int32_t parent, uint32_t opened, bool& more) {
  if (!flow_skip(parent, opened)) return false;
  const char closing = in_.text()[opened] == '[' ? ']' : '}';
  if (in_.peek() == ',') {
    in_.advance();
    if (!flow_skip(parent, opened)) return false;
  } else if (in_.peek() != closing) {
    return fail(join({"expected ',' or '", std::string(1, closing), "' here"}),
                join({"separate the entries with ',', or quote a text that holds '",
                      std::string(1, in_.peek()), "'"}),
                in_.pos(), 1);
  }
  more = in_.peek() != closing;
  if (!more) in_.advance();
  return true;
}

// To the next content of the collection, which may not end before its bracket.
bool Parser::flow_skip(int32_t parent, uint32_t opened) {
  in_.skip_to_content();
  const char bracket = in_.text()[opened];
  const std::string_view closing_text = bracket == '[' ? "']'" : "'}'";
  if (in_.at_end() || in_.at_marker()) {
    return fail(join({"'", std::string(1, bracket), "' is not closed"}),
                join({"add the closing ", closing_text}), opened, 1);
  }
  if (in_.indent() < 0 || in_.indent() > parent) return true;
  return fail(join({"this line belongs to the '", std::string(1, bracket), "' of ", line_of(opened),
                    " and needs more indentation"}),
              join({"begin it at column ", std::to_string(parent + 2),
                    " or further, or add the missing ", closing_text}),
              in_.pos(), 1);
}

}  // namespace weft::yaml
