#include "journal/journal.hpp"

#include <algorithm>
#include <cstring>

#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "event/record.hpp"
#include "state/snapshot.hpp"

namespace weft::journal {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

// The events after which lists show something else.
bool changes_summary(Type type) {
  return type == Type::run_accepted || type == Type::run_started || type == Type::run_waiting ||
         type == Type::run_paused || type == Type::run_resumed || type == Type::run_forked ||
         type == Type::run_migrated || type == Type::rollback_started || event::ends_run(type);
}

std::string hex(const std::array<uint8_t, 32>& hash) {
  return base::to_hex({reinterpret_cast<const char*>(hash.data()), hash.size()});
}

}  // namespace

std::string definition_key(const std::array<uint8_t, 32>& hash) {
  return "definition/" + hex(hash);
}

void Journal::stage(std::string_view id, state::State& state, const std::vector<Event>& events) {
  if (events.empty()) return;
  const Type first = events.front().type;
  const bool begins = first == Type::run_accepted || first == Type::run_forked;
  if (begins || first == Type::run_migrated) define(*state.plan);
  state::Saved& saved = state.saved;
  saved.record_bytes += append(id, state, events);
  bool changed = false, parks = false, ends = false;
  for (const Event& e : events) {
    changed = changed || changes_summary(e.type);
    parks = parks || e.type == Type::run_waiting || e.type == Type::run_paused;
    ends = ends || event::ends_run(e.type);
  }
  const bool much = state.seq - saved.seq >= base::limits::snapshot_events ||
                    saved.record_bytes >= base::limits::snapshot_records_bytes;
  if ((much || parks) && !ends) snapshot(id, state);
  if (!changed) return;
  summarise(id, state);
  if (state.had_timer) set_timer(id, state, events);
}

// A run that rests is woken at the time that it named; one that goes on is not.
void Journal::set_timer(std::string_view id, const state::State& state,
                        const std::vector<Event>& events) {
  constexpr uint64_t timer = 1;
  for (const Event& e : events) {
    const Value due = e.type == Type::run_waiting ? e.value()["due_ns"_k] : Value();
    if (due.is_integer()) {
      slices_.push_back({WEFT_SOP_TIMER_SET, id, 0, timer, 0, 0, 0, {}, false, due.as_i64()});
    } else if (e.type == Type::run_resumed || e.type == Type::run_started) {
      slices_.push_back({WEFT_SOP_TIMER_DELETE, id, 0, timer, 0, 0, 0, {}});
    }
  }
  if (state::is_ended(state.status)) {
    slices_.push_back({WEFT_SOP_TIMER_DELETE, id, 0, timer, 0, 0, 0, {}});
  }
}

void Journal::put(std::string key, Value value) {
  const uint64_t begin = bytes_.size();
  bytes_.resize(begin + base::packed_bytes(value));
  base::pack_into(value, bytes_.data() + begin);
  slices_.push_back(
      {WEFT_SOP_KV_PUT, keys_.emplace_back(std::move(key)), 0, 0, 0, begin, bytes_.size(), {}});
}

void Journal::erase(std::string key) {
  slices_.push_back({WEFT_SOP_KV_DELETE, keys_.emplace_back(std::move(key)), 0, 0, 0, 0, 0, {}});
}

// Decisions for one run that follow each other become one operation.
uint64_t Journal::append(std::string_view id, const state::State& state,
                         const std::vector<Event>& events) {
  const uint64_t begin = bytes_.size();
  const event::Blobs blobs{this, put_blob};
  for (const Event& e : events) {
    const uint64_t payload = e.payload != nullptr ? state::Vault::payload_bytes(e.payload) : 0;
    event::encode(e, payload, {state.vault.origins(), &blobs}, bytes_);
  }
  const uint64_t first = events.front().seq;
  const uint64_t last = events.back().seq;
  const uint64_t end = bytes_.size();
  if (!slices_.empty()) {
    Slice& before = slices_.back();
    if (before.kind == WEFT_SOP_APPEND && before.key.data() == id.data()) {
      before.last = last;
      before.end = end;
      return end - begin;
    }
  }
  const bool begins = events.front().type == Type::run_forked;
  slices_.push_back({WEFT_SOP_APPEND, id, begins ? 0 : first - 1, first, last, begin, end, {}});
  return end - begin;
}

