#include "plugin/failure.hpp"

#include <algorithm>
#include <cstring>

#include "base/text.hpp"

namespace weft::plugin {

void prepare(weft_error& raw) {
  raw.size = sizeof raw;
  raw.status = WEFT_OK;
  raw.flags = 0;
  raw.retry_after_ms = 0;
  raw.msg_len = 0;
  raw.detail = {nullptr, 0};
}

Error to_error(weft_status status, const weft_error& raw) {
  const bool known = status <= WEFT_FAILED && status >= WEFT_NO_MEMORY;
  Error error{.status = known ? static_cast<Status>(status) : Status::failed,
              .flags = raw.flags,
              .retry_after_ms = raw.retry_after_ms};
  error.message.assign(raw.msg, std::min<size_t>(raw.msg_len, sizeof raw.msg));
  if (error.message.empty()) error.message = "the plugin failed without a message";
  if (!base::is_utf8(error.message)) {
    std::replace_if(
        error.message.begin(), error.message.end(),
        [](char c) { return static_cast<unsigned char>(c) >= 0x80; }, '?');
  }
  return error;
}

void fill(weft_error* raw, weft_status status, uint32_t flags, std::string_view message) {
  if (raw == nullptr) return;
  prepare(*raw);
  raw->status = status;
  raw->flags = flags;
  raw->msg_len = static_cast<uint32_t>(std::min(message.size(), sizeof raw->msg));
  std::memcpy(raw->msg, message.data(), raw->msg_len);
}

}  // namespace weft::plugin
