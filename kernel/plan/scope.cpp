#include "plan/scope.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/place.hpp"
#include "spec/rule.hpp"

namespace weft::plan {

using namespace lit;

namespace {

struct Word {
  std::string_view name;
  RootKind kind;
  uint32_t a = 0;
};
constexpr Word words[] = {{"$input", RootKind::input},       {"$params", RootKind::params},
                          {"$prev", RootKind::prev},         {"run", RootKind::run},
                          {"result", RootKind::result},      {"loop", RootKind::loop},
                          {"loop_index", RootKind::loop, 1}, {"loop_value", RootKind::loop, 2}};
constexpr std::string_view steps_prefix = "steps.";

expr::Root root_of(RootKind kind, uint32_t a = 0, uint32_t b = 0) {
  return {static_cast<uint32_t>(kind), a, b};
}

bool names_text(Value value, std::string_view name) {
  if (value.is_text()) return value.as_text() == name;
  for (uint32_t i = 0; value.is_array() && i < value.size(); ++i) {
    if (value[i].as_text() == name) return true;
  }
  return false;
}

}  // namespace

Scope::Scope(const spec::Spec& spec)
    : spec_(spec),
      properties_(spec.input_schema["properties"_k]),
      has_names_(spec.variables.size() != 0 || properties_.size() != 0) {}

void Scope::enter(uint32_t block, uint32_t item) {
  block_ = block;
  item_ = item;
}

expr::Names Scope::names() const {
  return {this,
          [](const void* self, std::string_view name, std::string_view member) {
            return const_cast<Scope*>(static_cast<const Scope*>(self))->find(name, member);
          },
          [](std::string_view name) {
            const auto scope =
                name.starts_with('$') ? spec::scope_of(name.substr(1)) : std::nullopt;
            return name == named_word || (scope && spec::is_named(*scope));
          }};
}

std::vector<Reference> Scope::take_references() {
  if (!std::is_sorted(references_.begin(), references_.end())) {
    std::sort(references_.begin(), references_.end());
  }
  references_.erase(std::unique(references_.begin(), references_.end()), references_.end());
  return std::move(references_);
}

Result<expr::Root> Scope::find(std::string_view name, std::string_view member) {
  Result<expr::Root> found = seek(name, member);
  if (has_names_ && found && !name.starts_with('$')) note(name, RootKind{found->kind});
  return found;
}

// Each name once. Of parameters nobody knows the names, and of the input only what its schema says.
void Scope::note(std::string_view name, RootKind meant) {
  const bool is_declared = spec_.variables[Key(name)].exists();
  const bool is_member = properties_[Key(name)].exists();
  const bool is_named = meant == RootKind::named;
  if (is_named ? !is_declared || !is_member : !is_declared && !is_member) return;
  if (std::find(noted_.begin(), noted_.end(), name) != noted_.end()) return;
  noted_.emplace_back(name);
  const std::string wins = is_named                    ? "variable"
                           : meant == RootKind::step   ? "step"
                           : meant == RootKind::secret ? "secret"
                           : meant == RootKind::loop   ? "name that the block gives its steps"
                                                       : "word of the language";
  const bool is_hidden = is_declared && !is_named;
  std::string others = is_hidden ? "a variable" : "";
  if (is_member) others += others.empty() ? "a member of the input" : " and a member of the input";
  std::string hint = meant == RootKind::step ? "write steps." + std::string(name) : "";
  if (is_member) hint += (hint.empty() ? "write $input." : " or $input.") + std::string(name);
  if (is_hidden) hint += hint.empty() ? "rename the variable" : ", or rename the variable";
  notes_.push_back({base::quoted(name) + " means the " + wins + ", and " + others +
                        (is_hidden && is_member ? " are" : " is") + " called so, too",
                    std::move(hint)});
}

Result<expr::Root> Scope::seek(std::string_view name, std::string_view member) {
  expr::Root root;
  if (find_reserved(name, root)) {
    if (root.kind != static_cast<uint32_t>(RootKind::loop)) return root;
    return bind(root, name, binder_of(name.substr(0, name.find('_'))));
  }
  if (name.starts_with(named_prefix)) {
    const std::string_view odd = name.substr(named_prefix.size());
    return may_be_named(odd) ? root_of(RootKind::named) : Result<expr::Root>(unknown(odd));
  }
  if (name.starts_with('$')) return find_shared(name);
  if (has_original_ && name == "original") return root_of(RootKind::original);
  if (has_original_ && name == "reason") return root_of(RootKind::reason);
  const bool is_of_merge = name == "merged" || name == "value" || name == "base";
  if (has_merge_ && is_of_merge) return root_of(RootKind::loop);
  if (name.starts_with(steps_prefix)) {
    const std::string_view id = name.substr(steps_prefix.size());
    const uint32_t item = spec_.ids.find(id);
    return item != spec::Ids::none ? refer_to(item, member) : unknown(id);
  }
  if (const uint32_t item = spec_.ids.find(name); item != spec::Ids::none) {
    return refer_to(item, member);
  }
  if (const uint32_t binder = binder_of(name); binder != none) {
    return bind(root_of(RootKind::loop), name, binder);
  }
  if (name == "secret") {
    has_secrets_ = true;
    return root_of(RootKind::secret);
  }
  if (!may_be_named(name)) return unknown(name);
  return root_of(RootKind::named, spec_.variables[Key(name)].exists() ? is_variable : 0);
}

bool Scope::find_reserved(std::string_view name, expr::Root& root) const {
  for (const Word& word : words) {
    if (word.name != name) continue;
    root = root_of(word.kind, word.a);
    return true;
  }
  return false;
}

// A scope of state; $custom only with the name of whose it is, as $custom.NAME.
Result<expr::Root> Scope::find_shared(std::string_view name) {
  const size_t dot = name.find('.');
  const std::string_view word = name.substr(0, dot);
  const auto scope = spec::scope_of(word.substr(1));
  if (!scope) return unknown(name);
  if (spec::is_named(*scope) && dot == std::string_view::npos) {
    return Error{.status = Status::bad_input,
                 .code = "spec.unknown_reference",
                 .message = base::quoted(name) + " does not say whose",
                 .hint = "write " + std::string(name) + ".NAME.key"};
  }
  scopes_ |= spec::bit(*scope);
  return root_of(RootKind::shared, static_cast<uint32_t>(*scope));
}

Result<expr::Root> Scope::refer_to(uint32_t item, std::string_view member) {
  uint32_t speaker = item_;
  uint32_t out = 0;
  for (uint32_t b = block_; b != none; ++out) {
    const spec::Block& block = spec_.blocks[b];
    if (item >= block.first && item < block.first + block.count) {
      if (speaker != none && has_references_) {
        references_.push_back({speaker, item - block.first});
      }
      if (member == history_name) recalled_.push_back(item);
      return root_of(RootKind::step, item - block.first, out);
    }
    speaker = block.parent != none ? spec_.blocks[block.parent].first + block.parent_item : none;
    b = block.parent;
  }
  Error error{.status = Status::bad_input,
              .code = "spec.unknown_reference",
              .message = "the step " + base::quoted(spec_.items[item].id) +
                         " stands in a block that cannot be seen "
                         "from here",
              .hint = "speak of the step that holds the block"};
  return error;
}

// The innermost block whose form gives its steps that name.
uint32_t Scope::binder_of(std::string_view name) const {
  for (uint32_t b = block_; b != none; b = spec_.blocks[b].parent) {
    const uint32_t form = spec_.blocks[b].form;
    if (form == none) continue;
    if (names_text(spec_.forms[form].schema->root().bindings, name)) return b;
  }
  return none;
}

Result<expr::Root> Scope::bind(expr::Root root, std::string_view name, uint32_t binder) {
  if (binder == block_ && !has_bindings_) {
    return Error{.status = Status::bad_input,
                 .code = "spec.unknown_reference",
                 .message = base::quoted(name) + " is known when the step begins, not here",
                 .hint = "put the step into a block of its own, {\"type\": \"sequential\", ...}"};
  }
  if (binder != none && !speaks_of_bindings(binder)) bound_.push_back(binder);
  return root;
}

// State, members of the input and parameters are looked up when the run needs them; but where the
// definition says what its input is, a name that is none of it is a mistake.
bool Scope::may_be_named(std::string_view name) const {
  if (name == "steps") return false;
  if (spec_.variables[Key(name)].exists()) return true;
  const Value properties = spec_.input_schema["properties"_k];
  if (!properties.exists() || properties[Key(name)].exists()) return true;
  return std::any_of(spec_.items.begin(), spec_.items.end(), [&](const spec::Item& item) {
    return item.writes.exists() && names_text(item.writes, name);
  });
}

Error Scope::unknown(std::string_view name) const {
  std::vector<std::string_view> known;
  for (const Word& word : words) known.push_back(word.name);
  for (const std::string_view scope : {"$global", "$user", "$session", "$workflow", "$step"}) {
    known.push_back(scope);
  }
  for (uint32_t b = block_; b != none; b = spec_.blocks[b].parent) {
    const spec::Block& block = spec_.blocks[b];
    for (uint32_t i = block.first; i < block.first + block.count; ++i) {
      if (known.size() < base::limits::candidates && !spec_.items[i].id.empty()) {
        known.push_back(spec_.items[i].id);
      }
    }
  }
  const Value properties = spec_.input_schema["properties"_k];
  for (uint32_t i = 0; i < properties.size(); ++i) known.push_back(properties.key(i));
  for (uint32_t i = 0; i < spec_.variables.size(); ++i) known.push_back(spec_.variables.key(i));
  std::string hint = base::did_you_mean(name, known);
  if (hint.empty()) hint = "it is neither a step nor a member of the input";
  return Error{.status = Status::bad_input,
               .code = "spec.unknown_reference",
               .message = "nothing is called " + base::quoted(name),
               .hint = std::move(hint)};
}

}  // namespace weft::plan
