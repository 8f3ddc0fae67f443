// Housekeeping: the log into the tables, what is told into the history, in steps that let commits
// pass.
#include <algorithm>
#include <thread>

#include "store.hpp"

namespace weft::sqlite {
namespace {

// About a millisecond and a half of writing; a transaction costs little beside it.
constexpr size_t told_at_once = 512;
// What a process that ends may spend on its log: a megabyte a step.
constexpr int steps_at_stop_max = 8;

Result<void> check(std::string_view run, std::span<const weft_event* const> events) {
  for (size_t i = 0; i < events.size(); ++i) {
    if (events[i]->size < sizeof(weft_event) || events[i]->seq != events.front()->seq + i) {
      return Error{Status::bad_input, "store.bad_event",
                   "the events told of run '" + std::string(run) +
                       "' are not in sequence, or shorter than their structure"};
    }
  }
  return {};
}

}  // namespace

// Requires: mutex_ is held.
Result<void> Store::need_keeper() {
  if (!failure_.empty()) return failed();
  if (keeper_) return {};
  auto opened = Keeper::open(settings_);
  if (!opened) return opened.error();
  keeper_ = std::move(*opened);
  return {};
}

// A mutex does not ask who came first; between two steps one waiting commit gets its turn.
void Store::let_commits_pass() {
  const uint64_t before = passed_;
  while (waiting_ != 0 && passed_ == before) std::this_thread::yield();
}

// step() says whether there is more to do.
template <class F>
Result<void> Store::in_steps(F&& step) {
  for (;; let_commits_pass()) {
    const std::scoped_lock lock(mutex_);
    if (auto ready = need_keeper(); !ready) return ready;
    Result<bool> more = step(keeper_->projection());
    if (!more) remember(more.error());
    if (!more) return more.error();
    if (!*more) return {};
  }
}

Result<void> Store::project_all() {
  return in_steps([](Projection& p) { return p.project(); });
}

Result<void> Store::tend() {
  const std::scoped_lock only(tend_mutex_);
  if (auto done = project_all(); !done) return done;
  if (auto done = in_steps([](Projection& p) { return p.sweep(); }); !done) return done;
  auto done = keeper_->checkpoint();
  const std::scoped_lock lock(mutex_);
  if (!done) remember(done.error());
  drop_seen_before(tends_);
  ++tends_;
  return done;
}

// Events are taken in slices, each whole or not at all: after an error, those that were taken are
// what 'untold/' says.
Result<void> Store::tell(std::string_view run, std::span<const weft_event* const> events) {
  if (auto sound = check(run, events); !sound) return sound;
  const std::scoped_lock only(tend_mutex_);
  for (bool is_projected = false; !events.empty(); let_commits_pass()) {
    const auto slice = events.first(std::min(events.size(), told_at_once));
    auto hearing = hear(run, slice);
    if (!hearing) return hearing.error();
    if (*hearing == Projection::Hearing::heard) {
      events = events.subspan(slice.size());
      continue;
    }
    if (is_projected && *hearing == Projection::Hearing::unknown) {
      return Error{Status::not_found, "store.not_found",
                   "run '" + std::string(run) + "' does not exist"};
    }
    if (is_projected) {
      return Error{Status::conflict, "store.conflict",
                   "run '" + std::string(run) + "' ends before sequence " +
                       std::to_string(slice.back()->seq) + ", which it is told of"};
    }
    if (auto done = project_all(); !done) return done;
    is_projected = true;
  }
  return {};
}

// A run that the log forgets is not the one of that name in the tables.
Result<Projection::Hearing> Store::hear(std::string_view run,
                                        std::span<const weft_event* const> events) {
  const std::scoped_lock lock(mutex_);
  if (auto ready = need_keeper(); !ready) return ready.error();
  {
    Transaction view(db_, brackets_);
    if (auto begun = view.read(); !begun) return begun.error();
    if (auto known = refresh(); !known) return known.error();
    const RunTail* t = tail_.find(run);
    if (t != nullptr && t->is_forgotten) return Projection::Hearing::unprojected;
  }
  auto hearing = keeper_->projection().tell(run, events);
  if (!hearing) remember(hearing.error());
  return hearing;
}

void Store::stop() {
  const std::scoped_lock only(tend_mutex_);
  const std::scoped_lock lock(mutex_);
  if (!failure_.empty()) return;
  sqlite3_busy_timeout(db_.raw(), 0);
  if (settings_.synchronous == "full" && !db_.run("PRAGMA synchronous=NORMAL")) return;
  {
    Projection projection(db_);
    Result<bool> more = true;
    for (int i = 0; i < steps_at_stop_max && more && *more; ++i) more = projection.project();
    if (!more) remember(more.error());
  }
  if (settings_.synchronous == "full") static_cast<void>(db_.run("PRAGMA synchronous=FULL"));
}

}  // namespace weft::sqlite
