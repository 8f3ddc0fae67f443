// What a run costs that rests: nothing but what finds it again.
#include <malloc.h>

#include <cstdio>
#include <thread>

#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

// Threads share commits, so that thousands of runs are there soon.
void start(Kernel& kernel, const Workflow& workflow, uint32_t runs) {
  constexpr uint32_t threads = 16;
  std::vector<std::thread> starting;
  for (uint32_t t = 0; t < threads; ++t) {
    starting.emplace_back([&] {
      for (uint32_t i = 0; i < runs / threads; ++i) (void)must(kernel.start(workflow, {}));
    });
  }
  for (std::thread& thread : starting) thread.join();
  while (kernel.turn()) continue;
}

// What is resident when all is done that a kernel does in an idle second: the store is tended and
// has forgotten what stands in its tables, and the allocator has given back what it kept for later,
// for neither is a cost of one run.
double settled_kb(Kernel& kernel) {
  const auto begin = Clock::now();
  while (ns_since(begin) < 1.2e9) (void)kernel.turn();
  (void)must(kernel.list({{}, {}, {}, 0, INT64_MAX, 1}));
  malloc_trim(0);
  return resident_kb();
}

double parked_bytes(const std::string& step) {
  return std::stod(said_by_child("--parked " + step));
}

std::vector<Figure> parked() {
  constexpr double id_bytes = 32;  // what names a run
  return {{"memory.parked_bytes timer", parked_bytes("timer"), "bytes", id_bytes, "the id of a run",
           64},
          {"memory.parked_bytes signal", parked_bytes("signal"), "bytes", id_bytes,
           "the id of a run", 64}};
}

constexpr Case cases[] = {{"memory.parked_bytes", parked}};

}  // namespace

// The first wave of runs pays for what is taken whatever their number.
int print_parked_memory(const std::string& step) {
  // Each thread that decided for a while would keep in a heap of its own what its turns took.
  mallopt(M_ARENA_MAX, 1);
  const std::string path = scratch_file("parked.db");
  {
    const auto kernel = must(Kernel::create(kernel_options("sqlite:" + path)));
    const std::string wait = step == "timer" ? R"("30d")" : R"({"signal": "go"})";
    const Workflow workflow =
        load(*kernel,
             R"({"id": "rest", "timeout": "1h", "steps": [{"id": "s0", "wait": )" + wait + "}]}");
    constexpr uint32_t first = 16'000, more = 32'000;
    start(*kernel, workflow, first);
    const double before = settled_kb(*kernel);
    start(*kernel, workflow, more);
    std::printf("%.1f\n", (settled_kb(*kernel) - before) * 1024 / more);
  }
  remove_store(path);
  return 0;
}

std::span<const Case> parked_cases() { return cases; }

}  // namespace bench
