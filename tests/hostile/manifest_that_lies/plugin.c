/* Sin: has another component than its manifest. Expected: refused, saying what differs. */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("something_else", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
