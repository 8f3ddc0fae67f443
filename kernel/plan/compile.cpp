#include "plan/compile.hpp"

#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "spec/effect.hpp"
#include "spec/fields.hpp"

namespace weft::plan {

using namespace lit;

namespace {

bool declares(const spec::Item& item) { return item.reads.exists() || item.writes.exists(); }

// What a condition always comes to, where it is written as true or false.
std::optional<bool> constant_of(const spec::Item& item) {
  if (!item.is_condition) return {};
  if (item.condition.is_boolean()) return item.condition.as_bool();
  std::string_view text = spec::bare_expression(item.condition.as_text());
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  if (text == "true") return true;
  if (text == "false") return false;
  return {};
}

// Whether nothing of its definition comes after a step: for sure, or maybe because it or a step in
// it may end the run or fail on purpose.
std::optional<bool> ending_of(const spec::Spec& spec, const spec::Item& item) {
  if (item.kind == Kind::end || item.kind == Kind::fail) {
    return !item.condition.exists() && item.on_error == OnError::fail &&
           item.run_if == RunIf::success && item.rarity == none;
  }
  if (item.block == none) return {};
  const spec::Block& inner = spec.blocks[item.block];
  for (uint32_t i = inner.first; i < inner.first + inner.count; ++i) {
    if (ending_of(spec, spec.items[i])) return false;
  }
  return {};
}

}  // namespace

std::string_view to_text(spec::Effect effect) {
  static constexpr std::array<std::string_view, 5> names{"pure", "read", "idempotent",
                                                         "compensable", "at_most_once"};
  return names[static_cast<size_t>(effect)];
}

std::string_view to_text(RunIf run_if) {
  static constexpr std::array<std::string_view, 3> names{"success", "failure", "always"};
  return names[static_cast<size_t>(run_if)];
}

BlockCompiler::BlockCompiler(const spec::Spec& spec, std::span<const Reference> references,
                             Target target, Findings findings)
    : spec_(spec),
      references_(references),
      plan_(target.plan),
      findings_(findings),
      first_block_(target.first_block) {}

spec::Rewriter BlockCompiler::rewriter() {
  return {this, [](void* self, const spec::Rule& rule, Value value, Builder& to) {
            static_cast<BlockCompiler*>(self)->write_marked(rule, value, to);
          }};
}

// What is wrong is left out; parse has seen to it that nothing is that must be there.
void BlockCompiler::write_property(const spec::Rule::Property& property, Value value,
                                   Builder& out) {
  if (known_ != spec::Known::all && !judge(*property.rule, value, spec::Texts::exact).ok) return;
  out.key(property.key);
  rewrite(*property.rule, value, rewriter(), out);
}

// Only the fields of the form: what every step and definition has is the kernel's.
Value BlockCompiler::describe(uint32_t number) {
  const spec::Block& block = spec_.blocks[number];
  const spec::UsedForm& used = spec_.forms[block.form];
  const spec::Rule& root = used.schema->root();
  block_ = number;
  next_ = block.first;
  Builder out(plan_.made.arena());
  uint64_t seen = 0;
  out.begin_object();
  out.set("form"_k, std::string_view(used.form->name));
  for (uint32_t i = 0; i < block.at.size(); ++i) {
    const weft_slot* key = weft_key_at(block.at.slot(), i);
    const spec::Name* name = root.find(key);
    const std::string_view text = block.at.key(i);
    if (name != nullptr && text != "form") {
      seen |= uint64_t{1} << name->property;
      write_property(root.properties[name->property], block.at[i], out);
    } else if (name == nullptr && root.additional != nullptr) {
      const auto fields = number == 0 ? spec::header_fields() : spec::step_fields();
      if (spec::find_field(fields, key) != nullptr) continue;
      write_property({Key(text), root.additional, {}}, block.at[i], out);
    }
  }
  for (uint32_t i = 0; i < root.properties.size(); ++i) {
    if ((root.fallbacks & ~seen & (uint64_t{1} << i)) == 0) continue;
    out.key(root.properties[i].key);
    rewrite(*root.properties[i].rule, root.properties[i].fallback, rewriter(), out);
  }
  // What nobody speaks of need not be made.
  const bool is_silent = root.bindings.size() != 0 && !plan_.blocks[first_block_ + number].binds;
  if (is_silent) out.set("binds"_k, false);
  if (!block.id.empty() && recalls_iterations(block.id)) out.set("recalls"_k, true);
  out.end_object();
  base::check(next_ == block.first + block.count, "a form is visited and rewritten alike");
  return out.take_value();
}

namespace {

constexpr std::string_view iterations = "iterations";

void find_texts(Value value, std::vector<std::string_view>& found) {
  if (value.is_text() && value.as_text().find(iterations) != std::string_view::npos) {
    found.push_back(value.as_text());
  }
  if (!value.is_object() && !value.is_array()) return;
  for (const Value one : value) find_texts(one, found);
}

bool is_of_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// ID.iterations or ID["iterations"], and not the end of a longer id.
bool speaks_of(std::string_view text, std::string_view step) {
  for (size_t at = text.find(step); at != text.npos; at = text.find(step, at + 1)) {
    const std::string_view rest = text.substr(at + step.size());
    const size_t skipped = rest.starts_with('.') ? 1 : rest.starts_with('[') ? 2 : 0;
    const bool is_whole = at == 0 || !is_of_name(text[at - 1]);
    if (is_whole && skipped != 0 && rest.size() > skipped &&
        rest.substr(skipped).starts_with(iterations)) {
      return true;
    }
  }
  return false;
}

}  // namespace

// A pattern keeps what each iteration gave only where something asks for it.
bool BlockCompiler::recalls_iterations(std::string_view step) {
  if (!recalling_) find_texts(spec_.definition, recalling_.emplace());
  return std::any_of(recalling_->begin(), recalling_->end(),
                     [step](std::string_view text) { return speaks_of(text, step); });
}

void BlockCompiler::write_marked(const spec::Rule& rule, Value value, Builder& out) {
  switch (rule.mark) {
    case spec::Mark::steps: return write_steps(rule, value, out);
    case spec::Mark::expression:
    case spec::Mark::condition:
      out.begin_object();
      out.set("node"_k, next_ - spec_.blocks[block_].first);
      if (speaks_of_steps(next_)) write_references(next_, out);
      if (const auto always = constant_of(spec_.items[next_])) out.set("constant"_k, *always);
      ++next_;
      return out.end_object();
    case spec::Mark::record: return write_record(rule, value, out);
    case spec::Mark::step_id:
      return out.natural(spec_.ids.find(value.as_text()) - spec_.blocks[block_].first);
    case spec::Mark::duration: {
      const auto ns = base::parse_duration(value);
      return ns ? out.integer(*ns) : out.null();
    }
    default: return out.link(value);
  }
}

void BlockCompiler::write_record(const spec::Rule& rule, Value value, Builder& out) {
  out.begin_object();
  out.set("node"_k, next_++ - spec_.blocks[block_].first);
  rewrite_fields(rule, value, rewriter(), out);
  out.end_object();
}

// A list, a map or a single step become a list of descriptors, in the order of writing.
void BlockCompiler::write_steps(const spec::Rule& rule, Value value, Builder& out) {
  const spec::Rule* extras = spec::step_rule(rule);
  out.begin_array();
  const bool is_one = next_ < spec_.items.size() && spec_.items[next_].at.slot() == value.slot();
  const uint32_t count = is_one ? 1 : value.size();
  for (uint32_t i = 0; i < count; ++i) write_step(extras, out);
  out.end_array();
}

bool BlockCompiler::speaks_of_steps(uint32_t item) const {
  const auto first = std::lower_bound(references_.begin(), references_.end(), Reference{item, 0});
  return first != references_.end() && first->item == item;
}

// The nodes of its block that an item speaks of.
void BlockCompiler::write_references(uint32_t item, Builder& out) const {
  out.key("refs"_k);
  out.begin_array();
  auto reference = std::lower_bound(references_.begin(), references_.end(), Reference{item, 0});
  for (; reference != references_.end() && reference->item == item; ++reference) {
    out.natural(reference->node);
  }
  out.end_array();
}

// Whether the kernel itself does something here that others may see: wait, ask, set, fail or end.
bool BlockCompiler::does_own(uint32_t number) const {
  const spec::Item& item = spec_.items[number];
  if (item.kind >= Kind::wait && item.kind <= Kind::end) return true;
  if (item.call != none) return spec_.calls[item.call].is_own;
  if (item.block == none) return false;
  const spec::Block& inner = spec_.blocks[item.block];
  for (uint32_t i = inner.first; i < inner.first + inner.count; ++i) {
    if (does_own(i)) return true;
  }
  return false;
}

// What a step reads or writes; a block that does not say so itself touches what its steps touch.
void BlockCompiler::add_names(uint32_t number, bool writes, Builder& out) const {
  const spec::Item& item = spec_.items[number];
  const Value said = writes ? item.writes : item.reads;
  if (said.is_text()) out.link(said);
  for (uint32_t i = 0; said.is_array() && i < said.size(); ++i) out.link(said[i]);
  if (declares(item)) return;
  if (item.call != none) {
    const spec::Call& call = spec_.calls[item.call];
    for (const std::string_view name : writes ? call.writes : call.reads) out.text(name);
  }
  if (item.block == none) return;
  const spec::Block& inner = spec_.blocks[item.block];
  for (uint32_t i = inner.first; i < inner.first + inner.count; ++i) add_names(i, writes, out);
}

// Whether a step in it changes something and does not say what.
bool BlockCompiler::has_undeclared(uint32_t number) const {
  const spec::Item& item = spec_.items[number];
  if (declares(item)) return false;
  if (item.call != none) return spec_.calls[item.call].is_undeclared;
  if (item.block == none) return spec::worst_effect(spec_, item) > spec::Effect::read;
  const spec::Block& inner = spec_.blocks[item.block];
  for (uint32_t i = inner.first; i < inner.first + inner.count; ++i) {
    if (has_undeclared(i)) return true;
  }
  return false;
}

void BlockCompiler::write_step(const spec::Rule* extras, Builder& out) {
  const uint32_t number = next_++;
  const spec::Item& item = spec_.items[number];
  const auto names = [&](Key key, Value value) {
    out.key(key);
    if (value.is_array()) return out.link(value);
    out.begin_array();
    if (value.exists()) out.link(value);
    out.end_array();
  };
  const auto of_all = [&](Key key, bool writes) {
    out.key(key);
    out.begin_array();
    add_names(number, writes, out);
    out.end_array();
  };
  out.begin_object();
  out.set("node"_k, number - spec_.blocks[block_].first);
  out.set("id"_k, item.id);
  out.key("depends_on"_k);
  out.begin_array();
  for (uint32_t i = 0; i < item.edge_count; ++i) out.natural(spec_.edges[item.edges + i]);
  out.end_array();
  write_references(number, out);
  out.set("run_if"_k, to_text(item.run_if));
  if (item.block == none && item.call == none) {
    names("reads"_k, item.reads);
    names("writes"_k, item.writes);
  } else {
    of_all("reads"_k, false);
    of_all("writes"_k, true);
    if (has_undeclared(number)) out.set("undeclared"_k, true);
  }
  out.set("effect"_k, to_text(spec::worst_effect(spec_, item)));
  if (does_own(number)) out.set("own"_k, true);
  if (const auto sure = ending_of(spec_, item)) out.set(*sure ? "ends"_k : "may_end"_k, true);
  if (extras != nullptr) write_extras(*extras, item, out);
  out.end_object();
}

void BlockCompiler::write_extras(const spec::Rule& extras, const spec::Item& item, Builder& out) {
  const Value step = item.at;
  const spec::Rule* own = item.block != none && spec_.blocks[item.block].form != none
                              ? &spec_.forms[spec_.blocks[item.block].form].schema->root()
                              : nullptr;
  static constexpr std::string_view written[] = {"node",   "id",    "depends_on", "refs",
                                                 "run_if", "reads", "writes",     "effect",
                                                 "own",    "ends",  "may_end"};
  const auto is_written = [](Key key) {
    return std::find(std::begin(written), std::end(written), key.view()) != std::end(written);
  };
  uint64_t seen = 0;
  for (uint32_t i = 0; i < step.size(); ++i) {
    const spec::Name* name = extras.find(weft_key_at(step.slot(), i));
    if (own != nullptr && own->find(weft_key_at(step.slot(), i)) != nullptr) continue;
    if (name == nullptr || is_written(extras.properties[name->property].key)) continue;
    seen |= uint64_t{1} << name->property;
    write_property(extras.properties[name->property], step[i], out);
  }
  for (uint32_t i = 0; i < extras.properties.size(); ++i) {
    const bool is_left_out = (extras.fallbacks & ~seen & (uint64_t{1} << i)) != 0;
    if (!is_left_out || is_written(extras.properties[i].key)) continue;
    out.key(extras.properties[i].key);
    rewrite(*extras.properties[i].rule, extras.properties[i].fallback, rewriter(), out);
  }
}

}  // namespace weft::plan