void Journal::snapshot(std::string_view id, state::State& state) {
  const bool whole = state::wants_whole(state.saved);
  const uint64_t expect = whole ? 0 : state.saved.seq;
  const uint64_t begin = bytes_.size();
  const event::Blobs blobs{this, put_blob};
  state::write_snapshot(state, whole, &blobs, bytes_);
  slices_.push_back({WEFT_SOP_SNAPSHOT, id, expect, state.seq, 0, begin, bytes_.size(), {}});
}

const std::string* Journal::put_first(std::string key) {
  const auto [at, is_new] = put_.insert(std::move(key));
  if (!is_new) return nullptr;
  new_.push_back(&*at);
  return &*at;
}

base::Digest Journal::put_blob(void* self, std::string_view bytes) {
  auto& journal = *static_cast<Journal*>(self);
  const base::Digest digest = base::sha256(bytes);
  const std::string* key = journal.put_first(event::blob_key(digest));
  if (key == nullptr) return digest;
  const uint64_t begin = journal.blobs_.size();
  journal.blobs_.insert(journal.blobs_.end(), bytes.begin(), bytes.end());
  const uint64_t end = journal.blobs_.size();
  journal.slices_.push_back({WEFT_SOP_KV_PUT, *key, 0, 0, 0, begin, end, {}, true});
  return digest;
}

void Journal::define(const plan::Plan& plan) {
  const std::string* key = put_first(definition_key(plan.hash));
  if (key == nullptr) return;
  const Value source = plan.source;
  const uint64_t begin = bytes_.size();
  bytes_.resize(begin + base::packed_bytes(source));
  base::pack_into(source, bytes_.data() + begin);
  slices_.push_back({WEFT_SOP_KV_PUT, *key, 0, 0, 0, begin, bytes_.size(), {}});
}

void Journal::summarise(std::string_view id, const state::State& state) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("id"_k, id);
  b.set("status"_k, state::to_text(state.status));
  b.set("workflow"_k, std::string_view(state.plan->id));
  b.set("version"_k, std::string_view(state.plan->version));
  b.set("definition"_k, std::string_view(hex(state.plan->hash)));
  b.set("created_ns"_k, state.accepted);
  b.set("updated_ns"_k, state.updated);
  b.set("last_seq"_k, state.seq);
  if (state.status == state::RunStatus::failed) b.set("error"_k, state.outcome);
  if (state.reason.exists()) b.set("reason"_k, state.reason["message"_k]);
  if (state.base_seq != 0) b.set("base_seq"_k, state.base_seq);
  const Value parent = state.acceptance["caused_by"_k]["run"_k];
  if (parent.exists()) b.set("parent"_k, parent);
  b.key("tags"_k);
  b.begin_array();
  for (const std::string& tag : state.plan->tags) b.text(tag);
  b.end_array();
  b.end_object();
  slices_.push_back({WEFT_SOP_RUN, id, 0, 0, 0, 0, 0, b.take_value()});
}

weft_sop Journal::operation(const Slice& s) const {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = s.kind;
  op.key = to_str(s.key);
  op.seq = s.first;
  op.last = s.last;
  op.expect = s.expect;
  op.bytes = {(s.is_blob ? blobs_ : bytes_).data() + s.begin, s.end - s.begin};
  op.val = s.summary.raw();
  op.at_ns = s.at_ns;
  return op;
}

Result<void> Journal::commit() {
  ops_.clear();
  pointers_.clear();
  for (const Slice& s : slices_) ops_.push_back(operation(s));
  for (const weft_sop& op : ops_) pointers_.push_back(&op);
  const auto n = static_cast<uint32_t>(pointers_.size());
  auto done = refused_ ? Result<void>(std::move(*refused_)) : store_->commit(pointers_.data(), n);
  refused_.reset();
  if (done) {
    committed_ += bytes_.size() + blobs_.size();
  } else {
    for (const std::string* key : new_) put_.erase(*key);
  }
  new_.clear();
  keys_.clear();
  slices_.clear();
  bytes_.clear();
  // Blobs are seldom and large, so their memory is not kept.
  if (!blobs_.empty()) std::vector<char>().swap(blobs_);
  scratch_.reset();
  return done;
}

}  // namespace weft::journal
