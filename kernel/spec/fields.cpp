#include "spec/fields.hpp"

#include <algorithm>

namespace weft::spec {
namespace {

using namespace lit;

// The most frequent first: they are looked for in order.
constexpr std::array<FieldName, 43> of_steps{{
    {"id"_k, Field::id, "id"},
    {"tool"_k, Field::tool, "tool"},
    {"parameters"_k, Field::parameters, "parameters"},
    {"depends_on"_k, Field::depends_on, "depends_on"},
    {"type"_k, Field::type, "type"},
    {"name"_k, Field::name, "name"},
    {"if"_k, Field::condition, "if"},
    {"retry"_k, Field::retry, "retry"},
    {"on_error"_k, Field::on_error, "on_error"},
    {"timeout"_k, Field::timeout, "timeout"},
    {"params"_k, Field::parameters, "parameters"},
    {"args"_k, Field::parameters, "parameters"},
    {"input"_k, Field::input, "input"},
    {"output"_k, Field::output, "output"},
    {"run_if"_k, Field::run_if, "run_if"},
    {"reads"_k, Field::reads, "reads"},
    {"writes"_k, Field::writes, "writes"},
    {"description"_k, Field::described, "description"},
    {"pattern"_k, Field::type, "type"},
    {"error_strategy"_k, Field::on_error, "on_error"},
    {"error_handling"_k, Field::on_error, "on_error"},
    {"alternative"_k, Field::alternative, "alternative"},
    {"compensate"_k, Field::compensate, "compensate"},
    {"pivot"_k, Field::pivot, "pivot"},
    {"stage_id"_k, Field::id, "id"},
    {"mutex"_k, Field::mutex, "mutex"},
    {"semaphore"_k, Field::semaphore, "semaphore"},
    {"priority"_k, Field::priority, "priority"},
    {"when_enabled"_k, Field::when_enabled, "when_enabled"},
    {"cache"_k, Field::cache, "cache"},
    {"merge"_k, Field::merge, "merge"},
    {"on_failure"_k, Field::on_failure, "on_failure"},
    {"agent"_k, Field::later, "agent"},
    {"workflow"_k, Field::workflow, "workflow"},
    {"detached"_k, Field::detached, "detached"},
    {"template"_k, Field::later, "template"},
    {"command"_k, Field::command, "command"},
    {"approval"_k, Field::approval, "approval"},
    {"wait"_k, Field::wait, "wait"},
    {"set"_k, Field::set, "set"},
    {"state"_k, Field::state, "state"},
    {"fail"_k, Field::fail, "fail"},
    {"end"_k, Field::end, "end"},
}};

constexpr std::array<FieldName, 30> of_definitions{{
    {"id"_k, Field::id, "id"},
    {"name"_k, Field::name, "name"},
    {"version"_k, Field::version, "version"},
    {"description"_k, Field::described, "description"},
    {"author"_k, Field::author, "author"},
    {"tags"_k, Field::tags, "tags"},
    {"type"_k, Field::type, "type"},
    {"pattern"_k, Field::type, "type"},
    {"required_tools"_k, Field::required_tools, "required_tools"},
    {"input_schema"_k, Field::input_schema, "input_schema"},
    {"output"_k, Field::output, "output"},
    {"limits"_k, Field::limits, "limits"},
    {"error_strategy"_k, Field::on_error, "error_strategy"},
    {"error_handling"_k, Field::on_error, "error_strategy"},
    {"on_error"_k, Field::on_error, "error_strategy"},
    {"on_failure"_k, Field::on_failure, "on_failure"},
    {"durability"_k, Field::durability, "durability"},
    {"timeout"_k, Field::timeout, "timeout"},
    {"policy"_k, Field::policy, "policy"},
    {"variables"_k, Field::variables, "variables"},
    {"grants"_k, Field::policy, "policy"},
    {"merge"_k, Field::merge, "merge"},
    {"redact"_k, Field::redact, "redact"},
    {"resources"_k, Field::resources, "resources"},
    {"budget"_k, Field::budget, "budget"},
    {"commands"_k, Field::command, "commands"},
    {"detect"_k, Field::detect, "detect"},
    {"workflows"_k, Field::workflows, "workflows"},
    {"legacy_mode"_k, Field::mark, "legacy_mode"},
    {"preserve_output_format"_k, Field::mark, "preserve_output_format"},
}};

constexpr std::array<std::string_view, 8> reserved{
    "loop", "run", "result", "steps", "loop_index", "loop_value", "original", "secret"};

}  // namespace

const FieldName* find_field(std::span<const FieldName> fields, const weft_slot* key) {
  for (const FieldName& field : fields) {
    if (field.key.hint == key->hint && field.key.n == key->len &&
        std::memcmp(field.key.p, weft_payload(key), key->len) == 0) {
      return &field;
    }
  }
  return nullptr;
}

std::span<const FieldName> step_fields() { return of_steps; }
std::span<const FieldName> header_fields() { return of_definitions; }

void append_names(std::span<const FieldName> fields, std::vector<std::string_view>& names) {
  for (const FieldName& field : fields) {
    if (field.field != Field::later) names.push_back(field.key.view());
  }
}

bool is_reserved(std::string_view name) {
  return std::find(reserved.begin(), reserved.end(), name) != reserved.end();
}

}  // namespace weft::spec
