/* Sin: its constant is shorter than that of the first release. Expected: refused with both sizes.
 */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("truncated_struct", tool)
const weft_plugin weft_plugin_v1 = {WEFT_MAGIC_V1,   24, 0, 0, 0, weft_manifest_v1, NULL, NULL,
                                    raw_component_at};
