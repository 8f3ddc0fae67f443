// Judging values: silent and quick first, in words only when something is wrong.
#include <cmath>

#include "base/compare.hpp"
#include "base/json.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "expr/template.hpp"
#include "spec/nearest.hpp"

namespace weft::spec {
namespace {

// How one came to a value; built on the stack, read only for a message.
struct Path {
  const Path* up = nullptr;
  std::string_view key;
  uint32_t index = 0;
  bool is_item = false;
};

void append_path(const Path* path, std::string& out) {
  if (path == nullptr || path->up == nullptr) return;
  append_path(path->up, out);
  path->is_item ? base::append_segment(out, path->index) : base::append_segment(out, path->key);
}

std::string name_of(const Path& path) {
  if (path.up == nullptr) return "the value";
  return path.is_item ? "item " + std::to_string(path.index) : base::quoted(path.key);
}

class Check final {
 public:
  Check(Texts texts, std::vector<Problem>* problems, std::string_view start)
      : texts_(texts), problems_(problems), start_(start) {}

  bool run(const Rule& rule, Value value, const Path& path);
  bool is_complete() const { return is_complete_; }

 private:
  struct Said {
    const char* code;
    std::string message, hint;
  };
  // Requires: say is cheap to make; it is called only when somebody listens.
  template <class Say>
  bool report(const Path& path, Value value, Say say) {
    if (problems_ == nullptr) return false;
    Said said = say();
    Problem problem{value, std::string(start_), said.code, std::move(said.message),
                    std::move(said.hint)};
    append_path(&path, problem.pointer);
    problems_->push_back(std::move(problem));
    return false;
  }
  bool wrong_type(const Rule& rule, Value value, const Path& path);
  bool unknown(const Rule& rule, Value value, const Path& path);
  bool missing(const Rule& rule, Value value, const Path& path, uint64_t seen);
  bool object(const Rule& rule, Value value, const Path& path);
  bool array(const Rule& rule, Value value, const Path& path);
  bool marked(const Rule& rule, Value value, const Path& path);
  bool constraints(const Rule& rule, Value value, const Path& path);
  bool choice(const Rule& rule, Value value, const Path& path);
  bool number(const Bounds& bounds, Value value, const Path& path);
  bool sizes(const Bounds& bounds, Value value, const Path& path);
  bool size(uint64_t n, uint64_t min, uint64_t max, const Path& path, Value value,
            const char* unit);
  bool unique(Value value, const Path& path);
  bool alternatives(const Rule& rule, Value value, const Path& path);
  bool quietly(const Rule& rule, Value value) {
    Check inner(texts_, nullptr, {});
    const bool ok = inner.run(rule, value, Path{});
    is_complete_ = is_complete_ && inner.is_complete_;
    return ok;
  }

