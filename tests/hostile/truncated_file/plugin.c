/* Sin: its file was cut off while it was copied. Expected: refused without loading it. */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("truncated_file", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
