// Status, Error and Result<T>: how an expected failure is said inside weft and in a plugin.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <weft/host.h>

namespace weft {

// The closed list of weft/abi.h as a type, so that no number slips in.
enum class Status : int32_t {
  ok = WEFT_OK,
  pending = WEFT_PENDING,
  busy = WEFT_BUSY,
  failed = WEFT_FAILED,
  unsupported = WEFT_UNSUPPORTED,
  bad_input = WEFT_BAD_INPUT,
  denied = WEFT_DENIED,
  not_found = WEFT_NOT_FOUND,
  conflict = WEFT_CONFLICT,
  timeout = WEFT_TIMEOUT,
  cancelled = WEFT_CANCELLED,
  limit = WEFT_LIMIT,
  corrupt = WEFT_CORRUPT,
  fenced = WEFT_FENCED,
  no_memory = WEFT_NO_MEMORY,
};

// A place in a text the user wrote. Line and column count from 1; 0 means unknown.
struct Where {
  std::string file{};
  uint32_t line = 0;
  uint32_t column = 0;
  std::string pointer{};  // JSON Pointer, RFC 6901
};

// One thing that a program may want to know about an error: {"line", 3}.
struct Detail {
  Detail(std::string_view detail, std::string_view text) : name(detail), value(std::string(text)) {}
  Detail(std::string_view detail, const char* text) : Detail(detail, std::string_view(text)) {}
  Detail(std::string_view detail, bool truth) : name(detail), value(truth) {}
  Detail(std::string_view detail, double number) : name(detail), value(number) {}
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  Detail(std::string_view detail, T number) : name(detail), value(static_cast<int64_t>(number)) {}

  std::string name;
  std::variant<bool, int64_t, double, std::string> value;
};

struct Error {
  Status status = Status::failed;
  std::string code{};     // stable and dotted, such as "path.missing"
  std::string message{};  // one sentence without a final period
  std::string hint{};     // what to do, or empty
  Where where{};
  uint32_t flags = 0;  // WEFT_ERR_...
  uint32_t retry_after_ms = 0;
  std::vector<Detail> details{};
};

// A value or the reason why there is none.
template <class T>
class [[nodiscard]] Result final {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const { return state_.index() == 0; }
  T& value() { return *std::get_if<0>(&state_); }
  const T& value() const { return *std::get_if<0>(&state_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  const Error& error() const { return *std::get_if<1>(&state_); }
  Error& error() { return *std::get_if<1>(&state_); }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> final {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  explicit operator bool() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }
  Error& error() { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace weft
