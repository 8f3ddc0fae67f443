// The command line from a cold start, and an idle host.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

// From its start to the end of the child, its output thrown away.
double run_ns(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  for (const int fd : {0, 1, 2}) {
    posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
  }
  // Not fork: it would copy the page tables of this process, which has grown by then.
  const auto start = Clock::now();
  pid_t child = 0;
  if (posix_spawn(&child, argv[0], &actions, nullptr, argv.data(), environ) != 0) {
    stop("cannot start " + words[0]);
  }
  int status = 0;
  waitpid(child, &status, 0);
  const double ns = ns_since(start);
  posix_spawn_file_actions_destroy(&actions);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    stop(words[0] + " ended with status " + std::to_string(status));
  }
  return ns;
}

double median_of(const std::vector<std::string>& words, int rounds) {
  std::vector<double> samples;
  for (int i = 0; i < rounds; ++i) samples.push_back(run_ns(words));
  return median(std::move(samples));
}

double sync_ns() {
  const std::string path = scratch_file("sync");
  const int fd = open(path.c_str(), O_CREAT | O_RDWR, 0600);
  std::vector<double> samples;
  for (int i = 0; i < 60; ++i) {
    const char block[4096] = {};
    if (pwrite(fd, block, sizeof block, i * 4096) < 0) stop("cannot write to the scratch folder");
    const auto start = Clock::now();
    fdatasync(fd);
    samples.push_back(ns_since(start));
  }
  close(fd);
  std::filesystem::remove(path);
  return median(std::move(samples));
}

std::vector<Figure> cold_hello() {
  const std::string weft = std::string(WEFT_BINARY_DIR) + "/bin/weft";
  const std::string hello = std::string(WEFT_SOURCE_DIR) + "/sdk/examples/01-hello/workflow.yaml";
  if (!std::filesystem::exists(weft)) stop("bin/weft is not built");
  const double nothing = median_of({"/bin/true"}, 41) / 1e6;
  const double memory = median_of({weft, "run", hello, "--store", "memory:"}, 41) / 1e6;
  const std::string path = scratch_file("hello.db");
  const std::vector<std::string> durable{weft, "run", hello, "--store", "sqlite:" + path};
  run_ns(durable);
  const double sync = sync_ns() / 1e6;
  const double sqlite = median_of(durable, 41) / 1e6;
  remove_store(path);
  return {{"cli.cold_hello_ms memory", memory, "ms", nothing, "starting /bin/true", 8},
          {"cli.cold_hello_ms sqlite", sqlite, "ms", sync, "an fdatasync", 10 + 6 * sync}};
}

std::vector<Figure> idle() {
  const double mb = std::stod(said_by_child("--idle"));
  return {{"memory.idle_mb", mb, "MB", 10, "the bar", 10}};
}

constexpr Case cases[] = {{"cli.cold_hello_ms", cold_hello}, {"memory.idle_mb", idle}};

}  // namespace

int print_idle_memory() {
  weft::KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS};
  options.store = "sqlite:" + scratch_file("idle.db");
  auto kernel = must(weft::Kernel::create(std::move(options)));
  std::printf("%.3f\n", resident_kb() / 1024);
  return 0;
}

std::span<const Case> host_cases() { return cases; }

}  // namespace bench
