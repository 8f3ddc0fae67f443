#include "shrink.hpp"

#include <algorithm>

namespace weft::tests {
namespace {

void collect(Step& block, std::vector<Step*>& to) {
  for (Step& step : block.steps) {
    to.push_back(&step);
    collect(step, to);
  }
}

std::vector<Step*> steps_of(Flow& flow) {
  std::vector<Step*> all;
  collect(flow.root, all);
  return all;
}

void forget(Step& step, const std::string& id) {
  if (step.value.of == id) step.value = {};
  if (step.output && step.output->of == id) step.output.reset();
  if (step.alternative && step.alternative->value.of == id) step.alternative->value = {};
  if (step.recover && step.recover->otherwise && step.recover->otherwise->of == id) {
    step.recover->otherwise.reset();
  }
  if (step.condition && step.condition->of == id) step.condition.reset();
  std::erase(step.depends_on, id);
  for (Step& inner : step.steps) forget(inner, id);
}

bool remove(Step& block, const std::string& id) {
  if (std::erase_if(block.steps, [&](const Step& s) { return s.id == id; }) > 0) return true;
  return std::any_of(block.steps.begin(), block.steps.end(),
                     [&](Step& inner) { return remove(inner, id); });
}

// A block gives its place to what stands in it.
bool unfold(Step& block, const std::string& id) {
  for (size_t i = 0; i < block.steps.size(); ++i) {
    Step& step = block.steps[i];
    if (step.id != id) {
      if (unfold(step, id)) return true;
      continue;
    }
    const std::vector<Step> inner = std::move(step.steps);
    block.steps.erase(block.steps.begin() + static_cast<std::ptrdiff_t>(i));
    block.steps.insert(block.steps.begin() + static_cast<std::ptrdiff_t>(i), inner.begin(),
                       inner.end());
    return true;
  }
  return false;
}

void leave_out_steps(const Trial& from, std::vector<Trial>& to) {
  Trial model = from;
  for (const Step* step : steps_of(model.flow)) {
    std::vector<std::string> gone{step->id};
    std::vector<Step*> inside;
    collect(const_cast<Step&>(*step), inside);
    for (const Step* inner : inside) gone.push_back(inner->id);
    Trial smaller = from;
    remove(smaller.flow.root, step->id);
    for (const std::string& id : gone) {
      forget(smaller.flow.root, id);
      smaller.trouble.table.erase(id);
      smaller.trouble.table.erase(id + "_alt");
    }
    to.push_back(std::move(smaller));
    if (!step->is_block()) continue;
    smaller = from;
    unfold(smaller.flow.root, step->id);
    forget(smaller.flow.root, step->id);
    to.push_back(std::move(smaller));
  }
}

// Each change is tried alone; one that changes nothing is none.
template <class F>
void change_step(const Trial& from, size_t index, std::vector<Trial>& to, F change) {
  Trial smaller = from;
  Step& step = *steps_of(smaller.flow)[index];
  const Step before = step;
  change(step);
  if (!(step == before)) to.push_back(std::move(smaller));
}

void leave_out_fields(const Trial& from, std::vector<Trial>& to) {
  Trial model = from;
  const size_t count = steps_of(model.flow).size();
  for (size_t i = 0; i < count; ++i) {
    change_step(from, i, to, [](Step& s) { s.condition.reset(); });
    change_step(from, i, to, [](Step& s) { s.run_if = RunIf::success; });
    // It is left out all the same, and speaks of nothing.
    change_step(from, i, to, [](Step& s) {
      if (!s.condition) return;
      s.condition.reset();
      s.run_if = RunIf::failure;
    });
    change_step(from, i, to, [](Step& s) { s.on_error = OnError::unsaid; });
    change_step(from, i, to, [](Step& s) { s.depends_on.clear(); });
    change_step(from, i, to, [](Step& s) { s.retry.reset(); });
    change_step(from, i, to, [](Step& s) {
      if (s.retry) s.retry->by_strategy = false;
    });
    change_step(from, i, to, [](Step& s) { s.timeout_ms.reset(); });
    change_step(from, i, to, [](Step& s) { s.output.reset(); });
    change_step(from, i, to, [](Step& s) { s.value = {}; });
    change_step(from, i, to, [](Step& s) { s.alternative.reset(); });
    change_step(from, i, to, [](Step& s) {
      if (s.alternative) s.alternative = Way{s.alternative->tool, {}, 1, {}};
    });
    change_step(from, i, to, [](Step& s) {
      if (s.alternative) s.alternative->tool = "pure";
    });
    change_step(from, i, to, [](Step& s) { s.recover.reset(); });
    change_step(from, i, to, [](Step& s) {
      if (s.recover) s.recover->otherwise.reset();
    });
    change_step(from, i, to, [](Step& s) {
      if (s.recover) s.recover->is_required = true;
    });
    change_step(from, i, to, [](Step& s) {
      if (!s.is_block() && !s.is_wait()) s.tool = "pure";
    });
    change_step(from, i, to, [](Step& s) {
      if (!s.is_wait()) return;
      s.kind = Step::Kind::tool;
      s.tool = "pure";
      s.wait_ms = 0;
    });
    change_step(from, i, to, [](Step& s) {
      if (s.is_wait()) s.wait_ms = s.wait_ms > 30'000 ? 30'000 : 1;
    });
    change_step(from, i, to, [](Step& s) {
      if (s.is_block()) s.kind = s.steps.empty() ? Step::Kind::tool : Step::Kind::sequential;
      if (s.kind == Step::Kind::tool && s.tool.empty()) s.tool = "pure";
    });
    change_step(from, i, to, [](Step& s) {
      if (!s.recover) return;
      s.recover.reset();
      s.retry = Retry{.attempts = 4};
    });
  }
  const auto change = [&](auto f) {
    Trial smaller = from;
    f(smaller.flow);
    to.push_back(std::move(smaller));
  };
  if (from.flow.root.output) change([](Flow& f) { f.root.output.reset(); });
  if (from.flow.proceeds) change([](Flow& f) { f.proceeds = false; });
  if (from.flow.root.timeout_ms != 0) change([](Flow& f) { f.root.timeout_ms = 0; });
  if (from.flow.root.kind == Step::Kind::dag) {
    change([](Flow& f) { f.root.kind = Step::Kind::sequential; });
  }
}

template <class List, class F>
void leave_out_each(const Trial& from, const List& list, std::vector<Trial>& to, F leave_out) {
  for (size_t i = 0; i < list.size(); ++i) {
    Trial smaller = from;
    leave_out(smaller.trouble, static_cast<std::ptrdiff_t>(i));
    to.push_back(std::move(smaller));
  }
}

void leave_out_trouble(const Trial& from, std::vector<Trial>& to) {
  const Trouble& t = from.trouble;
  const auto change = [&](auto f) {
    Trial smaller = from;
    f(smaller.trouble);
    to.push_back(std::move(smaller));
  };
  leave_out_each(from, t.crashes, to,
                 [](Trouble& s, std::ptrdiff_t i) { s.crashes.erase(s.crashes.begin() + i); });
  leave_out_each(from, t.wall_jumps, to, [](Trouble& s, std::ptrdiff_t i) {
    s.wall_jumps.erase(s.wall_jumps.begin() + i);
  });
  if (t.cancel_after_ns) change([](Trouble& s) { s.cancel_after_ns.reset(); });
  if (!t.has_threads) change([](Trouble& s) { s.has_threads = true; });
  if (t.seed != 1) change([](Trouble& s) { s.seed = 1; });
  for (size_t i = 0; i < t.crashes.size(); ++i) {
    if (t.crashes[i].down_ns != 0) change([i](Trouble& s) { s.crashes[i].down_ns = 0; });
    if (t.crashes[i].commit > 1) change([i](Trouble& s) { --s.crashes[i].commit; });
  }
  for (const auto& [step, acts] : t.table) {
    change([&](Trouble& s) { s.table.erase(step); });
    for (size_t i = 0; i < acts.size(); ++i) {
      if (acts[i].how != SimHow::ok) {
        change([&](Trouble& s) { s.table[step][i].how = SimHow::ok; });
      }
      if (acts[i].after_ns != 0) change([&](Trouble& s) { s.table[step][i].after_ns = 0; });
    }
    if (acts.size() > 1) change([&](Trouble& s) { s.table[step].pop_back(); });
  }
}

}  // namespace

Trial shrink(Trial trial, const Fails& fails) {
  bool has_shrunk = true;
  while (has_shrunk) {
    std::vector<Trial> smaller;
    leave_out_steps(trial, smaller);
    leave_out_trouble(trial, smaller);
    leave_out_fields(trial, smaller);
    const auto found = std::find_if(smaller.begin(), smaller.end(), fails);
    has_shrunk = found != smaller.end();
    if (has_shrunk) trial = std::move(*found);
  }
  return trial;
}

uint32_t count_steps(const Step& step) {
  auto n = static_cast<uint32_t>(step.steps.size());
  for (const Step& inner : step.steps) n += count_steps(inner);
  return n;
}

}  // namespace weft::tests
