// Payloads: what was read back, by sequence, so that links find what they name.
#pragma once

#include <cstdint>
#include <unordered_set>
#include <vector>

#include "event/record.hpp"
#include "state/vault.hpp"

namespace weft::state {

// While a run is read back. A link is believed only when what it says lies there; what was found
// once is not looked at again, so a value that passes through many steps is checked once.
class Payloads final {
 public:
  // Requires: seq is above those before it; root was given by the vault of the run.
  void add(uint64_t seq, const weft_slot* root) { all_.push_back({seq, root}); }
  // Null when there is none.
  const weft_slot* root(uint64_t seq) const;
  event::Targets targets() { return {this, content_of}; }

 private:
  struct Entry {
    uint64_t seq;
    const weft_slot* root;
  };
  // A content with the tag, flags, hint and length under which it was found valid.
  struct Found {
    const void* content;
    uint64_t head;
    bool operator==(const Found&) const = default;
  };
  struct Hash {
    size_t operator()(const Found& f) const {
      return std::hash<const void*>()(f.content) ^ f.head * 0x9e3779b97f4a7c15U;
    }
  };
  static bool is_link(const void* self, const void* slot) noexcept;
  static const void* content_of(void* self, const event::Origin& origin, const weft_slot& link);

  std::vector<Entry> all_;
  std::unordered_set<const void*> links_;  // slots that lead out of their payload
  std::unordered_set<Found, Hash> found_;
};

}  // namespace weft::state
