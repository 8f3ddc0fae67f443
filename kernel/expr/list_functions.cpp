// Functions of lists and objects.
#include <compare>
#include <string>
#include <vector>

#include "base/compare.hpp"
#include "base/text.hpp"
#include "expr/functions.hpp"
#include "expr/jsonpath.hpp"
#include "expr/machine.hpp"

namespace weft::expr::fn {
namespace {

bool is_list(Machine& machine, std::string_view function, Value value) {
  if (value.is_array()) return machine.spend_items(value.size());
  machine.fail_type(std::string(function) + "() wants a list, not " + type_phrase(value));
  return false;
}

bool is_object(Machine& machine, std::string_view function, Value value) {
  if (value.is_object()) return machine.spend_items(value.size());
  machine.fail_type(std::string(function) + "() wants an object, not " + type_phrase(value));
  return false;
}

Value fail_item(Machine& machine, std::string_view function, std::string_view wanted, Value item) {
  return machine.fail_type(std::string(function) + "() wants " + std::string(wanted) +
                           " in the list, not " + type_phrase(item));
}

Value sum_of(Machine& machine, std::string_view function, Value list) {
  Value total = machine.integer(0);
  for (const Value item : list) {
    if (!total.exists()) return {};
    if (!item.is_number()) return fail_item(machine, function, "numbers", item);
    total = machine.apply(Operator::add, total, item);
  }
  return total;
}

// A list, or the arguments themselves when there are several.
Value extreme(Machine& machine, std::string_view function, Arguments arguments, Operator better) {
  Value list = arguments[0];
  if (arguments.size() != 1) list = machine.list(arguments);
  if (!list.exists() || !is_list(machine, function, list)) return {};
  if (list.size() == 0) return machine.fail_no_item(function);
  Value best = list[0];
  for (const Value item : list) {
    if (!item.is_number() && !item.is_text() && item.tag() != Tag::time) {
      return fail_item(machine, function, "numbers, strings or times", item);
    }
    const Value wins = machine.apply(better, item, best);
    if (!wins.exists()) return {};
    if (wins.as_bool()) best = item;
  }
  return best;
}

// Whether one of a list of booleans is as wanted. Every item is looked at: a wrong type behind the
// decisive one is an error all the same.
Value has_boolean(Machine& machine, std::string_view function, Value list, bool wanted) {
  if (!is_list(machine, function, list)) return {};
  bool found = false;
  for (const Value item : list) {
    if (!item.is_boolean()) return fail_item(machine, function, "booleans", item);
    found = found || item.as_bool() == wanted;
  }
  return machine.boolean(found);
}

}  // namespace

Value type(Machine& machine, Arguments arguments) { return machine.text(type_name(arguments[0])); }

Value len(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  switch (value.tag()) {
    case Tag::text:
      if (!machine.spend_bytes(value.size())) return {};
      return machine.integer(static_cast<int64_t>(base::count_code_points(value.as_text())));
    case Tag::bytes:
    case Tag::array:
    case Tag::object: return machine.integer(value.size());
    default:
      return machine.fail_type("len() wants a string, a list or an object, not " +
                               type_phrase(value));
  }
}

Value keys(Machine& machine, Arguments arguments) {
  const Value object = arguments[0];
  if (!is_object(machine, "keys", object)) return {};
  auto* items = static_cast<Value*>(machine.allocate(uint64_t{object.size()} * sizeof(Value)));
  if (items == nullptr) return {};
  for (uint32_t i = 0; i < object.size(); ++i) items[i] = Value(weft_key_at(object.slot(), i));
  return machine.list({items, object.size()});
}

Value values(Machine& machine, Arguments arguments) {
  const Value object = arguments[0];
  if (!is_object(machine, "values", object)) return {};
  auto* items = static_cast<Value*>(machine.allocate(uint64_t{object.size()} * sizeof(Value)));
  if (items == nullptr) return {};
  for (uint32_t i = 0; i < object.size(); ++i) items[i] = object[i];
  return machine.list({items, object.size()});
}

Value first(Machine& machine, Arguments arguments) {
  const Value list = arguments[0];
  if (!is_list(machine, "first", list)) return {};
  return list.size() != 0 ? list[0] : machine.fail_no_item("first");
}

Value last(Machine& machine, Arguments arguments) {
  const Value list = arguments[0];
  if (!is_list(machine, "last", list)) return {};
  return list.size() != 0 ? list[list.size() - 1] : machine.fail_no_item("last");
}

Value sum(Machine& machine, Arguments arguments) {
  if (!is_list(machine, "sum", arguments[0])) return {};
  return sum_of(machine, "sum", arguments[0]);
}

Value least(Machine& machine, Arguments arguments) {
  return extreme(machine, "min", arguments, Operator::less);
}

Value greatest(Machine& machine, Arguments arguments) {
  return extreme(machine, "max", arguments, Operator::greater);
}

// Of doubles, so that only the mean itself must fit.
Value average(Machine& machine, Arguments arguments) {
  const Value list = arguments[0];
  if (!is_list(machine, "avg", list)) return {};
  if (list.size() == 0) return machine.fail_no_item("avg");
  double total = 0;
  for (const Value item : list) {
    if (!item.is_number()) return fail_item(machine, "avg", "numbers", item);
    total += item.as_f64();
  }
  return machine.real(total / list.size());
}

Value count(Machine& machine, Arguments arguments) {
  const Value list = arguments[0];
  if (!is_list(machine, "count", list)) return {};
  if (arguments.size() == 1) return machine.integer(list.size());
  int64_t equal = 0;
  for (const Value item : list) {
    if (!machine.spend_value(item)) return {};
    if (base::equal(item, arguments[1])) ++equal;
  }
  return machine.integer(equal);
}

Value any(Machine& machine, Arguments arguments) {
  return has_boolean(machine, "any", arguments[0], true);
}

Value all(Machine& machine, Arguments arguments) {
  const Value has_false = has_boolean(machine, "all", arguments[0], false);
  return has_false.exists() ? machine.boolean(!has_false.as_bool()) : Value();
}

Value jsonpath(Machine& machine, Arguments arguments) {
  const Value query = arguments[0];
  if (!query.is_text()) {
    return machine.fail_type("jsonpath() wants a query as a string, not " + type_phrase(query));
  }
  if (!machine.spend(1 + query.size() / 32)) return {};
  const auto made = JsonPath::compile(query.as_text());
  if (!made) {
    return machine.fail("expr.syntax", "the query is not one of RFC 9535: " + made.error().message +
                                           " at character " +
                                           std::to_string(made.error().where.column));
  }
  std::vector<Value> found;
  const JsonPath::Spend spend = [&](uint64_t operations) { return machine.spend(operations); };
  if (!made->select(arguments[1], spend, found)) return {};
  return machine.list(found);
}

}  // namespace weft::expr::fn
