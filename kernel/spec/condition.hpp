// The expression that a condition means, for whoever takes one apart.
#pragma once

#include <string>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::spec {

// Of a text, true, false or an object of one kind. Words stand for themselves: where they may be
// names of conditions, the definition has to be parsed.
Result<std::string> condition_text(Value written);

}  // namespace weft::spec
