// Runs of the store: lists, one of them with its steps, its events, and going on with it.
#include <weft/kernel.hpp>

#include <algorithm>

#include "base/encode.hpp"
#include "base/valid.hpp"
#include "engine/report.hpp"
#include "journal/recover.hpp"
#include "kernel_rooms.hpp"

namespace weft {

using namespace weft::lit;

namespace {

// The summary, the records and the acceptance of a run.
struct Stored {
  base::Doc summary;
  std::vector<std::string> records;
  base::Doc acceptance;
};

Result<Stored> load_run(journal::Store& store, std::string_view run) {
  Stored stored;
  auto summary =
      store.load(run, [&](std::string_view piece) { stored.records.emplace_back(piece); });
  if (!summary) return summary.error();
  stored.summary = std::move(*summary);
  if (stored.records.empty()) return stored;
  auto acceptance = journal::acceptance_of(stored.records.front());
  if (!acceptance) return acceptance.error();
  stored.acceptance = std::move(*acceptance);
  return stored;
}

Error no_history(std::string_view run) {
  return {Status::not_found, "run.no_history", "run '" + std::string(run) + "' kept no events",
          "its definition says 'durability: none', or the store is volatile"};
}

RunState state_of(std::string_view status) {
  for (uint8_t i = 0; i <= static_cast<uint8_t>(RunState::cancelled); ++i) {
    if (to_text(static_cast<RunState>(i)) == status) return static_cast<RunState>(i);
  }
  return RunState::pending;
}

}  // namespace

std::string_view to_text(RunState state) {
  return state::to_text(static_cast<state::RunStatus>(state));
}

// A definition is kept beside the runs that are pinned to it, so any process can go on with them.
plan::Built Kernel::Rooms::plan_stored(std::string_view hash, Error& error) {
  auto kept = store->get("definition/" + std::string(hash));
  if (!kept) {
    error = kept.error();
    return {};
  }
  const std::string_view bytes = kept->view().as_bytes();
  const auto valid = base::validate(bytes.data(), bytes.size());
  if (!valid) {
    error = valid.error();
    return {};
  }
  plan::Source source;
  source.definition = base::pack(Value(reinterpret_cast<const weft_slot*>(bytes.data())));
  source.file = "definition " + std::string(hash.substr(0, 12));
  plan::Built built = plan::build(std::move(source), catalog);
  if (built.plan == nullptr) {
    error = built.problems.front();
  } else if (base::to_hex(built.plan->hash) != hash) {
    built.plan = nullptr;
    error = {Status::corrupt, "store.corrupt",
             "the stored definition does not have the hash that its runs name",
             "restore the store from a backup"};
  }
  return built;
}

Result<Outcome> Kernel::resume(std::string_view run, Unknown unknown, const RunOptions& options) {
  Rooms& rooms = *rooms_;
  auto claimed = rooms.store->claim(run, rooms.engine->now(), 1);
  if (!claimed) return claimed.error();
  auto stored = load_run(*rooms.store, run);
  if (!stored) return stored.error();
  if (stored->records.empty()) return no_history(run);
  Error error;
  const Value acceptance = stored->acceptance.view();
  plan::Built built = rooms.plan_stored(acceptance["definition"_k].as_text(), error);
  if (built.plan == nullptr) return error;
  auto bindings = rooms.bind(built.plan);
  if (!bindings) return bindings.error();

  auto ticket = std::make_shared<engine::Ticket>();
  ticket->run = run;
  ticket->wants_detail = options.with_detail;
  auto submission = std::make_unique<engine::Submission>();
  submission->bindings = *bindings;
  submission->ticket = ticket;
  submission->records = std::move(stored->records);
  submission->grants = base::pack(acceptance["grants"_k]);
  submission->settles = unknown != Unknown::keep_waiting;
  submission->settle = unknown == Unknown::again ? run::Settle::again : run::Settle::fail;
  {
    base::Lock lock(rooms.mutex);
    rooms.tickets.emplace(run, ticket);
  }
  rooms.engine->submit(std::move(submission));
  return wait(run);
}

Result<Document> Kernel::list(uint32_t max) {
  auto found = rooms_->store->scan("run/", {}, max);
  if (!found) return found.error();
  // Keys sort by time, and the latest is what people look for.
  base::Blocks blocks;
  Builder b(blocks.arena());
  const Value all = found->view();
  b.begin_array();
  for (uint32_t i = all.size(); i > 0; --i) b.link(all[i - 1]["value"_k]);
  b.end_array();
  return Document::copy(b.take_value());
}

Result<std::string> Kernel::find_run(std::string_view prefix) {
  auto all = list(UINT32_MAX);
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

Result<Outcome> Kernel::show(std::string_view run) {
  auto stored = load_run(*rooms_->store, run);
  if (!stored) return stored.error();
  Outcome outcome;
  outcome.run = run;
  const Value summary = stored->summary.view();
  outcome.state = state_of(summary["status"_k].as_text());
  outcome.result = Document::copy(summary["error"_k]);
  if (stored->records.empty()) {
    outcome.detail = Document::copy(summary);
    return outcome;
  }
  Error error;
  const Value acceptance = stored->acceptance.view();
  plan::Built built = rooms_->plan_stored(acceptance["definition"_k].as_text(), error);
  if (built.plan == nullptr) return error;
  state::Pages pages;
  state::State state(built.plan, pages);
  journal::Recovery recovery(state);
  for (const std::string& records : stored->records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
  }
  outcome.state = static_cast<RunState>(state.status);
  outcome.result = Document::copy(state.outcome);
  outcome.detail = DocumentAccess::wrap(engine::detail_of(std::string(run), state));
  return outcome;
}

Result<void> Kernel::events(std::string_view run,
                            const std::function<void(const weft_event&)>& each) {
  auto stored = load_run(*rooms_->store, run);
  if (!stored) return stored.error();
  if (stored->records.empty()) return no_history(run);
  Error error;
  const Value acceptance = stored->acceptance.view();
  plan::Built built = rooms_->plan_stored(acceptance["definition"_k].as_text(), error);
  if (built.plan == nullptr) return error;
  state::Pages pages;
  state::State state(built.plan, pages);
  const journal::Recovery::Each tell = [&](const event::Event& e) {
    const bool of_step = e.frame != event::no_frame && e.node != event::no_node &&
                         e.type != event::Type::frame_opened;
    const std::string path = of_step ? state::step_path(state, e.frame, e.node) : std::string();
    each({sizeof(weft_event),
          static_cast<uint32_t>(e.type),
          e.seq,
          e.tick,
          to_str(event::name(e.type)),
          to_str(run),
          to_str(built.plan->id),
          to_str(path),
          e.attempt,
          e.frame,
          {e.payload, 0}});
  };
  journal::Recovery recovery(state, &tell);
  for (const std::string& records : stored->records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
  }
  return {};
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
