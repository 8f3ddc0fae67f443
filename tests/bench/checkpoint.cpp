// From what a step answered to its being durable, against the disk's own worst cases.
#include "bare_commits.hpp"
#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

// Notes when the engine publishes, which is right behind a commit.
struct Noted {
  Clock::time_point last{};
  std::vector<double> between;

  static void consume(void* self, const weft_event* const*, uint32_t, uint64_t) noexcept {
    auto& noted = *static_cast<Noted*>(self);
    const auto now = Clock::now();
    noted.between.push_back(std::chrono::duration<double, std::nano>(now - noted.last).count());
    noted.last = now;
  }
  static weft_status flush(void*, const weft_call*, weft_out*) noexcept { return WEFT_OK; }
};

// The steps take no time and are done away from the decider, which therefore tends the store
// between them when that is due; its pauses count.
std::vector<Figure> p99() {
  const std::string path = scratch_file("checkpoint.db");
  Noted noted;
  const weft_sink sink{sizeof sink, 0, ~uint64_t{0}, Noted::consume, Noted::flush};
  KernelOptions options = kernel_options("sqlite:" + path);
  options.observer = &sink;
  options.observer_self = &noted;
  std::vector<double> commits;
  {
    const auto kernel = must(Kernel::create(std::move(options)));
    constexpr int n = 100;
    const Workflow workflow = load(*kernel, sequence_of(n, "away"));
    BareCommits bare;
    for (int round = 0; round < 20; ++round) {
      for (int i = 0; i < n; ++i) commits.push_back(bare.one_ns());
      noted.last = Clock::now();
      (void)must(kernel->run(workflow, {}));
    }
  }
  remove_store(path);
  const double disk = quantile(commits, 0.99) / 1e6;
  return {{"checkpoint.p99_ms", quantile(noted.between, 0.99) / 1e6, "ms", disk,
           "a bare commit, p99", disk + 1}};
}

constexpr Case cases[] = {{"checkpoint.p99_ms", p99}};

}  // namespace

std::span<const Case> checkpoint_cases() { return cases; }

}  // namespace bench
