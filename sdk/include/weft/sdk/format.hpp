// A definition format: text to value, and pointer to place.
//
//   struct Toml {
//     static constexpr std::string_view id = "toml";
//     Result<Value> parse(std::string_view text, Arena arena, weft_place& at);
//     bool locate(std::string_view text, std::string_view pointer, weft_place& at);
//   };
#pragma once

#include <weft/draft/format.h>
#include <weft/sdk/barrier.hpp>
#include <weft/sdk/host.hpp>

namespace weft::sdk {

template <class T>
concept Format = requires(T& t, std::string_view text, Arena arena, weft_place& at) {
  t.parse(text, arena, at);
  t.locate(text, text, at);
};

template <class T>
struct FormatTable final {
  using Table = weft_format;

  // A failure that says its place in the Error only says it in `at` too.
  static weft_status parse(T& format, std::string_view text, const Arena& arena, weft_val* out,
                           weft_place& at, weft_error* err) {
    const Result<Value> value = format.parse(text, arena, at);
    if (value) {
      *out = value->raw();
      return WEFT_OK;
    }
    if (at.line == 0) {
      at.line = value.error().where.line;
      at.column = value.error().where.column;
    }
    return write_error(err, value.error(), &arena);
  }

  template <class Instance>
  static Table make(const T&) {
    Table t{sizeof(Table), 0, nullptr, nullptr};
    t.parse = [](void* self, weft_str text, weft_arena* memory, weft_val* out, weft_place* at,
                 weft_error* err) noexcept {
      auto& in = *static_cast<Instance*>(self);
      const Arena arena = in.host.arena(memory);
      weft_place unasked{sizeof unasked, 0, 0, 0};
      weft_place& place = at != nullptr ? *at : unasked;
      return barrier(err, &arena,
                     [&] { return parse(in.body, to_view(text), arena, out, place, err); });
    };
    t.locate = [](void* self, weft_str text, weft_str pointer, weft_place* at) noexcept {
      auto& in = *static_cast<Instance*>(self);
      return barrier(nullptr, nullptr, [&]() -> weft_status {
        return in.body.locate(to_view(text), to_view(pointer), *at) ? WEFT_OK : WEFT_NOT_FOUND;
      });
    };
    return t;
  }
};

}  // namespace weft::sdk
