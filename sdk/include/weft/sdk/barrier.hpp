// barrier(): the one place where exceptions stop, and how an Error is written to the host.
#pragma once

#include <algorithm>
#include <exception>
#include <new>
#include <string_view>
#include <variant>

#include <weft/sdk/failure.hpp>
#include <weft/value.hpp>

namespace weft::sdk {

// Flags of an error that states none but has a status that says it all.
constexpr uint32_t flags_of(Status status) {
  switch (status) {
    case Status::bad_input: return WEFT_ERR_BAD_INPUT;
    case Status::denied: return WEFT_ERR_DENIED;
    case Status::timeout: return WEFT_ERR_TIMEOUT;
    case Status::cancelled: return WEFT_ERR_CANCELLED;
    case Status::no_memory: return WEFT_ERR_RETRYABLE;
    default: return 0;
  }
}

// At most `most` bytes of a text, never half a character.
constexpr std::string_view clipped(std::string_view text, size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xc0U) == 0x80U) --most;
  return text.substr(0, most);
}

inline void put_details(Builder& b, const Error& e) {
  using namespace lit;
  b.key("details"_k);
  b.begin_object();
  for (const Detail& d : e.details) {
    std::visit([&](const auto& v) { b.set(Key(d.name), v); }, d.value);
  }
  const auto stated = [&](std::string_view name) {
    return std::any_of(e.details.begin(), e.details.end(),
                       [&](const Detail& d) { return d.name == name; });
  };
  if (!e.where.pointer.empty() && !stated("pointer")) b.set("pointer"_k, e.where.pointer);
  if (e.where.line != 0 && !stated("line")) b.set("line"_k, e.where.line);
  if (e.where.column != 0 && !stated("column")) b.set("column"_k, e.where.column);
  b.end_object();
}

// {code, class?, details?, hint?}, or null when there is nothing to say or no memory to say it in.
inline weft_val detail_of(const Error& e, const Arena& arena) noexcept {
  const bool placed = e.where.line != 0 || !e.where.pointer.empty();
  if (e.code.empty() && e.hint.empty() && e.details.empty() && !placed) return {nullptr, 0};
  using namespace lit;
  try {
    Builder b(arena);
    b.begin_object();
    if (!e.code.empty()) b.set("code"_k, e.code);
    if (const std::string_view kind = class_of(e.code); !kind.empty()) b.set("class"_k, kind);
    if (placed || !e.details.empty()) put_details(b, e);
    if (!e.hint.empty()) b.set("hint"_k, e.hint);
    b.end_object();
    return b.take();
  } catch (const std::exception&) {
    return {nullptr, 0};
  }
}

// Writes a failure to the caller's error, if there is one, and says which status to return. Without
// an arena, as in create, the code cannot travel and the message stands alone.
inline weft_status write_error(weft_error* to, const Error& e, const Arena* arena) noexcept {
  const bool is_failure = static_cast<int32_t>(e.status) < 0 || e.status == Status::busy;
  const auto status = static_cast<weft_status>(is_failure ? e.status : Status::failed);
  if (to == nullptr || to->size < offsetof(weft_error, detail) + sizeof(weft_val)) return status;
  const std::string_view said =
      e.message.empty() ? "failed without a message" : std::string_view(e.message);
  const std::string_view text = clipped(said, sizeof to->msg);
  to->status = status;
  to->flags = e.flags != 0 ? e.flags : flags_of(e.status);
  if (!is_failure) to->flags |= WEFT_ERR_BUG;
  to->retry_after_ms = e.retry_after_ms;
  to->msg_len = static_cast<uint32_t>(text.size());
  std::memcpy(to->msg, text.data(), text.size());
  to->detail = arena != nullptr ? detail_of(e, *arena) : weft_val{nullptr, 0};
  return status;
}

// The same for a text that must not allocate.
inline weft_status write_plain(weft_error* to, Status status, uint32_t flags,
                               std::string_view message) noexcept {
  const auto code = static_cast<weft_status>(status);
  if (to == nullptr || to->size < offsetof(weft_error, detail) + sizeof(weft_val)) return code;
  const std::string_view text = clipped(message, sizeof to->msg);
  to->status = code;
  to->flags = flags;
  to->retry_after_ms = 0;
  to->msg_len = static_cast<uint32_t>(text.size());
  std::memcpy(to->msg, text.data(), text.size());
  to->detail = {nullptr, 0};
  return code;
}

// Requires: called inside a catch clause.
[[gnu::cold, gnu::noinline]] inline weft_status caught(weft_error* to,
                                                       const Arena* arena) noexcept {
  try {
    throw;
  } catch (const Error& e) {
    return write_error(to, e, arena);
  } catch (const std::bad_alloc&) {
    return write_plain(to, Status::no_memory, WEFT_ERR_RETRYABLE, "out of memory");
  } catch (const std::exception& e) {
    return write_plain(to, Status::failed, WEFT_ERR_BUG, e.what());
  } catch (...) {
    return write_plain(to, Status::failed, WEFT_ERR_BUG, "an exception of an unknown type");
  }
}

// Runs body, which returns a weft_status. A thrown Error, as made by failure(), becomes that
// error; any other exception is a BUG. Costs nothing when nothing is thrown.
template <class F>
weft_status barrier(weft_error* to, const Arena* arena, F&& body) noexcept {
  try {
    return body();
  } catch (...) {
    return caught(to, arena);
  }
}

}  // namespace weft::sdk
