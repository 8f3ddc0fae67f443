// Filling in: canonical names, defaults, and whatever a rewriter puts at marked places.
#include "base/text.hpp"
#include "spec/rule.hpp"

namespace weft::spec {
namespace {

bool changes(const Rule& rule, Value value) {
  if (!rule.fills) return false;
  const Rule& by = chosen(rule, value);
  if (by.folds && value.is_text()) {
    const Value choice = choice_of(by, value.as_text());
    return choice.exists() && choice.as_text() != value.as_text();
  }
  if (value.is_array()) {
    for (uint32_t i = 0; i < value.size(); ++i) {
      const Rule* one = i < by.prefix.size() ? by.prefix[i] : by.items;
      if (one != nullptr && changes(*one, value[i])) return true;
    }
  }
  if (!value.is_object()) return false;
  uint64_t seen = 0;
  for (uint32_t i = 0; i < value.size(); ++i) {
    const Name* name = by.find(weft_key_at(value.slot(), i));
    if (name != nullptr) seen |= uint64_t{1} << name->property;
    if (name != nullptr && name->is_alias) return true;
    const Rule* one = name != nullptr ? by.properties[name->property].rule : by.additional;
    if (one != nullptr && changes(*one, value[i])) return true;
  }
  return (by.fallbacks & ~seen) != 0;
}

void write_object(const Rule& rule, Value value, const Rewriter& rewriter, Builder& out) {
  out.begin_object();
  rewrite_fields(rule, value, rewriter, out);
  out.end_object();
}

}  // namespace

void rewrite_fields(const Rule& rule, Value value, const Rewriter& rewriter, Builder& out) {
  uint64_t seen = 0;
  for (uint32_t i = 0; i < value.size(); ++i) {
    const Name* name = rule.find(weft_key_at(value.slot(), i));
    if (name == nullptr) {
      out.key(Key(value.key(i)));
      rule.additional != nullptr ? rewrite(*rule.additional, value[i], rewriter, out)
                                 : out.link(value[i]);
      continue;
    }
    const Rule::Property& property = rule.properties[name->property];
    seen |= uint64_t{1} << name->property;
    out.key(property.key);
    rewrite(*property.rule, value[i], rewriter, out);
  }
  for (uint32_t i = 0; rewriter.with_defaults && i < rule.properties.size(); ++i) {
    if ((rule.fallbacks & ~seen & (uint64_t{1} << i)) == 0) continue;
    out.key(rule.properties[i].key);
    rewrite(*rule.properties[i].rule, rule.properties[i].fallback, rewriter, out);
  }
}

const Rule& chosen(const Rule& rule, Value value) {
  for (const auto* list : {&rule.any_of, &rule.one_of}) {
    for (const Rule* one : *list) {
      if ((one->fills || one->marks) && judge(*one, value, Texts::exact).ok) {
        return chosen(*one, value);
      }
    }
  }
  return rule;
}

Value choice_of(const Rule& rule, std::string_view text) {
  const std::string folded = base::fold_name(text);
  for (const Value one : rule.choices) {
    if (one.is_text() && base::fold_name(one.as_text()) == folded) return one;
  }
  return {};
}

const Rule* step_rule(const Rule& steps) {
  return steps.items != nullptr ? steps.items : steps.additional;
}

void visit(const Rule& rule, std::string_view name, Value value, const Visitor& visitor) {
  if (!rule.marks) return;
  const Rule& by = chosen(rule, value);
  if (by.mark != Mark::none) visitor.found(visitor.self, by, name, value);
  if (by.mark != Mark::none && by.mark != Mark::record) return;
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (value.is_array()) {
      const Rule* one = i < by.prefix.size() ? by.prefix[i] : by.items;
      if (one != nullptr) visit(*one, name, value[i], visitor);
    } else if (value.is_object()) {
      const Name* known = by.find(weft_key_at(value.slot(), i));
      const Rule* one = known != nullptr ? by.properties[known->property].rule : by.additional;
      if (one != nullptr) visit(*one, value.key(i), value[i], visitor);
    }
  }
}

void rewrite(const Rule& rule, Value value, const Rewriter& rewriter, Builder& out) {
  if (!rule.marks && !changes(rule, value)) return out.link(value);
  const Rule& by = chosen(rule, value);
  if (by.mark != Mark::none && rewriter.write != nullptr) {
    return rewriter.write(rewriter.self, by, value, out);
  }
  if (by.folds && value.is_text()) {
    const Value choice = choice_of(by, value.as_text());
    return out.link(choice.exists() ? choice : value);
  }
  if (value.is_object()) return write_object(by, value, rewriter, out);
  if (!value.is_array()) return out.link(value);
  out.begin_array();
  for (uint32_t i = 0; i < value.size(); ++i) {
    const Rule* one = i < by.prefix.size() ? by.prefix[i] : by.items;
    one != nullptr ? rewrite(*one, value[i], rewriter, out) : out.link(value[i]);
  }
  out.end_array();
}

Value Schema::complete(Value value, Arena arena) const {
  if (!changes(*root_, value)) return value;
  Builder out(arena);
  rewrite(*root_, value, Rewriter{nullptr, nullptr, true}, out);
  return out.take_value();
}

Result<Value> Schema::check_and_complete(Value value, Arena arena) const {
  const Verdict verdict = judge(*root_, value, Texts::exact);
  if (verdict.ok) return verdict.is_complete ? value : complete(value, arena);
  std::vector<Problem> problems;
  spec::check(*root_, value, {}, problems);
  Problem& first = problems.front();
  Error error{.status = Status::bad_input,
              .code = std::move(first.code),
              .message = std::move(first.message),
              .hint = std::move(first.hint)};
  error.where.pointer = std::move(first.pointer);
  error.flags = WEFT_ERR_BAD_INPUT;
  return error;
}

}  // namespace weft::spec
