// Law of this file: nothing is believed. Every number that leads somewhere is compared with what is
// there before it is followed, and the first that is wrong ends the reading.
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <string>

#include "base/crc32c.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/valid.hpp"
#include "event/links.hpp"
#include "state/fields.hpp"
#include "state/snapshot.hpp"
#include "state/snapshot_layout.hpp"

namespace weft::state {

namespace {

// The visitor that reads one section. After something was wrong it reads zeros.
class In final {
 public:
  In(std::string_view body, const Payloads& payloads) : body_(body), payloads_(&payloads) {}

  template <class T>
  void number(T& to) {
    const uint64_t n = word();
    if constexpr (std::is_signed_v<T>) {
      to = static_cast<T>(n);
    } else {
      if (n > std::numeric_limits<T>::max()) fail("a number is too large");
      to = static_cast<T>(n);
    }
  }
  template <class T>
  void choice(T& to, uint64_t count) {
    const uint64_t n = word();
    if (n >= count) return fail("a choice is none of those there are");
    to = static_cast<T>(n);
  }
  void value(Value& to) { to = Value(slot_at(word())); }
  template <class List, class Each>
  void list(List& all, Each each) {
    const uint64_t count = word();
    if (count > (body_.size() - at_) / sizeof(uint64_t)) return fail("a list is cut short");
    all.clear();
    all.resize(count);
    for (auto& one : all) {
      if (problem_ == nullptr) each(one);
    }
  }

  uint64_t word() {
    uint64_t n = 0;
    raw(&n, sizeof n);
    return n;
  }
  void raw(void* to, uint64_t n) {
    if (n > body_.size() - at_) return fail("it is cut short");
    if (problem_ != nullptr) return;
    std::memcpy(to, body_.data() + at_, n);
    at_ += n;
  }
  std::string_view bytes(uint64_t n) {
    if (n > body_.size() - at_) fail("it is cut short");
    if (problem_ != nullptr) return {};
    at_ += n;
    return body_.substr(at_ - n, n);
  }
  void fail(const char* problem) {
    if (problem_ == nullptr) problem_ = problem;
  }
  bool is_good() const { return problem_ == nullptr; }
  const char* problem() const { return problem_; }
  bool done() const { return problem_ != nullptr || at_ == body_.size(); }

 private:
  // The root of a payload, or null where there is none.
  const weft_slot* root_at(uint64_t place) {
    const event::Origin origin = event::unpack(place);
    if (place == 0) return nullptr;
    const weft_slot* root = payloads_->root(origin.seq);
    if (root == nullptr || origin.offset != 0) fail("a value is not there");
    return root;
  }
  // Any slot of a payload.
  const weft_slot* slot_at(uint64_t place) {
    const event::Origin origin = event::unpack(place);
    if (place == 0 || origin.offset == 0) return root_at(place);
    const weft_slot* root = payloads_->root(origin.seq);
    const weft_slot* found = nullptr;
    if (root != nullptr && origin.offset < Vault::payload_bytes(root)) {
      const auto* wanted =
          reinterpret_cast<const weft_slot*>(reinterpret_cast<const char*>(root) + origin.offset);
      event::for_each_slot(root, Vault::payload_bytes(root), [&](const weft_slot* s) {
        if (s == wanted) found = s;
      });
    }
    if (found == nullptr) fail("a value is not there");
    return found;
  }

  std::string_view body_;
  const Payloads* payloads_;
  uint64_t at_ = 0;
  const char* problem_ = nullptr;
};

Error damaged(const std::string& what) {
  return {Status::corrupt, "snapshot.damaged", "a snapshot " + what,
          "the run can be read from its records; else restore it from a backup"};
}

// The sections of one snapshot, taken off in their order.
class Reading final {
 public:
  Reading(std::string_view bytes, State& state, const SnapshotSource& source)
      : state_(state), source_(source), rest_(bytes.substr(sizeof(SnapshotHead))) {
    std::memcpy(&head_, bytes.data(), sizeof head_);
  }

  Result<void> payloads() { return entries(Section::payloads, &Reading::payload); }
  Result<void> run();
  Result<void> frames() { return entries(Section::frames, &Reading::frame); }
  Result<void> chunks() { return entries(Section::chunks, &Reading::chunk); }
  Result<void> waits();
  Result<void> finish();

 private:
  Result<void> follow_move();
  Result<std::string_view> open(Section section);
  Error wrong(const char* what) const;
  Result<void> entries(Section section, void (Reading::*each)(In&));
  void payload(In& in);
  void frame(In& in);
  void chunk(In& in);
  bool is_same_place(const Frame& f, const Frame& read) const;
  bool may_add(const Frame& read) const;

