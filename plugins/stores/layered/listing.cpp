// Lists: what the layers have in a range, each key from the one layer that decides over it.
#include <algorithm>

#include "names.hpp"
#include "stack.hpp"

namespace weft::layered {

using lit::operator""_k;

// Entries of one part, as many as the list may have. What another claim took out of it is passed
// over, whatever lies there.
Result<void> Stack::collect(const Authority::Part& part, const sdk::Scan& what, sdk::Call& call,
                            std::vector<Entry>& all) const {
  const Backlog& backlog = backlogs_[part.layer];
  sdk::Scan page{part.prefix, what.after, what.max};
  uint32_t count = 0;
  while (true) {
    auto found = layers_[part.layer].scan(page, call);
    if (!found) return found.error();
    for (const Value entry : *found) {
      page.after = entry["key"_k].as_text();
      const bool is_of_part =
          authority_.claim_of(page.after) == part.claim && !page.after.starts_with(own_prefix);
      if (!is_of_part || backlog.find(page.after) != nullptr) continue;
      all.push_back({page.after, entry["value"_k]});
      if (++count == what.max && what.max != 0) return {};
    }
    if (page.max == 0 || found->size() < page.max) return {};
  }
}

// Those that were promised and are not in the layer yet.
void Stack::collect_open(const Authority::Part& part, const sdk::Scan& what, Arena arena,
                         std::vector<Entry>& all) const {
  const Backlog& backlog = backlogs_[part.layer];
  for (const Promise& promise : backlog.open) {
    for (const Change& change : promise.changes) {
      const std::string_view key = change.key;
      const bool is_latest = change.kind == WEFT_SOP_KV_PUT && backlog.find(key) == &change;
      const bool is_of_part = key.starts_with(part.prefix) && key > what.after &&
                              authority_.claim_of(key) == part.claim;
      if (!is_latest || !is_of_part) continue;
      Builder b(arena);
      b.bytes(change.bytes);
      all.push_back({key, b.take_value()});
    }
  }
}

Result<Value> Stack::scan(const sdk::Scan& what, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready.error();
  const auto parts = authority_.parts(what.prefix);
  const bool is_plain = parts.size() == 1 && parts.front().layer == 0;
  if (is_plain && !overlap(what.prefix, own_prefix)) return first().scan(what, call);
  std::vector<Entry> all;
  for (const Authority::Part& part : parts) {
    if (auto done = collect(part, what, call, all); !done) return done.error();
    collect_open(part, what, call.arena(), all);
  }
  std::sort(all.begin(), all.end(), [](const Entry& a, const Entry& b) { return a.key < b.key; });
  if (what.max != 0 && all.size() > what.max) all.resize(what.max);
  Builder b = call.builder();
  b.begin_array();
  for (const Entry& entry : all) {
    b.begin_object();
    b.set("key"_k, entry.key);
    b.set("value"_k, entry.value);
    b.end_object();
  }
  b.end_array();
  return b.take_value();
}

}  // namespace weft::layered
