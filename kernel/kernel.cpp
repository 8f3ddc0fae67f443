// The rooms in the order in which they are built, and a run from its start to its outcome.
#include <weft/kernel.hpp>

#include "base/blocks.hpp"
#include "kernel_rooms.hpp"

namespace weft {

using namespace weft::lit;

namespace {

void log_to_host(void* self, weft_str component, uint32_t level, weft_str message,
                 weft_val) noexcept {
  const auto& options = static_cast<Kernel::Rooms*>(self)->options;
  if (options.log) options.log(level, to_view(component), to_view(message));
}

// What is said of the order of a hook, and what it may see, stands among its settings, and is not
// the hook's to see.
Result<engine::Listener> listener_of(plugin::Registry& registry, const KernelOptions::Part& part) {
  const Value given = part.config.view();
  engine::Listener listener;
  listener.id = part.id;
  listener.priority = given["priority"_k].as_i64();
  listener.is_mandatory = given["mandatory"_k].as_bool();
  listener.sees_secrets = given["sensitive"_k].as_bool();
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  for (uint32_t i = 0; given.is_object() && i < given.size(); ++i) {
    const Key name(given.key(i));
    const bool is_ours =
        name.view() == "priority" || name.view() == "mandatory" || name.view() == "sensitive";
    if (!is_ours) b.set(name, given[i]);
  }
  b.end_object();
  const auto number = registry.find("hook", part.id);
  if (!number) return number.error();
  auto bound = registry.hook(*number, b.take_value());
  if (!bound) return bound.error();
  listener.bound = *bound;
  const bool at_events = (bound->table->points >> WEFT_AT_BEFORE_EVENT_EMIT & 1U) != 0;
  if (!at_events || (bound->flags & WEFT_BLOCKING) == 0) return listener;
  return Error{Status::bad_input,
               "hook.blocking_at_events",
               "the hook '" + part.id + "' listens at BeforeEventEmit and may block",
               "events wait for nobody: let the hook declare that it does not block (flags 0)",
               {},
               WEFT_ERR_BUG};
}

Error not_here(std::string_view run) {
  return {Status::not_found, "run.not_found",
          "run '" + std::string(run) + "' is not held by this process",
          "'weft list' shows the runs of the store; 'weft resume' goes on with one"};
}

}  // namespace

Kernel::Kernel() : rooms_(std::make_unique<Rooms>()) {}
Kernel::~Kernel() = default;

Kernel::Rooms::~Rooms() {
  if (host_env != nullptr) host_env->join();
  if (engine != nullptr && engine->has_committed()) tell();
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
  engine::Parts parts{host_env->env(), store.get(), {}, {}, {}};
  // A run that cannot come back now stays in the store, where 'resume' tells why.
  parts.bindings_of = [this](Value named) { return bindings_of(named); };
  parts.idle = [this] { tell(); };
  parts.revive = [this](std::string_view run) { (void)bring_back(run, {.by_itself = true}); };
  parts.want = [this](Value operation) { return want(operation); };
  parts.start = [this](const engine::Kept& kept) { return start_kept(kept); };
  parts.left = [this](const engine::Ticket& ticket) { forget(ticket); };
  auto composition = engine::composition_of(options.hook_composition.view());
  if (!composition) return composition.error();
  parts.composition = *composition;
  auto limits = engine::host_limits_of(options.resources.view());
  if (!limits) return limits.error();
  parts.limits = std::move(*limits);
  for (const KernelOptions::Part& part : options.hooks) {
    auto listener = listener_of(*registry, part);
    if (!listener) return listener.error();
    parts.hooks.push_back(std::move(*listener));
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

// Hooks hear of it before and afterwards, and may refuse it.
Result<plugin::BoundTool> Kernel::Rooms::find_tool(const plan::Component& component) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("tool"_k, std::string_view(component.id));
  b.set("version"_k, std::string_view(component.version));
  b.end_object();
  const Value about = b.take_value();
  if (engine != nullptr) {
    auto allowed = engine->ask_here(WEFT_AT_BEFORE_TOOL_DISCOVERY, about);
    if (!allowed) return allowed.error();
  }
  auto tool = registry->tool(component.component);
  if (tool && engine != nullptr) (void)engine->ask_here(WEFT_AT_AFTER_TOOL_DISCOVERY, about);
  return tool;
}

// Everything that a run will call is loaded before it begins, so that what is missing fails first.
Result<std::shared_ptr<const engine::Bindings>> Kernel::Rooms::bind(
    std::shared_ptr<const plan::Plan> plan, Error unfit) {
  auto bindings = std::make_shared<engine::Bindings>();
  for (const plan::Component& component : plan->tools) {
    auto tool = find_tool(component);
    if (!tool) return tool.error();
    bindings->tools.push_back(*tool);
  }
  bindings->plan = std::move(plan);
  bindings->unfit = std::move(unfit);
  return std::shared_ptr<const engine::Bindings>(std::move(bindings));
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
  const base::Lock lock(mutex);
  const auto found = tickets.find(run);
  if (found == tickets.end()) return not_here(run);
  return found->second;
}

Result<std::string> Kernel::start(const Workflow& workflow, const RunOptions& options) {
  auto known = rooms_->started_before(*workflow.body_, options);
  if (!known) return known.error();
  if (!known->is_new) return known->run;
  auto ticket = rooms_->submit(*workflow.body_, options, known->run);
  if (!ticket) return ticket.error();
  rooms_->hold(*ticket);
  rooms_->engine->drive(**ticket, INT64_MAX, true);
  const engine::Ticket& accepted = **ticket;
  const bool given_up = accepted.is_done.load() && !accepted.report.error.code.empty();
  if (given_up) return accepted.report.error;
  return (*ticket)->run;
}

Result<Outcome> Kernel::wait(std::string_view run, int64_t timeout_ns) {
  const int64_t now = rooms_->engine->now();
  const int64_t until = timeout_ns > INT64_MAX - now ? INT64_MAX : now + timeout_ns;
  while (true) {
    auto ticket = rooms_->ticket_of(run);
    if (!ticket) {
      // What rests has left memory, and what came back by itself and ended; the store has both.
      auto stored = rooms_->recall(run);
      if (!stored) return ticket.error();
      const state::RunStatus status = stored->state->status;
      if (state::is_ended(status)) {
        return Rooms::outcome(run, *stored->state, stored->state->why());
      }
      const bool rests = status == state::RunStatus::waiting || status == state::RunStatus::paused;
      if (!rests) return ticket.error();
      auto back = rooms_->bring_back(run, {});
      if (!back) return back.error().status == Status::busy ? ticket.error() : back.error();
      ticket = std::move(back->ticket);
    }
    if (!rooms_->engine->drive(**ticket, until)) {
      return Error{Status::timeout, "timeout", "the run has not ended yet",
                   "wait longer, or cancel"};
    }
    rooms_->forget(**ticket);
    // It may rest until a time, and whoever waits for it waits for that time, too.
    const bool comes_back = (*ticket)->parked_until.load() != INT64_MAX;
    if (!comes_back) return rooms_->outcome(**ticket);
  }
}

Result<Outcome> Kernel::run(const Workflow& workflow, const RunOptions& options) {
  auto known = rooms_->started_before(*workflow.body_, options);
  if (!known) return known.error();
  if (!known->is_new) return show(known->run);
  auto ticket = rooms_->submit(*workflow.body_, options, known->run);
  if (!ticket) return ticket.error();
  if (options.stays) rooms_->hold(*ticket);
  rooms_->engine->drive(**ticket, INT64_MAX);
  rooms_->forget(**ticket);
  return rooms_->outcome(**ticket);
}

Result<void> Kernel::cancel(std::string_view run, std::string_view reason) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("verb"_k, std::string_view("cancel"));
  b.set("reason"_k, reason);
  b.end_object();
  const Value message = b.take_value();
  auto ticket = rooms_->ticket_of(run);
  if (ticket && !(*ticket)->is_done.load()) {
    rooms_->post(*ticket, message);
    return {};
  }
  auto sent = send(run, message);
  return sent ? Result<void>() : sent.error();
}

void Kernel::Rooms::hold(const std::shared_ptr<engine::Ticket>& ticket) {
  const base::Lock lock(mutex);
  tickets.insert_or_assign(ticket->run, ticket);
}

void Kernel::Rooms::forget(const engine::Ticket& ticket) {
  const base::Lock lock(mutex);
  const auto found = tickets.find(ticket.run);
  if (found != tickets.end() && found->second.get() == &ticket) tickets.erase(found);
}

void Kernel::Rooms::post(const std::shared_ptr<engine::Ticket>& ticket, Value message) {
  run::Input input;
  input.kind = run::Input::Kind::message;
  engine->post(ticket, input, base::pack(message));
}

bool Kernel::turn() { return rooms_->engine->turn(); }

std::string_view version() { return "0.1.0"; }

}  // namespace weft
