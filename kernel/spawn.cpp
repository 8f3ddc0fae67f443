// Runs that hooks or steps want beside others: from an operation to what a store keeps, and on to a
// run.
#include <weft/kernel.hpp>

#include <algorithm>
#include <array>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/valid.hpp"
#include "kernel_rooms.hpp"
#include "spec/schema.hpp"
#include "travel/canon.hpp"

namespace weft {

using namespace weft::lit;

namespace {

constexpr std::string_view kept_prefix = "spawn/";

Error bad(std::string message, std::string hint) {
  return {Status::bad_input, "hook.illegal_result", std::move(message), std::move(hint), {},
          WEFT_ERR_BUG};
}

// A field that nobody reads is a mistake of whoever wrote it.
Result<void> only(Value operation, std::string_view key,
                  const std::array<std::string_view, 3>& known) {
  for (uint32_t i = 0; i < operation.size(); ++i) {
    const std::string_view name = operation.key(i);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return bad("an operation has the unknown field '" + std::string(name) + "'",
               "with '" + std::string(key) + "' go " + std::string(known[1]) + " and " +
                   std::string(known[2]));
  }
  return {};
}

// One step that calls the tool.
Value definition_of(std::string_view tool, Value parameters, Arena arena) {
  Builder b(arena);
  b.begin_object();
  b.set("id"_k, tool);
  b.key("steps"_k);
  b.begin_array();
  b.begin_object();
  b.set("id"_k, tool);
  b.set("tool"_k, tool);
  if (parameters.exists()) b.set("parameters"_k, parameters);
  b.end_object();
  b.end_array();
  b.end_object();
  return b.take_value();
}

Result<void> check_input(const plan::Plan& plan, Value input) {
  if (!plan.input_schema.exists()) return {};
  auto schema = spec::Schema::compile(plan.input_schema);
  if (!schema) return schema.error();
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.end_object();
  auto fits = schema->check_and_complete(input.exists() ? input : b.take_value(), blocks.arena());
  return fits ? Result<void>() : fits.error();
}

// Whether nothing of the run is there yet.
Result<Kernel::Rooms::Start> first_start(journal::Store& store, std::string_view run) {
  const auto summary = store.load(run, [](std::string_view) {});
  if (!summary && summary.error().status != Status::not_found) return summary.error();
  return Kernel::Rooms::Start{std::string(run), !summary};
}

bool has_ended(journal::Store& store, std::string_view run) {
  const auto summary = store.load(run, [](std::string_view) {});
  if (!summary) return false;
  const std::string_view status = summary->view()["status"_k].as_text();
  return status.ends_with("completed") || status == "failed" || status == "cancelled";
}

}  // namespace

Result<engine::Wanted> Kernel::Rooms::want(Value operation) {
  const Value named = operation["workflow"_k];
  const bool of_tool = operation["tool"_k].is_text() && !named.exists();
  if (!of_tool && !named.is_text() && !named.is_object()) {
    return bad("an operation names neither a workflow nor a tool",
               "write {workflow: NAME or a definition, input?, key?} or {tool, parameters}");
  }
  auto fine = of_tool ? only(operation, "tool", {"tool", "parameters", "key"})
                      : only(operation, "workflow", {"workflow", "input", "key"});
  if (!fine) return fine.error();
  engine::Wanted wanted;
  if (named.is_text()) {
    const base::Lock lock(mutex);
    const auto found = loaded.find(named.as_text());
    if (found == loaded.end()) {
      return bad("no workflow '" + std::string(named.as_text()) + "' is loaded here",
                 "load it in the program, or give the definition itself");
    }
    wanted.bindings = found->second;
  } else {
    base::Blocks blocks;
    const Value said = of_tool ? definition_of(operation["tool"_k].as_text(),
                                               operation["parameters"_k], blocks.arena())
                               : named;
    plan::Source source(base::pack(said));
    source.file = "an operation of a hook";
    plan::Built built = plan::build(std::move(source), catalog);
    if (built.plan == nullptr) return built.problems.front();
    auto bound = bind(built.plan);
    if (!bound) return bound.error();
    wanted.bindings = std::move(*bound);
  }
  const plan::Plan& plan = *wanted.bindings->plan;
  if (auto fits = check_input(plan, operation["input"_k]); !fits) return fits.error();
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("definition"_k, std::string_view(base::to_hex(plan.hash)));
  b.set("pins"_k, plan.pins);
  if (operation["input"_k].exists()) b.set("input"_k, operation["input"_k]);
  if (operation["key"_k].is_text()) b.set("key"_k, operation["key"_k]);
  b.end_object();
  wanted.how = base::pack(b.take_value());
  return wanted;
}

// One that a step starts has its id. Else the key of the start is that of the operation, or the one
// that it is kept under: whatever starts it again finds the run.
Result<void> Kernel::Rooms::start_kept(const engine::Kept& kept) {
  const Value how = kept.how.view();
  Workflow::Body body{kept.bindings};
  if (body.bindings == nullptr) {
    auto bindings = bindings_of(how);
    if (!bindings) return bindings.error();
    body.bindings = std::move(*bindings);
  }
  body.adapts = travel::adapts(body.plan());
  const base::Lock one_at_a_time(spawning);
  RunOptions start;
  start.input = how["input"_k];
  start.params = how["params"_k];
  start.grants = how["grants"_k];
  start.session = how["session"_k].as_text();
  start.user = how["user"_k].as_text();
  const Value run = how["run"_k];
  if (!run.exists()) start.key = how["key"_k].as_text(kept.key);
  auto known = run.exists() ? first_start(*store, run.as_text()) : started_before(body, start);
  if (!known) return known.error();
  if (ticket_of(known->run)) return {};  // on its way
  if (!known->is_new) {
    weft_sop gone{};
    gone.size = sizeof gone;
    gone.kind = WEFT_SOP_KV_DELETE;
    gone.key = to_str(kept.key);
    const weft_sop* ops[] = {&gone};
    return store->commit(ops, 1);
  }
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("caused_by"_k, how["caused_by"_k]);
  b.set("started_by"_k, std::string_view(kept.key));
  b.end_object();
  auto ticket = submit(body, start, known->run, b.take_value());
  if (!ticket) return ticket.error();
  if (store->is_durable()) hold(*ticket);
  return {};
}

// A run that another live process holds starts its own.
void Kernel::Rooms::start_left(std::string_view run) {
  const std::string prefix = std::string(kept_prefix) + std::string(run) + (run.empty() ? "" : "/");
  auto found = store->scan(prefix, {}, base::limits::messages);
  if (!found) return;
  for (const Value entry : found->view()) {
    const std::string key(entry["key"_k].as_text());
    const std::string parent =
        key.substr(kept_prefix.size(), key.find('/', kept_prefix.size()) - kept_prefix.size());
    if (!has_ended(*store, parent) && !ticket_of(parent)) continue;
    const std::string_view bytes = entry["value"_k].as_bytes();
    if (!base::validate(bytes.data(), bytes.size())) continue;
    (void)start_kept(
        {key, base::pack(Value(reinterpret_cast<const weft_slot*>(bytes.data()))), nullptr});
  }
}

}  // namespace weft
