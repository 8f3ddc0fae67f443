// Revision loops: the validator judges a draft, the reviser makes another of it, until it passes.
// The record of a loop holds what was judged so far, so a new cache finds the very pass.
#include <string>

#include "walk.hpp"

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

enum class Verdict : uint8_t { pass, revise, absent };

Verdict verdict_of(Value said) {
  if (said.is_boolean()) return said.as_bool() ? Verdict::pass : Verdict::revise;
  if (said.as_text() == "pass") return Verdict::pass;
  return said.as_text() == "revise" ? Verdict::revise : Verdict::absent;
}

// What a validator says of a draft: 'decision', else 'valid' or 'passed', else its score.
Verdict verdict_in(Value result, const Loop& loop) {
  if (const Verdict by = verdict_of(result["decision"_k]);
      by != Verdict::absent && result["decision"_k].is_text()) {
    return by;
  }
  for (const weft::Key key : {"valid"_k, "passed"_k}) {
    if (result[key].is_boolean()) return verdict_of(result[key]);
  }
  if (!loop.has_threshold || !result["score"_k].is_number()) return Verdict::absent;
  return result["score"_k].as_f64() >= loop.threshold ? Verdict::pass : Verdict::revise;
}

Value feedback_in(Value result) {
  return result["feedback"_k].exists() ? result["feedback"_k] : result;
}

}  // namespace

uint32_t Walk::number_of_loop(uint32_t node) const {
  for (uint32_t i = 0; i < graph_.loops.size(); ++i) {
    const Loop& loop = graph_.loops[i];
    const bool is_of = node == loop.record || node == loop.validator || node == loop.reviser ||
                       (node != none && (node == loop.verdict || node == loop.approval));
    if (is_of) return i;
  }
  return none;
}

void Walk::recall_loop(uint32_t number, const weft::sdk::Frame& frame) {
  const Loop& loop = graph_.loops[number];
  Pass& pass = passes_[number];
  const Value record = frame.result(loop.record);
  const bool is_open = record["open"_k].as_bool();
  pass.validations = static_cast<uint32_t>(record["validations"_k].as_u64());
  pass.is_exhausted = record["exhausted"_k].as_bool();
  // Written by this pattern, so it counts from then on, not when that is told back.
  pass.is_closed = record.exists() && !is_open;
  const auto is_active = [&](uint32_t n) {
    const uint32_t status = frame.status(n);
    return status != WEFT_NODE_PENDING &&
           (status < WEFT_NODE_SUCCEEDED || status == WEFT_NODE_UNKNOWN);
  };
  if (pass.is_closed || pass.is_exhausted) {
    pass.is_reviser_done = true;
    settle(loop.validator, WEFT_NODE_SUCCEEDED);
    settle(loop.reviser, WEFT_NODE_SUCCEEDED);
    return settle(loop.record, pass.is_closed ? WEFT_NODE_SUCCEEDED : WEFT_NODE_FAILED);
  }
  if (frame.status(loop.record) == WEFT_NODE_SKIPPED) {
    pass.is_reviser_done = true;
    const uint32_t reviser = frame.status(loop.reviser);
    if (loop.verdict != none && frame.status(loop.verdict) == WEFT_NODE_FAILED) {
      fail_by(loop.verdict);
    }
    settle(loop.validator, frame.status(loop.validator));
    settle(loop.reviser, reviser == WEFT_NODE_SUCCEEDED ? uint32_t{WEFT_NODE_SKIPPED} : reviser);
    return settle(loop.record, WEFT_NODE_SKIPPED);
  }
  for (const uint32_t n : {loop.validator, loop.reviser, loop.approval}) {
    if (n == none || !is_active(n)) continue;
    active_[n] = true;
    ++running_;
  }
}

