/* Sin: the description in its manifest is not UTF-8. Expected: refused, with the place. */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("not_utf8_manifest", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
