/* weft/draft/pattern.h - a workflow pattern: a pure reducer, facts in, commands out.
 *
 * A pattern owns order and nothing else: which node next, when to join, when to stop. Retry,
 * templates, hooks, time limits, permits and effects are the kernel's and are never seen here.
 *
 * A block is one pattern and what stands in it; compile makes a plan of it once. An execution of it
 * is a frame. The kernel keeps the table of its nodes; open makes a decoded form, the cache, which
 * may be closed and opened again at any time. However facts are batched, the commands are the same.
 * No clock, no randomness: now_ns and seed are recorded. If the plan has lanes, the table has the n
 * nodes so many times, k at k, n + k, 2n + k ...: each lane sees its own.
 */
#ifndef WEFT_DRAFT_PATTERN_H
#define WEFT_DRAFT_PATTERN_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_PATTERN_ID "weft.pattern/1"
/* Status of a node, as in weft_frame.status. */
#define WEFT_NODE_PENDING 0u
#define WEFT_NODE_READY 1u /* queued */
#define WEFT_NODE_RUNNING 2u
#define WEFT_NODE_WAITING 3u /* for a timer, a signal or the next attempt */
#define WEFT_NODE_SUCCEEDED 4u
#define WEFT_NODE_FAILED 5u
#define WEFT_NODE_CONTINUED 6u /* failed under the strategy 'continue' */
#define WEFT_NODE_SKIPPED 7u
#define WEFT_NODE_CANCELLED 8u
#define WEFT_NODE_UNKNOWN 9u
#define WEFT_NODE_COMPENSATED 10u
/* Facts. node: the number in its block, visit in the high 32 bits. */
#define WEFT_FACT_BEGIN 1u    /* the frame opened; flags & 1: begin at node */
#define WEFT_FACT_ENDED 2u    /* node ended; a is its status, once per visit */
#define WEFT_FACT_SELECTED 3u /* the choice after hooks: a is the node taken */
#define WEFT_FACT_FIRED 4u    /* the timer of node */
#define WEFT_FACT_CANCEL 5u   /* end soon; the running nodes were already asked to stop */
#define WEFT_FACT_MOVED 6u    /* the block is another one now: start what waits for nothing */

/* Frozen; passed in a contiguous array. */
typedef struct weft_fact {
  uint32_t kind, flags;
  uint64_t node, a, b;
} weft_fact;

#define WEFT_CMD_START 1u  /* run the node; args are its bindings; opts {result}: it is that */
#define WEFT_CMD_CANCEL 2u /* ask a node to stop, or not to begin; args is the reason */
#define WEFT_CMD_SKIP 3u   /* node will not run; args is the reason */
#define WEFT_CMD_SELECT 4u /* take a branch: args is {taken, alternatives[]} */
#define WEFT_CMD_TIMER 5u  /* wake me at at_ns */
#define WEFT_CMD_RETURN 6u /* with args or node's result; opts {message, metadata, iterations} */
#define WEFT_CMD_FAIL 7u   /* close the frame with the error args {code, message, node?} */
#define WEFT_CMD_MEMO 8u   /* args: the memo, at most 4 KB beside links; its 'metadata' is told */
#define WEFT_NO_NODE 0xffffffffull   /* RETURN and FAIL that name no node */
#define WEFT_LAST_NODE 0xfffffffeull /* RETURN of the step that succeeded last, if any did */
typedef struct weft_cmd {
  uint32_t size, kind;
  uint64_t node;
  weft_val args; /* B */
  weft_val opts; /* B */
  uint64_t at_ns;
} weft_cmd;
typedef struct weft_cmds {
  uint32_t size, flags;
  void* impl;
  /* Adds a command; it is copied. OK; BAD_INPUT for an unknown kind or node; LIMIT. [exec] */
  WEFT_FN(weft_status, add, struct weft_cmds*, const weft_cmd*);
} weft_cmds;

/* A frame as lent to a pattern; B. status and visit have an entry per node. */
typedef struct weft_frame {
  uint32_t size, flags;
  weft_str id;
  weft_val plan, input, memo;
  uint64_t now_ns, seed, nodes;
  weft_arena* arena;
  void* impl;
  const uint8_t* status;
  const uint32_t* visit;
  /* The latest result of a node, or the null value. B. [exec] */
  WEFT_FN(weft_val, result, void* impl, uint64_t node);
  /* Of a node that has ended: {error?, metadata?, duration_ns}. B. [exec] */
  WEFT_FN(weft_val, outcome, void* impl, uint64_t node);
} weft_frame;

typedef struct weft_pattern {
  uint32_t size, flags;
  /* Makes {plan, problems[{pointer, message, hint}], notes[] alike, lanes, spared[] nodes it can do
   * without, branches[] by node the number of a branch whose writes others do not see, or null} of
   * a block, in the arena of the call. Pure. OK; BAD_INPUT. [exec] */
  WEFT_FN(weft_status, compile, void* self, weft_val block, weft_arena* arena, weft_val* out,
          weft_error* err);
  /* Decodes a frame from its plan, memo and node table. OK; FAILED. [exec] */
  WEFT_FN(weft_status, open, void* self, const weft_frame* frame, void** cache, weft_error* err);
  /* Takes n facts, adds commands. Pure, below 1 ms. OK; FAILED. [exec] one at a time per run */
  WEFT_FN(weft_status, step, void* self, void* cache, const weft_frame* frame,
          const weft_fact* facts, uint32_t n, weft_cmds* out, weft_error* err);
  /* Forgets a cache. [exec] */
  WEFT_FN(void, close, void* self, void* cache);
} weft_pattern;
WEFT_END
#endif
