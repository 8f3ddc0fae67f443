// Schema: a JSON Schema compiled once, which checks values and fills in what they leave out.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "spec/problem.hpp"

namespace weft::spec {

// What a place of a form holds, said by its format: weft-steps, weft-step-id and so on.
enum class Mark : uint8_t { none, steps, step_id, expression, duration, error_strategy };

// How texts with templates in them are judged: when a definition is loaded they may become
// anything, when it runs they are texts.
enum class Texts : uint8_t { exact, templated };

struct Rule;

// Draft 2020-12 without references: type properties required additionalProperties enum const
// minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems
// maxItems uniqueItems minProperties maxProperties items prefixItems anyOf oneOf allOf not pattern
// format default, and weft's own aliases (of a property) and template (refuse, raw). Words that
// only describe are skipped; any other is an error of the schema.
//
// Invariant: links into the value it was compiled from, which must outlive it.
class Schema final {
 public:
  // A form belongs to a pattern: its enumerations are matched as base::fold_name has it, its marked
  // places are left to whoever visits them.
  enum class Use : uint8_t { data, form };

  static Result<Schema> compile(Value schema, Use use = Use::data);
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  // Appends everything that is wrong; pointers begin with the one given. True when nothing is.
  bool check(Value value, std::string_view pointer, std::vector<Problem>& problems,
             Texts texts = Texts::exact) const;

  // The value with aliases made canonical and defaults filled in, linking what is unchanged; the
  // very same value when nothing changes. Requires: check found nothing wrong.
  Value complete(Value value, Arena arena) const;

  // Both, for arguments of a call: the error speaks of the first problem and its pointer. Allocates
  // nothing when the value is fine as it stands.
  Result<Value> check_and_complete(Value value, Arena arena) const;

  // Calls found for each marked place of a value, in the order in which they stand there.
  struct Visitor {
    void* self;
    void (*found)(void* self, Mark mark, Value value, const Rule& rule);
  };
  void visit(Value value, Visitor visitor) const;
  // The same for the entries of one step, by the rule of the list it stands in.
  static void visit_entry(const Rule& steps, std::string_view key, Value value, Visitor visitor);

  // Like complete, but write replaces each marked place, in the same order as visit.
  struct Rewriter {
    void* self;
    void (*write)(void* self, Mark mark, Value value, const Rule& rule, Builder& out);
    bool with_defaults = true;
  };
  void rewrite(Value value, const Rewriter& rewriter, Builder& out) const;
  static void rewrite_entry(const Rule& steps, Value key, Value value, const Rewriter& rewriter,
                            Builder& out);

  const Rule& root() const { return *root_; }
  // The canonical name and rule of a property; a null rule when there is none of that name.
  struct Property {
    std::string_view name;
    const Rule* rule = nullptr;
  };
  static Property property(const Rule& rule, std::string_view name);
  // The names of all properties, without aliases.
  std::vector<std::string_view> names() const;

 private:
  struct Rules;
  explicit Schema(std::unique_ptr<Rules> rules);
  std::unique_ptr<Rules> rules_;
  const Rule* root_ = nullptr;
};

}  // namespace weft::spec
