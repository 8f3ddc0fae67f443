// SimHook: a hook whose answers a test gives, and which writes down what it is asked.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <weft/draft/hook.h>
#include <weft/sdk/hook.hpp>

#include "base/json.hpp"
#include "engine/hooks.hpp"
#include "plugin/arena.hpp"

namespace weft::tests {

class SimHook final {
 public:
  // What it answers: the status, the verdict and its payload as JSON.
  struct Says {
    uint32_t verdict = WEFT_VERDICT_CONTINUE;
    std::string value{};
    weft_status status = WEFT_OK;
  };
  using Answers = std::function<Says(uint32_t point, Value subject)>;

  SimHook(uint64_t points, Answers answers, uint32_t flags = 0)
      : answers_(std::move(answers)), table_{sizeof(weft_hook), flags, points, on} {}
  SimHook(const SimHook&) = delete;
  SimHook& operator=(const SimHook&) = delete;

  engine::Listener bound(std::string id = "sim", int64_t priority = 0, bool is_mandatory = false) {
    engine::Listener listener;
    listener.bound.table = &table_;
    listener.bound.self = this;
    listener.bound.flags = table_.flags;
    listener.id = std::move(id);
    listener.priority = priority;
    listener.is_mandatory = is_mandatory;
    return listener;
  }

  std::string asked;  // a line each: point, phase, step

 private:
  static weft_status on(void* self, uint32_t point, const weft_call* call, weft_val subject,
                        weft_out* out) noexcept {
    using namespace weft::lit;
    auto& hook = *static_cast<SimHook*>(self);
    const Value about(subject);
    hook.asked += about["point"_k].as_text();
    for (const Key name : {"phase"_k, "step"_k}) {
      if (about[name].exists()) hook.asked.append(" ").append(about[name].as_text());
    }
    hook.asked += '\n';
    const Says says = hook.answers_(point, about);
    out->flags = says.verdict;
    if (!says.value.empty()) {
      out->val = base::parse_json(says.value, Arena(call->arena, &plugin::CallArena::grow, nullptr))
                     ->raw();
    }
    if (says.status < 0) {
      const std::string_view why = "the hook fails";
      out->err->msg_len = static_cast<uint32_t>(why.copy(out->err->msg, sizeof out->err->msg));
    }
    return says.status;
  }

  Answers answers_;
  weft_hook table_;
};

inline SimHook::Answers silent() {
  return [](uint32_t, Value) { return SimHook::Says{}; };
}

}  // namespace weft::tests
