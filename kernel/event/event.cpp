#include "event/event.hpp"

#include <weft/draft/sink.h>

namespace weft::event {
namespace {

constexpr std::array<std::string_view, type_count> names{
    "",
    "workflow.run.accepted",
    "workflow.run.started",
    "workflow.run.waiting",
    "workflow.run.paused",
    "workflow.run.resumed",
    "workflow.run.completed",
    "workflow.run.partially_completed",
    "workflow.run.failed",
    "workflow.run.cancelled",
    "workflow.frame.opened",
    "workflow.frame.advanced",
    "workflow.frame.closed",
    "workflow.step.queued",
    "workflow.step.started",
    "workflow.step.succeeded",
    "workflow.step.failed",
    "workflow.step.retried",
    "workflow.step.skipped",
    "workflow.step.cancelled",
    "workflow.step.doubted",
    "workflow.branch.selected",
    "workflow.timer.set",
    "workflow.timer.fired",
    "workflow.run.cancel_requested",
    "workflow.step.cancel_requested",
    "workflow.step.waiting",
    "workflow.step.diverted",
    "workflow.step.compensating",
    "workflow.step.compensated",
    "workflow.step.compensation_failed",
    "workflow.signal.received",
    "workflow.signal.consumed",
    "workflow.signal.lost",
    "workflow.approval.opened",
    "workflow.approval.decided",
    "workflow.approval.escalated",
    "workflow.rollback.started",
    "workflow.rollback.done",
    "state.key.changed",
    "workflow.run.migrated",
    "workflow.run.forked",
    "hook.asked",
    "hook.executed",
    "hook.bypassed",
    "",  // 45 and 46 are not used by this version
    "",
    "state.key.read",
    "state.shared.changed",
};

}  // namespace

std::string_view name(Type type) {
  const auto n = static_cast<uint8_t>(type);
  return n < type_count ? names[n] : "unknown";
}

uint32_t area(Type type) {
  if (type >= Type::hook_asked && type <= Type::hook_bypassed) return WEFT_AREA_HOOK;
  const bool is_of_state =
      type == Type::state_changed || type == Type::state_read || type == Type::scope_changed;
  return is_of_state ? WEFT_AREA_STATE : WEFT_AREA_WORKFLOW;
}

bool ends_run(Type type) {
  return type == Type::run_completed || type == Type::run_partially_completed ||
         type == Type::run_failed || type == Type::run_cancelled;
}

}  // namespace weft::event
