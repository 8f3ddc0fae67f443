// Ids: names to numbers, in one flat table.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weft::spec {

// Requires: the names outlive the table.
class Ids final {
 public:
  static constexpr uint32_t none = UINT32_MAX;

  // Of the name that was there before, which stays; none when the name is new.
  uint32_t add(std::string_view name, uint32_t number);
  uint32_t find(std::string_view name) const;
  void reserve(size_t names);

 private:
  struct Entry {
    std::string_view name;
    uint32_t number = none;
  };
  size_t slot_of(std::string_view name) const;
  void widen(size_t entries);

  std::vector<Entry> entries_;  // a power of two, at most half full
  size_t size_ = 0;
};

}  // namespace weft::spec
