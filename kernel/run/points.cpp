#include "run/points.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "base/limits.hpp"
#include "base/units.hpp"
#include "run/retry.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using state::Frame;
using state::State;

namespace {

constexpr uint32_t point_count = 43;

constexpr std::array<std::string_view, point_count> point_names{"BeforeAgentInit",
                                                                "AfterAgentInit",
                                                                "BeforeAgentExecution",
                                                                "AfterAgentExecution",
                                                                "AgentError",
                                                                "BeforeAgentShutdown",
                                                                "AfterAgentShutdown",
                                                                "BeforeToolDiscovery",
                                                                "AfterToolDiscovery",
                                                                "BeforeToolExecution",
                                                                "AfterToolExecution",
                                                                "ToolValidation",
                                                                "ToolError",
                                                                "BeforeWorkflowStart",
                                                                "WorkflowStageTransition",
                                                                "BeforeWorkflowStage",
                                                                "AfterWorkflowStage",
                                                                "WorkflowCheckpoint",
                                                                "WorkflowRollback",
                                                                "AfterWorkflowComplete",
                                                                "WorkflowError",
                                                                "BeforeStateRead",
                                                                "AfterStateRead",
                                                                "BeforeStateWrite",
                                                                "AfterStateWrite",
                                                                "StateConflict",
                                                                "StateMigration",
                                                                "SystemStartup",
                                                                "SystemShutdown",
                                                                "ConfigurationChange",
                                                                "ResourceLimitExceeded",
                                                                "SecurityViolation",
                                                                "SessionStart",
                                                                "SessionEnd",
                                                                "SessionCheckpoint",
                                                                "SessionRestore",
                                                                "SessionSave",
                                                                "BeforeEventEmit",
                                                                "AfterEventEmit",
                                                                "EventHandlerError",
                                                                "PerformanceThresholdExceeded",
                                                                "MemoryUsageHigh",
                                                                "CpuUsageHigh"};

constexpr uint64_t bit(uint32_t n) { return uint64_t{1} << n; }
constexpr uint64_t set_of(std::initializer_list<uint32_t> bits) {
  uint64_t set = 0;
  for (const uint32_t n : bits) set |= bit(n);
  return set;
}

// The points at which somebody waits for the verdict; of the transitions only the choice of a
// branch.
constexpr uint64_t asked =
    set_of({WEFT_AT_BEFORE_TOOL_DISCOVERY, WEFT_AT_BEFORE_TOOL_EXECUTION,
            WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_VALIDATION, WEFT_AT_TOOL_ERROR,
            WEFT_AT_BEFORE_WORKFLOW_START, WEFT_AT_BEFORE_STAGE, WEFT_AT_BEFORE_STATE_READ,
            WEFT_AT_BEFORE_STATE_WRITE, WEFT_AT_BEFORE_EVENT_EMIT});

// By verdict, the points where it is legal, but for the choice of a branch.
constexpr std::array<uint64_t, 9> legal{
    ~uint64_t{0},
    set_of({WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_VALIDATION,
            WEFT_AT_BEFORE_WORKFLOW_START, WEFT_AT_BEFORE_STAGE, WEFT_AT_BEFORE_STATE_READ,
            WEFT_AT_BEFORE_STATE_WRITE, WEFT_AT_BEFORE_EVENT_EMIT}),
    asked & ~set_of({WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_ERROR}),
    set_of({WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_TOOL_ERROR, WEFT_AT_BEFORE_STAGE,
            WEFT_AT_BEFORE_WORKFLOW_START}),
    set_of({WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_ERROR,
            WEFT_AT_BEFORE_STAGE, WEFT_AT_BEFORE_WORKFLOW_START}),
    set_of({WEFT_AT_TOOL_ERROR}),
    set_of({WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_AFTER_STAGE, WEFT_AT_AFTER_STATE_WRITE}),
    set_of({WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_AFTER_TOOL_EXECUTION}),
    ~uint64_t{0}};

Error illegal(std::string message, std::string hint) {
  return {Status::failed, "hook.illegal_result", std::move(message), std::move(hint), {},
          WEFT_ERR_BUG};
}

// The text of a target, and what kind of thing it is said to be; empty when that is left open.
struct Named {
  std::string_view kind, id;
};
Named named(Value payload) {
  if (payload.is_text()) return {{}, payload.as_text()};
  for (const Key kind : {"step"_k, "branch"_k, "tool"_k}) {
    if (payload[kind].is_text()) return {kind.view(), payload[kind].as_text()};
  }
  return {};
}

// The node of that id in the block and lane of whoever speaks.
uint32_t find_node(const State& state, const Frame& frame, std::string_view id, uint32_t speaker) {
  const plan::Block& block = state.block(frame);
  for (uint32_t n = 0; n < block.written(); ++n) {
    const plan::Node& node = state.plan->node(block, n);
    const bool is_step = node.kind != plan::Kind::expression && node.kind != plan::Kind::record;
    if (is_step && node.id == id) return block.beside(n, speaker);
  }
  return event::no_node;
}

bool may_divert(const State& state, const Command& at, std::string_view id) {
  if (at.point != WEFT_AT_BEFORE_TOOL_EXECUTION && at.point != WEFT_AT_TOOL_ERROR) return false;
  const Frame& frame = state.frames[at.frame];
  const plan::Rarity* rarity = state.plan->rarity(state.node(frame, at.node));
  const bool was_diverted = (frame.traits[at.node] & state::trait_diverted) != 0;
  if (rarity == nullptr || rarity->alternative == plan::none || was_diverted) return false;
  const plan::Way& way = state.plan->ways[rarity->alternative];
  return id == "alternative" || id == state.plan->tools[way.tool].id;
}

Target target_of_start(const State& state, const Named& to) {
  const plan::Block& block = state.plan->blocks.front();
  for (uint32_t n = 0; n < block.count; ++n) {
    if (state.plan->node(block, n).id == to.id) return {Target::Kind::step, n};
  }
  return {};
}

std::string where(const Command& at) {
  std::string text(point_name(at.point));
  if (at.phase != Phase::none) text.append(" (").append(phase_text(at.phase)).append(")");
  return text;
}

// Of what the question names, the conflict at a path; missing without one.
Value conflict_at(Value question, std::string_view path) {
  for (const Value one : question) {
    if (one["path"_k].as_text() == path) return one;
  }
  return {};
}

bool has_value(Value conflict, std::string_view branch) {
  for (const Value side : conflict["values"_k]) {
    if (side["branch"_k].as_text() == branch) return side["value"_k].exists();
  }
  return false;
}

// A list of {path, value} or {path, branch}, each of something that the question names.
Result<void> may_decide(Value question, Value said) {
  if (!said.is_array()) {
    return illegal("a hook gave something for conflicts that is no list",
                   "give a list of {path, value} or {path, branch}");
  }
  for (const Value one : said) {
    const std::string path(one["path"_k].as_text());
    const Value conflict = conflict_at(question, path);
    if (!conflict.exists()) {
      return illegal("a hook gave a value for '" + path + "', which is not in conflict",
                     "name a 'path' of the question as it is written there");
    }
    const std::string branch(one["branch"_k].as_text());
    const bool takes_none = one["branch"_k].exists() && !has_value(conflict, branch);
    if (!takes_none || one["value"_k].exists()) continue;
    return illegal(
        "a hook wants for '" + path + "' what '" + branch + "' has there, which is nothing",
        "name a 'branch' of the question that has a value");
  }
  return {};
}

}  // namespace

