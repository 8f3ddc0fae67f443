// SimTrace: workflows that really ran, as definitions, and what becomes of them on virtual cores.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sim_plans.hpp"

namespace weft::tests {

// A step that was recorded. before: numbers of the steps that it had waited for.
struct Recorded {
  std::string id;
  int64_t ns = 0;
  std::vector<std::string> reads, writes;
  std::vector<uint32_t> before;
};

using TraceEdges = std::vector<std::pair<uint32_t, uint32_t>>;  // sorted, each once

// In an order in which nothing comes before what it waited for, else as recorded.
struct Trace {
  std::string name;
  std::vector<Recorded> steps;

  static Trace read(Value recorded);
  TraceEdges edges() const;
  // A chain of calls that say nothing of each other but which files they read and write.
  std::string definition() const;

  double work_ns() const;
  double critical_ns() const;
  // What no schedule on so many cores can beat: either is a bound of its own. The second looks at
  // every part of the trace: nothing of it begins before what leads to it, all of it must be done
  // on the cores, and what follows it comes after.
  double least_ns(uint32_t cores) const;
  double least_of_any_part_ns(uint32_t cores) const;
};

// What the plan of a trace makes of reads and writes.
TraceEdges edges_of(const plan::Plan& plan);
// How long a run takes by the clock of the simulation, or a text in broken when it does not end
// well.
int64_t play_ns(const std::shared_ptr<const plan::Plan>& plan, uint32_t cores, std::string& broken);

}  // namespace weft::tests
