// A disk in memory that fails or loses power at a numbered point, and what is left of it then.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace weft::test {

// What goes wrong at a point, which is a write, sync, truncation, creation or deletion.
enum class Fault {
  none,
  error,  // this one operation answers with an I/O error and does nothing
  full,   // this one operation finds no room
  power,  // from here on nothing works until restart()
};

// A file is what was synced and a list of changes that were not. Readers see both.
struct DiskFile {
  struct Change {
    bool is_truncation = false;
    uint64_t offset = 0;  // of a truncation: the new size
    std::string bytes{};
    uint64_t order = 0;  // among the changes of all files

    uint64_t sectors() const;  // that it touches; 1 of a truncation
  };
  std::string seen, synced;
  std::vector<Change> unsynced;
};

// Which part of what was not synced is there after a power loss.
struct Survival {
  enum class Kind { nothing, everything, some, chosen } kind = Kind::nothing;
  uint64_t seed = 0;  // of `some`: each 512-byte sector of a change by its own throw of a coin
  // Of `chosen`, by the order of changes: those that never arrived, and one of which only so many
  // sectors did.
  std::set<uint64_t> lost{};
  uint64_t torn = 0, sectors = 0;
};

class Disk final {
 public:
  using File = std::shared_ptr<DiskFile>;

  void plan(Fault fault, uint64_t point);
  uint64_t points() const { return points_; }
  bool is_dead() const { return is_dead_; }
  // The power is back: what survived is all there is, and it is synced.
  void restart(const Survival& survival);
  std::string_view content(const std::string& name) const;

  // The disk as it is, to be put in its place again.
  using Picture = std::map<std::string, DiskFile>;
  struct State {
    Picture names, synced_names;
  };
  State picture() const;
  void put(const State& state);
  // Told behind every point at which something changed: was_synced, or one change more is not.
  std::function<void(bool was_synced)> on_point;

  // What a file layer asks for. The answer says whether it worked and if not, why.
  Fault create(const std::string& name, File& file);
  File find(const std::string& name) const;
  Fault remove(const std::string& name, bool sync_folder);
  Fault write(DiskFile& file, uint64_t offset, std::string_view bytes);
  Fault truncate(DiskFile& file, uint64_t size);
  Fault sync(DiskFile& file, bool sync_folder);

 private:
  using Names = std::map<std::string, File>;
  Fault step();
  Fault change(DiskFile& file, DiskFile::Change change);
  void tell(bool was_synced);

  Names names_, synced_names_;
  Fault fault_ = Fault::none;
  uint64_t at_ = 0, points_ = 0, changes_ = 0;
  bool is_dead_ = false;
};

}  // namespace weft::test
