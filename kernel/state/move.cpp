#include "state/move.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/text.hpp"
#include "state/table.hpp"

namespace weft::state {

using namespace weft::lit;

namespace {

std::string_view last_part(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string joined(const std::string& path, std::string_view id) {
  return path.empty() ? std::string(id) : path + '/' + std::string(id);
}

// Whether each node has a name of its own.
bool are_named(const plan::Plan& plan, const plan::Block& block) {
  bool are = block.lanes == 1;
  for (uint32_t n = 0; are && n < block.count; ++n) are = !plan.node(block, n).id.empty();
  return are;
}

bool is_call(const plan::Node& node) {
  return node.call != plan::none && node.kind == plan::Kind::block;
}

std::string_view kind_text(const plan::Node& node) {
  if (is_call(node)) return "the call of a workflow";
  constexpr std::string_view words[] = {"the call of a tool",
                                        "a block",
                                        "a condition",
                                        "a wait",
                                        "an approval",
                                        "a set",
                                        "a step of state",
                                        "a fail",
                                        "an end",
                                        "the start of a workflow"};
  const auto n = static_cast<size_t>(node.kind);
  return n < std::size(words) ? words[n] : "something else";
}

Error objection(std::string code, std::string message, std::string hint) {
  return {Status::conflict, std::move(code), std::move(message), std::move(hint), {}, 0};
}

}  // namespace

Mapping::Mapping(const plan::Plan& from, const plan::Plan& to, Value renamed)
    : from_(&from),
      to_(&to),
      renamed_(renamed),
      used_(renamed.size()),
      blocks_(from.blocks.size(), plan::none),
      nodes_(from.nodes.size(), plan::none) {
  match(0, 0, {});
  check_all_used();
}

// What a step is called in the other plan.
std::string_view Mapping::name_of(const std::string& path, std::string_view id) {
  for (uint32_t i = 0; i < renamed_.size(); ++i) {
    if (renamed_[i]["from"_k].as_text() != path) continue;
    used_[i] = true;
    return last_part(renamed_[i]["to"_k].as_text());
  }
  return id;
}

// What is called stands in the plan once; the first step that calls it says which it is now.
void Mapping::match(uint32_t block, uint32_t with, const std::string& path) {
  if (blocks_[block] != plan::none) return;
  blocks_[block] = with;
  const plan::Block& mine = from_->blocks[block];
  const plan::Block& theirs = to_->blocks[with];
  if (!are_named(*from_, mine) || !are_named(*to_, theirs)) return match_places(block, with, path);
  std::unordered_map<std::string_view, uint32_t> numbers;
  for (uint32_t n = 0; n < theirs.count; ++n) numbers.emplace(to_->node(theirs, n).id, n);
  for (uint32_t n = 0; n < mine.count; ++n) {
    const plan::Node& node = from_->node(mine, n);
    const std::string at = joined(path, node.id);
    const auto found = numbers.find(name_of(at, node.id));
    if (found == numbers.end()) continue;
    nodes_[mine.first + n] = found->second;
    const plan::Node& other = to_->node(theirs, found->second);
    const bool both =
        node.block != plan::none && other.block != plan::none && is_call(node) == is_call(other);
    if (both) match(node.block, other.block, at);
  }
}

// Conditions have no names, and iterations beside each other have them in common: such a block is
// matched as a whole, place by place, or not at all.
void Mapping::match_places(uint32_t block, uint32_t with, const std::string& path) {
  const plan::Block& mine = from_->blocks[block];
  const plan::Block& theirs = to_->blocks[with];
  bool is_same = mine.count == theirs.count && mine.lanes == theirs.lanes;
  for (uint32_t n = 0; is_same && n < mine.count; ++n) {
    const std::string_view id = from_->node(mine, n).id;
    is_same = to_->node(theirs, n).id == name_of(joined(path, id), id);
  }
  for (uint32_t n = 0; is_same && n < mine.count; ++n) {
    nodes_[mine.first + n] = n;
    const plan::Node& node = from_->node(mine, n);
    const plan::Node& other = to_->node(theirs, n);
    const bool both =
        node.block != plan::none && other.block != plan::none && is_call(node) == is_call(other);
    if (both && n < mine.written()) match(node.block, other.block, joined(path, node.id));
  }
}

void Mapping::check_all_used() {
  for (uint32_t i = 0; i < renamed_.size(); ++i) {
    if (used_[i]) continue;
    const std::string_view from = renamed_[i]["from"_k].as_text();
    std::vector<std::string_view> names;
    names.reserve(from_->nodes.size());
    for (const plan::Node& node : from_->nodes) names.push_back(node.id);
    std::string hint = base::did_you_mean(last_part(from), names);
    problems_.push_back(objection(
        "migrate.unknown_step", "the run has no step " + base::quoted(from) + " to be renamed",
        hint.empty() ? "name the step by its path, such as outer/inner" : std::move(hint)));
  }
}

namespace {

// The number that a branch has in the other plan; none when it is none there. Requires: the frame
// stands where it stood in the old plan.
uint32_t branch_after(const State& state, const Layer& layer, const plan::Plan& to,
                      const Mapping& mapping) {
  const Frame& frame = state.frames[layer.frame];
  const uint32_t with = mapping.block(frame.block);
  if (with == plan::none) return plan::none;
  if (layer.branch == called_branch) return layer.branch;
  if (!to.blocks[with].isolates) return plan::none;
  if (layer.branch == joined_branches) return layer.branch;
  for (uint32_t n = 0; n < frame.count; ++n) {
    if (state.node(frame, n).branch != layer.branch) continue;
    const uint32_t m = mapping.node(frame.block, n);
    if (m != plan::none) return to.node(to.blocks[with], m).branch;
  }
  return plan::none;
}

// What one look at a run and a plan finds.
class Look final {
 public:
  Look(const State& state, const plan::Plan& to, const Mapping& mapping)
      : state_(state),
        to_(to),
        mapping_(mapping),
        found_(mapping.problems()),
        is_said_(state.frames.size()) {}

