/* Sin: links a library that is not installed. Expected: refused, naming the library and what to do.
 */
#include "raw.h"

int weft_hostile_absent(void);

static weft_status start(void* self, const weft_call* call, weft_out* out) {
  return weft_hostile_absent() != 0 ? WEFT_FAILED : raw_echo(self, call, out);
}

static const weft_tool tool = {sizeof(weft_tool), 0, start, NULL};
RAW_TOOL("missing_library", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
