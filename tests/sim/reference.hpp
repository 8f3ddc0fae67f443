// Reference: what a run of a flow must come to, by the sentences of the documents alone. It shares
// nothing with the kernel, and is written to be read beside them rather than to be fast.
//
// Where the documents leave two orders free (things that end at the same moment, a step that is
// asked to end at the moment it is called, how far a moment got before the process ended), the
// facts of the engine say which of the permitted ones it took. Everything else must follow.
#pragma once

#include <algorithm>
#include <deque>
#include <memory>

#include "trouble.hpp"

namespace weft::tests {

// Deliberate mistakes, with which a test proves that mistakes are found.
struct WrongRules {
  bool skips_stay = false;      // what depends on a skipped step runs all the same
  bool backs_off_once = false;  // every wait is as long as the first
};

class Reference final {
 public:
  // All three outlive the reference.
  Reference(const Flow& flow, const SimTable& table, const std::vector<Fact>& facts,
            WrongRules wrong = {});
  ~Reference();
  Reference(const Reference&) = delete;
  Reference& operator=(const Reference&) = delete;

  void live(const Life& life);

  Answer answer() const;
  const std::vector<ToolCall>& calls() const { return calls_; }
  const std::string& broken_rule() const { return broken_rule_; }
  // How often the facts decided between things that are equally right.
  uint64_t choices() const { return choices_; }

 private:
  enum class Status : uint8_t {
    pending,
    running,
    waiting,  // for its next attempt
    succeeded,
    failed,
    continued,
    skipped,
    cancelled,
    unknown,
  };
  struct Failure {
    std::string code{}, kind{}, step{};
    bool may_help = false;  // another attempt
    int64_t not_before_ns = 0;

    Failure of(const std::string& path) const {
      return {code, kind, path, may_help, not_before_ns};
    }
  };
  struct Result {
    std::optional<std::string> json{};  // else the failure
    Failure failure{};
  };
  struct Breaker {
    uint32_t failures = 0;  // in a row
    bool is_open = false, is_probing = false;
    int64_t opened = 0;
  };
  struct Frame;
  struct Slot;
  struct Next;

  // reference.cpp: time.
  void begin();
  void resume();
  void settle(bool calls_again);
  void rest();
  void awake();
  void play(const Life& life);
  static std::vector<Next> earliest(const std::vector<Next>& all);
  std::optional<Next> choose(const std::vector<Next>& ties);
  void collect(Frame& frame, std::vector<Next>& to) const;
  std::vector<Next> all_next() const;
  void happen(const Next& next);
  void stop_run();
  bool has_fact(Fact::Kind kind) const;
  int64_t tick() const { return std::max(now_, floor_); }

  // reference_step.cpp: the life of a step.
  void start(Slot& slot);
  void call(Slot& slot);
  void answered(Slot& slot);
  void give_result(Slot& slot, std::string json);
  void fail(Slot& slot, Failure failure);
  bool again(Slot& slot, const Failure& failure);
  void give_up(Slot& slot, const Failure& failure);
  void divert(Slot& slot);
  void cancelled(Slot& slot);
  void stop(Slot& slot);
  void end(Slot& slot, Status status);
  void failed(Slot& slot, const Failure& failure);
  int64_t drawn_due(const Slot& slot, int64_t low, int64_t high);

  // reference_breaker.cpp: tools that are left alone.
  bool is_left_alone(const Slot& slot);
  void wait_for_room(Slot& slot);
  void learn(const Slot& slot, const Failure* failure);
  const Fact* fact_of(const Slot& slot, Fact::Kind kind) const;

  // reference_block.cpp: sequential and dag.
  void open(Slot* outer, const Step& block);
  void deliver();
  void go_on(Frame& frame);
  void go_on_in_order(Frame& frame);
  void go_on_as_ready(Frame& frame);
  bool decide(Frame& frame, Slot& slot, bool is_late);
  void ask(Slot& slot, bool is_to_run);
  void finish_block(Frame& frame);
  void close(Frame& frame, std::string json);
  void close_failed(Frame& frame, const Failure& failure);
  void close_stopped(Frame& frame);
  void stop_block(Frame& frame);
  void finish(std::string status, std::string outcome);

