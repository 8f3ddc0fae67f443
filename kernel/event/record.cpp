#include "event/record.hpp"

#include <cstring>
#include <string>

#include "base/check.hpp"
#include "base/crc32c.hpp"
#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/valid.hpp"
#include "event/links.hpp"

namespace weft::event {
namespace {

// A link keeps the slot and replaces its offset: 41 bits of sequence, 23 bits of offset / 8.
constexpr unsigned offset_bits = 23;

// The payload of a record whose own lies elsewhere: a value of tag WEFT_BLOB.
struct Reference {
  weft_slot slot;
  base::Digest digest;
  uint64_t bytes;
};
static_assert(sizeof(Reference) == 56);

}  // namespace

uint64_t pack(const Origin& origin) {
  base::check(origin.seq != 0 && origin.offset % 8 == 0, "a link leads to a recorded payload");
  return origin.seq << offset_bits | origin.offset / 8;
}

Origin unpack(uint64_t packed) {
  return {packed >> offset_bits, (packed & ((uint64_t{1} << offset_bits) - 1)) * 8};
}

void encode_payload(std::string_view payload, uint8_t* flags, const Encoding& how,
                    std::vector<char>& out) {
  const size_t at = out.size();
  out.insert(out.end(), payload.begin(), payload.end());
  if ((*flags & has_links) != 0) {
    // The copied slots still hold offsets that count from where they stood in memory, and links
    // are what leaves the payload; so the walk goes by distances, which are the same in both.
    auto* copy = reinterpret_cast<weft_slot*>(out.data() + at);
    for_each_outside(copy, payload.size(), [&](weft_slot* s) {
      const auto* stood = payload.data() + (reinterpret_cast<char*>(s) - (out.data() + at));
      s->v.u = pack(how.origins.of(how.origins.self, stood + s->v.rel));
      s->flags |= WEFT_LINKED;
    });
  }
  if (how.blobs != nullptr && payload.size() > base::limits::inline_bytes) {
    const base::Digest digest = how.blobs->put(how.blobs->self, {out.data() + at, payload.size()});
    Reference reference{{WEFT_BLOB, 0, 0, 0, {sizeof(weft_slot)}}, digest, payload.size()};
    out.resize(at + sizeof reference);
    std::memcpy(out.data() + at, &reference, sizeof reference);
    *flags |= is_blob;
  }
}

void encode(const Event& event, uint64_t payload_bytes, const Encoding& how,
            std::vector<char>& out) {
  const size_t at = out.size();
  Header h{0,
           0,
           static_cast<uint8_t>(event.type),
           event.flags,
           event.attempt,
           event.frame,
           event.seq,
           event.tick,
           event.node,
           event.visit};
  out.resize(at + sizeof h);
  if (payload_bytes != 0) {
    const auto* payload = reinterpret_cast<const char*>(event.payload);
    encode_payload({payload, payload_bytes}, &h.flags, how, out);
  }
  const size_t size = out.size() - at;
  h.size = static_cast<uint32_t>(size);
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
  if (name(static_cast<Type>(h.type)).empty() || h.type >= type_count)
    return damaged("is of a kind this version lacks");

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
  for_each_outside(root, bytes, [&](weft_slot* s) {
    const bool is_link = (s->flags & WEFT_LINKED) != 0;
    const void* target = is_link ? targets.at(targets.self, unpack(s->v.u), *s) : nullptr;
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

std::string blob_key(const base::Digest& digest) { return "blob/" + base::to_hex(digest); }

Result<base::Doc> fetch_blob(std::string_view reference, const Fetch& fetch) {
  Reference r;
  const auto wrong = [&](const char* what) {
    return Error{Status::corrupt, "journal.damaged",
                 "a value of " + std::to_string(r.bytes) + " bytes lies under '" +
                     blob_key(r.digest) + "' of the store, where " + what,
                 "restore the store from a backup"};
  };
  r.slot.tag = WEFT_NULL;
  if (reference.size() == sizeof r) std::memcpy(&r, reference.data(), sizeof r);
  if (r.slot.tag != WEFT_BLOB || r.slot.v.rel != sizeof(weft_slot)) {
    return Error{Status::corrupt, "journal.damaged",
                 "a record says that its value lies elsewhere and not where",
                 "restore the store from a backup"};
  }
  if (!fetch) return wrong("nothing can be fetched from");
  auto kept = fetch(blob_key(r.digest));
  if (!kept) return wrong("it could not be read");
  const std::string_view bytes = kept->view().as_bytes();
  if (bytes.size() != r.bytes) return wrong("something of another size is");
  if (base::sha256(bytes) != r.digest) return wrong("something with another hash is");
  base::Doc doc(bytes.size());
  if (!bytes.empty()) std::memcpy(doc.data(), bytes.data(), bytes.size());
  if (!base::validate(doc.data(), bytes.size(), {.links = true})) {
    return wrong("a malformed value is");
  }
  return doc;
}

}  // namespace weft::event
