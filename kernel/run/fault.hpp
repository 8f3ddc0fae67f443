// Fault: a failure as the value that is recorded with a step or run.
#pragma once

#include <string_view>

#include <weft/host.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::run {

// Who failed, for the words that are added to a failure.
struct FaultPlace {
  std::string_view step;  // path
  uint32_t attempt = 0;
};

// {code, class, message, step?, attempt?, hint?, details?, retry_after_ms?}
Value fault(const Error& error, const FaultPlace& place, Arena arena);
Value fault(weft_status status, const weft_error* error, const FaultPlace& place, Arena arena);

// The class of an error: transient, configuration, resource, agent or bug.
std::string_view class_of(weft_status status, const weft_error* error);

// The stable code of a plugin's error: what it says itself, else what follows from its status.
std::string_view code_of(weft_status status, const weft_error* error);

}  // namespace weft::run