std::string_view point_name(uint32_t point) {
  return point < point_count ? point_names[point] : "custom";
}

std::string_view phase_text(Phase phase) {
  constexpr std::array<std::string_view, 17> words{"",
                                                   "workflow_start",
                                                   "workflow_complete",
                                                   "step_boundary",
                                                   "state_change",
                                                   "condition_evaluation",
                                                   "branch_selection",
                                                   "loop_iteration_start",
                                                   "loop_iteration_complete",
                                                   "loop_termination",
                                                   "parallel_fork",
                                                   "parallel_join",
                                                   "error_handling",
                                                   "checkpoint",
                                                   "rollback",
                                                   "compensation",
                                                   "shared_data_access"};
  return words[static_cast<size_t>(phase)];
}

std::string_view verdict_text(uint32_t verdict) {
  constexpr std::array<std::string_view, 9> words{
      "continue", "modified", "cancel", "redirect", "replace", "retry", "fork", "cache", "skipped"};
  return verdict < words.size() ? words[verdict] : "unknown";
}

bool is_asked(uint32_t point, Phase phase) {
  if (point == WEFT_AT_STAGE_TRANSITION) return phase == Phase::branch_selection;
  if (point == WEFT_AT_STATE_CONFLICT) return phase == Phase::parallel_join;
  return point < 64 && (asked & bit(point)) != 0;
}

bool is_legal(uint32_t verdict, uint32_t point, Phase phase) {
  if (verdict >= legal.size() || point >= 64) return false;
  if (point == WEFT_AT_STAGE_TRANSITION && phase == Phase::branch_selection) {
    return verdict == WEFT_VERDICT_CONTINUE || verdict == WEFT_VERDICT_CANCEL ||
           verdict == WEFT_VERDICT_REDIRECT || verdict == WEFT_VERDICT_SKIPPED;
  }
  if (point == WEFT_AT_STATE_CONFLICT && phase == Phase::parallel_join) {
    return verdict == WEFT_VERDICT_CONTINUE || verdict == WEFT_VERDICT_CANCEL ||
           verdict == WEFT_VERDICT_MODIFIED || verdict == WEFT_VERDICT_SKIPPED;
  }
  return (legal[verdict] & bit(point)) != 0;
}

