// What is lost and what is repeated when processes are killed; a short loop of
// tests/crash/kill.cpp.
#include <cstdio>
#include <filesystem>
#include <string>

#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

struct Killed {
  double kills = 0, lost = -1, repeated = -1;
};

Killed kill() {
  const std::string program = std::string(WEFT_BINARY_DIR) + "/bin/crash_kill";
  if (!std::filesystem::exists(program)) stop("bin/crash_kill is not built");
  FILE* child = popen(("WEFT_KILLS=60 " + program).c_str(), "r");
  if (child == nullptr) stop("bin/crash_kill does not start");
  Killed killed;
  char line[256];
  while (std::fgets(line, sizeof line, child) != nullptr) {
    std::sscanf(line, "%*d runs, %lf kills", &killed.kills);
    std::sscanf(line, "crash.lost %lf", &killed.lost);
    std::sscanf(line, "crash.repeated %lf", &killed.repeated);
  }
  pclose(child);
  if (killed.lost < 0 || killed.repeated < 0) stop("bin/crash_kill did not say what was lost");
  return killed;
}

std::vector<Figure> lost() {
  const Killed k = kill();
  return {{"crash.lost", k.lost, "effects", k.kills, "kills", 0}};
}

std::vector<Figure> repeated() {
  const Killed k = kill();
  return {{"crash.repeated", k.repeated, "effects", k.kills, "kills", 0}};
}

constexpr Case cases[] = {{"crash.lost", lost}, {"crash.repeated", repeated}};

}  // namespace

std::span<const Case> crash_cases() { return cases; }

}  // namespace bench
