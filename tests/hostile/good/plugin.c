/* No sin. Expected: bound and called, also after the host met every other plugin here. */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("good", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
