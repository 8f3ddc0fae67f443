// Advice: what would make a run shorter, each with what it is expected to save on the longest way.
#include <algorithm>
#include <cmath>

#include "travel/report.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

constexpr double least_gain = 0.01;  // less is lost in what one run differs from the next
constexpr size_t most = 10;          // more than people follow

class Adviser final {
 public:
  Adviser(const Findings& found, const RunReport& report)
      : found_(found), execution_(static_cast<double>(report.execution_ns)) {}

  std::vector<Advice> all(const RunReport& report);

 private:
  void say(std::string step, std::string text, double saves) {
    const double gain = saves / execution_;
    if (gain < least_gain) return;
    said_.push_back({std::move(step), std::move(text), std::llround(saves), gain});
  }
  void of_node(uint32_t node);
  void of_blocks();
  void of_queue(const RunReport& report);

  const Findings& found_;
  double execution_;
  std::vector<Advice> said_;
};

// Only what lies on the longest way is worth a word.
void Adviser::of_node(uint32_t node) {
  const Timed* timed = found_.costs.timed(node);
  if (timed == nullptr || timed->is_block) return;
  if (timed->spent.retry > 0) {
    say(timed->path, "make its calls succeed at once; it was called again or waited to be",
        found_.costs.saved(node, static_cast<double>(timed->spent.retry)));
  }
  if (timed->repeated > 0) {
    say(timed->path, "give it 'cache': calls with the same arguments were made again",
        found_.costs.saved(node, static_cast<double>(timed->repeated_ns)));
  }
}

// Branches that could run and had to wait for others of their block.
void Adviser::of_blocks() {
  const double saves = found_.made.elapsed - found_.made.critical;
  for (const plan::Block& block : found_.costs.plan.blocks) {
    const Value limit = block.compiled["max_concurrency"_k];
    if (!limit.exists() || limit.as_u64() >= block.written()) continue;
    return say(std::string(block.id), "raise 'max_concurrency': branches waited for others", saves);
  }
}

void Adviser::of_queue(const RunReport& report) {
  const auto longest = std::max_element(
      report.steps.begin(), report.steps.end(),
      [](const StepReport& a, const StepReport& b) { return a.spent.queue < b.spent.queue; });
  if (longest == report.steps.end() || longest->spent.queue == 0) return;
  say(longest->step, "make room: steps waited for permits, quotas or hooks, this one most",
      static_cast<double>(report.spent.queue));
}

std::vector<Advice> Adviser::all(const RunReport& report) {
  if (report.bottleneck) {
    const Bottleneck& b = *report.bottleneck;
    say(b.step, "make it faster: this is what 10 % less of its time saves",
        static_cast<double>(b.saves_ns));
  }
  std::vector<uint32_t> way = found_.made.way;
  std::stable_sort(way.begin(), way.end(),
                   [&](uint32_t a, uint32_t b) { return found_.costs.of(a) > found_.costs.of(b); });
  way.resize(std::min<size_t>(way.size(), 3 * most));
  for (const uint32_t node : way) of_node(node);
  say({}, "let it be a chain: steps waited for others whose results they do not use",
      found_.made.critical - found_.relaxed);
  of_blocks();
  of_queue(report);
  std::stable_sort(said_.begin(), said_.end(),
                   [](const Advice& a, const Advice& b) { return a.gain > b.gain; });
  said_.resize(std::min(said_.size(), most));
  return std::move(said_);
}

}  // namespace

std::vector<Advice> advice(const Findings& found, const RunReport& report) {
  return Adviser(found, report).all(report);
}

}  // namespace weft::travel