Value Walk::draft_of(uint32_t number, const weft::sdk::Frame& frame) const {
  const Loop& loop = graph_.loops[number];
  const Value draft =
      frame.result(passes_[number].validations == 0 ? loop.generator : loop.reviser);
  return draft.exists() ? draft : weft::null_value();  // the generator may have been skipped
}

void Walk::loop_ended(uint32_t number, uint32_t node, uint32_t status, const Told& told) {
  const Loop& loop = graph_.loops[number];
  if (node == loop.record) return;
  // The draft that it was given in the end is no revision.
  if (node == loop.reviser && passes_[number].is_reviser_done) return;
  stop_counting(node);
  const bool is_success = status == WEFT_NODE_SUCCEEDED;
  if (node == loop.approval) return people_decided(number, status, told);
  if (node == loop.verdict) {
    if (is_success) return judge(number, told);
    fail_by(node);
    return abandon(number, saw_failure);
  }
  if (node == loop.validator) {
    if (!is_success) return settle(node, status);
    if (failed_ != none) return abandon(number, 0);
    if (loop.verdict == none) return judge(number, told);
    return told.commands.evaluate(anew(told.frame, loop.verdict), told.frame.result(node));
  }
  if (is_success && failed_ == none) {
    start_validator(number, told);
    active_[loop.validator] = true;
    ++running_;
    return;
  }
  // What was revised when something else failed is no use to anyone.
  passes_[number].is_reviser_done = true;
  settle(node, is_success ? uint32_t{WEFT_NODE_SKIPPED} : status);
  abandon(number, is_success ? 0 : status == WEFT_NODE_SKIPPED ? saw_skip : saw_failure);
}

// The loop ends without a draft that was approved.
void Walk::abandon(uint32_t number, uint8_t news) {
  const Loop& loop = graph_.loops[number];
  news_[loop.record] |= news;
  settle(loop.validator, WEFT_NODE_SUCCEEDED);
}

void Walk::start_validator(uint32_t number, const Told& told) {
  const Loop& loop = graph_.loops[number];
  const bool is_first = told.frame.status(loop.validator) == WEFT_NODE_PENDING;
  weft::Builder b = told.frame.builder();
  b.begin_object();
  const Value draft = told.frame.result(is_first ? loop.generator : loop.reviser);
  if (draft.exists()) b.set("draft"_k, draft);
  b.set("attempt"_k, passes_[number].validations + 1);
  const Value feedback = told.frame.result(loop.record)["feedback"_k];
  if (feedback.exists()) b.set("feedback"_k, feedback);
  b.end_object();
  told.commands.start(anew(told.frame, loop.validator), b.take_value());
}

void Walk::start_reviser(uint32_t number, const Told& told) {
  const Loop& loop = graph_.loops[number];
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("draft"_k, draft_of(number, told.frame));
  b.set("feedback"_k, feedback_in(told.frame.result(loop.validator)));
  b.set("attempt"_k, passes_[number].validations + 1);
  b.end_object();
  told.commands.start(anew(told.frame, loop.reviser), b.take_value());
  active_[loop.reviser] = true;
  ++running_;
}