  State& state_;
  const SnapshotSource& source_;
  std::string_view rest_;
  SnapshotHead head_{};
  Section section_{};
  uint64_t entry_ = 0;
  uint64_t latest_ = 0;  // sequence or number of the entry before
  bool has_latest_ = false;
  std::string blob_problem_;
};

Error Reading::wrong(const char* what) const {
  return damaged("up to event " + std::to_string(head_.seq) + " is damaged in its section '" +
                 section_names[static_cast<size_t>(section_)] + "', entry " +
                 std::to_string(entry_) + ": " + (blob_problem_.empty() ? what : blob_problem_));
}

Result<std::string_view> Reading::open(Section section) {
  section_ = section;
  entry_ = 0;
  has_latest_ = false;
  SectionHead head{};
  if (rest_.size() < sizeof head) return wrong("it is not there");
  std::memcpy(&head, rest_.data(), sizeof head);
  rest_.remove_prefix(sizeof head);
  if (head.kind != static_cast<uint32_t>(section)) return wrong("another stands in its place");
  if (head.size > rest_.size() || head.size % 8 != 0) return wrong("it is cut short");
  const std::string_view body = rest_.substr(0, head.size);
  rest_.remove_prefix(head.size);
  return body;
}

Result<void> Reading::entries(Section section, void (Reading::*each)(In&)) {
  const auto body = open(section);
  if (!body) return body.error();
  for (In in(*body, source_.payloads); !in.done(); ++entry_) {
    (this->*each)(in);
    if (!in.is_good()) return wrong(in.problem());
  }
  return {};
}

void Reading::payload(In& in) {
  PayloadHead head{};
  in.raw(&head, sizeof head);
  std::string_view bytes = in.bytes(head.bytes);
  if (!in.is_good()) return;
  const uint64_t before = has_latest_ ? latest_ : head_.expect;
  if (head.seq <= before || head.seq > head_.seq) return in.fail("it is out of sequence");
  if (!base::validate(bytes.data(), bytes.size(), {.links = true})) {
    return in.fail("it is a malformed value");
  }
  base::Doc blob;
  if ((head.flags & event::is_blob) != 0) {
    auto fetched = event::fetch_blob(bytes, source_.fetch);
    if (!fetched) {
      blob_problem_ = fetched.error().message;
      return in.fail("");
    }
    blob = std::move(*fetched);
    bytes = blob.bytes();
  }
  const auto stored = state_.vault.restore(head.seq, bytes, source_.payloads.targets());
  if (!stored) return in.fail("it refers to a value that is not there");
  source_.payloads.add(head.seq, stored->root);
  latest_ = head.seq;
  has_latest_ = true;
}

Result<void> Reading::run() {
  const auto body = open(Section::run);
  if (!body) return body.error();
  In in(*body, source_.payloads);
  visit_run(in, state_);
  if (in.is_good() && !in.done()) in.fail("it is longer than it should be");
  return in.is_good() ? follow_move() : wrong(in.problem());
}

// The tables are those of the definition that the run was moved to last.
Result<void> Reading::follow_move() {
  if (!state_.moved.exists() || state_.plan == nullptr) return {};
  auto plan = plan::find(source_.plan_of, state_.moved);
  if (!plan) return plan.error();
  state_.plan = *plan;
  return {};
}

// What never changes once a frame is open.
bool Reading::is_same_place(const Frame& f, const Frame& read) const {
  return f.block == read.block && f.parent == read.parent && f.parent_node == read.parent_node &&
         f.parent_visit == read.parent_visit;
}

bool Reading::may_add(const Frame& read) const {
  if (read.number >= head_.frames || read.block >= state_.plan->blocks.size()) return false;
  if (read.parent == event::no_frame) return read.number == 0;
  if (read.parent >= state_.frames.size()) return false;
  const Frame& outer = state_.frames[read.parent];
  return read.parent_node < outer.count && state_.node(outer, read.parent_node).block == read.block;
}

void Reading::frame(In& in) {
  Frame read;
  in.number(read.number);
  visit_frame(in, read);
  if (!in.is_good()) return;
  if (has_latest_ && read.number <= latest_) return in.fail("it is out of order");
  latest_ = read.number;
  has_latest_ = true;
  if (read.number >= state_.frames.size()) {
    if (!may_add(read)) return in.fail("it stands where the definition has no block");
    Frame& frame = state_.frames.add(read.number);
    frame.block = read.block;
    frame.parent = read.parent;
    frame.parent_node = read.parent_node;
    frame.parent_visit = read.parent_visit;
    open_table(state_, frame);
  }
  Frame& frame = state_.frames[read.number];
  if (frame.released || !is_same_place(frame, read)) return in.fail("it is another frame");
  for (const uint32_t n : {read.prev, read.detour}) {
    if (n >= frame.count && n != event::no_node) return in.fail("it names a missing step");
  }
  frame.prev = read.prev;
  frame.detour = read.detour;
  frame.stopping = read.stopping;
  frame.closed = read.closed;
  frame.memo = read.memo;
  frame.passed_pivot = read.passed_pivot;
  frame.rollback = read.rollback;
  frame.before = read.before;
}

void Reading::chunk(In& in) {
  ChunkHead head{};
  in.raw(&head, sizeof head);
  if (!in.is_good()) return;
  if (head.frame >= state_.frames.size()) return in.fail("its frame is not there");
  const Frame& f = state_.frames[head.frame];
  if (head.first >= f.count || head.first % chunk_nodes != 0 ||
      head.count != std::min(f.count - head.first, chunk_nodes)) {
    return in.fail("it is not a chunk of its frame");
  }
  const uint32_t first = head.first;
  for (uint32_t n = first; n < first + head.count; ++n) {
    // Mostly a whole payload; the arguments of an alternative are a part of one.
    Value value;
    in.value(value);
    f.value[n] = value.slot();
  }
  in.raw(f.began + first, head.count * sizeof *f.began);
  in.raw(f.ended + first, head.count * sizeof *f.ended);
  in.raw(f.visit + first, head.count * sizeof *f.visit);
  in.raw(f.order + first, head.count * sizeof *f.order);
  in.raw(f.attempt + first, head.count * sizeof *f.attempt);
  in.raw(f.status + first, head.count);
  in.raw(f.traits + first, head.count);
  uint32_t fill = 0;
  in.raw(&fill, chunk_fill(head.count));
  for (uint32_t n = first; n < first + head.count; ++n) {
    if (f.status[n] > WEFT_NODE_COMPENSATED) return in.fail("a step has a status that is unknown");
  }
}

Result<void> Reading::waits() {
  const auto body = open(Section::waits);
  if (!body) return body.error();
  In in(*body, source_.payloads);
  visit_waits(in, state_);
  const auto check = [&](uint32_t frame, uint32_t node) {
    const bool is_there = frame < state_.frames.size() && node < state_.frames[frame].count;
    if (!is_there) in.fail("it is of a step that is not there");
  };
  for (const Wait& w : state_.waits) {
    const bool of_block = w.kind == Wait::Kind::hook && w.node == event::no_node;
    if (w.frame != event::no_frame) check(w.frame, of_block ? 0 : w.node);
  }
  for (const Vote& v : state_.votes) check(v.frame, v.node);
  for (const Undo& u : state_.undo) check(u.frame, u.node);
  if (!are_sound(state_.layers, state_)) in.fail("it is of a branch that is not there");
  if (in.is_good() && !in.done()) in.fail("it is longer than it should be");
  return in.is_good() ? Result<void>() : wrong(in.problem());
}

Result<void> Reading::finish() {
  if (!rest_.empty()) return wrong("something follows the last section");
  if (head_.frames < state_.frames.size()) return wrong("it counts fewer frames than there are");
  state_.frames.extend(static_cast<uint32_t>(head_.frames));
  recount(state_);
  state_.seq = head_.seq;
  state_.saved.add(head_.expect == 0, head_.seq, head_.size);
  return {};
}

}  // namespace

Result<SnapshotRange> range_of(std::string_view bytes) {
  SnapshotHead head{};
  if (bytes.size() < sizeof head) return damaged("is cut short");
  std::memcpy(&head, bytes.data(), sizeof head);
  if (!is_snapshot(bytes)) return damaged("does not begin like one");
  if (head.size != bytes.size()) return damaged("is cut short");
  if (head.version != snapshot_version) {
    return damaged("is of version " + std::to_string(head.version) +
                   ", this kernel reads version " + std::to_string(snapshot_version));
  }
  if (head.crc != base::crc32c(bytes.data() + crc_from, bytes.size() - crc_from)) {
    return damaged("up to event " + std::to_string(head.seq) + " does not match its checksum");
  }
  if (head.expect >= head.seq || head.frames > std::min(head.seq, uint64_t{base::limits::frames})) {
    return damaged("has a head that cannot be");
  }
  return SnapshotRange{head.expect, head.seq};
}

Result<void> read_snapshot(std::string_view bytes, State& state, const SnapshotSource& source) {
  const auto range = range_of(bytes);
  if (!range) return range.error();
  if (range->expect != state.seq || state.saved.seq != state.seq) {
    return damaged("adds to one up to event " + std::to_string(range->expect) +
                   ", but what was read ends at event " + std::to_string(state.seq));
  }
  Reading reading(bytes, state, source);
  for (auto step : {&Reading::payloads, &Reading::run, &Reading::frames, &Reading::chunks,
                    &Reading::waits, &Reading::finish}) {
    auto done = (reading.*step)();
    if (!done) return done;
  }
  return {};
}

Result<base::Doc> acceptance_in(std::string_view bytes, const event::Fetch& fetch) {
  const auto range = range_of(bytes);
  if (!range) return range.error();
  Pages pages;
  State state(nullptr, pages);
  Payloads payloads;
  const SnapshotSource source{payloads, fetch, plan::PlanOf()};
  Reading reading(bytes, state, source);
  for (auto step : {&Reading::payloads, &Reading::run}) {
    const auto done = (reading.*step)();
    if (!done) return done.error();
  }
  return base::try_pack(state.acceptance.exists() ? state.acceptance : null_value());
}

}  // namespace weft::state
