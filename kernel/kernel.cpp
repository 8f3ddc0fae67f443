// The rooms in the order in which they are built, and a run from its start to its outcome.
#include <weft/kernel.hpp>

#include <algorithm>
#include <array>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/id.hpp"
#include "kernel_rooms.hpp"
#include "spec/schema.hpp"

namespace weft {

using namespace weft::lit;

namespace {

void log_to_host(void* self, weft_str component, uint32_t level, weft_str message,
                 weft_val) noexcept {
  const auto& options = static_cast<Kernel::Rooms*>(self)->options;
  if (options.log) options.log(level, to_view(component), to_view(message));
}

Error not_here(std::string_view run) {
  return {Status::not_found, "run.not_found",
          "run '" + std::string(run) + "' is not held by this process",
          "'weft list' shows the runs of the store; 'weft resume' goes on with one"};
}

// Objects are merged, lists joined, anything else is taken from the second.
void unite(Value a, Value b, Builder& out) {
  if (!a.exists() || !b.exists()) return out.link(a.exists() ? a : b);
  if (a.is_array() && b.is_array()) {
    out.begin_array();
    for (const Value v : a) out.link(v);
    for (const Value v : b) out.link(v);
    return out.end_array();
  }
  if (!a.is_object() || !b.is_object()) return out.link(b);
  out.begin_object();
  for (uint32_t i = 0; i < a.size(); ++i) {
    const Key key(a.key(i));
    out.key(key);
    unite(a[i], b[key], out);
  }
  for (uint32_t i = 0; i < b.size(); ++i) {
    const Key key(b.key(i));
    if (!a[key].exists()) out.set(key, b[i]);
  }
  out.end_object();
}

base::Doc united(Value a, Value b) {
  base::Blocks blocks;
  Builder out(blocks.arena());
  if (!a.exists() && !b.exists()) {
    out.begin_object();
    out.end_object();
  } else {
    unite(a, b, out);
  }
  return base::pack(out.take_value());
}

Result<uint32_t> starting_node(const plan::Plan& plan, std::string_view step) {
  const plan::Block& block = plan.blocks.front();
  for (uint32_t n = 0; n < block.count; ++n) {
    if (plan.node(block, n).id == step) return n;
  }
  return Error{
      Status::not_found, "run.unknown_step",
      "the workflow '" + plan.id + "' has no step '" + std::string(step) + "' to start from",
      "'weft explain' lists its steps"};
}

}  // namespace

Kernel::Kernel() : rooms_(std::make_unique<Rooms>()) {}
Kernel::~Kernel() = default;

Kernel::Rooms::~Rooms() {
  if (host_env != nullptr) host_env->join();
  engine.reset();
  // Plugins that speak after this are told that nobody is there.
  port.complete = nullptr;
  port.complete_doc = nullptr;
  port.emit = nullptr;
  port.post = nullptr;
  port.grants = nullptr;
}

Result<std::unique_ptr<Kernel>> Kernel::create(KernelOptions options) {
  std::unique_ptr<Kernel> kernel(new Kernel());
  auto opened = kernel->rooms_->open(std::move(options));
  if (!opened) return opened.error();
  return kernel;
}

Result<void> Kernel::Rooms::open(KernelOptions the_options) {
  options = std::move(the_options);
  host_env = std::make_unique<engine::HostEnv>(options.threads);
  port.self = this;
  port.log = log_to_host;
  port.log_mask = options.log ? options.log_mask : 0;
  files = std::make_unique<plugin::Files>();
  registry = std::make_unique<plugin::Registry>(
      plugin::Options{options.plugin_paths, &port, files->services(), {}});
  registry->set_log_mask(port.log_mask);
  registry->scan();
  catalog = registry->catalog();

  auto bound = registry->store(options.store);
  if (!bound) return bound.error();
  store = std::make_unique<journal::Store>(*bound);
  auto made = make_engine();
  if (!made) return made.error();
  engine = std::move(*made);
  engine::Engine::connect(*engine, port);
  return store->own();
}

Result<std::unique_ptr<engine::Engine>> Kernel::Rooms::make_engine() {
  engine::Engine::Parts parts{host_env->env(), store.get(), {}, {}};
  for (const KernelOptions::Part& part : options.hooks) {
    const auto number = registry->find("hook", part.id);
    if (!number) return number.error();
    auto hook = registry->hook(*number, part.config.view());
    if (!hook) return hook.error();
    parts.hooks.push_back(*hook);
  }
  for (const KernelOptions::Part& part : options.sinks) {
    const auto number = registry->find("sink", part.id);
    if (!number) return number.error();
    auto sink = registry->sink(*number, part.config.view());
    if (!sink) return sink.error();
    parts.sinks.push_back(*sink);
  }
  if (options.observer != nullptr) {
    plugin::BoundSink sink;
    sink.table = options.observer;
    sink.self = options.observer_self;
    sink.flags = options.observer->flags;
    parts.sinks.push_back(sink);
  }
  return std::make_unique<engine::Engine>(std::move(parts));
}

// Everything that a run will call is loaded before it begins, so that what is missing fails first.
Result<std::shared_ptr<const engine::Bindings>> Kernel::Rooms::bind(
    std::shared_ptr<const plan::Plan> plan) {
  auto bindings = std::make_shared<engine::Bindings>();
  for (const plan::Component& component : plan->tools) {
    auto tool = registry->tool(component.component);
    if (!tool) return tool.error();
    bindings->tools.push_back(*tool);
  }
  bindings->plan = std::move(plan);
  return std::shared_ptr<const engine::Bindings>(std::move(bindings));
}

Result<std::shared_ptr<engine::Ticket>> Kernel::Rooms::submit(const Workflow::Body& body,
                                                              const RunOptions& run) {
  const plan::Plan& plan = body.plan();
  base::Blocks blocks;
  Builder nothing(blocks.arena());
  nothing.begin_object();
  nothing.end_object();
  Value input = run.input.exists() ? run.input : nothing.take_value();
  if (plan.input_schema.exists()) {
    auto schema = spec::Schema::compile(plan.input_schema);
    if (!schema) return schema.error();
    auto complete = schema->check_and_complete(input, blocks.arena());
    if (!complete) return complete.error();
    input = *complete;
  }
  const engine::Env env = host_env->env();
  std::array<uint8_t, 10> random{};
  env.random(env.self, random.data(), random.size());
  uint64_t seed = 0;
  env.random(env.self, &seed, sizeof seed);
  auto ticket = std::make_shared<engine::Ticket>();
  ticket->run = base::id_text(base::id_bytes(env.wall_ns(env.self) / 1'000'000, random));
  ticket->wants_detail = run.with_detail;

  auto submission = std::make_unique<engine::Submission>();
  submission->grants = united(plan.policy, run.grants);
  Builder b(blocks.arena());
  b.begin_object();
  b.set("id"_k, std::string_view(ticket->run));
  b.set("definition"_k, std::string_view(base::to_hex(plan.hash)));
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("version"_k, std::string_view(plan.version));
  b.set("input"_k, input);
  b.set("params"_k, run.params.exists() ? run.params : null_value());
  b.set("seed"_k, seed);
  b.set("grants"_k, submission->grants.view());
  if (!run.starting_step.empty()) {
    auto node = starting_node(plan, run.starting_step);
    if (!node) return node.error();
    b.set("start"_k, *node);
  }
  b.end_object();
  auto acceptance = base::try_pack(b.take_value());
  if (!acceptance) return acceptance.error();
  submission->acceptance = std::move(*acceptance);
  submission->bindings = body.bindings;
  submission->ticket = ticket;
  engine->submit(std::move(submission));
  return ticket;
}

Result<Outcome> Kernel::Rooms::outcome(engine::Ticket& ticket) {
  engine::Report& report = ticket.report;
  if (!report.error.code.empty()) return report.error;
  Outcome outcome;
  outcome.run = report.run;
  outcome.state = static_cast<RunState>(report.status);
  outcome.result = DocumentAccess::wrap(std::move(report.outcome));
  if (ticket.wants_detail) outcome.detail = DocumentAccess::wrap(std::move(report.detail));
  return outcome;
}

Result<std::shared_ptr<engine::Ticket>> Kernel::Rooms::ticket_of(std::string_view run) {
  base::Lock lock(mutex);
  const auto found = tickets.find(run);
  if (found == tickets.end()) return not_here(run);
  return found->second;
}

Result<std::string> Kernel::start(const Workflow& workflow, const RunOptions& options) {
  auto ticket = rooms_->submit(*workflow.body_, options);
  if (!ticket) return ticket.error();
  const std::string id = (*ticket)->run;
  {
    base::Lock lock(rooms_->mutex);
    rooms_->tickets.emplace(id, *ticket);
  }
  rooms_->engine->drive(**ticket, INT64_MAX, true);
  const engine::Ticket& accepted = **ticket;
  const bool given_up = accepted.is_done.load() && !accepted.report.error.code.empty();
  if (given_up) return accepted.report.error;
  return id;
}

Result<Outcome> Kernel::wait(std::string_view run, int64_t timeout_ns) {
  auto ticket = rooms_->ticket_of(run);
  if (!ticket) return ticket.error();
  const int64_t now = rooms_->engine->now();
  const int64_t until = timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
  if (!rooms_->engine->drive(**ticket, until)) {
    return Error{Status::timeout, "timeout", "the run has not ended yet", "wait longer, or cancel"};
  }
  {
    base::Lock lock(rooms_->mutex);
    const auto found = rooms_->tickets.find(run);
    if (found == rooms_->tickets.end()) return not_here(run);
    rooms_->tickets.erase(found);
  }
  return rooms_->outcome(**ticket);
}

Result<Outcome> Kernel::run(const Workflow& workflow, const RunOptions& options) {
  auto ticket = rooms_->submit(*workflow.body_, options);
  if (!ticket) return ticket.error();
  rooms_->engine->drive(**ticket, INT64_MAX);
  return rooms_->outcome(**ticket);
}

Result<void> Kernel::cancel(std::string_view run, std::string_view reason) {
  auto ticket = rooms_->ticket_of(run);
  if (!ticket) return ticket.error();
  run::Input input;
  input.kind = run::Input::Kind::cancel;
  rooms_->engine->post(*ticket, input, std::string(reason));
  return {};
}

bool Kernel::turn() { return rooms_->engine->turn(); }

std::string_view version() { return "0.1.0"; }

}  // namespace weft