// A validation has ended with a result: the draft passes, is revised, or nothing is left to do.
void Walk::judge(uint32_t number, const Told& told) {
  const Loop& loop = graph_.loops[number];
  Pass& pass = passes_[number];
  const Value result = told.frame.result(loop.validator);
  const Verdict verdict =
      loop.verdict != none ? verdict_of(told.frame.result(loop.verdict)) : verdict_in(result, loop);
  if (verdict == Verdict::absent) {
    return told.commands.fail("revision.no_verdict",
                              "the validator says neither 'decision', 'valid', 'passed' nor a "
                              "'score' that a threshold could judge",
                              loop.validator);
  }
  const Value best = told.frame.result(loop.record)["best"_k];
  const bool is_left = pass.validations < loop.revisions_max;
  if (verdict == Verdict::revise && is_left) {
    if (failed_ != none) return abandon(number, 0);
    write_record(number, told, draft_of(number, told.frame), result);
    start_reviser(number, told);
    ++pass.validations;
    return;
  }
  if (verdict == Verdict::revise && loop.on_exhausted == Exhausted::escalate) {
    return escalate(number, told, result);
  }
  const bool takes_best = verdict == Verdict::revise && loop.on_exhausted == Exhausted::accept_best;
  if (takes_best && !result["score"_k].is_number() && !best.exists()) {
    return told.commands.fail("revision.no_score",
                              "no draft is the best one, for the validator gave none a 'score'",
                              loop.validator);
  }
  pass.is_exhausted = verdict == Verdict::revise && loop.on_exhausted == Exhausted::fail;
  pass.is_closed = !pass.is_exhausted;
  Value draft = draft_of(number, told.frame);
  // The highest score; of equal ones the later.
  if (takes_best && result["score"_k].as_f64() < best["score"_k].as_f64()) draft = best["draft"_k];
  pass.approved = draft;
  const bool was_never_begun = told.frame.status(loop.reviser) == WEFT_NODE_PENDING;
  if (pass.is_closed && (was_never_begun || takes_best)) {
    told.commands.settle(anew(told.frame, loop.reviser), draft);
  }
  write_record(number, told, draft, result);
  ++pass.validations;
  close_loop(number);
}

// What the record waits for has ended.
void Walk::close_loop(uint32_t number) {
  const Loop& loop = graph_.loops[number];
  passes_[number].is_reviser_done = true;
  settle(loop.reviser, WEFT_NODE_SUCCEEDED);
  settle(loop.validator, WEFT_NODE_SUCCEEDED);
}

// The draft does not pass, and people are asked whether it is accepted all the same. The step that
// asks them gets the draft, what was said of it, and how it came to be.
void Walk::escalate(uint32_t number, const Told& told, Value judged) {
  if (failed_ != none) return abandon(number, 0);
  const Loop& loop = graph_.loops[number];
  const Value draft = draft_of(number, told.frame);
  const Value record = write_record(number, told, draft, judged);
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("draft"_k, draft);
  b.set("feedback"_k, record["feedback"_k]);
  b.set("attempt"_k, ++passes_[number].validations);
  b.key("exhausted"_k);
  b.begin_object();
  b.set("revisions"_k, record["revisions"_k]);
  b.set("score"_k, record["score"_k].exists() ? record["score"_k] : weft::null_value());
  b.set("history"_k, record["history"_k]);
  b.end_object();
  b.end_object();
  told.commands.start(anew(told.frame, loop.approval), b.take_value());
  active_[loop.approval] = true;
  ++running_;
}

// Whoever approves accepts the latest draft, or brings another one; a rejection leaves the loop as
// exhausted as it was.
void Walk::people_decided(uint32_t number, uint32_t status, const Told& told) {
  const bool is_rejected = status == WEFT_NODE_FAILED || status == WEFT_NODE_CONTINUED;
  if (!is_rejected && (status != WEFT_NODE_SUCCEEDED || failed_ != none)) {
    return abandon(number, saw_failure);
  }
  const Loop& loop = graph_.loops[number];
  Pass& pass = passes_[number];
  const Value decision = told.frame.result(loop.approval);
  const Value other = decision["data"_k]["draft"_k];
  pass.is_exhausted = is_rejected;
  pass.is_closed = !is_rejected;
  pass.approved = !is_rejected && other.exists() ? other : draft_of(number, told.frame);
  if (pass.is_closed && other.exists()) {
    told.commands.settle(anew(told.frame, loop.reviser), pass.approved);
  }
  const Value before = told.frame.result(loop.record);
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("draft"_k, pass.approved);
  for (const weft::Key name :
       {"revisions"_k, "validations"_k, "feedback"_k, "score"_k, "history"_k}) {
    if (before[name].exists()) b.set(name, before[name]);
  }
  if (pass.is_closed) b.set("decision"_k, decision);
  if (pass.is_exhausted) {
    b.set("open"_k, true);
    b.set("exhausted"_k, true);
  }
  b.end_object();
  told.commands.settle(anew(told.frame, loop.record), b.take_value());
  close_loop(number);
}

