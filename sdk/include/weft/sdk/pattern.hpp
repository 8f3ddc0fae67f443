// A workflow pattern: a pure reducer, facts in, commands out.
//
//   struct Sequence {
//     static constexpr std::string_view id = "sequential";
//     struct Cache { ... };                                    // the decoded form of a frame
//     Result<Value> compile(Value block, Builder& out);        // or (Value block, Arena arena)
//     Result<Cache> open(const Frame& frame);                  // or a Cache* or unique_ptr<Cache>
//     Result<void> step(Cache& cache, const Frame& frame, std::span<const weft_fact> facts,
//                       Commands& commands);
//   };
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include <weft/draft/pattern.h>
#include <weft/sdk/barrier.hpp>
#include <weft/sdk/host.hpp>

namespace weft::sdk {

// A node with its visit in the high 32 bits, as facts and commands carry it.
constexpr uint64_t at_visit(uint64_t node, uint32_t visit) {
  return (uint64_t{visit} << 32U) | (node & UINT32_MAX);
}
constexpr uint32_t node_of(uint64_t node) { return static_cast<uint32_t>(node); }
constexpr uint32_t visit_of(uint64_t node) { return static_cast<uint32_t>(node >> 32U); }

// A frame as lent for one call.
class Frame final {
 public:
  Frame(const Host& host, const weft_frame* raw) : host_(host), raw_(raw) {}

  std::string_view id() const { return to_view(raw_->id); }
  Value plan() const { return Value(raw_->plan); }
  Value input() const { return Value(raw_->input); }
  Value memo() const { return Value(raw_->memo); }
  uint64_t now_ns() const { return raw_->now_ns; }
  uint64_t seed() const { return raw_->seed; }

  // The table of nodes; a node outside of it is pending and was never visited.
  uint64_t size() const { return raw_->nodes; }
  uint32_t status(uint64_t node) const {
    return node_of(node) < raw_->nodes ? raw_->status[node_of(node)] : WEFT_NODE_PENDING;
  }
  uint32_t visit(uint64_t node) const {
    return node_of(node) < raw_->nodes ? raw_->visit[node_of(node)] : 0;
  }
  // The latest result of a node, or null.
  Value result(uint64_t node) const {
    return has(raw_, &weft_frame::result) ? Value(raw_->result(raw_->impl, node)) : Value();
  }

  // Of a node that has ended: {error?, metadata?, duration_ns}.
  Value outcome(uint64_t node) const {
    return has(raw_, &weft_frame::outcome) ? Value(raw_->outcome(raw_->impl, node)) : Value();
  }

  Arena arena() const { return host_.arena(raw_->arena); }
  Builder builder() const { return Builder(arena()); }

 private:
  const Host& host_;
  const weft_frame* raw_;
};

// Collects commands. The first one that is refused fails the step.
class Commands final {
 public:
  Commands(weft_cmds* raw, Arena arena) : raw_(raw), arena_(arena) {}

  void start(uint64_t node, Value args = {}, Value opts = {}) {
    add({sizeof(weft_cmd), WEFT_CMD_START, node, args.raw(), opts.raw(), 0});
  }
  // Evaluates a condition that may speak of a result.
  void evaluate(uint64_t node, Value result) { start(node, field("result", result)); }
  // Gives a node its result without running it.
  void settle(uint64_t node, Value result) { start(node, {}, field("result", result)); }
  void cancel(uint64_t node, std::string_view reason) {
    add({sizeof(weft_cmd), WEFT_CMD_CANCEL, node, text(reason), {}, 0});
  }
  void skip(uint64_t node, std::string_view reason) {
    add({sizeof(weft_cmd), WEFT_CMD_SKIP, node, text(reason), {}, 0});
  }
  // choice is {taken, alternatives[]}.
  void select(uint64_t node, Value choice) {
    add({sizeof(weft_cmd), WEFT_CMD_SELECT, node, choice.raw(), {}, 0});
  }
  void timer(uint64_t node, uint64_t at_ns) {
    add({sizeof(weft_cmd), WEFT_CMD_TIMER, node, {}, {}, at_ns});
  }
  // Closes the frame with the result of a node, of the step that succeeded last, or with a value.
  // about is {message?, metadata?}.
  void return_node(uint64_t node, Value about = {}) {
    add({sizeof(weft_cmd), WEFT_CMD_RETURN, node, {}, about.raw(), 0});
  }
  void return_last() { return_node(WEFT_LAST_NODE); }
  void return_value(Value value, Value about = {}) {
    add({sizeof(weft_cmd), WEFT_CMD_RETURN, WEFT_NO_NODE, value.raw(), about.raw(), 0});
  }
  void fail(std::string_view code, std::string_view message, uint64_t node = WEFT_NO_NODE) {
    using namespace lit;
    Builder b(arena_);
    b.begin_object();
    b.set("code"_k, code);
    b.set("message"_k, message);
    if (node != WEFT_NO_NODE) b.set("node"_k, node);
    b.end_object();
    add({sizeof(weft_cmd), WEFT_CMD_FAIL, node, b.take(), {}, 0});
  }
  // The same with an error that holds more: {code, message, ...}.
  void fail_with(Value error) {
    add({sizeof(weft_cmd), WEFT_CMD_FAIL, WEFT_NO_NODE, error.raw(), {}, 0});
  }
  // The same with the error of a node that failed.
  void fail_node(uint64_t node) { add({sizeof(weft_cmd), WEFT_CMD_FAIL, node, {}, {}, 0}); }
  // Records the memo, at most 4 KB.
  void memo(Value value) {
    add({sizeof(weft_cmd), WEFT_CMD_MEMO, WEFT_NO_NODE, value.raw(), {}, 0});
  }

