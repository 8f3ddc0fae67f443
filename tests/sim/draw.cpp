#include "draw.hpp"

#include <algorithm>

namespace weft::tests {
namespace {

constexpr int64_t ms_ns = 1'000'000;
constexpr int64_t second_ns = 1'000 * ms_ns;

void each_tool(const Step& step, std::vector<std::string>& to) {
  if (!step.is_block() && !step.is_wait()) to.push_back(step.id);
  if (step.alternative) to.push_back(step.id + "_alt");
  for (const Step& inner : step.steps) each_tool(inner, to);
}

constexpr const char* tools[] = {"pure", "idem", "slow", "read", "once", "slow_once"};

}  // namespace

Flow Draw::flow(const DrawnShape& shape) {
  shape_ = shape;
  made_ = 0;
  Flow flow;
  flow.root.kind = one_in(2) ? Step::Kind::dag : Step::Kind::sequential;
  flow.root.timeout_ms = one_in(6) ? 1000 + static_cast<int64_t>(below(6000)) : 36'000'000;
  flow.proceeds = one_in(6);
  steps(flow.root, 1, {});
  Ids ids;
  for (const Step& step : flow.root.steps) ids.push_back(step.id);
  if (one_in(6)) flow.root.output = output(ids);
  return flow;
}

// A step may speak of those before it and of those before the blocks around it.
void Draw::steps(Step& block, uint32_t depth, Ids known) {
  Ids siblings;
  const uint64_t count = 1 + below(depth == 1 ? 7 : 4);
  for (uint64_t i = 0; i < count && (made_ < shape_.steps || i == 0); ++i) {
    block.steps.push_back(step(depth, known, siblings));
    known.push_back(block.steps.back().id);
    siblings.push_back(block.steps.back().id);
  }
  // In a dag the order of writing is free.
  if (block.kind == Step::Kind::dag && one_in(3)) {
    std::shuffle(block.steps.begin(), block.steps.end(), random_);
  }
}

Step Draw::step(uint32_t depth, const Ids& known, const Ids& siblings) {
  Step step;
  step.id = 's';
  step.id += std::to_string(++made_);
  if (depth < shape_.depth && one_in(4)) {
    step.kind = one_in(2) ? Step::Kind::dag : Step::Kind::sequential;
    steps(step, depth + 1, known);
  } else if (one_in(8)) {
    step.kind = Step::Kind::wait;
    step.wait_ms = 1 + static_cast<int64_t>(below(one_in(2) ? 3000 : 60'000));
  } else {
    step.tool = tools[below(6)];
    step.value = formula(known);
    if (one_in(4)) step.timeout_ms = 500 + static_cast<int64_t>(below(3)) * 1500;
    if (one_in(16)) step.timeout_ms = 0;
  }
  fields(step, known, siblings);
  return step;
}

void Draw::fields(Step& step, const Ids& known, const Ids& siblings) {
  if (one_in(6)) step.condition = condition(known);
  if (one_in(8)) step.run_if = RunIf::failure;
  if (one_in(10)) step.run_if = RunIf::always;
  if (one_in(6)) step.on_error = OnError::proceed;
  if (one_in(16)) step.on_error = OnError::fail;
  for (int i = 0; i < 2 && !siblings.empty() && one_in(4); ++i) {
    const std::string& before = siblings[below(siblings.size())];
    if (std::find(step.depends_on.begin(), step.depends_on.end(), before) ==
        step.depends_on.end()) {
      step.depends_on.push_back(before);
    }
  }
  if (!step.is_wait() && step.may_repeat() && one_in(step.is_block() ? 4 : 2)) {
    step.retry = Retry{.attempts = 2 + static_cast<uint32_t>(below(3)),
                       .initial_ms = 100 + static_cast<int64_t>(below(4)) * 300,
                       .cap_ms = 1000 + static_cast<int64_t>(below(3)) * 700,
                       .multiplier = 1 + static_cast<uint32_t>(below(3))};
    step.retry->by_strategy = !step.is_block() && step.on_error == OnError::unsaid && one_in(6);
  }
  if (one_in(8)) step.output = step.is_block() ? formula(known) : output(known);
  if (!step.is_block() && !step.is_wait()) ladder(step, known);
}

// What is tried when attempts did not help.
void Draw::ladder(Step& step, const Ids& known) {
  if (one_in(5)) {
    Way& way = step.alternative.emplace();
    way.tool = tools[below(6)];
    way.value = formula(known);
    if (may_repeat(way.tool)) way.attempts = 1 + static_cast<uint32_t>(below(3));
    if (one_in(4)) way.timeout_ms = 500 + static_cast<int64_t>(below(3)) * 1500;
  }
  if (step.retry || step.on_error != OnError::unsaid || !one_in(6)) return;
  Ladder& recover = step.recover.emplace();
  if (one_in(2)) recover.otherwise = formula(known);
  recover.is_required = !one_in(3);
}

Formula Draw::formula(const Ids& known) {
  using Kind = Formula::Kind;
  Formula f;
  f.number = static_cast<int64_t>(below(1000));
  if (known.empty() || one_in(5)) {
    f.kind = one_in(2) ? Kind::number : Kind::text;
    return f;
  }
  f.kind = static_cast<Kind>(2 + below(5));
  f.of = known[below(known.size())];
  return f;
}

Formula Draw::output(const Ids& known) {
  Formula f = formula(known);
  if (one_in(2)) return f;
  f.kind = static_cast<Formula::Kind>(2 + below(5));
  f.of = "result";
  return f;
}

Condition Draw::condition(const Ids& known) {
  using Kind = Condition::Kind;
  Condition c;
  c.number = static_cast<int64_t>(below(14));
  c.kind = known.empty() ? Kind::no_boolean : static_cast<Kind>(below(3));
  if (!known.empty()) c.of = known[below(known.size())];
  if (one_in(12)) c.kind = Kind::no_boolean;
  return c;
}

// Mostly all is well, at once or after some time that no two calls share.
SimAct Draw::act() {
  using How = SimHow;
  SimAct act;
  if (!one_in(3)) act.after_ns = 1 + static_cast<int64_t>(below(900 * ms_ns));
  if (one_in(30)) act.after_ns *= 9;  // longer than the grace, perhaps
  switch (below(20)) {
    case 0:
    case 1:
    case 2: act.how = How::fail; break;
    case 3: act.how = How::busy; break;
    case 4: act.how = one_in(2) ? How::refuse : How::deny; break;
    case 5: act.how = How::full; break;
    case 6: act.how = one_in(3) ? How::bad : How::fail; break;
    case 7: act.how = How::hang; break;
    case 8: act.how = one_in(2) ? How::never : How::hang; break;
    case 9: act.how = How::meta; break;
    case 10: act.how = act.after_ns > 0 ? How::twice : How::ok; break;
    default: break;
  }
  return act;
}

int64_t Draw::moment() { return static_cast<int64_t>(below(one_in(2) ? 800 : 6000) * ms_ns); }

Crash Draw::crash() {
  Crash crash;
  crash.when = static_cast<Crash::When>(below(4));
  crash.commit = 1 + below(one_in(2) ? 4 : 14);
  crash.after_ns = moment() + static_cast<int64_t>(below(ms_ns));
  if (one_in(2)) crash.down_ns = static_cast<int64_t>(below(5 * second_ns));
  return crash;
}

Trouble Draw::trouble(const Flow& flow) {
  Trouble trouble;
  trouble.seed = random_();
  trouble.has_threads = !one_in(4);
  std::vector<std::string> called;
  each_tool(flow.root, called);
  for (const std::string& tool : called) {
    if (one_in(4)) continue;
    std::vector<SimAct>& acts = trouble.table[tool];
    for (uint64_t n = 1 + below(3); n > 0; --n) acts.push_back(act());
  }
  for (int i = 0; i < 3 && one_in(2); ++i) trouble.crashes.push_back(crash());
  while (one_in(5)) {
    const auto hours = static_cast<int64_t>(below(4)) - 2;
    trouble.wall_jumps.emplace_back(moment(), hours * 3600 * second_ns + 1);
  }
  if (one_in(10)) {
    trouble.cancel_after_ns = moment() + static_cast<int64_t>(below(ms_ns));
    if (one_in(5)) trouble.cancel_after_ns = 0;
  }
  trouble.calls_again = !one_in(3);
  return trouble;
}

}  // namespace weft::tests
