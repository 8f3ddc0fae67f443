// Thresholds: another number, by which fewer sides would have failed.
#include <algorithm>
#include <cmath>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "spec/condition.hpp"
#include "travel/outline.hpp"
#include "travel/propose.hpp"
#include "travel/trial.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// A decision whose side depends on the comparison, and went well or not.
struct Sample {
  double number = 0;
  bool value = false;      // that the condition came to
  bool succeeded = false;  // the side
  bool is_wanted = false;  // what the comparison should come to: as it did where that went well
};

bool holds(double number, std::string_view symbol, double threshold) {
  if (symbol == "<") return number < threshold;
  if (symbol == "<=") return number <= threshold;
  if (symbol == ">") return number > threshold;
  return number >= threshold;
}

class Search final {
 public:
  Search(const Grounds& grounds, Clause& whole, Clause& leaf)
      : grounds_(grounds), whole_(whole), leaf_(leaf) {}

  void run(std::vector<Proposal>& all);

 private:
  bool take_samples();
  Result<Trial> with(std::string instead);
  int64_t right(double threshold) const;
  double best() const;
  bool is_better(double threshold) const;
  void propose(double threshold, std::vector<Proposal>& all);

  const Grounds& grounds_;
  Clause& whole_;
  Clause& leaf_;  // of the whole
  std::vector<Sample> samples_;
};

// The condition as if the comparison had come to this.
Result<Trial> Search::with(std::string instead) {
  leaf_.replaces_all = true;
  leaf_.instead = std::move(instead);
  base::Blocks blocks;
  auto text = spec::condition_text(written(whole_, blocks.arena()));
  leaf_.replaces_all = false;
  leaf_.instead.clear();
  if (!text) return text.error();
  return Trial::of(*text);
}

// False when there are too few of either side.
bool Search::take_samples() {
  const auto compared = Trial::of(leaf_.threshold->compared);
  const auto if_true = with("true"), if_false = with("false");
  if (!compared || !if_true || !if_false) return false;
  size_t when_true = 0, when_false = 0;
  for (const Value decision : grounds_.decisions) {
    const std::string_view outcome = decision["outcome"_k].as_text();
    if (outcome != "succeeded" && outcome != "failed") continue;
    const auto number = compared->number_on(decision);
    const Verdict then = if_true->on(decision), otherwise = if_false->on(decision);
    const bool depends = then != otherwise && then != Verdict::fails && otherwise != Verdict::fails;
    if (!number || !depends) continue;
    Sample sample{*number, decision["value"_k].as_bool(), outcome == "succeeded", false};
    const bool is_good = sample.succeeded == sample.value;  // whether true would have been right
    sample.is_wanted = is_good == (then == Verdict::yes);
    ++(sample.value ? when_true : when_false);
    samples_.push_back(sample);
  }
  return samples_.size() >= records_needed && when_true >= records_of_side &&
         when_false >= records_of_side;
}

// Decisions that would have stayed and went well, or gone elsewhere and went wrong.
int64_t Search::right(double threshold) const {
  return std::count_if(samples_.begin(), samples_.end(), [&](const Sample& one) {
    return holds(one.number, leaf_.threshold->symbol, threshold) == one.is_wanted;
  });
}

// Only numbers that were seen are proposed; of equally good ones the nearest.
double Search::best() const {
  std::vector<double> numbers;
  numbers.reserve(samples_.size());
  for (const Sample& sample : samples_) numbers.push_back(sample.number);
  std::sort(numbers.begin(), numbers.end());
  numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
  const double now = leaf_.threshold->value;
  double found = now;
  int64_t most = right(now);
  for (const double number : numbers) {
    const int64_t count = right(number);
    const bool is_nearer = count == most && std::abs(number - now) < std::abs(found - now);
    if (count < most || (count == most && !is_nearer)) continue;
    found = number;
    most = count;
  }
  return found;
}

// Those that would go elsewhere must have gone worse than what has gone there.
bool Search::is_better(double threshold) const {
  const Threshold& now = *leaf_.threshold;
  const auto total = static_cast<int64_t>(samples_.size());
  if (right(threshold) - right(now.value) < std::max<int64_t>(3, (total + 19) / 20)) return false;
  int64_t moved = 0, moved_well = 0, there = 0, there_well = 0, to_true = 0;
  for (const Sample& one : samples_) {
    const bool moves =
        holds(one.number, now.symbol, now.value) != holds(one.number, now.symbol, threshold);
    if (!moves) continue;
    ++moved;
    if (one.succeeded) ++moved_well;
    if (!one.value) ++to_true;
  }
  for (const Sample& one : samples_) {
    if (one.value != (2 * to_true > moved)) continue;
    ++there;
    if (one.succeeded) ++there_well;
  }
  return moved_well * there < there_well * moved;
}

void Search::propose(double threshold, std::vector<Proposal>& all) {
  base::Blocks blocks;
  Builder number(blocks.arena());
  const bool is_whole = threshold == std::floor(threshold) && std::abs(threshold) < 1e15;
  is_whole ? number.integer(static_cast<int64_t>(threshold)) : number.number(threshold);
  const std::string text = base::json_text(number.take_value());
  leaf_.instead = text;
  const Value becomes = written(whole_, blocks.arena());
  leaf_.instead.clear();
  Proposal made = changed(grounds_, "threshold", becomes);
  made.other_way = replay(grounds_, becomes, made);
  const Threshold& now = *leaf_.threshold;
  const auto well = std::count_if(samples_.begin(), samples_.end(),
                                  [](const Sample& one) { return one.succeeded; });
  const auto failed = std::count_if(samples_.begin(), samples_.end(), [&](const Sample& one) {
    return !one.succeeded &&
           holds(one.number, now.symbol, now.value) != holds(one.number, now.symbol, threshold);
  });
  made.reason = std::to_string(well) + " of " + std::to_string(samples_.size()) +
                " sides went well; with " + text + " " + std::to_string(made.other_way) +
                " decisions would have gone the other way, of which " + std::to_string(failed) +
                " failed";
  all.push_back(std::move(made));
}

void Search::run(std::vector<Proposal>& all) {
  if (!take_samples()) return;
  const double found = best();
  if (found != leaf_.threshold->value && is_better(found)) propose(found, all);
}

void search(const Grounds& grounds, Clause& whole, Clause& part, std::vector<Proposal>& all) {
  if (part.threshold) Search(grounds, whole, part).run(all);
  for (Clause& inner : part.parts) search(grounds, whole, inner, all);
}

}  // namespace

void propose_thresholds(const Grounds& grounds, std::vector<Proposal>& all) {
  Clause whole = outline(grounds.condition);
  search(grounds, whole, whole, all);
}

}  // namespace weft::travel
