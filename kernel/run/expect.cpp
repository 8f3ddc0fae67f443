#include "run/expect.hpp"

#include <string>

#include "base/compare.hpp"
#include "base/json.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "run/merge.hpp"
#include "state/shown.hpp"

namespace weft::run {

using namespace weft::lit;

namespace {

Error changed(std::string message) {
  return {Status::conflict,
          "state.changed",
          std::move(message),
          "look at 'weft query', and send the update again if it is still right",
          {},
          0};
}

}  // namespace

uint64_t version_of_variables(const state::State& state) {
  const weft_slot* slot = state.variables.slot();
  return slot != nullptr && state.vault.holds(slot) ? state.vault.origin(slot).seq : 0;
}

Result<void> as_expected(const state::State& state, Value expect) {
  const Value seq = expect["seq"_k];
  const uint64_t version = version_of_variables(state);
  if (seq.exists() && version > seq.as_u64()) {
    return changed("the variables were changed by event " + std::to_string(version) +
                   ", after event " + std::to_string(seq.as_u64()));
  }
  const Value values = expect["values"_k];
  for (uint32_t i = 0; i < values.size(); ++i) {
    const auto path = base::split_path(values.key(i));
    if (!path) return path.error();
    const Value now = inside(state.variables, *path);
    if (now.exists() ? base::equal(now, values[i]) : values[i].is_null()) continue;
    const Value told = now.exists() ? now : null_value();
    base::Blocks redacted;
    return changed(base::quoted(values.key(i)) + " is " +
                   base::json_text(state::shown(state, path->back(), told, redacted.arena())) +
                   " by now");
  }
  return {};
}

}  // namespace weft::run
