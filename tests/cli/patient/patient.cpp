// tool.patient: a call that stays open until it is cancelled, and a stubborn one that stays longer.
#include <weft/sdk.hpp>

#include <map>
#include <mutex>
#include <utility>

using namespace weft::lit;

struct Patient {
  static constexpr std::string_view id = "patient";
  static constexpr uint32_t flags = 0;

  Patient() = default;
  // Open calls end before their promises do, which would be bugs of the plugin.
  ~Patient() {
    for (auto& [op, call] : open_) call.fail(weft::sdk::failure("cancelled", "nobody waits"));
  }
  Patient(const Patient&) = delete;
  Patient& operator=(const Patient&) = delete;

  weft::Result<weft::Value> operator()(weft::Value in, weft::sdk::Call& call) {
    const weft::Value failures = in["failures"_k];
    if (failures.exists()) return fail_or_answer(call, failures.as_u64());
    const std::lock_guard lock(mutex_);
    open_.emplace(call.op(), call.async());
    return weft::sdk::pending;
  }

  void cancel(weft_op op) {
    const std::lock_guard lock(mutex_);
    const auto found = open_.find(op);
    if (found == open_.end() || found->second.args()["stubborn"_k].as_bool()) return;
    found->second.fail(weft::sdk::failure("cancelled", "asked to end"));
    open_.erase(found);
  }

 private:
  static weft::Result<weft::Value> fail_or_answer(weft::sdk::Call& call, uint64_t failures) {
    if (call.attempt() <= failures) return weft::sdk::failure("tool.io", "not yet");
    weft::Builder b = call.builder();
    b.integer(call.attempt());
    return b.take_value();
  }

  std::mutex mutex_;
  std::map<weft_op, weft::sdk::Async> open_;
};

WEFT_PLUGIN(Patient);