bool is_offered(Value choice, uint32_t node) {
  if (choice["taken"_k].as_u64(UINT64_MAX) == node) return true;
  const Value others = choice["alternatives"_k];
  for (uint32_t i = 0; others.is_array() && i < others.size(); ++i) {
    if (others[i].as_u64(UINT64_MAX) == node) return true;
  }
  return false;
}

uint32_t point_of(std::string_view name) {
  const auto found = std::find(point_names.begin(), point_names.end(), name);
  return found != point_names.end() ? static_cast<uint32_t>(found - point_names.begin())
                                    : UINT32_MAX;
}

Value followed(Value notes) {
  for (uint32_t i = notes.is_array() ? notes.size() : 0; i > 0; --i) {
    const Value note = notes[i - 1];
    if (note["result"_k].exists()) return note;
  }
  return {};
}

std::string reason_text(Value said) {
  if (said.is_text()) return std::string(said.as_text());
  return std::string(said["message"_k].as_text("it gives no reason"));
}

Target target_of(const State& state, const Command& at, Value payload) {
  const Named to = named(payload);
  if (to.id.empty()) return {};
  if (at.frame == event::no_frame) return target_of_start(state, to);
  const Frame& frame = state.frames[at.frame];
  const uint32_t node = find_node(state, frame, to.id, at.node);
  if (at.phase == Phase::branch_selection) {
    const bool is_there = node != event::no_node && to.kind != "tool" && is_offered(at.args, node);
    return is_there ? Target{Target::Kind::branch, node} : Target{};
  }
  const bool may_go = node != event::no_node && node != at.node && to.kind != "tool" &&
                      to.kind != "branch" && frame.active <= 1 &&
                      frame.status[node] == WEFT_NODE_PENDING;
  if (may_go) return {Target::Kind::step, node};
  const bool is_tool = to.kind.empty() || to.kind == "tool";
  if (is_tool && may_divert(state, at, to.id)) return {Target::Kind::alternative, at.node};
  return {};
}

Result<RetryAsked> retry_of(Value payload) {
  RetryAsked wish{0, 3};
  const Value delay = payload["delay"_k];
  if (delay.exists()) {
    auto ns = base::parse_duration(delay);
    if (!ns) return ns.error();
    wish.delay_ns = *ns;
  }
  const uint64_t most = payload["max_attempts"_k].as_u64(wish.attempts_max);
  wish.attempts_max = static_cast<uint32_t>(std::min<uint64_t>(most, base::limits::attempts));
  return wish;
}

Result<void> may_follow(const State& state, const Command& at, uint32_t verdict, Value payload) {
  if (!is_legal(verdict, at.point, at.phase)) {
    return illegal("a hook gave result " + std::to_string(verdict) + " (" +
                       std::string(verdict_text(verdict)) + "), which is not legal at " + where(at),
                   "repair or remove the hook");
  }
  const bool decides = at.point == WEFT_AT_STATE_CONFLICT && verdict == WEFT_VERDICT_MODIFIED;
  if (decides) return may_decide(at.args, payload);
  const bool of_tool = at.frame != event::no_frame &&
                       (verdict == WEFT_VERDICT_RETRY || verdict == WEFT_VERDICT_CACHE);
  const spec::Effect effect = of_tool ? called(state, at).effect : spec::Effect::pure;
  switch (verdict) {
    case WEFT_VERDICT_RETRY: {
      if (!may_repeat(effect)) {
        return illegal("a hook asked to repeat a call that must not be made twice",
                       "the effect contract of the tool decides, no hook can change it");
      }
      auto wish = retry_of(payload);
      return wish ? Result<void>() : illegal(wish.error().message, wish.error().hint);
    }
    case WEFT_VERDICT_CACHE:
      if (effect <= spec::Effect::read) return {};
      return illegal("a hook asked to keep the result of a call that has an effect",
                     "only results of pure and reading operations may serve again");
    case WEFT_VERDICT_REDIRECT:
      if (target_of(state, at, payload).kind != Target::Kind::nowhere) return {};
      return illegal("a hook redirected to '" + std::string(named(payload).id) +
                         "', which is not to be had at " + where(at),
                     "name a step of the same block that has not begun, an offered branch, or the "
                     "'alternative' of the step");
    default: return {};
  }
}

// The patterns whose blocks have phases of their own.
Form form_of(const State& state, const Frame& frame) {
  const std::string_view id = state.plan->patterns[state.block(frame).pattern].id;
  return id == "loop" ? Form::loop : id == "parallel" ? Form::parallel : Form::plain;
}

}  // namespace weft::run
