#include "maker.hpp"

#include <utility>

#include "parser.hpp"
#include "schema.hpp"

namespace weft::yaml {
namespace {

const char* tag_text(Tag tag) {
  switch (tag) {
    case Tag::integer: return "!!int";
    case Tag::floating: return "!!float";
    case Tag::boolean: return "!!bool";
    case Tag::null: return "!!null";
    default: return "!!str";
  }
}

}  // namespace

bool Maker::make(uint32_t root, Value& out) {
  if (!put(root)) return false;
  out = builder_.take_value();
  return true;
}

bool Maker::fail(const Part& node, std::string message, std::string hint) {
  const Part& at = alias_ != nowhere ? tree_[alias_] : node;
  fault_ = {Status::bad_input, "format.syntax", std::move(message),
            std::move(hint),   at.at,           at.length};
  return false;
}

// Counts what an alias repeats.
bool Maker::charge(const Part& node) {
  ++alias_nodes_;
  alias_bytes_ += node.text.size();
  if (alias_nodes_ <= alias_nodes_max && alias_bytes_ <= alias_bytes_max) return true;
  const bool nodes = alias_nodes_ > alias_nodes_max;
  fail(node,
       nodes
           ? join({"the aliases stand for more than ", std::to_string(alias_nodes_max), " values"})
           : std::string("the aliases repeat more than 16 MiB of text"),
       "write fewer aliases of aliases");
  fault_.status = Status::limit;
  fault_.code = nodes ? "limit.count" : "limit.size";
  return false;
}

bool Maker::put(uint32_t node) {
  const Part& n = tree_[node];
  if (alias_ != nowhere && !charge(n)) return false;
  if (n.kind == Kind::alias) return put_alias(node);
  if (n.kind != Kind::map && n.kind != Kind::list) return put_scalar(n);
  if (builder_.depth() >= depth_max) {
    fail(n, join({"values are nested more than ", std::to_string(depth_max), " deep"}), "");
    fault_.status = Status::limit;
    fault_.code = "limit.depth";
    return false;
  }
  return n.kind == Kind::map ? put_map(n) : put_list(n);
}

bool Maker::put_alias(uint32_t node) {
  const uint32_t outer = alias_;
  if (alias_ == nowhere) alias_ = node;
  const bool done = put(tree_[node].target);
  alias_ = outer;
  return done;
}

bool Maker::put_map(const Part& map) {
  builder_.begin_object();
  for (uint32_t key = map.first; key != nowhere;) {
    const uint32_t value = tree_[key].next;
    if (!fits_tag(tree_[key]) || (alias_ != nowhere && !charge(tree_[key]))) return false;
    builder_.key(Key(tree_[key].text));
    if (!put(value)) return false;
    key = tree_[value].next;
  }
  builder_.end_object();
  return true;
}

bool Maker::put_list(const Part& list) {
  builder_.begin_array();
  for (uint32_t item = list.first; item != nowhere; item = tree_[item].next) {
    if (!put(item)) return false;
  }
  builder_.end_array();
  return true;
}

// Whether the text is what its tag says; plain and quoted texts alike.
bool Maker::fits_tag(const Part& scalar) {
  if (scalar.tag == Tag::none || scalar.tag == Tag::str) return true;
  const Meaning is = meaning_of(scalar.text).meaning;
  const bool whole = is == Meaning::integer || is == Meaning::natural;
  const bool fits = (scalar.tag == Tag::integer && whole) ||
                    (scalar.tag == Tag::floating && (whole || is == Meaning::number)) ||
                    (scalar.tag == Tag::boolean && is == Meaning::boolean) ||
                    (scalar.tag == Tag::null && is == Meaning::null) || is == Meaning::refused;
  return fits ||
         fail(scalar, join({"'", scalar.text, "' is not what ", tag_text(scalar.tag), " says"}),
              "change the value or remove the tag");
}

bool Maker::put_scalar(const Part& scalar) {
  const bool as_written =
      scalar.tag == Tag::none ? scalar.kind == Kind::text : scalar.tag == Tag::str;
  if (as_written) {
    builder_.text(scalar.text);
    return true;
  }
  return fits_tag(scalar) && put_meant(scalar);
}

bool Maker::put_meant(const Part& scalar) {
  const Meant meant = meaning_of(scalar.text);
  const bool floating = scalar.tag == Tag::floating;
  switch (meant.meaning) {
    case Meaning::text: builder_.text(scalar.text); break;
    case Meaning::null: builder_.null(); break;
    case Meaning::boolean: builder_.boolean(meant.truth); break;
    case Meaning::integer:
      floating ? builder_.number(static_cast<double>(meant.i)) : builder_.integer(meant.i);
      break;
    case Meaning::natural:
      floating ? builder_.number(static_cast<double>(meant.u)) : builder_.natural(meant.u);
      break;
    case Meaning::number: builder_.number(meant.f); break;
    case Meaning::refused: return fail(scalar, meant.why, "quote it if it is a text");
  }
  return true;
}

}  // namespace weft::yaml
