// Decider: what happens next. A function of plan, state and input; no clock, no thread, no I/O.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <weft/draft/hook.h>
#include <weft/draft/pattern.h>

#include "base/blocks.hpp"
#include "run/at.hpp"
#include "run/input.hpp"
#include "run/merge.hpp"
#include "run/room.hpp"
#include "run/run.hpp"
#include "run/scope.hpp"
#include "run/shared.hpp"

namespace weft::run {

// Takes inputs of any run, one after the other, and answers with events, already folded into the
// state, and commands. A later part of a decision often depends on an earlier one (a step that
// fails at once ends its block), so each event is folded as it is made; whoever rejects the
// decision reloads the run. Allocates nothing in steady state.
class Decider final {
 public:
  // Points that some hook listens at, as the bits of weft_hook.points.
  explicit Decider(uint64_t hook_points = 0, Room room = {}, Shared shared = {})
      : hook_points_(hook_points), room_(room), shared_(shared) {}
  void listen(uint64_t hook_points) { hook_points_ = hook_points; }

  // Requires: tick never goes back for one run.
  void decide(Run& run, const Input& input, int64_t tick, Decision& out);

 private:
  struct Asked;  // one call of a pattern
  struct Reader;

  // decide.cpp: what an input means.
  void accept(const Input& input);
  void resume();
  void go_on(bool is_fork);
  void resume_step(state::Frame& frame, uint32_t node, bool is_fork);
  void fork(const Input& input);
  void move(const Input& input);
  void cancel(Value reason, Value error, Value grace = {});
  void expire(Value error);
  void fired(const Input& input);
  void settle(const Input& input);
  void finish(event::Type type, Value outcome);
  void rest();
  void rest_waiting();
  void settle_doubt(const At& at, bool again);
  void awake(std::string_view why);

  // call.cpp: steps that call another definition.
  void start_call(const At& at);
  void start_detached(const At& at);
  Result<Value> called_with(const At& at);
  bool is_too_deep(const At& at);
  bool begin_call(const At& at);
  void end_call(state::Frame& frame, const At& at, Value said);
  void out_of_time(state::Frame& frame);

  // milestone.cpp and step.cpp: the life of a step.
  struct Milestones;
  bool may_begin(const At& at);
  void look_at_milestones(Input::Kind kind);
  void start(const At& at);
  void go_in(const At& at);
  void begin_step(const At& at);
  void start_block(const At& at);
  void start_tool(const At& at);
  void enter(const At& at, Value args = {});
  void granted(const Input& input);
  const char* used_up() const;
  Value arguments(const At& at);
  void evaluate(const At& at);
  Value explained(const At& at, Value verdict);
  void settle_node(const At& at, Value result);
  void allow(const Input& input);
  void reply(const Input& input);
  void succeed(const At& at, Payload result);
  void fail(const At& at, Value error);
  void fail(const At& at, const Error& error);
  bool again(const At& at, Value error, uint32_t after_ms);
  bool try_at(const At& at, Value error, int64_t due);
  void wake(const Input& input);

  // ladder.cpp: what is tried when attempts do not help.
  void failed_attempt(const At& at, const Input& input);
  bool wait_for_room(const At& at, const Input& input, Value error);
  void give_up(const At& at, Value error);
  bool divert(const At& at, const plan::Rarity& rarity, Value error, bool asks);
  bool fall_back(const At& at, const plan::Rarity& rarity, Value error);
  void ask_people(const At& at, const plan::Rarity& rarity, Value error);

  // wait.cpp: steps that the kernel does itself.
  void start_own(const At& at);
  void start_wait(const At& at, Value said);
  void start_approval(const At& at, Value said);
  void start_fail(const At& at, Value said);
  void start_end(const At& at, Value said);
  void waited(const At& at, const state::Wait& wait);
  void hold(const At& at, bool was_called = true);
  void open_approval(const At& at, Value about, int64_t due);

  // variables.cpp: what steps and people change.
  void start_set(const At& at, Value said);
  bool change_variables(const At& at, Value changes);
  void put_back(const state::Frame& frame);

  // shared.cpp: what lies beside the run.
  Kept kept_at(const Spot& spot, const At& at, bool records);
  Result<Value> kept_of(const Spot& owner, const At& at);
  static expr::Found read_shared(void* self, const FrameScope& from, const SharedName& name);
  bool record_changes(const At& at, const std::vector<Change>& changes);
  Result<Spot> spot_of(const spec::StatePlace& place, const At& at);
  Result<Value> take_places(const At& at, Value said, std::vector<Change>& changes);
  void do_state(const At& at, Value said);
  void do_one(const At& at, Value said, const spec::StatePlace& place, const Spot& spot);
  void do_all(const At& at, Value said, const Spot& from);

  // join.cpp: what branches changed comes together.
  Merging merging(const state::Frame& frame, Value target);
  Result<void> bring_together(Merging& all, const state::Frame& frame);
  bool join(state::Frame& frame, const Ending& how);
  At around(const state::Frame& frame);
  bool make_room(state::Frame& frame, const At& at);
  bool ask_of_conflicts(state::Frame& frame, const Merging& all, const Ending& how);
  Result<void> follow(Merging& all, const Input& said);
  void of_join(const At& at, Value about, const Input& input);
  bool fail_join(state::Frame& frame, const Merging& all, Error error, const Input* said = nullptr);
  std::string branch_name(const state::Frame& frame, const state::Layer& layer);

