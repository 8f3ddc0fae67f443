#include "observed.hpp"

#include <weft/value.hpp>

namespace weft::golden {

void Observed::consume(void* self, const weft_event* const* events, uint32_t n,
                       uint64_t dropped) noexcept {
  std::string& lines = static_cast<Observed*>(self)->lines_;
  if (dropped != 0) lines += std::to_string(dropped) + " dropped\n";
  for (uint32_t i = 0; i < n; ++i) {
    lines += std::to_string(events[i]->seq) + " ";
    lines += to_view(events[i]->type);
    if (events[i]->step.n != 0) lines.append(" ").append(to_view(events[i]->step));
    lines += '\n';
  }
}

const weft_sink* Observed::table() {
  static constexpr weft_sink table{
      sizeof table, 0, ~uint64_t{0}, &Observed::consume,
      [](void*, const weft_call*, weft_out*) noexcept { return weft_status{WEFT_OK}; }};
  return &table;
}

}  // namespace weft::golden
