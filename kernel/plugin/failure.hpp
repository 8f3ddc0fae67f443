// Failures of plugins as errors of the kernel: what they filled in, and what escaped them.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <weft/host.h>
#include <weft/result.hpp>

namespace weft::plugin {

// A fresh weft_error for a plugin to fill. msg stays uninitialised, as the ABI allows.
void prepare(weft_error& raw);

// What a plugin said with a negative status. Nothing in it is believed: lengths are cut, damaged
// text is replaced, an empty message gets one that says so.
Error to_error(weft_status status, const weft_error& raw);

// Fills a weft_error with one sentence. raw may be null.
void fill(weft_error* raw, weft_status status, uint32_t flags, std::string_view message);

// Calls into a plugin where an exception may escape, such as init of one that was written without
// the SDK. call must go through a function pointer that is not noexcept. what names the function.
template <class Call>
Result<void> guarded(std::string_view what, Call&& call) {
  const auto escaped = [what](std::string_view which) {
    return Error{
        .status = Status::failed,
        .code = "plugin.threw",
        .message = "an exception escaped from '" + std::string(what) + "': " + std::string(which),
        .hint = "catch it in the plugin, or write the plugin with the SDK, which does",
        .flags = WEFT_ERR_BUG};
  };
  try {
    std::forward<Call>(call)();
    return {};
  } catch (const std::exception& e) {
    return escaped(e.what());
  } catch (...) {
    return escaped("not a std::exception");
  }
}

}  // namespace weft::plugin
