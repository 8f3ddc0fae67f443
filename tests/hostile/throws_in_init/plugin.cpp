// Sin: init throws an exception across the boundary. Expected: refused with the text of the
// exception.
#include <stdexcept>
#include <string_view>

#include <weft/tool.h>
#include <weft/weft.h>

extern "C" const unsigned char weft_manifest_v1[];

namespace {

constexpr weft_str to_str(std::string_view text) { return {text.data(), text.size()}; }

weft_status throwing_init(const weft_host*, weft_error*) {
  throw std::runtime_error("no configuration in /etc");
}

const weft_tool tool = {sizeof(weft_tool), 0,
                        [](void*, const weft_call* call, weft_out* out) noexcept {
                          out->val = call->args;
                          return weft_status{WEFT_OK};
                        },
                        nullptr};
const weft_component component = {
    sizeof(weft_component),
    0,
    to_str("throws_in_init"),
    to_str("tool"),
    [](const weft_host*, weft_val, void**, weft_error*) noexcept { return weft_status{WEFT_OK}; },
    nullptr,
    nullptr,
    [](void*, weft_str) noexcept -> const void* { return &tool; }};

const weft_component* component_at(uint32_t index) noexcept {
  return index == 0 ? &component : nullptr;
}

}  // namespace

// The type forbids it, so the sin needs a cast; it happens at load, before the constant is read.
const weft_plugin weft_plugin_v1 = {
    WEFT_MAGIC_V1,
    sizeof(weft_plugin),
    0,
    0,
    0,
    weft_manifest_v1,
    reinterpret_cast<decltype(weft_plugin::init)>(reinterpret_cast<void*>(&throwing_init)),
    nullptr,
    component_at};
