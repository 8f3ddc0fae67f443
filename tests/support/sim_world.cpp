#include "sim_world.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "journal/recover.hpp"
#include "travel/replay.hpp"

namespace weft::tests {

using namespace weft::lit;

SimWorld::SimWorld(Setup setup)
    : env(setup.seed), tools(env, port), setup_(std::move(setup)), kept_(store.bound()) {
  env.has_threads = setup_.has_threads;
  open();
}

SimWorld::~SimWorld() {
  tools.is_dead = true;
  while (env.run_one()) {
  }
}

void SimWorld::open() {
  engine::Parts parts{env.env(), &kept_, setup_.hooks, setup_.sinks};
  parts.composition = setup_.composition;
  parts.limits = setup_.limits;
  if (setup_.has_sink) parts.sinks.push_back(sink.bound());
  parts.bindings_of = [this](Value named) { return bindings_of(named); };
  parts.want = [this](Value operation) { return want(operation); };
  parts.start = [this](const engine::Kept& kept) { return start(kept); };
  wall_offset_ = env.wall_offset();
  engine = std::make_unique<engine::Engine>(std::move(parts));
  engine::Engine::connect(*engine, port);
}

std::shared_ptr<const engine::Bindings> SimWorld::bind(const Plan& plan) {
  auto bindings = std::make_shared<engine::Bindings>();
  bindings->plan = plan;
  for (const plan::Component& c : plan->tools) bindings->tools.push_back(tools.bound(c.component));
  return bindings;
}

Result<std::shared_ptr<const engine::Bindings>> SimWorld::bindings_of(Value named) {
  const std::string_view hash = named["definition"_k].as_text();
  for (const Plan& plan : definitions) {
    if (base::to_hex(plan->hash) == hash) return bind(plan);
  }
  return Error{.status = Status::not_found, .code = "sim.no_definition"};
}

std::unique_ptr<engine::Submission> SimWorld::submission(const Plan& plan, const std::string& id) {
  auto submission = std::make_unique<engine::Submission>();
  submission->bindings = bind(plan);
  submission->ticket = std::make_shared<engine::Ticket>();
  submission->ticket->run = id;
  submission->ticket->wants_detail = true;
  return submission;
}

std::shared_ptr<engine::Ticket> SimWorld::submit(const Plan& plan, std::string id) {
  auto made = submission(plan, id);
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("id"_k, std::string_view(id));
  b.set("definition"_k, std::string_view(base::to_hex(plan->hash)));
  b.key("input"_k);
  b.begin_object();
  b.set("number"_k, 7);
  b.set("text"_k, "what the run was given, longer than a slot");
  b.end_object();
  b.set("params"_k, null_value());
  b.set("seed"_k, setup_.seed);
  if (!plan->variables.empty()) {
    b.key("variables"_k);
    b.begin_object();
    for (const plan::Variable& one : plan->variables) {
      if (one.initial.exists()) b.set(Key(one.name), one.initial);
    }
    b.end_object();
  }
  b.end_object();
  made->acceptance = base::pack(b.take_value());
  auto ticket = made->ticket;
  engine->submit(std::move(made));
  return ticket;
}

std::shared_ptr<engine::Ticket> SimWorld::resume(const Plan& plan,
                                                 std::optional<run::Settle> settle,
                                                 std::string id) {
  auto made = submission(plan, id);
  made->records = store.runs[id].records;
  if (made->records.empty()) throw std::logic_error("the store has no records of " + id);
  made->settles = settle.has_value();
  if (settle) made->settle = *settle;
  auto ticket = made->ticket;
  engine->submit(std::move(made));
  return ticket;
}

std::shared_ptr<engine::Ticket> SimWorld::fork(const Plan& plan, std::vector<std::string> records,
                                               base::Doc how, std::string id) {
  auto made = submission(plan, id);
  made->records = std::move(records);
  made->fork = std::move(how);
  auto ticket = made->ticket;
  engine->submit(std::move(made));
  return ticket;
}

std::shared_ptr<engine::Ticket> SimWorld::move(const Plan& from, const Plan& to, base::Doc how,
                                               std::string id) {
  auto made = submission(from, id);
  made->records = store.runs[id].records;
  made->moves_to = bind(to);
  made->move = std::move(how);
  definitions.push_back(to);
  auto ticket = made->ticket;
  engine->submit(std::move(made));
  return ticket;
}

Result<engine::Wanted> SimWorld::want(Value operation) {
  const Value named = operation["workflow"_k];
  for (const Plan& plan : setup_.loaded) {
    if ((named.is_object() ? named["id"_k] : named).as_text() != plan->id) continue;
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_object();
    b.set("workflow"_k, std::string_view(plan->id));
    b.set("definition"_k, std::string_view(base::to_hex(plan->hash)));
    if (operation["input"_k].exists()) b.set("input"_k, operation["input"_k]);
    b.end_object();
    return engine::Wanted{bind(plan), base::pack(b.take_value())};
  }
  return Error{.status = Status::not_found, .code = "sim.unknown", .message = "nobody knows it"};
}

// As the kernel does it: a key has one run, which is begun again as long as it is not accepted.
Result<void> SimWorld::start(const engine::Kept& kept) {
  const Value how = kept.how.view();
  const std::string next(how["run"_k].as_text("child-" + std::to_string(starts.size() + 1)));
  const std::string id = starts.try_emplace(kept.key, next).first->second;
  if (!store.runs[id].records.empty()) {
    store.entries.erase(kept.key);
    return {};
  }
  for (const Plan& plan : setup_.loaded) {
    if (how["workflow"_k].as_text() != plan->id) continue;
    auto made = submission(plan, id);
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_object();
    b.set("id"_k, std::string_view(id));
    for (uint32_t i = 0; i < how.size(); ++i) b.set(Key(how.key(i)), how[i]);
    if (!how["params"_k].exists()) b.set("params"_k, null_value());
    b.set("seed"_k, setup_.seed);
    b.end_object();
    made->acceptance = base::pack(b.take_value());
    made->started_by = kept.key;
    engine->submit(std::move(made));
    return {};
  }
  return Error{.status = Status::not_found, .code = "sim.unknown"};
}

void SimWorld::start_left() {
  const std::map<std::string, std::string> entries = store.entries;
  for (const auto& [key, bytes] : entries) {
    if (!key.starts_with("spawn/")) continue;
    const Value how(reinterpret_cast<const weft_slot*>(bytes.data()));
    (void)start({key, base::pack(how), nullptr});
  }
}

void SimWorld::send(const std::shared_ptr<engine::Ticket>& ticket, std::string_view message) {
  run::Input input;
  input.kind = run::Input::Kind::message;
  base::Blocks blocks;
  const auto value = base::parse_json(message, blocks.arena());
  if (!value) throw std::logic_error("a message is JSON");
  engine->post(ticket, input, base::pack(*value));
}

void SimWorld::cancel(const std::shared_ptr<engine::Ticket>& ticket) {
  run::Input input;
  input.kind = run::Input::Kind::cancel;
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.text("nobody wants it any more");
  engine->post(ticket, input, base::pack(b.take_value()));
}

bool SimWorld::step(int64_t until) {
  if (env.draw(3) == 0 && env.run_one()) return true;
  if (engine->turn() || env.run_one()) return true;
  const int64_t due = engine->next_due();
  const int64_t next = std::min(due == INT64_MAX ? due : due - wall_offset_, env.next_due());
  if (next > until || next == INT64_MAX) {
    if (until != INT64_MAX) env.advance_to(until);
    return false;
  }
  env.advance_to(next);
  return true;
}

void SimWorld::settle(int64_t until) {
  while (step(until)) {
  }
}

void SimWorld::crash() {
  // Threads still come to their end, but nothing they do matters any more.
  tools.is_dead = true;
  while (env.run_one()) {
  }
  engine.reset();
  env.forget();
  tools.forget();
  tools.is_dead = false;
  open();
}

std::string tell(const engine::Report& report) {
  if (!report.error.code.empty()) return "given up: " + report.error.message;
  std::string text(state::to_text(report.status));
  const Value outcome = report.outcome.view();
  text += report.status == state::RunStatus::failed
              ? ' ' + std::string(outcome["code"_k].as_text()) + " in " +
                    std::string(outcome["step"_k].as_text())
              : ' ' + base::json_text(outcome);
  const Value steps = report.detail.view()["step_results"_k];
  std::vector<std::string> lines;
  for (uint32_t i = 0; i < steps.size(); ++i) {
    lines.push_back('\n' + std::string(steps.key(i)) + ' ' +
                    std::string(steps[i]["status"_k].as_text()) + ' ' +
                    base::json_text(steps[i]["output"_k]));
  }
  std::sort(lines.begin(), lines.end());
  for (const std::string& line : lines) text += line;
  return text;
}

std::string replayed(const SimWorld::Plan& plan, SimWorld& world, std::string id) {
  travel::History history;
  history.records = world.store.runs[id].records;
  history.run = std::move(id);
  travel::Replay replay(history, plan);
  const auto played = replay.play();
  if (!played) return played.error().message;
  const Replayed result = replay.take_result();
  if (result.differences.empty()) return {};
  const Divergence& d = result.differences.front();
  return "event " + std::to_string(d.seq) + " " + d.step + " " + d.field + d.pointer + ": " +
         (d.first ? d.first->to_json() : "nothing") + " against " +
         (d.second ? d.second->to_json() : "nothing");
}

}  // namespace weft::tests
