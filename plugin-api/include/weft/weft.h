/* weft/weft.h - all of the settled plugin ABI. Interfaces in draft/ are included by name. */
#ifndef WEFT_WEFT_H
#define WEFT_WEFT_H
#include <weft/abi.h>
#include <weft/host.h>
#include <weft/plugin.h>
#include <weft/tool.h>
#include <weft/value.h>
#endif
