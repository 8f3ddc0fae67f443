/* weft/draft/store.h - a state store: one atomic commit of many operations, and what reads it back.
 *
 * A store is passive and starts no thread. A commit carries the operations of a turn, of any runs;
 * after OK all of it is as safe as the store promises, else none is there. Every pointer is I.
 */
#ifndef WEFT_DRAFT_STORE_H
#define WEFT_DRAFT_STORE_H
#include <weft/draft/sink.h>

WEFT_BEGIN
#define WEFT_STORE_ID "weft.store/1"

/* Flags, beside those of a tool. */
#define WEFT_STORE_DURABLE 0x100u /* survives the process, and a power loss after OK */
#define WEFT_STORE_SHARED 0x200u  /* several processes may use it at once */
#define WEFT_STORE_LEASES 0x400u  /* ownership by lease; else by the life of the process */
#define WEFT_STORE_TABLES 0x800u  /* keeps steps and events that people can query: see tell */

/* Operations. An unknown one refuses the whole commit with UNSUPPORTED. */
#define WEFT_SOP_APPEND 1u   /* records of run key from seq on, after expect; a fork's from > 1 */
#define WEFT_SOP_RUN 2u      /* val is the summary of run key: what lists and 'why' read */
#define WEFT_SOP_SNAPSHOT 3u /* bytes: what is new from the snapshot expect (0: all) to seq */
#define WEFT_SOP_TRUNCATE 4u /* records of run key up to seq may be forgotten */
#define WEFT_SOP_KV_PUT 5u   /* bytes under key; last 1: CONFLICT when there are some already */
#define WEFT_SOP_KV_DELETE 6u
#define WEFT_SOP_TIMER_SET 7u    /* run key wants to be woken at at_ns; seq names the timer */
#define WEFT_SOP_TIMER_DELETE 8u /* that timer */
#define WEFT_SOP_OUTBOX 9u  /* bytes under "outbox/" and key, until KV_DELETE takes them away */
#define WEFT_SOP_FORGET 10u /* everything of run key, which has ended; CONFLICT when it has not */

typedef struct weft_sop {
  uint32_t size, kind;
  weft_str key;
  uint64_t seq, last, expect; /* APPEND: first and last sequence, and the last one before them */
  weft_str bytes;
  weft_val val;
  int64_t at_ns;
} weft_sop;

/* Who owns: a process with an epoch. Epochs grow; a lower one is refused with FENCED. */
typedef struct weft_owner {
  uint32_t size, flags;
  uint64_t epoch;
  int64_t expires_ns; /* 0 without leases */
} weft_owner;

#define WEFT_OWNER_ACQUIRE 1u
#define WEFT_OWNER_RENEW 2u
#define WEFT_OWNER_RELEASE 3u

typedef struct weft_store {
  uint32_t size, flags; /* WEFT_STORE_..., WEFT_BLOCKING */
  /* All of ops, or none. OK; CONFLICT when what an operation expects is not so; FENCED; LIMIT when
   * the disk is full or ops are too large; FAILED: the file is not written again. [exec] serial */
  WEFT_FN(weft_status, commit, void* self, const weft_call* call, const weft_owner* owner,
          const weft_sop* const* ops, uint32_t n, weft_out* out);
  /* From 0 emits the chain of snapshots in order, each as {snapshot, seq}, and the records after
   * it; else the records from from_seq on that were not truncated, each as it was appended.
   * out->val is the summary. OK; NOT_FOUND; CORRUPT; BUSY. [exec] */
  WEFT_FN(weft_status, load, void* self, const weft_call* call, weft_str run, uint64_t from_seq,
          weft_out* out);
  /* Takes, renews or gives up ownership for this process. OK; FENCED; BUSY. [ctl] */
  WEFT_FN(weft_status, own, void* self, const weft_call* call, uint32_t verb, weft_owner* owner);
  /* Makes at most max (0: all) runs that are not ended and whose owner is gone its own; out->val is
   * {runs[], due[{run, seq, at_ns}], next_due?}: timers of its runs. run narrows it to one: BUSY
   * when a live process owns it, CONFLICT when it has ended, NOT_FOUND. OK; FENCED. [exec] */
  WEFT_FN(weft_status, claim, void* self, const weft_call* call, const weft_owner* owner,
          weft_str run, int64_t now_ns, uint32_t max, weft_out* out);
  /* out->val is the bytes under a key; under "owner/" and a run {epoch, alive} of the process that
   * has or had it, under "epoch/" and its number {alive}. OK; NOT_FOUND; CORRUPT. [exec] */
  WEFT_FN(weft_status, get, void* self, const weft_call* call, weft_str key, weft_out* out);
  /* out->val lists [{key, value}] with the prefix, after a key, in order, at most max (0: all):
   * summaries under "run/", {run, seq, at_ns} under "timer/", {told, last_seq} of runs with events
   * that tell has not had under "untold/". OK. [exec] */
  WEFT_FN(weft_status, scan, void* self, const weft_call* call, weft_str prefix, weft_str after,
          uint32_t max, weft_out* out);
  /* Housekeeping when nothing is urgent: projections, checkpoint. OK; FAILED. [ctl] */
  WEFT_FN(weft_status, tend, void* self, const weft_call* call, weft_out* out);
  /* Takes the next n events of a run, from told + 1 on, to make them readable; may be null.
   * OK; CONFLICT when they begin elsewhere; NOT_FOUND; FAILED. [ctl] */
  WEFT_FN(weft_status, tell, void* self, const weft_call* call, weft_str run,
          const weft_event* const* events, uint32_t n, weft_out* out);
} weft_store;
WEFT_END
#endif
