/* weft/abi.h - the words every weft header uses: calls, strings, statuses, errors.
 *
 * Law of the boundary (plugin-api/README.md tells it at length):
 *  - Append only. Every struct starts with its size, except the frozen primitives weft_str,
 *    weft_slot, weft_val, weft_doc, weft_arena and weft_fact, which never change.
 *  - No enum, bool, bitfield, long or C++ type. Arrays hold pointers to sized structs.
 *  - Strings are UTF-8 with a length. Unknown codes are ignored by whoever receives them.
 *  - A null or missing function is UNSUPPORTED, never a crash.
 *
 * Thread tags, which speak of concurrency and not of operating-system threads:
 *  [init] once, alone      [ctl] one at a time per instance, may block
 *  [exec] concurrent, or one at a time per instance with WEFT_SERIAL     [any] any thread, any time
 *
 * Lifetimes: B borrowed for this call; I borrowed until the operation completes; M moved.
 */
#ifndef WEFT_ABI_H
#define WEFT_ABI_H
#include <stddef.h>
#include <stdint.h>

#ifdef _WIN32
#define WEFT_CC __cdecl
#define WEFT_EXPORT __declspec(dllexport)
#else
#define WEFT_CC
#define WEFT_EXPORT __attribute__((visibility("default")))
#endif

#ifdef __cplusplus
#define WEFT_NOEXCEPT noexcept
#define WEFT_BEGIN extern "C" {
#define WEFT_END }
#else
#define WEFT_NOEXCEPT
#define WEFT_BEGIN
#define WEFT_END
#endif

/* A function pointer of the ABI. noexcept in C++, so that a throwing callback does not compile. */
#define WEFT_FN(ret, name, ...) ret(WEFT_CC* name)(__VA_ARGS__) WEFT_NOEXCEPT

/* Text, not terminated. p may be null when n is 0. Frozen. */
typedef struct weft_str {
  const char* p;
  uint64_t n;
} weft_str;

/* What happened, and what the kernel does with it. Closed; an unknown negative number is FAILED. */
typedef int32_t weft_status;
#define WEFT_OK 0        /* done; the out parameters are filled */
#define WEFT_PENDING 1   /* will be completed by token; the kernel waits */
#define WEFT_BUSY 2      /* no room now; the kernel or plugin tries again */
#define WEFT_FAILED (-1) /* the step fails; retried if the error says so and its contract permits */
#define WEFT_UNSUPPORTED (-2) /* the other side lacks this; the step fails, never retried */
#define WEFT_BAD_INPUT (-3)   /* arguments are wrong; the step fails, never retried */
#define WEFT_DENIED (-4)      /* a grant is missing; the step fails, never retried */
#define WEFT_NOT_FOUND (-5)   /* the thing asked for does not exist */
#define WEFT_CONFLICT (-6)    /* exists already, or another version is there */
#define WEFT_TIMEOUT (-7)     /* too late; retried where the effect contract permits */
#define WEFT_CANCELLED (-8)   /* stopped on request */
#define WEFT_LIMIT (-9)       /* a budget is used up */
#define WEFT_CORRUPT (-10)    /* bytes are damaged; the run stops, nothing is guessed */
#define WEFT_FENCED (-11)     /* a newer owner exists; this owner gives the run up */
#define WEFT_NO_MEMORY (-12)  /* allocation refused */

/* Flags of an error; they decide over retries. */
#define WEFT_ERR_RETRYABLE 1u
#define WEFT_ERR_TIMEOUT 2u
#define WEFT_ERR_CANCELLED 4u
#define WEFT_ERR_BAD_INPUT 8u
#define WEFT_ERR_DENIED 16u
#define WEFT_ERR_BUG 32u

/* Levels of a log line; weft_host.log_mask has bit 1 << level set when somebody listens. */
#define WEFT_LOG_TRACE 0u
#define WEFT_LOG_DEBUG 1u
#define WEFT_LOG_INFO 2u
#define WEFT_LOG_WARN 3u
#define WEFT_LOG_ERROR 4u
#endif
