// pattern.parallel: branches side by side. What became of them is in the node table; the memo holds
// what is not: when the time is up, who was too late, who was first.
#include <weft/sdk.hpp>

#include <string>

#include "form.hpp"
#include "judge.hpp"

using namespace weft::lit;
using parallel::Branches;
using parallel::Form;
using parallel::Goal;
using parallel::none;
using weft::Result;
using weft::Value;
using weft::sdk::Commands;
using weft::sdk::Frame;

namespace {

bool is_ended(uint32_t status) {
  return status >= WEFT_NODE_SUCCEEDED && status != WEFT_NODE_UNKNOWN;
}

class Walk final {
 public:
  explicit Walk(Form form) : form_(std::move(form)) {
    branches_.status.assign(form_.count, WEFT_NODE_PENDING);
    branches_.open = form_.count;
    late_.assign((form_.timeouts.empty() ? 0 : form_.count + 7) / 8, '\0');
    branches_.late.assign(form_.timeouts.empty() ? 0 : form_.count, false);
  }

  // What the memo and the table say already. Every decision that followed from it stands there too.
  void recall(const Frame& frame) {
    const Value memo = frame.memo();
    branches_.start =
        static_cast<uint32_t>(std::min<uint64_t>(memo["start"_k].as_u64(), form_.count));
    branches_.is_over = memo["over"_k].as_bool();
    due_ = memo["due"_k].as_u64();
    if (memo["winner"_k].as_u64(form_.count) < form_.count) {
      branches_.winner = static_cast<uint32_t>(memo["winner"_k].as_u64());
    }
    const std::string_view late = memo["late"_k].as_bytes();
    for (uint32_t i = 0; late.size() == late_.size() && i < branches_.late.size(); ++i) {
      branches_.late[i] = (static_cast<uint8_t>(late[i / 8]) >> (i % 8) & 1U) != 0;
    }
    if (late.size() == late_.size()) late_ = late;
    for (uint32_t i = 0; i < form_.count; ++i) {
      const uint32_t status = frame.status(form_.first + i);
      if (is_ended(status)) {
        settle(i, status);
      } else if (status != WEFT_NODE_PENDING) {
        branches_.status[i] = WEFT_NODE_RUNNING;
        ++running_;
      }
    }
    level_ = level();
    is_judging_ = form_.judge != none && frame.status(form_.judge) != WEFT_NODE_PENDING;
  }

  void begin(const weft_fact& fact, const Frame& frame, Commands& commands) {
    if ((fact.flags & 1U) != 0 && weft::sdk::node_of(fact.node) >= form_.first) {
      branches_.start = std::min(weft::sdk::node_of(fact.node) - form_.first, form_.count);
    }
    if (form_.timeout_ns > 0) due_ = frame.now_ns() + static_cast<uint64_t>(form_.timeout_ns);
    if (branches_.start > 0 || due_ > 0) remember(frame, commands);
    if (due_ > 0) commands.timer(form_.first, due_);
    for (uint32_t i = 0; i < branches_.start; ++i) {
      commands.skip(form_.first + i, "the run starts at a later step");
      settle(i, WEFT_NODE_SKIPPED);
    }
  }

  void ended(const weft_fact& fact, const Frame& frame, Commands& commands) {
    const uint32_t node = weft::sdk::node_of(fact.node);
    if (node == form_.judge) return conclude_with(form_, branches_, frame, commands);
    const uint32_t branch = node - form_.first;
    if (branch >= form_.count) return;
    --running_;
    settle(branch, static_cast<uint32_t>(fact.a));
    const bool decides = form_.goal == Goal::first && fact.a == WEFT_NODE_SUCCEEDED;
    if (!decides || branches_.winner != none) return;
    branches_.winner = branch;
    remember(frame, commands);
  }

  // One timer may stand for the block and for its first branch; the clock tells which it is.
  void fired(const weft_fact& fact, const Frame& frame, Commands& commands) {
    const uint32_t branch = weft::sdk::node_of(fact.node) - form_.first;
    if (branches_.is_over || branch >= form_.count) return;
    if (due_ != 0 && frame.now_ns() >= due_) {
      branches_.is_over = true;
      return remember(frame, commands);
    }
    if (branch < branches_.late.size() && branches_.status[branch] == WEFT_NODE_RUNNING) {
      branches_.late[branch] = true;
      late_[branch / 8] = static_cast<char>(late_[branch / 8] | 1 << (branch % 8));
      remember(frame, commands);
      commands.cancel(form_.first + branch, "it took longer than its 'timeout'");
    }
    if (branch == 0 && due_ != 0) commands.timer(form_.first, due_);
  }

