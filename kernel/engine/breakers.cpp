#include "engine/breakers.hpp"

#include "base/blocks.hpp"
#include "base/limits.hpp"

namespace weft::engine {

using namespace weft::lit;
namespace limits = base::limits;

Breakers::Breaker& Breakers::of(const plan::Component& tool) {
  if (all_.size() <= tool.component) all_.resize(tool.component + 1);
  return all_[tool.component];
}

Breakers::Answer Breakers::admit_open(Breaker& breaker, int64_t tick) {
  const int64_t until = breaker.opened + limits::breaker_open_ns;
  if (breaker.stage == Stage::open) {
    if (tick < until) return {false, until - tick};
    breaker.stage = Stage::half_open;
    breaker.is_probing = false;
  }
  // The others ask again soon; the probe decides for all.
  if (breaker.is_probing) return {false, limits::breaker_probe_wait_ns};
  breaker.is_probing = true;
  return {};
}

bool Breakers::change(const plan::Component& tool, Outcome outcome, int64_t tick) {
  Breaker& breaker = of(tool);
  const bool was_probing = breaker.is_probing;
  breaker.is_probing = false;
  if (outcome == Outcome::neither) return false;
  if (outcome == Outcome::success) {
    const bool was_open = breaker.stage != Stage::closed;
    breaker = {};
    return was_open;
  }
  ++breaker.failures;
  const bool opens =
      breaker.stage == Stage::closed ? breaker.failures >= limits::breaker_failures : was_probing;
  if (!opens) return false;
  breaker.stage = Stage::open;
  breaker.opened = tick;
  return true;
}

base::Doc Breakers::kept(const plan::Component& tool) const {
  base::Blocks blocks;
  Builder b(blocks.arena());
  const Breaker& breaker = all_[tool.component];
  b.begin_object();
  b.set("state"_k, std::string_view(breaker.stage == Stage::closed ? "closed" : "open"));
  b.set("failures"_k, breaker.failures);
  b.set("opened_ns"_k, breaker.opened);
  b.end_object();
  return base::pack(b.take_value());
}

void Breakers::restore(const plan::Component& tool, Value kept) {
  if (kept["state"_k].as_text() != "open") return;
  Breaker& breaker = of(tool);
  breaker.stage = Stage::open;
  breaker.failures = static_cast<uint32_t>(kept["failures"_k].as_u64());
  breaker.opened = kept["opened_ns"_k].as_i64();
}

std::string breaker_key(const plan::Component& tool) { return "breaker/" + tool.id; }

}  // namespace weft::engine
