#include "sim_trace.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim_world.hpp"

namespace weft::tests {

using namespace weft::lit;

namespace {

// How long it takes at least until each step begins, and from its end to the end of all.
struct Ways {
  std::vector<double> head, tail;

  explicit Ways(const std::vector<Recorded>& steps) : head(steps.size(), 0), tail(steps.size(), 0) {
    for (size_t i = 0; i < steps.size(); ++i) {
      for (const uint32_t b : steps[i].before) {
        head[i] = std::max(head[i], head[b] + static_cast<double>(steps[b].ns));
      }
    }
    for (size_t i = steps.size(); i > 0; --i) {
      for (const uint32_t b : steps[i - 1].before) {
        tail[b] = std::max(tail[b], tail[i - 1] + static_cast<double>(steps[i - 1].ns));
      }
    }
  }
};

std::string list_of(const std::vector<std::string>& names) {
  std::string text = "[";
  for (const std::string& name : names) {
    text += (text.size() > 1 ? ",\"" : "\"") + name + "\"";
  }
  return text + "]";
}

std::vector<std::string> texts(Value list) {
  std::vector<std::string> found;
  for (const Value one : list) found.emplace_back(one.as_text());
  return found;
}

}  // namespace

Trace Trace::read(Value recorded) {
  const Value all = recorded["tasks"_k];
  std::map<std::string_view, uint32_t> numbers;
  for (uint32_t i = 0; i < all.size(); ++i) numbers[all[i]["id"_k].as_text()] = i;
  std::vector<std::vector<uint32_t>> after(all.size());
  std::vector<uint32_t> open(all.size(), 0);
  for (uint32_t i = 0; i < all.size(); ++i) {
    for (const Value parent : all[i]["parents"_k]) {
      after[numbers.at(parent.as_text())].push_back(i);
      ++open[i];
    }
  }
  std::vector<uint32_t> order, place(all.size(), 0);
  std::vector<uint32_t> ready;  // a heap: the first in the order of the file comes first
  for (uint32_t i = 0; i < all.size(); ++i) {
    if (open[i] == 0) ready.push_back(i);
  }
  std::make_heap(ready.begin(), ready.end(), std::greater<>());
  while (!ready.empty()) {
    std::pop_heap(ready.begin(), ready.end(), std::greater<>());
    const uint32_t i = ready.back();
    ready.pop_back();
    place[i] = static_cast<uint32_t>(order.size());
    order.push_back(i);
    for (const uint32_t next : after[i]) {
      if (--open[next] != 0) continue;
      ready.push_back(next);
      std::push_heap(ready.begin(), ready.end(), std::greater<>());
    }
  }
  Trace trace;
  trace.name = recorded["name"_k].as_text();
  for (const uint32_t i : order) {
    Recorded& step = trace.steps.emplace_back();
    step.id = all[i]["id"_k].as_text();
    step.ns = std::llround(all[i]["runtime_s"_k].as_f64() * 1e9);
    step.reads = texts(all[i]["reads"_k]);
    step.writes = texts(all[i]["writes"_k]);
    for (const Value parent : all[i]["parents"_k]) {
      step.before.push_back(place[numbers.at(parent.as_text())]);
    }
  }
  return trace;
}

TraceEdges Trace::edges() const {
  TraceEdges edges;
  for (uint32_t i = 0; i < steps.size(); ++i) {
    for (const uint32_t b : steps[i].before) edges.emplace_back(b, i);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

std::string Trace::definition() const {
  std::string text = R"({"id":"trace","type":"chain","timeout":"none",
    "resources":{"run":1000000,"tool:slow":1000000},"steps":[)";
  for (size_t i = 0; i < steps.size(); ++i) {
    const Recorded& step = steps[i];
    text += i > 0 ? ",\n" : "";
    text += R"({"id":")" + step.id + R"(","tool":"slow","timeout":"none","reads":)" +
            list_of(step.reads) + R"(,"writes":)" + list_of(step.writes);
    text += R"(,"parameters":{"name":")" + step.id + R"(","do":"later","ns":)" +
            std::to_string(step.ns) + "}}";
  }
  return text + "]}";
}

double Trace::work_ns() const {
  return std::accumulate(steps.begin(), steps.end(), 0.0, [](double sum, const Recorded& step) {
    return sum + static_cast<double>(step.ns);
  });
}

double Trace::critical_ns() const {
  const Ways ways(steps);
  double longest = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    longest = std::max(longest, ways.head[i] + static_cast<double>(steps[i].ns));
  }
  return longest;
}

double Trace::least_ns(uint32_t cores) const { return std::max(critical_ns(), work_ns() / cores); }

double Trace::least_of_any_part_ns(uint32_t cores) const {
  const Ways ways(steps);
  std::vector<uint32_t> by_tail(steps.size());
  std::iota(by_tail.begin(), by_tail.end(), 0U);
  std::sort(by_tail.begin(), by_tail.end(),
            [&](uint32_t a, uint32_t b) { return ways.tail[a] > ways.tail[b]; });
  std::vector<double> heads = ways.head;
  std::sort(heads.begin(), heads.end());
  heads.erase(std::unique(heads.begin(), heads.end()), heads.end());
  double least = least_ns(cores);
  for (const double head : heads) {
    double work = 0;
    std::vector<double> longest_first;  // of a small part, where whole steps count, not their sum
    const bool is_small = steps.size() <= 128;
    for (const uint32_t i : by_tail) {
      if (ways.head[i] < head) continue;
      const auto ns = static_cast<double>(steps[i].ns);
      work += ns;
      least = std::max(least, head + work / cores + ways.tail[i]);
      if (!is_small) continue;
      longest_first.insert(
          std::upper_bound(longest_first.begin(), longest_first.end(), ns, std::greater<>()), ns);
      // Of k * cores + 1 steps one core must do k + 1, and those are no shorter than the last ones.
      for (size_t k = 1; k * cores < longest_first.size(); ++k) {
        double sum = 0;
        for (size_t n = 0; n <= k; ++n) sum += longest_first[k * cores - n];
        least = std::max(least, head + sum + ways.tail[i]);
      }
    }
  }
  return least;
}

TraceEdges edges_of(const plan::Plan& plan) {
  TraceEdges edges;
  for (const Value edge : plan.blocks.front().compiled["edges"_k]) {
    edges.emplace_back(edge[0].as_u64(), edge[1].as_u64());
  }
  std::sort(edges.begin(), edges.end());
  return edges;
}

int64_t play_ns(const std::shared_ptr<const plan::Plan>& plan, uint32_t cores,
                std::string& broken) {
  SimWorld world({.has_sink = false});
  world.env.cores = cores;
  const int64_t began = world.env.now();
  const auto ticket = world.submit(plan);
  world.settle();
  if (!ticket->is_done || ticket->report.status != state::RunStatus::completed) {
    broken = ticket->is_done ? tell(ticket->report).substr(0, 200) : "the run did not end";
  }
  return world.env.now() - began;
}

}  // namespace weft::tests
