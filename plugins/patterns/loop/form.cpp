#include "form.hpp"

#include <algorithm>
#include <charconv>
#include <string>

using namespace weft::lit;
using weft::Value;

namespace loop {
namespace {

constexpr uint32_t most_by_condition = 1'000;  // iterations that only a condition ends
constexpr uint32_t last_max = 100;
constexpr uint64_t record_bytes_max = 1'024;  // of those that one memo takes over
constexpr uint32_t table_max = 65'536;        // nodes of all lanes, but never less than run at once

void complain(weft::Builder& out, std::string_view pointer, std::string_view code,
              std::string_view message, std::string_view hint) {
  out.begin_object();
  out.set("pointer"_k, pointer);
  out.set("code"_k, code);
  out.set("message"_k, message);
  out.set("hint"_k, hint);
  out.end_object();
}

// What may stand in the iterator or beside it.
Value field(Value block, weft::Key name) {
  const Value inside = block["iterator"_k][name];
  return inside.exists() ? inside : block[name];
}

Value count_of(Value block) {
  return block["n"_k].exists() ? block["n"_k] : block["iterator"_k]["count"_k];
}

Value collection_of(Value block) {
  const Value iterator = block["iterator"_k];
  if (block["in"_k].exists()) return block["in"_k];
  return iterator["node"_k].exists() ? iterator : iterator["collection"_k];
}

// What a memo needs for the record of an iteration: an entry for each step, in slots of 16 bytes.
uint64_t record_bytes(Value body) {
  uint64_t bytes = 16;
  for (const Value step : body) bytes += 32 + (step["id"_k].as_text().size() + 7) / 8 * 8;
  return bytes;
}

// first_n(3), FirstN(3) and the like begin with the same word.
bool begins_with(std::string_view text, std::string_view word) {
  const auto same = [](char c, char of) { return (c >= 'A' && c <= 'Z' ? c + 32 : c) == of; };
  return text.size() >= word.size() && std::equal(word.begin(), word.end(), text.begin(),
                                                  [&](char of, char c) { return same(c, of); });
}

uint32_t number_in(std::string_view text) {
  uint32_t n = 0;
  const size_t open = text.find('(');
  if (open == std::string_view::npos) return 0;
  std::from_chars(text.data() + open + 1, text.data() + text.size(), n);
  return n;
}

// "50MB" and the like; -1 where it is no size.
int64_t bytes_of(Value size) {
  if (size.is_integer()) return size.as_i64();
  const std::string_view text = size.as_text();
  int64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  std::string unit(end, text.data() + text.size());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char c) { return static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c); });
  if (error != std::errc() || n < 0) return -1;
  const int64_t factor = unit.empty() || unit == "B" ? 1
                         : unit == "KB"              ? 1'000
                         : unit == "MB"              ? 1'000'000
                         : unit == "GB"              ? 1'000'000'000
                                                     : -1;
  return factor < 0 || n > INT64_MAX / factor ? -1 : n * factor;
}

void write_problems(Value block, weft::Builder& out) {
  const Value iterator = block["iterator"_k];
  const bool has_items = collection_of(block).exists();
  const int sources = static_cast<int>(has_items) + static_cast<int>(iterator["range"_k].exists()) +
                      static_cast<int>(count_of(block).exists());
  const bool has_condition = field(block, "while"_k).exists() || field(block, "until"_k).exists();
  const bool breaks = block["break_conditions"_k].exists() || block["max_iterations"_k].exists();
  out.begin_array();
  if (sources > 1) {
    complain(out, "/iterator", "loop.iterator", "a loop goes over one thing, not over several",
             "keep one of 'collection', 'range' and 'count'");
  }
  if (sources == 0 && !has_condition && !breaks) {
    complain(out, "", "loop.iterator", "nothing says how often the loop runs",
             "give it 'for', 'while', 'until', or 'iterator' with 'range' or 'count'");
  }
  const Value step = iterator["range"_k]["step"_k];
  if (step.is_integer() && step.as_i64() == 0) {
    complain(out, "/iterator/range/step", "loop.zero_step", "a range with step 0 never ends",
             "leave 'step' out for steps of 1");
  }
  if (block["detach"_k].as_bool()) {
    complain(out, "/detach", "loop.detach", "a step is detached, not the loop around it",
             "write the body as one step: {workflow: NAME, detached: true}");
  }
  if (block["body"_k].size() == 0) {
    complain(out, "/body", "loop.no_body", "the loop does nothing", "give it a step");
  }
  const Value aggregation = block["aggregation"_k];
  if (begins_with(aggregation.as_text(), "last") && number_in(aggregation.as_text()) > last_max) {
    complain(out, "/aggregation", "spec.range", "the last 100 results can be kept at most",
             "collect all of them");
  }
  if (block["recalls"_k].as_bool() && record_bytes(block["body"_k]) > record_bytes_max) {
    complain(out, "/body", "loop.too_many_steps",
             "the body has too many steps for 'iterations' to tell of each",
             "put them into a block: {id, steps: [...]}");
  }
  const Value memory = block["limits"_k]["memory"_k];
  if (memory.exists() && bytes_of(memory) < 0) {
    complain(out, "/limits/memory", "spec.range", "'memory' must be a size", "such as \"50MB\"");
  }
  for (uint32_t i = 0; i < block["body"_k].size(); ++i) {
    const Value one = block["body"_k][i];
    for (const weft::Key list : {"depends_on"_k, "refs"_k}) {
      for (const Value other : one[list]) {
        if (other.as_u64() < one["node"_k].as_u64()) continue;
        complain(out, "/body/" + std::to_string(i), "plan.not_finished",
                 "the step '" + std::string(one["id"_k].as_text()) +
                     "' speaks of a step that cannot have finished before it",
                 "put that step before it");
      }
    }
  }
  out.end_array();
}

