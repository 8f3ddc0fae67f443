#include "plan/canonical.hpp"

#include <algorithm>
#include <vector>

#include "base/text.hpp"
#include "spec/fields.hpp"
#include "spec/rule.hpp"

namespace weft::plan {

using namespace lit;
using spec::Field;

namespace {

std::string_view strategy_text(std::string_view written) {
  const std::string word = base::fold_name(written);
  if (word == base::fold_name("fail") || word == base::fold_name("fail_fast")) return "fail";
  const bool goes_on =
      word == base::fold_name("continue") || word == base::fold_name("continue_on_failure");
  return goes_on ? "continue" : written;
}

class Writer final {
 public:
  Writer(const spec::Spec& spec, Builder& out) : spec_(spec), out_(out) {
    next_.reserve(spec.blocks.size());
    for (const spec::Block& block : spec.blocks) next_.push_back(block.first);
  }

  void definition();

 private:
  bool entry_of_form(const spec::Rule& rule, Value object, uint32_t entry);
  void marked(const spec::Rule& rule, Value value, Builder& out);
  void steps(const spec::Rule& rule, Value value, Builder& out);
  void record(const spec::Rule& rule, Value value, Builder& out);
  void step(const spec::Rule* extras, Value value);
  void step_field(const spec::FieldName& field, const spec::Item& item, Value value);
  const spec::Rule* root(uint32_t block) const {
    const uint32_t form = spec_.blocks[block].form;
    return form != spec::none ? &spec_.forms[form].schema->root() : nullptr;
  }

