// Locks: mutexes and semaphores that hold between the processes of one store.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "journal/journal.hpp"
#include "journal/store.hpp"

namespace weft::engine {

// Each unit of a name is an entry of the store, "lock/NAME/UNIT": {epoch, run, at_ns}. Whoever puts
// the entry has the unit. It is taken from a holder whose process is gone; of those who try that at
// once, one is first.
class Locks final {
 public:
  struct Want {
    std::string name;
    uint32_t amount = 1, of = 1;
  };
  explicit Locks(journal::Store& store) : store_(&store) {}

  // Nobody else uses the store.
  bool are_needless() const { return !store_->is_shared(); }
  // All of what is wanted, or nothing: then since is when the holder in the way has begun. The keys
  // of what was taken are added.
  bool take(const std::vector<Want>& all, std::string_view run, int64_t tick,
            std::vector<std::string>& keys, int64_t& since);
  // In the commit of this turn.
  static void give_back(const std::vector<std::string>& keys, journal::Journal& journal);

 private:
  struct Unit {
    std::string key, stale;  // stale: the entry that stands in the way and that nobody defends
  };
  bool choose(const Want& want, std::vector<Unit>& chosen, int64_t& since);
  bool is_stale(Value holder);

  journal::Store* store_;
};

}  // namespace weft::engine
