#include "travel/lessons.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

#include "base/limits.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// Nearest rank, as in reports.
int64_t p95_of(std::vector<int64_t>& all) {
  std::sort(all.begin(), all.end());
  const size_t rank = (all.size() * 95 + 99) / 100;
  return all[std::max<size_t>(rank, 1) - 1];
}

struct Tally {
  SideLearned side;
  std::vector<int64_t> took;

  void add(Value decision) {
    const std::string_view outcome = decision["outcome"_k].as_text();
    ++side.count;
    if (outcome == "succeeded") ++side.succeeded;
    if (outcome == "failed") ++side.failed;
    const bool counts = outcome == "succeeded" || outcome == "failed";
    if (counts && decision["took_ns"_k].exists()) took.push_back(decision["took_ns"_k].as_i64());
  }
  SideLearned finish() {
    if (took.empty()) return side;
    side.mean_ns =
        std::accumulate(took.begin(), took.end(), int64_t{0}) / static_cast<int64_t>(took.size());
    side.p95_ns = p95_of(took);
    return side;
  }
};

// '/conditions/10' comes behind '/conditions/9'.
std::vector<std::pair<uint64_t, std::string_view>> place_of(std::string_view pointer) {
  std::vector<std::pair<uint64_t, std::string_view>> place;
  while (!pointer.empty()) {
    const size_t end = std::min(pointer.find('/', 1), pointer.size());
    const std::string_view segment = pointer.substr(0, end);
    uint64_t number = 0;
    for (const char c : segment.substr(1)) {
      number = c >= '0' && c <= '9' ? number * 10 + static_cast<uint64_t>(c - '0') : 0;
    }
    place.emplace_back(number, segment);
    pointer.remove_prefix(end);
  }
  return place;
}

}  // namespace

void Lessons::add(base::Doc learned) {
  const Value view = learned.view();
  if (view["run"_k].as_text().empty()) return;
  std::string run(view["run"_k].as_text());
  runs_.insert_or_assign(std::move(run), std::move(learned));
  // Ids go by time.
  if (runs_.size() > base::limits::learned_runs) runs_.erase(runs_.begin());
}

void Lessons::drop_until(int64_t ended_ns) {
  std::erase_if(
      runs_, [&](const auto& one) { return one.second.view()["ended_ns"_k].as_i64() <= ended_ns; });
}

std::vector<Asked> Lessons::conditions() const {
  std::vector<Asked> all;
  std::map<std::tuple<std::string_view, std::string_view, std::string_view>, size_t> known;
  for (const auto& [run, doc] : runs_) {
    const Value conditions = doc.view()["conditions"_k];
    const Value decisions = doc.view()["decisions"_k];
    for (const Value decision : decisions) {
      const Value of = conditions[static_cast<uint32_t>(decision["of"_k].as_u64())];
      const std::tuple key{of["at"_k].as_text(), of["text"_k].as_text(), of["basis"_k].as_text()};
      const auto [found, is_new] = known.try_emplace(key, all.size());
      if (is_new) {
        Asked& made = all.emplace_back();
        std::tie(made.at, made.text, made.basis) = key;
      }
      all[found->second].decisions.push_back(decision);
      all[found->second].runs.push_back(run);
    }
  }
  std::stable_sort(all.begin(), all.end(), [](const Asked& a, const Asked& b) {
    return std::tuple(place_of(a.at), std::string_view(a.text)) <
           std::tuple(place_of(b.at), std::string_view(b.text));
  });
  return all;
}

Learned Lessons::statistics(std::string_view workflow, int64_t reset_ns) const {
  Learned learned;
  learned.workflow = workflow;
  learned.reset_ns = reset_ns;
  learned.runs = runs_.size();
  for (const auto& [run, doc] : runs_) learned.dropped += doc.view()["dropped"_k].as_u64();
  Tally when_true, when_false;
  const std::vector<Asked> all = conditions();
  for (size_t i = 0; i < all.size(); ++i) {
    const bool is_same = i > 0 && all[i - 1].at == all[i].at && all[i - 1].text == all[i].text;
    if (!is_same) {
      learned.conditions.push_back({all[i].at, all[i].text, 0, 0, {}, {}});
      when_true = {};
      when_false = {};
    }
    ConditionLearned& made = learned.conditions.back();
    for (const Value decision : all[i].decisions) {
      const bool is_known = decision["value"_k].exists();
      ++(is_known ? made.count : made.errors);
      if (is_known) (decision["value"_k].as_bool() ? when_true : when_false).add(decision);
    }
    made.when_true = when_true.finish();
    made.when_false = when_false.finish();
  }
  return learned;
}

}  // namespace weft::travel
