// The plugin store.layered: its configuration, and the door from the ABI to the stack of stores.
#include <memory>
#include <string>

#include <weft/sdk/plugin.hpp>

#include "stack.hpp"

namespace weft::layered {

using lit::operator""_k;

struct Layered final {
  static constexpr std::string_view id = "layered";
  uint32_t flags = 0;  // those that its layers have together

  Layered(const sdk::Host& host, Value config) {
    const std::string file(config["path"_k].as_text());
    if (file.empty()) {
      throw Error{Status::bad_input, "store.bad_config",
                  "'path' is missing: the document that lists the layers, layered:FILE"};
    }
    auto opened = Stack::open(file, host.service<weft_stores>(WEFT_SVC_STORES_ID));
    if (!opened) throw opened.error();
    stack = std::move(*opened);
    flags = stack->flags();
  }

  Result<void> commit(const weft_owner& owner, Layer::Ops ops, sdk::Call& call) {
    return stack->commit(owner, ops, call);
  }
  Result<Value> load(std::string_view run, uint64_t from_seq, sdk::Call& call) {
    return stack->load(run, from_seq, call);
  }
  Result<void> own(uint32_t verb, weft_owner& owner, sdk::Call& call) {
    return stack->own(verb, owner, call);
  }
  Result<Value> claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call) {
    return stack->claim(owner, what, call);
  }
  Result<Value> get(std::string_view key, sdk::Call& call) { return stack->get(key, call); }
  Result<Value> scan(const sdk::Scan& what, sdk::Call& call) { return stack->scan(what, call); }
  Result<void> tend(sdk::Call& call) { return stack->tend(call); }
  Result<void> tell(std::string_view run, Layer::Events events, sdk::Call& call) {
    return stack->tell(run, events, call);
  }
  // What cannot be brought now stays promised in the first layer.
  void stop(sdk::Call& call) { stack->stop(call); }

  std::unique_ptr<Stack> stack;
};

}  // namespace weft::layered

WEFT_PLUGIN(weft::layered::Layered);
