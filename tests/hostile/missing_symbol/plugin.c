/* Sin: calls a function that nobody defines. Expected: refused when it is loaded, naming the
 * symbol. */
#include "raw.h"

int weft_hostile_nowhere(void);

static weft_status start(void* self, const weft_call* call, weft_out* out) {
  return weft_hostile_nowhere() != 0 ? WEFT_FAILED : raw_echo(self, call, out);
}

static const weft_tool tool = {sizeof(weft_tool), 0, start, NULL};
RAW_TOOL("missing_symbol", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
