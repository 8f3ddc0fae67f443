// What the table and the memo say of a loop: its results, and where it stands.
#include <algorithm>

#include "walk.hpp"

using namespace weft::lit;
using weft::Value;
using weft::sdk::Frame;

namespace loop {
namespace {

bool is_ended(uint32_t status) {
  return status >= WEFT_NODE_SUCCEEDED && status != WEFT_NODE_UNKNOWN;
}

}  // namespace

bool Walk::is_touched(uint32_t index, uint32_t node) const {
  const uint32_t at = form_.node_at(index, node);
  return frame_->status(at) != WEFT_NODE_PENDING && frame_->visit(at) == index;
}

// It failed, or nobody needed it any more; what it did before that is no result.
bool Walk::is_lost(uint32_t index) const {
  if (std::find(left_.begin(), left_.end(), index) != left_.end()) return true;
  for (uint32_t part = form_.body_first; part < form_.body_end; ++part) {
    const uint32_t node = form_.parts[part].node;
    const uint32_t now = status(index, node);
    const bool is_bad = now == WEFT_NODE_FAILED || now == WEFT_NODE_CANCELLED ||
                        (form_.goes_on && now == WEFT_NODE_CONTINUED);
    if (is_bad && is_touched(index, node)) return true;
  }
  return false;
}

// The result of the last step of the body that has one.
Value Walk::result_of(uint32_t index) const {
  if (form_.body_end - form_.body_first > 1 && is_lost(index)) return {};
  for (uint32_t part = form_.body_end; part > form_.body_first; --part) {
    const uint32_t node = form_.parts[part - 1].node;
    if (status(index, node) == WEFT_NODE_SUCCEEDED && is_touched(index, node)) {
      return frame_->result(form_.node_at(index, node));
    }
  }
  return {};
}

// What its steps gave, by their ids; the aggregation finds its result as the last of them.
Value Walk::record_of(uint32_t index) const {
  weft::Builder b = frame_->builder();
  b.begin_object();
  for (uint32_t part = form_.body_first; part < form_.body_end; ++part) {
    const uint32_t node = form_.parts[part].node;
    if (status(index, node) != WEFT_NODE_SUCCEEDED || !is_touched(index, node)) continue;
    b.set(weft::Key(form_.parts[part].id), frame_->result(form_.node_at(index, node)));
  }
  b.end_object();
  return b.take_value();
}

Value Walk::latest_result() {
  const uint32_t lowest = started_ > form_.lanes ? started_ - form_.lanes : 0;
  for (uint32_t i = started_; i > lowest; --i) {
    if (find(i - 1) != nullptr) continue;  // it was not told of yet
    if (const Value one = result_of(i - 1); one.exists()) return one;
  }
  return memo_["last"_k];
}

// What the memo and the table say already. Every decision that followed from it stands there too.
void Walk::recall(const Frame& frame) {
  frame_ = &frame;
  memo_ = frame.memo();
  for (const uint32_t node :
       {form_.collection, form_.start.node, form_.end.node, form_.step.node, form_.count.node}) {
    if (node != none) setup_.push_back(node);
  }
  while (set_up_ < setup_.size() && frame.status(setup_[set_up_]) == WEFT_NODE_SUCCEEDED) ++set_up_;
  const bool has_begun = memo_.is_object() || frame.status(form_.parts.front().node) != 0;
  first_step_ = static_cast<uint32_t>(memo_["start"_k].as_u64());
  alarms_.recall(memo_);
  is_cancelled_ = memo_["metadata"_k].exists();
  folded_ = static_cast<uint32_t>(memo_["folded"_k].as_u64());
  gathered_ = memo_["gathered"_k].as_u64();
  failures_ = static_cast<uint32_t>(memo_["failures"_k].as_u64());
  const Value used = memo_["used"_k];
  used_steps_ = used["steps"_k].as_i64();
  used_tokens_ = used["tokens"_k].as_i64();
  used_bytes_ = used["memory"_k].as_i64();
  used_cost_ = used["cost"_k].as_f64();
  const Value ending = memo_["end"_k];
  if (ending.is_object()) {
    ending_.by = static_cast<By>(std::min<uint64_t>(ending["by"_k].as_u64(), 7));
    ending_.node = static_cast<uint32_t>(ending["node"_k].as_u64(none));
    ending_.code = ending["code"_k].as_text();
    ending_.message = ending["message"_k].as_text();
  }
  if (set_up_ < setup_.size() || (setup_.empty() && !has_begun)) return;
  is_measured_ = measure();
  recall_flights();
  if (ending.is_object()) {
    started_ = static_cast<uint32_t>(ending["iterations"_k].as_u64(started_));
  }
  // Where another one could begin and has not, there are no more.
  if (ending_.by == By::open && is_measured_ && may_launch()) {
    const bool is_most = form_.most != unlimited && started_ >= form_.most;
    ending_.by = is_most ? By::most : By::exhausted;
  }
}

// The iterations of which the table tells, and where each of them is.
void Walk::recall_flights() {
  const uint32_t first = form_.parts.front().node;
  for (uint32_t lane = 0; lane < form_.lanes; ++lane) {
    const uint32_t at = form_.node_at(lane, first);
    if (frame_->status(at) == WEFT_NODE_PENDING) continue;
    started_ = std::max(started_, frame_->visit(at) + 1);
    if (form_.reduce == none) continue;
    const uint32_t by = form_.node_at(lane, form_.parts[form_.reduce].node);
    const bool is_later = reduced_ == none || frame_->visit(by) > reduced_;
    if (frame_->status(by) == WEFT_NODE_SUCCEEDED && is_later) reduced_ = frame_->visit(by);
  }
  const uint32_t lowest = started_ > form_.lanes ? started_ - form_.lanes : 0;
  for (uint32_t index = std::max(lowest, folded_); index < started_; ++index) {
    Flight flight{index, 0, none, false};
    if (recall_flight(flight)) flights_.push_back(flight);
  }
}

// False when the iteration has ended.
bool Walk::recall_flight(Flight& flight) const {
  bool is_body_done = false;
  for (uint32_t part = 0; part < form_.parts.size(); ++part) {
    const uint32_t node = form_.parts[part].node;
    if (!is_touched(flight.index, node)) continue;
    flight.at = part;
    const uint32_t now = status(flight.index, node);
    if (!is_ended(now)) return true;
    const bool failed = now == WEFT_NODE_FAILED || now == WEFT_NODE_CANCELLED ||
                        (form_.goes_on && now == WEFT_NODE_CONTINUED);
    const bool is_of_body = form_.parts[part].kind == Part::Kind::body;
    if (is_of_body && failed && flight.failed == none) {
      flight.failed = form_.node_at(flight.index, node);
    }
    is_body_done = part + 1 == form_.body_end;
  }
  flight.waits = is_body_done && flight.failed == none && form_.reduce != none &&
                 result_of(flight.index).exists();
  return flight.waits;
}

}  // namespace loop
