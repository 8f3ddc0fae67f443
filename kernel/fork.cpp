// A run that begins where another one was: the state of the base at that point, then its own.
#include <weft/travel.hpp>

#include "base/blocks.hpp"
#include "kernel_rooms.hpp"
#include "spec/schema.hpp"
#include "travel/checkpoints.hpp"

namespace weft {

using namespace weft::lit;

namespace {

// Members of objects one by one, anything else as a whole.
void lay_over(Value base, Value changes, Builder& out) {
  if (!base.is_object() || !changes.is_object()) return out.link(changes);
  out.begin_object();
  for (uint32_t i = 0; i < base.size(); ++i) {
    const Key key(base.key(i));
    out.key(key);
    changes[key].exists() ? lay_over(base[i], changes[key], out) : out.link(base[i]);
  }
  for (uint32_t i = 0; i < changes.size(); ++i) {
    const Key key(changes.key(i));
    if (!base[key].exists()) out.set(key, changes[i]);
  }
  out.end_object();
}

// The state of the base, folded as far as the fork shares it.
struct Begin {
  explicit Begin(std::shared_ptr<const plan::Plan> plan) : state(std::move(plan), pages) {}

  Result<void> fold(const travel::History& history) {
    journal::Recovery recovery(state, nullptr, history.fetch, history.plan_of);
    for (const std::string& records : history.records) {
      auto taken = recovery.take(records);
      if (!taken) return taken.error();
    }
    return {};
  }

  state::Pages pages;
  state::State state;
};

Result<uint64_t> point_by_itself(const travel::History& history,
                                 const std::shared_ptr<const plan::Plan>& plan) {
  const Value summary = history.summary.view();
  const std::string_view status = summary["status"_k].as_text();
  const std::string_view failed = summary["error"_k]["step"_k].as_text();
  if (status == "failed" && !failed.empty()) {
    auto point = travel::point_of(history, plan, failed);
    if (point) return point;
  }
  auto all = travel::checkpoints(history, plan);
  if (!all) return all.error();
  for (size_t i = all->size(); i > 0; --i) {
    const Checkpoint& c = (*all)[i - 1];
    const bool has_ended = state::is_ended(static_cast<state::RunStatus>(all->back().state));
    if (!has_ended || i == 1) return c.seq;
  }
  return uint64_t{0};
}

Result<uint64_t> point_of(const travel::History& history,
                          const std::shared_ptr<const plan::Plan>& plan,
                          const ForkOptions& options) {
  if (!options.step.empty()) return travel::point_of(history, plan, options.step);
  if (options.seq == 0) return point_by_itself(history, plan);
  uint64_t before = 0;
  if (travel::ends_decision(history, options.seq, &before)) return options.seq;
  return Error{Status::bad_input, "run.unknown_point",
               "a run cannot go on behind event " + std::to_string(options.seq) +
                   "; the nearest point before it is " + std::to_string(before),
               "'weft checkpoints " + history.run + "' lists where one can go"};
}

// The input of the fork where it is another one, complete by the schema; else nothing.
Result<Value> input_of(const state::State& state, const ForkOptions& options, Arena arena) {
  Value input = options.input;
  if (options.changes.exists()) {
    Builder b(arena);
    lay_over(input.exists() ? input : state.input, options.changes, b);
    input = b.take_value();
  }
  if (!input.exists() || !state.plan->input_schema.exists()) return input;
  auto schema = spec::Schema::compile(state.plan->input_schema);
  if (!schema) return schema.error();
  return schema->check_and_complete(input, arena);
}

Error ended(std::string_view run, uint64_t seq) {
  return {Status::conflict, "run.ended",
          "run '" + std::string(run) + "' has ended with event " + std::to_string(seq) +
              ", so nothing goes on from there",
          "'weft checkpoints " + std::string(run) + "' lists earlier points"};
}

}  // namespace

Result<std::string> Kernel::fork(std::string_view run, const ForkOptions& options) {
  auto history = travel::load_history(*rooms_->store, run);
  if (!history) return history.error();
  if (history->records.empty()) return travel::no_history(run);
  history->plan_of = rooms_->plan_of();
  const Value acceptance = history->acceptance.view();
  auto bindings = rooms_->bindings_of(acceptance);
  if (!bindings) return bindings.error();
  if (!(*bindings)->unfit.code.empty()) return (*bindings)->unfit;
  auto point = point_of(*history, (*bindings)->plan, options);
  if (!point) return point.error();
  travel::cut_behind(history->records, *point);
  Begin begin((*bindings)->plan);
  if (auto folded = begin.fold(*history); !folded) return folded.error();
  if (state::is_ended(begin.state.status)) return ended(run, *point);

  base::Blocks blocks;
  auto input = input_of(begin.state, options, blocks.arena());
  if (!input) return input.error();
  const engine::Env env = rooms_->host_env->env();
  uint64_t seed = 0;
  env.random(env.self, &seed, sizeof seed);
  auto ticket = std::make_shared<engine::Ticket>();
  ticket->run = rooms_->new_id();
  ticket->wants_detail = options.with_detail;
  ticket->stays = options.stays;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("run"_k, run);
  b.set("seq"_k, *point);
  b.set("id"_k, std::string_view(ticket->run));
  if (!options.step.empty()) b.set("at"_k, options.step);
  if (input->exists()) b.set("input"_k, *input);
  b.set("seed"_k, seed);
  b.end_object();
  auto how = base::try_pack(b.take_value());
  if (!how) return how.error();

  auto submission = std::make_unique<engine::Submission>();
  submission->bindings = *bindings;
  submission->ticket = ticket;
  submission->records = std::move(history->records);
  submission->fork = std::move(*how);
  submission->grants = base::pack(acceptance["grants"_k]);
  const std::string id = ticket->run;
  rooms_->hold(ticket);
  rooms_->engine->submit(std::move(submission));
  rooms_->engine->drive(*ticket, INT64_MAX, true);
  const bool given_up = ticket->is_done.load() && !ticket->report.error.code.empty();
  if (given_up) return ticket->report.error;
  return id;
}

}  // namespace weft
