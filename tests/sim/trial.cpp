#include "trial.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "base/json.hpp"
#include "event/event.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

// A sink that keeps what the reference may look at.
class FactSink final {
 public:
  explicit FactSink(std::vector<Fact>& facts) : facts_(facts) {
    table_.size = sizeof table_;
    table_.kinds = uint64_t{1} << WEFT_AREA_WORKFLOW;
    table_.consume = consume;
    table_.flush = [](void*, const weft_call*, weft_out*) noexcept -> weft_status {
      return WEFT_OK;
    };
  }
  plugin::BoundSink bound() {
    plugin::BoundSink bound;
    bound.table = &table_;
    bound.self = this;
    bound.flags = table_.flags;
    return bound;
  }

 private:
  static Fact::Kind kind_of(uint32_t type) {
    using event::Type;
    switch (static_cast<Type>(type)) {
      case Type::run_accepted: return Fact::Kind::accepted;
      case Type::run_resumed: return Fact::Kind::resumed;
      case Type::run_stopping: return Fact::Kind::stopping;
      case Type::step_started: return Fact::Kind::started;
      case Type::step_succeeded: return Fact::Kind::succeeded;
      case Type::step_failed: return Fact::Kind::failed;
      case Type::step_retried: return Fact::Kind::retried;
      case Type::step_waiting: return Fact::Kind::waiting;
      case Type::step_diverted: return Fact::Kind::diverted;
      case Type::step_skipped: return Fact::Kind::skipped;
      case Type::step_cancelled: return Fact::Kind::cancelled;
      default: return Fact::Kind::other;
    }
  }
  static void consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
    auto& sink = *static_cast<FactSink*>(self);
    for (uint32_t i = 0; i < n; ++i) {
      const weft_event& e = *events[i];
      Fact fact{kind_of(e.kind), std::string(to_view(e.step)), e.attempt, e.time_ns, 0};
      const bool has_due = fact.kind == Fact::Kind::retried || fact.kind == Fact::Kind::waiting;
      if (has_due) fact.due = Value(e.data)["due_ns"_k].as_i64();
      sink.note_ways(fact);
      sink.facts_.push_back(std::move(fact));
    }
  }

  // Attempts of an alternative are counted anew.
  void note_ways(Fact& fact) {
    using Kind = Fact::Kind;
    if (fact.kind == Kind::diverted) diverted_.insert(fact.step);
    if (diverted_.contains(fact.step)) fact.attempt += Fact::of_alternative;
    const bool has_ended = fact.kind == Kind::succeeded || fact.kind == Kind::failed ||
                           fact.kind == Kind::skipped || fact.kind == Kind::cancelled;
    if (has_ended) diverted_.erase(fact.step);
  }

  std::vector<Fact>& facts_;
  std::set<std::string> diverted_;  // steps that are
  weft_sink table_{};
};

// A run through all its processes.
class Course final {
 public:
  Course(const SimWorld::Plan& plan, const Trial& trial, Played& played)
      : plan_(plan),
        trouble_(trial.trouble),
        played_(played),
        sink_(played.facts),
        world_({.seed = trial.trouble.seed,
                .has_threads = trial.trouble.has_threads,
                .has_sink = false,
                .sinks = {sink_.bound()}}) {
    world_.tools.table = &trouble_.table;
    world_.store.keeps_bytes = false;
    began_ = world_.env.now();
  }

  void play() {
    while (live()) {
    }
    played_.broken_rule = world_.store.broken_rule;
    for (const SimCall& call : world_.tools.calls) {
      played_.calls.push_back({call.name, call.attempt, call.at});
      played_.may_repeat.push_back(call.tool != "once" && call.tool != "slow_once");
    }
  }

 private:
  // One process; whether there is to be another.
  bool live() {
    Life life;
    life.began = world_.tick();
    life.first = played_.facts.size();
    life.settles = settles_;
    life.calls_again = trouble_.calls_again;
    auto ticket = start();
    announce(life, ticket);
    const Crash* crash = crashed_ < trouble_.crashes.size() ? &trouble_.crashes[crashed_] : nullptr;
    bool is_cut = crash != nullptr && run_until(*crash);
    while (!is_cut && !ticket->is_done && world_.step()) {
    }
    world_.store.fail_at = 0;
    life.ended = world_.tick();
    is_cut = is_cut || (ticket->is_done && !ticket->report.error.code.empty());
    if (is_cut) world_.crash();
    life.is_cut = is_cut;
    life.last = played_.facts.size();
    played_.lives.push_back(life);
    settles_ = false;
    if (is_cut) {
      ++crashed_;
      world_.env.advance_to(world_.env.now() + crash->down_ns);
      return true;
    }
    played_.answer = answer_of(*ticket);
    if (played_.answer.status != "waiting" || played_.decisions == 5) return false;
    ++played_.decisions;
    return settles_ = true;
  }

