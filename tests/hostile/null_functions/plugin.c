/* Sin: its tool has no function to start. Expected: bound; a call answers UNSUPPORTED and says so.
 */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, NULL, NULL};
RAW_TOOL("null_functions", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
