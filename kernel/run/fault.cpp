#include "run/fault.hpp"

#include <string>

namespace weft::run {

using namespace weft::lit;

namespace {

struct Parts {
  std::string_view code, kind, message, hint;
  Value details;
  uint32_t retry_after_ms = 0;
};

std::string_view code_of_status(weft_status status) {
  switch (status) {
    case WEFT_UNSUPPORTED: return "tool.unsupported";
    case WEFT_BAD_INPUT: return "tool.invalid_argument";
    case WEFT_DENIED: return "permission.denied";
    case WEFT_NOT_FOUND: return "tool.not_found";
    case WEFT_CONFLICT: return "tool.conflict";
    case WEFT_TIMEOUT: return "timeout";
    case WEFT_CANCELLED: return "cancelled";
    case WEFT_LIMIT: return "limit.count";
    case WEFT_CORRUPT: return "tool.bad_data";
    case WEFT_NO_MEMORY: return "limit.memory";
    default: return "tool.failed";
  }
}

std::string_view kind_of(std::string_view code, uint32_t flags) {
  if ((flags & WEFT_ERR_BUG) != 0 || code == "bug") return "bug";
  if ((flags & (WEFT_ERR_BAD_INPUT | WEFT_ERR_DENIED)) != 0) return "configuration";
  const bool is_of_room = code.starts_with("limit.") || code.starts_with("resource.");
  if (is_of_room || code.starts_with("breaker.")) return "resource";
  if ((flags & (WEFT_ERR_RETRYABLE | WEFT_ERR_TIMEOUT)) != 0 || code == "timeout") {
    return "transient";
  }
  return "configuration";
}

Value build(const Parts& parts, const FaultPlace& place, Arena arena) {
  Builder b(arena);
  b.begin_object();
  b.set("code"_k, parts.code);
  b.set("class"_k, parts.kind);
  b.set("message"_k, parts.message);
  if (!place.step.empty()) b.set("step"_k, place.step);
  if (place.attempt > 1) b.set("attempt"_k, place.attempt);
  if (!parts.hint.empty()) b.set("hint"_k, parts.hint);
  if (parts.details.exists()) b.set("details"_k, parts.details);
  if (parts.retry_after_ms != 0) b.set("retry_after_ms"_k, parts.retry_after_ms);
  b.end_object();
  return b.take_value();
}

}  // namespace

std::string_view code_of(weft_status status, const weft_error* error) {
  if (error == nullptr) return code_of_status(status);
  const Value said = Value(error->detail)["code"_k];
  if (said.is_text()) return said.as_text();
  if ((error->flags & WEFT_ERR_BUG) != 0) return "bug";
  if ((error->flags & WEFT_ERR_TIMEOUT) != 0) return "timeout";
  if ((error->flags & WEFT_ERR_CANCELLED) != 0) return "cancelled";
  if ((error->flags & WEFT_ERR_DENIED) != 0) return "permission.denied";
  if (status == WEFT_FAILED && (error->flags & WEFT_ERR_BAD_INPUT) != 0) {
    return "tool.invalid_argument";
  }
  return code_of_status(status);
}

std::string_view class_of(weft_status status, const weft_error* error) {
  const std::string_view code = code_of(status, error);
  if (error == nullptr) return kind_of(code, 0);
  const Value said = Value(error->detail)["class"_k];
  return said.is_text() ? said.as_text() : kind_of(code, error->flags);
}

Value fault(const Error& error, const FaultPlace& place, Arena arena) {
  const std::string_view code =
      error.code.empty() ? code_of_status(static_cast<weft_status>(error.status)) : error.code;
  return build(
      {code, kind_of(code, error.flags), error.message, error.hint, Value(), error.retry_after_ms},
      place, arena);
}

Value fault(weft_status status, const weft_error* error, const FaultPlace& place, Arena arena) {
  const std::string_view code = code_of(status, error);
  if (error == nullptr) return build({code, kind_of(code, 0), code, {}, Value()}, place, arena);
  const Value detail(error->detail);
  const uint64_t length = error->msg_len < sizeof error->msg ? error->msg_len : sizeof error->msg;
  const std::string_view message(error->msg, length);
  return build({code, class_of(status, error), message.empty() ? code : message,
                detail["hint"_k].as_text(), detail["details"_k], error->retry_after_ms},
               place, arena);
}

}  // namespace weft::run
