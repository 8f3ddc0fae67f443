// The operands of 'and' and 'or': first those that decide most often.
#include <algorithm>
#include <set>

#include "base/blocks.hpp"
#include "travel/outline.hpp"
#include "travel/propose.hpp"
#include "travel/trial.hpp"

namespace weft::travel {

namespace {

// What an operand reads. Members of the input and the parameters stand for themselves, also without
// a root; all else is one thing with all that is in it, for one part of it may say whether another
// can be had.
std::set<std::string> subjects_of(const Trial& trial) {
  std::set<std::string> all;
  for (const expr::Asked& asked : trial.expression().asked()) {
    const bool is_open = asked.name == "$input" || asked.name == "$params";
    std::string_view name = is_open && asked.first.n != 0 ? asked.first.view() : asked.name;
    if (name.starts_with("steps.")) name.remove_prefix(6);
    all.emplace(name);
  }
  return all;
}

// All of the input touches each member of it.
bool meet(const std::set<std::string>& a, const std::set<std::string>& b) {
  const auto takes_all = [](const std::set<std::string>& subjects) {
    return subjects.contains("$input") || subjects.contains("$params");
  };
  if ((takes_all(a) && !b.empty()) || (takes_all(b) && !a.empty())) return true;
  return std::any_of(a.begin(), a.end(), [&](const std::string& one) { return b.contains(one); });
}

struct Operand {
  Trial trial;
  std::set<std::string> subjects;
  size_t decided = 0;  // decisions that it would make if it came first
};

// A junction, with the decisions in which it was come to.
class Junction final {
 public:
  Junction(Clause& part, std::vector<Value> decisions)
      : part_(part), decisions_(std::move(decisions)) {}

  // False when an operand is none by itself.
  bool open();
  // Gives the part a better order, if there is one; the reason in numbers.
  std::string arrange();
  // The decisions in which an operand is come to, in the order as it is written.
  std::vector<Value> reaching(size_t operand) const;

 private:
  Verdict decisive() const { return part_.kind == Clause::Kind::all ? Verdict::no : Verdict::yes; }
  std::vector<uint32_t> best_order() const;
  double looked_at(const std::vector<uint32_t>& order) const;  // operands for each decision

  Clause& part_;
  std::vector<Value> decisions_;
  std::vector<Operand> operands_;
  std::vector<std::vector<Verdict>> verdicts_;  // by decision and operand
};

bool Junction::open() {
  for (const Clause& one : part_.parts) {
    auto trial = Trial::of(one.expression);
    if (!trial) return false;
    std::set<std::string> subjects = subjects_of(*trial);
    operands_.push_back({std::move(*trial), std::move(subjects), 0});
  }
  verdicts_.reserve(decisions_.size());
  for (const Value decision : decisions_) {
    std::vector<Verdict>& row = verdicts_.emplace_back();
    row.reserve(operands_.size());
    for (Operand& operand : operands_) {
      row.push_back(operand.trial.on(decision));
      if (row.back() == decisive()) ++operand.decided;
    }
  }
  return true;
}

std::vector<Value> Junction::reaching(size_t operand) const {
  std::vector<Value> all;
  for (size_t i = 0; i < decisions_.size(); ++i) {
    const auto end = verdicts_[i].begin() + static_cast<std::ptrdiff_t>(operand);
    if (std::find(verdicts_[i].begin(), end, decisive()) == end) all.push_back(decisions_[i]);
  }
  return all;
}

// The one that decides most often and does not hang on one that has no place yet.
std::vector<uint32_t> Junction::best_order() const {
  std::vector<uint32_t> order;
  std::vector<bool> is_placed(operands_.size(), false);
  const auto is_free = [&](size_t n) {
    for (size_t before = 0; before < n; ++before) {
      if (!is_placed[before] && meet(operands_[before].subjects, operands_[n].subjects)) {
        return false;
      }
    }
    return !is_placed[n];
  };
  while (order.size() < operands_.size()) {
    size_t best = operands_.size();
    for (size_t n = 0; n < operands_.size(); ++n) {
      if (!is_free(n)) continue;
      if (best == operands_.size() || operands_[n].decided > operands_[best].decided) best = n;
    }
    is_placed[best] = true;
    order.push_back(static_cast<uint32_t>(best));
  }
  return order;
}

double Junction::looked_at(const std::vector<uint32_t>& order) const {
  size_t all = 0;
  for (const auto& row : verdicts_) {
    for (const uint32_t operand : order) {
      ++all;
      if (row[operand] == decisive()) break;
    }
  }
  return static_cast<double>(all) / static_cast<double>(std::max<size_t>(decisions_.size(), 1));
}

std::string Junction::arrange() {
  std::vector<uint32_t> before(operands_.size());
  for (uint32_t n = 0; n < before.size(); ++n) before[n] = n;
  std::vector<uint32_t> order = best_order();
  if (order == before || decisions_.size() < records_needed) return {};
  const double was = looked_at(before), becomes = looked_at(order);
  if (becomes > was * 0.95) return {};
  const Operand& first = operands_[order.front()];
  std::string reason = "(" + part_.parts[order.front()].expression + ") decides " +
                       std::to_string(first.decided) + " of " + std::to_string(decisions_.size()) +
                       ", (" + part_.parts.front().expression + ") " +
                       std::to_string(operands_.front().decided) + ": operands looked at " +
                       short_number(was) + " -> " + short_number(becomes);
  part_.order = std::move(order);
  return reason;
}

// A junction and those within it, as far as their operands can be told apart.
void arrange(Clause& part, const std::vector<Value>& decisions, std::string& reasons) {
  if (part.parts.empty()) return;
  Junction junction(part, decisions);
  if (!junction.open()) return;
  for (size_t n = 0; n < part.parts.size(); ++n) {
    arrange(part.parts[n], junction.reaching(n), reasons);
  }
  const std::string reason = junction.arrange();
  if (!reason.empty()) reasons += (reasons.empty() ? "" : "; ") + reason;
}

}  // namespace

void propose_order(const Grounds& grounds, std::vector<Proposal>& all) {
  Clause part = outline(grounds.condition);
  std::string reasons;
  arrange(part, grounds.decisions, reasons);
  if (reasons.empty()) return;
  base::Blocks blocks;
  const Value becomes = written(part, blocks.arena());
  Proposal made = changed(grounds, "reorder", becomes);
  made.reason = std::move(reasons);
  made.other_way = replay(grounds, becomes, made);
  if (made.objection.empty() && grounds.errors != 0) {
    made.objection = std::to_string(grounds.errors) +
                     " times the condition could not be had, and in another order it might be";
  }
  all.push_back(std::move(made));
}

}  // namespace weft::travel
