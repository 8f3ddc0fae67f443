#include "travel/measure.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <unordered_map>

#include "travel/checkpoints.hpp"

namespace weft::travel {

using event::Event;
using event::Type;

namespace {

bool is_call(plan::Kind kind) { return kind == plan::Kind::tool; }

bool is_leaf(plan::Kind kind) {
  return kind != plan::Kind::block && kind != plan::Kind::expression && kind != plan::Kind::record;
}

std::string place_of(const state::State& state, uint32_t frame, uint32_t node) {
  std::string path;
  while (frame != event::no_frame && node != event::no_node) {
    const state::Frame& f = state.frames[frame];
    const std::string_view id = state.node(f, node).id;
    path = path.empty() ? std::string(id) : std::string(id) + '/' + path;
    node = f.parent_node;
    frame = f.parent;
  }
  return path;
}

Use use_of(const state::Wait* wait) {
  if (wait == nullptr) return Use::queue;
  switch (wait->kind) {
    case state::Wait::Kind::attempt: return Use::retry;
    case state::Wait::Kind::time:
    case state::Wait::Kind::milestone:
    case state::Wait::Kind::signal: return Use::wait;
    case state::Wait::Kind::approval:
    case state::Wait::Kind::pause: return Use::people;
    default: return Use::queue;
  }
}

std::optional<Use> use_of(const state::State& state, const Event& e) {
  switch (state.frames[e.frame].status[e.node]) {
    case WEFT_NODE_READY: return Use::queue;
    case WEFT_NODE_RUNNING: return Use::run;
    case WEFT_NODE_WAITING: return use_of(state.wait_of(e.frame, e.node));
    case WEFT_NODE_UNKNOWN: return Use::people;
    default: return {};
  }
}

Value called_with(const state::State& state, const Event& e) {
  const state::Frame& f = state.frames[e.frame];
  if (f.value[e.node] != nullptr) return Value(f.value[e.node]);
  const plan::Node& node = state.node(f, e.node);
  return node.arguments != plan::none ? state.plan->templates[node.arguments].constant() : Value();
}

// Whether a call with the same arguments would give the same result.
bool is_worth_keeping(const state::State& state, const plan::Node& node) {
  const plan::Rarity* rarity = state.plan->rarity(node);
  const bool is_kept = rarity != nullptr && rarity->cache_ns != 0;
  return is_call(node.kind) && !is_kept && node.effect <= spec::Effect::read;
}

class Meter final {
 public:
  void take(const state::State& state, const Event& e);
  Measured finish();

 private:
  struct Open {
    int64_t since;
    Use use;
    size_t step;
    bool is_repeat = false;
  };
  static uint64_t key(uint32_t frame, uint32_t node) { return uint64_t{frame} << 32U | node; }

  void take_run(const state::State& state, const Event& e);
  void take_step(const state::State& state, const Event& e);
  void take_block(const state::State& state, const Event& e);
  void begin(const state::State& state, const Event& e);
  void close(const state::State& state, const Event& e, const Open& open);
  void close_all(int64_t tick);
  void open_waits(const state::State& state, int64_t tick);
  void add(Timed& step, Span span);
  size_t number_of(const state::State& state, uint32_t frame, uint32_t node);

