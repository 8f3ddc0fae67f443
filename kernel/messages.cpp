// Messages for runs: checked against the run as it stands, then brought to whoever holds it.
#include <weft/kernel.hpp>

#include <algorithm>
#include <array>

#include "base/blocks.hpp"
#include "base/id.hpp"
#include "base/patch.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "kernel_rooms.hpp"
#include "run/asked.hpp"
#include "run/expect.hpp"
#include "spec/schema.hpp"

namespace weft {

using namespace weft::lit;
using state::RunStatus;
using state::Wait;

namespace {

Error refuse(Status status, std::string code, std::string message, std::string hint) {
  return {status, std::move(code), std::move(message), std::move(hint), {}, 0};
}

// The one wait of a kind that a step means; with no step, the only one there is.
Result<const Wait*> wait_of(const state::State& state, Wait::Kind kind, std::string_view step) {
  const Wait* found = nullptr;
  std::vector<std::string> paths;
  for (const Wait& wait : state.waits) {
    if (wait.kind != kind) continue;
    const std::string path = state::step_path(state, wait.frame, wait.node);
    paths.push_back(path);
    const bool is_meant =
        step.empty() || path == step || state.node(state.frames[wait.frame], wait.node).id == step;
    if (!is_meant) continue;
    if (found != nullptr) {
      return refuse(Status::conflict, "message.ambiguous", "more than one approval is open",
                    "name the step: " + paths.front() + ", " + paths.back());
    }
    found = &wait;
  }
  if (found != nullptr) return found;
  std::string hint = paths.empty() ? "'weft why' tells what the run waits for"
                                   : "approvals are open in: " + paths.front();
  return refuse(Status::not_found, "message.no_approval",
                step.empty() ? "the run waits for no approval"
                             : "no approval is open in step " + base::quoted(step),
                std::move(hint));
}

std::string who_may(Value about) {
  std::string text;
  const auto add = [&text](std::string_view before, Value list) {
    for (const Value one : list) {
      text.append(text.empty() ? "it is for " : ", ").append(before).append(one.as_text());
    }
  };
  add("", about["people"_k]);
  add("the role ", about["roles"_k]);
  return text;
}

Result<void> check_decision(const state::State& state, Value m) {
  auto wait = wait_of(state, Wait::Kind::approval, m["step"_k].as_text());
  if (!wait) return wait.error();
  const Value about((*wait)->about);
  const std::string_view by = m["by"_k].as_text();
  if (by.empty()) {
    return refuse(Status::bad_input, "message.no_person", "a decision must say who decides",
                  "add 'by'");
  }
  if (!run::may_decide(about, m)) {
    return refuse(Status::denied, "message.not_asked",
                  base::quoted(by) + " is not among the people who are asked", who_may(about));
  }
  if (run::has_decided(state, **wait, by)) {
    return refuse(Status::conflict, "message.decided", base::quoted(by) + " has decided already",
                  "");
  }
  const Value form = about["form"_k];
  if (!form.exists() || !m["approve"_k].as_bool()) return {};
  auto schema = spec::Schema::compile(form);
  if (!schema) return schema.error();
  std::vector<spec::Problem> problems;
  schema->check(m["data"_k].exists() ? m["data"_k] : null_value(), {}, problems);
  if (problems.empty()) return {};
  return refuse(Status::bad_input, "message.bad_form",
                "the form is not filled in right: " + problems.front().message,
                problems.front().pointer.empty() ? "give the data that the form asks for"
                                                 : "at " + problems.front().pointer);
}

Result<void> check_update(const state::State& state, Value changes) {
  if (!changes.is_object() || changes.size() == 0) {
    return refuse(Status::bad_input, "message.bad_update", "an update needs variables to change",
                  "give an object of names and values");
  }
  base::Blocks blocks;
  for (uint32_t i = 0; i < changes.size(); ++i) {
    const auto path = base::split_path(changes.key(i));
    if (!path) return path.error();
    const plan::Variable* variable = state.plan->variable(path->front());
    if (variable == nullptr) {
      std::vector<std::string_view> names;
      for (const plan::Variable& one : state.plan->variables) names.push_back(one.name);
      std::string hint = base::did_you_mean(path->front(), names);
      return refuse(Status::not_found, "message.no_variable",
                    "the definition declares no variable " + base::quoted(path->front()),
                    hint.empty() ? "'variables' of the definition lists them" : std::move(hint));
    }
    const std::vector<std::string_view> below(path->begin() + 1, path->end());
    auto whole = base::set(state.variables[Key(variable->name)], below, changes[i], blocks.arena());
    if (!whole) return whole.error();
    std::vector<spec::Problem> problems;
    variable->schema->check(*whole, "/" + std::string(variable->name), problems);
    if (problems.empty()) continue;
    return refuse(Status::bad_input, "message.bad_update",
                  problems.front().pointer + ": " + problems.front().message,
                  problems.front().hint);
  }
  return {};
}

// What the variables would be is checked as if each had been written out.
Result<void> check_patch(const state::State& state, Value patch) {
  base::Blocks blocks;
  auto after = base::patched(state.variables, patch, blocks.arena());
  if (!after) return after.error();
  for (uint32_t i = 0; i < state.variables.size(); ++i) {
    if ((*after)[Key(state.variables.key(i))].exists()) continue;
    return refuse(Status::bad_input, "message.bad_update",
                  "the patch removes the variable " + base::quoted(state.variables.key(i)),
                  "set it to null instead, if its schema permits that");
  }
  return check_update(state, *after);
}

Result<void> check_grace(Value grace) {
  if (!grace.exists()) return {};
  auto ns = base::parse_duration(grace);
  if (ns) return {};
  return refuse(Status::bad_input, "message.bad_grace", "'grace': " + ns.error().message,
                ns.error().hint);
}

Result<void> check_message(const state::State& state, Value m) {
  const std::string_view verb = m["verb"_k].as_text();
  if (state::is_ended(state.status)) {
    return refuse(Status::conflict, "run.ended",
                  "the run has ended: it is " + std::string(state::to_text(state.status)),
                  "start a new run, or fork this one");
  }
  if (verb == "signal") {
    if (!m["name"_k].as_text().empty()) return {};
    return refuse(Status::bad_input, "message.no_name", "a signal needs a name", "add 'name'");
  }
  if (verb == "decide") return check_decision(state, m);
  if (verb == "delegate") {
    auto wait = wait_of(state, Wait::Kind::approval, m["step"_k].as_text());
    if (!wait) return wait.error();
    if (!m["to"_k].as_text().empty()) return {};
    return refuse(Status::bad_input, "message.no_person", "nobody is named to decide", "add 'to'");
  }
  if (verb == "pause") {
    if (state.status == RunStatus::running || state.status == RunStatus::waiting) return {};
    return refuse(Status::conflict, "message.not_running",
                  "the run is " + std::string(state::to_text(state.status)), "");
  }
  if (verb == "resume") {
    if (state.status == RunStatus::paused) return {};
    return refuse(Status::conflict, "message.not_paused", "the run is not paused", "");
  }
  if (verb == "update") {
    auto expected = run::as_expected(state, m["expect"_k]);
    if (!expected) return expected;
    const Value patch = m["patch"_k];
    return patch.exists() ? check_patch(state, patch) : check_update(state, m["changes"_k]);
  }
  if (verb == "settle") {
    if (state.doubted > 0) return {};
    return refuse(Status::conflict, "message.no_doubt", "no step of the run is in doubt", "");
  }
  if (verb == "cancel") return check_grace(m["grace"_k]);
  if (verb == "terminate") return {};
  static constexpr std::string_view verbs[] = {"signal", "decide",    "delegate", "pause", "resume",
                                               "cancel", "terminate", "update",   "settle"};
  std::string hint = base::did_you_mean(verb, verbs);
  return refuse(Status::bad_input, "message.unknown_verb",
                "a run does not understand " + base::quoted(verb),
                hint.empty() ? "kernel/run/MESSAGES.md lists the verbs" : std::move(hint));
}

}  // namespace

Result<Delivered> Kernel::send(std::string_view run, Value message) {
  auto recalled = rooms_->recall(run);
  auto ticket = rooms_->ticket_of(run);
  const bool keeps_nothing = !recalled && recalled.error().code == "run.no_history";
  if (!recalled && !(keeps_nothing && ticket)) return recalled.error();
  if (recalled) {
    auto fits = check_message(*recalled->state, message);
    if (!fits) return fits.error();
  }
  if (ticket && (*ticket)->parked_until.load() == INT64_MAX && !(*ticket)->is_done.load()) {
    rooms_->post(*ticket, message);
    return Delivered::here;
  }
  return rooms_->leave_message(run, message);
}

std::string Kernel::Rooms::new_message_id() {
  const engine::Env env = host_env->env();
  std::array<uint8_t, 10> random{};
  env.random(env.self, random.data(), random.size());
  const int64_t now = env.wall_ns(env.self) / 1'000'000;
  const base::Lock lock(mutex);
  message_turn = now > message_ms ? 0 : message_turn + 1;
  message_ms = std::max(message_ms, now) + message_turn / 4096;
  message_turn %= 4096;
  // Above chance, of which what remains keeps those of other processes apart.
  random[0] = static_cast<uint8_t>(message_turn >> 6U);
  random[1] = static_cast<uint8_t>((message_turn & 63U) << 2U | (random[1] & 3U));
  return base::id_text(base::id_bytes(message_ms, random));
}

Result<Delivered> Kernel::Rooms::leave_message(std::string_view run, Value message) {
  const base::Doc packed = base::pack(message);
  const std::string key = "inbox/" + std::string(run) + '/' + new_message_id();
  weft_sop put{};
  put.size = sizeof put;
  put.kind = WEFT_SOP_KV_PUT;
  put.key = to_str(key);
  put.bytes = to_str(packed.bytes());
  const weft_sop* ops[] = {&put};
  auto done = store->commit(ops, 1);
  if (!done) return done.error();
  // A run that cannot be had has an owner that is alive, and looks for messages.
  auto claimed = store->claim(run, engine->now(), 1);
  if (claimed) return Delivered::kept;
  if (claimed.error().status == Status::busy) return Delivered::to_owner;
  return claimed.error();
}

}  // namespace weft
