#include "sim_env.hpp"

#include <algorithm>

namespace weft::tests {

void SimEnv::advance_to(int64_t tick) {
  now_ = std::max(now_, tick);
  while (!due_.empty() && due_.begin()->first <= now_) {
    const auto fn = std::move(due_.begin()->second);
    due_.erase(due_.begin());
    fn();
  }
}

bool SimEnv::run_one() {
  if (works_.empty() || (cores != 0 && busy_ >= cores)) return false;
  const size_t which = cores != 0 ? 0 : draw(works_.size());
  const Work work = works_[which];
  works_.erase(works_.begin() + static_cast<std::ptrdiff_t>(which));
  work.fn(work.arg);
  return true;
}

void SimEnv::occupy_until(int64_t tick) {
  if (cores == 0) return;
  ++busy_;
  at(tick, [this] { --busy_; });
}

void SimEnv::forget() {
  busy_ = 0;
  due_.clear();
  works_.clear();
}

void SimEnv::fill(void* self, void* to, size_t bytes) {
  auto* at = static_cast<unsigned char*>(to);
  for (size_t i = 0; i < bytes; ++i) at[i] = static_cast<unsigned char>(of(self).draw(256));
}

bool SimEnv::hand_off(void* self, void (*fn)(void*), void* arg) {
  if (!of(self).has_threads) return false;
  of(self).works_.push_back({fn, arg});
  return true;
}

}  // namespace weft::tests
