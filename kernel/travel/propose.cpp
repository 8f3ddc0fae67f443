#include "travel/propose.hpp"

#include <algorithm>
#include <cmath>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "spec/condition.hpp"
#include "travel/trial.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

std::string as_written(Value condition) {
  return condition.is_text() ? std::string(condition.as_text()) : base::json_text(condition);
}

void add_operation(Builder& b, std::string_view op, std::string_view path, Value value) {
  b.begin_object();
  b.set("op"_k, op);
  b.set("path"_k, path);
  b.set("value"_k, value);
  b.end_object();
}

// What is recorded must come to what was recorded, or it says nothing of another condition.
std::string unrepeatable(const Grounds& grounds) {
  const auto trial = Trial::of(grounds.asked.text);
  size_t others = 0;
  for (const Value decision : grounds.decisions) {
    const Verdict verdict = trial ? trial->on(decision) : Verdict::fails;
    const bool is_same =
        verdict != Verdict::fails && (verdict == Verdict::yes) == decision["value"_k].as_bool();
    if (!is_same) ++others;
  }
  if (others == 0) return {};
  return std::to_string(others) + " of " + std::to_string(grounds.decisions.size()) +
         " decisions do not come out as recorded from what was kept of them, so they cannot be "
         "replayed";
}

}  // namespace

std::string short_number(double value) {
  const double tenths = std::round(value * 10);
  std::string text = std::to_string(static_cast<int64_t>(tenths) / 10);
  const int64_t rest = static_cast<int64_t>(tenths) % 10;
  if (rest != 0) text += "." + std::to_string(rest);
  return text;
}

Proposal changed(const Grounds& grounds, std::string_view kind, Value becomes) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_array();
  add_operation(b, "test", grounds.asked.at, grounds.condition);
  add_operation(b, "replace", grounds.asked.at, becomes);
  b.end_array();
  Proposal made;
  made.kind = kind;
  made.at = grounds.asked.at;
  made.condition = as_written(grounds.condition);
  made.becomes = as_written(becomes);
  made.patch = Document::copy(b.take_value());
  made.records = grounds.decisions.size();
  const std::string all = grounds.asked.basis + '\n' + made.at + '\n' + base::json_text(becomes);
  made.id = base::to_hex(base::sha256(all)).substr(0, 8);
  return made;
}

uint64_t replay(const Grounds& grounds, Value becomes, Proposal& proposal) {
  proposal.objection = unrepeatable(grounds);
  auto expression = spec::condition_text(becomes);
  const auto trial = expression ? Trial::of(*expression) : Result<Trial>(expression.error());
  uint64_t failed = 0, others = 0;
  std::string why, run;
  for (size_t i = 0; i < grounds.asked.decisions.size(); ++i) {
    const Value decision = grounds.asked.decisions[i];
    if (!decision["value"_k].exists()) continue;
    std::string code = "expr.syntax";
    const Verdict verdict = trial ? trial->on(decision, &code) : Verdict::fails;
    if (verdict == Verdict::fails) {
      if (++failed == 1) why = code;
      if (failed == 1) run = grounds.asked.runs[i];
      continue;
    }
    const bool is_same = (verdict == Verdict::yes) == decision["value"_k].as_bool();
    if (!is_same && ++others == 1 && run.empty()) run = grounds.asked.runs[i];
  }
  if (proposal.objection.empty() && failed != 0) {
    proposal.objection = "in " + std::to_string(failed) + " of " +
                         std::to_string(grounds.decisions.size()) +
                         " decisions it could not be had, first in run " + run + ": " + why;
  }
  const bool changes = proposal.kind == "reorder" && others != 0;
  if (proposal.objection.empty() && changes) {
    proposal.objection = std::to_string(others) + " of " +
                         std::to_string(grounds.decisions.size()) +
                         " decisions would take another side, first in run " + run;
  }
  return others;
}

std::vector<Proposal> propose(const Asked& asked, Value condition) {
  Grounds grounds{asked, condition, {}, 0};
  grounds.decisions.reserve(asked.decisions.size());
  for (const Value decision : asked.decisions) {
    // What nobody may see was not kept, and without it nothing can be replayed.
    if (decision["hidden"_k].as_bool()) return {};
    if (decision["value"_k].exists()) {
      grounds.decisions.push_back(decision);
    } else {
      ++grounds.errors;
    }
  }
  std::vector<Proposal> all;
  if (grounds.decisions.size() < records_needed) return all;
  propose_order(grounds, all);
  propose_thresholds(grounds, all);
  return all;
}

}  // namespace weft::travel
