#include "sim_sink.hpp"

#include <weft/value.hpp>

#include "base/json.hpp"

namespace weft::tests {

SimSink::SimSink(uint32_t flags) {
  table_.size = sizeof table_;
  table_.flags = flags;
  table_.kinds = uint64_t{1} << WEFT_AREA_WORKFLOW | uint64_t{1} << WEFT_AREA_HOOK;
  table_.consume = consume;
  table_.flush = [](void*, const weft_call*, weft_out*) noexcept -> weft_status { return WEFT_OK; };
}

plugin::BoundSink SimSink::bound() {
  plugin::BoundSink bound;
  bound.table = &table_;
  bound.self = this;
  bound.flags = table_.flags;
  return bound;
}

void SimSink::consume(void* self, const weft_event* const* events, uint32_t n,
                      uint64_t dropped) noexcept {
  auto& sink = *static_cast<SimSink*>(self);
  if (sink.on_consume) sink.on_consume();
  sink.dropped += dropped;
  sink.seen += n;
  if (!sink.writes) return;
  for (uint32_t i = 0; i < n; ++i) {
    const weft_event& e = *events[i];
    sink.lines.push_back(std::string(to_view(e.run)) + ' ' + std::to_string(e.seq) + ' ' +
                         std::to_string(e.time_ns) + ' ' + std::string(to_view(e.type)) + ' ' +
                         std::string(to_view(e.step)) + ' ' + std::to_string(e.attempt) + ' ' +
                         base::json_text(Value(e.data)));
  }
}

}  // namespace weft::tests
