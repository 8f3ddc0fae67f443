// From JSON Schema to rules. What a rule cannot keep is refused here, never ignored.
#include "spec/schema.hpp"

#include <algorithm>
#include <array>

#include "base/path.hpp"
#include "base/text.hpp"
#include "spec/rule.hpp"

namespace weft::spec {

using namespace lit;

namespace {

struct Named {
  std::string_view name;
  uint8_t bits;
};
constexpr std::array<Named, 8> type_names{{{"null", type_null},
                                           {"boolean", type_boolean},
                                           {"integer", type_integer},
                                           {"number", type_number | type_integer},
                                           {"string", type_string},
                                           {"array", type_array},
                                           {"object", type_object},
                                           {"any", type_any}}};

struct Marked {
  std::string_view format;
  Mark mark;
};
constexpr std::array<Marked, 7> marks{{{"weft-steps", Mark::steps},
                                       {"weft-step-id", Mark::step_id},
                                       {"weft-expression", Mark::expression},
                                       {"weft-condition", Mark::condition},
                                       {"weft-record", Mark::record},
                                       {"weft-duration", Mark::duration},
                                       {"weft-error-strategy", Mark::error_strategy}}};

constexpr std::array<std::string_view, 13> describing{
    "title",   "description",     "examples",        "deprecated", "$schema",
    "$id",     "$comment",        "readOnly",        "writeOnly",  "default",
    "aliases", "contentEncoding", "contentMediaType"};

bool describes(std::string_view word) {
  return std::find(describing.begin(), describing.end(), word) != describing.end();
}

}  // namespace

// Walks a schema once. The first error ends it; path_ then says where.
class Compiler final {
 public:
  Compiler(std::deque<Rule>& rules, Schema::Use use) : rules_(rules), use_(use) {}

  const Rule* rule(Value schema);
  Error take_error() { return std::move(*error_); }

 private:
  using Reader = bool (Compiler::*)(Rule&, Value);
  struct Word {
    Key key;
    Reader read;
  };
  static const std::array<Word, 30> words;

  bool fail(std::string message, std::string hint = {}) {
    if (error_) return false;
    error_ = Error{.status = Status::bad_input,
                   .code = "spec.schema",
                   .message = std::move(message),
                   .hint = std::move(hint)};
    error_->where.pointer = path_;
    return false;
  }
  bool word(Rule& to, std::string_view name, Value value);
  bool read_type(Rule& to, Value value);
  bool one_type(Rule& to, Value value);
  bool read_properties(Rule& to, Value value);
  bool read_property(Rule& to, std::string_view name, Value schema);
  bool read_aliases(Rule& to, uint32_t property, Value aliases);
  bool read_required(Rule& to, Value value);
  bool read_additional(Rule& to, Value value);
  bool read_enum(Rule& to, Value value);
  bool read_const(Rule& to, Value value);
  bool read_pattern(Rule& to, Value value);
  bool read_format(Rule& to, Value value);
  bool read_template(Rule& to, Value value);
  bool read_items(Rule& to, Value value);
  bool read_prefix(Rule& to, Value value) { return list(to.prefix, value, to, true); }
  bool read_any(Rule& to, Value value) { return list(to.any_of, value, to, true); }
  bool read_one(Rule& to, Value value) { return list(to.one_of, value, to, true); }
  bool read_all(Rule& to, Value value) { return list(to.all_of, value, to, false); }
  bool read_not(Rule& to, Value value);
  bool read_bindings(Rule& to, Value value);
  bool read_implicit(Rule& to, Value value) {
    to.implicit_input = value.as_bool();
    return value.is_boolean() || fail("'implicit_input' must be true or false");
  }
  bool read_named_in(Rule& to, Value value) {
    to.named_in = value;
    return value.is_text() || fail("'named_in' must be the name of a field");
  }
  bool read_unique(Rule& to, Value value) {
    to.is_unique = value.as_bool();
    return value.is_boolean() || fail("'uniqueItems' must be true or false");
  }
  template <Value Bounds::* member>
  bool read_number(Rule& to, Value value) {
    bounds(to).*member = value;
    return value.is_number() || fail("a bound must be a number");
  }
  template <uint64_t Bounds::* member>
  bool read_count(Rule& to, Value value) {
    bounds(to).*member = value.as_u64();
    return (value.is_integer() && value.as_u64(UINT64_MAX) != UINT64_MAX) ||
           fail("a bound must be a whole number that is not negative");
  }
  static Bounds& bounds(Rule& to) {
    if (!to.bounds) to.bounds.emplace();
    return *to.bounds;
  }
  bool list(std::vector<const Rule*>& to, Value value, Rule& owner, bool may_fill);
  const Rule* child(Rule& owner, Value schema);
  static std::pair<uint32_t, bool> property_of(Rule& to, std::string_view name);

