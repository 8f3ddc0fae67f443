/* Sin: its constant begins with another magic number. Expected: refused before any of its code
 * runs. */
#include "raw.h"

#include <stdlib.h>

static weft_status init(const weft_host* host, weft_error* err) {
  (void)host;
  (void)err;
  abort();
}

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("wrong_magic", tool)
const weft_plugin weft_plugin_v1 = {
    0x1122334455667788ull, sizeof(weft_plugin), 0, 0, 0, weft_manifest_v1, init, NULL,
    raw_component_at};