  weft_status status() const { return status_; }

 private:
  void add(const weft_cmd& command) {
    if (status_ != WEFT_OK) return;
    status_ = has(raw_, &weft_cmds::add) ? raw_->add(raw_, &command) : WEFT_UNSUPPORTED;
  }
  Value field(std::string_view name, Value value) {
    Builder b(arena_);
    b.begin_object();
    if (value.exists()) b.set(Key(name), value);
    b.end_object();
    return b.take_value();
  }
  weft_val text(std::string_view reason) {
    Builder b(arena_);
    b.text(reason);
    return b.take();
  }

  weft_cmds* raw_;
  Arena arena_;
  weft_status status_ = WEFT_OK;
};

template <class T>
concept Pattern = requires(T& t, const Frame& frame) {
  typename T::Cache;
  t.open(frame);
};

template <class C>
C* held(C* cache) {
  return cache;
}
template <class C>
C* held(std::unique_ptr<C>& cache) {
  return cache.release();
}
template <class C>
  requires(!std::is_pointer_v<C>)
C* held(C& cache) {
  return new C(std::move(cache));
}

template <class T>
struct PatternTable final {
  using Table = weft_pattern;
  using Cache = typename T::Cache;

  static Result<Value> compile(T& pattern, Value block, const Arena& arena) {
    if constexpr (requires { pattern.compile(block, arena); }) {
      return pattern.compile(block, arena);
    } else {
      Builder b(arena);
      return pattern.compile(block, b);
    }
  }
  static weft_status step(T& pattern, Cache& cache, const Frame& frame,
                          std::span<const weft_fact> facts, weft_cmds* out, weft_error* err) {
    const Arena arena = frame.arena();
    Commands commands(out, arena);
    const Result<void> done = pattern.step(cache, frame, facts, commands);
    if (!done) return write_error(err, done.error(), &arena);
    if (commands.status() == WEFT_OK) return WEFT_OK;
    return write_plain(err, static_cast<Status>(commands.status()), WEFT_ERR_BUG,
                       "the pattern gave a command that was refused");
  }

  template <class Instance>
  static Table make(const T&) {
    Table t{sizeof(Table), 0, nullptr, nullptr, nullptr, nullptr};
    t.compile = [](void* self, weft_val block, weft_arena* memory, weft_val* out,
                   weft_error* err) noexcept {
      auto& in = *static_cast<Instance*>(self);
      const Arena arena = in.host.arena(memory);
      return barrier(err, &arena, [&]() -> weft_status {
        const Result<Value> plan = compile(in.body, Value(block), arena);
        if (!plan) return write_error(err, plan.error(), &arena);
        *out = plan->raw();
        return WEFT_OK;
      });
    };
    t.open = [](void* self, const weft_frame* raw, void** cache, weft_error* err) noexcept {
      auto& in = *static_cast<Instance*>(self);
      const Frame frame(in.host, raw);
      const Arena arena = frame.arena();
      return barrier(err, &arena, [&]() -> weft_status {
        auto opened = in.body.open(frame);
        if (!opened) return write_error(err, opened.error(), &arena);
        Cache* made = held(*opened);
        *cache = made;
        return WEFT_OK;
      });
    };
    t.step = [](void* self, void* cache, const weft_frame* raw, const weft_fact* facts, uint32_t n,
                weft_cmds* out, weft_error* err) noexcept {
      auto& in = *static_cast<Instance*>(self);
      const Frame frame(in.host, raw);
      const Arena arena = frame.arena();
      return barrier(err, &arena, [&] {
        return step(in.body, *static_cast<Cache*>(cache), frame, {facts, n}, out, err);
      });
    };
    t.close = [](void*, void* cache) noexcept { delete static_cast<Cache*>(cache); };
    return t;
  }
};

}  // namespace weft::sdk
