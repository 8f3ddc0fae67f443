// Redactor: puts ‹redacted:kind› in the place of what nobody may see, such as passwords.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "expr/match.hpp"

namespace weft::expr {

// Secret is what stands under a name with one of the words password secret token key auth cookie
// ssn card, in any spelling (apiKey, API-KEY), and whatever looks like a credential: keys of cloud
// providers, tokens of forges and chats, bearer tokens, signed tokens, private keys, passwords in
// URLs. A definition may add names and patterns.
class Redactor final {
 public:
  Redactor() = default;
  // {keys?: names, values?: I-Regexps found somewhere in a text}, of which where.pointer speaks.
  static Result<Redactor> make(Value said);

  // As people may see it; the very value where nothing in it is secret. May link to it.
  Value shown(Value value, Arena arena) const { return shown({}, value, arena); }
  // The same of what stands under a name.
  Value shown(std::string_view name, Value value, Arena arena) const;
  std::string shown(std::string_view text) const;

 private:
  struct Secrecy {
    std::string_view kind;  // empty: it is none
    bool of_texts = false;  // only texts below are secret, as of the many that 'tokens' names
  };
  Secrecy secrecy_of(std::string_view name) const;
  bool is_clean(Secrecy under, Value value) const;
  bool is_clean(std::string_view text) const;
  void write(Secrecy under, Value value, Builder& out) const;

  std::vector<std::string> names_;  // as base::fold_name has them
  std::vector<Regexp> patterns_;
};

}  // namespace weft::expr