  const spec::Spec& spec_;
  Builder& out_;
  uint32_t block_ = 0;
  std::vector<uint32_t> next_;  // by block: the item that is written next
};

bool Writer::entry_of_form(const spec::Rule& rule, Value object, uint32_t entry) {
  const spec::Name* name = rule.find(weft_key_at(object.slot(), entry));
  const spec::Rewriter rewriter{this,
                                [](void* self, const spec::Rule& by, Value value, Builder& to) {
                                  static_cast<Writer*>(self)->marked(by, value, to);
                                },
                                false};
  if (name != nullptr) {
    out_.key(rule.properties[name->property].key);
    rewrite(*rule.properties[name->property].rule, object[entry], rewriter, out_);
    return true;
  }
  if (rule.additional == nullptr) return false;
  out_.key(Key(object.key(entry)));
  rewrite(*rule.additional, object[entry], rewriter, out_);
  return true;
}

void Writer::definition() {
  const Value written = spec_.definition;
  const spec::Block& block = spec_.blocks.front();
  const bool is_inner = block.at.slot() != written.slot();
  const spec::Rule& rule = *root(0);
  out_.begin_object();
  for (uint32_t i = 0; i < written.size(); ++i) {
    const weft_slot* key = weft_key_at(written.slot(), i);
    if (is_inner && written[i].slot() == block.at.slot()) {
      out_.set("type"_k, std::string_view(spec_.forms[block.form].form->name));
      for (uint32_t k = 0; k < block.at.size(); ++k) entry_of_form(rule, block.at, k);
      continue;
    }
    if (!is_inner && rule.find(key) != nullptr && entry_of_form(rule, written, i)) continue;
    const spec::FieldName* field = spec::find_field(spec::header_fields(), key);
    if (field == nullptr) {
      entry_of_form(rule, written, i);
      continue;
    }
    out_.key(Key(field->canonical));
    if (field->field == Field::on_error && written[i].is_text()) {
      out_.text(strategy_text(written[i].as_text()));
    } else if (field->field == Field::type) {
      out_.text(spec_.forms[block.form].form->name);
    } else {
      out_.link(written[i]);
    }
  }
  out_.end_object();
}

void Writer::marked(const spec::Rule& rule, Value value, Builder& out) {
  if (rule.mark == spec::Mark::steps) return steps(rule, value, out);
  if (rule.mark == spec::Mark::expression || rule.mark == spec::Mark::condition) ++next_[block_];
  if (rule.mark == spec::Mark::record) return record(rule, value, out);
  if (rule.mark == spec::Mark::error_strategy && value.is_text()) {
    return out.text(strategy_text(value.as_text()));
  }
  out.link(value);
}

void Writer::record(const spec::Rule& rule, Value value, Builder& out) {
  const spec::Rewriter rewriter{this,
                                [](void* self, const spec::Rule& by, Value one, Builder& to) {
                                  static_cast<Writer*>(self)->marked(by, one, to);
                                },
                                false};
  ++next_[block_];
  out.begin_object();
  rewrite_fields(rule, value, rewriter, out);
  out.end_object();
}

void Writer::steps(const spec::Rule& rule, Value value, Builder& out) {
  const spec::Rule* extras = spec::step_rule(rule);
  if (value.is_array()) {
    out.begin_array();
    for (const Value one : value) step(extras, one);
    return out.end_array();
  }
  if (next_[block_] < spec_.items.size() && spec_.items[next_[block_]].at.slot() == value.slot()) {
    return step(extras, value);
  }
  out.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    out.key(Key(value.key(i)));
    step(extras, value[i]);
  }
  out.end_object();
}

void Writer::step(const spec::Rule* extras, Value value) {
  const spec::Item& item = spec_.items[next_[block_]++];
  const spec::Rule* form = item.block != spec::none ? root(item.block) : nullptr;
  const bool has_type = value["type"_k].exists() || value["pattern"_k].exists();
  out_.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    const weft_slot* key = weft_key_at(value.slot(), i);
    const spec::FieldName* field = spec::find_field(spec::step_fields(), key);
    const bool is_extra = extras != nullptr && extras->find(key) != nullptr;
    const bool is_forms_first = field != nullptr && field->field >= Field::on_failure;
    const bool is_own = form != nullptr && form->find(key) != nullptr;
    if (is_extra && !is_own && (field == nullptr || is_forms_first)) {
      entry_of_form(*extras, value, i);
    } else if (form != nullptr && (field == nullptr || form->find(key) != nullptr)) {
      const uint32_t outer = block_;
      block_ = item.block;
      entry_of_form(*form, value, i);
      block_ = outer;
    } else if (field != nullptr) {
      step_field(*field, item, value[i]);
    } else if (extras != nullptr) {
      entry_of_form(*extras, value, i);
    }
  }
  if (form != nullptr && !has_type) out_.set("type"_k, std::string_view("sequential"));
  out_.end_object();
}

void Writer::step_field(const spec::FieldName& field, const spec::Item& item, Value value) {
  const bool is_call = item.call != spec::none && !item.at["command"_k].exists();
  const bool is_name_the_id =
      field.field == Field::name && !item.at["id"_k].exists() && item.id == value.as_text();
  out_.key(Key(is_name_the_id                            ? "id"
               : field.field == Field::input && !is_call ? "parameters"
                                                         : field.canonical));
  switch (field.field) {
    case Field::tool: {
      const bool is_pinned = value.as_text().find('@') != std::string_view::npos;
      return is_pinned ? out_.link(value) : out_.text(spec_.tools[item.tool].tool->id);
    }
    case Field::type: return out_.text(spec_.forms[spec_.blocks[item.block].form].form->name);
    case Field::command: return out_.link(value);
    case Field::on_error:
      return value.is_text() ? out_.text(strategy_text(value.as_text())) : out_.link(value);
    case Field::run_if: {
      static constexpr std::string_view names[] = {"success", "failure", "always"};
      return out_.text(names[static_cast<size_t>(item.run_if)]);
    }
    case Field::input:
      if (is_call || value.is_object()) return out_.link(value);
      out_.begin_object();
      out_.set("input"_k, value);
      return out_.end_object();
    default: return out_.link(value);
  }
}

}  // namespace

