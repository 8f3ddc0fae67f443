/* Sin: init fails. Expected: refused with the words of the plugin. */
#include "raw.h"

static weft_status init(const weft_host* host, weft_error* err) {
  static const char why[] = "no licence for this machine";
  (void)host;
  err->status = WEFT_DENIED;
  err->msg_len = sizeof why - 1;
  memcpy(err->msg, why, sizeof why - 1);
  return WEFT_DENIED;
}

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("refuses_to_start", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(init);
