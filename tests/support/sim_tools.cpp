#include "sim_tools.hpp"

#include <algorithm>
#include <cstring>

#include "plugin/arena.hpp"
#include "sim_plans.hpp"

namespace weft::tests {

using namespace weft::lit;

namespace {

weft_status fail(weft_out* out, uint32_t flags, std::string_view message) {
  out->err->flags = flags;
  out->err->msg_len = static_cast<uint32_t>(message.copy(out->err->msg, sizeof out->err->msg - 1));
  return WEFT_FAILED;
}

weft_status answer_of(SimHow how, weft_error& error) {
  const auto say = [&error](weft_status status, uint32_t flags) {
    error.flags = flags;
    error.msg_len = static_cast<uint32_t>(std::string_view("not now").copy(error.msg, 7));
    return status;
  };
  switch (how) {
    case SimHow::fail: return say(WEFT_FAILED, WEFT_ERR_RETRYABLE);
    case SimHow::busy: error.retry_after_ms = 250; return say(WEFT_FAILED, WEFT_ERR_RETRYABLE);
    case SimHow::refuse: return say(WEFT_FAILED, WEFT_ERR_BAD_INPUT);
    case SimHow::deny: return say(WEFT_DENIED, WEFT_ERR_DENIED);
    case SimHow::full: return say(WEFT_LIMIT, 0);
    case SimHow::bad: return static_cast<weft_status>(7);
    default: return WEFT_OK;
  }
}

weft_val result_of(const weft_call* call, bool is_envelope) {
  const Value args(call->args);
  Builder b(Arena(call->arena, plugin::CallArena::grow, nullptr));
  b.begin_object();
  if (is_envelope) {
    b.key("result"_k);
    b.begin_object();
  }
  b.set("name"_k, args["name"_k]);
  b.set("value"_k, args["value"_k].exists() ? args["value"_k] : null_value());
  if (is_envelope) {
    b.end_object();
    b.set("message"_k, "said beside the result");
    if (args["metadata"_k].exists()) b.set("metadata"_k, args["metadata"_k]);
  }
  b.end_object();
  return b.take();
}

}  // namespace

SimTools::SimTools(SimEnv& env, plugin::Port& port) : env_(env), port_(port) {
  for (const SimToolKind& kind : sim_tool_kinds) {
    const auto number = static_cast<uint32_t>(tools_.size());
    tools_.push_back({this, number, {sizeof(weft_tool), kind.flags, start, cancel}});
  }
}

plugin::BoundTool SimTools::bound(uint32_t component) {
  Tool& tool = tools_[component];
  plugin::BoundTool bound;
  bound.table = &tool.table;
  bound.self = &tool;
  bound.flags = tool.table.flags;
  return bound;
}

uint32_t SimTools::count(std::string_view name) const {
  return static_cast<uint32_t>(
      std::count_if(calls.begin(), calls.end(), [&](const SimCall& c) { return c.name == name; }));
}

weft_status SimTools::start(void* self, const weft_call* call, weft_out* out) noexcept {
  const Tool& tool = *static_cast<Tool*>(self);
  SimTools& all = *tool.all;
  if (all.is_dead) return fail(out, 0, "the process is dead");
  const Value args(call->args);
  all.calls.push_back({std::string(sim_tool_kinds[tool.kind].id),
                       std::string(args["name"_k].as_text()), call->attempt,
                       std::string(to_view(call->idem_key)), all.env_.now()});
  if (all.table != nullptr) {
    const auto acts = all.table->find(args["name"_k].as_text());
    const bool is_told = acts != all.table->end() && call->attempt <= acts->second.size();
    return all.act(call, is_told ? acts->second[call->attempt - 1] : SimAct{}, out);
  }
  const bool misbehaves = call->attempt <= args["times"_k].as_u64(UINT32_MAX);
  return all.act(call, misbehaves ? args["do"_k].as_text() : "", out);
}

weft_status SimTools::act(const weft_call* call, std::string_view how, weft_out* out) {
  const Value args(call->args);
  const int64_t then = env_.now() + args["ms"_k].as_i64() * 1'000'000 + args["ns"_k].as_i64();
  if (how == "fail") return fail(out, WEFT_ERR_RETRYABLE, "not this time");
  if (how == "refuse") return fail(out, 0, "never");
  if (how == "bad") return static_cast<weft_status>(7);
  out->val = result_of(call, how == "meta");
  if (how == "meta") out->flags = WEFT_OUT_META;
  if (how == "hang" || how == "wait") hanging_[call->op] = true;
  if (how == "wait") waiting[std::string(args["name"_k].as_text())] = call->op;
  if (how == "later" || how == "twice" || how == "late") {
    answer_at(then, call->op, WEFT_OK, out->val);
  }
  if (how == "later") env_.occupy_until(then);
  if (how == "twice") answer_at(then, call->op, WEFT_OK, out->val);
  const bool is_pending = how == "later" || how == "twice" || how == "late" || how == "hang" ||
                          how == "never" || how == "wait";
  return is_pending ? WEFT_PENDING : WEFT_OK;
}

weft_status SimTools::act(const weft_call* call, const SimAct& act, weft_out* out) {
  // A thread may get to the call when it was cancelled already.
  if (act.how == SimHow::hang && *call->cancel != 0) return WEFT_CANCELLED;
  if (act.how == SimHow::hang) hanging_[call->op] = true;
  if (act.how == SimHow::hang || act.how == SimHow::never) return WEFT_PENDING;
  out->val = result_of(call, act.how == SimHow::meta);
  if (act.how == SimHow::meta) out->flags = WEFT_OUT_META;
  weft_error& error = *out->err;
  const weft_status status = answer_of(act.how, error);
  if (act.after_ns == 0) return status;
  const int64_t then = env_.now() + act.after_ns;
  if (act.how == SimHow::twice) answer_at(then, call->op, WEFT_OK, out->val);
  // An envelope can only be told of at once, so it is told of now.
  if (status >= 0) {
    answer_at(then, call->op, status, out->val);
    return WEFT_PENDING;
  }
  env_.at(then, [this, op = call->op, status, copy = error] {
    port_.complete(port_.self, op, status, {nullptr, 0}, &copy);
  });
  error = {};
  error.size = sizeof error;
  return WEFT_PENDING;
}

void SimTools::answer(const std::string& name) {
  const weft_op op = waiting.at(name);
  waiting.erase(name);
  hanging_.erase(op);
  port_.complete(port_.self, op, WEFT_OK, {&null_slot, 0}, nullptr);
}

void SimTools::answer_at(int64_t tick, weft_op op, weft_status status, weft_val result) {
  env_.at(tick,
          [this, op, status, result] { port_.complete(port_.self, op, status, result, nullptr); });
}

void SimTools::cancel(void* self, weft_op op) noexcept {
  SimTools& all = *static_cast<Tool*>(self)->all;
  std::erase_if(all.waiting, [op](const auto& one) { return one.second == op; });
  if (all.hanging_.erase(op) != 0) all.answer_at(all.env_.now(), op, WEFT_CANCELLED, {nullptr, 0});
}

}  // namespace weft::tests
