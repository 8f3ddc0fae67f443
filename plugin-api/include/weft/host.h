/* weft/host.h - what the host lends to an instance, and the one shape of every invocation.
 *
 * A plugin receives a weft_host when it is created, private to the instance, and keeps the pointer.
 * Seven functions are always there; everything else is a service found by its id.
 *
 * An invocation is start(call, out). It answers OK with out filled, a negative status with
 * out->err filled, or PENDING and later weft_host.complete exactly once, from any thread. The
 * operation is named by a token, never by a pointer: completing one that is finished, cancelled
 * or forgotten is a counted no-op.
 */
#ifndef WEFT_HOST_H
#define WEFT_HOST_H
#include <weft/abi.h>
#include <weft/value.h>

WEFT_BEGIN
typedef uint64_t weft_op;

/* An error, always allocated by the caller, who sets size and clears detail; msg may hold anything.
 * Whoever fails writes the rest. The stable dotted code, where there is one, stands in detail as
 * {code, class?, details?, hint?}; without it, the code follows from the flags. */
typedef struct weft_error {
  uint32_t size;
  weft_status status;
  uint32_t flags; /* WEFT_ERR_... */
  uint32_t retry_after_ms;
  uint32_t msg_len;
  char msg[484];   /* one sentence, no final period */
  weft_val detail; /* lives in the arena of the call, or is static */
} weft_error;

/* Asks the plugin to take the call; everything here is I. */
typedef struct weft_call {
  uint32_t size, attempt; /* attempts count from 1 */
  weft_op op;
  weft_val args; /* checked against the schema, defaults filled in */
  weft_arena* arena;
  const uint32_t* cancel; /* poll inline; nonzero means stop soon */
  uint64_t deadline_ns;   /* on the monotonic clock; 0 means none */
  weft_str idem_key;      /* the same for every attempt of one effect; empty where not needed */
  weft_str trace;         /* W3C traceparent, or empty */
} weft_call;

#define WEFT_OUT_META 0x10000u /* val is {result, message?, metadata?} instead of the bare result */

/* The answer, cleared by the caller but for size and err. val lies in the arena of the call, in its
 * arguments, or in static memory. */
typedef struct weft_out {
  uint32_t size, flags;
  weft_val val;
  weft_error* err; /* allocated by the caller */
} weft_out;

#define WEFT_LANE_EXEC 0u     /* of weft_host.post: short work */
#define WEFT_LANE_BLOCKING 1u /* may block; runs on the blocking pool */

typedef struct weft_host {
  uint32_t size, minor;
  void* h;
  weft_str name, version;
  const uint32_t* log_mask; /* read inline: a disabled log costs one load */
  /* Writes a log line with optional fields. B. [any] */
  WEFT_FN(void, log, void* h, uint32_t level, weft_str msg, weft_val fields);
  /* Ends a pending operation. result is I or static, err is B and null on success.
   * OK; NOT_FOUND when the token is no longer open. [any] exactly once */
  WEFT_FN(weft_status, complete, void* h, weft_op op, weft_status status, weft_val result,
          const weft_error* err);
  /* Ends it with a moved value, released in every case. M. OK; NOT_FOUND. [any] exactly once */
  WEFT_FN(weft_status, complete_doc, void* h, weft_op op, weft_doc* result);
  /* Sends a part of a result, or progress. B. OK; BUSY when there is no room; NOT_FOUND. [any] */
  WEFT_FN(weft_status, emit, void* h, weft_op op, weft_val part);
  /* n more bytes for an arena, 8-aligned; null when the memory budget is used up. They last as long
   * as the arena. [any] only the thread that works on the operation */
  WEFT_FN(void*, arena_grow, void* h, weft_arena* arena, uint64_t n);
  /* A service by id, such as "weft.svc.files/1". Null when this host has none; functions that were
   * not granted answer DENIED. The table lives as long as the process: ask once. [any] */
  WEFT_FN(const void*, service, void* h, weft_str id);
  /* Runs fn(arg) later on a lane. OK; BUSY when the lane is full. [any] */
  WEFT_FN(weft_status, post, void* h, void(WEFT_CC* fn)(void*), void* arg, uint32_t lane);
} weft_host;
WEFT_END
#endif