// What steps after the loop may speak of: draft, revisions, validations, feedback, score, history.
Value Walk::write_record(uint32_t number, const Told& told, Value draft, Value judged) {
  const Loop& loop = graph_.loops[number];
  const Pass& pass = passes_[number];
  const Value before = told.frame.result(loop.record);
  const Value now = draft_of(number, told.frame);
  const Value score = judged["score"_k];
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("draft"_k, draft);
  b.set("revisions"_k, pass.validations);
  b.set("validations"_k, pass.validations + 1);
  b.set("feedback"_k, feedback_in(judged));
  if (score.exists()) b.set("score"_k, score);
  b.key("history"_k);
  b.begin_array();
  for (const Value one : before["history"_k]) b.add(one);
  b.begin_object();
  b.set("draft"_k, now);
  b.set("feedback"_k, feedback_in(judged));
  if (score.exists()) b.set("score"_k, score);
  b.end_object();
  b.end_array();
  if (!pass.is_closed) b.set("open"_k, true);
  if (pass.is_exhausted) b.set("exhausted"_k, true);
  if (!pass.is_closed && score.is_number()) {
    const Value best = before["best"_k];
    const bool is_better = !best.exists() || score.as_f64() >= best["score"_k].as_f64();
    b.key("best"_k);
    b.begin_object();
    b.set("draft"_k, is_better ? now : best["draft"_k]);
    b.set("score"_k, is_better ? score : best["score"_k]);
    b.end_object();
  }
  b.end_object();
  const Value record = b.take_value();
  told.commands.settle(anew(told.frame, loop.record), record);
  return record;
}

// Everything that the record waits for has ended, one way or another.
void Walk::decide_record(uint32_t number, const Told& told) {
  const Loop& loop = graph_.loops[number];
  Pass& pass = passes_[number];
  if (pass.is_closed) return settle(loop.record, WEFT_NODE_SUCCEEDED);
  if (pass.is_exhausted) {
    settle(loop.record, WEFT_NODE_FAILED);
    if (!has_cancelled_) cancel_running(told.commands);
    return;
  }
  const uint8_t news = news_[loop.record];
  const std::string_view reason = (news & saw_failure) != 0 ? "dependency_failed"
                                  : (news & saw_skip) != 0  ? "dependency_skipped"
                                                            : "another step failed";
  told.commands.skip(anew(told.frame, loop.record), reason);
  if (!pass.is_reviser_done) {
    const bool was_never_begun = told.frame.status(loop.reviser) == WEFT_NODE_PENDING;
    if (was_never_begun) told.commands.skip(loop.reviser, reason);
    pass.is_reviser_done = true;
    settle(loop.reviser, WEFT_NODE_SKIPPED);
  }
  settle(loop.record, WEFT_NODE_SKIPPED);
}

void Walk::fail_exhausted(uint32_t number, const Told& told) const {
  const Loop& loop = graph_.loops[number];
  std::string message = "the draft was revised " + std::to_string(loop.revisions_max) +
                        " times and still does not pass";
  if (loop.approval != none) {
    const Value why = told.frame.outcome(loop.approval)["error"_k]["message"_k];
    message.append("; ").append(why.as_text("people did not accept it"));
  }
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.set("code"_k, "revision.exhausted");
  b.set("message"_k, std::string_view(message));
  b.set("node"_k, loop.validator);
  b.set("revisions"_k, loop.revisions_max);
  b.set("validations"_k, loop.revisions_max + 1);
  b.set("last_feedback"_k, feedback_in(told.frame.result(loop.validator)));
  b.end_object();
  told.commands.fail_with(b.take_value());
}

}  // namespace dag