Value canonical(const spec::Spec& spec, Arena arena) {
  if (spec.is_canonical) return spec.definition;
  Builder out(arena);
  Writer(spec, out).definition();
  return out.take_value();
}

namespace {

using Held = std::vector<std::pair<std::string_view, Value>>;

// A definition with these in place of those that it holds.
Value holding(Value definition, const Held& held, Arena arena) {
  Builder out(arena);
  const auto write = [&] {
    out.key("workflows"_k);
    out.begin_object();
    for (const auto& [name, value] : held) out.set(Key(name), value);
    out.end_object();
  };
  const bool has_some = definition["workflows"_k].exists();
  out.begin_object();
  for (uint32_t i = 0; i < definition.size(); ++i) {
    const std::string_view key = definition.key(i);
    key == "workflows" ? write() : out.set(Key(key), definition[i]);
  }
  if (!has_some) write();
  out.end_object();
  return out.take_value();
}

Value with_all_held(const spec::Family& family, uint32_t number, Arena arena) {
  const spec::Member& member = family.members[number];
  Held held;
  bool is_same = true;
  for (uint32_t m = number + 1; m < family.members.size(); ++m) {
    const spec::Member& inner = family.members[m];
    if (inner.holder != number) continue;
    held.emplace_back(inner.name, with_all_held(family, m, arena));
    const bool was_found = inner.found != member.found;
    is_same = is_same && !was_found && held.back().second.slot() == inner.definition.slot();
  }
  const Value made = canonical(member.parsed.spec, arena);
  return is_same ? made : holding(made, held, arena);
}

// All that it may call.
void reach(const spec::Family& family, uint32_t number, std::vector<bool>& reached) {
  for (const spec::Call& call : family.members[number].parsed.spec.calls) {
    if (call.definition == spec::none || reached[call.definition]) continue;
    reached[call.definition] = true;
    reach(family, call.definition, reached);
  }
}

// Its holder may have known it by name only.
Value for_itself(Value definition, std::string_view id, Arena arena) {
  if (!definition["policy"_k].exists() && definition["id"_k].exists()) return definition;
  Builder out(arena);
  out.begin_object();
  if (!definition["id"_k].exists()) out.set("id"_k, id);
  for (uint32_t i = 0; i < definition.size(); ++i) {
    if (definition.key(i) != "policy") out.set(Key(definition.key(i)), definition[i]);
  }
  out.end_object();
  return out.take_value();
}

}  // namespace

// Names that it finds further out it holds itself then; where they are found stays the same.
Value alone(const spec::Family& family, uint32_t number, Arena arena) {
  const auto& members = family.members;
  std::vector<bool> reached(members.size());
  reach(family, number, reached);
  Held held;
  const auto add = [&](uint32_t m, std::string_view name) {
    const auto is_it = [name](const auto& one) { return one.first == name; };
    const bool is_known =
        name == members[number].parsed.spec.id || std::any_of(held.begin(), held.end(), is_it);
    if (!is_known) held.emplace_back(name, with_all_held(family, m, arena));
  };
  for (uint32_t h = number; h != spec::none; h = members[h].holder) {
    for (uint32_t m = h + 1; m < members.size(); ++m) {
      if (members[m].holder == h && reached[m]) add(m, members[m].name);
    }
    if (h != number && reached[h]) add(h, members[h].parsed.spec.id);
  }
  Value made = canonical(members[number].parsed.spec, arena);
  if (!held.empty() || made["workflows"_k].exists()) made = holding(made, held, arena);
  return for_itself(made, members[number].parsed.spec.id, arena);
}

Value canonical(const spec::Family& family, Arena arena) { return with_all_held(family, 0, arena); }

Value with_found(const spec::Family& family, Arena arena) {
  const spec::Member& first = family.members.front();
  if (family.found.empty()) return first.definition;
  Held held;
  for (const spec::Member& member : family.members) {
    if (member.holder == 0) held.emplace_back(member.name, member.definition);
  }
  return holding(first.definition, held, arena);
}

}  // namespace weft::plan
