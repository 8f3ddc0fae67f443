#include "event/record.hpp"

#include <cstring>
#include <string>

#include "base/check.hpp"
#include "base/crc32c.hpp"
#include "base/valid.hpp"

namespace weft::event {
namespace {

// A link keeps the slot and replaces its offset: 41 bits of sequence, 23 bits of offset / 8.
constexpr unsigned offset_bits = 23;

bool has_payload_elsewhere(const weft_slot& s) {
  const bool outside = (s.tag >= WEFT_STR && s.tag <= WEFT_OBJECT) || s.tag == WEFT_BLOB;
  return outside && (s.flags & WEFT_INLINE) == 0 && (s.len != 0 || s.tag == WEFT_BLOB);
}

// Visits every slot of a contiguous value whose payload is not within it. Keys are always within.
template <class Visit>
struct Walk {
  const char* begin;
  const char* end;
  Visit visit;

  void slot(weft_slot* s) {
    if (!has_payload_elsewhere(*s)) return;
    if ((s->flags & WEFT_LINKED) != 0) return visit(s);
    auto* payload = reinterpret_cast<char*>(s) + s->v.rel;
    if (payload < begin || payload >= end) return visit(s);
    if (s->tag != WEFT_ARRAY && s->tag != WEFT_OBJECT) return;
    auto* first = reinterpret_cast<weft_slot*>(payload);
    const bool shaped = (s->flags & WEFT_SHAPED) != 0;
    const uint32_t step = s->tag == WEFT_OBJECT && !shaped ? 2 : 1;
    if (shaped || step == 2) ++first;
    for (uint32_t i = 0; i < s->len; ++i) slot(first + size_t{i} * step);
  }
};

template <class Visit>
void for_each_outside(char* root, uint64_t bytes, Visit visit) {
  Walk<Visit>{root, root + bytes, visit}.slot(reinterpret_cast<weft_slot*>(root));
}

}  // namespace

void encode(const Event& event, uint64_t payload_bytes, const Origins& origins,
            std::vector<char>& out) {
  const size_t at = out.size();
  const uint64_t size = sizeof(Header) + payload_bytes;
  out.resize(at + size);
  Header h{static_cast<uint32_t>(size),
           0,
           static_cast<uint8_t>(event.type),
           event.flags,
           event.attempt,
           event.frame,
           event.seq,
           event.tick,
           event.node,
           event.visit};
  char* payload = out.data() + at + sizeof h;
  if (payload_bytes != 0) {
    const auto* original = reinterpret_cast<const char*>(event.payload);
    std::memcpy(payload, original, payload_bytes);
    if ((event.flags & has_links) != 0) {
      // The copied slots still hold offsets that count from where they stood in memory, and links
      // are what leaves the payload; so the walk goes by distances, which are the same in both.
      for_each_outside(payload, payload_bytes, [&](weft_slot* s) {
        const auto* stood = original + (reinterpret_cast<char*>(s) - payload);
        const Origin from = origins.of(origins.self, stood + s->v.rel);
        base::check(from.seq != 0 && from.offset % 8 == 0, "a link leads to a recorded payload");
        s->flags |= WEFT_LINKED;
        s->v.u = from.seq << offset_bits | from.offset / 8;
      });
    }
  }
  std::memcpy(out.data() + at, &h, sizeof h);
  h.crc = base::crc32c(out.data() + at + 8, size - 8);
  std::memcpy(out.data() + at, &h, sizeof h);
}

Result<Reader::Record> Reader::damaged(const char* what) const {
  return Error{Status::corrupt, "journal.damaged", "record " + std::to_string(seq_) + " " + what,
               "everything before it is good and a run can go on from there"};
}

Result<Reader::Record> Reader::next() {
  Header h;
  if (bytes_.size() - at_ < sizeof h) return damaged("is cut short");
  std::memcpy(&h, bytes_.data() + at_, sizeof h);
  if (h.size < sizeof h || h.size > bytes_.size() - at_) return damaged("is cut short");
  if (h.crc != base::crc32c(bytes_.data() + at_ + 8, h.size - 8)) {
    return damaged("does not match its checksum");
  }
  if (h.seq != seq_) return damaged("is out of sequence");
  if (h.type == 0 || h.type >= type_count) return damaged("is of a kind this version lacks");

  Record record;
  record.payload = bytes_.substr(at_ + sizeof h, h.size - sizeof h);
  if (!record.payload.empty()) {
    const auto valid =
        base::validate(record.payload.data(), record.payload.size(), {.links = true});
    if (!valid) return damaged("holds a malformed value");
  }
  record.event = {static_cast<Type>(h.type),
                  h.flags,
                  h.attempt,
                  h.frame,
                  h.node,
                  h.visit,
                  h.seq,
                  h.tick,
                  nullptr};
  at_ += h.size;
  ++seq_;
  return record;
}

Result<void> resolve(weft_slot* root, uint64_t bytes, const Targets& targets) {
  bool missing = false;
  for_each_outside(reinterpret_cast<char*>(root), bytes, [&](weft_slot* s) {
    const Origin origin{s->v.u >> offset_bits, (s->v.u & ((1ULL << offset_bits) - 1)) * 8};
    const void* target = (s->flags & WEFT_LINKED) != 0 ? targets.at(targets.self, origin) : nullptr;
    if (target == nullptr) {
      missing = true;
      *s = weft_slot{WEFT_NULL, 0, 0, 0, {0}};
      return;
    }
    s->flags &= static_cast<uint8_t>(~WEFT_LINKED);
    s->v.rel = static_cast<const char*>(target) - reinterpret_cast<char*>(s);
  });
  if (!missing) return {};
  return Error{Status::corrupt, "journal.damaged", "a record refers to a value that is not there",
               "the journal was cut or edited; restore it from a backup"};
}

}  // namespace weft::event
