// A sink: observes events, in batches, and cannot fail a run.
//
//   struct Lines {
//     static constexpr std::string_view id = "lines";
//     uint64_t kinds = ~uint64_t{0};   // optional: bits of WEFT_AREA_...; absent means all
//     void consume(std::span<const weft_event* const> events, uint64_t dropped);
//     Result<void> flush();            // optional; may take Call&
//   };
#pragma once

#include <span>

#include <weft/draft/sink.h>
#include <weft/sdk/tool.hpp>

namespace weft::sdk {

template <class T>
concept Sink =
    requires(T& t, std::span<const weft_event* const> events) { t.consume(events, uint64_t{0}); };

template <class T>
struct SinkTable final {
  using Table = weft_sink;

  static weft_status flush(T& sink, Call& call) {
    if constexpr (requires { sink.flush(call); }) {
      return answer_with(call, [&] { return sink.flush(call); });
    } else if constexpr (requires { sink.flush(); }) {
      return answer_with(call, [&] { return sink.flush(); });
    } else {
      return call.ok(Value());
    }
  }

  template <class Instance>
  static Table make(const T& sink) {
    Table t{sizeof(Table), flags_of_component(sink), ~uint64_t{0}, nullptr, nullptr};
    if constexpr (requires { sink.kinds; }) t.kinds = sink.kinds;
    t.consume = [](void* self, const weft_event* const* events, uint32_t n,
                   uint64_t dropped) noexcept {
      auto& in = *static_cast<Instance*>(self);
      weft_error e;
      e.size = sizeof e;
      const weft_status status = barrier(&e, nullptr, [&] {
        in.body.consume(std::span<const weft_event* const>(events, n), dropped);
        return WEFT_OK;
      });
      if (status != WEFT_OK) in.host.log(WEFT_LOG_ERROR, {e.msg, e.msg_len});
    };
    t.flush = [](void* self, const weft_call* raw, weft_out* out) noexcept {
      auto& in = *static_cast<Instance*>(self);
      Call call(in.host, raw, out);
      return call.run([&] { return flush(in.body, call); });
    };
    return t;
  }
};

}  // namespace weft::sdk
