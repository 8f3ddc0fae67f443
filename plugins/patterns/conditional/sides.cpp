#include "sides.hpp"

#include <algorithm>

using namespace weft::lit;
using weft::Value;

namespace conditional {
namespace {

constexpr uint32_t none = UINT32_MAX;

bool is_over(uint32_t status) {
  return status >= WEFT_NODE_SUCCEEDED && status != WEFT_NODE_UNKNOWN;
}
bool is_failure(uint32_t status) {
  return status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED;
}

}  // namespace

Sides::Sides(Value plan) {
  for (const Value block : plan["blocks"_k]) {
    Block& made = blocks_.emplace_back();
    for (const Value side : block) {
      Side& one = made.emplace_back();
      one.condition = static_cast<uint32_t>(side[0U].as_u64(none));
      for (const Value step : side[1U]) one.steps.push_back(static_cast<uint32_t>(step.as_u64()));
    }
  }
  for (const Value one : plan["run_if"_k]) {
    run_if_.emplace_back(static_cast<uint32_t>(one[0U].as_u64()),
                         static_cast<When>(one[1U].as_u64()));
  }
  asking_ = {plan["takes_all"_k].as_bool(), plan["asks_all"_k].as_bool(),
             static_cast<uint32_t>(plan["conditions_max"_k].as_u64(none))};
}

When Sides::when(uint32_t step) const {
  const auto found = std::lower_bound(run_if_.begin(), run_if_.end(), step,
                                      [](const auto& one, uint32_t n) { return one.first < n; });
  return found != run_if_.end() && found->first == step ? found->second : When::success;
}

uint32_t Sides::side_of(uint32_t step) const {
  const Block& block = blocks_[block_];
  for (uint32_t s = 0; s < block.size(); ++s) {
    const auto& steps = block[s].steps;
    if (std::find(steps.begin(), steps.end(), step) != steps.end()) return s;
  }
  return none;
}

// Whether anything was asked or decided in a block.
bool Sides::is_decided(const weft::sdk::Frame& frame, uint32_t block) const {
  for (const Side& side : blocks_[block]) {
    if (side.condition != none && frame.status(side.condition) != WEFT_NODE_PENDING) return true;
    for (const uint32_t step : side.steps) {
      if (frame.status(step) != WEFT_NODE_PENDING) return true;
    }
  }
  return false;
}

void Sides::recall(const weft::sdk::Frame& frame) {
  // The last that left a trace; of blocks that were passed over only those with steps did.
  for (uint32_t b = 1; b < blocks_.size(); ++b) {
    if (is_decided(frame, b)) block_ = b;
  }
  if (block_ < blocks_.size()) recall_block(frame);
}

void Sides::recall_block(const weft::sdk::Frame& frame) {
  const Block& block = blocks_[block_];
  for (uint32_t s = 0; s < block.size() && has_condition(s); ++s) {
    const uint32_t status = frame.status(block[s].condition);
    if (!is_over(status)) break;
    ++asked_;
    if (status == WEFT_NODE_SUCCEEDED && frame.result(block[s].condition).as_bool()) {
      true_.push_back(s);
    }
  }
  // Of a run that began within the block: what its conditions would have said is not known.
  if (frame.memo()["start"_k].is_integer()) {
    const uint32_t within = side_of(static_cast<uint32_t>(frame.memo()["start"_k].as_u64()));
    if (within != none) side_ = within;
  }
  recall_side(frame);
}

// What has begun says which side was chosen, and how far it is.
void Sides::recall_side(const weft::sdk::Frame& frame) {
  const Block& block = blocks_[block_];
  for (uint32_t s = 0; s < block.size(); ++s) {
    for (const uint32_t step : block[s].steps) {
      const uint32_t status = frame.status(step);
      if (is_failure(status) && (failed_ == none || step < failed_)) failed_ = step;
      if (status == WEFT_NODE_PENDING || status == WEFT_NODE_SKIPPED) continue;
      side_ = s;
      if (!is_over(status)) active_.push_back(step);
    }
  }
  // A side of which every step was skipped looks like one that was not taken; but then others were
  // skipped for it, and its condition was true.
  const bool was_chosen = std::any_of(block.begin(), block.end(), [&](const Side& side) {
    return std::any_of(side.steps.begin(), side.steps.end(),
                       [&](uint32_t step) { return frame.status(step) == WEFT_NODE_SKIPPED; });
  });
  if (side_ == none && was_chosen) side_ = choice();
  runs_all_ = asking_.takes_all && side_ != none && true_.size() > 1;
  if (side_ == none || runs_all_) return;
  const auto& steps = block[side_].steps;
  while (position_ < steps.size() && frame.status(steps[position_]) != WEFT_NODE_PENDING) {
    ++position_;
  }
}

void Sides::take(const weft_fact& fact, const weft::sdk::Frame& frame,
                 weft::sdk::Commands& commands) {
  const Told told{frame, commands};
  switch (fact.kind) {
    case WEFT_FACT_BEGIN: return begin(fact, told);
    case WEFT_FACT_ENDED:
      return ended(weft::sdk::node_of(fact.node), static_cast<uint32_t>(fact.a), told);
    case WEFT_FACT_SELECTED: return chosen(fact.a, told);
    default: return;
  }
}

void Sides::begin(const weft_fact& fact, const Told& told) {
  if (blocks_.empty()) return told.commands.return_value(weft::null_value());
  if ((fact.flags & 1U) != 0) return begin_at(weft::sdk::node_of(fact.node), told);
  ask(told);
}

// The steps written before are skipped, and the side that holds the step is taken unasked.
void Sides::begin_at(uint32_t start, const Told& told) {
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("start"_k, start);
  b.end_object();
  told.commands.memo(b.take_value());
  for (block_ = 0; block_ < blocks_.size(); ++block_) {
    side_ = side_of(start);
    for (uint32_t s = 0; s < blocks_[block_].size(); ++s) {
      for (const uint32_t step : blocks_[block_][s].steps) {
        if (side_ == none || s != side_ || step < start) {
          told.commands.skip(step, "the run starts at a later step");
        }
      }
    }
    if (side_ == none) continue;
    const auto& steps = blocks_[block_][side_].steps;
    position_ = static_cast<uint32_t>(std::find(steps.begin(), steps.end(), start) - steps.begin());
    return go_on(told);
  }
  end(told);
}

// Asks the next condition of the block, or chooses when enough is known.
void Sides::ask(const Told& told) {
  const Block& block = blocks_[block_];
  const bool is_enough = !true_.empty() && !asking_.asks_all;
  const bool is_left =
      asked_ < block.size() && asked_ < asking_.conditions_max && has_condition(asked_);
  if (!is_enough && is_left) {
    return told.commands.evaluate(block[asked_].condition, Value());
  }
  choose(told);
}

// The first side whose condition was true, else the one without a condition, if there is one.
uint32_t Sides::choice() const {
  const Block& block = blocks_[block_];
  if (!true_.empty()) return true_.front();
  const bool has_rest = !block.empty() && block.back().condition == none;
  return has_rest ? static_cast<uint32_t>(block.size() - 1) : none;
}

void Sides::choose(const Told& told) {
  const Block& block = blocks_[block_];
  const uint32_t taken = choice();
  const auto first_of = [&](uint32_t s) {
    return s != none && !block[s].steps.empty() ? block[s].steps.front() : none;
  };
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.key("taken"_k);
  first_of(taken) != none ? b.natural(first_of(taken)) : b.null();
  b.set("block"_k, block_);
  b.key("side"_k);
  taken != none ? b.natural(taken) : b.null();
  if (taken != none && block[taken].condition != none) b.set("condition"_k, block[taken].condition);
  if (asking_.takes_all) {
    b.key("all"_k);
    b.begin_array();
    for (const uint32_t s : true_) b.natural(first_of(s));
    b.end_array();
  }
  b.key("alternatives"_k);
  b.begin_array();
  for (uint32_t s = 0; s < block.size(); ++s) {
    if (s != taken && first_of(s) != none) b.natural(first_of(s));
  }
  b.end_array();
  b.end_object();
  told.commands.select(WEFT_NO_NODE, b.take_value());
}

void Sides::chosen(uint64_t taken, const Told& told) {
  const Block& block = blocks_[block_];
  const bool is_first = !true_.empty() && !block[true_.front()].steps.empty() &&
                        block[true_.front()].steps.front() == taken;
  if (asking_.takes_all && true_.size() > 1 && is_first) return chosen_all(told);
  side_ = taken < told.frame.size() ? side_of(static_cast<uint32_t>(taken)) : none;
  for (uint32_t s = 0; s < block.size(); ++s) {
    if (s == side_) continue;
    for (const uint32_t step : block[s].steps) {
      told.commands.skip(step, "another side was taken");
    }
  }
  position_ = 0;
  if (side_ == none) return next_block(told);
  go_on(told);
}

// Every branch whose condition was true, each one step.
void Sides::chosen_all(const Told& told) {
  const Block& block = blocks_[block_];
  runs_all_ = true;
  side_ = true_.front();
  for (uint32_t s = 0; s < block.size(); ++s) {
    const bool is_true = std::find(true_.begin(), true_.end(), s) != true_.end();
    for (const uint32_t step : block[s].steps) {
      is_true ? told.commands.start(step) : told.commands.skip(step, "its condition is false");
      if (is_true) active_.push_back(step);
    }
  }
}

// Starts the next step of the side; goes on to the next block when there is none.
void Sides::go_on(const Told& told) {
  const bool has_failed = failed_ != none;
  const auto& steps = blocks_[block_][side_].steps;
  while (position_ < steps.size()) {
    const uint32_t step = steps[position_++];
    const When needed = when(step);
    if (needed == When::always || (needed == When::failure) == has_failed) {
      return told.commands.start(step);
    }
    told.commands.skip(step, has_failed ? "a step before it failed" : "nothing failed");
  }
  if (has_failed) return fail(failed_, told);
  next_block(told);
}

void Sides::next_block(const Told& told) {
  asked_ = position_ = 0;
  true_.clear();
  side_ = none;
  if (++block_ >= blocks_.size()) return end(told);
  ask(told);
}

void Sides::ended(uint32_t node, uint32_t status, const Told& told) {
  if (block_ >= blocks_.size()) return;
  const Block& block = blocks_[block_];
  const bool is_asked = asked_ < block.size() && block[asked_].condition == node && side_ == none;
  if (!is_asked) return step_ended(status, node, told);
  if (status != WEFT_NODE_SUCCEEDED) return fail(node, told);
  if (told.frame.result(node).as_bool()) true_.push_back(asked_);
  ++asked_;
  ask(told);
}

void Sides::step_ended(uint32_t status, uint32_t node, const Told& told) {
  if (side_ == none) return;
  if (!runs_all_) {
    if (is_failure(status) && failed_ == none) failed_ = node;
    return go_on(told);
  }
  // Of what was told, not of the table, which may be ahead.
  std::erase(active_, node);
  const bool is_first = is_failure(status) && failed_ == none;
  if (is_failure(status) && (failed_ == none || node < failed_)) failed_ = node;
  for (size_t i = 0; is_first && i < active_.size(); ++i) {
    told.commands.cancel(active_[i], "another branch failed");
  }
  if (!active_.empty()) return;
  if (failed_ != none) return fail(failed_, told);
  end(told);
}

void Sides::fail(uint32_t node, const Told& told) {
  for (uint32_t b = block_; b < blocks_.size(); ++b) {
    for (const Side& side : blocks_[b]) {
      for (const uint32_t step : side.steps) {
        if (told.frame.status(step) == WEFT_NODE_PENDING && (b > block_ || side_ == none)) {
          told.commands.skip(step, "a condition or a step before it failed");
        }
      }
    }
  }
  told.commands.fail_node(node);
}

// The result of the step that succeeded last; of branches that ran at once, those of all of them.
void Sides::end(const Told& told) {
  if (!runs_all_) return told.commands.return_last();
  weft::Builder b = told.frame.builder();
  b.begin_array();
  for (const uint32_t s : true_) {
    for (const uint32_t step : blocks_[block_][s].steps) b.add(told.frame.result(step));
  }
  b.end_array();
  told.commands.return_value(b.take_value());
}

}  // namespace conditional
