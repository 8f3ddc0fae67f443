#include "travel/replay.hpp"

#include <algorithm>

#include <weft/draft/hook.h>

#include "base/blocks.hpp"
#include "journal/recover.hpp"
#include "travel/checkpoints.hpp"
#include "travel/contrast.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

constexpr uint8_t compared_flags = event::is_envelope | event::is_continued | event::is_cached;
constexpr uint64_t bit(uint32_t point) { return uint64_t{1} << point; }

std::string path_of(const state::State& state, const Event& e) {
  return is_of_step(state, e) ? state::step_path(state, e.frame, e.node) : std::string();
}

const char* field_of(Type type) {
  switch (type) {
    case Type::step_queued:
    case Type::step_started: return "arguments";
    case Type::step_succeeded: return "output";
    case Type::step_failed:
    case Type::run_failed: return "error";
    case Type::step_skipped:
    case Type::step_cancelled:
    case Type::run_cancelled: return "reason";
    case Type::run_completed:
    case Type::run_partially_completed: return "result";
    default: return "value";
  }
}

// What is compared besides the payload.
struct Column {
  const char* name;
  uint64_t (*of)(const Event& e);
};
constexpr Column columns[] = {
    {"frame", [](const Event& e) -> uint64_t { return e.frame; }},
    {"node", [](const Event& e) -> uint64_t { return e.node; }},
    {"visit", [](const Event& e) -> uint64_t { return e.visit; }},
    {"attempt", [](const Event& e) -> uint64_t { return e.attempt; }},
    {"flags", [](const Event& e) -> uint64_t { return e.flags & compared_flags; }},
};

Document document_of(std::string_view text) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.text(text);
  return Document::copy(b.take_value());
}

Document document_of(uint64_t number) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.natural(number);
  return Document::copy(b.take_value());
}

// A step that only reads; what expressions name is read unasked.
bool is_read_by_step(const state::State& state, const Event& e) {
  if (e.type != Type::state_read || e.frame >= state.frames.size()) return false;
  return state.node(state.frames[e.frame], e.node).kind == plan::Kind::state;
}

}  // namespace

Replay::Replay(const History& history, std::shared_ptr<const plan::Plan> plan)
    : history_(&history),
      recorded_(plan, pages_),
      run_(0, history.run, std::move(plan), pages_),
      decider_(0, {this, admit}, recalled_.lend()) {}

Result<void> Replay::play() {
  const journal::Recovery::Each take = [&](const Event& e) {
    if (has_difference() || error_) return;
    batch_.push_back(e);
    if (tells_shared(e)) shared_.push_back(e);
    if ((e.flags & event::is_last) == 0) return;
    if (auto decided = decide(); !decided) error_ = decided.error();
  };
  journal::Recovery recovery(recorded_, &take, history_->fetch, history_->plan_of);
  for (const std::string& records : history_->records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
    if (error_) return *error_;
  }
  // The records were cut within a decision; its beginning is compared all the same.
  if (!batch_.empty() && !has_difference()) return decide();
  return {};
}

Result<void> Replay::decide() {
  recalled_.begin(batch_);
  // What was read stands before what followed from it, and is no cause of anything.
  std::vector<Event> followed;
  if (!shared_.empty()) {
    std::copy_if(batch_.begin(), batch_.end(), std::back_inserter(followed),
                 [](const Event& e) { return e.type != Type::state_read; });
  }
  auto cause = cause_of(run_.state, followed.empty() ? batch_ : followed);
  if (!cause) {
    return Error{Status::unsupported, "replay.unknown_cause",
                 "event " + std::to_string(batch_.front().seq) + ", " +
                     std::string(event::name(batch_.front().type)) +
                     ", begins a decision whose cause this version does not know",
                 "replay it with the version that recorded it"};
  }
  keep(*cause);
  if (batch_.front().type == Type::run_migrated) run_.state.arriving = recorded_.plan;
  const run::Input input = cause->ready();
  learn_points(input);
  decider_.listen(points_);
  decision_.clear();
  decider_.decide(run_, input, batch_.front().tick, decision_);
  compare();
  batch_.clear();
  return {};
}

// What was announced at once had room.
bool Replay::admit(void* self, const run::Run&, const run::Command& call) {
  const auto& batch = static_cast<const Replay*>(self)->batch_;
  return std::none_of(batch.begin(), batch.end(), [&](const Event& e) {
    return e.type == Type::step_queued && (e.flags & event::for_room) != 0 &&
           e.frame == call.frame && e.node == call.node && e.visit == call.visit &&
           e.attempt == call.attempt;
  });
}

// What is in conflict fails a block at once, or goes along with a loop where hooks will be asked.
void Replay::learn_conflicts(bool is_verdict) {
  bool goes_along = false, fails = false;
  for (const Event& e : batch_) {
    const Value about = e.value();
    goes_along = goes_along || (e.type == Type::state_changed && about["conflicts"_k].exists());
    fails = fails || about["code"_k].as_text() == "state.conflict" ||
            about["error"_k]["code"_k].as_text() == "state.conflict";
  }
  if (goes_along) points_ |= bit(WEFT_AT_STATE_CONFLICT);
  if (fails && !goes_along && !is_verdict) points_ &= ~bit(WEFT_AT_STATE_CONFLICT);
}

