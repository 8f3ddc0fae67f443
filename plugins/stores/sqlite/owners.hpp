// Which owners are alive: a lock of the operating system per epoch that dies with its process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weft/result.hpp>

namespace weft::sqlite {

// Byte `epoch` of the file '<path>-owners' is locked as long as that owner lives. The locks belong
// to the open file, so two instances in one process are two owners.
class Owners final {
 public:
  explicit Owners(const std::string& database) : path_(database + "-owners") {}
  Owners(const Owners&) = delete;
  Owners& operator=(const Owners&) = delete;
  ~Owners();

  Result<void> hold(uint64_t epoch);
  void release(uint64_t epoch);
  bool holds(uint64_t epoch) const;
  Result<bool> is_alive(uint64_t epoch);  // here or in another process

 private:
  Result<void> open();
  Error error(std::string_view doing) const;

  std::string path_;
  int fd_ = -1;
  std::vector<uint64_t> held_;
};

}  // namespace weft::sqlite
