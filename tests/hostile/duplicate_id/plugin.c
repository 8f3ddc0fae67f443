/* Sin: has the id and version of a plugin that is there. Expected: refused, naming the other file.
 */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("good", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
