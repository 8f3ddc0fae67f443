#include "journal/chain.hpp"

#include <cstring>
#include <string>

#include "event/record.hpp"

namespace weft::journal {

Result<void> Chain::take(std::string_view records) {
  while (!records.empty()) {
    event::Header head{};
    if (records.size() >= sizeof head) std::memcpy(&head, records.data(), sizeof head);
    if (head.size < sizeof head || head.size > records.size()) {
      return Error{Status::corrupt, "journal.damaged",
                   "record " + std::to_string(count_ + 1) + " is cut short",
                   "everything before it is good; restore the rest from a backup"};
    }
    base::Sha256 hash;
    hash.update(digest_.data(), digest_.size());
    hash.update(records.substr(0, head.size));
    digest_ = hash.finish();
    ++count_;
    records.remove_prefix(head.size);
  }
  return {};
}

}  // namespace weft::journal