// Whether hooks were asked may change between two processes, and only what they led to is recorded.
void Replay::learn_points(const run::Input& input) {
  const state::State& state = run_.state;
  const bool is_verdict = input.kind == run::Input::Kind::verdict;
  learn_conflicts(is_verdict);
  for (const Event& e : batch_) {
    const Value about = e.value();
    const bool asks = e.type == Type::hook_asked ||
                      (e.type == Type::step_waiting && about["for"_k].as_text() == "hook");
    if (asks) points_ |= bit(static_cast<uint32_t>(about["point"_k].as_u64()));
    const bool is_asked_of = e.type == Type::step_queued && (e.flags & event::for_room) == 0;
    if (is_asked_of) points_ |= bit(WEFT_AT_BEFORE_TOOL_EXECUTION);
    if (e.type == Type::branch_selected && !is_verdict) points_ &= ~bit(WEFT_AT_STAGE_TRANSITION);
    const bool writes = e.type == Type::state_changed || e.type == Type::scope_changed;
    if (writes && !is_verdict) points_ &= ~bit(WEFT_AT_BEFORE_STATE_WRITE);
    if (is_read_by_step(state, e) && !is_verdict) points_ &= ~bit(WEFT_AT_BEFORE_STATE_READ);
    const bool begins = e.type == Type::step_started || e.type == Type::step_queued;
    if (begins && !is_verdict && e.frame < state.frames.size()) {
      const uint8_t before = state.frames[e.frame].status[e.node];
      const bool is_first = before == WEFT_NODE_PENDING || state::is_node_ended(before);
      if (is_first) points_ &= ~bit(WEFT_AT_BEFORE_STAGE);
    }
    if (!begins || is_asked_of || is_verdict || e.frame >= state.frames.size()) continue;
    const state::Frame& frame = state.frames[e.frame];
    const bool is_tool = state.node(frame, e.node).kind == plan::Kind::tool;
    const uint8_t before = frame.status[e.node];
    const bool goes_on = before == WEFT_NODE_RUNNING || before == WEFT_NODE_UNKNOWN ||
                         before == WEFT_NODE_READY ||
                         (before == WEFT_NODE_WAITING && frame.attempt[e.node] > 0);
    if (is_tool && e.attempt <= 1 && !goes_on) {
      points_ &= ~bit(WEFT_AT_BEFORE_TOOL_EXECUTION);
    }
  }
}

void Replay::keep(const Cause& cause) {
  const Event& first = batch_.front();
  answers_.push_back({cause, path_of(recorded_, first), first.tick});
  // Under another plan nothing is in doubt; what was given up is an answer of its own.
  for (const Event& e : batch_) {
    if (e.type != Type::step_failed || run_.state.frames.size() <= e.frame) continue;
    if (run_.state.frames[e.frame].status[e.node] != WEFT_NODE_UNKNOWN) continue;
    Answer given_up{{}, path_of(recorded_, e), e.tick};
    given_up.cause.input.kind = run::Input::Kind::reply;
    fail(given_up.cause, e.value(), 0);
    answers_.push_back(std::move(given_up));
  }
}

void Replay::compare() {
  const bool is_whole = (batch_.back().flags & event::is_last) != 0;
  const size_t most = is_whole ? std::max(batch_.size(), decision_.events.size()) : batch_.size();
  for (size_t i = 0; i < most; ++i) {
    const Event* recorded = i < batch_.size() ? &batch_[i] : nullptr;
    const Event* decided = i < decision_.events.size() ? &decision_.events[i] : nullptr;
    if (differs(recorded, decided)) return;
    ++replayed_.events;
  }
}

bool Replay::differs(const Event* recorded, const Event* decided) {
  Divergence d;
  d.step = recorded != nullptr ? path_of(recorded_, *recorded) : path_of(run_.state, *decided);
  d.seq = recorded != nullptr ? recorded->seq : decided->seq;
  const auto found = [&] {
    replayed_.differences.push_back(std::move(d));
    return true;
  };
  if (recorded == nullptr || decided == nullptr || recorded->type != decided->type) {
    d.field = "event";
    if (recorded != nullptr) d.first = document_of(event::name(recorded->type));
    if (decided != nullptr) d.second = document_of(event::name(decided->type));
    return found();
  }
  for (const Column& column : columns) {
    if (column.of(*recorded) == column.of(*decided)) continue;
    d.field = column.name;
    d.first = document_of(column.of(*recorded));
    d.second = document_of(column.of(*decided));
    return found();
  }
  const auto contrasted = contrast(recorded->value(), decided->value());
  if (!contrasted) return false;
  d.field = field_of(recorded->type);
  fill(d, *contrasted);
  return found();
}

Replayed Replay::take_result() {
  replayed_.state = static_cast<RunState>(run_.state.status);
  replayed_.result = Document::copy(run_.state.outcome);
  return std::move(replayed_);
}

}  // namespace weft::travel