// The highest number of a node that is said somewhere below, and one more.
uint32_t nodes_in(Value value) {
  uint32_t n = 0;
  if (!value.is_object() && !value.is_array()) return n;
  if (value["node"_k].is_integer()) n = static_cast<uint32_t>(value["node"_k].as_u64()) + 1;
  for (const Value one : value) n = std::max(n, nodes_in(one));
  return n;
}

uint32_t lanes_of(uint32_t nodes, uint32_t at_once) {
  const uint32_t wanted = std::max<uint32_t>(128, 2 * at_once + 64);
  const uint32_t room = table_max / std::max<uint32_t>(nodes, 1);
  return std::clamp<uint32_t>(room, 2 * at_once + 2, wanted);
}

}  // namespace

// The block itself says all there is to know; what may stand at two places is put at one.
Value compile(Value block, weft::Builder& out) {
  const uint32_t nodes = nodes_in(block);
  const auto at_once = static_cast<uint32_t>(block["concurrency"_k].as_u64(1));
  const uint32_t lanes = lanes_of(nodes, at_once);
  out.begin_object();
  out.key("plan"_k);
  out.begin_object();
  out.set("nodes"_k, nodes);
  out.set("lanes"_k, lanes);
  if (collection_of(block).exists()) out.set("collection"_k, collection_of(block));
  if (block["iterator"_k]["range"_k].exists()) out.set("range"_k, block["iterator"_k]["range"_k]);
  if (count_of(block).exists()) out.set("count"_k, count_of(block));
  for (const weft::Key name : {"while"_k, "until"_k}) {
    if (field(block, name).exists()) out.set(name, field(block, name));
  }
  out.key("body"_k);
  out.begin_array();
  for (const Value step : block["body"_k]) {
    out.begin_object();
    out.set("node"_k, step["node"_k]);
    if (block["recalls"_k].as_bool()) out.set("id"_k, step["id"_k]);
    if (step["run_if"_k].as_text("success") != "success") out.set("run_if"_k, step["run_if"_k]);
    out.end_object();
  }
  out.end_array();
  for (const weft::Key name :
       {"break_conditions"_k, "max_iterations"_k, "aggregation"_k, "continue_on_error"_k,
        "timeout"_k, "iteration_timeout"_k, "iteration_delay"_k, "concurrency"_k, "on_limit"_k,
        "binds"_k, "recalls"_k, "limits"_k, "join"_k}) {
    if (block[name].exists()) out.set(name, block[name]);
  }
  out.end_object();
  out.key("problems"_k);
  write_problems(block, out);
  out.set("lanes"_k, lanes);
  // Iterations that overlap do not see what others write.
  out.key("branches"_k);
  out.begin_array();
  for (uint32_t n = 0; at_once > 1 && n < nodes; ++n) out.natural(0U);
  out.end_array();
  out.key("spared"_k);
  out.begin_array();
  for (const Value step : block["body"_k]) {
    if (block["continue_on_error"_k].as_bool()) out.add(step["node"_k]);
  }
  out.end_array();
  out.end_object();
  return out.take_value();
}

