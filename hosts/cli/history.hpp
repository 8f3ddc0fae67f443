// History: how long steps took in the runs of a definition that a store remembers.
#pragma once

#include <string_view>

#include <weft/kernel.hpp>

namespace weft::cli {

// {step: seconds, ...} of the latest runs that completed: means in which the latest run counts a
// fifth. Empty where there are none.
Result<Document> measure(Kernel& kernel, std::string_view workflow);

}  // namespace weft::cli
