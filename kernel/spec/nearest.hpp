// Nearest: of several forms that a value may have and has none of, the one that was meant.
#pragma once

#include <string>
#include <vector>

#include "spec/rule.hpp"

namespace weft::spec {

// The form whose fields or words the value has, or nearly has; null where two are as near.
const Rule* nearest_of(const std::vector<const Rule*>& forms, Value value);

// What is allowed, for people.
std::string forms_text(const std::vector<const Rule*>& forms);

}  // namespace weft::spec
