// A hook: asked at named points, answers with a Verdict.
//
//   struct Guard {
//     static constexpr std::string_view id = "guard";
//     uint64_t points = at({WEFT_AT_BEFORE_TOOL_EXECUTION});   // may depend on the configuration
//     Result<Verdict> on(uint32_t point, Value subject, Call& call);
//   };
//
// kernel/run/HOOKS.md tells where hooks are asked and what each verdict does there.
#pragma once

#include <initializer_list>

#include <weft/draft/hook.h>
#include <weft/sdk/tool.hpp>

namespace weft::sdk {

// The bit set of some points.
constexpr uint64_t at(std::initializer_list<uint32_t> points) {
  uint64_t set = 0;
  for (const uint32_t point : points) set |= uint64_t{1} << point;
  return set;
}

// One of the nine results with its payload, which lives as the result of a tool does.
class Verdict final {
 public:
  static Verdict go_on() { return {WEFT_VERDICT_CONTINUE, {}}; }
  static Verdict modified(Value subject) { return {WEFT_VERDICT_MODIFIED, subject}; }
  static Verdict cancel(Value reason) { return {WEFT_VERDICT_CANCEL, reason}; }
  static Verdict redirect(Value target) { return {WEFT_VERDICT_REDIRECT, target}; }
  static Verdict replace(Value result) { return {WEFT_VERDICT_REPLACE, result}; }
  static Verdict retry(Value policy) { return {WEFT_VERDICT_RETRY, policy}; }
  static Verdict fork(Value operations) { return {WEFT_VERDICT_FORK, operations}; }
  static Verdict cache(Value entry) { return {WEFT_VERDICT_CACHE, entry}; }
  static Verdict skipped(Value reason = {}) { return {WEFT_VERDICT_SKIPPED, reason}; }

  uint32_t number() const { return number_; }
  Value payload() const { return payload_; }

 private:
  Verdict(uint32_t number, Value payload) : number_(number), payload_(payload) {}
  uint32_t number_;
  Value payload_;
};

template <class T>
concept Hook = requires(T& t, uint32_t point, Value subject, Call& call) {
  t.points;
  t.on(point, subject, call);
};

inline weft_status answer_verdict(Call& call, const Result<Verdict>& verdict) {
  if (!verdict) return call.fail(verdict.error());
  return call.ok(verdict->payload(), verdict->number());
}

template <class T>
struct HookTable final {
  using Table = weft_hook;

  template <class Instance>
  static Table make(const T& hook) {
    Table t{sizeof(Table), flags_of_component(hook), hook.points, nullptr};
    t.on = [](void* self, uint32_t point, const weft_call* raw, weft_val subject,
              weft_out* out) noexcept {
      auto& in = *static_cast<Instance*>(self);
      Call call(in.host, raw, out);
      return call.run(
          [&] { return answer_verdict(call, in.body.on(point, Value(subject), call)); });
    };
    return t;
  }
};

}  // namespace weft::sdk
