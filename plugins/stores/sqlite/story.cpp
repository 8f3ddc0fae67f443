#include "story.hpp"

#include "columns.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr std::string_view of_run = "workflow.run.";
constexpr std::string_view of_step = "workflow.step.";
constexpr std::string_view of_signal = "workflow.signal.";
constexpr uint64_t rows_swept_at_once = 1000;

// What a fact about a step does to its row: the last word of its type, and what it brings.
struct Fact {
  std::string_view word, status;
  bool begins, ends;
  char data;  // i: the input, o: the output, e: the error or the reason, else nothing
};
constexpr Fact facts[] = {
    {"started", "running", true, false, 'i'},
    {"succeeded", "succeeded", false, true, 'o'},
    {"queued", "queued", false, false, 'i'},
    {"failed", "failed", false, true, 'e'},
    {"retried", "retried", false, true, 'e'},
    {"skipped", "skipped", false, true, 'e'},
    {"cancelled", "cancelled", false, true, 'e'},
    {"doubted", "doubted", false, true, 'e'},
    {"cancel_requested", "", false, false, '-'},
    {"diverted", "diverted", false, false, 'e'},
    {"compensation_failed", "compensation_failed", false, false, 'e'},
};

// A word that came later is its own status.
Fact fact_of(std::string_view word) {
  for (const Fact& f : facts) {
    if (f.word == word) return f;
  }
  return {word, word, false, false, '-'};
}

}  // namespace

Result<Told> Story::write(uint64_t id, std::span<const weft_event* const> events) {
  Told told;
  attempts_.clear();
  for (const weft_event* e : events) {
    const std::string_view type = to_view(e->type);
    if (auto done = write_event(id, *e); !done) return done.error();
    if (type.starts_with(of_step)) note_step(*e);
    if (type.starts_with(of_run)) note_run(*e, told);
    if (type.starts_with(of_signal)) {
      if (auto done = write_signal(id, *e); !done) return done.error();
    }
    told.last_seq = e->seq;
  }
  if (auto done = write_steps(id); !done) return done.error();
  return told;
}

Result<void> Story::write_event(uint64_t id, const weft_event& e) {
  json_.clear();
  const Value data(e.data);
  const bool has_data = data.exists() && !data.is_null();
  if (has_data) append_shown(json_, data, blobs_);
  {
    Query q(event_);
    q.natural(id).natural(e.seq).number(e.time_ns).text(to_view(e.type));
    if (e.step.n != 0) {
      q.text(to_view(e.step));
    } else {
      q.nothing();
    }
    q.natural(e.attempt);
    if (has_data) {
      q.text(json_);
    } else {
      q.nothing();
    }
    if (auto done = q.finish(); !done) return done;
  }
  return blobs_.empty() ? Result<void>() : write_blobs(id, e.seq);
}

// An attempt counts from 1, also that of a step which never began.
void Story::note_step(const weft_event& e) {
  const Fact fact = fact_of(to_view(e.type).substr(of_step.size()));
  if (fact.status.empty()) return;
  Attempt& a = attempts_[{to_view(e.step), e.attempt != 0 ? e.attempt : 1}];
  a.status = fact.status;
  if (fact.begins && !a.started_ns) a.started_ns = e.time_ns;
  if (fact.ends) a.ended_ns = e.time_ns;
  if (json_.empty()) return;
  if (fact.data == 'i') a.input = e.seq;
  if (fact.data == 'o') a.output = e.seq;
  if (fact.data == 'e') a.error = e.seq;
}

void Story::note_run(const weft_event& e, Told& told) {
  const std::string_view word = to_view(e.type).substr(of_run.size());
  if (word == "accepted" || word == "forked") {
    const Value input = Value(e.data)["input"_k];
    std::string text;
    if (input.exists()) append_shown(text, input, blobs_);
    blobs_.clear();
    if (input.exists()) told.input = std::move(text);
  }
  if (word == "started" && !told.started) told.started = to_rfc3339(e.time_ns);
  if (!is_ended(word)) return;
  told.ended = to_rfc3339(e.time_ns);
  if (word == "completed" || word == "partially_completed") told.output = json_;
}

Result<void> Story::write_signal(uint64_t id, const weft_event& e) {
  const std::string_view word = to_view(e.type).substr(of_signal.size());
  const Value data(e.data);
  if (word == "consumed") {
    return Query(consume_).natural(e.seq).natural(id).natural(data["seq"_k].as_u64()).finish();
  }
  const std::string_view status = word == "received" ? "waiting" : word;
  Query q(signal_);
  return q.natural(id).natural(e.seq).text(data["name"_k].as_text()).text(status).finish();
}

Result<void> Story::write_steps(uint64_t id) {
  for (const auto& [key, a] : attempts_) {
    Query q(step_);
    q.natural(id).text(key.step).natural(key.attempt).text(a.status).maybe(a.started_ns);
    q.maybe(a.ended_ns).maybe(a.input).maybe(a.output).maybe(a.error);
    if (auto done = q.finish(); !done) return done;
  }
  return {};
}

Result<void> Story::write_blobs(uint64_t id, uint64_t seq) {
  for (const Blob& blob : blobs_) {
    Query q(blob_);
    q.natural(id).text(blob.sha256).natural(blob.bytes).natural(seq);
    if (auto done = q.finish(); !done) return done;
  }
  blobs_.clear();
  return {};
}

Result<bool> Story::sweep() {
  uint64_t id = 0;
  {
    Query q(forgotten_);
    if (auto row = q.step(); !row) return row.error();
    if (q.is_null(0)) return false;
    id = q.natural_at(0);
  }
  for (Statement* drop : {&drop_events_, &drop_steps_, &drop_signals_, &drop_artifacts_}) {
    auto done = Query(*drop).natural(id).natural(rows_swept_at_once).finish();
    if (!done) return done.error();
    if (sqlite3_changes(db_.raw()) > 0) return true;
  }
  if (auto done = Query(swept_).natural(id).finish(); !done) return done.error();
  return true;
}

}  // namespace weft::sqlite
