// All that a plugin author needs; header-only, nothing to link.
#pragma once

#include <weft/sdk/call.hpp>
#include <weft/sdk/fields.hpp>
#include <weft/sdk/plugin.hpp>