  Measured made_;
  std::vector<Span> spans_;
  std::unordered_map<uint64_t, Open> open_;
  std::vector<std::set<base::Digest>> known_;  // by step: arguments that it was called with
  std::optional<Span> of_run_;                 // while all of it waits
  uint64_t results_ = 0;                       // of calls
  RunState before_ = RunState::pending;
};

void Meter::take(const state::State& state, const Event& e) {
  take_run(state, e);
  if (is_of_step(state, e)) {
    const plan::Kind kind = state.node(state.frames[e.frame], e.node).kind;
    if (kind == plan::Kind::block) take_block(state, e);
    if (is_leaf(kind)) take_step(state, e);
  }
  if (made_.plan != state.plan) made_.plan = state.plan;
  before_ = made_.state = static_cast<RunState>(state.status);
  made_.ended = e.tick;
}

void Meter::take_run(const state::State& state, const Event& e) {
  const bool begins = e.type == Type::run_accepted || e.type == Type::run_forked;
  if (begins) begin(state, e);
  // A run that was left while it ran comes back in another process.
  if (e.type == Type::run_resumed && before_ == RunState::running) made_.kept_calls = results_;
  if (e.type == Type::run_migrated) {
    close_all(e.tick);
    open_waits(state, e.tick);
  }
  const bool is_start = e.frame == event::no_frame && e.type == Type::step_waiting;
  const bool rests = is_start || e.type == Type::run_paused;
  const bool goes_on = e.type == Type::run_resumed || e.type == Type::run_started ||
                       e.type == Type::frame_opened || event::ends_run(e.type);
  if (of_run_ && (rests || goes_on)) {
    spans_.push_back({of_run_->from, e.tick, of_run_->use});
    of_run_.reset();
  }
  if (rests) of_run_ = {e.tick, e.tick, is_start ? Use::wait : Use::people};
}

// What came before a fork is the time of another run.
void Meter::begin(const state::State& state, const Event& e) {
  made_ = {};
  made_.began = e.tick;
  made_.kept_calls = results_;
  spans_.clear();
  open_.clear();
  known_.clear();
  of_run_.reset();
  open_waits(state, e.tick);
}

void Meter::open_waits(const state::State& state, int64_t tick) {
  for (const state::Wait& w : state.waits) {
    if (w.frame == event::no_frame || state.wait_of(w.frame, w.node) != &w) continue;
    const plan::Node& node = state.node(state.frames[w.frame], w.node);
    if (node.id.empty() || !is_leaf(node.kind)) continue;
    const size_t step = number_of(state, w.frame, w.node);
    if (made_.steps[step].visits == 0) made_.steps[step].visits = 1;
    open_[key(w.frame, w.node)] = {tick, use_of(&w), step};
  }
}

size_t Meter::number_of(const state::State& state, uint32_t frame, uint32_t node) {
  std::string path = place_of(state, frame, node);
  const auto found = made_.by_path.find(path);
  if (found != made_.by_path.end()) return found->second;
  made_.by_path.emplace(path, made_.steps.size());
  Timed& made = made_.steps.emplace_back();
  made.path = std::move(path);
  made.began = state.updated;
  known_.emplace_back();
  return made_.steps.size() - 1;
}

void Meter::take_block(const state::State& state, const Event& e) {
  const bool ends = ends_step(e.type) && e.type != Type::step_skipped;
  if (e.type != Type::step_started && !ends) return;
  Timed& step = made_.steps[number_of(state, e.frame, e.node)];
  step.is_block = true;
  if (e.type == Type::step_started && e.attempt <= 1) ++step.visits;
  step.ended = e.tick;
}

void Meter::take_step(const state::State& state, const Event& e) {
  const std::optional<Use> use = use_of(state, e);
  const auto open = open_.find(key(e.frame, e.node));
  const bool is_open = open != open_.end();
  const bool calls = e.type == Type::step_started;
  if (is_open && use == open->second.use && !calls) return;
  const bool is_none = e.type == Type::step_skipped || e.type == Type::step_cancelled;
  if (!is_open && !use && (is_none || !ends_step(e.type))) return;
  const size_t number = number_of(state, e.frame, e.node);
  Timed& step = made_.steps[number];
  if (!is_open) ++step.visits;
  if (is_open) close(state, e, open->second);
  step.ended = e.tick;
  if (!use) {
    if (is_open) open_.erase(open);
    return;
  }
  Open next{e.tick, *use, number};
  const plan::Node& node = state.node(state.frames[e.frame], e.node);
  if (calls && is_call(node.kind)) {
    ++step.calls;
    const bool is_first = e.attempt <= 1 && is_worth_keeping(state, node);
    next.is_repeat = is_first && !known_[number].insert(base::digest(called_with(state, e))).second;
  }
  open_[key(e.frame, e.node)] = next;
}

// A call counts when the visit ends with it; else it is made again, or nobody knows.
void Meter::close(const state::State& state, const Event& e, const Open& open) {
  Timed& step = made_.steps[open.step];
  const uint8_t status = state.frames[e.frame].status[e.node];
  const bool is_repeated = open.use == Use::run && state::is_node_active(status);
  const int64_t took = e.tick - open.since;
  add(step, {open.since, e.tick, is_repeated ? Use::retry : open.use});
  if (open.use != Use::run) return;
  if ((e.flags & event::is_cached) != 0 && e.type == Type::step_succeeded) {
    ++step.cached;
    --step.calls;
  } else if (status == WEFT_NODE_SUCCEEDED) {
    ++results_;
    if (took > 0) step.latencies.push_back(took);
    if (open.is_repeat) ++step.repeated;
    if (open.is_repeat) step.repeated_ns += took;
  } else {
    ++step.failed;
  }
}

void Meter::close_all(int64_t tick) {
  for (const auto& [at, open] : open_) {
    add(made_.steps[open.step], {open.since, tick, open.use});
    made_.steps[open.step].ended = tick;
  }
  open_.clear();
}

void Meter::add(Timed& step, Span span) {
  if (span.to <= span.from) return;
  of(step.spent, span.use) += span.to - span.from;
  spans_.push_back(span);
}

// Goes through time from one begin or end to the next.
void sweep(const std::vector<Span>& spans, Measured& made) {
  struct Change {
    int64_t at;
    Use use;
    int by;
  };
  std::vector<Change> changes;
  changes.reserve(2 * spans.size());
  for (const Span& span : spans) {
    changes.push_back({span.from, span.use, 1});
    changes.push_back({span.to, span.use, -1});
  }
  std::sort(changes.begin(), changes.end(), [](const Change& a, const Change& b) {
    return a.at != b.at ? a.at < b.at : a.by < b.by;
  });
  std::array<int, use_count> open{};
  int64_t since = made.began;
  for (const Change& change : changes) {
    const auto first = std::find_if(open.begin(), open.end(), [](int n) { return n > 0; });
    if (first != open.end()) {
      of(made.spent, static_cast<Use>(first - open.begin())) += change.at - since;
    }
    since = change.at;
    open[static_cast<size_t>(change.use)] += change.by;
    made.beside = std::max(made.beside, static_cast<uint32_t>(open[0]));
  }
}

Measured Meter::finish() {
  close_all(made_.ended);
  if (of_run_) spans_.push_back({of_run_->from, made_.ended, of_run_->use});
  sweep(spans_, made_);
  return std::move(made_);
}

}  // namespace

int64_t& of(Spent& spent, Use use) {
  switch (use) {
    case Use::run: return spent.run;
    case Use::retry: return spent.retry;
    case Use::queue: return spent.queue;
    case Use::wait: return spent.wait;
    default: return spent.people;
  }
}

const Timed* Measured::find(std::string_view path) const {
  const auto found = by_path.find(path);
  return found != by_path.end() ? &steps[found->second] : nullptr;
}

Result<Measured> measure(const Side& side) {
  Meter meter;
  auto folded = fold(*side.history, side.plan,
                     [&](const state::State& state, const Event& e) { meter.take(state, e); });
  if (!folded) return folded.error();
  return meter.finish();
}

}  // namespace weft::travel
