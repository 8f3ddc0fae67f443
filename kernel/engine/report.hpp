// Report: what a host hears of a run that has ended.
#pragma once

#include "engine/ticket.hpp"
#include "run/run.hpp"

namespace weft::engine {

// with_detail adds what PATTERNS calls the result: every step with its status, output and times.
Report make_report(const run::Run& run, bool with_detail);

// The same words for a run that was read back from its journal.
base::Doc detail_of(const std::string& id, const state::State& state);

}  // namespace weft::engine
