#include "world.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/json.hpp"

namespace bench {

using namespace weft;
using namespace weft::lit;

void stop(const std::string& message) {
  std::fprintf(stderr, "weft_bench: %s\n", message.c_str());
  std::exit(2);
}

World::World(const std::string& store_url, std::vector<engine::Listener> hooks) {
  plugin::Options options;
  options.paths = {WEFT_PLUGINS, WEFT_BENCH_PLUGINS};
  options.port = &port;
  registry = std::make_unique<plugin::Registry>(options);
  registry->scan();
  store = std::make_unique<journal::Store>(must(registry->store(store_url)));
  engine = std::make_unique<engine::Engine>(
      engine::Parts{host_env.env(), store.get(), std::move(hooks), {}});
  engine::Engine::connect(*engine, port);
  must(store->own());
}

World::~World() {
  engine.reset();
  port = {};
}

std::shared_ptr<const engine::Bindings> World::load(const std::string& json) {
  const auto blocks = std::make_shared<base::Blocks>();
  plan::Source source(must(base::parse_json(json, blocks->arena())), blocks);
  source.file = "bench.json";
  plan::Built built = plan::build(std::move(source), registry->catalog());
  if (built.plan == nullptr) stop(built.problems.front().message);
  return bind(built.plan);
}

std::shared_ptr<const engine::Bindings> World::bind(std::shared_ptr<const plan::Plan> plan) {
  auto bindings = std::make_shared<engine::Bindings>();
  for (const plan::Component& c : plan->tools) {
    bindings->tools.push_back(must(registry->tool(c.component)));
  }
  bindings->plan = std::move(plan);
  return bindings;
}

std::shared_ptr<engine::Ticket> World::submit(
    const std::shared_ptr<const engine::Bindings>& bindings, Value input) {
  auto ticket = std::make_shared<engine::Ticket>();
  ticket->run = "run-" + std::to_string(++runs);
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("id"_k, std::string_view(ticket->run));
  b.set("input"_k, input.exists() ? input : null_value());
  b.set("seed"_k, uint64_t{1});
  b.end_object();
  auto submission = std::make_unique<engine::Submission>();
  submission->acceptance = base::pack(b.take_value());
  submission->bindings = bindings;
  submission->ticket = ticket;
  engine->submit(std::move(submission));
  return ticket;
}

void World::wait(engine::Ticket& ticket) {
  engine->drive(ticket, INT64_MAX);
  if (ticket.report.status != state::RunStatus::completed) {
    stop("a run ended as " + std::string(state::to_text(ticket.report.status)) + ": " +
         ticket.report.error.message + base::json_text(ticket.report.outcome.view()));
  }
}

std::string sequence_of(uint32_t n, const std::string& tool) {
  std::string text = R"({"id": "bench", "timeout": "1h", "steps": [)";
  for (uint32_t i = 0; i < n; ++i) {
    if (i != 0) text += ",";
    text.append(R"({"id": "s)").append(std::to_string(i));
    text.append(R"(", "tool": ")").append(tool).append("\"}");
  }
  return text.append("]}");
}

KernelOptions kernel_options(const std::string& store_url) {
  KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS, WEFT_BENCH_PLUGINS};
  options.store = store_url;
  return options;
}

Workflow load(Kernel& kernel, const std::string& json) {
  Loaded loaded = kernel.load(json, "bench.json");
  if (loaded.workflow.empty()) stop(loaded.problems.front().message);
  return loaded.workflow.front();
}

std::string said_by_child(const std::string& words, bool ends_well) {
  char path[4096] = {};
  if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) stop("cannot find this program");
  FILE* child = popen(("exec '" + std::string(path) + "' " + words).c_str(), "r");
  if (child == nullptr) stop("cannot start this program again");
  std::string said;
  char part[4096];
  for (size_t n = 0; (n = std::fread(part, 1, sizeof part, child)) > 0;) said.append(part, n);
  const int status = pclose(child);
  const bool is_well = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  const bool is_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  if (ends_well ? !is_well : !is_killed)
    stop("'weft_bench " + words + "' did not end as it should");
  return said;
}

double resident_kb() {
  std::ifstream status("/proc/self/status");
  double kb = 0;
  for (std::string line; std::getline(status, line);) {
    if (std::sscanf(line.c_str(), "VmRSS: %lf", &kb) == 1) return kb;
  }
  stop("/proc does not say what this process takes");
}

void remove_store(const std::string& path) {
  for (const char* tail : {"", "-wal", "-shm", "-owners"}) std::filesystem::remove(path + tail);
}

std::string scratch_file(const std::string& name) {
  const std::string folder = std::string(WEFT_BINARY_DIR) + "/bench-scratch";
  std::filesystem::create_directories(folder);
  const std::string path = folder + "/" + name;
  remove_store(path);
  return path;
}

}  // namespace bench
