// Reducers: how what branches made of one value becomes one value.
#include <algorithm>
#include <vector>

#include "base/compare.hpp"
#include "base/text.hpp"
#include "run/merge.hpp"

namespace weft::run {

using namespace weft::lit;
using spec::MergePolicy;
using spec::Reducer;

namespace {

bool is_nothing(Value v) { return !v.exists() || v.is_null(); }

Error unfit(std::string_view reducer, std::string_view kind) {
  return {Status::bad_input,
          "state.reduce",
          base::quoted(reducer) + " takes " + std::string(kind),
          "choose another reducer for the path, or write what it takes",
          {},
          WEFT_ERR_BAD_INPUT};
}

// What a branch added to a list: what it has beyond the one that it found, else all it has.
std::vector<Value> added(Value base, Value value) {
  if (!value.is_array()) return {value};
  bool goes_on = base.is_array() && base.size() <= value.size();
  for (uint32_t i = 0; goes_on && i < base.size(); ++i) goes_on = base::equal(base[i], value[i]);
  std::vector<Value> items;
  items.reserve(value.size());
  for (uint32_t i = goes_on ? base.size() : 0; i < value.size(); ++i) items.push_back(value[i]);
  return items;
}

Result<Value> joined(const Folded& f, bool is_union, Arena arena) {
  if (!is_nothing(f.merged) && !f.merged.is_array()) {
    return unfit(is_union ? "union" : "append", "a list, and something else stands there");
  }
  std::vector<Value> items;
  for (const Value one : is_nothing(f.merged) ? Value() : f.merged) items.push_back(one);
  for (const Value one : added(f.base, f.value)) {
    const auto is_it = [one](Value other) { return base::equal(one, other); };
    if (!is_union || std::none_of(items.begin(), items.end(), is_it)) items.push_back(one);
  }
  Builder b(arena);
  b.begin_array();
  for (const Value one : items) b.link(one);
  b.end_array();
  return b.take_value();
}

// What a branch added to the number that it found.
Result<Value> summed(const Folded& f, Arena arena) {
  for (const Value one : {f.base, f.merged, f.value}) {
    if (!is_nothing(one) && !one.is_number()) return unfit("sum", "numbers");
  }
  Builder b(arena);
  const auto is_whole = [](Value v) { return is_nothing(v) || v.is_integer(); };
  if (is_whole(f.base) && is_whole(f.merged) && is_whole(f.value)) {
    int64_t difference = 0, sum = 0;
    const bool is_too_large =
        __builtin_sub_overflow(f.value.as_i64(), f.base.as_i64(), &difference) ||
        __builtin_add_overflow(f.merged.as_i64(), difference, &sum);
    if (is_too_large) return unfit("sum", "numbers whose sum has 64 bits");
    b.integer(sum);
  } else {
    b.number(f.merged.as_f64() + (f.value.as_f64() - f.base.as_f64()));
  }
  return b.take_value();
}

Result<Value> extreme(const Folded& f, bool is_least) {
  if (is_nothing(f.merged)) return f.value;
  if (is_nothing(f.value)) return f.merged;
  const std::partial_ordering order = base::order(f.value, f.merged);
  if (order == std::partial_ordering::unordered) {
    return unfit(is_least ? "min" : "max", "values that have an order");
  }
  return (is_least ? order < 0 : order > 0) ? f.value : f.merged;
}

Result<Value> deep(const Folded& f, MergePolicy policy, Arena arena) {
  if (!f.merged.exists() || base::equal(f.merged, f.base)) return f.value;
  if (base::equal(f.value, f.base) || base::equal(f.value, f.merged)) return f.merged;
  if (!f.merged.is_object() || !f.value.is_object()) {
    if (policy == MergePolicy::last_writer) return f.value;
    if (policy == MergePolicy::first_writer) return f.merged;
    return Error{.status = Status::conflict, .code = "state.conflict"};
  }
  Builder b(arena);
  b.begin_object();
  for (uint32_t i = 0; i < f.merged.size(); ++i) {
    const Key name(f.merged.key(i));
    const Value theirs = f.value[name];
    if (!theirs.exists()) {
      b.set(name, f.merged[i]);
      continue;
    }
    auto one = deep({f.base[name], f.merged[i], theirs}, policy, arena);
    if (!one) return one;
    b.set(name, *one);
  }
  for (uint32_t i = 0; i < f.value.size(); ++i) {
    const Key name(f.value.key(i));
    if (!f.merged[name].exists()) b.set(name, f.value[i]);
  }
  b.end_object();
  return b.take_value();
}

}  // namespace

Result<Value> reduced(Reducer how, const Folded& folded, MergePolicy policy, Arena arena) {
  switch (how) {
    case Reducer::append: return joined(folded, false, arena);
    case Reducer::unite: return joined(folded, true, arena);
    case Reducer::sum: return summed(folded, arena);
    case Reducer::min: return extreme(folded, true);
    case Reducer::max: return extreme(folded, false);
    default: return deep(folded, policy, arena);
  }
}

}  // namespace weft::run
