/* Sin: its manifest says it has 4 GB. Expected: refused without reading that much. */
#include "raw.h"

__asm__(
    ".section .weft, \"a\"\n"
    ".balign 8\n"
    ".hidden weft_manifest_v1\n"
    ".globl weft_manifest_v1\n"
    "weft_manifest_v1:\n"
    ".quad 0x4e414d5446455701\n"
    ".long 0xffffffff\n"
    ".byte 1, 2, 3, 4\n"
    ".ascii \"{}\"\n"
    ".previous\n");

static const weft_tool tool = {sizeof(weft_tool), 0, raw_echo, NULL};
RAW_TOOL("huge_manifest", tool)
const weft_plugin weft_plugin_v1 = RAW_PLUGIN(NULL);