  // reference_value.cpp: what is written in fields.
  Result value_of(const Frame& frame, std::string_view id, const std::string* result) const;
  Result name_of(const Frame& frame, std::string_view id, const std::string* result) const;
  Result evaluate(const Frame& frame, const Formula& f, const std::string* result) const;
  Result holds(const Frame& frame, const Condition& c) const;

  static void tell(const Frame& frame, bool is_left_out, Answer& answer);
  // Those of frames that are open.
  std::vector<Slot*> slots_in_order_of_facts();
  static void collect_slots(Frame& frame, std::vector<Slot*>& to);

  const Flow& flow_;
  const SimTable& table_;
  const std::vector<Fact>& facts_;
  WrongRules wrong_;
  std::unique_ptr<Frame> root_;
  // What blocks have to hear yet: that a slot ended or, without one, that they begin or are to end.
  std::deque<std::pair<Frame*, Slot*>> news_;
  std::vector<ToolCall> calls_;
  std::string broken_rule_;

  const Life* life_ = nullptr;
  size_t cursor_ = 0;
  uint64_t choices_ = 0;
  int64_t now_ = 0, floor_ = 0;  // of the engine; before which no fact of this run can be
  // The time limit of a run counts while it runs: since when, and what was spent before.
  int64_t since_ = 0, spent_ = 0, rested_ = 0, expires_ = INT64_MAX;
  bool is_resting_ = false;
  std::map<std::string, Breaker> breakers_;  // by tool
  std::optional<int64_t> cancel_at_;
  bool is_stopping_ = false, is_late_ = false, is_done_ = false;
  uint64_t continued_ = 0;
  std::string status_, outcome_;
};

// A step of a block that was opened. Never is INT64_MAX.
struct Reference::Slot {
  const Step* step = nullptr;
  Frame* home = nullptr;
  std::string path;
  Status status = Status::pending;
  bool is_asked = false;  // its block has decided about it
  bool is_heard = false;  // its block knows how it ended
  bool is_stopping = false;
  uint32_t attempt = 0;
  std::string json;
  Failure failure;
  int64_t due = INT64_MAX;  // the next attempt
  int64_t began = 0;
  bool was_shut = false;     // it waits with a call that was not made
  bool is_diverted = false;  // it goes on with its alternative

  SimHow how = SimHow::ok;
  int64_t called_at = 0;
  int64_t answers_at = INT64_MAX, late_at = INT64_MAX, left_at = INT64_MAX;
  bool was_told = false;  // the tool, to end
  bool is_late = false;   // because it was out of time

  std::unique_ptr<Frame> inner;

  // Of what it calls.
  std::string name() const { return is_diverted ? step->id + "_alt" : step->id; }
  const std::string& tool() const { return is_diverted ? step->alternative->tool : step->tool; }
  uint32_t told_attempt() const { return attempt + (is_diverted ? Fact::of_alternative : 0); }

  bool is_active() const { return status == Status::running || status == Status::waiting; }
  bool is_call() const { return status == Status::running && !step->is_block(); }
};

struct Reference::Frame {
  const Step* block = nullptr;
  Slot* outer = nullptr;
  std::vector<Slot> slots;
  std::vector<std::vector<uint32_t>> before;  // of a dag, what each slot waits for
  bool is_stopping = false, is_closed = false;
  bool has_failed = false, has_stopped_others = false;
  size_t next = 0;  // of a sequence

  bool has_active() const {
    return std::any_of(slots.begin(), slots.end(), [](const Slot& s) { return s.is_active(); });
  }
};

// Something that happens next, and by which facts it would be told.
struct Reference::Next {
  enum class Kind : uint8_t { out_of_time, answer, refusal, left, wake, expire, cancel } kind{};
  int64_t at = 0;
  Slot* slot = nullptr;

  bool is_free() const { return kind == Kind::refusal; }
  bool is_told_by(const Fact& fact) const;
};

}  // namespace weft::tests
