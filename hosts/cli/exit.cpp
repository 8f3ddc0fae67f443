#include "exit.hpp"

namespace weft::cli {

Exit exit_of(RunState state) {
  switch (state) {
    case RunState::completed: return Exit::ok;
    case RunState::partially_completed: return Exit::partial;
    case RunState::cancelled: return Exit::cancelled;
    case RunState::waiting:
    case RunState::paused: return Exit::waiting;
    default: return Exit::failed;
  }
}

Exit exit_of(const Error& error) {
  struct Row {
    std::string_view prefix;
    Exit exit;
  };
  static constexpr Row rows[] = {
      {"usage.", Exit::usage},
      {"plugin.", Exit::missing},
      {"store.", Exit::store},
      {"journal.", Exit::store},
      {"run.unknown_step", Exit::usage},
      {"run.not_found", Exit::store},
      {"run.ambiguous", Exit::usage},
      {"run.no_history", Exit::store},
      {"run.history_forgotten", Exit::store},
      {"run.base_missing", Exit::store},
      {"run.unknown_point", Exit::usage},
      {"run.ended", Exit::usage},
      {"import.exists", Exit::store},
      {"spec.unknown_tool", Exit::invalid},
      {"migrate.unknown_commands", Exit::missing},
      {"bug", Exit::bug},
  };
  if ((error.flags & WEFT_ERR_BUG) != 0) return Exit::bug;
  for (const Row& row : rows) {
    if (error.code.starts_with(row.prefix)) return row.exit;
  }
  return Exit::failed;
}

}  // namespace weft::cli
