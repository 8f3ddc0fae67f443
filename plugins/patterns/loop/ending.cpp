// How a loop ends, and what it remembers on its way.
#include <algorithm>

#include "gather.hpp"
#include "walk.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Value;

namespace loop {
namespace {

constexpr uint32_t errors_max = 12;  // told one by one; more are only counted

}  // namespace

std::string_view to_text(By by) {
  constexpr std::string_view words[] = {"open",           "exhausted", "condition", "break",
                                        "max_iterations", "limit",     "error",     "break"};
  return words[static_cast<size_t>(by)];
}

// No more iterations begin. Those under way are waited for.
void Walk::end(By by, std::string_view message) {
  ending_ = {by, none, {}, std::string(message)};
  const bool is_in_table = by == By::exhausted || by == By::most;
  if (!flights_.empty() && !is_in_table) remember({});
}

// So many have succeeded that nobody needs the others; what begins behind the loop waits until
// those have ended, so that none of them does anything then.
void Walk::end_enough() {
  constexpr std::string_view reason = "enough instances have succeeded";
  end(By::enough, reason);
  for (const Flight& flight : flights_) {
    if (!is_leaving()) break;
    commands_->cancel(form_.node_at(flight.index, form_.parts[flight.at].node), reason);
  }
}

// The same, and those under way are asked to end: by what was told, not by the table, which may be
// ahead. Requires: whoever fails is none of them any more.
void Walk::fail(Ending ending) {
  if (is_failing() || is_closed_ || commands_ == nullptr) return;
  ending_ = std::move(ending);
  std::erase_if(flights_, [](const Flight& flight) { return flight.waits; });
  for (const Flight& flight : flights_) {
    const uint32_t node = form_.node_at(flight.index, form_.parts[flight.at].node);
    commands_->cancel(node, "the loop fails");
  }
  if (!flights_.empty()) remember({});
}

// Whoever asked it to end ends it when nothing runs in it, unless it has a result by then.
void Walk::cancelled() {
  is_cancelled_ = true;
  remember({});
}

void Walk::conclude() {
  is_closed_ = true;
  is_cancelled_ = false;
  if (!is_failing()) return give();
  remember({});  // what is told of a loop that has no result
  if (ending_.node == none) return commands_->fail(ending_.code, ending_.message);
  const uint32_t status = frame_->status(ending_.node);
  if (status == WEFT_NODE_FAILED) return commands_->fail_node(ending_.node);
  commands_->fail("loop.cancelled", "a step of the loop was cancelled");
}

// Of all iterations: their results, or the records of their steps where those are asked for.
std::vector<Value> Walk::all_of_all() const {
  std::vector<Value> all;
  if (!is_collecting()) return all;
  flatten(memo_["levels"_k], all);
  for (uint32_t i = folded_; i < started_; ++i) {
    const Value one = form_.recalls ? record_of(i) : result_of(i);
    if (one.exists()) all.push_back(one);
  }
  return all;
}

void Walk::give() {
  std::vector<Value> all = all_of_all();
  const Value said = about(form_.recalls ? all : std::vector<Value>());
  if (form_.keep == Keep::nothing) return commands_->return_value(weft::null_value(), said);
  Value value;
  if (form_.keep == Keep::reduce) {
    value = form_.initial;
    if (reduced_ != none) {
      value = frame_->result(form_.node_at(reduced_, form_.parts[form_.reduce].node));
    }
  } else if (form_.keep == Keep::last && form_.kept == 0) {
    value = latest_result();
  } else {
    if (!is_collecting()) flatten(memo_["levels"_k], all);
    if (form_.recalls) {
      std::erase_if(all, [](Value record) { return record.size() == 0; });
      for (Value& one : all) one = one[one.size() - 1];
    }
    const size_t kept =
        form_.keep == Keep::all ? all.size() : std::min<size_t>(all.size(), form_.kept);
    const size_t first = form_.keep == Keep::last ? all.size() - kept : 0;
    Builder b = frame_->builder();
    b.begin_array();
    for (size_t i = first; i < first + kept; ++i) b.link(all[i]);
    b.end_array();
    value = b.take_value();
  }
  commands_->return_value(value.exists() ? value : weft::null_value(), said);
}

Value Walk::about(const std::vector<Value>& records) const {
  Builder b = frame_->builder();
  b.begin_object();
  write_metadata(b);
  if (form_.recalls) {
    b.key("iterations"_k);
    b.begin_array();
    for (const Value record : records) b.link(record);
    b.end_array();
  }
  b.end_object();
  return b.take_value();
}

void Walk::write_metadata(Builder& out) const {
  out.key("metadata"_k);
  out.begin_object();
  out.set("iterations"_k, started_);
  out.set("ended_by"_k, is_cancelled_ ? "cancelled" : to_text(ending_.by));
  if (!ending_.message.empty()) out.set("message"_k, std::string_view(ending_.message));
  out.set("failures"_k, failures_);
  out.key("errors"_k);
  memo_["errors"_k].exists() ? out.link(memo_["errors"_k]) : (out.begin_array(), out.end_array());
  if (form_.limits.counts()) {
    out.set("steps"_k, used_steps_);
    out.set("tokens"_k, used_tokens_);
    out.set("cost"_k, used_cost_);
  }
  out.end_object();
}

void Walk::write_error(uint32_t node, Builder& out) const {
  const Value error = frame_->outcome(node)["error"_k];
  if (error.exists()) return out.link(error);
  out.begin_object();
  out.set("code"_k, "cancelled");
  out.set("message"_k, "a step of the iteration was cancelled");
  out.end_object();
}

namespace {

// A rough measure of what a value takes, enough for a limit.
int64_t rough_bytes(Value value, uint32_t depth = 0) {
  int64_t bytes = 16 + (value.is_text() ? int64_t{value.size()} : 0);
  const bool has_more = (value.is_array() || value.is_object()) && depth < 64;
  for (uint32_t i = 0; has_more && i < value.size(); ++i) bytes += rough_bytes(value[i], depth + 1);
  return bytes;
}

}  // namespace

// A step is one of its own, unless it says how many it took.
void Walk::count_usage(uint32_t node) {
  if (!form_.limits.counts()) return;
  const Value said = frame_->outcome(node)["metadata"_k];
  used_steps_ += said["steps"_k].as_i64(1);
  used_tokens_ += said["tokens"_k].as_i64();
  used_cost_ += said["cost"_k].as_f64();
  if (form_.limits.memory >= 0) used_bytes_ += rough_bytes(frame_->result(node));
}

// The name of a limit that is used up, or nothing.
std::string_view Walk::exceeded() const {
  const Limits& limits = form_.limits;
  if (limits.memory >= 0 && used_bytes_ > limits.memory) return "memory";
  if (limits.tokens >= 0 && used_tokens_ > limits.tokens) return "tokens";
  if (limits.cost >= 0 && used_cost_ > limits.cost) return "cost";
  return limits.steps >= 0 && used_steps_ >= limits.steps && started_ > 0 ? "steps" : "";
}

void Walk::remember(const Changes& changes) {
  Builder b = frame_->builder();
  b.begin_object();
  write_memo(changes, b);
  b.end_object();
  memo_ = b.take_value();
  commands_->memo(memo_);
}

void Walk::write_memo(const Changes& changes, Builder& out) const {
  const auto keep = [&](weft::Key name, Value changed) {
    const Value value = changed.exists() ? changed : memo_[name];
    if (value.exists()) out.set(name, value);
  };
  if (first_step_ > 0) out.set("start"_k, first_step_);
  if (folded_ > 0) out.set("folded"_k, folded_);
  if (gathered_ > 0) out.set("gathered"_k, gathered_);
  keep("levels"_k, changes.levels);
  keep("last"_k, changes.last);
  if (failures_ > 0) {
    out.set("failures"_k, failures_);
    out.key("errors"_k);
    out.begin_array();
    const Value before = memo_["errors"_k];
    for (const Value one : before) out.link(one);
    if (changes.error.exists() && before.size() < errors_max) {
      out.begin_object();
      out.set("index"_k, changes.error_index);
      out.set("error"_k, changes.error);
      out.end_object();
    }
    out.end_array();
  }
  if (form_.limits.counts()) {
    out.key("used"_k);
    out.begin_object();
    out.set("steps"_k, used_steps_);
    out.set("tokens"_k, used_tokens_);
    out.set("memory"_k, used_bytes_);
    out.set("cost"_k, used_cost_);
    out.end_object();
  }
  alarms_.write(out);
  if (is_closed_ || is_cancelled_) write_metadata(out);
  if (ending_.by == By::open) return;
  out.key("end"_k);
  out.begin_object();
  out.set("by"_k, static_cast<uint32_t>(ending_.by));
  out.set("iterations"_k, started_);
  if (ending_.node != none) out.set("node"_k, ending_.node);
  if (!ending_.code.empty()) out.set("code"_k, std::string_view(ending_.code));
  if (!ending_.message.empty()) out.set("message"_k, std::string_view(ending_.message));
  out.end_object();
}

}  // namespace loop
