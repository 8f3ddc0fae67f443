// Stack: several stores as one. FORMAT.md tells what it keeps in them and in which order.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/service.h>
#include <weft/sdk/store.hpp>

#include "authority.hpp"
#include "layer.hpp"
#include "redo.hpp"

namespace weft::layered {

// Calls may come from any thread; one is served at a time.
class Stack final {
 public:
  // The layers that a document lists, each opened by the host.
  static Result<std::unique_ptr<Stack>> open(const std::string& file, const weft_stores* stores);

  uint32_t flags() const;

  Result<void> commit(const weft_owner& owner, Layer::Ops ops, sdk::Call& call);
  Result<Value> load(std::string_view run, uint64_t from_seq, sdk::Call& call);
  Result<void> own(uint32_t verb, weft_owner& owner, sdk::Call& call);
  Result<Value> claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call);
  Result<Value> get(std::string_view key, sdk::Call& call);
  Result<Value> scan(const sdk::Scan& what, sdk::Call& call);
  Result<void> tend(sdk::Call& call);
  Result<void> tell(std::string_view run, Layer::Events events, sdk::Call& call);
  // The end of this process: the layers get what they were promised, as far as they can be reached.
  void stop(sdk::Call& call);

 private:
  // What a commit has for one layer that is not the first.
  struct Share {
    size_t layer = 0;
    std::vector<const weft_sop*> ops;
    std::vector<std::string> holds;  // of keys that must be new
  };
  struct Split {
    std::vector<const weft_sop*> local;
    std::vector<Share> shares;
  };
  // A promise that was kept: its key in the first layer is of no use any more.
  struct Kept {
    std::string id, key;
    size_t layer = 0;
    bool is_adopted = false;
  };
  struct Entry {
    std::string_view key;
    Value value;
  };

  explicit Stack(std::string file) : file_(std::move(file)) {}
  const Layer& first() const { return layers_.front(); }
  Result<void> add(Described about, const weft_stores* stores);

  // Writing.
  Result<Split> divide(Layer::Ops ops) const;
  Result<void> ask_for_new(Share& share) const;
  Result<void> commit_first(const weft_owner& owner, Batch& batch, sdk::Call& call);
  Result<void> commit_alone(const Share& share, sdk::Call& call);
  Result<void> commit_all(const weft_owner& owner, Split& split, sdk::Call& call);
  Result<void> commit_with(const weft_owner& owner, const Split& split, sdk::Call& call);
  Result<void> hold(const Share& share, const weft_owner& owner, sdk::Call& call);
  Error told(const Share& share, Error error, sdk::Call& call) const;
  void let_go(const std::vector<Share>& shares, sdk::Call& call);
  Promise promise_of(const Share& share, const weft_owner& owner);
  Result<std::string> own_id(sdk::Call& call);

  // Keeping promises.
  Result<void> settle(sdk::Call& call);
  Result<void> get_ready(sdk::Call& call);
  Result<void> find_promises(sdk::Call& call);
  Result<void> drop_holds(sdk::Call& call);
  Result<bool> is_alive(uint64_t epoch, sdk::Call& call) const;
  Result<void> keep_all(size_t layer, sdk::Call& call);
  Result<void> keep(size_t layer, const Promise& promise, sdk::Call& call);
  Result<void> sweep(size_t layer, sdk::Call& call);

  // Lists.
  Result<void> collect(const Authority::Part& part, const sdk::Scan& what, sdk::Call& call,
                       std::vector<Entry>& all) const;
  void collect_open(const Authority::Part& part, const sdk::Scan& what, Arena arena,
                    std::vector<Entry>& all) const;

  std::string file_;
  std::vector<Layer> layers_;
  Authority authority_;
  std::mutex mutex_;               // guards all that follows
  std::vector<Backlog> backlogs_;  // by layer
  std::vector<Kept> kept_;
  std::string token_;  // of this instance, in the ids of its promises
  std::string id_;     // of the first layer, once it was asked for
  uint64_t promises_ = 0;
  bool is_ready_ = false;
};

}  // namespace weft::layered
