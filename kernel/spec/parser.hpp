// Parser: one pass over a definition, block by block, outer blocks before inner ones.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "spec/fields.hpp"
#include "spec/known.hpp"
#include "spec/place.hpp"
#include "spec/rule.hpp"
#include "spec/spec.hpp"

namespace weft::spec {

// What a step does when it fails, as far as it said so.
struct Strategy {
  OnError on_error = OnError::fail;
  uint32_t attempts_max = 1;
  bool recovers = false;
  Value ladder;  // what 'recover' says beside its name
};

// The strategy 'recover' and a compensation try three times more.
inline constexpr uint32_t recover_attempts = 4;

// The fields of one step while it is read.
struct Draft {
  Value at;
  std::string_view name;  // the field 'name'
  std::string_view key;   // under which it stands, in a map of steps
  Value id, tool, type, arguments, input, timeout, retry, on_error;
  Value own;  // what a wait, an approval, a set, a fail or an end says
  Kind own_kind = Kind::tool;
  Value alternative, compensate, cache, on_failure, merge, command, workflow;
  Value mutex, semaphore, priority, when_enabled, detached;
  bool is_pivot = false;
  Item item;
  bool is_alone = false;    // not in a list or map: it may do without an id
  uint32_t form = none;     // of a block
  std::string_view before;  // the step whose result is the input where none is given
  uint64_t seen = 0;        // bit set over Field
};

class Parser final {
 public:
  Parser(const Catalog& catalog, Arena arena, Reading& out);
  void run(Value definition, std::string_view name);

 private:
  // header.cpp
  void read_header(Value definition, std::string_view name);
  void header_field(const FieldName& field, Value value);
  void read_texts(Value value, std::string_view what, std::vector<std::string_view>& out);
  void read_limits(Value value);
  void read_grants(Value value);
  void read_input_schema(Value value);
  void read_workflows(Value value);
  void choose_form(Value definition);
  void check_fields(Value definition);
  void unknown_field(Value object, uint32_t entry, bool has_header, bool has_form);

  // parser.cpp
  void read_block(uint32_t number);
  bool check_part(const Rule& rule, Value value);
  void know_less(uint32_t block, Known known);
  const Rule* form_root(uint32_t form) const;
  void read_marked(const Rule& rule, std::string_view name, Value value);
  void read_steps(const Rule& rule, std::string_view name, Value value);
  void take_expression(Value value);
  void take_record(Value value);
  uint32_t use_form(std::string_view name, Value at);

  // command.cpp
  std::string_view detect_form(Value block, Value place);
  void read_commands(Value value);
  bool read_command(Draft& draft);
  void read_command_tool(Draft& draft, uint32_t tool, Value row);
  bool read_command_call(Draft& draft, Value row);
  void unknown_command(const Draft& draft, std::string_view name, const Error& error);
  uint32_t use_tool(std::string_view name, Value at);

  // condition.cpp
  void take_condition(const Rule& rule, Value value);
  void resolve_condition_names();

  // step.cpp
  void find_form(Draft& draft);
  void read_step(const Rule* extras, Draft draft);
  void read_extras(const Draft& draft, const Rule* extras);
  void step_field(Draft& draft, const FieldName& field, Value value);
  void name_step(Draft& draft);
  void read_kind(Draft& draft);
  void read_type(Draft& draft);
  void read_call(Draft& draft);
  void place_call(const Draft& draft, const Rule* extras, uint32_t item);
  void read_reach(Draft& draft);
  RunIf read_run_if(Value value);
  void unknown_step_field(const Draft& draft, const Rule* extras, uint32_t entry);

  // arguments.cpp
  void read_tool(Draft& draft);
  void check_arguments(Draft& draft, const UsedTool& used);
  Value arguments_of(Draft& draft, const Rule& rule);
  Value text_value(std::string_view text);
  Value with_input(Value arguments, Value input);

  // shared.cpp
  void check_target(std::string_view key, Value value);
  void check_state(Value own);
  void check_place(Value written, Extent extent);

  // rarity.cpp
  void take_own(Draft& draft, Kind kind, Value value);
  void read_own(Draft& draft);
  void check_own(const Draft& draft, std::span<const std::string_view> known);
  void check_own_field(std::string_view name, Value value);
  void read_rarity(Draft& draft, const Strategy& strategy);
  void read_ladder(Value ladder, Rarity& rarity);
  void read_milestone(Value value, Rarity& rarity);
  uint32_t read_way(Value written, std::string_view what, const Draft& of);
  void read_cache(Value value, const Draft& draft, Rarity& rarity);
  OnFailure read_on_failure(Value value);
  void read_variables(Value value);

  // needs.cpp
  void read_resources(Value value);
  void read_budget(Value value);
  void read_needs(const Draft& draft, Rarity& rarity);
  void read_mutex(Value value, std::vector<Need>& needs);
  void read_semaphore(Value value, std::vector<Need>& needs);
  void read_priority(Value value, int32_t& priority);

  // merge.cpp
  bool read_merge(Value value, Merge& merge);
  void read_reduce(std::string_view path, Value value, Merge& merge);
  void read_redact(Value value);

  // policy.cpp
  Policy policy_of(const Draft& draft) const;
  void read_policy(Draft& draft);
  bool read_retry(Value value, Policy& policy);
  bool retry_field(std::string_view key, Value value, Policy& policy);
  std::optional<Strategy> read_strategy(Value value);
  bool read_duration(Value value, std::string_view what, uint64_t& ns);
  bool read_attempts(Value value, std::string_view what, uint32_t extra, uint32_t& attempts);
  uint32_t add_policy(const Policy& policy);
  void apply_strategy(uint32_t number, const Strategy& strategy);

  // references.cpp
  void resolve_edges();
  void resolve_step_names();
  void unknown_step(uint32_t block, Value at, std::string_view id);

  void problem(Value at, std::string_view code, std::string message, std::string hint = {});
  void wrong_type(Value at, std::string_view what, std::string_view expected);
  void not_available(Value at, std::string_view what);
  Spec& spec() { return out_.spec; }

  const Catalog& catalog_;
  Arena arena_;
  Parsed& out_;
  std::vector<Known>& known_;
  Ids tools_, forms_;
  Strategy strategy_;  // of the definition
  Policy policy_;      // of steps that say nothing
  std::optional<Strategy> block_strategy_;
  uint32_t block_ = 0;   // being read
  size_t harmless_ = 0;  // problems that leave the graph of the steps as it is
  uint32_t steps_ = 0, steps_max_;
  bool too_many_ = false;
};

}  // namespace weft::spec
