#include "walk.hpp"

#include <algorithm>

#include "gather.hpp"

using namespace weft::lit;
using weft::Value;
using weft::sdk::at_visit;
using weft::sdk::Frame;

namespace loop {
void Walk::step(std::span<const weft_fact> facts, const Frame& frame,
                weft::sdk::Commands& commands) {
  frame_ = &frame;
  commands_ = &commands;
  memo_ = frame.memo();
  for (const weft_fact& fact : facts) {
    if (is_closed_) break;
    switch (fact.kind) {
      case WEFT_FACT_BEGIN: begin(fact); break;
      case WEFT_FACT_ENDED: ended(fact); break;
      case WEFT_FACT_FIRED: fired(); break;
      case WEFT_FACT_CANCEL: cancelled(); break;
      default: continue;
    }
    go_on();  // after each, so that it does not matter how they are batched
  }
}

void Walk::begin(const weft_fact& fact) {
  if ((fact.flags & 1U) != 0) first_step_ = weft::sdk::node_of(fact.node);
  const auto at = [&](int64_t ns) { return frame_->now_ns() + static_cast<uint64_t>(ns); };
  if (form_.timeout_ns > 0) alarms_.add({Alarm::Kind::timeout, 0, at(form_.timeout_ns)});
  if (form_.limits.time_ns >= 0) alarms_.add({Alarm::Kind::limit, 0, at(form_.limits.time_ns)});
  if (!alarms_.empty() || first_step_ > 0) {
    alarms_.arm(*commands_);
    remember({});
  }
  set_up();
}

// What the loop goes over is evaluated once, before it begins.
void Walk::set_up() {
  if (set_up_ < setup_.size()) return commands_->start(setup_[set_up_]);
  is_measured_ = measure();
}

int64_t Walk::number(const Number& said) const {
  return said.node == none ? said.written : frame_->result(said.node).as_i64(INT64_MIN);
}

// How many iterations there are, where that is known. False when it cannot be.
bool Walk::measure() {
  const auto bad = [&](std::string code, std::string message) {
    fail({By::error, none, std::move(code), std::move(message)});
    return false;
  };
  if (form_.collection != none) {
    const Value items = frame_->result(form_.collection);
    if (!items.is_array() && !items.is_object()) {
      return bad("loop.not_a_collection",
                 "what the loop goes over is neither a list nor an object");
    }
    total_ = items.size();
  }
  if (form_.count.is_given) total_ = number(form_.count);
  if (form_.is_range) {
    from_ = number(form_.start);
    by_ = number(form_.step);
    const int64_t to = number(form_.end);
    if (by_ == 0) return bad("loop.zero_step", "a range with step 0 never ends");
    if (from_ == INT64_MIN || by_ == INT64_MIN || to == INT64_MIN) total_ = INT64_MIN;
    __extension__ using Wide = __int128;
    const Wide distance = Wide{to} - from_;
    const Wide steps = (distance + by_ + (by_ > 0 ? -1 : 1)) / by_;
    if (total_ == unlimited) {
      total_ = (distance > 0) == (by_ > 0)
                   ? static_cast<int64_t>(std::min<Wide>(steps, int64_t{INT64_MAX}))
                   : 0;
    }
  }
  if (total_ < unlimited) {
    return bad("loop.not_a_number", "the bounds of the loop are not all whole numbers");
  }
  return true;
}

void Walk::ended(const weft_fact& fact) {
  const auto status = static_cast<uint32_t>(fact.a);
  const uint32_t node = weft::sdk::node_of(fact.node);
  if (!is_measured_) {
    if (status != WEFT_NODE_SUCCEEDED) return fail({By::error, node, {}, {}});
    ++set_up_;
    return set_up();
  }
  Flight* flight = find(weft::sdk::visit_of(fact.node));
  if (flight == nullptr) return;
  if (is_failing()) return drop(flight->index);
  went(*flight, status);
}

// One timer wakes for whatever is due.
void Walk::fired() {
  alarms_.fired();
  for (const Alarm& alarm : alarms_.take_due(frame_->now_ns())) {
    switch (alarm.kind) {
      case Alarm::Kind::timeout:
        if (is_leaving()) {  // what does not end in time is left behind
          flights_.clear();
          break;
        }
        fail({By::error, none, "timeout", "the loop took longer than its 'timeout'"});
        break;
      case Alarm::Kind::limit:
        fail({By::limit, none, "loop.limit.time", "the loop has used up its limit of time"});
        break;
      case Alarm::Kind::iteration:
        if (const Flight* flight = find(alarm.index); flight != nullptr && !flight->waits) {
          alarms_.add({Alarm::Kind::late, alarm.index, 0});
          const uint32_t running = form_.node_at(flight->index, form_.parts[flight->at].node);
          commands_->cancel(running, "the iteration took longer than its time limit");
        }
        break;
      default: break;
    }
  }
  if (is_closed_) return;
  alarms_.arm(*commands_);
  remember({});
}

void Walk::go_on() {
  while (is_measured_ && !is_closed_ && ending_.by == By::open && may_launch()) launch();
  if (!is_closed_ && ending_.by != By::open && flights_.empty()) conclude();
}

bool Walk::may_launch() const {
  if (flights_.size() + alarms_.count(Alarm::Kind::delay) >= form_.at_once) return false;
  // Nobody knows yet whether the one before begins at all.
  for (const Flight& flight : flights_) {
    if (form_.parts[flight.at].kind == Part::Kind::before) return false;
  }
  uint32_t oldest = is_collecting() ? folded_ : started_;
  for (const Flight& flight : flights_) oldest = std::min(oldest, flight.index);
  return started_ - oldest < form_.lanes;
}

// The order of the questions is that of the documentation: limits, the bound, the next item.
void Walk::launch() {
  if (const std::string_view name = exceeded(); !name.empty()) {
    return fail({By::limit, none, "loop.limit." + std::string(name),
                 "the loop has used up its limit of " + std::string(name)});
  }
  if (form_.most != unlimited && started_ >= form_.most) {
    if (!form_.fails_at_most) return end(By::most);
    return fail(
        {By::limit, none, "loop.iteration_limit",
         "the loop has done its " + std::to_string(form_.most) + " iterations and would go on"});
  }
  if ((total_ != unlimited && started_ >= total_) || started_ == UINT32_MAX) {
    return end(By::exhausted);
  }
  flights_.push_back({started_++, 0, none, false});
  Flight& flight = flights_.back();
  if (form_.iteration_ns > 0) {
    alarms_.add({Alarm::Kind::iteration, flight.index,
                 frame_->now_ns() + static_cast<uint64_t>(form_.iteration_ns)});
    alarms_.arm(*commands_);
    remember({});
  }
  if (form_.body_first > 0) return start(flight, 0);
  next_of_body(flight);
}

void Walk::start(Flight& flight, uint32_t part) {
  flight.at = part;
  const uint32_t node = form_.node_at(flight.index, form_.parts[part].node);
  commands_->start(at_visit(node, flight.index), bindings(flight, form_.parts[part]));
}

// A part has ended.
void Walk::went(Flight& flight, uint32_t status) {
  const Part& part = form_.parts[flight.at];
  const uint32_t node = form_.node_at(flight.index, part.node);
  if (part.kind == Part::Kind::body) {
    count_usage(node);
    const bool failed = status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED ||
                        (form_.goes_on && status == WEFT_NODE_CONTINUED);
    if (is_leaving() && leave(flight, failed)) return;
    if (failed && flight.failed == none) flight.failed = node;
    ++flight.at;
    return next_of_body(flight);
  }
  if (status != WEFT_NODE_SUCCEEDED) {
    drop(flight.index);
    return fail({By::error, node, {}, {}});
  }
  if (part.kind == Part::Kind::reduce) {
    reduced_ = flight.index;
    return ask_next(flight);
  }
  const Value answer = frame_->result(node);
  if (!answer.is_boolean()) {
    drop(flight.index);
    return fail({By::error, none, "loop.condition", "a condition of the loop is not a boolean"});
  }
  if (part.kind == Part::Kind::before) {
    if (answer.as_bool()) {
      flight.at = form_.body_first;
      return next_of_body(flight);
    }
    started_ = flight.index;
    drop(flight.index);
    return end(By::condition);
  }
  if (!answer.as_bool()) return ask_next(flight);
  const By by = part.kind == Part::Kind::until ? By::condition : By::breaks;
  complete(flight.index, none);
  if (ending_.by == By::open) end(by, part.message);
}

// An instance that nobody needs any more is gone with its step, and what is left of it does not
// begin. False when nothing was left of it: then it has succeeded all the same.
bool Walk::leave(Flight& flight, bool failed) {
  const uint32_t index = flight.index;
  bool is_whole = !failed;
  for (uint32_t part = flight.at + 1; !failed && part < form_.body_end; ++part) {
    const Part& rest = form_.parts[part];
    if (rest.when == When::failure) continue;
    is_whole = false;
    commands_->cancel(at_visit(form_.node_at(index, rest.node), index),
                      "enough instances have succeeded");
  }
  if (is_whole) return false;
  left_.push_back(index);
  drop(index);
  return true;
}

// Starts the next step of the body that is to run; requires that 'at' is where to begin.
void Walk::next_of_body(Flight& flight) {
  flight.at = std::max(flight.at, form_.body_first);
  for (; flight.at < form_.body_end; ++flight.at) {
    const Part& part = form_.parts[flight.at];
    const bool has_failed = flight.failed != none;
    const bool is_left_out = flight.index == 0 && part.node < first_step_;
    const bool runs =
        !is_left_out && (part.when == When::always || (part.when == When::failure) == has_failed);
    if (runs) return start(flight, flight.at);
    commands_->skip(at_visit(form_.node_at(flight.index, part.node), flight.index),
                    is_left_out  ? "the run starts at a later step"
                    : has_failed ? "a step before it failed"
                                 : "nothing failed");
  }
  after_body(flight);
}

void Walk::after_body(Flight& flight) {
  flight.at = form_.body_end - 1;
  if (flight.failed != none) {
    const uint32_t index = flight.index, failed = flight.failed;
    if (form_.goes_on) return complete(index, failed);
    const bool is_late = alarms_.has(Alarm::Kind::late, index);
    drop(index);
    if (!is_late) return fail({By::error, failed, {}, {}});
    return fail({By::error, none, "loop.iteration_timeout",
                 "iteration " + std::to_string(index) + " took longer than its time limit"});
  }
  // Conditions are never asked about a result that does not exist.
  if (!result_of(flight.index).exists()) return complete(flight.index, none);
  if (form_.reduce != none) return reduce(flight);
  ask_next(flight);
}

// In the order of the iterations, however they end.
void Walk::reduce(Flight& flight) {
  flight.waits = std::any_of(flights_.begin(), flights_.end(),
                             [&](const Flight& other) { return other.index < flight.index; });
  if (!flight.waits) start(flight, form_.reduce);
}

void Walk::ask_next(Flight& flight) {
  const uint32_t next = std::max(flight.at + 1, form_.body_end);
  if (next < form_.parts.size()) return start(flight, next);
  complete(flight.index, none);
}

void Walk::complete(uint32_t index, uint32_t failed) {
  drop(index);
  Changes changes;
  bool is_news = failed != none;
  if (failed != none) {
    weft::Builder b = frame_->builder();
    write_error(failed, b);
    changes.error = b.take_value();
    changes.error_index = index;
    ++failures_;
  }
  alarms_.remove(Alarm::Kind::late, index);
  if (form_.keep == Keep::last && form_.kept == 0 && !result_of(index).exists()) {
    changes.last = latest_result();
    is_news = true;
  }
  if (form_.delay_ns > 0) {
    alarms_.remove(Alarm::Kind::iteration, index);
    alarms_.add(
        {Alarm::Kind::delay, index, frame_->now_ns() + static_cast<uint64_t>(form_.delay_ns)});
    alarms_.arm(*commands_);
    is_news = true;
  }
  if (is_news || form_.limits.counts()) remember(changes);
  fold();
  const auto succeeded = static_cast<int64_t>(started_ - flights_.size()) - failures_;
  const bool has_enough = form_.enough != unlimited && succeeded >= form_.enough;
  // Also when no more would begin anyway.
  const bool is_over = ending_.by == By::exhausted || ending_.by == By::most;
  if (has_enough && (ending_.by == By::open || (is_over && form_.cancels_rest))) end_enough();
  for (Flight& flight : flights_) {
    if (flight.waits) return reduce(flight);
  }
}

// Takes results out of the table in their order, when there are enough.
void Walk::fold() {
  while (is_collecting()) {
    uint32_t upto = started_;
    for (const Flight& flight : flights_) upto = std::min(upto, flight.index);
    if (upto - folded_ < form_.chunk()) return;
    std::vector<Value> results;
    for (uint32_t i = folded_; i < folded_ + form_.chunk(); ++i) {
      const Value one = form_.recalls ? record_of(i) : result_of(i);
      if (one.exists()) results.push_back(one);
    }
    folded_ += form_.chunk();
    gathered_ += results.size();
    weft::Builder b = frame_->builder();
    Changes changes;
    changes.levels = form_.keep == Keep::last && !form_.recalls
                         ? add_to_last(memo_["levels"_k], results, form_.kept, b)
                         : add_chunk(memo_["levels"_k], results, b);
    remember(changes);
  }
}

void Walk::write_value(uint32_t index, weft::Builder& out) const {
  if (form_.collection != none) {
    const Value items = frame_->result(form_.collection);
    if (items.is_object()) out.set("key"_k, items.key(index));
    return out.set("value"_k, items[index]);
  }
  out.set("value"_k, form_.is_range ? from_ + by_ * int64_t{index} : int64_t{index});
}

Value Walk::bindings(const Flight& flight, const Part& part) const {
  if (!form_.binds) return {};
  weft::Builder b = frame_->builder();
  const uint32_t index = flight.index;
  b.begin_object();
  b.key("loop"_k);
  b.begin_object();
  b.set("index"_k, index);
  b.set("number"_k, uint64_t{index} + 1);
  write_value(index, b);
  b.set("first"_k, index == 0);
  if (total_ != unlimited) b.set("last"_k, int64_t{index} + 1 == total_);
  const Value previous = form_.at_once == 1 && index > 0 ? result_of(index - 1) : Value();
  if (previous.exists()) b.set("previous"_k, previous);
  if (part.kind > Part::Kind::body) b.set("result"_k, result_of(index));
  if (part.kind == Part::Kind::before && previous.exists()) b.set("result"_k, previous);
  if (part.kind == Part::Kind::reduce) {
    const bool has = reduced_ != none;
    const uint32_t at = has ? form_.node_at(reduced_, form_.parts[form_.reduce].node) : 0;
    b.set("accumulated"_k, has ? frame_->result(at) : form_.initial);
  }
  b.end_object();
  b.end_object();
  return b.take_value();
}

Walk::Flight* Walk::find(uint32_t index) {
  for (Flight& flight : flights_) {
    if (flight.index == index) return &flight;
  }
  return nullptr;
}

void Walk::drop(uint32_t index) {
  std::erase_if(flights_, [&](const Flight& flight) { return flight.index == index; });
}

}  // namespace loop
