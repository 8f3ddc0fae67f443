// What can be on its way in a net, searched to its end when the net is made, so that nothing is
// left to guess when it runs: a general join is ripe where no way leads to an arrival at one of its
// edges that has none.
//
// On that way other general joins may go on with whatever they have. So two of them can wait for
// each other; a net in which that can happen is refused.
#include <algorithm>
#include <unordered_map>

#include "net.hpp"

namespace dag {
namespace {

constexpr size_t states_max = 4'000;
constexpr uint16_t arrivals_max = 3;  // at one edge
constexpr size_t conditions_max = 6;  // behind one step
constexpr uint32_t general_max = 16, edges_max = 64;

struct Marking {
  Arrivals arrivals;
  std::vector<bool> active;
};

// A way on: a step ends, or a general join goes on. Which general joins began on it, as bits.
struct Way {
  uint32_t to = 0;
  uint32_t joins = 0;
  uint32_t goes_on = none;  // the general join that it is
};

struct State {
  Marking marking;
  std::vector<Way> ways;
  std::vector<uint64_t>
      fills;  // by general join: its edges that can have an arrival before it runs
};

class Search final {
 public:
  explicit Search(Net& net) : net_(net) {
    for (uint32_t n = 0; n < net.nodes(); ++n) {
      if (net.use[n] == Use::general) joins_.push_back(n);
    }
  }

  std::string run();

 private:
  std::string check_size() const;
  uint32_t settle(Marking& marking) const;
  void add(Marking marking, uint32_t number, uint32_t goes_on);
  uint32_t state_of(Marking marking);
  void expand(uint32_t number);
  void end_step(uint32_t number, uint32_t node);
  void fill();
  uint64_t reached(const Marking& marking, size_t join) const;
  bool is_ripe(const State& state, size_t join) const;
  std::string follow(uint32_t begin);
  std::string knot(const State& state) const;

