// pattern.sequential: steps one after another. Where it stands is what the node table says, so it
// needs no memo.
#include <weft/sdk.hpp>

#include <string>

using namespace weft::lit;
using weft::Result;
using weft::Value;

namespace {

enum class When : uint8_t { success, failure, always };

When when_of(Value run_if) {
  const std::string_view text = run_if.as_text();
  return text == "always" ? When::always : text == "failure" ? When::failure : When::success;
}

// A step may only speak of steps before it.
void check_order(Value step, Value steps, std::string_view field, weft::Builder& problems) {
  const int64_t own = step["node"_k].as_i64();
  for (const Value other : step[weft::Key(field)]) {
    if (other.as_i64() < own) continue;
    const auto number = static_cast<uint32_t>(other.as_i64());
    const std::string id(steps[number]["id"_k].as_text());
    const std::string verb = field == "refs" ? "uses the result of" : "depends on";
    problems.begin_object();
    problems.set("pointer"_k, std::string_view("/steps/" + std::to_string(own)));
    problems.set("code"_k, "plan.not_finished");
    problems.set("message"_k,
                 std::string_view("the step '" + std::string(step["id"_k].as_text()) + "' " + verb +
                                  " '" + id + "', which cannot have finished before it"));
    problems.set("hint"_k, std::string_view("put '" + id + "' before it"));
    problems.set("certain"_k, true);
    problems.end_object();
  }
}

// Steps behind one that always ends the run, or fails.
void note_unreached(Value steps, weft::Builder& notes) {
  uint32_t at = 0, dead = 0, first = 0;
  while (at < steps.size() && !steps[at]["ends"_k].as_bool()) ++at;
  for (uint32_t i = at + 1; i < steps.size(); ++i) {
    if (when_of(steps[i]["run_if"_k]) != When::success) continue;
    if (dead++ == 0) first = i;
  }
  if (dead == 0) return;
  std::string who = "the step '" + std::string(steps[first]["id"_k].as_text()) + "'";
  if (dead > 1) who += " and " + std::to_string(dead - 1) + " more behind it";
  const std::string before = "'" + std::string(steps[at]["id"_k].as_text()) + "'";
  notes.begin_object();
  notes.set("pointer"_k, std::string_view("/steps/" + std::to_string(first)));
  notes.set("code"_k, "plan.dead_step");
  notes.set("message"_k, std::string_view("only a run that starts behind " + before + " comes to " +
                                          who + ", for " + before + " always ends here"));
  notes.set("hint"_k, std::string_view("remove what is behind " + before +
                                       ", or say with 'if' when it ends"));
  notes.end_object();
}

}  // namespace

struct Sequential {
  static constexpr std::string_view id = "sequential";

  // Steps that do not run on success are few, so only they are written down.
  Result<Value> compile(Value block, weft::Builder& out) {
    const Value steps = block["steps"_k];
    out.begin_object();
    out.key("plan"_k);
    out.begin_object();
    out.key("run_if"_k);
    out.begin_array();
    for (const Value step : steps) {
      if (when_of(step["run_if"_k]) == When::success) continue;
      out.begin_array();
      out.add(step["node"_k]);
      out.integer(static_cast<int64_t>(when_of(step["run_if"_k])));
      out.end_array();
    }
    out.end_array();
    out.end_object();
    out.key("problems"_k);
    out.begin_array();
    for (const Value step : steps) {
      check_order(step, steps, "depends_on", out);
      check_order(step, steps, "refs", out);
    }
    out.end_array();
    out.key("notes"_k);
    out.begin_array();
    note_unreached(steps, out);
    out.end_array();
    out.end_object();
    return out.take_value();
  }

  struct Cache {
    uint32_t next = 0;                // the first step that was not decided yet
    uint32_t failed = UINT32_MAX;     // the step that failed the block
    uint32_t succeeded = UINT32_MAX;  // the latest one that did
    uint32_t exception = 0;           // position in the list of steps with 'run_if'
    uint32_t special = 0;             // no step before this one is among them
  };

  Result<Cache> open(const weft::sdk::Frame& frame) {
    Cache cache;
    const auto n = static_cast<uint32_t>(frame.size());
    while (cache.next < n && frame.status(cache.next) != WEFT_NODE_PENDING) {
      note(cache, cache.next, frame.status(cache.next));
      ++cache.next;
    }
    for (uint32_t later = cache.next + 1; later < n; ++later) {
      if (frame.status(later) == WEFT_NODE_PENDING) continue;
      return weft::sdk::failure("out_of_order", "a step stands before one that has run already");
    }
    return cache;
  }

  Result<void> step(Cache& cache, const weft::sdk::Frame& frame, std::span<const weft_fact> facts,
                    weft::sdk::Commands& commands) {
    for (const weft_fact& fact : facts) {
      const uint32_t node = weft::sdk::node_of(fact.node);
      if (fact.kind == WEFT_FACT_BEGIN) {
        while ((fact.flags & 1U) != 0 && cache.next < node) {
          commands.skip(cache.next++, "the run starts at a later step");
        }
        advance(cache, frame, commands);
      } else if (fact.kind == WEFT_FACT_ENDED) {
        note(cache, node, static_cast<uint32_t>(fact.a));
        advance(cache, frame, commands);
      }
    }
    return {};
  }

 private:
  static void note(Cache& cache, uint32_t node, uint32_t status) {
    if (status == WEFT_NODE_SUCCEEDED) cache.succeeded = node;
    const bool failed = status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED;
    if (failed && cache.failed == UINT32_MAX) cache.failed = node;
  }

  static When when(Cache& cache, const weft::sdk::Frame& frame) {
    if (cache.next < cache.special) return When::success;
    const Value exceptions = frame.plan()["run_if"_k];
    for (; cache.exception < exceptions.size(); ++cache.exception) {
      const Value exception = exceptions[cache.exception];
      cache.special = static_cast<uint32_t>(exception[0U].as_i64());
      if (cache.special == cache.next) return static_cast<When>(exception[1U].as_i64());
      if (cache.special > cache.next) return When::success;
    }
    cache.special = UINT32_MAX;
    return When::success;
  }

  // Starts the next step that is to run; ends the block when there is none.
  static void advance(Cache& cache, const weft::sdk::Frame& frame, weft::sdk::Commands& commands) {
    const bool has_failed = cache.failed != UINT32_MAX;
    while (cache.next < frame.size()) {
      const When needed = when(cache, frame);
      const uint32_t node = cache.next++;
      if (needed == When::always || (needed == When::failure) == has_failed) {
        return commands.start(node);
      }
      commands.skip(node, has_failed ? "a step before it failed" : "nothing failed");
    }
    if (has_failed) return commands.fail_node(cache.failed);
    if (cache.succeeded == UINT32_MAX) return commands.return_value(weft::null_value());
    commands.return_node(cache.succeeded);
  }
};

WEFT_PLUGIN(Sequential);
