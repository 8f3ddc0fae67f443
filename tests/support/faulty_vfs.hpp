// An SQLite file layer over a Disk, registered for the whole process under a name of its own.
#pragma once

#include <sqlite3.h>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "faulty_disk.hpp"

namespace weft::test {

// The locks and the shared memory of one file, for all that have it open.
struct DiskSharing {
  int shared = 0;  // connections that read
  const void* reserved = nullptr;
  const void* exclusive = nullptr;
  std::vector<std::unique_ptr<char[]>> regions;
  std::array<int, SQLITE_SHM_NLOCK> shm_shared{};
  std::array<const void*, SQLITE_SHM_NLOCK> shm_exclusive{};
  int mapped = 0;
};

class FaultyVfs final {
 public:
  FaultyVfs(std::string name, Disk& disk);
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const std::string& name() const { return name_; }
  Disk& disk() { return disk_; }
  DiskSharing& sharing(const std::string& file) { return sharing_[file]; }

 private:
  std::string name_;
  Disk& disk_;
  std::map<std::string, DiskSharing> sharing_;
  sqlite3_vfs vfs_;
};

}  // namespace weft::test
