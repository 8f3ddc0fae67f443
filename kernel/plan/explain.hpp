// A plan in words for people, and as a picture.
#pragma once

#include <string>

#include "plan/plan.hpp"

namespace weft::plan {

// Blocks, their nodes, and what orders them. A pattern whose compiled plan has edges [[from, to],
// …] and groups [[node, …], …] has these shown too. measured: {step: seconds}, of runs before, for
// the forecast; or missing.
std::string explain(const Plan& plan, Value measured = {});

// A Mermaid flowchart, top down; blocks are subgraphs.
std::string mermaid(const Plan& plan);

}  // namespace weft::plan
