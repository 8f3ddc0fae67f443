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

/* Points that the kernel asks at today; the numbers are those of the table of 43 points. */
#define WEFT_AT_BEFORE_TOOL_EXECUTION 9u
#define WEFT_AT_AFTER_TOOL_EXECUTION 10u
#define WEFT_AT_TOOL_ERROR 12u
#define WEFT_AT_BEFORE_WORKFLOW_START 13u
#define WEFT_AT_AFTER_WORKFLOW_COMPLETE 19u
#define WEFT_AT_WORKFLOW_ERROR 20u
#define WEFT_AT_ANY_CUSTOM 63u

/* Results, in out->flags; the payload is out->val. A value with flags 0 means MODIFIED, a negative
 * status CANCEL. */
#define WEFT_VERDICT_CONTINUE 0u
#define WEFT_VERDICT_MODIFIED 1u
#define WEFT_VERDICT_CANCEL 2u
#define WEFT_VERDICT_REDIRECT 3u
#define WEFT_VERDICT_REPLACE 4u
#define WEFT_VERDICT_RETRY 5u
#define WEFT_VERDICT_FORK 6u
#define WEFT_VERDICT_CACHE 7u
#define WEFT_VERDICT_SKIPPED 8u

typedef struct weft_hook {
  uint32_t size, flags; /* WEFT_BLOCKING, WEFT_SERIAL as for a tool */
  uint64_t points;      /* bit set, read once at bind */
  /* Answers at a point. subject is {run, workflow, step?, tool?, args?, result?, error?}.
   * OK with the verdict in out->flags; PENDING; FAILED. [exec] */
  WEFT_FN(weft_status, on, void* self, uint32_t point, const weft_call* call, weft_val subject,
          weft_out* out);
} weft_hook;
WEFT_END
#endif