  void go_on(const Frame& frame, Commands& commands) {
    const Level now = level();
    if (now > level_) end_rest(now, commands);
    level_ = now;
    for (; next_ < form_.count && running_ < form_.at_once; ++next_) {
      if (branches_.status[next_] == WEFT_NODE_PENDING) start(next_, frame, commands);
    }
    if (branches_.open > 0 || is_judging_) return;
    is_judging_ = true;
    conclude(form_, branches_, frame, commands);
  }

 private:
  // How far it is decided already: not at all, won, or that nothing more is to be done.
  enum class Level : uint8_t { open, won, closed };

  Level level() const {
    if (branches_.is_over || is_lost(form_, branches_)) return Level::closed;
    return branches_.winner != none ? Level::won : Level::open;
  }

  // Takes in that a branch has ended.
  void settle(uint32_t branch, uint32_t status) {
    branches_.status[branch] = static_cast<uint8_t>(status);
    --branches_.open;
    if (status == WEFT_NODE_SUCCEEDED) ++branches_.good;
    if (!is_bad(form_, branches_, branch)) return;
    ++branches_.bad;
    if (form_.required[branch]) ++branches_.required_bad;
  }

  void start(uint32_t branch, const Frame& frame, Commands& commands) {
    ++running_;
    branches_.status[branch] = WEFT_NODE_RUNNING;
    commands.start(form_.first + branch);
    const int64_t limit = form_.timeouts.empty() ? 0 : form_.timeouts[branch];
    if (limit <= 0) return;
    commands.timer(form_.first + branch, frame.now_ns() + static_cast<uint64_t>(limit));
  }

  // Who is required is waited for when another one has won.
  void end_rest(Level now, Commands& commands) {
    const std::string_view reason = branches_.is_over   ? "the time of the block is up"
                                    : now == Level::won ? "another branch was first"
                                                        : "another branch failed";
    for (uint32_t i = 0; i < form_.count; ++i) {
      if (now == Level::won && form_.required[i]) continue;
      if (branches_.status[i] == WEFT_NODE_RUNNING) commands.cancel(form_.first + i, reason);
      if (branches_.status[i] != WEFT_NODE_PENDING) continue;
      commands.skip(form_.first + i, reason);
      settle(i, WEFT_NODE_SKIPPED);
    }
  }

  void remember(const Frame& frame, Commands& commands) const {
    weft::Builder b = frame.builder();
    b.begin_object();
    if (branches_.start > 0) b.set("start"_k, branches_.start);
    if (due_ != 0) b.set("due"_k, due_);
    if (branches_.is_over) b.set("over"_k, true);
    if (branches_.winner != none) b.set("winner"_k, branches_.winner);
    if (!late_.empty()) {
      b.key("late"_k);
      b.bytes(late_);
    }
    b.end_object();
    commands.memo(b.take_value());
  }

  Form form_;
  Branches branches_;
  std::string late_;  // a bit for each branch, as the memo has them
  uint64_t due_ = 0;
  uint32_t next_ = 0, running_ = 0;
  Level level_ = Level::open;
  bool is_judging_ = false;
};

}  // namespace

struct Parallel {
  static constexpr std::string_view id = "parallel";
  using Cache = Walk;

  Result<Value> compile(Value block, weft::Builder& out) { return parallel::compile(block, out); }

  Result<Walk> open(const Frame& frame) {
    Walk walk(parallel::read(frame.plan()));
    walk.recall(frame);
    return walk;
  }

  Result<void> step(Walk& walk, const Frame& frame, std::span<const weft_fact> facts,
                    Commands& commands) {
    for (const weft_fact& fact : facts) {
      switch (fact.kind) {
        case WEFT_FACT_BEGIN: walk.begin(fact, frame, commands); break;
        case WEFT_FACT_ENDED: walk.ended(fact, frame, commands); break;
        case WEFT_FACT_FIRED: walk.fired(fact, frame, commands); break;
        default: continue;
      }
      walk.go_on(frame, commands);  // after each, so that it does not matter how they are batched
    }
    return {};
  }
};

WEFT_PLUGIN(Parallel);