  std::shared_ptr<engine::Ticket> start() {
    if (world_.store.runs["run-1"].records.empty()) return world_.submit(plan_);
    if (!settles_) return world_.resume(plan_);
    return world_.resume(plan_, trouble_.calls_again ? run::Settle::again : run::Settle::fail);
  }

  // What comes from outside at its time, if a process is there to see it.
  void announce(Life& life, const std::shared_ptr<engine::Ticket>& ticket) {
    for (const auto& [after, jump] : trouble_.wall_jumps) {
      if (began_ + after < world_.env.now()) continue;
      world_.env.at(began_ + after, [this, by = jump] { world_.env.set_wall_clock(by); });
    }
    if (!trouble_.cancel_after_ns || was_cancelled_) return;
    const int64_t at = began_ + *trouble_.cancel_after_ns;
    if (at < world_.env.now()) return;
    life.cancel_at = world_.tick() + (at - world_.env.now());
    const auto cancel = [this, ticket] {
      was_cancelled_ = true;
      world_.cancel(ticket);
    };
    if (at == world_.env.now()) return cancel();
    world_.env.at(at, cancel);
  }

  // Whether the process came to the point where it ends.
  bool run_until(const Crash& crash) {
    const uint64_t commit = world_.store.commits + crash.commit;
    if (crash.when == Crash::When::commit_fails) {
      world_.store.fail_at = world_.store.asked() + crash.commit;
      return false;
    }
    if (crash.when == Crash::When::at_time) {
      const int64_t until = world_.env.now() + crash.after_ns;
      while (world_.step(until)) {
      }
      return true;
    }
    if (crash.when == Crash::When::at_commit) {
      world_.store.on_commit = [this, commit] {
        if (world_.store.commits == commit) world_.tools.is_dead = true;
      };
    }
    while (world_.store.commits < commit && world_.step()) {
    }
    world_.store.on_commit = nullptr;
    return world_.store.commits >= commit;
  }

  static Answer answer_of(const engine::Ticket& ticket) {
    Answer answer;
    if (!ticket.is_done) {
      answer.status = "running";
      return answer;
    }
    const engine::Report& report = ticket.report;
    answer.status = state::to_text(report.status);
    const Value outcome = report.outcome.view();
    const auto failure = [](Value error) {
      return std::string(error["code"_k].as_text()) + ' ' + std::string(error["class"_k].as_text());
    };
    if (report.status == state::RunStatus::failed) {
      answer.outcome = failure(outcome) + " in " + std::string(outcome["step"_k].as_text());
    } else if (report.status != state::RunStatus::cancelled) {
      answer.outcome = base::json_text(outcome);
    }
    const Value steps = report.detail.view()["step_results"_k];
    for (uint32_t i = 0; i < steps.size(); ++i) {
      StepAnswer step;
      step.status = steps[i]["status"_k].as_text();
      step.attempts = static_cast<uint32_t>(steps[i]["attempts"_k].as_u64());
      if (step.status == "succeeded") step.said = base::json_text(steps[i]["output"_k]);
      if (step.status == "failed") step.said = failure(steps[i]["error"_k]);
      answer.steps.emplace(std::string(steps.key(i)), std::move(step));
    }
    return answer;
  }

  const SimWorld::Plan& plan_;
  const Trouble& trouble_;
  Played& played_;
  FactSink sink_;
  SimWorld world_;
  int64_t began_ = 0;
  size_t crashed_ = 0;
  bool settles_ = false, was_cancelled_ = false;
};

std::string told(const StepAnswer& s) {
  return s.status + ' ' + s.said + " after " + std::to_string(s.attempts) + " attempts";
}

