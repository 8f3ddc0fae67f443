// A commit over several layers.
//
// Law of this file: the commit of the first layer is the commit. Before it, nothing that others can
// read has changed; with it, what the other layers are to get is promised under a key of its own;
// after it, that is brought to them, at once where they can be reached. A layer gets its next
// promise only when it has what it was promised before.
#include <algorithm>
#include <map>

#include "names.hpp"
#include "stack.hpp"

namespace weft::layered {
namespace {

Error bad_entry(std::string message) {
  return {Status::bad_input, "store.bad_commit", std::move(message)};
}

Error taken(std::string_view key) {
  return {Status::conflict, "store.conflict",
          joined({"there is a value under ", in_quotes(key), " already"})};
}

std::string hold_of(std::string_view key) { return joined({hold_prefix, key}); }

std::string_view held_by(std::string_view hold) { return hold.substr(hold_prefix.size()); }

}  // namespace

Result<void> Stack::commit(const weft_owner& owner, Layer::Ops ops, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready;
  auto split = divide(ops);
  if (!split) return split.error();
  if (split->shares.empty()) {
    Batch batch;
    for (const weft_sop* op : split->local) batch.add(op);
    return commit_first(owner, batch, call);
  }
  for (const Share& share : split->shares) {
    auto kept = keep_all(share.layer, call);
    if (kept) continue;
    Error e = kept.error();
    e.message += ", so nothing more is promised to it and nothing of this commit is kept";
    if (e.hint.empty()) e.hint = "try again when the layer can be written";
    return e;
  }
  const bool is_alone = split->local.empty() && split->shares.size() == 1;
  return is_alone ? commit_alone(split->shares.front(), call) : commit_all(owner, *split, call);
}

Result<Stack::Split> Stack::divide(Layer::Ops ops) const {
  Split split;
  for (const weft_sop* op : ops) {
    const bool is_entry = op->kind == WEFT_SOP_KV_PUT || op->kind == WEFT_SOP_KV_DELETE;
    const std::string_view key = is_entry ? to_view(op->key) : std::string_view();
    if (key.starts_with(own_prefix)) {
      return bad_entry(joined({in_quotes(key), " is a key of store.layered itself"}));
    }
    const size_t layer = is_entry ? authority_.layer_of(key) : 0;
    if (layer == 0) {
      split.local.push_back(op);
      continue;
    }
    if (layers_[layer].is_read_only()) {
      Error e{Status::denied, "store.read_only",
              joined({"layer ", in_quotes(layers_[layer].name()), " at ",
                      in_quotes(layers_[layer].at()), " is read-only and decides over ",
                      in_quotes(key)})};
      e.hint = joined({"write under another key, or change its layer in ", file_});
      return e;
    }
    if (op->kind == WEFT_SOP_KV_PUT && op->last > 1) {
      return bad_entry(joined({"a put of ", in_quotes(key), " is neither plain nor of a new key"}));
    }
    const auto share = std::find_if(split.shares.begin(), split.shares.end(),
                                    [&](const Share& one) { return one.layer == layer; });
    Share& of = share != split.shares.end() ? *share : split.shares.emplace_back();
    of.layer = layer;
    of.ops.push_back(op);
  }
  for (Share& share : split.shares) {
    if (auto fine = ask_for_new(share); !fine) return fine.error();
  }
  return split;
}

// What operations before it in the commit did decides whether a key is new, or else the layer.
Result<void> Stack::ask_for_new(Share& share) const {
  std::map<std::string_view, bool> known;
  for (const weft_sop* op : share.ops) {
    const std::string_view key = to_view(op->key);
    if (op->kind == WEFT_SOP_KV_PUT && op->last == 1) {
      const auto before = known.find(key);
      if (before == known.end()) share.holds.push_back(hold_of(key));
      if (before != known.end() && before->second) return taken(key);
    }
    known[key] = op->kind == WEFT_SOP_KV_PUT;
  }
  return {};
}

Result<void> Stack::commit_first(const weft_owner& owner, Batch& batch, sdk::Call& call) {
  for (const Kept& one : kept_) batch.erase(one.key);
  auto done = first().commit(owner, batch.all(), call);
  if (!done) return done;
  for (const Kept& one : kept_) {
    if (!one.is_adopted) backlogs_[one.layer].litter.push_back(joined({done_prefix, one.id}));
  }
  kept_.clear();
  return {};
}

// What is of one layer alone is that layer's to decide.
Result<void> Stack::commit_alone(const Share& share, sdk::Call& call) {
  Batch batch;
  for (const std::string& hold : share.holds) batch.put_new(hold, {}).erase(hold);
  for (const weft_sop* op : share.ops) batch.add(op);
  batch.erase_all(backlogs_[share.layer].litter);
  auto done = layers_[share.layer].commit(nobody, batch.all(), call);
  if (!done) return told(share, done.error(), call);
  backlogs_[share.layer].litter.clear();
  return {};
}

Result<void> Stack::commit_all(const weft_owner& owner, Split& split, sdk::Call& call) {
  for (size_t i = 0; i < split.shares.size(); ++i) {
    auto held = hold(split.shares[i], owner, call);
    if (held) continue;
    split.shares.resize(i);
    let_go(split.shares, call);
    return held;
  }
  auto done = commit_with(owner, split, call);
  // After a failure that is no refusal, the first layer may have it all the same: the holds stay
  // until the next opening knows.
  const bool is_refused = !done && done.error().status != Status::failed;
  if (is_refused) let_go(split.shares, call);
  return done;
}

Result<void> Stack::commit_with(const weft_owner& owner, const Split& split, sdk::Call& call) {
  std::vector<Promise> promises;
  std::vector<std::string> texts;
  promises.reserve(split.shares.size());
  texts.reserve(split.shares.size());
  Batch batch;
  for (const weft_sop* op : split.local) batch.add(op);
  for (const Share& share : split.shares) {
    const Promise& promise = promises.emplace_back(promise_of(share, owner));
    batch.put(promise.key, texts.emplace_back(encode(promise)));
  }
  if (auto done = commit_first(owner, batch, call); !done) return done;
  for (size_t i = 0; i < promises.size(); ++i) {
    backlogs_[split.shares[i].layer].open.push_back(std::move(promises[i]));
  }
  for (const Share& share : split.shares) {
    auto kept = keep_all(share.layer, call);
    if (!kept) call.log(WEFT_LOG_WARN, kept.error().message + "; it gets its changes later");
  }
  return {};
}

// The key is new there, and nobody else puts it as new from now on.
Result<void> Stack::hold(const Share& share, const weft_owner& owner, sdk::Call& call) {
  if (share.holds.empty()) return {};
  auto id = own_id(call);
  if (!id) return id.error();
  const std::string who = joined({*id, " ", std::to_string(owner.epoch)});
  Batch batch;
  for (const std::string& hold : share.holds) {
    batch.put_new(held_by(hold), {}).erase(held_by(hold)).put_new(hold, who);
  }
  auto done = layers_[share.layer].commit(nobody, batch.all(), call);
  if (!done) return told(share, done.error(), call);
  return {};
}

// A conflict over a hold, which is a key that nobody knows, is one over what it holds.
Error Stack::told(const Share& share, Error error, sdk::Call& call) const {
  if (error.status != Status::conflict) return error;
  for (const std::string& hold : share.holds) {
    if (!layers_[share.layer].get(hold, call)) continue;
    error.message = joined({"layer ", in_quotes(layers_[share.layer].name()),
                            ": another process is about to put ", in_quotes(held_by(hold))});
    error.hint = "try again; where that process has ended, open its store once";
    return error;
  }
  return error;
}

void Stack::let_go(const std::vector<Share>& shares, sdk::Call& call) {
  for (const Share& share : shares) {
    std::vector<std::string>& litter = backlogs_[share.layer].litter;
    litter.insert(litter.end(), share.holds.begin(), share.holds.end());
    if (auto swept = sweep(share.layer, call); !swept) {
      call.log(WEFT_LOG_WARN, swept.error().message);
    }
  }
}

Promise Stack::promise_of(const Share& share, const weft_owner& owner) {
  Promise promise;
  promise.epoch = owner.epoch;
  promise.id = joined({token_, "-", std::to_string(++promises_)});
  promise.key = joined({redo_prefix, layers_[share.layer].name(), "/", promise.id});
  promise.changes.reserve(share.ops.size() + share.holds.size());
  for (const weft_sop* op : share.ops) {
    const bool puts = op->kind == WEFT_SOP_KV_PUT;
    promise.changes.push_back({op->kind, std::string(to_view(op->key)),
                               puts ? std::string(to_view(op->bytes)) : std::string()});
  }
  for (const std::string& hold : share.holds) {
    promise.changes.push_back({WEFT_SOP_KV_DELETE, hold, {}});
  }
  return promise;
}

// A number of the first layer's own, so that its holds are known again.
Result<std::string> Stack::own_id(sdk::Call& call) {
  if (!id_.empty()) return id_;
  Batch batch;
  batch.put_new(id_key, token_);
  auto made = first().commit(nobody, batch.all(), call);
  if (!made && made.error().status != Status::conflict) return made.error();
  auto found = first().get(id_key, call);
  if (!found) return found.error();
  id_ = found->as_bytes();
  return id_;
}

}  // namespace weft::layered
