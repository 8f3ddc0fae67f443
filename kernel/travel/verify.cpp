#include "travel/verify.hpp"

#include "event/record.hpp"
#include "journal/recover.hpp"
#include "travel/checkpoints.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

Error damaged(std::string message) {
  return {Status::corrupt, "journal.damaged", std::move(message),
          "everything up to there is good and a run can go on from there"};
}

// Checksums, sequence and values of all records; how many are good, and where decisions end.
struct Reading {
  uint64_t records = 0;
  bool ends_whole = false;

  Result<void> read(const std::vector<std::string>& pieces) {
    for (const std::string& piece : pieces) {
      event::Reader reader(piece, records + 1);
      while (!reader.done()) {
        auto record = reader.next();
        if (!record) return record.error();
        ++records;
        ends_whole = (record->event.flags & event::is_last) != 0;
      }
    }
    return {};
  }
};

// What the summary says against what the records say.
Result<void> check_summary(Value summary, const state::State& state) {
  const uint64_t last = summary["last_seq"_k].as_u64();
  if (last > state.seq) {
    return damaged("the records end with " + std::to_string(state.seq) +
                   ", but the run was as far as " + std::to_string(last));
  }
  const std::string_view status = summary["status"_k].as_text();
  if (!state::is_ended(state.status) || status == state::to_text(state.status)) return {};
  return damaged("the summary says '" + std::string(status) + "', the records say '" +
                 std::string(state::to_text(state.status)) + "'");
}

Result<void> check_fold(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                        uint64_t& good) {
  state::Pages pages;
  state::State state(plan, pages);
  journal::Recovery recovery(state, nullptr, history.fetch, history.plan_of);
  for (const std::string& records : history.records) {
    auto taken = recovery.take(records);
    good = state.seq;
    if (!taken) return taken.error();
  }
  return check_summary(history.summary.view(), state);
}

Result<void> check(const History& history, const plan::PlanOf& plan_of, uint64_t& good) {
  Reading reading;
  auto read = reading.read(history.records);
  good = reading.records;
  if (!read) return read.error();
  if (!reading.ends_whole) {
    return damaged("record " + std::to_string(good) + " is not the last of its decision");
  }
  auto plan = plan_of(history.acceptance.view());
  if (!plan) return plan.error();
  return check_fold(history, *plan, good);
}

}  // namespace

Result<Verified> verify(journal::Store& store, std::string_view run, const plan::PlanOf& plan_of) {
  Verified verified;
  verified.run = run;
  auto chapters = load_chapters(store, run);
  if (!chapters && chapters.error().status == Status::not_found) return chapters.error();
  if (!chapters) {
    verified.damage.push_back(chapters.error());
    return verified;
  }
  auto history = join(std::move(*chapters), journal::fetch_from(store));
  if (!history) {
    verified.damage.push_back(history.error());
    return verified;
  }
  if (history->records.empty()) return verified;
  history->plan_of = plan_of;
  auto checked = check(*history, plan_of, verified.records);
  if (!checked) verified.damage.push_back(checked.error());
  return verified;
}

}  // namespace weft::travel
