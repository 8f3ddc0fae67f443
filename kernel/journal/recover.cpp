#include "journal/recover.hpp"

#include <cstring>

namespace weft::journal {

const void* Recovery::payload_at(const void* self, const event::Origin& origin) {
  const auto& payloads = static_cast<const Recovery*>(self)->payloads_;
  if (origin.seq >= payloads.size() || payloads[origin.seq] == nullptr) return nullptr;
  const weft_slot* root = payloads[origin.seq];
  if (origin.offset >= state::Vault::payload_bytes(root)) return nullptr;
  return reinterpret_cast<const char*>(root) + origin.offset;
}

Result<void> Recovery::take(std::string_view records) {
  event::Reader reader(records, state_->seq + 1);
  while (!reader.done()) {
    auto record = reader.next();
    if (!record) return record.error();
    event::Event& e = record->event;
    payloads_.resize(e.seq + 1, nullptr);
    if ((e.flags & event::has_payload) != 0) {
      auto stored = state_->vault.restore(e.seq, record->payload, {this, payload_at});
      if (!stored) return stored.error();
      e.payload = payloads_[e.seq] = stored->root;
    }
    if (!state::may_fold(*state_, e)) {
      return Error{Status::corrupt, "journal.damaged",
                   "record " + std::to_string(e.seq) + " speaks of a step that is not there",
                   "the journal belongs to another definition; restore it from a backup"};
    }
    state::fold(*state_, e);
    if (each_ != nullptr) (*each_)(e);
  }
  return {};
}

Result<base::Doc> acceptance_of(std::string_view records) {
  auto record = event::Reader(records, 1).next();
  if (!record) return record.error();
  if (record->event.type != event::Type::run_accepted || record->payload.empty()) {
    return Error{Status::corrupt, "journal.damaged",
                 "the journal does not begin with an acceptance", "restore it from a backup"};
  }
  base::Doc doc(record->payload.size());
  std::memcpy(doc.data(), record->payload.data(), record->payload.size());
  return doc;
}

}  // namespace weft::journal
