// From a block with sides to its plan: what is wrong with it, and how people see it.
#include <algorithm>
#include <string>

#include "sides.hpp"

using namespace weft::lit;
using weft::Value;

namespace conditional {
namespace {

When when_of(Value run_if) {
  const std::string_view text = run_if.as_text();
  return text == "always" ? When::always : text == "failure" ? When::failure : When::success;
}

// A side as it is written, with where that is.
struct Written {
  std::string label, pointer;
  Value condition, steps;
  bool is_list = true;  // else steps is one step, and the side is that
};

using Blocks = std::vector<std::vector<Written>>;

// What a step or a condition speaks of must stand before it, and not on another side of its block.
class Order final {
 public:
  Order(const Blocks& blocks, weft::Builder& out) : blocks_(blocks), out_(out) {}

  void check() {
    for (const auto& block : blocks_) {
      const std::vector<std::pair<uint64_t, std::string>> before = known_;
      std::vector<std::pair<uint64_t, std::string>> after = known_;
      for (const Written& side : block) {
        known_ = before;
        if (side.condition.exists()) condition(side);
        steps(side);
        after.insert(after.end(), known_.begin() + static_cast<std::ptrdiff_t>(before.size()),
                     known_.end());
      }
      known_ = std::move(after);
    }
  }

 private:
  void condition(const Written& side) {
    for (const Value node : side.condition["refs"_k]) {
      if (knows(node.as_u64())) continue;
      problem(side.pointer, "the condition of '" + side.label + "' speaks of a step that " + why);
    }
  }
  void steps(const Written& side) {
    for (uint32_t i = 0; i < side.steps.size() || (!side.is_list && i == 0); ++i) {
      const Value step = side.is_list ? side.steps[i] : side.steps;
      for (const Value list : {step["depends_on"_k], step["refs"_k]}) {
        for (const Value node : list) {
          if (knows(node.as_u64())) continue;
          const std::string id(step["id"_k].as_text());
          problem(side.pointer, "the step '" + id + "' speaks of a step that " + why);
        }
      }
      known_.emplace_back(step["node"_k].as_u64(), step["id"_k].as_text());
      if (!side.is_list) break;
    }
  }
  bool knows(uint64_t node) const {
    return std::any_of(known_.begin(), known_.end(),
                       [node](const auto& one) { return one.first == node; });
  }
  void problem(const std::string& pointer, const std::string& message) {
    out_.begin_object();
    out_.set("pointer"_k, std::string_view(pointer));
    out_.set("code"_k, "plan.not_finished");
    out_.set("message"_k, std::string_view(message));
    out_.set("hint"_k,
             "speak of steps of the same side that stand before it, or of earlier blocks");
    out_.end_object();
  }

