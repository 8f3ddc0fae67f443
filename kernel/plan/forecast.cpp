#include "plan/forecast.hpp"

#include <algorithm>
#include <queue>

namespace weft::plan {

using namespace lit;

namespace {

// What going through the nodes of a block comes to.
struct Passage {
  double time = 0;
  uint32_t width = 0;
  std::vector<uint32_t> way;  // nodes, each begun when the one before it ended
};

// The nodes of a block with what each takes.
class Schedule final {
 public:
  Schedule(const Block& block, const std::vector<Forecast>& parts)
      : parts_(parts), next_(parts.size()), open_(parts.size(), 0) {
    const auto count = static_cast<uint32_t>(parts_.size());
    const Value edges = block.compiled["edges"_k];
    for (uint32_t i = 1; !edges.exists() && i < count; ++i) add(i - 1, i);
    for (const Value edge : edges) {
      const uint64_t from = edge[0].as_u64(count), to = edge[1].as_u64(count);
      // What leads back belongs to a loop, which is gone through once.
      if (from < count && to < count && !edge[2].is_text()) add(from, to);
    }
  }

  // Steps are taken as they become ready, of several the first in the order of writing.
  Passage on(uint32_t cores, double Forecast::* part) const {
    struct Event {
      double at;
      uint32_t node;
      bool operator>(const Event& other) const {
        return at != other.at ? at > other.at : node > other.node;
      }
    };
    std::priority_queue<Event, std::vector<Event>, std::greater<>> running;
    std::queue<uint32_t> ready;
    std::vector<uint32_t> open = open_, before(parts_.size(), none);
    for (uint32_t n = 0; n < open.size(); ++n) {
      if (open[n] == 0) ready.push(n);
    }
    Passage made;
    size_t ended = 0;
    uint32_t last = none, width = 0;
    while (!ready.empty() || !running.empty()) {
      for (; !ready.empty() && running.size() < cores; ready.pop()) {
        running.push({made.time + parts_[ready.front()].*part, ready.front()});
        width += width_of(ready.front(), part);
      }
      made.width = std::max(made.width, width);
      made.time = running.top().at;
      last = running.top().node;
      std::vector<uint32_t> freed;
      for (; !running.empty() && running.top().at == made.time; running.pop()) {
        ++ended;
        width -= width_of(running.top().node, part);
        for (const uint32_t after : next_[running.top().node]) {
          if (--open[after] > 0) continue;
          freed.push_back(after);
          before[after] = running.top().node;
        }
      }
      std::sort(freed.begin(), freed.end());
      for (const uint32_t n : freed) ready.push(n);
    }
    if (ended != parts_.size()) return in_a_row(part);
    for (; last != none; last = before[last]) made.way.push_back(last);
    std::reverse(made.way.begin(), made.way.end());
    return made;
  }

 private:
  void add(uint64_t from, uint64_t to) {
    next_[from].push_back(static_cast<uint32_t>(to));
    ++open_[to];
  }

  // What takes no time stands beside nothing.
  uint32_t width_of(uint32_t node, double Forecast::* part) const {
    return parts_[node].*part > 0 ? parts_[node].width : 0;
  }

  // On a way that leads back nothing is ever free to begin, so there one comes after another.
  Passage in_a_row(double Forecast::* part) const {
    Passage made;
    for (uint32_t n = 0; n < parts_.size(); ++n) {
      made.time += parts_[n].*part;
      made.width = std::max(made.width, parts_[n].width);
      made.way.push_back(n);
    }
    return made;
  }

  const std::vector<Forecast>& parts_;
  std::vector<std::vector<uint32_t>> next_;
  std::vector<uint32_t> open_;
};

// What is called counts each time as it counts once; what calls itself, as one step there.
class Sum final {
 public:
  Sum(const Plan& plan, const Costs& costs)
      : plan_(plan), costs_(costs), called_(plan.definitions.size()) {}

  Forecast of_block(const Block& block) {
    std::vector<Forecast> parts(block.written());
    Forecast made;
    for (uint32_t i = 0; i < parts.size(); ++i) {
      const Node& node = plan_.node(block, i);
      if (node.call != none && node.kind == Kind::block) {
        parts[i] = of_call(node);
      } else if (node.kind == Kind::block) {
        parts[i] = of_block(plan_.blocks[node.block]);
      } else if (node.kind != Kind::expression && node.kind != Kind::record) {
        parts[i] = of_step(node);
      }
      made.work += parts[i].work;
    }
    const Schedule schedule(block, parts);
    const auto most = block.compiled["max_concurrency"_k].as_u64(costs_.cores);
    const auto cores = static_cast<uint32_t>(std::clamp<uint64_t>(most, 1, costs_.cores));
    const uint32_t times = costs_.at_once ? std::max(1U, costs_.at_once(block)) : 1;
    const Passage longest = schedule.on(UINT32_MAX, &Forecast::critical);
    const Passage passage = schedule.on(cores, &Forecast::elapsed);
    made.critical = longest.time / times;
    made.elapsed = passage.time / times;
    made.width = passage.width * times;
    for (const uint32_t n : longest.way) {
      made.way.insert(made.way.end(), parts[n].way.begin(), parts[n].way.end());
    }
    return made;
  }

 private:
  struct Seen {
    bool is_open = false, is_known = false;
    Forecast made;
  };

  Forecast of_step(const Node& node) const {
    const double cost = costs_.of_step(node) + costs_.overhead;
    return {cost, cost, cost, 1, {static_cast<uint32_t>(&node - plan_.nodes.data())}};
  }

  Forecast of_call(const Node& node) {
    const uint32_t number = plan_.calls[node.call].definition;
    if (number == 0 || called_[number].is_open) return of_step(node);
    if (called_[number].is_known) return called_[number].made;
    called_[number].is_open = true;
    Forecast made = of_block(plan_.blocks[node.block]);
    called_[number] = {false, true, made};
    return made;
  }

  const Plan& plan_;
  const Costs& costs_;
  std::vector<Seen> called_;  // by definition
};

}  // namespace

Forecast forecast(const Plan& plan, const Costs& costs) {
  return Sum(plan, costs).of_block(plan.blocks.front());
}

double mean_with(double mean, double latest, bool is_first) {
  return is_first ? latest : mean + weight_of_latest * (latest - mean);
}

}  // namespace weft::plan
