// Engine: the one thread that decides, in turns, and the doing around it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <weft/result.hpp>

#include "engine/breakers.hpp"
#include "engine/calls.hpp"
#include "engine/gate.hpp"
#include "engine/inbox.hpp"
#include "engine/parts.hpp"
#include "engine/publish.hpp"
#include "engine/shared.hpp"
#include "engine/ticket.hpp"
#include "plugin/port.hpp"
#include "run/decide.hpp"
#include "run/ways.hpp"

namespace weft::engine {

// Whoever waits for a run takes turns: there is no thread of the engine's own. All functions may be
// called from any thread.
class Engine final {
 public:
  explicit Engine(Parts parts);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Where the calls of plugins arrive.
  static void connect(Engine& engine, plugin::Port& port);

  void submit(std::unique_ptr<Submission> submission);
  // Instead of a submission that cannot be made: whoever waits hears why.
  void refuse(Ticket& ticket, Error error);
  // An input for a run that this engine holds.
  void post(std::shared_ptr<Ticket> ticket, run::Input input, base::Doc value);

  // Takes turns until the run has ended or waits for a person, or until the tick; with_id stops as
  // soon as the run is durable. False when the time was up.
  bool drive(Ticket& ticket, int64_t until, bool accepted_is_enough = false);
  // One turn, for whoever owns the loop. False when there was nothing to do, or another thread
  // decides at the moment.
  bool turn();
  // When there will be something to do without anything new; INT64_MAX when never.
  int64_t next_due() const { return next_due_; }
  // Runs that rest until a time, of which nothing else is in memory.
  size_t parked_count() const;
  bool has_committed() const { return journal_.bytes_committed() != 0; }
  int64_t now() const { return ticks_.now(); }
  // Everything published so far is written out by the sinks.
  void flush_sinks();
  // Hooks at points outside of runs, asked on this thread: {type, id, ...} as data. The error of
  // one that refuses, where that is legal.
  Result<void> ask_here(uint32_t point, Value data);
  // Between two turns, with what lies beside all runs; what act writes there is committed at once.
  Result<void> beside(const std::function<Result<void>(const run::Shared&)>& act);
  uint64_t stray_answers() const { return calls_.stray.load(std::memory_order_relaxed); }

 private:
  struct Slot;
  struct Due;
  struct Held;
  struct Question;

  // engine.cpp
  bool decide_and_give_way();
  bool take_turn();
  void take_posted();
  void take(Posted& posted);
  void decide(Slot& slot, const run::Input& input);
  void note_status(Slot& slot);
  bool polls() const;
  void route(Slot& slot, const run::Command& command);
  void run_ready(std::vector<Held>& list);
  Result<void> commit();
  void give_up(const Error& error);
  void release();
  void finish(Slot& slot, const Error* error);
  void close(Ticket& ticket);
  void retire();
  void tend();
  void sweep();
  bool may_sweep(const Slot& slot);
  void end_for_memory(Slot& slot);
  void publish_held();

  // begin.cpp
  void begin(Submission& submission);
  bool read_back(Slot& slot, const std::vector<std::string>& records);
  Slot* slot_of(uint32_t number);    // null when it has left
  Slot* holder_of(uint32_t number);  // also then, while its memory is needed
  Slot& new_slot();

  // park.cpp
  struct Parked;
  void park(Slot& slot, int64_t due);
  void wake_parked();
  void take_messages();
  void take_message(Slot& slot, std::string_view key, std::string_view bytes);
  void tell_waiting();

  // lend.cpp
  static std::string cache_key(const plan::Component& tool, Value args);
  bool answer_from_cache(Slot& slot, const run::Command& command, const run::Called& way);
  void learn(Slot& slot, const Call& call, const run::Input& input);
  void know_breakers(const plan::Plan& plan);
  Value detail_of(std::string_view code, std::string_view hint);
  bool reveal_secrets(Slot& slot, Call& call);
  void redact_secrets(Call& call, run::Input& input);

  // perform.cpp
  void perform(Slot& slot, const run::Command& command);
  void refuse(Slot& slot, const run::Command& command, weft_status status);
  void refuse_call(Slot& slot, const run::Command& command);
  void perform_call(Slot& slot, const run::Command& command);
  void start_elsewhere(Call& call);
  void answer_inline(Slot& slot, Call& call, weft_status status);
  void answered(weft_op op);
  bool reply(Slot& slot, Call& call);
  void stop_call(const run::Command& command, const Slot& slot);
  static void work(void* arg);

  // room.cpp
  static bool admit(void* self, const run::Run& run, const run::Command& call);
  static bool wants(const Slot& slot, const run::Command& call);
  void check_room(const Slot& slot);
  void give_room();
  void refuse_late(const Gate::Late& late);
  void free_room(Call& call);

  // spawn.cpp
  Result<void> want_runs(Value said, std::vector<Wanted>* to);
  void keep_runs(Slot& slot, std::vector<Wanted>& wanted);
  void detach(Slot& slot, const run::Command& command);
  void start_kept();

