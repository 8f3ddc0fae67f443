#include "expr/jsonpath.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/text.hpp"

namespace weft::expr {

using Values = std::vector<Value>;
using Term = JsonPath::Term;
using Selector = JsonPath::Selector;

// One evaluation. A missing Value is the 'Nothing' of the RFC.
class JsonPathWalk final {
 public:
  JsonPathWalk(const JsonPath& path, Value root, const JsonPath::Spend& spend)
      : path_(path), root_(root), spend_(spend) {}

  bool run(uint32_t number, Value current, Values& out);

 private:
  bool segment(const JsonPath::Segment& segment, Value node, Values& out);
  bool descend(const JsonPath::Segment& segment, Value node, Values& out);
  bool select(const Selector& selector, Value node, Values& out);
  bool slice(const Selector& selector, Value node, Values& out);
  bool filter(const Selector& selector, Value node, Values& out);

  bool holds(uint32_t number, Value current);
  bool exists(uint32_t query, Value current);
  bool compare(const Term& term, Value current);
  Value value_of(uint32_t number, Value current);
  Value call(const Term& term, Value current);
  bool matches(const Term& term, Value current);
  Value length_of(Value value);
  Value number(uint64_t n);

  bool spend(uint64_t operations) {
    is_good_ = is_good_ && spend_(operations);
    return is_good_;
  }

