// What it takes to go on with what a killed process left: one long run, and five hundred at once.
#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

// Steps with an effect, then one that is under way when the process ends and is made again.
std::string definition(uint32_t steps) {
  std::string text = sequence_of(steps, "once");
  text.resize(text.size() - 2);
  return text + R"(,{"id": "last", "tool": "hold", "timeout": "1h"}]})";
}

// The store of a process that was killed; its files are copied, for going on changes them.
class Left final {
 public:
  Left(uint32_t runs, uint32_t steps) : path_(scratch_file("left.db")) {
    std::istringstream said(said_by_child(
        "--leave '" + path_ + "' " + std::to_string(runs) + ' ' + std::to_string(steps), false));
    for (std::string id; said >> id;) ids_.push_back(id);
    if (ids_.size() != runs) stop("not all of the runs were left");
  }
  ~Left() { remove_store(path_); }
  Left(const Left&) = delete;
  Left& operator=(const Left&) = delete;

  const std::vector<std::string>& ids() const { return ids_; }

  // On the disk, or the first sync of who goes on would pay for the copy.
  std::string copy() const {
    const std::string to = scratch_file("again.db");
    for (const char* tail : {"", "-wal", "-owners"}) {
      std::filesystem::copy_file(path_ + tail, to + tail);
      const int fd = open((to + tail).c_str(), O_RDWR | O_CLOEXEC);
      if (fd < 0 || fsync(fd) != 0) stop("cannot sync a copy of a store");
      close(fd);
    }
    return to;
  }

 private:
  std::string path_;
  std::vector<std::string> ids_;
};

// From nothing to the end of the runs, of which one step is left; and the part of it in which
// plugins and store are opened.
struct Times {
  std::vector<double> whole, opening;
};

template <class GoOn>
Times again(const Left& left, int rounds, GoOn go_on) {
  Times times;
  for (int i = 0; i < rounds; ++i) {
    const std::string path = left.copy();
    const auto start = Clock::now();
    const auto kernel = must(Kernel::create(kernel_options("sqlite:" + path)));
    times.opening.push_back(ns_since(start) / 1e6);
    go_on(*kernel);
    times.whole.push_back(ns_since(start) / 1e6);
  }
  remove_store(scratch_file("again.db"));
  return times;
}

void need_completed(const Outcome& outcome) {
  if (outcome.state != RunState::completed) stop("run '" + outcome.run + "' did not complete");
}

std::vector<Figure> run() {
  const Left left(1, 1000);
  const Times times = again(left, 11, [&](Kernel& kernel) {
    need_completed(must(kernel.resume(left.ids()[0], Unknown::keep_waiting, {})));
  });
  return {{"recover.run_ms", median(times.whole), "ms", median(times.opening),
           "opening plugins and store", 10}};
}

std::vector<Figure> many() {
  const Left left(500, 20);
  const Times times = again(left, 9, [&](Kernel& kernel) {
    const auto adopted = must(kernel.adopt());
    if (adopted.size() != left.ids().size()) stop("not all of the runs were adopted");
    for (const std::string& id : left.ids()) need_completed(must(kernel.wait(id)));
  });
  return {{"recover.500_runs_ms", median(times.whole), "ms", median(times.opening),
           "opening plugins and store", 50}};
}

constexpr Case cases[] = {{"recover.run_ms", run}, {"recover.500_runs_ms", many}};

}  // namespace

void leave_runs(const std::string& path, uint32_t runs, uint32_t steps) {
  setenv("WEFT_BENCH_HOLD", "1", 1);
  const auto kernel = must(Kernel::create(kernel_options("sqlite:" + path)));
  const Workflow workflow = load(*kernel, definition(steps));
  for (uint32_t i = 0; i < runs; ++i) {
    std::printf("%s\n", must(kernel->start(workflow, {})).c_str());
  }
  while (kernel->turn()) continue;
  std::fflush(stdout);
  std::raise(SIGKILL);
  std::abort();
}

std::span<const Case> recovery_cases() { return cases; }

}  // namespace bench
