// A run from what it is started with to its acceptance.
#include <weft/kernel.hpp>

#include <array>

#include "base/encode.hpp"
#include "base/id.hpp"
#include "engine/secrets.hpp"
#include "kernel_rooms.hpp"
#include "learned.hpp"
#include "spec/place.hpp"
#include "spec/schema.hpp"

namespace weft {

using namespace weft::lit;

namespace {

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

// A definition that speaks of the state of a session or of a user is run for one.
Result<void> check_owners(const plan::Plan& plan, const RunOptions& run) {
  const auto misses = [&](spec::StateScope scope, std::string_view given) {
    return (plan.shared & spec::bit(scope)) != 0 && given.empty();
  };
  for (const auto scope : {spec::StateScope::session, spec::StateScope::user}) {
    if (!misses(scope, scope == spec::StateScope::user ? run.user : run.session)) continue;
    const std::string word(spec::to_text(scope));
    return Error{
        Status::bad_input, "state.no_owner",
        "the workflow '" + plan.id + "' speaks of $" + word + ", and no " + word + " is named",
        "name it: weft run --" + word + " NAME"};
  }
  return {};
}

// As the schema wants it, with its defaults.
Result<Value> complete_input(const plan::Plan& plan, Value given, Arena arena) {
  Builder nothing(arena);
  nothing.begin_object();
  nothing.end_object();
  const Value input = given.exists() ? given : nothing.take_value();
  if (!plan.input_schema.exists()) return input;
  auto schema = spec::Schema::compile(plan.input_schema);
  if (!schema) return schema.error();
  return schema->check_and_complete(input, arena);
}

void write_owners(const RunOptions& run, Builder& b) {
  if (!run.session.empty()) b.set("session"_k, run.session);
  if (!run.user.empty()) b.set("user"_k, run.user);
}

}  // namespace

std::string Kernel::Rooms::new_id() const {
  const engine::Env env = host_env->env();
  std::array<uint8_t, 10> random{};
  env.random(env.self, random.data(), random.size());
  return base::id_text(base::id_bytes(env.wall_ns(env.self) / 1'000'000, random));
}

// A key is taken by a commit of its own, before the run: whoever comes second finds the id. If the
// process ends between the two, the next start with the key makes the run of that id.
Result<Kernel::Rooms::Start> Kernel::Rooms::started_before(const Workflow::Body& body,
                                                           const RunOptions& run) {
  if (run.key.empty()) return Start{{}, true};
  const std::string key = "start/" + body.plan().id + '/' + std::string(run.key);
  const auto known = [&]() -> Result<Start> {
    auto kept = store->get(key);
    if (!kept) return kept.error();
    const std::string id(kept->view().as_bytes());
    auto summary = store->load(id, [](std::string_view) {});
    if (!summary && summary.error().status != Status::not_found) return summary.error();
    return Start{id, !summary};
  };
  auto before = known();
  if (before || before.error().status != Status::not_found) return before;
  const std::string id = new_id();
  weft_sop put{};
  put.size = sizeof put;
  put.kind = WEFT_SOP_KV_PUT;
  put.key = to_str(key);
  put.last = 1;
  put.bytes = to_str(id);
  const weft_sop* ops[] = {&put};
  auto taken = store->commit(ops, 1);
  if (taken) return Start{id, true};
  if (taken.error().status == Status::conflict) return known();
  return taken.error();
}

Result<std::shared_ptr<engine::Ticket>> Kernel::Rooms::submit(const Workflow::Body& body,
                                                              const RunOptions& run,
                                                              std::string_view id, Value origin) {
  auto adapted = adapt(*this, body);
  if (!adapted) return adapted.error();
  const plan::Plan& plan = *adapted->bindings->plan;
  if (auto owned = check_owners(plan, run); !owned) return owned.error();
  base::Blocks blocks;
  auto input = complete_input(plan, run.input, blocks.arena());
  if (!input) return input.error();
  const engine::Env env = host_env->env();
  uint64_t seed = 0;
  env.random(env.self, &seed, sizeof seed);
  auto ticket = std::make_shared<engine::Ticket>();
  ticket->run = id.empty() ? new_id() : std::string(id);
  ticket->wants_detail = run.with_detail;
  ticket->stays = run.stays;
  ticket->came_back = origin.exists();  // nobody asked for it

  auto submission = std::make_unique<engine::Submission>();
  submission->grants = united(plan.policy, run.grants);
  Builder b(blocks.arena());
  b.begin_object();
  b.set("id"_k, std::string_view(ticket->run));
  b.set("definition"_k, std::string_view(base::to_hex(plan.hash)));
  b.set("pins"_k, plan.pins);
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("version"_k, std::string_view(plan.version));
  b.set("input"_k, *input);
  b.set("params"_k, run.params.exists() ? run.params : null_value());
  b.set("seed"_k, seed);
  b.set("grants"_k, submission->grants.view());
  if (!plan.variables.empty()) {
    b.key("variables"_k);
    b.begin_object();
    for (const plan::Variable& v : plan.variables) {
      if (v.initial.exists()) b.set(Key(v.name), v.initial);
    }
    b.end_object();
  }
  if (plan.uses_secrets) {
    const Value handles = engine::secret_handles(submission->grants.view(), seed, blocks.arena());
    if (handles.exists()) b.set("secrets"_k, handles);
  }
  if (run.start_ns != 0) b.set("start_ns"_k, run.start_ns);
  if (!run.key.empty()) b.set("key"_k, run.key);
  if (origin.exists()) b.set("caused_by"_k, origin["caused_by"_k]);
  write_owners(run, b);
  adapted->write(b);
  if (!run.starting_step.empty()) {
    auto node = starting_node(plan, run.starting_step);
    if (!node) return node.error();
    b.set("start"_k, *node);
  }
  b.end_object();
  auto acceptance = base::try_pack(b.take_value());
  if (!acceptance) return acceptance.error();
  submission->acceptance = std::move(*acceptance);
  submission->bindings = std::move(adapted->bindings);
  submission->ticket = ticket;
  submission->started_by = origin["started_by"_k].as_text();
  engine->submit(std::move(submission));
  return ticket;
}

}  // namespace weft
