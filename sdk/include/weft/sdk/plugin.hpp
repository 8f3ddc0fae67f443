// WEFT_PLUGIN(A, B, ...): the one exported symbol of a plugin and the components behind it.
#pragma once

#include <algorithm>
#include <string_view>

#include <weft/draft/model.h>
#include <weft/plugin.h>
#include <weft/sdk/format.hpp>
#include <weft/sdk/hook.hpp>
#include <weft/sdk/pattern.hpp>
#include <weft/sdk/sink.hpp>
#include <weft/sdk/store.hpp>
#include <weft/sdk/tool.hpp>

// The manifest that weft_add_plugin embeds in the section .weft.
extern "C" __attribute__((visibility("hidden"))) const weft_manifest weft_manifest_v1;

#define WEFT_PLUGIN(...)                                             \
  extern "C" {                                                       \
  constinit const weft_plugin weft_plugin_v1 =                       \
      ::weft::sdk::Plugin<__VA_ARGS__>::describe(&weft_manifest_v1); \
  }                                                                  \
  static_assert(true)

namespace weft::sdk {

// What a class is, by what it can do; `static constexpr std::string_view kind` overrides.
struct Kind {
  std::string_view name, iface;
};
template <class T>
constexpr Kind kind_of() {
  if constexpr (Pattern<T>) {
    return {"pattern", WEFT_PATTERN_ID};
  } else if constexpr (Store<T>) {
    return {"store", WEFT_STORE_ID};
  } else if constexpr (Hook<T>) {
    return {"hook", WEFT_HOOK_ID};
  } else if constexpr (Sink<T>) {
    return {"sink", WEFT_SINK_ID};
  } else if constexpr (Format<T>) {
    return {"format", WEFT_FORMAT_ID};
  } else {
    static_assert(Tool<T>,
                  "a component has the functions of a tool, pattern, store, hook, sink "
                  "or format; see <weft/sdk/tool.hpp> and its neighbours");
    if constexpr (requires { T::kind; }) {
      static_assert(std::string_view(T::kind) == "model", "only a model looks like a tool");
      return {"model", WEFT_MODEL_ID};
    }
    return {"tool", WEFT_TOOL_ID};
  }
}

template <class T>
constexpr auto table_of() {
  if constexpr (Pattern<T>) {
    return PatternTable<T>();
  } else if constexpr (Store<T>) {
    return StoreTable<T>();
  } else if constexpr (Hook<T>) {
    return HookTable<T>();
  } else if constexpr (Sink<T>) {
    return SinkTable<T>();
  } else if constexpr (Format<T>) {
    return FormatTable<T>();
  } else {
    return ToolTable<T>();
  }
}

template <class T>
T construct(const Host& host, Value config) {
  if constexpr (std::is_constructible_v<T, Host, Value>) {
    return T(host, config);
  } else if constexpr (std::is_constructible_v<T, Host>) {
    return T(host);
  } else {
    return T();
  }
}

// What `self` points at: the author's object, its host and its table.
template <class T>
struct Instance final {
  using Making = decltype(table_of<T>());

  Instance(const weft_host* raw, weft_val config)
      : host(raw),
        body(construct<T>(host, Value(config))),
        table(Making::template make<Instance>(body)) {}

  Host host;
  T body;
  typename Making::Table table;
};

template <class T>
struct Component final {
  static weft_status create(const weft_host* host, weft_val config, void** self,
                            weft_error* err) noexcept {
    return barrier(err, nullptr, [&] {
      *self = new Instance<T>(host, config);
      return WEFT_OK;
    });
  }
  static weft_status stop(void* self, const weft_call* raw, weft_out* out) noexcept {
    auto& in = *static_cast<Instance<T>*>(self);
    Call call(in.host, raw, out);
    return call.run([&] {
      if constexpr (requires { in.body.stop(call); }) {
        return answer_with(call, [&] { return in.body.stop(call); });
      } else {
        return answer_with(call, [&] { return in.body.stop(); });
      }
    });
  }
  static void destroy(void* self) noexcept { delete static_cast<Instance<T>*>(self); }

  // The table of the kind; a class may lend more by const void* iface(std::string_view id).
  static const void* iface(void* self, weft_str id) noexcept {
    auto& in = *static_cast<Instance<T>*>(self);
    if (to_view(id) == kind_of<T>().iface) return &in.table;
    if constexpr (requires { in.body.iface(to_view(id)); }) {
      return in.body.iface(to_view(id));
    } else {
      return nullptr;
    }
  }

  static constexpr bool drains =
      requires(T& t, Call& call) { t.stop(call); } || requires(T& t) { t.stop(); };
  static constexpr weft_component describe() {
    weft_component c{sizeof c, 0, {}, {}, &create, nullptr, &destroy, &iface};
    c.id = {std::string_view(T::id).data(), std::string_view(T::id).size()};
    c.kind = {kind_of<T>().name.data(), kind_of<T>().name.size()};
    if constexpr (drains) c.stop = &stop;
    return c;
  }
};

template <class T>
constexpr uint32_t min_host_minor_of() {
  if constexpr (requires { T::min_host_minor; }) {
    return T::min_host_minor;
  } else {
    return 0;
  }
}

template <class... T>
struct Plugin final {
  static constexpr weft_component components[] = {Component<T>::describe()...};

  static weft_status init(const weft_host*, weft_error*) noexcept { return WEFT_OK; }
  static const weft_component* component(uint32_t index) noexcept {
    return index < sizeof...(T) ? &components[index] : nullptr;
  }
  static constexpr weft_plugin describe(const void* manifest) {
    return {WEFT_MAGIC_V1,
            sizeof(weft_plugin),
            WEFT_HOST_MINOR,
            std::max({min_host_minor_of<T>()...}),
            0,
            manifest,
            &init,
            nullptr,
            &component};
  }
};

}  // namespace weft::sdk
