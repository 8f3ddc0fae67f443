// Block style: mappings and lists that indentation holds together.
#include "parser.hpp"

namespace weft::yaml {

// Whether what was found belongs to somebody further out, and the node here is empty.
bool Parser::ends_here(const Spot& spot) const {
  if (in_.at_end()) return true;
  if (in_.indent() < 0) return false;
  if (in_.at_marker()) return true;
  if (in_.indent() > spot.parent) return false;
  return !(spot.list_at_parent && in_.indent() == spot.parent && at_entry('-'));
}

// Behind the indicator that asks for a node: ':', '-', '?', '---', or at the start of the text.
uint32_t Parser::block_node(Spot spot) {
  const uint32_t start = in_.pos();
  closed_column_ = -1;
  Properties outer, inner;
  for (int lines = 0;; ++lines) {
    in_.skip_to_content();
    if (in_.indent() >= 0) spot.opens = true;
    if (ends_here(spot)) {
      const bool tab = in_.tab_at() != nowhere && in_.indent() >= 0 && !in_.at_end();
      if (tab && !in_.at_marker()) {
        in_.fail_tab(in_.tab_at());
        return nowhere;
      }
      const uint32_t empty = new_node(Kind::plain, start, 0);
      return apply(outer, empty) ? empty : nowhere;
    }
    if (!at_property() || lines == 2) break;
    inner = {};
    if (in_.tab_at() != nowhere && spot.opens) spot.opens = false;
    if (!properties(inner)) return nowhere;
    if (!in_.line_done() && !in_.at_comment()) {
      return block_content(spot, outer, inner, static_cast<int32_t>(inner.at - in_.line_start()));
    }
    if (outer.any()) break;
    outer = inner;
    inner = {};
  }
  if (inner.any() || at_property()) {
    fail("an anchor or a tag has no value", "", in_.pos(), 1);
    return nowhere;
  }
  return block_content(spot, outer, inner, in_.column());
}

// outer belongs to the whole node, inner to it too unless the first thing is a key.
uint32_t Parser::block_content(const Spot& spot, const Properties& outer, const Properties& inner,
                               int32_t column) {
  const char c = in_.peek();
  if (at_entry('-') || at_entry('?')) {
    if (!may_open(spot, inner)) return nowhere;
    const bool shares = column == spot.parent;
    const uint32_t node = c == '-' ? block_list(column, shares) : block_map(column, nowhere);
    return node != nowhere && apply(outer, node) ? node : nowhere;
  }
  const bool is_block_text = c == '|' || c == '>';
  const uint32_t node = is_block_text ? block_text(spot.parent) : inline_node(spot.parent);
  if (node == nowhere) return nowhere;
  if (!is_block_text && is_key(node)) {
    if (!spot.opens) {
      fail_colon(node);
      return nowhere;
    }
    if (!may_open(spot, {}) || !apply(inner, node)) return nowhere;
    const uint32_t map = block_map(column, node);
    return map != nowhere && apply(outer, map) ? map : nowhere;
  }
  if (in_.failed()) return nowhere;
  if (outer.any() && inner.any()) {
    fail("a value has its anchor and tag in one place", "write them on one line", inner.at,
         inner.length);
    return nowhere;
  }
  if (!apply(outer, node) || !apply(inner, node)) return nowhere;
  return is_block_text || line_end() ? node : nowhere;
}

// Whether a list or a mapping may begin at the content that was found.
bool Parser::may_open(const Spot& spot, const Properties& inner) {
  if (in_.tab_at() != nowhere && in_.tab_at() >= in_.line_start()) {
    return in_.fail_tab(in_.tab_at());
  }
  if (inner.any()) {
    return fail("an anchor or tag of a list stands on the line before it",
                "begin the list on the next line", inner.at, inner.length);
  }
  if (spot.opens) return true;
  const std::string what = in_.peek() == '-' ? "list" : "mapping";
  return fail(join({"a ", what, " cannot begin on the line of its key"}),
              join({"begin it on the next line, or quote a text that begins with '",
                    std::string(1, in_.peek()), " '"}),
              in_.pos(), 1);
}

uint32_t Parser::block_list(int32_t column, bool shares_column) {
  const uint32_t list = new_node(Kind::list, in_.pos(), 1);
  if (!enter(in_.pos())) return nowhere;
  uint32_t last = nowhere;
  bool more = true;
  while (more) {
    in_.advance();
    Spot spot;
    spot.parent = column;
    spot.opens = true;
    const uint32_t item = block_node(spot);
    if (item == nowhere || !another_entry(column, more)) return nowhere;
    append(list, last, item);
    if (!more || at_entry('-')) continue;
    if (!shares_column) {
      fail("a list goes on with '- ', but this line does not begin with it",
           "begin the line with '- ', or give it the indentation of what it belongs to", in_.pos(),
           1);
      return nowhere;
    }
    more = false;
  }
  closed_column_ = column;
  --depth_;
  return list;
}

// first_key was read already; nowhere when the mapping begins with '?'.
uint32_t Parser::block_map(int32_t column, uint32_t first_key) {
  const uint32_t at = first_key != nowhere ? tree_[first_key].at : in_.pos();
  const uint32_t map = new_node(Kind::map, at, first_key != nowhere ? tree_[first_key].length : 1);
  if (!enter(at)) return nowhere;
  Keys keys;
  uint32_t last = nowhere, key = first_key;
  bool more = true;
  while (more) {
    if (key == nowhere && at_entry('-')) {
      fail("a list item cannot stand among the keys of a mapping",
           "indent the list below the key it belongs to", in_.pos(), 1);
      return nowhere;
    }
    const bool is_explicit = key == nowhere && at_entry('?');
    uint32_t value = nowhere;
    if (is_explicit) {
      key = block_key(column, value);
    } else if (key == nowhere) {
      key = implicit_key();
    }
    if (key == nowhere || !make_key(key) || !add_key(keys, key)) return nowhere;
    if (!is_explicit) {
      in_.advance();
      Spot spot;
      spot.parent = column;
      spot.list_at_parent = true;
      value = block_node(spot);
    }
    if (value == nowhere || !another_entry(column, more)) return nowhere;
    append(map, last, key);
    append(map, last, value);
    key = nowhere;
  }
  closed_column_ = column;
  --depth_;
  return map;
}

// At '? ': the key, and the value that may follow behind ': ' in the same column.
uint32_t Parser::block_key(int32_t column, uint32_t& value) {
  in_.advance();
  Spot spot;
  spot.parent = column;
  spot.opens = true;
  const uint32_t key = block_node(spot);
  bool more = false;
  if (key == nowhere || !another_entry(column, more)) return nowhere;
  if (more && at_entry(':')) {
    in_.advance();
    spot.list_at_parent = true;
    value = block_node(spot);
  } else {
    value = new_node(Kind::plain, in_.pos(), 0);
  }
  return value == nowhere ? nowhere : key;
}

// A key of one line, up to its ':'.
uint32_t Parser::implicit_key() {
  Properties own;
  if (at_property() && !properties(own)) return nowhere;
  const uint32_t key = inline_node(in_.column());
  if (key == nowhere) return nowhere;
  if (!is_key(key)) {
    fail_no_colon(key);
    return nowhere;
  }
  return apply(own, key) ? key : nowhere;
}

// Whether ': ' follows; then the node must lie in one line.
bool Parser::is_key(uint32_t node) {
  in_.skip_blanks();
  if (!at_entry(':')) return false;
  if (tree_[node].at >= in_.line_start()) return true;
  fail_colon(node);
  return false;
}

uint32_t Parser::inline_node(int32_t parent) {
  if (in_.peek() == '[' || in_.peek() == '{') return flow_collection(parent);
  return scalar({parent, false});
}

uint32_t Parser::block_text(int32_t parent) {
  const uint32_t at = in_.pos();
  std::string_view text;
  if (!scalars_.block({parent, false}, text)) return nowhere;
  const uint32_t node = new_node(Kind::text, at, 1);
  tree_[node].text = text;
  return node;
}

// Behind an entry. What stands in the column goes on with the collection, what stands left ends it.
bool Parser::another_entry(int32_t column, bool& more) {
  more = false;
  in_.skip_to_content();
  if (in_.at_end() || in_.at_marker()) return true;
  if (in_.indent() >= 0 && in_.tab_at() != nowhere) return in_.fail_tab(in_.tab_at());
  more = in_.column() == column;
  return in_.column() <= column || fail_indent(column);
}

bool Parser::line_end() {
  in_.skip_blanks();
  return in_.line_done() || in_.at_comment() || fail_after_value();
}

}  // namespace weft::yaml
