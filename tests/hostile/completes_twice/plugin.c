/* Sin: completes an operation twice. Expected: the first counts, the second is NOT_FOUND, no harm.
 */
#include "raw.h"

static weft_status start(void* self, const weft_call* call, weft_out* out) {
  const weft_host* host = self;
  (void)out;
  host->complete(host->h, call->op, WEFT_OK, call->args, NULL);
  host->complete(host->h, call->op, WEFT_OK, call->args, NULL);
  return WEFT_PENDING;
}

static const weft_tool tool = {sizeof(weft_tool), 0, start, NULL};
RAW_TOOL("completes_twice", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
