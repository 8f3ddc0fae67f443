// What stands around a call: the cache of results, breakers, secrets.
#include <algorithm>

#include "base/compare.hpp"
#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/sha256.hpp"
#include "base/valid.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"
#include "run/fault.hpp"
#include "run/ways.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

// Only what says something about the tool counts; a wrong argument says nothing.
Breakers::Outcome outcome_of(const Input& input) {
  if (input.status == WEFT_OK) return Breakers::Outcome::success;
  if (input.status == WEFT_CANCELLED) return Breakers::Outcome::neither;
  const std::string_view kind = run::class_of(input.status, input.error);
  return kind == "transient" || kind == "bug" ? Breakers::Outcome::failure
                                              : Breakers::Outcome::neither;
}

}  // namespace

// A tool that changed its version may answer differently.
std::string Engine::cache_key(const plan::Component& tool, Value args) {
  std::string words = tool.id + '@' + tool.version + '\n';
  words += base::to_hex(base::digest(args.exists() ? args : null_value()));
  return "cache/" + base::to_hex(base::sha256(words));
}

bool Engine::answer_from_cache(Slot& slot, const Command& command, const run::Called& way) {
  const plan::Component& tool = slot.run->state.plan->tools[way.tool];
  const base::Doc found = store_->value(cache_key(tool, command.args));
  const Value entry = found.view();
  if (!entry.is_object()) return false;
  const int64_t at = entry["at_ns"_k].as_i64();
  const bool is_old = way.cache_ns != UINT64_MAX && tick_ - at > static_cast<int64_t>(way.cache_ns);
  if (is_old) return false;
  Input input = reply_to(command, slot.number);
  input.value = entry["result"_k];
  input.flags = static_cast<uint8_t>(event::is_cached |
                                     (entry["is_envelope"_k].as_bool() ? event::is_envelope : 0));
  gate_.drop(slot.number, command);
  decide(slot, input);
  return true;
}

// What an answer teaches about the tool, and whether it may serve again.
void Engine::learn(Slot& slot, const Call& call, const Input& input) {
  const run::Called way = run::called(slot.run->state, call.of);
  const plan::Component& tool = slot.run->state.plan->tools[way.tool];
  if (breakers_.record(tool, outcome_of(input), tick_)) {
    journal_.put(breaker_key(tool), breakers_.kept(tool).view());
  }
  if (way.cache_ns == 0 || input.status != WEFT_OK || !call.secrets.empty()) return;
  words_.reset();
  Builder b(words_.arena());
  b.begin_object();
  b.set("at_ns"_k, tick_);
  b.set("is_envelope"_k, (input.flags & event::is_envelope) != 0);
  b.set("result"_k, input.value);
  b.end_object();
  const Value entry = b.take_value();
  if (base::packed_bytes(entry) <= base::limits::inline_bytes) {
    journal_.put(cache_key(tool, call.of.args), entry);
  }
}

// What the store remembers of breakers is asked for once per tool.
void Engine::know_breakers(const plan::Plan& plan) {
  for (const plan::Component& tool : plan.tools) {
    if (known_tools_.size() <= tool.component) known_tools_.resize(tool.component + 1);
    if (known_tools_[tool.component]) continue;
    known_tools_[tool.component] = true;
    const base::Doc found = store_->value(breaker_key(tool));
    if (found.view().is_object()) breakers_.restore(tool, found.view());
  }
}

// Of an error of the engine's own, as a plugin would give it.
Value Engine::detail_of(std::string_view code, std::string_view hint) {
  words_.reset();
  Builder b(words_.arena());
  b.begin_object();
  b.set("code"_k, code);
  b.set("hint"_k, hint);
  b.end_object();
  return b.take_value();
}

// False when a secret is missing; the step has failed then.
bool Engine::reveal_secrets(Slot& slot, Call& call) {
  call.secrets.clear();
  auto args = reveal(Value(call.call.args), slot.run->state.acceptance["secrets"_k], call.secrets,
                     call.arena.words());
  if (args) {
    call.call.args = args->raw();
    return true;
  }
  const Command command = call.of;
  calls_.close(call);
  say(error_, WEFT_ERR_BAD_INPUT, args.error().message);
  error_.detail = detail_of(args.error().code, args.error().hint).raw();
  refuse(slot, command, WEFT_BAD_INPUT);
  return false;
}

// What a tool was given in confidence does not come back in its answer.
void Engine::redact_secrets(Call& call, Input& input) {
  const Arena arena = call.arena.words();
  if (input.status == WEFT_OK) {
    input.value = redact(input.value, call.secrets, arena);
    return;
  }
  redact(call.error.msg, &call.error.msg_len, call.secrets);
  if (call.error.detail.root == nullptr) return;
  call.error.detail = redact(Value(call.error.detail), call.secrets, arena).raw();
}

}  // namespace weft::engine