  std::deque<Rule>& rules_;
  Schema::Use use_;
  std::string path_;
  std::optional<Error> error_;
};

const std::array<Compiler::Word, 30> Compiler::words{{
    {"type"_k, &Compiler::read_type},
    {"properties"_k, &Compiler::read_properties},
    {"required"_k, &Compiler::read_required},
    {"additionalProperties"_k, &Compiler::read_additional},
    {"enum"_k, &Compiler::read_enum},
    {"const"_k, &Compiler::read_const},
    {"minimum"_k, &Compiler::read_number<&Bounds::minimum>},
    {"maximum"_k, &Compiler::read_number<&Bounds::maximum>},
    {"exclusiveMinimum"_k, &Compiler::read_number<&Bounds::above>},
    {"exclusiveMaximum"_k, &Compiler::read_number<&Bounds::below>},
    {"multipleOf"_k, &Compiler::read_number<&Bounds::multiple>},
    {"minLength"_k, &Compiler::read_count<&Bounds::length_min>},
    {"maxLength"_k, &Compiler::read_count<&Bounds::length_max>},
    {"minItems"_k, &Compiler::read_count<&Bounds::items_min>},
    {"maxItems"_k, &Compiler::read_count<&Bounds::items_max>},
    {"minProperties"_k, &Compiler::read_count<&Bounds::entries_min>},
    {"maxProperties"_k, &Compiler::read_count<&Bounds::entries_max>},
    {"uniqueItems"_k, &Compiler::read_unique},
    {"pattern"_k, &Compiler::read_pattern},
    {"format"_k, &Compiler::read_format},
    {"template"_k, &Compiler::read_template},
    {"items"_k, &Compiler::read_items},
    {"prefixItems"_k, &Compiler::read_prefix},
    {"anyOf"_k, &Compiler::read_any},
    {"oneOf"_k, &Compiler::read_one},
    {"allOf"_k, &Compiler::read_all},
    {"not"_k, &Compiler::read_not},
    {"bindings"_k, &Compiler::read_bindings},
    {"implicit_input"_k, &Compiler::read_implicit},
    {"named_in"_k, &Compiler::read_named_in},
}};

const Rule* Compiler::rule(Value schema) {
  Rule& made = rules_.emplace_back();
  if (schema.is_boolean()) {
    made.refuses = !schema.as_bool();
    return &made;
  }
  if (!schema.is_object()) {
    fail("a schema must be an object, true or false");
    return nullptr;
  }
  for (uint32_t i = 0; i < schema.size(); ++i) {
    const size_t size = path_.size();
    base::append_segment(path_, schema.key(i));
    if (!word(made, schema.key(i), schema[i])) return nullptr;
    path_.resize(size);
  }
  for (auto& property : made.properties) {
    if (property.rule == nullptr) property.rule = &rules_.emplace_back();
  }
  return &made;
}

bool Compiler::word(Rule& to, std::string_view name, Value value) {
  for (const Word& known : words) {
    if (known.key.view() != name) continue;
    const bool simple =
        known.read == &Compiler::read_type || known.read == &Compiler::read_properties ||
        known.read == &Compiler::read_required || known.read == &Compiler::read_additional ||
        known.read == &Compiler::read_template;
    to.is_plain = to.is_plain && simple;
    return (this->*known.read)(to, value);
  }
  if (describes(name)) return true;
  std::vector<std::string_view> names(describing.begin(), describing.end());
  for (const Word& known : words) names.push_back(known.key.view());
  std::string hint = base::did_you_mean(name, names);
  if (hint.empty()) hint = "weft checks a subset of JSON Schema 2020-12, without references";
  return fail("the keyword " + base::quoted(name) + " is not supported", std::move(hint));
}

bool Compiler::one_type(Rule& to, Value value) {
  for (const Named& known : type_names) {
    if (known.name != value.as_text()) continue;
    to.types = static_cast<uint8_t>(to.types | known.bits);
    return true;
  }
  return fail("unknown type " + base::quoted(value.as_text()),
              "types are null, boolean, integer, number, string, array, object and any");
}

bool Compiler::read_type(Rule& to, Value value) {
  to.types = 0;
  if (!value.is_array()) return one_type(to, value);
  for (const Value one : value) {
    if (!one_type(to, one)) return false;
  }
  return value.size() != 0 || fail("'type' must name a type");
}

// The number of a property; false when there is no room for another.
std::pair<uint32_t, bool> Compiler::property_of(Rule& to, std::string_view name) {
  for (uint32_t i = 0; i < to.properties.size(); ++i) {
    if (to.properties[i].key.view() == name) return {i, true};
  }
  const auto number = static_cast<uint32_t>(to.properties.size());
  if (number == properties_max) return {0, false};
  to.properties.push_back({Key(name), nullptr, {}});
  to.names.push_back({Key(name), number, false});
  return {number, true};
}

bool Compiler::read_properties(Rule& to, Value value) {
  if (!value.is_object()) return fail("'properties' must be an object");
  for (uint32_t i = 0; i < value.size(); ++i) {
    const size_t size = path_.size();
    base::append_segment(path_, value.key(i));
    if (!read_property(to, value.key(i), value[i])) return false;
    path_.resize(size);
  }
  return true;
}

bool Compiler::read_property(Rule& to, std::string_view name, Value schema) {
  const auto [number, found] = property_of(to, name);
  if (!found) return fail("an object may have 64 properties at most");
  const Rule* made = child(to, schema);
  if (made == nullptr) return false;
  to.properties[number].rule = made;
  if (const Value fallback = schema["default"_k]; fallback.exists()) {
    to.properties[number].fallback = fallback;
    to.fallbacks |= uint64_t{1} << number;
    to.fills = true;
  }
  return read_aliases(to, number, schema["aliases"_k]);
}

bool Compiler::read_aliases(Rule& to, uint32_t property, Value aliases) {
  if (aliases.exists() && !aliases.is_array()) return fail("'aliases' must be a list of names");
  for (const Value alias : aliases) {
    if (!alias.is_text()) return fail("'aliases' must be a list of names");
    to.names.push_back({Key(alias.as_text()), property, true});
    to.fills = true;
  }
  return true;
}

bool Compiler::read_required(Rule& to, Value value) {
  if (!value.is_array()) return fail("'required' must be a list of names");
  for (const Value name : value) {
    if (!name.is_text()) return fail("'required' must be a list of names");
    const auto [number, found] = property_of(to, name.as_text());
    if (!found) return fail("an object may have 64 properties at most");
    to.required |= uint64_t{1} << number;
  }
  return true;
}

bool Compiler::read_additional(Rule& to, Value value) {
  if (value.is_boolean()) {
    to.is_closed = !value.as_bool();
    return true;
  }
  to.additional = child(to, value);
  return to.additional != nullptr;
}

bool Compiler::read_enum(Rule& to, Value value) {
  to.choices = value;
  to.folds = use_ == Schema::Use::form;
  to.fills = to.fills || to.folds;
  return (value.is_array() && value.size() != 0) || fail("'enum' must be a list of values");
}

bool Compiler::read_const(Rule& to, Value value) {
  to.constant = value;
  return true;
}

bool Compiler::read_pattern(Rule& to, Value value) {
  if (!value.is_text()) return fail("'pattern' must be a text");
  auto made = expr::Regexp::compile(value.as_text(), expr::Dialect::json_schema);
  if (!made) return fail("the pattern does not parse: " + made.error().message, made.error().hint);
  to.pattern.emplace(std::move(*made));
  return true;
}

bool Compiler::read_format(Rule& to, Value value) {
  if (!value.is_text()) return fail("'format' must be a text");
  to.is_binary = value.as_text() == "binary";
  if (!value.as_text().starts_with("weft-")) return true;
  for (const Marked& known : marks) {
    if (known.format != value.as_text()) continue;
    if (use_ == Schema::Use::form) {
      to.mark = known.mark;
      to.marks = true;
    }
    return true;
  }
  std::array<std::string_view, marks.size()> names;
  std::ranges::transform(marks, names.begin(), &Marked::format);
  return fail("unknown format " + base::quoted(value.as_text()),
              base::did_you_mean(value.as_text(), names));
}

bool Compiler::read_template(Rule& to, Value value) {
  to.restricts_templates = true;
  return value.as_text() == "refuse" || value.as_text() == "raw" ||
         fail("'template' must be 'refuse' or 'raw'");
}

bool Compiler::read_items(Rule& to, Value value) {
  to.items = child(to, value);
  return to.items != nullptr;
}

bool Compiler::read_not(Rule& to, Value value) {
  const size_t before = rules_.size();
  to.none_of = rule(value);
  if (to.none_of == nullptr) return false;
  for (size_t i = before; i < rules_.size(); ++i) {
    if (rules_[i].fills || rules_[i].marks) {
      return fail("aliases, defaults and weft formats have no meaning below 'not'");
    }
  }
  return true;
}

bool Compiler::read_bindings(Rule& to, Value value) {
  if (!value.is_array()) return fail("'bindings' must be a list of names");
  to.bindings = value;
  return true;
}

bool Compiler::list(std::vector<const Rule*>& to, Value value, Rule& owner, bool may_fill) {
  if (!value.is_array() || value.size() == 0) return fail("this must be a list of schemas");
  for (uint32_t i = 0; i < value.size(); ++i) {
    const size_t size = path_.size();
    base::append_segment(path_, i);
    const Rule* made = child(owner, value[i]);
    if (made == nullptr) return false;
    if (!may_fill && (made->fills || made->marks)) {
      return fail("aliases, defaults and weft formats have no meaning below 'allOf'");
    }
    to.push_back(made);
    path_.resize(size);
  }
  return true;
}

const Rule* Compiler::child(Rule& owner, Value schema) {
  const Rule* made = rule(schema);
  if (made == nullptr) return nullptr;
  owner.fills = owner.fills || made->fills;
  owner.marks = owner.marks || made->marks;
  owner.restricts_templates = owner.restricts_templates || made->restricts_templates;
  return made;
}

Result<Schema> Schema::compile(Value schema, Use use) {
  auto rules = std::make_unique<Rules>();
  Compiler compiler(rules->all, use);
  const Rule* root = compiler.rule(schema);
  if (root == nullptr) return compiler.take_error();
  // The fields that a form does not know belong to the step or definition around it.
  if (use == Use::form) {
    for (Rule& rule : rules->all) {
      if (&rule == root) rule.is_closed = false;
    }
  }
  return Schema(std::move(rules), root);
}

}  // namespace weft::spec
