// Promises: what the first layer holds for the others is brought to them, each once.
//
// Law of this file: a promise and the mark 'layered/done/ID', which must be new there, are one
// commit of the layer. So whoever finds a promise may try to keep it: where the mark is, it has
// been kept. The mark goes when the promise is gone from the first layer for good, and only by the
// process that gave it; that of a process which is gone stays.
#include <algorithm>
#include <charconv>

#include "names.hpp"
#include "stack.hpp"

namespace weft::layered {

using lit::operator""_k;

Result<void> Stack::get_ready(sdk::Call& call) {
  if (is_ready_) return {};
  for (Backlog& backlog : backlogs_) backlog.open.clear();
  if (auto found = find_promises(call); !found) return found;
  for (size_t layer = 1; layer < layers_.size(); ++layer) {
    auto kept = keep_all(layer, call);
    if (!kept) call.log(WEFT_LOG_WARN, kept.error().message);
  }
  if (auto dropped = drop_holds(call); !dropped) return dropped;
  is_ready_ = true;
  return {};
}

Result<bool> Stack::is_alive(uint64_t epoch, sdk::Call& call) const {
  if (epoch == 0) return false;
  auto owner = first().get("epoch/" + std::to_string(epoch), call);
  if (!owner) return owner.error();
  return (*owner)["alive"_k].as_bool();
}

// Those of processes that are gone; a live one keeps its own.
Result<void> Stack::find_promises(sdk::Call& call) {
  auto found = first().scan({redo_prefix, {}, 0}, call);
  if (!found) return found.error();
  for (const Value entry : *found) {
    Promise promise;
    promise.key = entry["key"_k].as_text();
    promise.is_adopted = true;
    const std::string_view rest = std::string_view(promise.key).substr(redo_prefix.size());
    const std::string_view name = rest.substr(0, rest.find('/'));
    promise.id = rest.substr(std::min(name.size() + 1, rest.size()));
    if (auto read = decode(entry["value"_k].as_bytes(), promise); !read) return read;
    auto alive = is_alive(promise.epoch, call);
    if (!alive) return alive.error();
    if (*alive) continue;
    const auto layer = std::find_if(layers_.begin() + 1, layers_.end(),
                                    [&](const Layer& one) { return one.name() == name; });
    if (layer == layers_.end() || layer->is_read_only()) {
      Error e{Status::failed, "store.lost_layer",
              joined({file_, ": the first layer holds changes for the layer ", in_quotes(name),
                      ", which is not there to be written"})};
      e.hint = "list that layer again until they have been brought to it";
      return e;
    }
    backlogs_[static_cast<size_t>(layer - layers_.begin())].open.push_back(std::move(promise));
  }
  return {};
}

// A hold of a process that is gone, and whose promise is not there, has led to nothing.
Result<void> Stack::drop_holds(sdk::Call& call) {
  auto id = first().get(id_key, call);
  if (!id && id.error().status == Status::not_found) return {};
  if (!id) return id.error();
  id_ = id->as_bytes();
  for (size_t layer = 1; layer < layers_.size(); ++layer) {
    if (layers_[layer].is_read_only() || !backlogs_[layer].open.empty()) continue;
    auto holds = layers_[layer].scan({hold_prefix, {}, 0}, call);
    if (!holds) {
      call.log(WEFT_LOG_WARN, holds.error().message);
      continue;
    }
    for (const Value entry : *holds) {
      const std::string_view who = entry["value"_k].as_bytes();
      if (!who.starts_with(id_ + " ")) continue;
      uint64_t epoch = 0;
      std::from_chars(who.data() + id_.size() + 1, who.data() + who.size(), epoch);
      auto alive = is_alive(epoch, call);
      if (!alive) return alive.error();
      if (!*alive) backlogs_[layer].litter.emplace_back(entry["key"_k].as_text());
    }
    if (auto swept = sweep(layer, call); !swept) call.log(WEFT_LOG_WARN, swept.error().message);
  }
  return {};
}

Result<void> Stack::keep_all(size_t layer, sdk::Call& call) {
  std::vector<Promise>& open = backlogs_[layer].open;
  while (!open.empty()) {
    if (auto done = keep(layer, open.front(), call); !done) return done;
    const Promise& kept = open.front();
    kept_.push_back({kept.id, kept.key, layer, kept.is_adopted});
    open.erase(open.begin());
  }
  return {};
}

Result<void> Stack::keep(size_t layer, const Promise& promise, sdk::Call& call) {
  Backlog& backlog = backlogs_[layer];
  const std::string mark = joined({done_prefix, promise.id});
  Batch batch;
  batch.put_new(mark, {});
  for (const Change& change : promise.changes) {
    const bool puts = change.kind == WEFT_SOP_KV_PUT;
    puts ? batch.put(change.key, change.bytes) : batch.erase(change.key);
  }
  batch.erase_all(backlog.litter);
  auto done = layers_[layer].commit(nobody, batch.all(), call);
  if (done) backlog.litter.clear();
  const bool was_kept = !done && done.error().status == Status::conflict;
  return was_kept ? Result<void>() : done;
}

// Takes away what the store has no use for in a layer.
Result<void> Stack::sweep(size_t layer, sdk::Call& call) {
  std::vector<std::string>& litter = backlogs_[layer].litter;
  if (litter.empty()) return {};
  Batch batch;
  batch.erase_all(litter);
  auto done = layers_[layer].commit(nobody, batch.all(), call);
  if (done) litter.clear();
  return done;
}

Result<void> Stack::settle(sdk::Call& call) {
  Result<void> all;
  for (size_t layer = 1; layer < layers_.size(); ++layer) {
    auto kept = keep_all(layer, call);
    if (all && !kept) all = kept;
  }
  Batch nothing;
  auto done = kept_.empty() ? Result<void>() : commit_first(nobody, nothing, call);
  if (all && !done) all = done;
  for (size_t layer = 1; layer < layers_.size(); ++layer) {
    done = sweep(layer, call);
    if (all && !done) all = done;
  }
  return all;
}

void Stack::stop(sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  static_cast<void>(settle(call));
}

}  // namespace weft::layered
