/* weft/tool.h - a tool: takes arguments, has an effect or none, gives a result.
 *
 * Names, schemas, permissions and the effect contract of each operation stand in the manifest; the
 * struct only says how a tool is called. A tool returns its result, the kernel makes the envelope.
 * A failure is a negative status with out->err, never a result that says so.
 */
#ifndef WEFT_TOOL_H
#define WEFT_TOOL_H
#include <weft/host.h>

WEFT_BEGIN
#define WEFT_TOOL_ID "weft.tool/1"

#define WEFT_BLOCKING 1u /* may block: runs on the blocking pool; others are called inline */
#define WEFT_SERIAL 2u   /* at most one call of an instance at a time */
#define WEFT_EMITS 4u    /* sends parts of its result */

typedef struct weft_tool {
  uint32_t size, flags;
  /* Performs one call. call is I, out is B. OK; PENDING; BAD_INPUT; DENIED; FAILED. [exec] */
  WEFT_FN(weft_status, start, void* self, const weft_call* call, weft_out* out);
  /* Wakes a pending call whose cancel flag was set; it still completes. May be null. [any] */
  WEFT_FN(void, cancel, void* self, weft_op op);
} weft_tool;
WEFT_END
#endif
