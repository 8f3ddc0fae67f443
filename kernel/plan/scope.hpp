// Scope: what a name in an expression or template of a definition stands for.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/result.hpp>

#include "expr/root.hpp"
#include "plan/plan.hpp"
#include "spec/spec.hpp"

namespace weft::plan {

// $named["odd key"] is what a name means that is no step and no word of the language, whatever
// characters are in it.
inline constexpr std::string_view named_word = "$named", named_prefix = "$named.";

// A node of a block speaks of another one of the same block.
struct Reference {
  uint32_t item;  // that speaks, in the spec
  uint32_t node;  // it speaks of, in the block
  auto operator<=>(const Reference&) const = default;
};

// Resolves names at one place after the other and collects the references of the steps there.
class Scope final {
 public:
  explicit Scope(const spec::Spec& spec);

  // From now on names stand in this item of this block; item none is the block itself.
  void enter(uint32_t block, uint32_t item);
  expr::Names names() const;
  // Whether 'original' and 'reason' mean something here.
  void allow_original(bool allowed) { has_original_ = allowed; }
  // Whether 'merged', 'value' and 'base' do, of which branches are brought together.
  void allow_merge(bool allowed) { has_merge_ = allowed; }
  // Whether what the block itself gives its steps to speak of is known here.
  void allow_own_bindings(bool allowed) { has_bindings_ = allowed; }
  // Whether a step that is spoken of is one that the item needs.
  void allow_references(bool allowed) { has_references_ = allowed; }
  bool speaks_of_secrets() const { return has_secrets_; }
  uint32_t speaks_of_scopes() const { return scopes_; }  // of state, as spec::bit
  // Whether a name that the block gives its steps was spoken of.
  bool speaks_of_bindings(uint32_t block) const {
    return std::find(bound_.begin(), bound_.end(), block) != bound_.end();
  }

  // A name that was spoken of and means one thing where others are called so too: which one wins.
  struct Note {
    std::string message, hint;
  };
  bool has_notes() const { return !notes_.empty(); }
  std::vector<Note> take_notes() { return std::exchange(notes_, {}); }

  // Items of whose earlier visits something speaks.
  const std::vector<uint32_t>& recalled() const { return recalled_; }

  // Sorted, each once. Ends the collection.
  std::vector<Reference> take_references();

 private:
  Result<expr::Root> find(std::string_view name, std::string_view member);
  Result<expr::Root> seek(std::string_view name, std::string_view member);
  void note(std::string_view name, RootKind meant);
  Result<expr::Root> refer_to(uint32_t item, std::string_view member);  // a step
  bool find_reserved(std::string_view name, expr::Root& root) const;
  Result<expr::Root> find_shared(std::string_view name);
  uint32_t binder_of(std::string_view name) const;
  Result<expr::Root> bind(expr::Root root, std::string_view name, uint32_t binder);
  bool may_be_named(std::string_view name) const;
  Error unknown(std::string_view name) const;

  const spec::Spec& spec_;
  uint32_t block_ = 0, item_ = none;
  bool has_original_ = false, has_merge_ = false, has_secrets_ = false, has_bindings_ = true;
  bool has_references_ = true;
  uint32_t scopes_ = 0;
  std::vector<Reference> references_;
  std::vector<uint32_t> recalled_;
  std::vector<uint32_t> bound_;  // blocks of whose bindings something speaks
  Value properties_;             // of the input
  bool has_names_;               // of variables, or of members of the input
  std::vector<std::string> noted_;
  std::vector<Note> notes_;
};

}  // namespace weft::plan
