#include "state/payloads.hpp"

#include <algorithm>
#include <cstring>

#include "base/valid.hpp"

namespace weft::state {

const weft_slot* Payloads::root(uint64_t seq) const {
  const auto at = std::lower_bound(all_.begin(), all_.end(), seq,
                                   [](const Entry& e, uint64_t s) { return e.seq < s; });
  return at != all_.end() && at->seq == seq ? at->root : nullptr;
}

bool Payloads::is_link(const void* self, const void* slot) noexcept {
  return static_cast<const Payloads*>(self)->links_.contains(slot);
}

const void* Payloads::content_of(void* self, const event::Origin& origin, const weft_slot& link) {
  auto& payloads = *static_cast<Payloads*>(self);
  const weft_slot* root = payloads.root(origin.seq);
  if (root == nullptr || origin.offset >= Vault::payload_bytes(root)) return nullptr;
  const void* content = reinterpret_cast<const char*>(root) + origin.offset;
  weft_slot slot = link;
  slot.flags &= static_cast<uint8_t>(~WEFT_LINKED);
  Found found{content, 0};
  std::memcpy(&found.head, &slot, sizeof found.head);
  slot.v.rel = static_cast<const char*>(content) - reinterpret_cast<const char*>(&slot);
  if (!payloads.found_.contains(found)) {
    const base::Known links{self, is_link};
    const std::string_view value{reinterpret_cast<const char*>(root), Vault::payload_bytes(root)};
    if (!base::is_content(slot, content, value, links)) return nullptr;
    payloads.found_.insert(found);
  }
  payloads.links_.insert(&link);
  return content;
}

}  // namespace weft::state
