#include "state/vault.hpp"

#include <algorithm>
#include <cstring>

#include "base/limits.hpp"
#include "base/valid.hpp"

namespace weft::state {
namespace {

bool is_small(const weft_slot& s) {
  const bool outside = (s.tag >= WEFT_STR && s.tag <= WEFT_OBJECT) || s.tag == WEFT_BLOB;
  return !outside || s.len == 0 || ((s.flags & WEFT_INLINE) != 0 && s.tag == WEFT_BYTES);
}

// Nothing can be wrong with these, and most results of steps that only act are such.
bool is_plain(const weft_slot& s) {
  const bool is_scalar = s.tag == WEFT_NULL || s.tag == WEFT_I64 || s.tag == WEFT_F64 ||
                         s.tag == WEFT_TIME || (s.tag == WEFT_BOOL && s.v.u <= 1);
  return is_scalar && s.flags == 0 && s.hint == 0 && s.len == 0;
}

// Whether some payload of the contiguous value at root lies outside of it.
bool leaves(const weft_slot* s, const char* begin, const char* end) {
  const bool outside = (s->tag >= WEFT_STR && s->tag <= WEFT_OBJECT) || s->tag == WEFT_BLOB;
  if (!outside || (s->flags & WEFT_INLINE) != 0 || (s->len == 0 && s->tag != WEFT_BLOB)) {
    return false;
  }
  const auto* payload = static_cast<const char*>(weft_payload(s));
  if (payload < begin || payload >= end) return true;
  if (s->tag != WEFT_ARRAY && s->tag != WEFT_OBJECT) return false;
  for (const Value v : Value(s)) {
    if (leaves(v.slot(), begin, end)) return true;
  }
  return false;
}

}  // namespace

char* Vault::add_page(uint64_t bytes) {
  // The table takes a 64th of a page; a page for one large payload is made to measure.
  const uint64_t wanted = std::max(next_page_, bytes + bytes / 32 + 1024);
  Page page{nullptr, 0};
  page.begin = pages_->take(wanted, &page.bytes);
  next_page_ = std::min(next_page_ * 2, base::limits::block_bytes_max);
  held_ += page.bytes;

  // Pages double, so this many hold what nearly every run says; later ones join without an
  // allocation.
  if (book_.empty()) book_.reserve(32);
  const uint64_t cards = (page.bytes + card_bytes - 1) / card_bytes;
  std::fill_n(page.cards(), cards, no_front);
  const uint64_t table = (cards * sizeof(uint32_t) + 7) & ~uint64_t{7};
  bump_.cur = page.begin + table;
  bump_.end = page.begin + page.bytes;
  const auto at = std::lower_bound(book_.begin(), book_.end(), page.begin,
                                   [](const Page& p, const char* a) { return p.begin < a; });
  book_.insert(at, page);
  current_ = page;
  return bump_.cur;
}

// Room for a front and at least bytes behind it; the cursor stands behind the front.
char* Vault::open_front(uint64_t bytes) {
  const uint64_t needed = sizeof(Front) + bytes;
  if (static_cast<uint64_t>(bump_.end - bump_.cur) < needed) add_page(needed);
  bump_.cur += sizeof(Front);
  return bump_.cur;
}

void* Vault::grow(void* self, weft_arena*, uint64_t bytes) noexcept {
  auto& vault = *static_cast<Vault*>(self);
  char* payload = vault.open_front(bytes);
  vault.bump_.cur += bytes;
  return payload;
}

void Vault::close_front(uint64_t seq, const weft_slot* root) {
  const auto* payload = reinterpret_cast<const char*>(root);
  const Front front{seq, static_cast<uint64_t>(bump_.cur - payload)};
  auto* at = const_cast<char*>(payload) - sizeof front;
  std::memcpy(at, &front, sizeof front);
  const auto offset = static_cast<uint64_t>(at - current_.begin);
  uint32_t& card = current_.cards()[offset / card_bytes];
  if (card == no_front) card = static_cast<uint32_t>(offset);
}

Result<Vault::Stored> Vault::store(uint64_t seq, Value value) {
  const weft_slot* from = value.exists() ? value.slot() : &null_slot;
  const weft_slot alone = *from;
  if (is_plain(alone) ||
      (is_small(alone) && (holds(from) || base::validate(&alone, sizeof alone)))) {
    auto* root = reinterpret_cast<weft_slot*>(open_front(sizeof(weft_slot)));
    bump_.cur += sizeof(weft_slot);
    *root = alone;
    close_front(seq, root);
    return Stored{root, false};
  }
  if (holds(from)) {
    // Passed on as it is: one slot that leads to where it already lies.
    auto* root = reinterpret_cast<weft_slot*>(open_front(sizeof(weft_slot)));
    bump_.cur += sizeof(weft_slot);
    place(root, lifted(*from));
    close_front(seq, root);
    return Stored{root, (from->flags & WEFT_INLINE) == 0};
  }
  char* const before = bump_.cur;
  char* const payload = open_front(sizeof(weft_slot));
  auto copied = base::copy_checked(Value(from), arena(), {this, holds_address});
  if (!copied) {
    if (bump_.cur == payload) bump_.cur = before;
    return copied.error();
  }
  const weft_slot* root = copied->slot();
  close_front(seq, root);
  const auto* begin = reinterpret_cast<const char*>(root);
  return Stored{root, leaves(root, begin, bump_.cur)};
}

Result<Vault::Stored> Vault::restore(uint64_t seq, std::string_view payload,
                                     const event::Targets& targets) {
  char* at = open_front(payload.size());
  bump_.cur += payload.size();
  std::memcpy(at, payload.data(), payload.size());
  auto* root = reinterpret_cast<weft_slot*>(at);
  close_front(seq, root);
  const auto resolved = event::resolve(root, payload.size(), targets);
  if (!resolved) return resolved.error();
  return Stored{root, leaves(root, at, at + payload.size())};
}

void Vault::clear() {
  for (const Page& page : book_) pages_->give(page.begin, page.bytes);
  book_.clear();
  current_ = {nullptr, 0};
  bump_ = {nullptr, nullptr, nullptr};
  next_page_ = 4096;
  held_ = 0;
}

const Vault::Page* Vault::page_of(const void* address) const {
  const auto* a = static_cast<const char*>(address);
  if (a >= current_.begin && a < current_.begin + current_.bytes) return &current_;
  const auto above =
      std::upper_bound(book_.begin(), book_.end(), a,
                       [](const char* p, const Page& page) { return p < page.begin; });
  if (above == book_.begin()) return nullptr;
  const Page& page = *(above - 1);
  return a < page.begin + page.bytes ? &page : nullptr;
}

bool Vault::holds_address(const void* self, const void* address) noexcept {
  return static_cast<const Vault*>(self)->holds(address);
}

event::Origin Vault::origin(const void* address) const {
  const Page* page = page_of(address);
  if (page == nullptr) return {};
  const auto offset = static_cast<uint64_t>(static_cast<const char*>(address) - page->begin);
  uint64_t card = offset / card_bytes;
  while (page->cards()[card] == no_front || page->cards()[card] > offset) {
    if (card == 0) return {};
    --card;
  }
  uint64_t at = page->cards()[card];
  while (true) {
    Front front;
    std::memcpy(&front, page->begin + at, sizeof front);
    const uint64_t begin = at + sizeof front;
    if (offset < begin + front.bytes) return {front.seq, offset - begin};
    at = begin + front.bytes;
  }
}

event::Origin Vault::origin_of(const void* self, const void* address) {
  return static_cast<const Vault*>(self)->origin(address);
}

}  // namespace weft::state
