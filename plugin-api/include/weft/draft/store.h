/* weft/draft/store.h - a state store: one atomic commit of many operations, and what reads it back.
 *
 * A store is passive and starts no thread. A commit carries the operations of one turn, of whatever
 * runs, and is one transaction: after OK all of it survives what the store promises (crash, power
 * loss), after a failure none of it is there. Every pointer of a call is I.
 */
#ifndef WEFT_DRAFT_STORE_H
#define WEFT_DRAFT_STORE_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_STORE_ID "weft.store/1"

/* Flags, beside those of a tool. */
#define WEFT_STORE_DURABLE 0x100u /* survives the process, and a power loss after OK */
#define WEFT_STORE_SHARED 0x200u  /* several processes may use it at once */
#define WEFT_STORE_LEASES 0x400u  /* ownership by lease; else by the life of the process */

/* Operations. An unknown one refuses the whole commit with UNSUPPORTED. */
#define WEFT_SOP_APPEND 1u   /* bytes are the records of run key from seq on, after expect */
#define WEFT_SOP_RUN 2u      /* val is the summary of run key: what lists and 'why' read */
#define WEFT_SOP_SNAPSHOT 3u /* bytes are the state of run key as of seq */
#define WEFT_SOP_TRUNCATE 4u /* records of run key up to seq may be forgotten */
#define WEFT_SOP_KV_PUT 5u   /* bytes under key */
#define WEFT_SOP_KV_DELETE 6u
#define WEFT_SOP_TIMER_SET 7u /* run key wants to be woken at at_ns; seq names the timer */
#define WEFT_SOP_TIMER_DELETE 8u
#define WEFT_SOP_OUTBOX 9u /* bytes under "outbox/" and key, until KV_DELETE takes them away */

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
  /* All of ops, or none. OK; CONFLICT when an expected sequence is not the last one; FENCED; LIMIT
   * when the disk is full; FAILED. After FAILED the file is not written again. [exec] serial */
  WEFT_FN(weft_status, commit, void* self, const weft_call* call, const weft_owner* owner,
          const weft_sop* const* ops, uint32_t n, weft_out* out);
  /* From 0, or where records were truncated, emits the latest snapshot, if any, as {snapshot, seq}
   * and the records after it; else all from from_seq on. Each is the bytes of one APPEND, in order;
   * out->val is the summary of the run. OK; NOT_FOUND; CORRUPT; BUSY. [exec] */
  WEFT_FN(weft_status, load, void* self, const weft_call* call, weft_str run, uint64_t from_seq,
          weft_out* out);
  /* Takes, renews or gives up ownership for this process. OK; FENCED; BUSY. [ctl] */
  WEFT_FN(weft_status, own, void* self, const weft_call* call, uint32_t verb, weft_owner* owner);
  /* Makes at most max (0: all) runs that are not ended and whose owner is gone its own; out->val is
   * {runs[], due[{run, seq, at_ns}], next_due?}: timers of its runs. run narrows it to one: BUSY
   * when a live process owns it, CONFLICT when it has ended, NOT_FOUND. OK; FENCED. [exec] */
  WEFT_FN(weft_status, claim, void* self, const weft_call* call, const weft_owner* owner,
          weft_str run, int64_t now_ns, uint32_t max, weft_out* out);
  /* out->val is the bytes under a key. OK; NOT_FOUND; CORRUPT. [exec] */
  WEFT_FN(weft_status, get, void* self, const weft_call* call, weft_str key, weft_out* out);
  /* out->val lists [{key, value}] with the prefix, after a key, at most max (0: all), in order of
   * key. Under "run/" values are summaries, under "timer/" {run, seq, at_ns}. OK. [exec] */
  WEFT_FN(weft_status, scan, void* self, const weft_call* call, weft_str prefix, weft_str after,
          uint32_t max, weft_out* out);
  /* Housekeeping when nothing is urgent: projections, checkpoint. OK; FAILED. [ctl] */
  WEFT_FN(weft_status, tend, void* self, const weft_call* call, weft_out* out);
} weft_store;
WEFT_END
#endif
