#include "state/snapshot.hpp"

#include <algorithm>
#include <cstring>

#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "state/fields.hpp"
#include "state/reach.hpp"
#include "state/snapshot_layout.hpp"

namespace weft::state {
namespace {

// The visitor that writes. A value becomes the place of its payload, which is gathered.
class Out final {
 public:
  Out(const Vault& vault, Reach& reach) : vault_(&vault), reach_(&reach) {}

  template <class T>
  void number(const T& n) {
    word(static_cast<uint64_t>(n));
  }
  template <class T>
  void choice(const T& n, uint64_t) {
    word(static_cast<uint64_t>(n));
  }
  void value(const Value& v) {
    word(place_of(v.slot()));
    reach_->add(v);
  }
  template <class List, class Each>
  void list(const List& all, Each each) {
    word(all.size());
    for (const auto& one : all) each(one);
  }

  uint64_t place_of(const weft_slot* slot) const {
    return slot != nullptr ? event::pack(vault_->origin(slot)) : 0;
  }
  void raw(const void* bytes, size_t n) {
    const auto* p = static_cast<const char*>(bytes);
    bytes_.insert(bytes_.end(), p, p + n);
  }
  void gather(const weft_slot* slot) { reach_->add(Value(slot)); }

  // What is visited between belongs to the section.
  void open(Section section) {
    const SectionHead head{static_cast<uint32_t>(section), 0, 0};
    opened_ = bytes_.size();
    raw(&head, sizeof head);
  }
  void close() {
    bytes_.resize((bytes_.size() + 7) & ~size_t{7});
    const uint64_t size = bytes_.size() - opened_ - sizeof(SectionHead);
    std::memcpy(bytes_.data() + opened_ + offsetof(SectionHead, size), &size, sizeof size);
  }
  const std::vector<char>& bytes() const { return bytes_; }

 private:
  void word(uint64_t n) { raw(&n, sizeof n); }

  const Vault* vault_;
  Reach* reach_;
  std::vector<char> bytes_;
  size_t opened_ = 0;
};

bool is_touched(const Frame& f, uint32_t first, uint32_t count) {
  return std::any_of(f.status + first, f.status + first + count,
                     [](uint8_t status) { return status != WEFT_NODE_PENDING; });
}

// A time is written where it means something; elsewhere the column was never set.
void write_times(Out& out, const Frame& f, uint32_t first, uint32_t count) {
  for (uint32_t n = first; n < first + count; ++n) {
    out.number(f.status[n] != WEFT_NODE_PENDING ? f.began[n] : 0);
  }
  for (uint32_t n = first; n < first + count; ++n) {
    out.number(is_node_ended(f.status[n]) ? f.ended[n] : 0);
  }
}

void write_chunk(Out& out, const Frame& f, uint32_t first) {
  const uint32_t count = std::min(f.count - first, chunk_nodes);
  const ChunkHead head{f.number, first, count, 0};
  out.raw(&head, sizeof head);
  for (uint32_t n = first; n < first + count; ++n) out.number(out.place_of(f.value[n]));
  for (uint32_t n = first; n < first + count; ++n) out.gather(f.value[n]);
  write_times(out, f, first, count);
  out.raw(f.visit + first, count * sizeof *f.visit);
  out.raw(f.order + first, count * sizeof *f.order);
  out.raw(f.attempt + first, count * sizeof *f.attempt);
  out.raw(f.status + first, count);
  out.raw(f.traits + first, count);
  constexpr uint32_t zero = 0;
  out.raw(&zero, chunk_fill(count));
}

// The frames to write, in order of their numbers.
std::vector<uint32_t> frames_of(State& state, bool whole) {
  std::vector<uint32_t> numbers;
  if (whole) {
    for (const Frame& frame : state.frames) numbers.push_back(frame.number);
  } else {
    for (const uint32_t number : state.dirty) {
      if (!state.frames[number].released) numbers.push_back(number);
    }
    std::sort(numbers.begin(), numbers.end());
  }
  return numbers;
}

void write_tables(Out& out, State& state, bool whole) {
  const std::vector<uint32_t> numbers = frames_of(state, whole);
  out.open(Section::frames);
  for (const uint32_t number : numbers) {
    out.number(number);
    visit_frame(out, state.frames[number]);
  }
  out.close();
  out.open(Section::chunks);
  for (const uint32_t number : numbers) {
    const Frame& f = state.frames[number];
    for (uint32_t c = 0; c < chunks_of(f.count); ++c) {
      const uint32_t first = c * chunk_nodes;
      const uint32_t count = std::min(f.count - first, chunk_nodes);
      if (whole ? is_touched(f, first, count) : f.dirty[c] != 0) write_chunk(out, f, first);
    }
    std::fill_n(f.dirty, chunks_of(f.count), uint8_t{0});
  }
  out.close();
  for (const uint32_t number : state.dirty) state.frames[number].is_dirty = false;
  state.dirty.clear();
}

void write_payloads(Reach& reach, const event::Encoding& how, std::vector<char>& out) {
  std::vector<const weft_slot*>& all = reach.all();
  std::sort(all.begin(), all.end(), [](const weft_slot* a, const weft_slot* b) {
    return Vault::seq_of(a) < Vault::seq_of(b);
  });
  const size_t section = out.size();
  out.resize(section + sizeof(SectionHead));
  for (const weft_slot* root : all) {
    const size_t at = out.size();
    out.resize(at + sizeof(PayloadHead));
    uint8_t flags = event::has_payload;
    if (Vault::has_links(root)) flags |= event::has_links;
    event::encode_payload({reinterpret_cast<const char*>(root), Vault::payload_bytes(root)}, &flags,
                          how, out);
    const auto bytes = static_cast<uint32_t>(out.size() - at - sizeof(PayloadHead));
    const PayloadHead head{Vault::seq_of(root), bytes, flags};
    std::memcpy(out.data() + at, &head, sizeof head);
  }
  const SectionHead head{static_cast<uint32_t>(Section::payloads), 0,
                         out.size() - section - sizeof(SectionHead)};
  std::memcpy(out.data() + section, &head, sizeof head);
}

}  // namespace

void write_snapshot(State& state, bool whole, const event::Blobs* blobs, std::vector<char>& out) {
  const uint64_t expect = whole ? 0 : state.saved.seq;
  Reach reach(state.vault, expect);
  Out body(state.vault, reach);
  body.open(Section::run);
  visit_run(body, state);
  body.close();
  write_tables(body, state, whole);
  body.open(Section::waits);
  visit_waits(body, state);
  body.close();

  const size_t at = out.size();
  out.resize(at + sizeof(SnapshotHead));
  write_payloads(reach, {state.vault.origins(), blobs}, out);
  out.insert(out.end(), body.bytes().begin(), body.bytes().end());
  SnapshotHead head{snapshot_magic, snapshot_version,   0, out.size() - at, expect,
                    state.seq,      state.frames.size()};
  std::memcpy(out.data() + at, &head, sizeof head);
  head.crc = base::crc32c(out.data() + at + crc_from, head.size - crc_from);
  std::memcpy(out.data() + at, &head, sizeof head);

  state.saved.add(whole, state.seq, head.size);
}

bool wants_whole(const Saved& saved) {
  const uint64_t whole = std::max(saved.whole_bytes, base::limits::snapshot_whole_bytes);
  return saved.seq == 0 || saved.chain_bytes > 2 * whole ||
         saved.links >= base::limits::snapshot_links;
}

bool is_snapshot(std::string_view bytes) {
  return bytes.starts_with(std::string_view(snapshot_magic.data(), snapshot_magic.size()));
}

}  // namespace weft::state