  const JsonPath& path_;
  Value root_;
  const JsonPath::Spend& spend_;
  bool is_good_ = true;
  weft_slot numbers_[2]{};  // results of functions: of the two sides of a comparison
  uint32_t next_number_ = 0;
};

bool JsonPathWalk::run(uint32_t number, Value current, Values& out) {
  const JsonPath::Query& query = path_.queries_[number];
  Values nodes{query.of_current ? current : root_};
  Values next;
  for (uint32_t i = 0; i < query.count && is_good_; ++i) {
    next.clear();
    for (const Value node : nodes) {
      if (!segment(path_.segments_[query.first + i], node, next)) return false;
    }
    nodes.swap(next);
  }
  out.insert(out.end(), nodes.begin(), nodes.end());
  return is_good_;
}

bool JsonPathWalk::segment(const JsonPath::Segment& segment, Value node, Values& out) {
  if (segment.descends) return descend(segment, node, out);
  for (uint32_t i = 0; i < segment.count; ++i) {
    if (!select(path_.selectors_[segment.first + i], node, out)) return false;
  }
  return true;
}

// The node first, then what is in it, depth first. Values are at most limits::depth deep.
bool JsonPathWalk::descend(const JsonPath::Segment& segment, Value node, Values& out) {
  if (!spend(1)) return false;
  for (uint32_t i = 0; i < segment.count; ++i) {
    if (!select(path_.selectors_[segment.first + i], node, out)) return false;
  }
  if (!node.is_array() && !node.is_object()) return true;
  for (const Value child : node) {
    if (!descend(segment, child, out)) return false;
  }
  return true;
}

bool JsonPathWalk::select(const Selector& selector, Value node, Values& out) {
  if (!spend(1)) return false;
  switch (selector.kind) {
    case Selector::Kind::name: {
      if (!node.is_object()) return true;
      const Value found = node[Key(selector.name.as_text())];
      if (found.exists()) out.push_back(found);
      return true;
    }
    case Selector::Kind::wildcard:
      if (!node.is_array() && !node.is_object()) return true;
      if (!spend(node.size() / 32)) return false;
      for (const Value child : node) out.push_back(child);
      return true;
    case Selector::Kind::index: {
      if (!node.is_array()) return true;
      const int64_t size = node.size();
      const int64_t at = selector.begin < 0 ? selector.begin + size : selector.begin;
      if (at >= 0 && at < size) out.push_back(node[static_cast<uint32_t>(at)]);
      return true;
    }
    case Selector::Kind::slice: return slice(selector, node, out);
    case Selector::Kind::filter: return filter(selector, node, out);
  }
  return true;
}

bool JsonPathWalk::slice(const Selector& selector, Value node, Values& out) {
  if (!node.is_array() || selector.step == 0) return true;
  const int64_t size = node.size();
  const bool forward = selector.step > 0;
  const auto within = [&](int64_t index) {
    const int64_t at = index < 0 ? index + size : index;
    return forward ? std::clamp<int64_t>(at, 0, size) : std::clamp<int64_t>(at, -1, size - 1);
  };
  const int64_t begin = selector.has_begin ? within(selector.begin) : forward ? 0 : size - 1;
  const int64_t end = selector.has_end ? within(selector.end) : forward ? size : -1;
  const int64_t step = std::clamp(selector.step, -size - 1, size + 1);
  if (!spend(static_cast<uint64_t>(size) / 32)) return false;
  for (int64_t i = begin; forward ? i < end : i > end; i += step) {
    out.push_back(node[static_cast<uint32_t>(i)]);
  }
  return true;
}

bool JsonPathWalk::filter(const Selector& selector, Value node, Values& out) {
  if (!node.is_array() && !node.is_object()) return true;
  for (const Value child : node) {
    if (!spend(1)) return false;
    if (holds(selector.term, child)) out.push_back(child);
  }
  return is_good_;
}

bool JsonPathWalk::holds(uint32_t number, Value current) {
  const Term& term = path_.terms_[number];
  const auto holds_one = [&](uint32_t operand) { return holds(operand, current); };
  const auto first = path_.operands_.begin() + term.first;
  if (!spend(1)) return false;
  switch (term.kind) {
    case Term::Kind::any_of: return std::any_of(first, first + term.count, holds_one);
    case Term::Kind::all_of: return std::all_of(first, first + term.count, holds_one);
    case Term::Kind::inverse: return !holds(term.a, current);
    case Term::Kind::exists: return exists(term.a, current);
    case Term::Kind::compare: return compare(term, current);
    case Term::Kind::call: return matches(term, current);
    default: return false;
  }
}

bool JsonPathWalk::exists(uint32_t query, Value current) {
  Values nodes;
  return run(query, current, nodes) && !nodes.empty();
}

bool JsonPathWalk::compare(const Term& term, Value current) {
  const Value a = value_of(term.a, current);
  const Value b = value_of(term.b, current);
  if (!is_good_) return false;
  const bool same = a.exists() && b.exists() ? base::equal(a, b) : a.exists() == b.exists();
  const bool have_order = (a.is_number() && b.is_number()) || (a.is_text() && b.is_text());
  const auto order = have_order ? base::order(a, b) : std::partial_ordering::unordered;
  switch (term.order) {
    case Term::Order::equal: return same;
    case Term::Order::unequal: return !same;
    case Term::Order::less: return order < 0;
    case Term::Order::less_equal: return order < 0 || same;
    case Term::Order::greater: return order > 0;
    case Term::Order::greater_equal: return order > 0 || same;
  }
  return false;
}

Value JsonPathWalk::value_of(uint32_t number, Value current) {
  const Term& term = path_.terms_[number];
  if (term.kind == Term::Kind::literal) return term.value;
  if (term.kind == Term::Kind::call) return call(term, current);
  Values nodes;
  if (!run(term.a, current, nodes)) return {};
  return nodes.size() == 1 ? nodes.front() : Value();
}

Value JsonPathWalk::call(const Term& term, Value current) {
  const uint32_t first = path_.operands_[term.first];
  if (term.function == JsonPath::Function::length) return length_of(value_of(first, current));
  Values nodes;
  if (!run(path_.terms_[first].a, current, nodes)) return {};
  if (term.function == JsonPath::Function::count) return number(nodes.size());
  return nodes.size() == 1 ? nodes.front() : Value();
}

Value JsonPathWalk::length_of(Value value) {
  if (value.is_text()) {
    if (!spend(value.size() / 1'024)) return {};
    return number(base::count_code_points(value.as_text()));
  }
  if (value.is_array() || value.is_object()) return number(value.size());
  return {};
}

Value JsonPathWalk::number(uint64_t n) {
  weft_slot& slot = numbers_[next_number_++ % 2];
  slot = {WEFT_I64, 0, 0, 0, {static_cast<int64_t>(n)}};
  return Value(&slot);
}

bool JsonPathWalk::matches(const Term& term, Value current) {
  const Value text = value_of(path_.operands_[term.first], current);
  const Value pattern = value_of(path_.operands_[term.first + 1], current);
  if (!is_good_ || !text.is_text() || !pattern.is_text()) return false;
  const auto run = [&](const Regexp& regexp) {
    if (!spend(uint64_t{regexp.states()} * text.size() / 4'096)) return false;
    const bool whole = term.function == JsonPath::Function::match;
    return whole ? regexp.matches(text.as_text()) : regexp.search(text.as_text());
  };
  if (term.regexp >= 0) return run(path_.regexps_[static_cast<size_t>(term.regexp)]);
  if (!spend(pattern.size())) return false;
  const bool whole = term.function == JsonPath::Function::match;
  const auto made = Regexp::compile(whole ? without_ends(pattern.as_text()) : pattern.as_text());
  return made && run(*made);
}

std::string_view without_ends(std::string_view pattern) {
  if (pattern.starts_with('^')) pattern.remove_prefix(1);
  if (!pattern.ends_with('$')) return pattern;
  const std::string_view before = pattern.substr(0, pattern.size() - 1);
  const size_t slashes = before.size() - 1 - before.find_last_not_of('\\');
  return slashes % 2 == 0 ? before : pattern;
}

bool JsonPath::select(Value root, const Spend& spend, std::vector<Value>& out) const {
  return JsonPathWalk(*this, root, spend).run(root_, root, out);
}

}  // namespace weft::expr
