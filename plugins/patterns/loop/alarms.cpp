#include "alarms.hpp"

#include <algorithm>

using namespace weft::lit;

namespace loop {

void Alarms::recall(weft::Value written) {
  armed_ = written["armed"_k].as_u64();
  for (const weft::Value one : written["alarms"_k]) {
    all_.push_back({static_cast<Alarm::Kind>(std::min<uint64_t>(one[0U].as_u64(), 4)),
                    static_cast<uint32_t>(one[1U].as_u64()), one[2U].as_u64()});
  }
}

void Alarms::write(weft::Builder& out) const {
  if (all_.empty() && armed_ == 0) return;
  out.set("armed"_k, armed_);
  out.key("alarms"_k);
  out.begin_array();
  for (const Alarm& one : all_) {
    out.begin_array();
    out.natural(static_cast<uint64_t>(one.kind));
    out.natural(one.index);
    out.natural(one.due);
    out.end_array();
  }
  out.end_array();
}

void Alarms::remove(Alarm::Kind kind, uint32_t index) {
  std::erase_if(all_, [&](const Alarm& a) { return a.kind == kind && a.index == index; });
}

bool Alarms::has(Alarm::Kind kind, uint32_t index) const {
  return std::any_of(all_.begin(), all_.end(),
                     [&](const Alarm& a) { return a.kind == kind && a.index == index; });
}

uint32_t Alarms::count(Alarm::Kind kind) const {
  return static_cast<uint32_t>(
      std::count_if(all_.begin(), all_.end(), [&](const Alarm& a) { return a.kind == kind; }));
}

std::vector<Alarm> Alarms::take_due(uint64_t now) {
  std::vector<Alarm> due;
  std::erase_if(all_, [&](const Alarm& a) {
    const bool is_due = a.kind != Alarm::Kind::late && a.due <= now;
    if (is_due) due.push_back(a);
    return is_due;
  });
  return due;
}

void Alarms::arm(weft::sdk::Commands& commands) {
  uint64_t next = 0;
  for (const Alarm& a : all_) {
    if (a.kind != Alarm::Kind::late && (next == 0 || a.due < next)) next = a.due;
  }
  if (next == 0 || (armed_ != 0 && armed_ <= next)) return;
  armed_ = next;
  commands.timer(0, next);
}

}  // namespace loop
