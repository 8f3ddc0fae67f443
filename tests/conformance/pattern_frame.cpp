#include "pattern_frame.hpp"

#include <algorithm>

#include <weft/sdk.hpp>
#include <weft/sdk/json.hpp>

namespace weft::test {

using lit::operator""_k;

namespace {

constexpr uint64_t memo_bytes_max = 4096;

bool is_active(uint8_t status) { return status >= WEFT_NODE_READY && status <= WEFT_NODE_WAITING; }

uint32_t number_of(uint64_t node) { return static_cast<uint32_t>(node); }

}  // namespace

// The same for one visit of a node in every frame.
uint32_t drawn(uint32_t node, uint32_t visit) {
  return (node * 2654435761U + visit * 40503U + 12345U) >> 7U;
}

FakeFrame::FakeFrame(Pattern pattern, Value plan, std::vector<bool> is_step)
    : pattern_(pattern),
      plan_(plan),
      status_(is_step.size(), WEFT_NODE_PENDING),
      visit_(is_step.size(), 0),
      is_step_(std::move(is_step)),
      settled_(status_.size()) {}

std::vector<uint32_t> FakeFrame::running() const {
  std::vector<uint32_t> found;
  for (uint32_t n = 0; n < status_.size(); ++n) {
    if (is_active(status_[n])) found.push_back(n);
  }
  return found;
}

weft_frame FakeFrame::lend() {
  return {sizeof(weft_frame),
          0,
          to_str("01RUN"),
          plan_.raw(),
          null_value().raw(),
          memo_.raw(),
          1'000'000'000,
          7,
          status_.size(),
          memory_.raw(),
          this,
          status_.data(),
          visit_.data(),
          &FakeFrame::result,
          &FakeFrame::outcome};
}

weft_val FakeFrame::result(void* impl, uint64_t node) noexcept {
  auto& self = *static_cast<FakeFrame*>(impl);
  const uint32_t n = number_of(node);
  if (n >= self.status_.size() || self.status_[n] != WEFT_NODE_SUCCEEDED) return {nullptr, 0};
  if (self.settled_[n].exists()) return self.settled_[n].raw();
  const uint32_t chance = drawn(n, self.visit_[n]);
  Builder b(self.memory_.arena());
  if (!self.is_step_[n]) {
    b.boolean(chance % 2 == 0);
    return b.take();
  }
  b.begin_object();
  b.set("node"_k, n);
  b.set("valid"_k, chance % 3 == 0);
  b.set("score"_k, chance % 5);
  b.end_object();
  return b.take();
}

weft_val FakeFrame::outcome(void* impl, uint64_t node) noexcept {
  auto& self = *static_cast<FakeFrame*>(impl);
  const uint32_t n = number_of(node);
  if (n >= self.status_.size()) return {nullptr, 0};
  const uint8_t status = self.status_[n];
  Builder b(self.memory_.arena());
  b.begin_object();
  if (status == WEFT_NODE_FAILED || status == WEFT_NODE_CONTINUED) {
    b.key("error"_k);
    b.begin_object();
    b.set("code"_k, "broken");
    b.set("message"_k, "it broke");
    b.end_object();
  }
  b.set("duration_ns"_k, 1'000'000);
  b.end_object();
  return b.take();
}

// A cache that is opened knows what was told before, and hears of the rest as facts.
weft_status FakeFrame::open(std::span<const weft_fact> facts) {
  if (is_open_) return WEFT_OK;
  std::vector<uint8_t> before = status_;
  for (const weft_fact& fact : facts) {
    if (fact.kind == WEFT_FACT_ENDED) before[number_of(fact.node)] = WEFT_NODE_RUNNING;
  }
  for (const auto* list : {&at_once_, &untold_}) {
    for (const weft_fact& fact : *list) {
      if (fact.kind == WEFT_FACT_ENDED) before[number_of(fact.node)] = WEFT_NODE_RUNNING;
    }
  }
  weft_frame frame = lend();
  frame.status = before.data();
  const weft_status status = pattern_.table->open(pattern_.self, &frame, &cache_, &error_);
  is_open_ = status == WEFT_OK;
  return status;
}

void FakeFrame::forget() {
  if (is_open_) pattern_.table->close(pattern_.self, cache_);
  is_open_ = false;
}

weft_status FakeFrame::tell(std::span<const weft_fact> facts) {
  error_ = {};
  error_.size = sizeof error_;
  if (const weft_status status = open(facts); status != WEFT_OK) return status;
  std::erase_if(untold_, [&](const weft_fact& one) {
    return std::any_of(facts.begin(), facts.end(), [&](const weft_fact& fact) {
      return fact.kind == one.kind && fact.node == one.node;
    });
  });
  for (const weft_fact& fact : facts) {
    if (fact.kind == WEFT_FACT_CANCEL) is_stopping_ = true;
    if (fact.kind == WEFT_FACT_ENDED) {
      status_[number_of(fact.node)] = static_cast<uint8_t>(fact.a);
    }
  }
  const weft_frame frame = lend();
  given_.clear();
  weft_cmds commands{sizeof commands, 0, this, &FakeFrame::add};
  const weft_status status =
      pattern_.table->step(pattern_.self, cache_, &frame, facts.data(),
                           static_cast<uint32_t>(facts.size()), &commands, &error_);
  if (status != WEFT_OK) return status;
  for (const weft_cmd& command : given_) apply(command);
  return WEFT_OK;
}

weft_status FakeFrame::add(weft_cmds* to, const weft_cmd* command) noexcept {
  auto& self = *static_cast<FakeFrame*>(to->impl);
  const uint64_t node = command->node & WEFT_NO_NODE;
  const bool may_name_none = command->kind == WEFT_CMD_RETURN || command->kind == WEFT_CMD_FAIL ||
                             command->kind == WEFT_CMD_MEMO || command->kind == WEFT_CMD_SELECT;
  const bool is_known = command->kind >= WEFT_CMD_START && command->kind <= WEFT_CMD_MEMO;
  const bool is_last = command->kind == WEFT_CMD_RETURN && node == WEFT_LAST_NODE;
  const bool is_inside =
      node < self.status_.size() || is_last || (may_name_none && node == WEFT_NO_NODE);
  if (!is_known || !is_inside) {
    self.fault("a command for a node outside of the block", node);
    return WEFT_BAD_INPUT;
  }
  self.given_.push_back(*command);
  return WEFT_OK;
}

void FakeFrame::apply(const weft_cmd& command) {
  const uint32_t n = number_of(command.node);
  const auto visit = static_cast<uint32_t>(command.node >> 32U);
  if (!is_closed()) {
    commands_.push_back({command.kind, command.node, sdk::json_text(Value(command.args))});
  }
  switch (command.kind) {
    case WEFT_CMD_START:
      if (!is_stopping_) start(n, visit, Value(command.opts)["result"_k]);
      return;
    case WEFT_CMD_SELECT: {
      const Value taken = Value(command.args)["taken"_k];
      const uint64_t a = taken.exists() ? taken.as_u64(WEFT_NO_NODE) : n;
      at_once_.push_back({WEFT_FACT_SELECTED, 0, command.node, a, 0});
      return;
    }
    case WEFT_CMD_SKIP:
      if (is_active(status_[n]) || (status_[n] != WEFT_NODE_PENDING && visit_[n] >= visit)) {
        return fault("skipped although it is not to be run", n);
      }
      status_[n] = WEFT_NODE_SKIPPED;
      visit_[n] = visit;
      return;
    case WEFT_CMD_CANCEL:
      if (status_[n] != WEFT_NODE_PENDING && visit_[n] >= visit) return;
      status_[n] = WEFT_NODE_CANCELLED;
      visit_[n] = visit;
      return;
    case WEFT_CMD_MEMO:
      memo_ = Value(command.args);
      if (sdk::json_text(memo_).size() > memo_bytes_max) fault("a memo that is too large", 0);
      return;
    case WEFT_CMD_RETURN:
    case WEFT_CMD_FAIL: return close(command);
    default: return;
  }
}

void FakeFrame::start(uint32_t node, uint32_t visit, Value settled) {
  const bool was_visited = status_[node] != WEFT_NODE_PENDING && visit_[node] >= visit;
  if (is_closed()) return;
  if (is_active(status_[node])) return fault("started while it is active", node);
  if (was_visited) return fault("started although this visit has ended", node);
  status_[node] = WEFT_NODE_RUNNING;
  visit_[node] = visit;
  settled_[node] = settled;
  if (!settled.exists() && is_step_[node]) return;
  const bool fails = !settled.exists() && drawn(node, visit) % 16 == 3;
  status_[node] = fails ? WEFT_NODE_FAILED : WEFT_NODE_SUCCEEDED;
  at_once_.push_back({WEFT_FACT_ENDED, 0, sdk::at_visit(node, visit), status_[node], 0});
}

void FakeFrame::close(const weft_cmd& command) {
  const uint32_t n = number_of(command.node);
  if (++closings_ > 1) return fault("closes the frame again", n);
  if (command.args.root != nullptr) return;
  if (n == static_cast<uint32_t>(WEFT_LAST_NODE)) return;
  if (n >= status_.size()) return fault("closes with nothing", n);
  const uint8_t status = status_[n];
  if (command.kind == WEFT_CMD_RETURN && status != WEFT_NODE_SUCCEEDED) {
    fault("returns the result of a node that has none", n);
  }
  if (command.kind == WEFT_CMD_FAIL && status != WEFT_NODE_FAILED &&
      status != WEFT_NODE_CANCELLED) {
    fault("fails with the error of a node that has none", n);
  }
}

void FakeFrame::fault(const std::string& what, uint64_t node) {
  faults_.push_back("node " + std::to_string(node) + ": " + what);
}

}  // namespace weft::test
