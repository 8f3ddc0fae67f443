// Runs of the store: lists, one of them with its steps, its events, and going on with it.
#include <weft/kernel.hpp>

#include <algorithm>

#include "base/compare.hpp"
#include "base/encode.hpp"
#include "base/valid.hpp"
#include "engine/report.hpp"
#include "journal/recover.hpp"
#include "kernel_rooms.hpp"
#include "pins.hpp"
#include "state/shown.hpp"
#include "travel/history.hpp"

namespace weft {

using namespace weft::lit;

namespace {

// The summary, the records and the acceptance of a run.
struct Stored {
  base::Doc summary;
  std::vector<std::string> records;
  base::Doc acceptance;
};

Result<Stored> load_run(journal::Store& store, std::string_view run, uint64_t from_seq = 0) {
  Stored stored;
  auto summary = store.load(
      run, [&](std::string_view piece) { stored.records.emplace_back(piece); }, from_seq);
  if (!summary) return summary.error();
  stored.summary = std::move(*summary);
  if (stored.records.empty()) return stored;
  // The records still tell what a damaged snapshot does not.
  if (from_seq == 0 && !journal::check_snapshots(stored.records)) return load_run(store, run, 1);
  auto base = travel::base_of(stored.records, journal::fetch_from(store));
  if (!base) return base.error();
  if (*base) {
    auto history = travel::load_history(store, run);
    if (!history) return history.error();
    stored.records = std::move(history->records);
    stored.acceptance = std::move(history->acceptance);
    return stored;
  }
  auto acceptance = journal::acceptance_of(stored.records.front(), journal::fetch_from(store));
  if (!acceptance) return acceptance.error();
  stored.acceptance = std::move(*acceptance);
  return stored;
}

// Why it rests or how it ended, as people may see it.
Value shown(const state::State& state, Arena arena) {
  return state::shown(state, state.why(), arena);
}

Error no_history(std::string_view run) {
  return {Status::not_found, "run.no_history", "run '" + std::string(run) + "' kept no events",
          "its definition says 'durability: none', or the store is volatile"};
}

RunState state_of(std::string_view status) {
  for (uint8_t i = 0; i <= static_cast<uint8_t>(RunState::compensating); ++i) {
    if (to_text(static_cast<RunState>(i)) == status) return static_cast<RunState>(i);
  }
  return RunState::pending;
}

}  // namespace

std::string_view to_text(RunState state) {
  return state::to_text(static_cast<state::RunStatus>(state));
}

// A definition is kept beside the runs that are pinned to it, so any process can go on with them.
Result<std::shared_ptr<const plan::Plan>> Kernel::Rooms::plan_stored(Value named, Error* unfit) {
  const std::string_view hash = named["definition"_k].as_text();
  auto kept = store->get("definition/" + std::string(hash));
  if (!kept) return kept.error();
  const std::string_view bytes = kept->view().as_bytes();
  const auto valid = base::validate(bytes.data(), bytes.size());
  if (!valid) return valid.error();
  plan::Source source(base::pack(Value(reinterpret_cast<const weft_slot*>(bytes.data()))));
  source.file = "definition " + std::string(hash.substr(0, 12));
  Pins pins(catalog, named["pins"_k]);
  plan::Built built = plan::build(std::move(source), pins.catalog());
  if (unfit != nullptr) *unfit = pins.unfit();
  if (built.plan == nullptr) return built.problems.front();
  if (base::to_hex(built.plan->hash) == hash) return std::move(built.plan);
  return Error{Status::corrupt, "store.corrupt",
               "the stored definition does not have the hash that its runs name",
               "restore the store from a backup"};
}

plan::PlanOf Kernel::Rooms::plan_of() {
  return [this](Value named) { return plan_stored(named); };
}

// Of two who want the run at once, the second gets the ticket of the first.
Kernel::Rooms::Returned Kernel::Rooms::seat(std::string_view run, const Return& how) {
  const base::Lock lock(mutex);
  std::shared_ptr<engine::Ticket>& held = tickets[std::string(run)];
  if (held != nullptr && !held->is_done.load(std::memory_order_acquire)) return {held, true};
  held = std::make_shared<engine::Ticket>();
  held->run = run;
  held->wants_detail = how.with_detail;
  held->stays = how.stays;
  held->came_back = how.by_itself;
  return {held, false};
}

Result<Kernel::Rooms::Returned> Kernel::Rooms::bring_back(std::string_view run, const Return& how) {
  Returned returned = seat(run, how);
  if (returned.was_here) return returned;
  auto done = read_in(returned.ticket, how);
  if (done) return returned;
  engine->refuse(*returned.ticket, done.error());
  forget(*returned.ticket);
  return done.error();
}

Result<void> Kernel::Rooms::read_in(const std::shared_ptr<engine::Ticket>& ticket,
                                    const Return& how) {
  const std::string& run = ticket->run;
  if (!how.is_claimed) {
    auto claimed = store->claim(run, engine->now(), 1);
    if (!claimed) return claimed.error();
  }
  auto stored = load_run(*store, run);
  if (!stored) return stored.error();
  if (stored->records.empty()) return no_history(run);
  const Value acceptance = stored->acceptance.view();
  auto bindings = bindings_of(acceptance);
  if (!bindings) return bindings.error();

  auto submission = std::make_unique<engine::Submission>();
  submission->bindings = *bindings;
  submission->ticket = ticket;
  submission->records = std::move(stored->records);
  submission->grants = base::pack(acceptance["grants"_k]);
  if (how.moves_to != nullptr) {
    submission->moves_to = how.moves_to;
    submission->move = base::pack(how.move);
  }
  submission->settles = how.unknown != Unknown::keep_waiting;
  submission->settle = how.unknown == Unknown::again ? run::Settle::again : run::Settle::fail;
  engine->submit(std::move(submission));
  return {};
}

Result<Outcome> Kernel::resume(std::string_view run, Unknown unknown, const RunOptions& options) {
  auto back = rooms_->bring_back(run, {unknown, options.with_detail, options.stays});
  if (!back) return back.error();
  if (!back->was_here) rooms_->start_left(run);
  // A run that was paused goes on; to any other the word means nothing.
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("verb"_k, std::string_view("resume"));
  b.end_object();
  rooms_->post(back->ticket, b.take_value());
  if (back->was_here && unknown != Unknown::keep_waiting) {
    b.begin_object();
    b.set("verb"_k, std::string_view("settle"));
    b.set("how"_k, std::string_view(unknown == Unknown::again ? "again" : "fail"));
    b.end_object();
    rooms_->post(back->ticket, b.take_value());
  }
  return wait(run);
}

Result<std::vector<Adopted>> Kernel::adopt() {
  auto claimed = rooms_->store->claim({}, rooms_->engine->now(), 0);
  if (!claimed) return claimed.error();
  std::vector<Adopted> adopted;
  for (const Value run : claimed->view()["runs"_k]) {
    Adopted& one = adopted.emplace_back();
    one.run = run.as_text();
    auto back = rooms_->bring_back(one.run, {.is_claimed = true});
    if (!back) one.error = back.error();
  }
  rooms_->start_left({});
  return adopted;
}

// Runs of one definition and the same versions share its plan; many are brought back at once.
Result<std::shared_ptr<const engine::Bindings>> Kernel::Rooms::bindings_of(Value named) {
  const std::string key =
      std::string(named["definition"_k].as_text()) + base::to_hex(base::digest(named["pins"_k]));
  {
    const base::Lock lock(mutex);
    const auto known = stored_plans.find(key);
    if (known != stored_plans.end()) {
      if (auto bindings = known->second.lock()) return bindings;
    }
  }
  Error unfit;
  auto plan = plan_stored(named, &unfit);
  if (!plan) return plan.error();
  auto bindings = bind(std::move(*plan), std::move(unfit));
  if (!bindings) return bindings.error();
  const base::Lock lock(mutex);
  stored_plans.insert_or_assign(key, *bindings);
  return *bindings;
}

Result<Kernel::Rooms::Recalled> Kernel::Rooms::recall(std::string_view run, const Told& told) {
  // Who wants to hear of each event wants those before the latest snapshot, too.
  auto stored = load_run(*store, run, told ? 1 : 0);
  if (!stored) return stored.error();
  if (stored->records.empty()) return no_history(run);
  Recalled recalled;
  recalled.summary = std::move(stored->summary);
  recalled.acceptance = std::move(stored->acceptance);
  auto plan = plan_stored(recalled.acceptance.view());
  if (!plan) return plan.error();
  recalled.plan = std::move(*plan);
  recalled.pages = std::make_unique<state::Pages>();
  recalled.state = std::make_unique<state::State>(recalled.plan, *recalled.pages);
  const journal::Recovery::Each each = [&](const event::Event& e) { told(*recalled.state, e); };
  journal::Recovery recovery(*recalled.state, told ? &each : nullptr, journal::fetch_from(*store),
                             plan_of());
  for (const std::string& records : stored->records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
  }
  return recalled;
}

Result<std::string> Kernel::find_run(std::string_view prefix) {
  auto all = list({{}, {}, {}, 0, INT64_MAX, UINT32_MAX});
  if (!all) return all.error();
  std::string found;
  for (const Value run : all->view()) {
    const std::string_view id = run["id"_k].as_text();
    if (prefix == "last") return std::string(id);
    if (!id.starts_with(prefix)) continue;
    if (!found.empty()) {
      return Error{Status::conflict, "run.ambiguous",
                   "'" + std::string(prefix) + "' begins more than one run id",
                   "write more of it; 'weft list' shows the ids"};
    }
    found = id;
  }
  if (!found.empty()) return found;
  return Error{Status::not_found, "run.not_found",
               "the store has no run '" + std::string(prefix) + "'",
               "'weft list' shows the runs of the store"};
}

Outcome Kernel::Rooms::outcome(std::string_view run, const state::State& state, Value result) {
  Outcome outcome;
  outcome.run = run;
  outcome.state = static_cast<RunState>(state.status);
  outcome.result = Document::copy(result);
  outcome.detail = DocumentAccess::wrap(engine::detail_of(std::string(run), state));
  return outcome;
}

Result<Outcome> Kernel::show(std::string_view run) {
  auto recalled = rooms_->recall(run);
  if (recalled) {
    base::Blocks redacted;
    const Value result = shown(*recalled->state, redacted.arena());
    return Rooms::outcome(run, *recalled->state, result);
  }
  if (recalled.error().code != "run.no_history") return recalled.error();
  auto stored = load_run(*rooms_->store, run);
  if (!stored) return stored.error();
  const Value summary = stored->summary.view();
  Outcome outcome;
  outcome.run = run;
  outcome.state = state_of(summary["status"_k].as_text());
  outcome.result = Document::copy(summary["error"_k]);
  outcome.detail = Document::copy(summary);
  return outcome;
}

Result<void> Kernel::events(std::string_view run,
                            const std::function<void(const weft_event&)>& each) {
  base::Blocks redacted;
  auto recalled = rooms_->recall(run, [&](const state::State& state, const event::Event& e) {
    const std::string path = path_of(state, e);
    redacted.reset();
    each(readable({state, run, path}, e, redacted.arena()));
  });
  return recalled ? Result<void>() : recalled.error();
}

std::vector<PluginState> Kernel::plugins() const {
  std::vector<PluginState> all;
  for (const plugin::Entry& entry : rooms_->registry->entries()) {
    PluginState state{entry.file,   entry.id,          entry.version,
                      entry.kind,   entry.description, std::string(plugin::to_text(entry.state)),
                      entry.reason, entry.hint,        {}};
    for (const uint32_t number : entry.components) {
      state.components.push_back(rooms_->registry->component(number).id);
    }
    all.push_back(std::move(state));
  }
  return all;
}

namespace {

ComponentEntry info_of(const plugin::Registry& registry, uint32_t number) {
  const plugin::Component& c = registry.component(number);
  return {c.id,      c.version, c.kind, c.description, registry.entries()[c.entry].id,
          c.aliases, c.manifest};
}

}  // namespace

std::vector<ComponentEntry> Kernel::components(std::string_view kind) const {
  std::vector<ComponentEntry> all;
  for (uint32_t i = 0; i < rooms_->registry->size(); ++i) {
    ComponentEntry info = info_of(*rooms_->registry, i);
    if (kind.empty() || info.kind == kind) all.push_back(std::move(info));
  }
  std::sort(all.begin(), all.end(),
            [](const ComponentEntry& a, const ComponentEntry& b) { return a.id < b.id; });
  return all;
}

Result<ComponentEntry> Kernel::find_component(std::string_view kind, std::string_view name) const {
  auto number = rooms_->registry->find(kind, name);
  if (!number) return number.error();
  return info_of(*rooms_->registry, *number);
}

}  // namespace weft