  // hooked.cpp: where hooks are asked and told, and what follows from what they say.
  bool listens(uint32_t point) const { return (hook_points_ >> point & 1U) != 0; }
  bool asks_before_calls() const;
  void announce(const At& at, uint32_t point, Phase phase, Value about);
  void announce_begin(const state::Frame& frame, const At& at);
  void announce_end(const state::Frame& frame, const At& at);
  void announce_frame(const state::Frame& frame, bool opens);
  void ask_hooks(const At& at, uint32_t point, Phase phase, Value about);
  void ask_of_step(const At& at, uint32_t point, Value about);
  void ask_again(const state::Wait& wait);
  void offer(state::Frame& frame, const At& at, Value choice);
  void take_branch(const At& at, Value choice, uint64_t taken);
  void write(const At& at, Value changes);
  void write_update(Value message, Value changes);
  void verdict(const Input& input);
  void note(const Input& input, const At& at);
  void of_stage(const At& at, Value data, const Input& input);
  void of_branch(const At& at, Value choice, const Input& input);
  void of_write(const At& at, Value about, const Input& input);
  void of_start(Value hook);
  bool heed(const At& at, const Input& input, Value error);
  void go_elsewhere(const At& at, Value payload, Value error);
  Error refusal(const Input& input) const;
  void refuse(const At& at, const Input& input);
  bool passes_over(const state::Frame& frame, uint32_t node) const;

  // message.cpp: what people and other programs want of a run.
  void message(const Input& input);
  void update(Value message, const At& asked);
  void receive_signal(Value message);
  void give_signal(const At& at, uint64_t seq, Value about);
  void decide_approval(Value message);
  void conclude(const At& at, Value about, bool approved, Value message);
  void delegate(Value message);
  void pause(Value message);
  void unpause(Value message);
  void terminate(Value message);
  bool find_waiting(std::string_view step, state::Wait::Kind kind, At& at);

  // rollback.cpp: undoing what a block has done.
  std::string_view undoing(const state::Frame& frame, Value error) const;
  bool start_rollback(state::Frame& frame, Value error);
  void undo_next(state::Frame& frame);
  bool compensate(state::Undo& undo, Value reason);
  void compensated(const Input& input);
  void uncompensated(state::Undo& undo, const At& at, const Input& input);
  void goes_on_after(const state::Undo& undo);
  void finish_rollback(state::Frame& frame);
  void skip(const At& at, Value reason);
  void stop(state::Frame& frame, uint32_t node, Value reason);
  void ended(const At& at, uint8_t status);

  // frame.cpp: what patterns are told and answer.
  void open_frame(uint32_t block, const At& parent);
  void tell(uint32_t frame, const weft_fact& fact);
  void deliver();
  void ask(state::Frame& frame);
  const uint8_t* status_before(const state::Frame& frame);
  bool apply(state::Frame& frame, const weft_cmd& command);
  void give_result(state::Frame& f, uint32_t n, const weft_cmd& c);
  bool begin(state::Frame& frame, const At& at, const weft_cmd& command);
  void close(state::Frame& frame, const Ending& how);
  Payload in_envelope(Value result, Value about);
  void fail_frame(state::Frame& frame, Value error);
  void settle_stopped(state::Frame& frame);
  void close_stopped(state::Frame& frame);
  void close_failed(state::Frame& frame, Value error);
  void stop_frame(state::Frame& frame, Value reason);
  void stop_rest(state::Frame& frame);
  void leave(state::Frame& frame);
  static weft_status add_command(weft_cmds* to, const weft_cmd* command) noexcept;
  static weft_val frame_result(void* frame, uint64_t node) noexcept;
  static weft_val frame_outcome(void* frame, uint64_t node) noexcept;

  // Records an event and folds it. False when the payload is damaged or too large, which only one
  // that a plugin made can be; then nothing happened.
  bool emit(event::Type type, const At& at, Payload payload, Error* why = nullptr);
  void emit(event::Type type, const At& at, uint8_t flags = 0);
  void command(Command::Kind kind, const At& at, Value args = {}, int64_t due = 0);

  // What names mean to a step, and 'result' in it.
  FrameScope scope(const At& at, Value result = {}) {
    return {&state(), &frame(at), result, {}, {}, at.node, bindings_, at.visit, shared_reader()};
  }

  SharedReader shared_reader() { return {this, read_shared}; }

  state::State& state() { return run_->state; }
  state::Frame& frame(const At& at) { return run_->state.frames[at.frame]; }
  const plan::Node& node(const At& at) { return state().node(frame(at), at.node); }
  uint64_t seed(const At& at) const;
  Value text(std::string_view words);
  Value explain(const At& at, const Error& error);

  uint64_t hook_points_;
  Room room_;
  Shared shared_;
  Run* run_ = nullptr;
  Decision* out_ = nullptr;
  int64_t tick_ = 0;
  Value bindings_;           // of the node that is started
  bool is_looking_ = false;  // at what lies beside the run, and nothing of it is recorded
  bool was_asked_ = false;   // the failure that is decided on was shown to hooks already
  Error refused_;            // why a payload of a step was not taken
  base::Blocks scratch_;
  std::vector<Delivery> facts_;
  uint32_t delivered_ = 0;
  std::vector<weft_fact> batch_;
  std::vector<weft_cmd> commands_;
  std::vector<Reading> readings_;
  std::vector<uint32_t> told_shared_;  // events of the decision that tell what lies beside the run
};

}  // namespace weft::run
