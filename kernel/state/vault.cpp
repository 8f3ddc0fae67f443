#include "state/vault.hpp"

#include <algorithm>
#include <cstring>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/valid.hpp"

namespace weft::state {
namespace {

constexpr uint64_t first_page_bytes = 4096;

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

Vault::Vault(Pages& pages) : pages_(&pages) { clear(); }

char* Vault::Page::open(uint32_t round) const {
  *head() = {1, round};
  const uint64_t count = (bytes + card_bytes - 1) / card_bytes;
  std::fill_n(cards(), count, no_front);
  const uint64_t table = (sizeof(Head) + count * sizeof(uint32_t) + 7) & ~uint64_t{7};
  return begin + table;
}

// The table takes a 64th of a page.
Vault::Page Vault::take_page(uint64_t bytes) {
  Page page{nullptr, 0};
  page.begin = pages_->take(bytes + bytes / 32 + 1024, &page.bytes);
  held_ += page.bytes;
  // Pages double, so this many hold what nearly every run says; later ones join without an
  // allocation.
  if (book_.capacity() == 0) book_.reserve(64);
  const auto at = std::lower_bound(book_.begin(), book_.end(), page.begin,
                                   [](const Page& p, const char* a) { return p.begin < a; });
  book_.insert(at, page);
  return page;
}

void Vault::add_page(uint64_t bytes) {
  current_ = take_page(std::max(next_page_ - next_page_ / 32 - 1024, bytes));
  next_page_ = std::min(next_page_ * 2, base::limits::vault_page_bytes);
  bump_.cur = current_.open(0);
  bump_.end = current_.begin + current_.bytes;
}

// Room for a front and at least bytes behind it; the cursor stands behind the front.
char* Vault::open_front(uint64_t bytes) {
  const uint64_t needed = sizeof(Front) + bytes;
  if (static_cast<uint64_t>(bump_.end - bump_.cur) < needed) add_page(needed);
  bump_.cur += sizeof(Front);
  return bump_.cur;
}

// The same on a page that nothing else will lie on: it goes when this payload goes.
char* Vault::open_alone(uint64_t bytes) {
  alone_ = take_page(sizeof(Front) + bytes);
  alone_bump_.cur = alone_.open(0) + sizeof(Front);
  alone_bump_.end = alone_.begin + alone_.bytes;
  return alone_bump_.cur;
}

void* Vault::grow(void* self, weft_arena*, uint64_t bytes) noexcept {
  auto& vault = *static_cast<Vault*>(self);
  const bool alone = bytes > base::limits::vault_page_bytes / 4;
  char* payload = alone ? vault.open_alone(bytes) : vault.open_front(bytes);
  (alone ? vault.alone_bump_ : vault.bump_).cur += bytes;
  return payload;
}

void Vault::close_front(uint64_t seq, const weft_slot* root, bool has_links) {
  const bool alone = alone_.begin != nullptr;
  const Page& page = alone ? alone_ : current_;
  const auto* payload = reinterpret_cast<const char*>(root);
  const char* end = (alone ? alone_bump_ : bump_).cur;
  const Front front{seq, static_cast<uint32_t>(end - payload), has_links ? 1U : 0U};
  char* at = page.begin + (payload - page.begin) - sizeof front;
  std::memcpy(at, &front, sizeof front);
  const auto offset = static_cast<uint64_t>(at - page.begin);
  uint32_t& card = page.cards()[offset / card_bytes];
  if (card == no_front) card = static_cast<uint32_t>(offset);
  alone_ = {nullptr, 0};
}

Result<Vault::Stored> Vault::store(uint64_t seq, Value value) {
  const weft_slot* from = value.exists() ? value.slot() : &null_slot;
  const weft_slot alone = *from;
  if (is_plain(alone) ||
      (is_small(alone) && (holds(from) || base::validate(&alone, sizeof alone)))) {
    auto* root = reinterpret_cast<weft_slot*>(open_front(sizeof(weft_slot)));
    bump_.cur += sizeof(weft_slot);
    *root = alone;
    close_front(seq, root, false);
    return Stored{root, false};
  }
  if (holds(from)) {
    // Passed on as it is: one slot that leads to where it already lies.
    auto* root = reinterpret_cast<weft_slot*>(open_front(sizeof(weft_slot)));
    bump_.cur += sizeof(weft_slot);
    place(root, lifted(*from));
    const bool linked = (from->flags & WEFT_INLINE) == 0;
    close_front(seq, root, linked);
    return Stored{root, linked};
  }
  char* const payload = open_front(sizeof(weft_slot));
  auto copied = base::copy_checked(Value(from), arena(), {this, holds_address});
  // Nothing, or what lies elsewhere, needs no front here.
  const bool unused = bump_.cur == payload;
  if (unused) bump_.cur -= sizeof(Front);
  if (!copied) return copied.error();
  const weft_slot* root = copied->slot();
  const auto* begin = reinterpret_cast<const char*>(root);
  const bool linked = leaves(root, begin, alone_.begin != nullptr ? alone_bump_.cur : bump_.cur);
  close_front(seq, root, linked);
  return Stored{root, linked};
}

Result<Vault::Stored> Vault::restore(uint64_t seq, std::string_view payload,
                                     const event::Targets& targets) {
  // What comes next must lie 8-aligned too.
  if (payload.size() % 8 != 0) {
    return Error{Status::corrupt, "journal.damaged", "its value does not fill its last 8 bytes",
                 "restore the store from a backup"};
  }
  const auto bytes = static_cast<uint64_t>(bump_.end - bump_.cur);
  const bool fits = bytes >= sizeof(Front) + payload.size();
  char* at = nullptr;
  if (fits) {
    at = open_front(payload.size());
    bump_.cur += payload.size();
  } else {
    at = static_cast<char*>(grow(this, &bump_, payload.size()));
  }
  std::memcpy(at, payload.data(), payload.size());
  auto* root = reinterpret_cast<weft_slot*>(at);
  const auto resolved = event::resolve(root, payload.size(), targets);
  const bool linked = leaves(root, at, at + payload.size());
  close_front(seq, root, linked);
  if (!resolved) return resolved.error();
  return Stored{root, linked};
}

void Vault::drop(const Page& page) {
  held_ -= page.bytes;
  if (--page.head()->holders == 0) pages_->give(page.begin, page.bytes);
}

void Vault::clear() {
  for (const Page& page : book_) drop(page);
  book_.clear();
  current_ = {nullptr, 0};
  bump_ = {nullptr, nullptr, nullptr};
  next_page_ = first_page_bytes;
  held_ = 0;
  full_at_ = base::limits::swept_bytes;
}

void Vault::share_from(const Vault& from) {
  base::check(book_.empty() && pages_ == from.pages_, "a vault shares before it stores");
  book_ = from.book_;
  for (const Page& page : book_) ++page.head()->holders;
  held_ = from.held_;
  full_at_ = std::max(full_at_, held_ * 2);
}

uint64_t Vault::give_back_unmet(uint32_t round) {
  const uint64_t before = held_;
  std::erase_if(book_, [&](const Page& page) {
    if (page.head()->round == round || page.begin == current_.begin) return false;
    drop(page);
    return true;
  });
  full_at_ = std::max(base::limits::swept_bytes, held_ * 2);
  return before - held_;
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

const weft_slot* Vault::around(const Page& page, const void* address) const {
  const auto offset = static_cast<uint64_t>(static_cast<const char*>(address) - page.begin);
  uint64_t card = offset / card_bytes;
  while (page.cards()[card] == no_front || page.cards()[card] > offset) {
    if (card == 0) return nullptr;
    --card;
  }
  uint64_t at = page.cards()[card];
  while (true) {
    const auto* root = reinterpret_cast<const weft_slot*>(page.begin + at + sizeof(Front));
    at += sizeof(Front) + front(root)->bytes;
    if (offset < at) return root;
  }
}

event::Origin Vault::origin(const void* address) const {
  const Page* page = page_of(address);
  const weft_slot* root = page != nullptr ? around(*page, address) : nullptr;
  if (root == nullptr) return {};
  return {front(root)->seq, static_cast<uint64_t>(static_cast<const char*>(address) -
                                                  reinterpret_cast<const char*>(root))};
}

const weft_slot* Vault::meet(const void* address, uint32_t round) {
  const Page* page = page_of(address);
  const weft_slot* root = page != nullptr ? around(*page, address) : nullptr;
  if (root == nullptr) return nullptr;
  char* at = page->begin + (reinterpret_cast<const char*>(root) - page->begin);
  auto& mark = (reinterpret_cast<Front*>(at) - 1)->mark;
  if (mark >> 1U == round) return nullptr;
  mark = round << 1U | (mark & 1U);
  page->head()->round = round;
  return root;
}

event::Origin Vault::origin_of(const void* self, const void* address) {
  return static_cast<const Vault*>(self)->origin(address);
}

}  // namespace weft::state