namespace {

uint32_t node_of(Value said) { return static_cast<uint32_t>(said["node"_k].as_u64(none)); }

Number number_of(Value said, int64_t fallback) {
  return {said.as_i64(fallback), node_of(said), said.exists()};
}

void read_parts(Value plan, Form& form) {
  const auto add = [&](Part::Kind kind, uint32_t node) {
    form.parts.push_back({kind, node, When::success, {}, {}});
  };
  if (plan["while"_k].exists()) add(Part::Kind::before, node_of(plan["while"_k]));
  form.body_first = static_cast<uint32_t>(form.parts.size());
  for (const Value step : plan["body"_k]) {
    add(Part::Kind::body, node_of(step));
    form.parts.back().id = step["id"_k].as_text();
    const std::string_view when = step["run_if"_k].as_text();
    if (when == "always") form.parts.back().when = When::always;
    if (when == "failure") form.parts.back().when = When::failure;
  }
  form.body_end = static_cast<uint32_t>(form.parts.size());
  if (form.keep == Keep::reduce) {
    form.reduce = form.body_end;
    add(Part::Kind::reduce, node_of(plan["aggregation"_k]["reduce"_k]));
  }
  if (plan["until"_k].exists()) add(Part::Kind::until, node_of(plan["until"_k]));
  const Value breaks = plan["break_conditions"_k];
  const auto add_break = [&](Value one) {
    const Value expression = one["expression"_k];
    add(Part::Kind::breaks, node_of(expression.exists() ? expression : one));
    form.parts.back().message = one["message"_k].as_text();
  };
  if (breaks.is_object()) add_break(breaks);
  for (uint32_t i = 0; breaks.is_array() && i < breaks.size(); ++i) add_break(breaks[i]);
}

void read_keep(Value said, Form& form) {
  const std::string_view text = said.as_text("collect_all");
  form.kept = number_in(text);
  if (text == "none") form.keep = Keep::nothing;
  if (text == "last_only" || begins_with(text, "last")) form.keep = Keep::last;
  if (text == "last_only") form.kept = 0;  // the result itself, not a list
  if (begins_with(text, "first")) form.keep = Keep::first;
  if (said["first_n"_k].exists()) form.keep = Keep::first;
  if (said["last_n"_k].exists()) form.keep = Keep::last;
  for (const weft::Key name : {"first_n"_k, "last_n"_k}) {
    if (said[name].exists()) form.kept = static_cast<uint32_t>(said[name].as_u64());
  }
  if (said["reduce"_k].exists()) form.keep = Keep::reduce;
  form.initial = said["initial"_k];
}

void read_limits(Value said, Limits& limits) {
  limits.time_ns = said["time"_k].as_i64(unlimited);
  limits.tokens = said["tokens"_k].as_i64(unlimited);
  limits.steps = said["steps"_k].as_i64(unlimited);
  limits.cost = said["cost"_k].as_f64(unlimited);
  if (said["memory"_k].exists()) limits.memory = bytes_of(said["memory"_k]);
}

}  // namespace

Form read(Value plan) {
  Form form;
  form.nodes = static_cast<uint32_t>(plan["nodes"_k].as_u64(1));
  form.lanes = static_cast<uint32_t>(plan["lanes"_k].as_u64(1));
  form.collection = node_of(plan["collection"_k]);
  const Value range = plan["range"_k];
  form.is_range = range.exists();
  form.start = number_of(range["start"_k], 0);
  form.end = number_of(range["end"_k], 0);
  form.step = number_of(range["step"_k], 1);
  form.count = number_of(plan["count"_k], 0);
  read_keep(plan["aggregation"_k], form);
  read_parts(plan, form);
  const bool is_finite = form.collection != none || form.is_range || form.count.is_given;
  form.most = plan["max_iterations"_k].as_i64(is_finite ? unlimited : most_by_condition);
  form.fails_at_most = plan["on_limit"_k].as_text() == "fail";
  form.at_once = static_cast<uint32_t>(plan["concurrency"_k].as_u64(1));
  const Value join = plan["join"_k];
  form.enough = (join.is_object() ? join["n"_k] : join).as_i64(unlimited);
  form.cancels_rest = join["cancel_rest"_k].as_bool();
  form.binds = plan["binds"_k].as_bool(true);
  form.goes_on = plan["continue_on_error"_k].as_bool();
  form.recalls = plan["recalls"_k].as_bool();
  form.recalled = static_cast<uint32_t>(record_bytes_max / record_bytes(plan["body"_k]));
  form.timeout_ns = plan["timeout"_k].as_i64();
  form.iteration_ns = plan["iteration_timeout"_k].as_i64();
  form.delay_ns = plan["iteration_delay"_k].as_i64();
  read_limits(plan["limits"_k], form.limits);
  return form;
}

}  // namespace loop
