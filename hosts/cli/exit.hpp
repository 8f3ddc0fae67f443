// Exit: how the program ends, as 'weft help' and README.md tell it.
#pragma once

#include <string_view>

#include <weft/kernel.hpp>

namespace weft::cli {

// Scripts depend on these numbers; they never change.
enum class Exit : int {
  ok = 0,
  failed = 1,        // the run failed
  usage = 2,         // the command line is wrong
  invalid = 3,       // the definition is wrong
  store = 5,         // the store could not be used, or holds no such run
  missing = 6,       // a plugin or component is missing
  differs = 7,       // an old text and a new definition do not do the same
  lossy = 8,         // something of an old text would be lost, and nobody allowed it
  partial = 10,      // completed, but steps under the strategy 'continue' failed
  waiting = 11,      // waits for a person
  cancelled = 12,    // asked to end, and did
  bug = 70,          // a bug of weft
  interrupted = 130  // left at once by a second interrupt
};

Exit exit_of(RunState state);

// Of an error that is no outcome of a run, by its code.
Exit exit_of(const Error& error);

}  // namespace weft::cli
