/* weft/draft/sink.h - a sink: observes events, in batches, behind the commit.
 *
 * A sink cannot fail or slow a run: each has a bounded queue of its own; what did not fit is
 * counted and told with the next batch. Events of one run arrive in order of their sequence.
 */
#ifndef WEFT_DRAFT_SINK_H
#define WEFT_DRAFT_SINK_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_SINK_ID "weft.sink/1"

/* Areas, the bits of weft_sink.kinds. */
#define WEFT_AREA_WORKFLOW 0u
#define WEFT_AREA_TOOL 1u
#define WEFT_AREA_AGENT 2u
#define WEFT_AREA_STATE 3u
#define WEFT_AREA_SESSION 4u
#define WEFT_AREA_ARTIFACT 5u
#define WEFT_AREA_HOOK 6u
#define WEFT_AREA_BACKUP 7u
#define WEFT_AREA_BREAKER 8u
#define WEFT_AREA_ALERT 9u
#define WEFT_AREA_EVENTS 10u

typedef struct weft_event {
  uint32_t size, kind; /* kind: number of the name; type is its text */
  uint64_t seq;        /* of the run, without gaps */
  int64_t time_ns;     /* wall time of the turn, since 1970 */
  weft_str type;       /* such as workflow.step.succeeded */
  weft_str run;        /* id of the run */
  weft_str workflow;   /* id of the definition */
  weft_str step;       /* path of the step, such as outer/inner#2; empty for the run itself */
  uint32_t attempt, frame;
  weft_val data; /* result, arguments or error; may be null */
} weft_event;

typedef struct weft_sink {
  uint32_t size, flags; /* WEFT_BLOCKING as for a tool */
  uint64_t kinds;       /* bit set of areas, read once at bind */
  /* Takes n events; dropped says how many were lost before them. B. [exec] one at a time */
  WEFT_FN(void, consume, void* self, const weft_event* const* events, uint32_t n, uint64_t dropped);
  /* Writes out what is buffered. OK; PENDING; FAILED. [ctl] */
  WEFT_FN(weft_status, flush, void* self, const weft_call* call, weft_out* out);
} weft_sink;
WEFT_END
#endif