  Texts texts_;
  std::vector<Problem>* problems_;
  std::string_view start_;
  bool is_complete_ = true;
};

bool Check::run(const Rule& rule, Value value, const Path& path) {
  if (texts_ == Texts::templated && value.is_text() && expr::contains_template(value.as_text())) {
    return true;
  }
  if (rule.mark != Mark::none && rule.mark != Mark::record) return marked(rule, value, path);
  uint8_t types = types_of(value);
  if (types == 0 && rule.is_binary) types = type_string;
  if ((types & rule.types) == 0 && !(types == 0 && rule.types == type_any)) {
    return wrong_type(rule, value, path);
  }
  if (rule.refuses) {
    return report(path, value, [&] {
      return Said{"spec.unknown_field", name_of(path) + " must not be given", {}};
    });
  }
  bool ok = rule.is_plain || constraints(rule, value, path);
  if (!ok && problems_ == nullptr) return false;
  if (value.is_object()) ok = object(rule, value, path) && ok;
  if (value.is_array() && (rule.items != nullptr || !rule.prefix.empty())) {
    ok = array(rule, value, path) && ok;
  }
  return ok;
}

bool Check::wrong_type(const Rule& rule, Value value, const Path& path) {
  return report(path, value, [&] {
    const std::string is = types_text(types_of(value));
    return Said{"spec.wrong_type",
                name_of(path) + " must be " + types_text(rule.types) + ", not " + is,
                {}};
  });
}

bool Check::unknown(const Rule& rule, Value value, const Path& path) {
  return report(path, value, [&] {
    std::vector<std::string_view> names;
    names.reserve(rule.names.size());
    for (const Name& name : rule.names) names.push_back(name.key.view());
    std::string hint = base::did_you_mean(path.key, names);
    if (hint.empty()) {
      for (const Rule::Property& property : rule.properties) {
        hint += (hint.empty() ? "known are " : ", ") + base::quoted(property.key.view());
      }
    }
    return Said{"spec.unknown_field", "unknown field " + base::quoted(path.key), std::move(hint)};
  });
}

bool Check::missing(const Rule& rule, Value value, const Path& path, uint64_t seen) {
  for (uint32_t i = 0; i < rule.properties.size(); ++i) {
    if ((rule.required & ~seen & (uint64_t{1} << i)) == 0) continue;
    const bool go_on = report(path, value, [&] {
      const Rule::Property& property = rule.properties[i];
      const std::string name = base::quoted(property.key.view());
      std::string hint = "add " + name;
      if (property.rule->types != type_any && property.rule->types != 0) {
        hint += ", " + types_text(property.rule->types);
      }
      return Said{"spec.missing_field", name + " is missing", std::move(hint)};
    });
    if (!go_on && problems_ == nullptr) return false;
  }
  return false;
}

bool Check::object(const Rule& rule, Value value, const Path& path) {
  uint64_t seen = 0;
  bool ok = true;
  const uint32_t size = value.size();
  for (uint32_t i = 0; i < size; ++i) {
    const weft_slot* key = weft_key_at(value.slot(), i);
    const Path below{&path, to_view(weft_as_str(key)), 0, false};
    const Name* name = rule.find(key);
    if (name == nullptr) {
      if (rule.is_closed) {
        ok = unknown(rule, value[i], below) && ok;
      } else if (rule.additional != nullptr) {
        ok = run(*rule.additional, value[i], below) && ok;
      }
    } else {
      const uint64_t bit = uint64_t{1} << name->property;
      if ((seen & bit) != 0) {
        ok = report(below, value[i], [&] {
          const std::string_view canonical = rule.properties[name->property].key.view();
          return Said{"spec.duplicate_field", base::quoted(canonical) + " is given twice",
                      base::quoted(below.key) + " is another name of it, keep one"};
        });
      }
      seen |= bit;
      is_complete_ = is_complete_ && !name->is_alias;
      ok = run(*rule.properties[name->property].rule, value[i], below) && ok;
    }
    if (!ok && problems_ == nullptr) return false;
  }
  is_complete_ = is_complete_ && (rule.fallbacks & ~seen) == 0;
  if ((rule.required & ~seen) != 0) return missing(rule, value, path, seen);
  return ok;
}

bool Check::array(const Rule& rule, Value value, const Path& path) {
  bool ok = true;
  for (uint32_t i = 0; i < value.size(); ++i) {
    const Rule* one = i < rule.prefix.size() ? rule.prefix[i] : rule.items;
    if (one == nullptr) break;
    ok = run(*one, value[i], Path{&path, {}, i, true}) && ok;
    if (!ok && problems_ == nullptr) return false;
  }
  return ok;
}

// Marked places are judged by whoever reads them; here only what tells alternatives apart.
bool Check::marked(const Rule& rule, Value value, const Path& path) {
  const auto must = [&](bool ok, const char* what) {
    return ok || report(path, value, [&] {
             return Said{
                 "spec.wrong_type",
                 name_of(path) + " must be " + what + ", not " + types_text(types_of(value)),
                 {}};
           });
  };
  switch (rule.mark) {
    case Mark::steps: return must(value.is_array() || value.is_object(), "a list of steps");
    case Mark::expression:
      if (rule.types == type_any)
        return must(value.is_text() || value.is_boolean(), "an expression");
      return (types_of(value) & rule.types) != 0 ? constraints(rule, value, path)
                                                 : wrong_type(rule, value, path);
    case Mark::step_id: return must(value.is_text(), "the id of a step");
    case Mark::duration: {
      is_complete_ = false;
      const auto read = base::parse_duration(value);
      return read || report(path, value, [&] {
               return Said{"spec.wrong_type",
                           name_of(path) + " must be a duration, not " + value_text(value),
                           read.error().hint};
             });
    }
    default: return true;
  }
}

bool Check::constraints(const Rule& rule, Value value, const Path& path) {
  bool ok = true;
  if (rule.choices.exists()) ok = choice(rule, value, path);
  if (rule.constant.exists() && !base::equal(rule.constant, value)) {
    ok = report(path, value, [&] {
      return Said{
          "spec.unknown_value",
          name_of(path) + " must be " + value_text(rule.constant) + ", not " + value_text(value),
          {}};
    });
  }
  if (rule.bounds && value.is_number()) ok = number(*rule.bounds, value, path) && ok;
  if (rule.bounds && !value.is_number()) ok = sizes(*rule.bounds, value, path) && ok;
  if (rule.is_unique && value.is_array()) ok = unique(value, path) && ok;
  if (rule.pattern && value.is_text() && !rule.pattern->search(value.as_text())) {
    ok = report(path, value, [&] {
      return Said{"spec.pattern", name_of(path) + " does not have the required form", {}};
    });
  }
  if (!ok && problems_ == nullptr) return false;
  const bool has_more = !rule.any_of.empty() || !rule.one_of.empty() || !rule.all_of.empty() ||
                        rule.none_of != nullptr;
  return (!has_more || alternatives(rule, value, path)) && ok;
}

bool Check::choice(const Rule& rule, Value value, const Path& path) {
  for (const Value one : rule.choices) {
    if (base::equal(one, value)) return true;
  }
  if (rule.folds && value.is_text() && choice_of(rule, value.as_text()).exists()) {
    is_complete_ = false;
    return true;
  }
  return report(path, value, [&] {
    std::vector<std::string_view> names;
    std::string all;
    for (const Value one : rule.choices) {
      if (one.is_text()) names.push_back(one.as_text());
      all += (all.empty() ? "" : ", ") + value_text(one);
    }
    std::string hint = value.is_text() ? base::did_you_mean(value.as_text(), names) : "";
    return Said{"spec.unknown_value",
                name_of(path) + " must be one of " + all + ", not " + value_text(value),
                std::move(hint)};
  });
}

bool Check::number(const Bounds& bounds, Value value, const Path& path) {
  const auto fail = [&](const char* relation, Value bound) {
    return report(path, value, [&] {
      return Said{
          "spec.range",
          name_of(path) + " must be " + relation + value_text(bound) + ", not " + value_text(value),
          {}};
    });
  };
  bool ok = true;
  if (bounds.minimum.exists() && !(base::order(value, bounds.minimum) >= 0)) {
    ok = fail("at least ", bounds.minimum);
  }
  if (bounds.maximum.exists() && !(base::order(value, bounds.maximum) <= 0)) {
    ok = fail("at most ", bounds.maximum);
  }
  if (bounds.above.exists() && !(base::order(value, bounds.above) > 0)) {
    ok = fail("above ", bounds.above);
  }
  if (bounds.below.exists() && !(base::order(value, bounds.below) < 0)) {
    ok = fail("below ", bounds.below);
  }
  if (bounds.multiple.exists() && !is_multiple(value, bounds.multiple)) {
    ok = fail("a multiple of ", bounds.multiple);
  }
  return ok;
}

bool Check::sizes(const Bounds& bounds, Value value, const Path& path) {
  if (value.is_text() && (bounds.length_min != 0 || bounds.length_max != UINT64_MAX)) {
    return size(base::count_code_points(value.as_text()), bounds.length_min, bounds.length_max,
                path, value, "character");
  }
  if (value.is_array()) {
    return size(value.size(), bounds.items_min, bounds.items_max, path, value, "item");
  }
  if (value.is_object()) {
    return size(value.size(), bounds.entries_min, bounds.entries_max, path, value, "field");
  }
  return true;
}

bool Check::size(uint64_t n, uint64_t min, uint64_t max, const Path& path, Value value,
                 const char* unit) {
  if (n >= min && n <= max) return true;
  return report(path, value, [&] {
    const uint64_t bound = n < min ? min : max;
    return Said{"spec.range",
                name_of(path) + " must have at " + (n < min ? "least " : "most ") +
                    std::to_string(bound) + " " + unit + (bound == 1 ? "" : "s") + ", not " +
                    std::to_string(n),
                {}};
  });
}

bool Check::unique(Value value, const Path& path) {
  for (uint32_t i = 1; i < value.size(); ++i) {
    for (uint32_t j = 0; j < i; ++j) {
      if (!base::equal(value[i], value[j])) continue;
      return report(Path{&path, {}, i, true}, value[i], [&] {
        return Said{"spec.duplicate_item",
                    "item " + std::to_string(i) + " of " + name_of(path) + " repeats item " +
                        std::to_string(j),
                    {}};
      });
    }
  }
  return true;
}

bool Check::alternatives(const Rule& rule, Value value, const Path& path) {
  bool ok = true;
  for (const Rule* one : rule.all_of) ok = run(*one, value, path) && ok;
  if (rule.none_of != nullptr && quietly(*rule.none_of, value)) {
    ok = report(path, value, [&] {
      return Said{"spec.forbidden_value", name_of(path) + " has a form that is excluded", {}};
    });
  }
  for (const auto* list : {&rule.any_of, &rule.one_of}) {
    if (list->empty()) continue;
    uint32_t fits = 0;
    const Rule* near = nullptr;  // the only one of the right type and words explains best
    uint32_t nears = 0;
    for (const Rule* one : *list) {
      fits += quietly(*one, value) ? 1U : 0U;
      const bool is_open = one->mark == Mark::none || one->mark == Mark::record;
      if (is_open && (one->types & types_of(value)) != 0 && words_fit(*one, value)) {
        near = one;
        ++nears;
      }
    }
    if (fits == 1 || (fits > 1 && list == &rule.any_of)) continue;
    if (fits == 0 && nears != 1 && problems_ != nullptr) near = nearest_of(*list, value);
    if (fits == 0 && near != nullptr && problems_ != nullptr) {
      ok = run(*near, value, path) && ok;
      continue;
    }
    ok = report(path, value, [&] {
      return Said{"spec.no_alternative",
                  name_of(path) + (fits == 0 ? " fits none of " : " fits more than one of ") +
                      std::to_string(list->size()) + " allowed forms",
                  fits == 0 ? "allowed are " + forms_text(*list) : ""};
    });
  }
  return ok;
}

}  // namespace

Verdict judge(const Rule& rule, Value value, Texts texts) {
  Check check(texts, nullptr, {});
  const bool ok = check.run(rule, value, Path{});
  return {ok, check.is_complete()};
}

bool check(const Rule& rule, Value value, std::string_view pointer,
           std::vector<Problem>& problems) {
  return Check(Texts::exact, &problems, pointer).run(rule, value, Path{});
}

bool Schema::check(Value value, std::string_view pointer, std::vector<Problem>& problems,
                   Texts texts) const {
  if (judge(*root_, value, texts).ok) return true;
  return Check(texts, &problems, pointer).run(*root_, value, Path{});
}

}  // namespace weft::spec