  std::vector<Error> take() {
    for (const Frame& frame : state_.frames) look_at(frame);
    for (const Undo& undo : state_.undo) look_at(undo);
    for (const Layer& layer : state_.layers) look_at(layer);
    return std::move(found_);
  }

 private:
  void look_at(const Frame& frame);
  void look_at_open(const Frame& frame);
  void look_at(const Frame& frame, uint32_t n, const plan::Block& with);
  void look_at(const Undo& undo);
  void look_at(const Layer& layer);
  std::string path(const Frame& frame, uint32_t n) const {
    return base::quoted(step_path(state_, frame.number, n));
  }
  std::string block_name(const Frame& frame) const {
    if (frame.parent == event::no_frame) return "the outermost block";
    return "block " + path(state_.frames[frame.parent], frame.parent_node);
  }

  const State& state_;
  const plan::Plan& to_;
  const Mapping& mapping_;
  std::vector<Error> found_;
  std::vector<bool> is_said_;  // by frame: that its block is another one
};

void Look::look_at(const Frame& frame) {
  const uint32_t with = mapping_.block(frame.block);
  if (with == plan::none) return;  // the step that holds it is found
  for (uint32_t n = 0; n < frame.count; ++n) {
    if (frame.status[n] != WEFT_NODE_PENDING) look_at(frame, n, to_.blocks[with]);
  }
  if (!frame.closed) look_at_open(frame);
}

void Look::look_at(const Frame& frame, uint32_t n, const plan::Block& with) {
  const uint32_t m = mapping_.node(frame.block, n);
  const std::string_view status = node_status_text(frame.status[n]);
  if (m == plan::none && !are_named(*state_.plan, state_.block(frame))) {
    if (is_said_[frame.number]) return;
    is_said_[frame.number] = true;
    found_.push_back(objection("migrate.block_changed",
                               block_name(frame) + " has conditions or iterations, and its steps " +
                                   "are not those of the new definition",
                               "leave the steps of a block that has begun as they are"));
    return;
  }
  if (m == plan::none) {
    found_.push_back(objection(
        "migrate.step_gone",
        "step " + path(frame, n) + ", " + std::string(status) + ", is not in the new definition",
        "say which one it is now with --map, or keep it"));
    return;
  }
  const plan::Node& before = state_.node(frame, n);
  const plan::Node& now = to_.node(with, m);
  if (before.kind != now.kind || is_call(before) != is_call(now)) {
    found_.push_back(objection("migrate.step_changed",
                               "step " + path(frame, n) + ", " + std::string(status) + ", was " +
                                   std::string(kind_text(before)) + " and is now " +
                                   std::string(kind_text(now)),
                               "give the new step another id"));
  }
  const bool is_open = is_call(before) && is_call(now) && is_node_active(frame.status[n]);
  if (is_open && mapping_.block(before.block) != now.block) {
    found_.push_back(objection("migrate.call_changed",
                               "step " + path(frame, n) + " has called a workflow and calls " +
                                   "another one now, or one that other steps do not call",
                               "leave what it calls, or wait until the call has ended"));
  }
  const bool runs = frame.status[n] == WEFT_NODE_RUNNING && before.kind != plan::Kind::block;
  if (!runs && frame.status[n] != WEFT_NODE_READY) return;
  found_.push_back(objection("migrate.not_at_rest", "step " + path(frame, n) + " is running",
                             "wait until the run rests, or pause it"));
}

// A pattern goes on with its own memo, which may hold numbers of steps.
void Look::look_at_open(const Frame& frame) {
  const uint32_t with = mapping_.block(frame.block);
  const plan::Component& before = state_.plan->patterns[state_.block(frame).pattern];
  const plan::Component& now = to_.patterns[to_.blocks[with].pattern];
  if (before.id != now.id) {
    found_.push_back(objection("migrate.pattern_changed",
                               block_name(frame) + " is open under the pattern " +
                                   base::quoted(before.id) + ", and is now of " +
                                   base::quoted(now.id),
                               "keep the pattern, or give the block another id"));
    return;
  }
  bool is_same_order = true;
  for (uint32_t n = 0; n < frame.count; ++n) {
    is_same_order = is_same_order && mapping_.node(frame.block, n) == n;
  }
  if (is_same_order || !frame.memo.exists()) return;
  found_.push_back(objection("migrate.order_changed",
                             block_name(frame) + " keeps notes by the places of its steps, and " +
                                 "they are not where they were",
                             "add new steps behind the old ones and leave none out"));
}

// What may still be undone must be undone as it was promised.
void Look::look_at(const Undo& undo) {
  if (undo.stage == Undo::Stage::done || undo.stage == Undo::Stage::failed) return;
  const Frame& frame = state_.frames[undo.frame];
  const uint32_t with = mapping_.block(frame.block);
  const uint32_t m = with != plan::none ? mapping_.node(frame.block, undo.node) : plan::none;
  if (m == plan::none) return;  // said already
  const plan::Node& before = state_.node(frame, undo.node);
  const plan::Node& now = to_.node(to_.blocks[with], m);
  const plan::Rarity* rarity = to_.rarity(now);
  if (rarity == nullptr || rarity->compensation == plan::none) {
    found_.push_back(
        objection("migrate.no_way_back",
                  "step " + path(frame, undo.node) +
                      " may have to be undone, and the new definition does not say how",
                  "keep its 'compensate'"));
  }
  if (undo.arguments != nullptr || before.arguments == plan::none) return;
  const auto constant = [](const plan::Plan& plan, const plan::Node& node) {
    if (node.arguments == plan::none || !plan.templates[node.arguments].is_constant()) {
      return Value();
    }
    return plan.templates[node.arguments].constant();
  };
  if (base::equal(constant(*state_.plan, before), constant(to_, now))) return;
  found_.push_back(objection("migrate.step_changed",
                             "step " + path(frame, undo.node) +
                                 " may have to be undone, and its parameters are other ones now",
                             "leave the parameters of a step that is done as they were"));
}

// What a branch has changed must be able to come together with the rest.
void Look::look_at(const Layer& layer) {
  const Frame& frame = state_.frames[layer.frame];
  if (branch_after(state_, layer, to_, mapping_) == plan::none) {
    found_.push_back(objection("migrate.branch_gone",
                               block_name(frame) + " has a branch that changed variables, and the" +
                                   " new definition does not keep such a branch apart",
                               "keep the branch, or wait until the block has ended"));
  }
  for (const Value path : layer.writes()) {
    const std::string_view name = path.as_text().substr(0, path.as_text().find_first_of(".["));
    const uint32_t with = mapping_.block(frame.block);
    const plan::Block* block = with != plan::none ? &to_.blocks[with] : nullptr;
    const bool has_some = block == nullptr || !to_.variables_of(block->definition).empty();
    if (!has_some || to_.variable(name, block) != nullptr) continue;
    std::string message = "a branch of " + block_name(frame) + " changed " + base::quoted(name) +
                          ", which the new definition does not have";
    // Several branches may have changed it.
    if (!found_.empty() && found_.back().message == message) continue;
    found_.push_back(objection("migrate.variable_gone", std::move(message),
                               "keep the variable, or wait until the block has ended"));
  }
}

template <class T>
void carry(const Frame& frame, const std::vector<uint32_t>& to, const T* from, T* column) {
  for (uint32_t n = 0; n < frame.count; ++n) {
    if (to[n] != plan::none) column[to[n]] = from[n];
  }
}

// Requires: the frame stands where it stood in the old plan, whose mapping this is.
void lay_out(State& state, Frame& frame, const Mapping& mapping) {
  std::vector<uint32_t> to(frame.count);
  for (uint32_t n = 0; n < frame.count; ++n) to[n] = mapping.node(frame.block, n);
  const Frame before = frame;
  frame.block = mapping.block(frame.block);
  take_table(state, frame);
  carry(before, to, before.began, frame.began);
  carry(before, to, before.ended, frame.ended);
  carry(before, to, before.value, frame.value);
  carry(before, to, before.visit, frame.visit);
  carry(before, to, before.order, frame.order);
  carry(before, to, before.attempt, frame.attempt);
  carry(before, to, before.status, frame.status);
  carry(before, to, before.traits, frame.traits);
  if (frame.prev != event::no_node) frame.prev = to[frame.prev];
  if (frame.detour != event::no_node) frame.detour = to[frame.detour];
  if (before.inner != nullptr) {
    take_inner(state, frame);
    carry(before, to, before.inner, frame.inner);
  }
  give_table(state, before);
}

}  // namespace

std::vector<Error> objections(const State& state, const plan::Plan& to, const Mapping& mapping) {
  return Look(state, to, mapping).take();
}

void move_to(State& state, std::shared_ptr<const plan::Plan> to, const Mapping& mapping) {
  const auto place = [&](uint32_t frame, uint32_t& node) {
    if (frame == event::no_frame || node == event::no_node) return;
    node = mapping.node(state.frames[frame].block, node);
  };
  for (Wait& wait : state.waits) place(wait.frame, wait.node);
  for (Vote& vote : state.votes) place(vote.frame, vote.node);
  for (Undo& undo : state.undo) place(undo.frame, undo.node);
  for (Pass& pass : state.passes) place(pass.frame, pass.node);
  for (Past& past : state.past) place(past.frame, past.node);
  for (Frame& frame : state.frames) {
    if (frame.parent != event::no_frame) place(frame.parent, frame.parent_node);
  }
  for (Layer& layer : state.layers) {
    layer.branch = branch_after(state, layer, *to, mapping);
  }
  std::sort(state.layers.begin(), state.layers.end(), [](const Layer& a, const Layer& b) {
    return a.frame != b.frame ? a.frame < b.frame : a.branch < b.branch;
  });
  state.before_moves.push_back(std::exchange(state.plan, std::move(to)));
  for (Frame& frame : state.frames) {
    lay_out(state, frame, mapping);
    touch(state, frame);
  }
  state.saved = {};  // the next snapshot is whole
}

}  // namespace weft::state
