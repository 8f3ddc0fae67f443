// State beside runs: values that outlive them, by scope and owner, as definitions speak of them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/kernel.hpp>

namespace weft {

// A value that is kept.
struct StateEntry {
  std::string key;
  Document value;          // of a sensitive one a word that says so, unless it was asked for
  std::string kind;        // ephemeral, trusted, standard or sensitive
  int64_t written_ns = 0;  // since 1970
};

// How a value is written. Values are copied.
struct StateWrite {
  std::string_view kind{};  // its class; empty leaves it, and a new one is standard
  Value expect{};           // only if this stands there; null where nothing must
};

// What a migration of an owner's values has done, or would do.
struct StateMigrated {
  struct Changed {
    std::string key;
    std::optional<Document> before, after;  // missing where there was or is nothing
  };
  uint32_t from = 0, to = 0;  // versions; equal when there was nothing to do
  std::vector<Changed> keys;
};

// An owner is SCOPE, as global, or SCOPE:OWNER, as session:NAME, user:NAME, workflow:ID,
// step:WORKFLOW/STEP, tool:ID, agent:NAME, hook:NAME, custom:NAME. A path is a key, and what is
// within its value, such as counters.today[0]. Each call is one step: no run of this process
// decides meanwhile. Of two processes that write the same key the later commit counts, also where
// both expected something. Not to be called by tools, hooks and sinks.
class SharedState final {
 public:
  // The kernel outlives it.
  explicit SharedState(Kernel& kernel) : kernel_(&kernel) {}

  // NOT_FOUND when nothing stands there.
  Result<StateEntry> get(std::string_view owner, std::string_view path, bool reveals = false);
  // False when what stands there is not as expected.
  Result<bool> set(std::string_view owner, std::string_view path, Value value,
                   const StateWrite& how = {});
  // The same, for a value that is to go.
  Result<bool> erase(std::string_view owner, std::string_view path, const StateWrite& how = {});
  // All of an owner's, in order of their keys.
  Result<std::vector<StateEntry>> list(std::string_view owner, bool reveals = false);
  // How many keys there were. What stands under the same keys at the target is replaced.
  Result<uint32_t> clear(std::string_view owner);
  Result<uint32_t> copy(std::string_view from, std::string_view to);
  Result<uint32_t> move(std::string_view from, std::string_view to);
  // {version, transforms: [...]}, as in kernel/spec/FORMAT.md; all of it, or nothing.
  Result<StateMigrated> migrate(std::string_view owner, Value migration, bool only_look = false);

 private:
  Kernel* kernel_;
};

}  // namespace weft