  // ask.cpp
  struct HookAnswer;
  bool listens(uint32_t point) const { return (hooks_.points() >> point & 1U) != 0; }
  bool is_voting() const { return hooks_.composition().mode != Composition::Mode::sequential; }
  Question& open_question(const run::Command& of, uint32_t run);
  void close_question(Question& q);
  void ask_hooks(Slot& slot, const run::Command& command);
  void go_on_asking(Question& q);
  bool ask_next(Question& q);
  void ask_inline(Question& q, Hooks::Entry& entry);
  bool ask_elsewhere(Question& q, Hooks::Entry& entry);
  static weft_status work_of_hook(Call& call);
  void hook_answered(Call& call);
  void leave_hook(Call& call);
  void bypass(Question& q, Hooks::Entry& entry, std::string_view why);
  static void begin_note(const Question& q, const Hooks::Entry& entry, Builder& b);
  void note_verdict(Question& q, const Hooks::Entry& entry, uint32_t result, Value value);
  static run::Command asked_at(const Question& q);
  void take_answer(Question& q, Hooks::Entry& entry, const HookAnswer& answer);
  void count_vote(Question& q, Hooks::Entry& entry, const Vote& vote, Value value);
  Result<void> judge(Question& q, uint32_t result, Value given, Value* value);
  void refuse_answer(Question& q, Hooks::Entry& entry, const Error& error);
  void follow(Question& q, Hooks::Entry& entry, uint32_t result, Value value);
  void conclude(Question& q);
  static Value notes_of(Question& q);
  void decide_verdict(Slot& slot, Question& q);

  // occasion.cpp
  Value subject_of(Question& q);
  Value subject_for(Question& q, const Hooks::Entry& entry);
  Value restored(Question& q, Value given);
  void write_step(const Question& q, const Slot& slot, const run::Command& at, Builder& b);
  void ask_start(Slot& slot, base::Doc acceptance);
  void accept(Slot& slot, Question& q);
  void accept(Slot& slot, Value acceptance);
  bool ask_about(Slot& slot, Call& call, const run::Input& input);
  void decide_reply(Slot* slot, Question& q);
  void tell_now(const Slot& slot, const run::Command& of, uint32_t point, Value data);
  void tell_faults(const Slot& slot, const run::Command& of, const run::Input& input);
  bool follow_cache(Question& q, uint32_t* result, Value* value);
  void publish(Slot& slot, event::Event event);
  void tell_published();
  void tell_checkpoint(Slot& slot);

  // timer.cpp
  void set_timer(Slot& slot, const run::Command& command);
  void take_due();
  void take_late_calls();
  void take_late_runs();
  void abandon(const Call& call);
  void update_next_due();

  friend struct EnginePort;  // port.cpp

  Env env_;
  Ticks ticks_;
  journal::Store* store_;
  journal::Journal journal_;
  SharedValues shared_;
  Hooks hooks_;
  std::vector<std::unique_ptr<Channel>> channels_;
  Gate gate_;
  run::Decider decider_;
  run::Decision decision_;
  state::Pages pages_;
  Calls calls_;
  Inbox inbox_;
  std::vector<Posted> posted_;

  std::vector<std::unique_ptr<Slot>> slots_;
  std::vector<uint32_t> free_slots_;
  std::vector<Held> ready_;  // need no commit
  std::vector<Held> held_;   // wait for the commit of this turn
  std::vector<Held> performing_;
  std::vector<Call*> deferred_;  // blocking calls for whoever drives
  std::vector<Slot*> touched_;   // since the last commit
  std::vector<Published> published_;
  std::vector<std::unique_ptr<Slot>> retired_;
  std::vector<Due> heap_;
  std::vector<Call*> abandoned_;
  std::vector<std::unique_ptr<Question>> questions_;
  std::vector<Question*> free_questions_;
  base::Blocks words_;
  weft_error error_{};  // of a call that is not made
  Breakers breakers_;
  std::vector<run::Command> admitted_;  // by the decision that is being made
  std::vector<bool> known_tools_;       // whose breaker was asked for
  std::vector<Parked> parked_;          // a heap, the earliest on top
  std::vector<uint32_t> full_;          // runs whose payloads want a sweep
  bool is_over_ = false;                // one of them is over its budget of memory
  bool shows_other_ = false;  // sinks get payloads that hooks gave, which runs keep until then
  std::function<void(std::string_view)> revive_;
  std::function<Result<std::shared_ptr<const Bindings>>(Value)> bindings_of_;
  std::function<void()> idle_;
  std::function<void(const Ticket&)> left_;
  std::function<Result<Wanted>(Value)> want_;
  std::function<Result<void>(const Kept&)> start_;
  std::vector<Kept> kept_runs_;  // to be started behind the commit that holds them

  int64_t next_late_call_ = INT64_MAX, next_late_run_ = INT64_MAX, next_due_ = INT64_MAX;
  int64_t tick_ = 0, tended_ = 0, polled_ = 0;
  uint64_t tended_bytes_ = 0, timers_set_ = 0;
  bool has_work_ = false;          // something was staged or is ready
  bool knows_milestones_ = false;  // some run has or had steps that wait until something holds
  bool is_deciding_ = false;       // guarded by the mutex of the inbox
};

}  // namespace weft::engine
