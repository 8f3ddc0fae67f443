// Relax: a definition in which the order of writing orders nothing that need not be ordered.
#pragma once

#include <weft/value.hpp>

#include "base/doc.hpp"

namespace weft::travel {

// Blocks that run one step after another become chains that overlap wherever they may. Whether that
// is a definition is for the planner to say.
base::Doc relaxed(Value definition);

}  // namespace weft::travel
