#include "judge.hpp"

#include <string>

#include "aggregate.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Value;
using weft::sdk::Commands;
using weft::sdk::Frame;

namespace parallel {
namespace {

constexpr int64_t ns_per_ms = 1'000'000;

bool succeeded(const Branches& branches, uint32_t branch) {
  return branches.status[branch] == WEFT_NODE_SUCCEEDED;
}

std::string quoted(const Form& form, uint32_t branch) {
  return std::string("'").append(form.id(branch)).append("'");
}

// Why a branch that has no error of its own did not succeed.
std::string_view reason(const Branches& branches, uint32_t branch) {
  if (branches.is_late(branch)) return "took longer than its 'timeout'";
  switch (branches.status[branch]) {
    case WEFT_NODE_SKIPPED: return "was not run";
    case WEFT_NODE_CANCELLED:
      return branches.is_over ? "had not ended when the time of the block was up" : "was cancelled";
    default: return "failed";
  }
}

std::string_view code(const Branches& branches, uint32_t branch) {
  if (branches.is_late(branch) || branches.is_over) return "timeout";
  return branches.status[branch] == WEFT_NODE_SKIPPED ? "skipped" : "cancelled";
}

// Its own error, or one that says why it did not succeed.
void write_error(const Branches& branches, uint32_t branch, Value outcome, Builder& out) {
  if (outcome["error"_k].exists()) return out.link(outcome["error"_k]);
  out.begin_object();
  out.set("code"_k, code(branches, branch));
  out.set("message"_k, std::string_view("the branch " + std::string(reason(branches, branch))));
  out.end_object();
}

// [{branch_id, success, result or error, duration_ms, weight}] in the order of writing.
void write_records(const Form& form, const Branches& branches, const Frame& frame, Builder& out) {
  out.begin_array();
  for (uint32_t i = branches.start; i < form.count; ++i) {
    const Value outcome = frame.outcome(form.first + i);
    out.begin_object();
    out.set("branch_id"_k, form.ids[i]);
    out.set("success"_k, succeeded(branches, i));
    out.key("result"_k);
    succeeded(branches, i) ? out.link(frame.result(form.first + i)) : out.null();
    out.key("error"_k);
    succeeded(branches, i) ? out.null() : write_error(branches, i, outcome, out);
    out.set("duration_ms"_k, outcome["duration_ns"_k].as_i64() / ns_per_ms);
    out.set("weight"_k, form.weights.empty() ? 1.0 : form.weights[i]);
    out.end_object();
  }
  out.end_array();
}

Value metadata(const Form& form, const Branches& branches, const Frame& frame) {
  Builder b = frame.builder();
  b.begin_object();
  b.key("metadata"_k);
  b.begin_object();
  b.key("branches"_k);
  write_records(form, branches, frame, b);
  b.end_object();
  b.end_object();
  return b.take_value();
}

Value results(const Form& form, const Branches& branches, const Frame& frame) {
  Builder b = frame.builder();
  form.is_map ? b.begin_object() : b.begin_array();
  for (uint32_t i = 0; i < form.count; ++i) {
    if (!succeeded(branches, i)) continue;
    if (form.is_map) b.key(weft::Key(form.id(i)));
    b.link(frame.result(form.first + i));
  }
  form.is_map ? b.end_object() : b.end_array();
  return b.take_value();
}

std::vector<Success> successes(const Form& form, const Branches& branches, const Frame& frame) {
  std::vector<Success> all;
  for (uint32_t i = 0; i < form.count; ++i) {
    if (!succeeded(branches, i)) continue;
    all.push_back({frame.result(form.first + i), form.weights.empty() ? 1 : form.weights[i]});
  }
  return all;
}

// Whether the aggregation has what it needs.
bool is_reached(const Form& form, const Branches& branches) {
  const bool spares = form.mode == Mode::best_effort;
  if (branches.required_bad > 0) return false;
  if (branches.is_over && form.mode == Mode::fail_fast) return false;
  if (spares && branches.good == 0) return false;
  switch (form.goal) {
    case Goal::all: return spares || branches.bad == 0;
    case Goal::first: return branches.good > 0;
    case Goal::some: return branches.good >= form.needed;
    case Goal::weighted:
      return branches.good > 0 && (form.mode != Mode::fail_fast || branches.bad == 0);
    case Goal::custom: return form.mode != Mode::fail_fast || branches.bad == 0;
  }
  return false;
}

// The lowest in the order of writing, so that it is the same however branches end.
template <class Is>
uint32_t first_that(const Form& form, const Branches& branches, Is is) {
  for (uint32_t i = branches.start; i < form.count; ++i) {
    if (is(i)) return i;
  }
  return none;
}

struct Failure {
  std::string code, message;
};

// Under 'fail_fast' one branch is to blame; none where that is its own error.
Failure blame(const Form& form, const Branches& branches, uint32_t& culprit) {
  const auto failed = [&](uint32_t i) { return branches.status[i] == WEFT_NODE_FAILED; };
  const auto required_bad = [&](uint32_t i) {
    return form.required[i] && is_bad(form, branches, i);
  };
  if (branches.is_over) return {"timeout", "the branches took longer than the 'timeout' of all"};
  culprit = first_that(form, branches, [&](uint32_t i) { return form.required[i] && failed(i); });
  if (culprit == none) culprit = first_that(form, branches, failed);
  if (culprit != none) return {};
  uint32_t by = first_that(
      form, branches, [&](uint32_t i) { return branches.is_late(i) && is_bad(form, branches, i); });
  if (by == none) by = first_that(form, branches, required_bad);
  if (by != none && form.required[by]) {
    return {"parallel.required_failed",
            "the required branch " + quoted(form, by) + " " + std::string(reason(branches, by))};
  }
  if (by == none)
    by = first_that(form, branches, [&](uint32_t i) { return is_bad(form, branches, i); });
  if (by == none) return {"parallel.failed", "too few branches succeeded"};
  const bool is_late = branches.is_late(by);
  return {is_late ? "timeout" : "parallel.cancelled",
          "the branch " + quoted(form, by) + " " + std::string(reason(branches, by))};
}

constexpr uint32_t named_max = 10;  // more branches in one message help nobody

// What went wrong with each of them, in one line.
std::string all_errors(const Form& form, const Branches& branches, const Frame& frame) {
  std::string text;
  uint32_t named = 0;
  for (uint32_t i = branches.start; i < form.count && named < named_max; ++i) {
    if (!is_bad(form, branches, i)) continue;
    const Value error = frame.outcome(form.first + i)["error"_k];
    text += named++ == 0 ? ": " : ", ";
    text += quoted(form, i) + " with ";
    text += error["code"_k].as_text(code(branches, i));
  }
  return text;
}

Failure sum_up(const Form& form, const Branches& branches, const Frame& frame) {
  const uint32_t required = first_that(
      form, branches, [&](uint32_t i) { return form.required[i] && is_bad(form, branches, i); });
  if (required != none) {
    return {"parallel.required_failed", "the required branch " + quoted(form, required) + " " +
                                            std::string(reason(branches, required))};
  }
  const uint32_t all = form.count - branches.start;
  return {"parallel.failed", std::to_string(all - branches.good) + " of " + std::to_string(all) +
                                 " branches did not succeed" + all_errors(form, branches, frame)};
}

void fail(const Form& form, const Branches& branches, const Frame& frame, Commands& commands) {
  uint32_t culprit = none;
  const Failure why =
      form.mode == Mode::fail_fast ? blame(form, branches, culprit) : sum_up(form, branches, frame);
  if (culprit != none) return commands.fail_node(form.first + culprit);
  Builder b = frame.builder();
  b.begin_object();
  b.set("code"_k, std::string_view(why.code));
  b.set("message"_k, std::string_view(why.message));
  if (why.code == "timeout") b.set("class"_k, "transient");
  b.key("errors"_k);
  b.begin_array();
  for (uint32_t i = branches.start; i < form.count; ++i) {
    const bool counts = is_bad(form, branches, i) || branches.status[i] == WEFT_NODE_CONTINUED;
    if (!counts) continue;
    b.begin_object();
    b.set("branch_id"_k, form.ids[i]);
    b.key("error"_k);
    write_error(branches, i, frame.outcome(form.first + i), b);
    b.end_object();
  }
  b.end_array();
  b.end_object();
  commands.fail_with(b.take_value());
}

void give(const weft::Result<Value>& value, Value about, Commands& commands) {
  if (value) return commands.return_value(*value, about);
  commands.fail(value.error().code, value.error().message);
}

}  // namespace

bool is_bad(const Form& form, const Branches& branches, uint32_t branch) {
  const uint8_t status = branches.status[branch];
  if (branch < branches.start) return false;
  if (form.required[branch]) return status != WEFT_NODE_SUCCEEDED;
  return status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED;
}

bool is_lost(const Form& form, const Branches& branches) {
  if (form.mode != Mode::fail_fast) return false;
  if (branches.required_bad > 0) return true;
  switch (form.goal) {
    case Goal::first: return branches.good + branches.open == 0;
    case Goal::some: return branches.good + branches.open < form.needed;
    default: return branches.bad > 0;
  }
}

void conclude(const Form& form, const Branches& branches, const Frame& frame, Commands& commands) {
  if (!is_reached(form, branches)) return fail(form, branches, frame, commands);
  if (form.judge != none) {
    Builder b = frame.builder();
    b.begin_object();
    b.key("branches"_k);
    write_records(form, branches, frame, b);
    b.end_object();
    return commands.start(form.judge, b.take_value());
  }
  const Value about = metadata(form, branches, frame);
  switch (form.goal) {
    case Goal::first: {
      const bool is_known = branches.winner < form.count && succeeded(branches, branches.winner);
      const auto any = [&](uint32_t i) { return succeeded(branches, i); };
      const uint32_t winner = is_known ? branches.winner : first_that(form, branches, any);
      return commands.return_node(form.first + winner, about);
    }
    case Goal::weighted:
      return give(weighted_mean(successes(form, branches, frame), frame.arena()), about, commands);
    case Goal::custom:
      return give(aggregate(form.custom, successes(form, branches, frame), frame.arena()), about,
                  commands);
    default: return commands.return_value(results(form, branches, frame), about);
  }
}

void conclude_with(const Form& form, const Branches& branches, const Frame& frame,
                   Commands& commands) {
  if (frame.status(form.judge) != WEFT_NODE_SUCCEEDED) return commands.fail_node(form.judge);
  commands.return_node(form.judge, metadata(form, branches, frame));
}

}  // namespace parallel
