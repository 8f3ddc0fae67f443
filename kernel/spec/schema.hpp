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
enum class Mark : uint8_t {
  none,
  steps,
  step_id,
  expression,
  condition,
  record,
  duration,
  error_strategy
};

// How texts with templates in them are judged: when a definition is loaded they may become
// anything, when it runs they are texts.
enum class Texts : uint8_t { exact, templated };

struct Rule;

// Told of each marked place of a value, in the order in which they stand there. name is the key
// that leads to it. What stands in a record comes after it.
struct Visitor {
  void* self;
  void (*found)(void* self, const Rule& rule, std::string_view name, Value value);
};

// Writes each marked place anew, in the same order.
struct Rewriter {
  void* self;
  void (*write)(void* self, const Rule& rule, Value value, Builder& out);
  bool with_defaults = true;
};

// Draft 2020-12 without references: type properties required additionalProperties enum const
// minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems
// maxItems uniqueItems minProperties maxProperties items prefixItems anyOf oneOf allOf not pattern
// format default, and weft's own words: aliases (of a property), template (refuse, raw), bindings,
// implicit_input and named_in (of forms). Words that only describe are skipped; any other is an
// error.
//
// Invariant: it links into the value it was compiled from, which outlives it.
class Schema final {
 public:
  // A form belongs to a pattern: its enumerations are matched as base::fold_name has it, its marked
  // places and the fields it does not know are left to whoever reads the definition.
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

  // Both, for the arguments of a call. The error speaks of the first problem and has its pointer.
  // Allocates nothing when the value is fine as it stands.
  Result<Value> check_and_complete(Value value, Arena arena) const;

  const Rule& root() const { return *root_; }

 private:
  struct Rules;
  friend class Compiler;
  Schema(std::unique_ptr<Rules> rules, const Rule* root);
  std::unique_ptr<Rules> rules_;
  const Rule* root_;
};

// The same for a part of a schema. Texts are judged exactly.
bool check(const Rule& rule, Value value, std::string_view pointer, std::vector<Problem>& problems);
void visit(const Rule& rule, std::string_view name, Value value, const Visitor& visitor);
void rewrite(const Rule& rule, Value value, const Rewriter& rewriter, Builder& out);
// The fields of an object alone, for whoever has begun it and has fields to add.
void rewrite_fields(const Rule& rule, Value value, const Rewriter& rewriter, Builder& out);

}  // namespace weft::spec
