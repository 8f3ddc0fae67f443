/* weft/draft/hook.h - a hook: asked at named points, answers with one of nine results.
 *
 * The kernel tests one bit of points before any call, so a point nobody listens to costs one load
 * and a branch. A verdict that changes something is recorded, so recovery repeats it uncalled.
 */
#ifndef WEFT_DRAFT_HOOK_H
#define WEFT_DRAFT_HOOK_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_HOOK_ID "weft.hook/1"
/* The points that have a caller, as bits of weft_hook.points; constants only, no type crosses. */
/* clang-format off */
enum {
  WEFT_AT_BEFORE_TOOL_DISCOVERY = 7, WEFT_AT_AFTER_TOOL_DISCOVERY, WEFT_AT_BEFORE_TOOL_EXECUTION,
  WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_VALIDATION, WEFT_AT_TOOL_ERROR,
  WEFT_AT_BEFORE_WORKFLOW_START, WEFT_AT_STAGE_TRANSITION, WEFT_AT_BEFORE_STAGE,
  WEFT_AT_AFTER_STAGE, WEFT_AT_CHECKPOINT, WEFT_AT_ROLLBACK, WEFT_AT_AFTER_WORKFLOW_COMPLETE,
  WEFT_AT_WORKFLOW_ERROR, WEFT_AT_BEFORE_STATE_READ, WEFT_AT_AFTER_STATE_READ,
  WEFT_AT_BEFORE_STATE_WRITE, WEFT_AT_AFTER_STATE_WRITE, WEFT_AT_STATE_CONFLICT,
  WEFT_AT_STATE_MIGRATION, WEFT_AT_SYSTEM_STARTUP, WEFT_AT_SYSTEM_SHUTDOWN,
  WEFT_AT_RESOURCE_LIMIT = 30, WEFT_AT_SECURITY_VIOLATION, WEFT_AT_BEFORE_EVENT_EMIT = 37,
  WEFT_AT_AFTER_EVENT_EMIT, WEFT_AT_EVENT_HANDLER_ERROR, WEFT_AT_ANY_CUSTOM = 63
};
/* Results, in out->flags; the payload is out->val. A value with flags 0 means MODIFIED, a negative
 * status CANCEL. kernel/run/HOOKS.md tells where each is legal and what its payload is. */
enum { WEFT_VERDICT_CONTINUE, WEFT_VERDICT_MODIFIED, WEFT_VERDICT_CANCEL, WEFT_VERDICT_REDIRECT,
  WEFT_VERDICT_REPLACE, WEFT_VERDICT_RETRY, WEFT_VERDICT_FORK, WEFT_VERDICT_CACHE,
  WEFT_VERDICT_SKIPPED };
/* clang-format on */
typedef struct weft_hook {
  uint32_t size, flags; /* WEFT_BLOCKING, WEFT_SERIAL as for a tool */
  uint64_t points;      /* bit set, read once at bind; constant for the life of the instance */
  /* Answers at a point. subject, also call->args, is {point, phase?, run?, workflow?, step?,
   * component?, operation?, data?, time_ns}. OK with the verdict in out->flags; PENDING of hooks
   * that are BLOCKING; FAILED. [exec] */
  WEFT_FN(weft_status, on, void* self, uint32_t point, const weft_call* call, weft_val subject,
          weft_out* out);
} weft_hook;
WEFT_END
#endif
