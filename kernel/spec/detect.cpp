#include "spec/detect.hpp"

#include <algorithm>
#include <cstdio>
#include <vector>

#include "base/text.hpp"

namespace weft::spec {

using namespace lit;

namespace {

bool has_any(Value object, std::span<const Key> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](Key key) { return object[key].exists(); });
}

constexpr Key of_steps[] = {"tool"_k,     "command"_k,  "agent"_k, "workflow"_k,
                            "template"_k, "approval"_k, "wait"_k,  "set"_k,
                            "state"_k,    "fail"_k,     "end"_k};
constexpr Key of_loops[] = {"iterator"_k, "for"_k, "foreach"_k, "while"_k, "until"_k};
constexpr Key of_continuous[] = {"continuous"_k, "continuous_processing"_k};
constexpr Key of_topologies[] = {"topology"_k, "topology_type"_k};
// Where steps and blocks stand, and where what holds them does.
constexpr Key of_contents[] = {"steps"_k, "stages"_k,       "body"_k,        "then"_k,
                               "else"_k,  "then_actions"_k, "else_actions"_k};
constexpr Key of_sides[] = {"branches"_k, "conditions"_k, "elif"_k, "default"_k, "transitions"_k};
constexpr Key of_conditions[] = {"if"_k, "condition"_k, "when"_k};

bool is_list_of_steps(Value value) { return value.is_array() || value.is_object(); }

class Counter final {
 public:
  Measures counted;
  std::string first_condition;  // where the first one stands

  void block(Value object, uint32_t depth) {
    if (!object.is_object() || depth > 64) return;
    counted.depth = std::max(counted.depth, depth);
    if (has_any(object, of_loops)) ++counted.loops;
    if (object["source"_k].exists()) ++counted.streams;
    if (object["revision_loop"_k].is_object()) ++counted.loops;
    if (object["agents"_k].is_object()) counted.agents += object["agents"_k].size();
    for (const Key key : of_contents) contents(object[key], depth);
    for (const Key key : of_sides) sides(object[key], depth);
  }

 private:
  void contents(Value value, uint32_t depth) {
    if (value.is_object() && (has_any(value, of_steps) || value["type"_k].exists())) {
      return step(value, depth);
    }
    if (!is_list_of_steps(value)) return;
    for (const Value one : value) step(one, depth);
  }

  void step(Value object, uint32_t depth) {
    if (!object.is_object()) return;
    condition_of(object);
    if (object["agent"_k].exists()) ++counted.agents;
    if (has_any(object, of_steps)) {
      ++counted.steps;
      sides(object["branches"_k], depth);  // of a graph
    } else {
      block(object, depth + 1);
    }
  }

  // A branch, a side of a choice, a transition: it holds steps without being one.
  void sides(Value value, uint32_t depth) {
    if (!is_list_of_steps(value)) return;
    for (const Value one : value) {
      if (!one.is_object()) continue;
      if (has_any(one, of_steps) || one["type"_k].exists()) {
        if (one["validator"_k].exists()) ++counted.loops;
        if (!one["from"_k].exists() && !one["validator"_k].exists()) {
          step(one, depth);
          continue;
        }
      }
      condition_of(one);
      for (const Key key : of_contents) contents(one[key], depth);
      sides(one["elif"_k], depth);
    }
  }

  void condition_of(Value object) {
    for (const Key key : of_conditions) {
      if (!object[key].exists()) continue;
      ++counted.conditions;
      if (first_condition.empty()) first_condition = object[key].as_text("a condition");
    }
  }
};

Value steps_of(Value block) {
  return block["steps"_k].exists() ? block["steps"_k] : block["stages"_k];
}

std::string_view id_of(Value step) {
  for (const Key key : {"id"_k, "stage_id"_k, "name"_k}) {
    if (step[key].is_text()) return step[key].as_text();
  }
  return {};
}

bool names(Value list, std::string_view id) {
  if (list.is_text()) return list.as_text() == id;
  for (uint32_t i = 0; list.is_array() && i < list.size(); ++i) {
    if (list[i].as_text() == id) return true;
  }
  return false;
}

// A step after the other: none waits for anything but the one right before it, none is a block.
bool is_linear(Value block, const Measures& measures) {
  const Value steps = steps_of(block);
  const bool is_plain = measures.depth == 1 && measures.loops == 0 && measures.conditions == 0 &&
                        !block["branches"_k].exists() && !block["transitions"_k].exists();
  if (!steps.is_array() || !is_plain) return false;
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const Value after = steps[i]["depends_on"_k];
    const std::string_view before = i > 0 ? id_of(steps[i - 1]) : std::string_view();
    if (after.is_text() && after.as_text() != before) return false;
    for (uint32_t k = 0; after.is_array() && k < after.size(); ++k) {
      if (after[k].as_text() != before) return false;
    }
  }
  return true;
}

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