std::string compare_answers(const Answer& engine, const Answer& wanted) {
  std::string text;
  const auto differ = [&text](const std::string& what, const std::string& is,
                              const std::string& ought) {
    text += what + " is  " + is + "\n" + std::string(what.size(), ' ') + " not " + ought + "\n";
  };
  if (engine.status != wanted.status) differ("run", engine.status, wanted.status);
  if (engine.outcome != wanted.outcome && wanted.status != "waiting") {
    differ("outcome", engine.outcome, wanted.outcome);
  }
  for (const auto& [path, step] : wanted.steps) {
    const auto found = engine.steps.find(path);
    if (step.is_left_out) {
      if (found != engine.steps.end() && found->second.status != "skipped") {
        differ(path, told(found->second), "left out");
      }
    } else if (found == engine.steps.end()) {
      differ(path, "not told of", told(step));
    } else if (told(found->second) != told(step)) {
      differ(path, told(found->second), told(step));
    }
  }
  for (const auto& [path, step] : engine.steps) {
    if (!wanted.steps.contains(path)) differ(path, told(step), "told of");
  }
  return text;
}

// Every call that must have been made was, at its time; and without a crash no other.
std::string compare_calls(const Played& played, const std::vector<ToolCall>& wanted) {
  const bool is_disturbed = played.is_disturbed();
  using Key = std::tuple<std::string, uint32_t, int64_t>;
  std::map<Key, std::pair<int, int>> least_and_most;
  const auto key = [is_disturbed](const ToolCall& c) {
    return Key{c.step, c.attempt, is_disturbed ? 0 : c.tick};
  };
  for (const ToolCall& call : wanted) {
    auto& [least, most] = least_and_most[key(call)];
    least += call.may_be_missing ? 0 : 1;
    ++most;
  }
  std::map<Key, int> made;
  for (const ToolCall& call : played.calls) ++made[key(call)];
  std::string text;
  const auto name = [](const Key& k) {
    return "attempt " + std::to_string(std::get<1>(k)) + " of " + std::get<0>(k) + " at " +
           std::to_string(std::get<2>(k));
  };
  for (const auto& [k, bounds] : least_and_most) {
    if (made[k] < bounds.first) text += name(k) + " was not called\n";
    if (!is_disturbed && made[k] > bounds.second) text += name(k) + " was called too often\n";
  }
  for (const auto& [k, n] : made) {
    if (!is_disturbed && !least_and_most.contains(k)) text += name(k) + " was called\n";
  }
  return text;
}

// What must not be repeated was called once, and once more for each decision of a person.
std::string check_ledger(const Played& played, bool calls_again) {
  std::map<std::string, uint64_t> once;
  for (size_t i = 0; i < played.calls.size(); ++i) {
    if (!played.may_repeat[i]) ++once[played.calls[i].step];
  }
  std::string text;
  for (const auto& [step, n] : once) {
    if (n > 1 + (calls_again ? played.decisions : 0)) {
      text += step + " was called " + std::to_string(n) + " times\n";
    }
  }
  return text;
}

void count(Tally& tally, const Trial& trial, const Played& played, const Reference& reference) {
  ++tally.runs;
  tally.processes += played.lives.size();
  for (const Life& life : played.lives) tally.crashes += life.is_cut ? 1U : 0U;
  tally.jumps += trial.trouble.wall_jumps.size();
  tally.cancelled += played.answer.status == "cancelled" ? 1U : 0U;
  tally.failed += played.answer.status == "failed" ? 1U : 0U;
  tally.completed += played.answer.status == "completed" ? 1U : 0U;
  tally.partial += played.answer.status == "partially_completed" ? 1U : 0U;
  tally.doubts += played.decisions;
  for (const Fact& f : played.facts) {
    tally.retries += f.kind == Fact::Kind::retried ? 1U : 0U;
    tally.waits += f.kind == Fact::Kind::waiting && f.attempt == 0 ? 1U : 0U;
    tally.diverted += f.kind == Fact::Kind::diverted ? 1U : 0U;
  }
  tally.choices += reference.choices();
}

}  // namespace

bool Played::is_disturbed() const {
  return std::any_of(lives.begin(), lives.end(), [](const Life& life) { return life.is_cut; });
}

Played play(const SimWorld::Plan& plan, const Trial& trial) {
  Played played;
  Course(plan, trial, played).play();
  return played;
}

std::string difference(const SimWorld::Plan& plan, const Trial& trial, WrongRules wrong,
                       Tally* tally) {
  const Played played = play(plan, trial);
  Reference reference(trial.flow, trial.trouble.table, played.facts, wrong);
  for (const Life& life : played.lives) reference.live(life);
  if (tally != nullptr) count(*tally, trial, played, reference);
  std::string text = compare_answers(played.answer, reference.answer());
  text += compare_calls(played, reference.calls());
  text += check_ledger(played, trial.trouble.calls_again);
  text += reference.broken_rule() + played.broken_rule;
  return text;
}

}  // namespace weft::tests
