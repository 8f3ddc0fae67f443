#include "spec/ids.hpp"

#include <bit>
#include <functional>

namespace weft::spec {

size_t Ids::slot_of(std::string_view name) const {
  const size_t mask = entries_.size() - 1;
  size_t at = std::hash<std::string_view>()(name) & mask;
  while (entries_[at].number != none && entries_[at].name != name) at = (at + 1) & mask;
  return at;
}

void Ids::widen(size_t entries) {
  std::vector<Entry> before(entries);
  before.swap(entries_);
  for (const Entry& entry : before) {
    if (entry.number != none) entries_[slot_of(entry.name)] = entry;
  }
}

void Ids::reserve(size_t names) {
  const size_t wanted = std::bit_ceil(names * 2 + 16);
  if (wanted > entries_.size()) widen(wanted);
}

uint32_t Ids::add(std::string_view name, uint32_t number) {
  if (size_ * 2 >= entries_.size()) reserve(size_ * 2);
  Entry& entry = entries_[slot_of(name)];
  if (entry.number != none) return entry.number;
  entry = {name, number};
  ++size_;
  return none;
}

uint32_t Ids::find(std::string_view name) const {
  return entries_.empty() ? none : entries_[slot_of(name)].number;
}

}  // namespace weft::spec
