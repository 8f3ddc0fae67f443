// Host: what a process that may be killed does with a run: begins it, or goes on with it.
#pragma once

#include <string>
#include <string_view>

#include <weft/kernel.hpp>

namespace crash {

// Exit codes of a host; those of the program weft, as far as they matter.
enum Code : int { ended = 0, refused = 1, failed = 10, waits = 11, broken = 12, settled = 20 };

// A run by the name of its workflow, in a folder with the store.
struct Run {
  std::string folder;
  std::string workflow;
  std::string definition;  // JSON
  uint32_t starts = 0;     // so many runs of their own, which are over when it is
};

// With the kernel in this process.
int drive(const Run& run, weft::Unknown unknown);
// With the program weft, which this process becomes. When that has ended well, what it has started
// may have been left by one that was killed; 'settled' says that all is over.
int become(const std::string& weft, const Run& run, weft::Unknown unknown);
// Says to the witness which steps are in doubt.
int tell_doubts(const Run& run, const std::string& address);

}  // namespace crash
