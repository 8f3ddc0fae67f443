// A tool: how a C++ function becomes a weft_tool.
//
//   struct Upper {
//     static constexpr std::string_view id = "upper";
//     static constexpr uint32_t flags = 0;        // optional; absent means WEFT_BLOCKING
//     std::string operator()(const In& in);       // In has WEFT_FIELDS; or Value; Call& may follow
//     void cancel(weft_op op);                    // optional
//   };
#pragma once

#include <string>
#include <type_traits>

#include <weft/tool.h>
#include <weft/sdk/call.hpp>

namespace weft::sdk {

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

// Writes whatever a function returned as the answer of its call.
template <class R>
weft_status answer(Call& call, R&& result) {
  using T = std::remove_cvref_t<R>;
  if constexpr (std::is_same_v<T, Result<void>>) {
    return result ? call.ok(Value()) : call.fail(result.error());
  } else if constexpr (is_result<T>) {
    return result ? answer(call, *result) : call.fail(result.error());
  } else if constexpr (std::is_same_v<T, Error>) {
    return call.fail(result);
  } else if constexpr (std::is_same_v<T, Pending>) {
    return call.wait();
  } else if constexpr (std::is_same_v<T, Value>) {
    return call.ok(result);
  } else {
    Builder b = call.builder();
    put(b, result);
    return call.ok(b.take_value());
  }
}

// Calls f and answers with what it returns; a function without a result answers null.
template <class F, class... A>
weft_status answer_with(Call& call, F&& f, A&&... args) {
  if constexpr (std::is_void_v<std::invoke_result_t<F, A...>>) {
    f(std::forward<A>(args)...);
    return call.ok(Value());
  } else {
    return answer(call, f(std::forward<A>(args)...));
  }
}

// The type of the first parameter of T::operator().
template <class R, class T, class A, class... Rest>
std::remove_cvref_t<A> first_of(R (T::*)(A, Rest...));
template <class R, class T, class A, class... Rest>
std::remove_cvref_t<A> first_of(R (T::*)(A, Rest...) const);

template <class T>
concept Tool = requires(T& t, Call& call) { first_of(&T::operator()); };

template <class T>
constexpr uint32_t flags_of_component(const T& t) {
  if constexpr (requires { t.flags; }) {
    return t.flags;
  } else {
    return WEFT_BLOCKING;
  }
}

template <class T, class In>
weft_status answer_tool(T& tool, Call& call, const In& in) {
  if constexpr (std::is_invocable_v<T&, const In&, Call&>) {
    return answer_with(call, tool, in, call);
  } else {
    static_assert(std::is_invocable_v<T&, const In&>,
                  "a tool is operator()(Value or struct with WEFT_FIELDS [, Call&])");
    return answer_with(call, tool, in);
  }
}

template <class T>
struct ToolTable final {
  using Table = weft_tool;
  using In = decltype(first_of(&T::operator()));

  static weft_status start(T& tool, Call& call) {
    if constexpr (std::is_same_v<In, Value>) {
      return answer_tool(tool, call, call.args());
    } else {
      static_assert(Fields<In>, "the argument of a tool is Value or a struct with WEFT_FIELDS");
      In in{};
      if (const auto bound = bind(call.args(), in); !bound) return call.fail(bound.error());
      return answer_tool(tool, call, in);
    }
  }

  template <class Instance>
  static Table make(const T& tool) {
    Table t{sizeof(Table), flags_of_component(tool), nullptr, nullptr};
    t.start = [](void* self, const weft_call* raw, weft_out* out) noexcept {
      auto& in = *static_cast<Instance*>(self);
      Call call(in.host, raw, out);
      return call.run([&] { return start(in.body, call); });
    };
    if constexpr (requires(T& b, weft_op op) { b.cancel(op); }) {
      t.cancel = [](void* self, weft_op op) noexcept {
        auto& in = *static_cast<Instance*>(self);
        static_cast<void>(barrier(nullptr, nullptr, [&] {
          in.body.cancel(op);
          return WEFT_OK;
        }));
      };
    }
    return t;
  }
};

}  // namespace weft::sdk
