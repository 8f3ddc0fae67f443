#include "stack.hpp"

#include <algorithm>
#include <random>

#include "names.hpp"

namespace weft::layered {
namespace {

std::string random_token() {
  constexpr std::string_view digits = "0123456789abcdef";
  std::random_device source;
  std::string token;
  for (int i = 0; i < 16; ++i) token += digits[source() & 15U];
  return token;
}

}  // namespace

Result<void> Stack::add(Described about, const weft_stores* stores) {
  const std::string place = joined({file_, ": layer ", in_quotes(about.name)});
  if (about.is_files()) {
    layers_.emplace_back(std::move(about));
    if (auto fine = layers_.back().check(); fine) return {};
    return Error{Status::bad_input, "store.bad_document",
                 joined({place, " is a folder that cannot be listed, ",
                         in_quotes(layers_.back().at()), "; make it, or name another one"})};
  }
  weft_error error;
  error.size = sizeof error;
  error.flags = error.retry_after_ms = error.msg_len = 0;
  Layer::Opened opened;
  const weft_status status =
      stores->open(stores->h, to_str(about.at), &opened.table, &opened.self, &error);
  if (status != WEFT_OK) {
    const std::string_view said(error.msg, std::min<size_t>(error.msg_len, sizeof error.msg));
    return Error{static_cast<Status>(status), "store.failed",
                 joined({place, " at ", in_quotes(about.at), ": ", said})};
  }
  for (const Layer& other : layers_) {
    if (!other.is_same(opened)) continue;
    return Error{Status::bad_input, "store.bad_document",
                 joined({place, " is the store of ", in_quotes(other.name()),
                         ", too; give each layer a store of its own"})};
  }
  layers_.emplace_back(std::move(about), opened);
  return {};
}

Result<std::unique_ptr<Stack>> Stack::open(const std::string& file, const weft_stores* stores) {
  if (!sdk::has(stores, &weft_stores::open)) {
    return Error{Status::unsupported, "store.unsupported",
                 joined({file, ": this host opens no stores for others (", WEFT_SVC_STORES_ID,
                         "); use a newer weft"})};
  }
  auto described = read_document(file);
  if (!described) return described.error();
  std::unique_ptr<Stack> stack(new Stack(file));
  std::vector<Claim> claims;
  for (Described& one : *described) {
    for (const std::string& prefix : one.keys) claims.push_back({prefix, stack->layers_.size()});
    if (auto added = stack->add(std::move(one), stores); !added) return added.error();
  }
  stack->authority_ = Authority(std::move(claims));
  stack->backlogs_.resize(stack->layers_.size());
  stack->token_ = random_token();
  return stack;
}

// Runs are as safe, and as much for several processes, as the weakest layer that they write to.
uint32_t Stack::flags() const {
  uint32_t all = WEFT_STORE_DURABLE | WEFT_STORE_SHARED;
  uint32_t any = 0;
  for (const Layer& layer : layers_) {
    all &= layer.is_read_only() ? layer.flags() | WEFT_STORE_DURABLE : layer.flags();
    any |= layer.flags() & WEFT_BLOCKING;
  }
  const uint32_t runs = first().flags() & (WEFT_STORE_LEASES | WEFT_STORE_TABLES);
  return all | any | runs;
}

Result<Value> Stack::load(std::string_view run, uint64_t from_seq, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready.error();
  return first().load(run, from_seq, call);
}

// A failure of what was left behind has no words here; the next call tells.
Result<void> Stack::own(uint32_t verb, weft_owner& owner, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  static_cast<void>(get_ready(call));
  return first().own(verb, owner, call);
}

Result<Value> Stack::claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready.error();
  return first().claim(owner, what, call);
}

Result<Value> Stack::get(std::string_view key, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready.error();
  const size_t layer = authority_.layer_of(key);
  const Change* open = layer != 0 ? backlogs_[layer].find(key) : nullptr;
  const bool is_gone = open != nullptr && open->kind == WEFT_SOP_KV_DELETE;
  if (key.starts_with(own_prefix) || is_gone) {
    return Error{Status::not_found, "store.not_found",
                 joined({in_quotes(key), " is not in the store"})};
  }
  if (open == nullptr) return layers_[layer].get(key, call);
  Builder b = call.builder();
  b.bytes(open->bytes);
  return b.take_value();
}

Result<void> Stack::tend(sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = get_ready(call); !ready) return ready;
  Result<void> all = settle(call);
  for (const Layer& layer : layers_) {
    auto done = layer.is_read_only() ? Result<void>() : layer.tend(call);
    if (all && !done) all = done;
  }
  return all;
}

Result<void> Stack::tell(std::string_view run, Layer::Events events, sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  return first().tell(run, events, call);
}

}  // namespace weft::layered
