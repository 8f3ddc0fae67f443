// The verbs that look back at runs, and the words that they share.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "verbs.hpp"

namespace weft::cli {

std::vector<Verb> verbs_of_the_past();

// '1 step', '2 steps'.
std::string steps_text(uint64_t count);

// past.cpp
Exit checkpoints(const Arguments& arguments, const Console& console);
Exit diff(const Arguments& arguments, const Console& console);
Exit replay(const Arguments& arguments, const Console& console);
// report.cpp
Exit report(const Arguments& arguments, const Console& console);
// learned.cpp
Exit learned(const Arguments& arguments, const Console& console);
// fork.cpp
Exit fork_run(const Arguments& arguments, const Console& console);
// Where a fork is made: a number is a sequence, anything else a step.
void read_point(std::string_view at, ForkOptions& options);
// move.cpp
Exit migrate_run(const Arguments& arguments, const Console& console);
// transport.cpp
Exit export_run(const Arguments& arguments, const Console& console);
Exit import_run(const Arguments& arguments, const Console& console);
Exit verify(const Arguments& arguments, const Console& console);

}  // namespace weft::cli
