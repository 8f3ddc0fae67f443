// What a step costs in memory, alone and a million at a time.
#include <cstring>

#include "bench.hpp"
#include "engine/publish.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;
using namespace weft::lit;
using Bindings = std::shared_ptr<const engine::Bindings>;

double run_ns(World& world, const Bindings& bindings) {
  const auto start = Clock::now();
  const auto ticket = world.submit(bindings);
  world.wait(*ticket);
  return ns_since(start);
}

double median_run_ns(World& world, const Bindings& bindings, int rounds) {
  std::vector<double> samples;
  for (int i = 0; i < rounds; ++i) samples.push_back(run_ns(world, bindings));
  return median(std::move(samples));
}

double bare_call_ns(World& world) {
  const auto tool = must(world.registry->tool(must(world.registry->find("tool", "noop"))));
  plugin::CallArena arena;
  weft_error error{};
  error.size = sizeof error;
  uint32_t cancel = 0;
  const weft_call call{sizeof call,  1,           0, {nullptr, 0}, arena.raw(), &cancel, 0,
                       {nullptr, 0}, {nullptr, 0}};
  weft_out out{sizeof out, 0, {nullptr, 0}, &error};
  return ns_per_call(101, 10'000, [&] { tool.table->start(tool.self, &call, &out); });
}

std::vector<Figure> step() {
  World world("memory:");
  constexpr uint32_t n = 10'000;
  const Bindings bindings = world.load(sequence_of(n, "noop"));
  const double ns = median_run_ns(world, bindings, 41) / n;
  return {{"run.step_ns", ns, "ns", bare_call_ns(world), "the bare call of the tool", 250}};
}

weft_status say_nothing(void*, uint32_t, const weft_call*, weft_val, weft_out*) noexcept {
  return WEFT_OK;
}

// What one more hook before each call costs that does not block and says nothing, and what the
// first one costs, for which each step is queued and the subject is made.
std::vector<Figure> hooks() {
  constexpr uint32_t n = 10'000, more = 8;
  const weft_hook table{sizeof table, 0, uint64_t{1} << WEFT_AT_BEFORE_TOOL_EXECUTION, say_nothing};
  const auto step_ns = [&](uint32_t count, double* call_ns) {
    engine::Listener listener;
    listener.bound.table = &table;
    World world("memory:", std::vector<engine::Listener>(count, listener));
    const Bindings bindings = world.load(sequence_of(n, "noop"));
    *call_ns = bare_call_ns(world);
    return median_run_ns(world, bindings, 41) / n;
  };
  double call = 0;
  const double none = step_ns(0, &call);
  const double one = step_ns(1, &call);
  const double many = step_ns(1 + more, &call);
  return {{"hook.inline_ns", (many - one) / more, "ns", call, "the bare call of a tool", 200},
          {"hook.first_ns", one - none, "ns", call, "the bare call of a tool", 500}};
}

std::vector<Figure> small() {
  World world("memory:");
  const Bindings bindings = world.load(sequence_of(10, "noop"));
  (void)median_run_ns(world, bindings, 200);
  const double us = median_run_ns(world, bindings, 2001) / 1e3;
  const double call = bare_call_ns(world) / 1e3;
  return {{"run.small_us", us, "us", call, "the bare call of the tool", 10}};
}

// A plan of the pattern dag with a node for each list of predecessors; definitions end at 64 MB, so
// it is made without one.
Bindings million(World& world, uint32_t n, void (*before)(uint32_t node, Builder& out)) {
  auto plan = std::make_shared<plan::Plan>();
  plan->id = "million";
  plan->timeout_ns = 0;
  const uint32_t tool = must(world.registry->find("tool", "noop"));
  const uint32_t dag = must(world.registry->find("pattern", "dag"));
  plan->tools.push_back({"noop", "1.0.0", tool, nullptr});
  plan->patterns.push_back({"dag", "1.0.0", dag, nullptr});
  const auto bound = must(world.registry->pattern(dag));
  plan->bound.push_back({bound.table, bound.self});
  plan->policies.emplace_back();
  plan::Node node;
  node.effect = spec::Effect::pure;
  node.tool = 0;
  plan->nodes.assign(n, node);
  plan::Block block;
  block.form = "dag";
  block.pattern = 0;
  block.count = n;

  base::Blocks words;
  Builder out(words.arena());
  out.begin_object();
  out.key("steps"_k);
  out.begin_array();
  for (uint32_t i = 0; i < n; ++i) {
    out.begin_object();
    out.set("node"_k, i);
    out.key("depends_on"_k);
    out.begin_array();
    before(i, out);
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.end_object();
  const Value described = out.take_value();
  weft_val made{nullptr, 0};
  weft_error error{};
  error.size = sizeof error;
  if (bound.table->compile(bound.self, described.raw(), plan->made.raw(), &made, &error) !=
      WEFT_OK) {
    stop("dag did not compile a million steps");
  }
  block.compiled = Value(made)["plan"_k];
  plan->blocks.push_back(block);
  return world.bind(plan);
}

constexpr uint32_t wave = 1000;  // width of the wavefront

std::vector<Figure> dag() {
  World world("memory:");
  constexpr uint32_t n = 1'000'000;
  struct Shape {
    const char* name;
    void (*before)(uint32_t node, Builder& out);
  };
  const Shape shapes[] = {
      {"run.dag_1e6_s chain",
       [](uint32_t i, Builder& out) {
         if (i > 0) out.natural(i - 1);
       }},
      {"run.dag_1e6_s fan-out",
       [](uint32_t i, Builder& out) {
         if (i > 0) out.natural(uint64_t{0});
       }},
      {"run.dag_1e6_s tree",
       [](uint32_t i, Builder& out) {
         if (i > 0) out.natural((i - 1) / 2);
       }},
      {"run.dag_1e6_s wavefront",
       [](uint32_t i, Builder& out) {
         if (i >= wave) out.natural(i - wave);
         if (i % wave != 0) out.natural(i - 1);
       }},
  };
  const double call_s = bare_call_ns(world) * n / 1e9;
  std::vector<Figure> figures;
  for (const Shape& shape : shapes) {
    const Bindings bindings = million(world, n, shape.before);
    const double s = median_run_ns(world, bindings, 5) / 1e9;
    figures.push_back({shape.name, s, "s", call_s, "a million bare calls", 0.5});
  }
  return figures;
}

struct Counted {
  uint64_t seen = 0;
  static void consume(void* self, const weft_event* const*, uint32_t n, uint64_t) noexcept {
    static_cast<Counted*>(self)->seen += n;
  }
  static weft_status flush(void*, const weft_call*, weft_out*) noexcept { return WEFT_OK; }
};

std::vector<Figure> emit() {
  World world("memory:");
  const Bindings bindings = world.load(sequence_of(1, "noop"));
  state::Pages pages;
  run::Run run(0, "run", bindings->plan, pages);
  Counted counted;
  const weft_sink table{sizeof table, 0, ~uint64_t{0}, Counted::consume, Counted::flush};
  plugin::BoundSink sink;
  sink.table = &table;
  sink.self = &counted;
  const engine::Env env = world.host_env.env();
  engine::Channel channel(sink, env);
  event::Event e;
  e.type = event::Type::run_waiting;
  uint64_t pushed = 0;
  const double ns = ns_per_call(101, 10'000, [&] {
    e.seq = ++pushed;
    channel.push({&run, nullptr, e});
    if (pushed % 1000 == 0) channel.drain();
  });
  channel.flush();
  if (counted.seen != pushed) stop("events were lost on the way to a sink");
  base::Mutex mutex;
  const double lock = ns_per_call(101, 10'000, [&] { base::Lock held(mutex); });
  return {{"event.emit_ns", ns, "ns", lock, "taking a free lock", 1000}};
}

std::vector<Figure> branches() {
  World world("memory:");
  constexpr uint32_t n = 10'000;
  std::string text =
      R"({"id": "wide", "type": "parallel", "max_concurrency": 10000, "branches": [)";
  for (uint32_t i = 0; i < n; ++i) {
    text.append(i > 0 ? ",\n" : "").append(R"({"id": "b)").append(std::to_string(i));
    text += R"(", "tool": "noop"})";
  }
  const Bindings bindings = world.load(text + "]}");
  const double ms = median_run_ns(world, bindings, 21) / 1e6;
  return {
      {"run.parallel_1e4_ms", ms, "ms", bare_call_ns(world) * n / 1e6, "as many bare calls", 20}};
}

std::vector<Figure> iterations() {
  World world("memory:");
  const Bindings bindings = world.load(
      R"({"id": "long", "type": "loop", "iterator": {"count": 1000000}, "aggregation": "none",
          "body": {"id": "once", "tool": "noop"}})");
  const double s = median_run_ns(world, bindings, 5) / 1e9;
  return {{"run.loop_1e6_s", s, "s", bare_call_ns(world) * 1e6 / 1e9, "a million bare calls", 0.5}};
}

constexpr Case cases[] = {{"run.step_ns", step},          {"run.small_us", small},
                          {"run.dag_1e6_s", dag},         {"run.parallel_1e4_ms", branches},
                          {"run.loop_1e6_s", iterations}, {"event.emit_ns", emit},
                          {"hook.inline_ns", hooks}};

}  // namespace

std::span<const Case> run_cases() { return cases; }

}  // namespace bench
