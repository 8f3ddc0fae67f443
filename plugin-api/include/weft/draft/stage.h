/* weft/draft/stage.h - a stage of a stream: batches through direct calls, only when there is room.
 *
 * A stage has no queue and counts no credit. MORE is the back-pressure: the output is full, call
 * again with the rest. Items are values of an immutable, counted batch and may point into it.
 */
#ifndef WEFT_DRAFT_STAGE_H
#define WEFT_DRAFT_STAGE_H
#include <weft/host.h>
WEFT_BEGIN
#define WEFT_STAGE_ID "weft.stage/1"
#define WEFT_STAGE_MORE 3 /* output full: call again with what was not consumed */
#define WEFT_STAGE_WAIT 4 /* nothing now; the stage wakes its host */
#define WEFT_STAGE_END 5  /* no more items */
typedef struct weft_batch {
  uint32_t size, n; /* at most 1,024 items and 256 KB */
  uint64_t bytes;
  weft_val position;
  const weft_val* items;
  void* owner;
} weft_batch;

typedef struct weft_stage {
  uint32_t size, flags;
  /* Opens with a configuration and the last checkpoint's mark, or null. OK; BAD_INPUT. [ctl] */
  WEFT_FN(weft_status, open, void* self, const weft_call* call, weft_val config, weft_val mark);
  /* A source gives a batch. OK; WEFT_STAGE_WAIT; WEFT_STAGE_END; FAILED. [exec] */
  WEFT_FN(weft_status, pull, void* self, uint32_t items_max, uint64_t bytes_max, weft_batch* out);
  /* A processor takes a batch and gives one. OK; WEFT_STAGE_MORE; FAILED. [exec] */
  WEFT_FN(weft_status, process, void* self, const weft_batch* in, uint32_t* consumed,
          weft_batch* out);
  /* A sink takes a batch. OK; WEFT_STAGE_WAIT; FAILED. [exec] */
  WEFT_FN(weft_status, write, void* self, const weft_batch* in);
  /* The mark that a restart will open with. OK; FAILED. [exec] */
  WEFT_FN(weft_status, mark, void* self, const weft_call* call, weft_out* out);
  /* Ends the stage. [ctl] */
  WEFT_FN(void, close, void* self);
} weft_stage;
WEFT_END
#endif