// Whether a template in a value speaks of an id.
bool speaks_of(Value value, std::string_view id) {
  if (value.is_text()) {
    const std::string_view text = value.as_text();
    if (text.find("{{") == text.npos && text.find("${") == text.npos) return false;
    for (size_t at = text.find(id); at != text.npos; at = text.find(id, at + 1)) {
      const size_t end = at + id.size();
      const bool begins = at == 0 || !is_word(text[at - 1]);
      if (begins && (end == text.size() || !is_word(text[end]))) return true;
    }
    return false;
  }
  for (uint32_t i = 0; (value.is_array() || value.is_object()) && i < value.size(); ++i) {
    if (speaks_of(value[i], id)) return true;
  }
  return false;
}

std::string_view form_of(std::string_view mode, Value block, bool is_plain) {
  if (mode == "pipeline" || mode == "swarm" || mode == "chain") return mode;
  if (block["conditions"_k].is_array()) return "flow";
  if (block["initial_step"_k].exists()) return "conditional";
  if (has_any(block, of_loops)) return "loop";
  if (block["branches"_k].exists()) return mode == "flow" ? "conditional" : "parallel";
  if (block["transitions"_k].exists() || block["revision_loop"_k].exists()) return "dag";
  return mode == "flow" && is_plain ? "chain" : "hybrid";
}

std::string number_text(double number, int decimals = 1) {
  char text[32];
  std::snprintf(text, sizeof text, "%.*f", decimals, number);
  return text;
}

}  // namespace

Measures measure(Value definition) {
  for (uint32_t i = 0; i < definition.size() && definition.is_object(); ++i) {
    if (definition.key(i).starts_with('/')) definition = definition[i];
  }
  Counter counter;
  counter.block(definition, 1);
  return counter.counted;
}

double Measures::complexity() const {
  const double sum = 0.3 * steps + conditions + loops + 0.7 * agents + 0.5 * streams +
                     0.5 * (static_cast<double>(depth) - 1);
  return std::min(10.0, sum);
}

std::string Measures::terms() const {
  std::string text;
  const auto add = [&](double weight, uint32_t count, std::string_view one) {
    if (count == 0) return;
    if (!text.empty()) text += " + ";
    if (weight != 1) text += number_text(weight) + " x ";
    text += std::to_string(count).append(" ").append(one);
    if (count != 1) text += 's';
  };
  add(0.3, steps, "step");
  add(1, conditions, "condition");
  add(1, loops, "loop");
  add(0.7, agents, "agent");
  add(0.5, streams, "stream");
  add(0.5, depth - 1, "level");
  return text.empty() ? "nothing" : text;
}

double opportunity(Value definition) {
  const Value steps = steps_of(definition);
  if (!steps.is_array() || steps.size() == 0) return 0;
  const uint32_t count = std::min<uint32_t>(steps.size(), 1000);  // a guess need not be dear
  std::vector<uint32_t> length(count, 1);
  uint32_t longest = 1;
  for (uint32_t i = 0; i < count; ++i) {
    for (uint32_t k = 0; k < i; ++k) {
      const std::string_view id = id_of(steps[k]);
      if (id.empty() || length[k] < length[i]) continue;
      if (names(steps[i]["depends_on"_k], id) || speaks_of(steps[i], id)) length[i] = length[k] + 1;
    }
    longest = std::max(longest, length[i]);
  }
  return 1.0 - static_cast<double>(longest) / count;
}

DetectBy detect_by(Value definition) {
  const bool is_score = base::fold_name(definition["detect"_k].as_text()) == "score";
  return is_score ? DetectBy::score : DetectBy::rules;
}

Value block_of_auto(Value definition) {
  if (definition["/auto"_k].exists()) return definition["/auto"_k];
  const Value type = definition["type"_k].exists() ? definition["type"_k] : definition["pattern"_k];
  return base::fold_name(type.as_text()) == "auto" ? definition : Value();
}

Detected detect(Value block, DetectBy by) {
  Counter counter;
  counter.block(block, 1);
  const Measures& measures = counter.counted;
  const bool is_continuous = std::any_of(std::begin(of_continuous), std::end(of_continuous),
                                         [&](Key key) { return block[key].as_bool(); });
  const bool is_swarm = block["agents"_k].exists() && has_any(block, of_topologies);
  const bool is_line = is_linear(block, measures);
  const auto say = [&](std::string_view mode, std::string why) {
    return Detected{mode, form_of(mode, block, measures.depth == 1), std::move(why)};
  };
  const auto flow = [&] {
    return say("flow", "it has the condition " + base::quoted(counter.first_condition));
  };
  if (by == DetectBy::score) {
    const double complexity = measures.complexity(), share = opportunity(block);
    const std::string scores = "its complexity is " + number_text(complexity) +
                               " and its parallel opportunity " + number_text(share, 2);
    if (complexity > 8 && share > 0.6) return say("swarm", scores);
    if (measures.conditions > 0) return flow();
    if (is_line && complexity < 5) return say("chain", "it is linear and " + scores);
    if (is_continuous) return say("pipeline", "it is continuous");
    return say("hybrid", "no other mode fits; " + scores);
  }
  if (is_continuous) return say("pipeline", "it is continuous");
  if (is_swarm) return say("swarm", "it has agents and a topology");
  if (measures.conditions > 0) return flow();
  if (is_line) return say("chain", "each step follows the one before it");
  return say("hybrid", "no other mode fits");
}

}  // namespace weft::spec
