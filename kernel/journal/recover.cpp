#include "journal/recover.hpp"

#include <cstring>

#include "state/snapshot.hpp"

namespace weft::journal {
namespace {

// Values are read where they lie, and those are 8-aligned; a piece from a plugin may not be.
class Aligned final {
 public:
  explicit Aligned(std::string_view bytes) : bytes_(bytes) {
    if (bytes.empty() || reinterpret_cast<uintptr_t>(bytes.data()) % 8 == 0) return;
    copy_ = base::Doc(bytes.size());
    std::memcpy(copy_.data(), bytes.data(), bytes.size());
    bytes_ = copy_.bytes();
  }
  std::string_view bytes() const { return bytes_; }

 private:
  base::Doc copy_;
  std::string_view bytes_;
};

}  // namespace

Result<void> Recovery::take(std::string_view piece) {
  if (cut_) return cut_->why;
  const Aligned aligned(piece);
  if (state::is_snapshot(piece)) return take_snapshot(aligned.bytes());
  event::Reader reader(aligned.bytes(), state_->seq + 1);
  while (!reader.done()) {
    auto record = reader.next();
    const auto taken = record ? take_record(*record) : Result<void>(record.error());
    if (!taken) return cut_before(state_->seq + 1, taken.error());
  }
  return {};
}

Result<void> Recovery::take_snapshot(std::string_view bytes) {
  auto read = state::read_snapshot(bytes, *state_, {payloads_, fetch_, plan_of_});
  if (read) whole_ = state_->seq;
  return read;
}

Result<void> Recovery::take_record(event::Reader::Record& record) {
  event::Event& e = record.event;
  if ((e.flags & event::has_payload) != 0) {
    std::string_view payload = record.payload;
    base::Doc blob;
    if ((e.flags & event::is_blob) != 0) {
      auto fetched = event::fetch_blob(payload, fetch_);
      if (!fetched) return fetched.error();
      blob = std::move(*fetched);
      payload = blob.bytes();
      e.flags &= static_cast<uint8_t>(~event::is_blob);
    }
    if (payload.empty()) {
      return Error{Status::corrupt, "journal.damaged", "its value is not there",
                   "restore the store from a backup"};
    }
    auto stored = state_->vault.restore(e.seq, payload, payloads_.targets());
    if (!stored) return stored.error();
    e.payload = stored->root;
    payloads_.add(e.seq, stored->root);
  }
  if (e.type == event::Type::run_migrated) {
    auto plan = plan::find(plan_of_, e.value());
    if (!plan) return plan.error();
    state_->arriving = std::move(*plan);
  }
  if (!state::may_fold(*state_, e)) {
    return Error{Status::corrupt, "journal.damaged", "it speaks of a step that is not there",
                 "the journal belongs to another definition; restore it from a backup"};
  }
  state::fold(*state_, e);
  if ((e.flags & event::is_last) != 0) whole_ = e.seq;
  if (each_ != nullptr) (*each_)(e);
  return {};
}

Error Recovery::cut_before(uint64_t record, const Error& why) {
  Error error = why;
  const std::string name = "record " + std::to_string(record);
  if (!error.message.starts_with(name)) error.message = name + ": " + error.message;
  error.message += "; the last decision before it ends with record " + std::to_string(whole_);
  cut_ = Cut{whole_, record, error};
  return error;
}

event::Fetch fetch_from(Store& store) {
  return [&store](std::string_view key) { return store.get(key); };
}

Result<void> check_snapshots(std::span<const std::string> pieces) {
  uint64_t end = 0;
  for (const std::string& piece : pieces) {
    if (!state::is_snapshot(piece)) break;
    const auto range = state::range_of(piece);
    if (!range) return range.error();
    if (range->expect != end) {
      return Error{Status::corrupt, "snapshot.damaged",
                   "a snapshot adds to event " + std::to_string(range->expect) +
                       ", but the one before it ends at event " + std::to_string(end),
                   "the run can be read from its records; else restore it from a backup"};
    }
    end = range->seq;
  }
  return {};
}

Result<base::Doc> acceptance_of(std::string_view piece, const event::Fetch& fetch) {
  const Aligned aligned(piece);
  if (state::is_snapshot(piece)) return state::acceptance_in(aligned.bytes(), fetch);
  auto record = event::Reader(aligned.bytes(), 1).next();
  if (!record) return record.error();
  if (record->event.type != event::Type::run_accepted || record->payload.empty()) {
    return Error{Status::corrupt, "journal.damaged",
                 "the journal does not begin with an acceptance", "restore it from a backup"};
  }
  if ((record->event.flags & event::is_blob) != 0) return event::fetch_blob(record->payload, fetch);
  base::Doc doc(record->payload.size());
  std::memcpy(doc.data(), record->payload.data(), record->payload.size());
  return doc;
}

}  // namespace weft::journal
