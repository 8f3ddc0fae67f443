// How a run ended, told to people or to programs.
#pragma once

#include <functional>

#include "session.hpp"

namespace weft::cli {

struct Ending {
  bool as_json = false;
  bool is_quiet = false;
};

// Starts or resumes a run and waits for it. told is called with the id as soon as there is one.
using Told = std::function<void(const std::string& run)>;
using Go = std::function<Result<Outcome>(const Told& told)>;

// Runs until the end, a first interrupt asks it to end, a second leaves; then prints the outcome.
Exit conduct(Session& session, const Go& go, const Ending& ending);

// Runs that this one has started and not waited for, and those that they have, go on until they end
// or rest; of all runs when none is named. Only those that were accepted since that time of the
// wall.
void finish_started(Session& session, std::string_view run, int64_t began);

// A value as a result: texts as they are, others as indented JSON; ends with a line end.
std::string result_text(Value value);

// The recorded failure of a run or step.
Error error_of(Value failure);

}  // namespace weft::cli
