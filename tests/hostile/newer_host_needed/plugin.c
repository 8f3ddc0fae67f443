/* Sin: needs a later host than its manifest says. Expected: refused with both versions. */
#include "raw.h"

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("newer_host_needed", tool)
const weft_plugin weft_plugin_v1 = {
    WEFT_MAGIC_V1, sizeof(weft_plugin), 7, 7, 0, weft_manifest_v1, NULL, NULL, raw_component_at};