  Net& net_;
  std::vector<uint32_t> joins_;
  std::vector<State> states_;
  std::unordered_map<std::string, uint32_t> known_;
  std::vector<bool> seen_;
  std::string problem_;
};

// What runs as soon as it can, so that a state is what waits for steps to end.
uint32_t Search::settle(Marking& marking) const {
  uint32_t began = 0;
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (marking.active[n] || !use_arrivals(net_, n, marking.arrivals)) continue;
    marking.active[n] = true;
    const auto join = std::find(joins_.begin(), joins_.end(), n);
    if (join != joins_.end()) began |= 1U << (join - joins_.begin());
  }
  return began;
}

uint32_t Search::state_of(Marking marking) {
  std::string key;
  for (const uint16_t n : marking.arrivals) key += static_cast<char>(n);
  for (const bool is_active : marking.active) key += is_active ? '\1' : '\0';
  const auto [at, is_new] = known_.try_emplace(std::move(key), 0);
  if (!is_new) return at->second;
  at->second = static_cast<uint32_t>(states_.size());
  states_.push_back({std::move(marking), {}, {}});
  return at->second;
}

void Search::add(Marking marking, uint32_t number, uint32_t goes_on) {
  uint32_t joins = settle(marking);
  for (size_t i = 0; i < marking.arrivals.size(); ++i) {
    if (marking.arrivals[i] <= arrivals_max || !problem_.empty()) continue;
    problem_ = "arrivals pile up without end between '" + net_.name[net_.links[i].from] +
               "' and '" + net_.name[net_.links[i].to] + "'";
  }
  if (!problem_.empty()) return;
  const auto join = std::find(joins_.begin(), joins_.end(), goes_on);
  if (join != joins_.end()) joins |= 1U << (join - joins_.begin());
  const uint32_t to = state_of(std::move(marking));
  states_[number].ways.push_back({to, joins, goes_on});
}

// It ends with any of its conditions true, or nothing goes on from it: it is skipped, or it fails
// and the block goes on.
void Search::end_step(uint32_t number, uint32_t node) {
  std::vector<uint32_t> asked;
  Marking ended = states_[number].marking;
  ended.active[node] = false;
  Marking gone = ended;
  for (const uint32_t i : net_.out[node]) {
    if (net_.links[i].is_rest) continue;
    if (net_.links[i].condition == none) {
      ++ended.arrivals[i];
    } else {
      asked.push_back(i);
    }
  }
  add(std::move(gone), number, none);
  for (uint32_t mask = 0; mask < 1U << asked.size(); ++mask) {
    Marking one = ended;
    for (size_t i = 0; i < asked.size(); ++i) {
      if ((mask >> i & 1U) != 0) ++one.arrivals[asked[i]];
    }
    for (const uint32_t i : net_.out[node]) {
      if (mask == 0 && net_.links[i].is_rest) ++one.arrivals[i];
    }
    add(std::move(one), number, none);
  }
}

void Search::expand(uint32_t number) {
  for (uint32_t n = 0; n < net_.nodes() && problem_.empty(); ++n) {
    if (states_[number].marking.active[n]) end_step(number, n);
  }
  for (const uint32_t join : joins_) {
    const Marking& now = states_[number].marking;
    if (now.active[join] || !is_reached(net_, join, now.arrivals)) continue;
    Marking next = now;
    use_reached(net_, join, next.arrivals);
    next.active[join] = true;
    add(std::move(next), number, join);
  }
}

// The edges of a join that have an arrival, as bits.
uint64_t Search::reached(const Marking& marking, size_t join) const {
  uint64_t bits = 0, bit = 1;
  for (const uint32_t i : net_.in[joins_[join]]) {
    if (net_.links[i].leads_back) continue;
    if (marking.arrivals[i] > 0) bits |= bit;
    bit <<= 1U;
  }
  return bits;
}

// Backwards until nothing changes.
void Search::fill() {
  for (State& state : states_) {
    state.fills.resize(joins_.size());
    for (size_t j = 0; j < joins_.size(); ++j) state.fills[j] = reached(state.marking, j);
  }
  for (bool changes = true; changes;) {
    changes = false;
    for (size_t s = states_.size(); s-- > 0;) {
      for (const Way& way : states_[s].ways) {
        for (size_t j = 0; j < joins_.size(); ++j) {
          if ((way.joins >> j & 1U) != 0) continue;
          const uint64_t more = states_[way.to].fills[j] & ~states_[s].fills[j];
          states_[s].fills[j] |= more;
          changes = changes || more != 0;
        }
      }
    }
  }
}

bool Search::is_ripe(const State& state, size_t join) const {
  const uint64_t now = reached(state.marking, join);
  return now != 0 && !state.marking.active[joins_[join]] && state.fills[join] == now;
}

std::string Search::knot(const State& state) const {
  std::string names;
  for (size_t j = 0; j < joins_.size(); ++j) {
    if (reached(state.marking, j) == 0) continue;
    names += (names.empty() ? "'" : " and '") + net_.name[joins_[j]] + "'";
  }
  return names + " can wait for each other";
}

// What really happens: the first general join that is ripe goes on, else a step ends.
std::string Search::follow(uint32_t begin) {
  std::vector<uint32_t> open{begin};
  while (!open.empty()) {
    const uint32_t number = open.back();
    open.pop_back();
    if (seen_[number]) continue;
    seen_[number] = true;
    const State& state = states_[number];
    uint32_t ripe = none;
    bool is_reached_any = false;
    for (size_t j = joins_.size(); j-- > 0;) {
      is_reached_any = is_reached_any || reached(state.marking, j) != 0;
      if (!is_ripe(state, j)) continue;
      ripe = joins_[j];
      net_.ripe.push_back(ripe_key(ripe, state.marking.arrivals, state.marking.active));
    }
    bool has_way = false;
    for (const Way& way : state.ways) {
      if (way.goes_on != ripe) continue;
      has_way = true;
      open.push_back(way.to);
    }
    if (!has_way && is_reached_any) return knot(state);
  }
  return {};
}

std::string Search::check_size() const {
  if (joins_.size() > general_max) {
    return "it has more than " + std::to_string(general_max) + " general joins";
  }
  for (const uint32_t join : joins_) {
    if (net_.in[join].size() <= edges_max) continue;
    return "more than " + std::to_string(edges_max) + " edges lead to '" + net_.name[join] + "'";
  }
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    const auto asked = std::count_if(net_.out[n].begin(), net_.out[n].end(),
                                     [&](uint32_t i) { return net_.links[i].condition != none; });
    if (static_cast<size_t>(asked) <= conditions_max) continue;
    return "more than " + std::to_string(conditions_max) + " conditions are asked behind '" +
           net_.name[n] + "'";
  }
  return {};
}

// A run begins with what nothing leads to, or at any one step.
std::string Search::run() {
  problem_ = check_size();
  Marking empty{Arrivals(net_.links.size(), 0), std::vector<bool>(net_.nodes(), false)};
  std::vector<uint32_t> begins;
  Marking all = empty;
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (net_.begins(n)) all.active[n] = true;
  }
  begins.push_back(state_of(std::move(all)));
  for (uint32_t n = 0; n < net_.nodes(); ++n) {
    if (!net_.is_step[n]) continue;
    Marking one = empty;
    one.active[n] = true;
    begins.push_back(state_of(std::move(one)));
  }
  for (uint32_t i = 0; i < states_.size() && problem_.empty(); ++i) {
    expand(i);
    if (states_.size() <= states_max) continue;
    problem_ = "more than " + std::to_string(states_max) + " states would have to be searched";
  }
  if (!problem_.empty()) return problem_;
  fill();
  seen_.assign(states_.size(), false);
  for (const uint32_t begin : begins) {
    if (auto why = follow(begin); !why.empty()) return why;
  }
  std::sort(net_.ripe.begin(), net_.ripe.end());
  net_.ripe.erase(std::unique(net_.ripe.begin(), net_.ripe.end()), net_.ripe.end());
  return {};
}

}  // namespace

std::string explore(Net& net) { return Search(net).run(); }

}  // namespace dag
