// Template: a tree of parameters in which texts may hold {{expressions}} and ${paths}.
#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "expr/root.hpp"

namespace weft::expr {

struct Layout;

// Whether a text would be changed by substitution; an escaped brace is no template.
bool contains_template(std::string_view text);

// A text that is exactly one {{…}} or ${…} becomes the value with its type; inside other text
// values are written as text (null is the error template.null). Keys are not templated, substituted
// text is not scanned again. What holds no template is linked, not rebuilt: the tree outlives the
// template.
class Template final {
 public:
  // A tree, where it stands, and the schema of what it is for, if that is known. A property of the
  // schema may say "template": "refuse" (a template in it is a problem, template.refused) or "raw"
  // (it is passed as written).
  struct Source {
    Value tree;
    std::string_view pointer;
    Value schema{};
  };

  // Every problem found is appended, with the pointer of its text and the column inside it. A
  // template with problems must not be evaluated.
  static Template compile(const Source& source, const Names& names, std::vector<Error>& problems);
  static Template compile(Value tree, const Names& names, std::string_view pointer,
                          std::vector<Error>& problems);
  // A single text, which is copied.
  static Result<Template> compile_text(std::string_view text, const Names& names);

  Template();  // the constant null
  Template(Template&& other) noexcept;
  Template& operator=(Template&& other) noexcept;
  ~Template();

  bool is_constant() const;
  // Requires: is_constant().
  Value constant() const;
  // The result may link to the tree, the template and the scope's values.
  Result<Value> evaluate(const Scope& scope, Arena arena) const;
  // Everything that its expressions speak of, each once.
  std::span<const Root> roots() const;

 private:
  explicit Template(Value constant);
  explicit Template(std::unique_ptr<Layout> layout);
  void fold();

  std::unique_ptr<Layout> layout_;  // null when it is constant; not changed once compiled
  Value constant_ = null_value();
};

}  // namespace weft::expr