  static constexpr const char* why = "cannot have finished before it";
  const Blocks& blocks_;
  weft::Builder& out_;
  std::vector<std::pair<uint64_t, std::string>> known_;
};

template <class See>
void each_step(const Written& side, const See& see) {
  if (!side.is_list) return see(side.steps);
  for (const Value step : side.steps) see(step);
}

void add_nodes(const Written& side, weft::Builder& out) {
  out.begin_array();
  each_step(side, [&](Value step) { out.add(step["node"_k]); });
  out.end_array();
}

void add_condition(const Written& side, weft::Builder& out) {
  side.condition.exists() ? out.add(side.condition["node"_k]) : out.null();
}

// 'every' is how a switch spells it.
bool takes_all(Value block) {
  return block["execute_all_matching"_k].as_bool() || block["every"_k].exists();
}

// What is run is {blocks, run_if, asking}, what people see are the sides.
void write(const Blocks& blocks, Value block, weft::Builder& out) {
  out.set("form"_k, "sides");
  if (block["learning"_k].as_bool()) out.set("learning"_k, true);
  if (block["adaptive"_k].as_bool()) out.set("adaptive"_k, true);
  out.set("takes_all"_k, takes_all(block));
  out.set("asks_all"_k, takes_all(block) || !block["short_circuit"_k].as_bool(true));
  if (block["max_branches_to_evaluate"_k].exists()) {
    out.set("conditions_max"_k, block["max_branches_to_evaluate"_k]);
  }
  out.key("blocks"_k);
  out.begin_array();
  for (const auto& sides : blocks) {
    out.begin_array();
    for (const Written& side : sides) {
      out.begin_array();
      add_condition(side, out);
      add_nodes(side, out);
      out.end_array();
    }
    out.end_array();
  }
  out.end_array();
  out.key("run_if"_k);
  out.begin_array();
  const auto exception = [&](Value step) {
    if (when_of(step["run_if"_k]) == When::success) return;
    out.begin_array();
    out.add(step["node"_k]);
    out.integer(static_cast<int64_t>(when_of(step["run_if"_k])));
    out.end_array();
  };
  for (const auto& sides : blocks) {
    for (const Written& side : sides) each_step(side, exception);
  }
  out.end_array();
  out.key("sides"_k);
  out.begin_array();
  for (const auto& sides : blocks) {
    for (const Written& side : sides) {
      out.begin_array();
      out.text(side.label);
      add_condition(side, out);
      add_nodes(side, out);
      out.end_array();
    }
  }
  out.end_array();
}

// Sides that run at once do not see what others write.
void write_branches(const std::vector<Written>& sides, weft::Builder& out) {
  std::vector<std::pair<uint64_t, uint32_t>> branches;  // node and number
  for (uint32_t i = 0; i < sides.size(); ++i) {
    each_step(sides[i], [&](Value step) { branches.emplace_back(step["node"_k].as_u64(), i); });
  }
  std::sort(branches.begin(), branches.end());
  out.key("branches"_k);
  out.begin_array();
  uint64_t node = 0;
  for (const auto& [at, number] : branches) {
    for (; node < at; ++node) out.null();
    out.natural(number);
    ++node;
  }
  out.end_array();
}

void compile(const Blocks& blocks, Value block, weft::Builder& out) {
  out.begin_object();
  out.key("plan"_k);
  out.begin_object();
  write(blocks, block, out);
  out.end_object();
  out.key("problems"_k);
  out.begin_array();
  Order(blocks, out).check();
  const bool is_switch = block["form"_k].as_text() == "switch";
  if (is_switch && block["first"_k].exists() == block["every"_k].exists()) {
    out.begin_object();
    out.set("pointer"_k, "");
    out.set("code"_k, "plan.switch");
    out.set("message"_k, "a switch has either 'first' or 'every'");
    out.set("hint"_k, "write 'first' where one branch runs, 'every' where all do that may");
    out.end_object();
  }
  out.end_array();
  if (takes_all(block)) write_branches(blocks.front(), out);
  out.end_object();
}

}  // namespace

void compile_flow(Value block, weft::Builder& out) {
  Blocks blocks;
  uint32_t number = 0;
  for (const Value one : block["conditions"_k]) {
    auto& sides = blocks.emplace_back();
    const std::string at = "/conditions/" + std::to_string(number++);
    const std::string named = std::to_string(number) + ": ";
    sides.push_back({named + "if", at, one["if"_k], one["then"_k]});
    uint32_t other = 0;
    for (const Value more : one["elif"_k]) {
      const std::string below = at + "/elif/" + std::to_string(other++);
      sides.push_back({named + "elif", below, more["if"_k], more["then"_k]});
    }
    sides.push_back({named + "else", at, Value(), one["else"_k]});
  }
  compile(blocks, block, out);
}

void compile_branches(Value block, weft::Builder& out) {
  Blocks blocks(1);
  const bool is_switch = block["form"_k].as_text() == "switch";
  const std::string field = !is_switch ? "branches" : takes_all(block) ? "every" : "first";
  uint32_t number = 0;
  for (const Value one : block[weft::Key(field)]) {
    blocks.front().push_back({std::string(one["id"_k].as_text()) + " if",
                              "/" + field + "/" + std::to_string(number++), one["condition"_k], one,
                              false});
  }
  if (block["execute_default_on_no_match"_k].as_bool(true) || block["default"_k].size() == 0) {
    blocks.front().push_back({"default", "/default", Value(), block["default"_k]});
  }
  compile(blocks, block, out);
}

}  // namespace conditional
