// The past of a run: where one can go back to, how it stood, how two runs differ, whether all is
// whole.
#include <weft/travel.hpp>

#include "engine/report.hpp"
#include "kernel_rooms.hpp"
#include "travel/account.hpp"
#include "travel/checkpoints.hpp"
#include "travel/exchange.hpp"
#include "travel/imagine.hpp"
#include "travel/measure.hpp"
#include "travel/relax.hpp"
#include "travel/report.hpp"
#include "travel/verify.hpp"

namespace weft {

using namespace weft::lit;

namespace {

struct Past {
  travel::History history;
  std::shared_ptr<const plan::Plan> plan;  // shared with what is made of it
};

Result<Past> open_past(Kernel::Rooms& rooms, std::string_view run) {
  auto history = travel::load_history(*rooms.store, run);
  if (!history) return history.error();
  if (history->records.empty()) return travel::no_history(run);
  auto plan = rooms.plan_stored(history->acceptance.view());
  if (!plan) return plan.error();
  history->plan_of = rooms.plan_of();
  return Past{std::move(*history), std::move(*plan)};
}

}  // namespace

Result<std::vector<Checkpoint>> Kernel::checkpoints(std::string_view run) {
  auto past = open_past(*rooms_, run);
  if (!past) return past.error();
  return travel::checkpoints(past->history, past->plan);
}

Result<Outcome> Kernel::show_at(std::string_view run, uint64_t seq) {
  auto past = open_past(*rooms_, run);
  if (!past) return past.error();
  travel::cut_behind(past->history.records, seq);
  state::Pages pages;
  state::State state(past->plan, pages);
  journal::Recovery recovery(state, nullptr, past->history.fetch, past->history.plan_of);
  for (const std::string& records : past->history.records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
  }
  if (state.seq < seq || seq == 0) {
    return Error{Status::not_found, "run.unknown_point",
                 "run '" + std::string(run) + "' has the events 1 to " + std::to_string(state.seq) +
                     " and none of number " + std::to_string(seq),
                 "'weft checkpoints " + std::string(run) + "' lists where one can go"};
  }
  Outcome outcome;
  outcome.run = run;
  outcome.state = static_cast<RunState>(state.status);
  outcome.result = Document::copy(state.outcome);
  outcome.detail = DocumentAccess::wrap(engine::detail_of(std::string(run), state));
  return outcome;
}

Result<Comparison> Kernel::diff(std::string_view first, std::string_view second) {
  auto a = open_past(*rooms_, first);
  if (!a) return a.error();
  auto b = open_past(*rooms_, second);
  if (!b) return b.error();
  return travel::compare({travel::Side{&a->history, a->plan}, travel::Side{&b->history, b->plan}});
}

Result<Replayed> Kernel::replay(std::string_view run, uint64_t to_seq, const Workflow* with) {
  auto past = open_past(*rooms_, run);
  if (!past) return past.error();
  travel::cut_behind(past->history.records, to_seq);
  travel::Replay replay(past->history, past->plan);
  if (auto played = replay.play(); !played) return played.error();
  if (with == nullptr || replay.has_difference()) return replay.take_result();
  const auto& plan = with->body_->bindings->plan;
  travel::Imagined imagined(replay, past->history.run, plan);
  imagined.play();
  const travel::History other = imagined.take_history();
  auto compared =
      travel::compare({travel::Side{&past->history, past->plan}, travel::Side{&other, plan}});
  if (!compared) return compared.error();
  Replayed replayed = replay.take_result();
  imagined.tell(replayed);
  replayed.steps.push_back(std::move(*compared));
  return replayed;
}

Result<Verified> Kernel::verify(std::string_view run) {
  return travel::verify(*rooms_->store, run, rooms_->plan_of());
}

Result<RunReport> Kernel::report(std::string_view run) {
  auto past = open_past(*rooms_, run);
  if (!past) return past.error();
  const auto measured = travel::measure({&past->history, past->plan});
  if (!measured) return measured.error();
  const plan::Built other =
      plan::build(plan::Source(travel::relaxed(measured->plan->definition)), rooms_->catalog);
  RunReport made = travel::report(*measured, other.plan.get());
  made.run = past->history.run;
  return made;
}

Result<Exported> Kernel::export_run(std::string_view run,
                                    const std::function<Result<void>(std::string_view)>& write) {
  return travel::export_run(*rooms_->store, run, write);
}

Result<Imported> Kernel::import_run(std::string_view file, std::string_view head) {
  return travel::import_run(*rooms_->store, file, head);
}

}  // namespace weft
