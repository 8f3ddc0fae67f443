#include "flow.hpp"

#include <algorithm>

namespace weft::tests {
namespace {

// Of whatever can stand in a text.
template <class... Parts>
std::string joined(const Parts&... parts) {
  std::string all;
  (all.append(parts), ...);
  return all;
}

std::string quoted(std::string_view text) {
  std::string all(1, '"');
  return all.append(text).append(1, '"');
}

// {{of and what follows}}
std::string hole(std::string_view of, std::string_view then = {}) {
  std::string all("{{");
  return all.append(of).append(then).append("}}");
}

std::string to_json(const Formula& f) {
  using Kind = Formula::Kind;
  switch (f.kind) {
    case Kind::number: return std::to_string(f.number);
    case Kind::text: return quoted(long_text);
    case Kind::whole: return quoted(hole(f.of));
    case Kind::field: return quoted(hole(f.of, ".name"));
    case Kind::guarded:
      return quoted(hole("default(", f.of + ", " + std::to_string(f.number) + ")"));
    case Kind::embedded: return quoted("then " + hole(f.of, ".name") + " and {{$input.number}}");
    case Kind::list: return joined("[", quoted(hole(f.of)), R"(,{"of":"{{$input.text}}"}])");
  }
  return "null";
}

std::string to_json(const Condition& c) {
  using Kind = Condition::Kind;
  const std::string than = " $input.number > " + std::to_string(c.number);
  switch (c.kind) {
    case Kind::exists_and: return quoted("exists(" + c.of + ") and" + than);
    case Kind::exists_or: return quoted("exists(" + c.of + ") or" + than);
    case Kind::is_named: return quoted(c.of + ".name == '" + c.of + "'");
    case Kind::no_boolean: return quoted("$input.number");
  }
  return "true";
}

std::string milliseconds(int64_t ms) {
  return ms == 0 ? quoted("none") : quoted(std::to_string(ms) + "ms");
}

std::string to_json(const Retry& r) {
  if (r.by_strategy) {
    return ",\"on_error\":" + quoted("retry(" + std::to_string(r.attempts - 1) + ")");
  }
  return R"(,"retry":{"max_attempts":)" + std::to_string(r.attempts) + R"(,"initial":)" +
         milliseconds(r.initial_ms) + R"(,"multiplier":)" + std::to_string(r.multiplier) +
         R"(,"cap":)" + milliseconds(r.cap_ms) + R"(,"jitter":0})";
}

std::string to_json(const Ladder& l) {
  std::string text;
  if (l.otherwise) text += R"("default":)" + to_json(*l.otherwise);
  if (!l.is_required) text += (text.empty() ? "" : ",") + std::string(R"("required":false)");
  return R"(,"on_error":{"recover":{)" + text + "}}";
}

std::string parameters(const std::string& name, const Formula& value) {
  return R"("parameters":{"name":)" + quoted(name) + R"(,"value":)" + to_json(value) + '}';
}

std::string to_json(const Way& w, const std::string& id) {
  std::string text =
      R"(,"alternative":{"tool":)" + quoted(w.tool) + ',' + parameters(id + "_alt", w.value);
  if (w.attempts > 1) {
    text += to_json(Retry{w.attempts, way_wait_ms, way_wait_ms, 1});
  }
  if (w.timeout_ms) text += R"(,"timeout":)" + milliseconds(*w.timeout_ms);
  return text + '}';
}

std::string to_json(const std::vector<Step>& steps);

// What every step may say beside what it does.
std::string fields(const Step& s) {
  std::string text;
  if (s.condition) text += R"(,"if":)" + to_json(*s.condition);
  if (s.run_if == RunIf::failure) text += R"(,"run_if":"failure")";
  if (s.run_if == RunIf::always) text += R"(,"run_if":"always")";
  if (!s.depends_on.empty()) {
    text += R"(,"depends_on":[)";
    for (size_t i = 0; i < s.depends_on.size(); ++i) {
      text.append(i > 0 ? "," : "").append(quoted(s.depends_on[i]));
    }
    text += ']';
  }
  if (s.on_error == OnError::fail) text += R"(,"on_error":"fail")";
  if (s.on_error == OnError::proceed) text += R"(,"on_error":"continue")";
  if (s.retry) text += to_json(*s.retry);
  if (s.timeout_ms) text += R"(,"timeout":)" + milliseconds(*s.timeout_ms);
  if (s.output) text += R"(,"output":)" + to_json(*s.output);
  if (s.alternative) text += to_json(*s.alternative, s.id);
  if (s.recover) text += to_json(*s.recover);
  return text;
}

std::string to_json(const Step& s) {
  const std::string name = R"({"id":)" + quoted(s.id);
  if (s.is_block()) {
    return name + R"(,"type":)" + quoted(s.kind == Step::Kind::dag ? "dag" : "sequential") +
           fields(s) + R"(,"steps":)" + to_json(s.steps) + '}';
  }
  if (s.is_wait()) return name + R"(,"wait":)" + milliseconds(s.wait_ms) + fields(s) + '}';
  return name + R"(,"tool":)" + quoted(s.tool) + ',' + parameters(s.id, s.value) + fields(s) + '}';
}

std::string to_json(const std::vector<Step>& steps) {
  std::string text = "[";
  for (size_t i = 0; i < steps.size(); ++i) text += (i > 0 ? ",\n" : "") + to_json(steps[i]);
  return text + ']';
}

}  // namespace

bool may_repeat(std::string_view tool) { return tool != "once" && tool != "slow_once"; }

bool Step::may_repeat() const {
  if (!is_block()) return tests::may_repeat(tool);
  return std::all_of(steps.begin(), steps.end(), [](const Step& s) {
    return s.may_repeat() && (!s.alternative || tests::may_repeat(s.alternative->tool));
  });
}

std::string to_json(const Flow& flow) {
  return R"({"id":"drawn","type":)" +
         quoted(flow.root.kind == Step::Kind::dag ? "dag" : "sequential") +
         (flow.proceeds ? R"(,"error_strategy":"continue")" : "") + fields(flow.root) +
         R"(,"steps":)" + to_json(flow.root.steps) + '}';
}

void collect_references(const Step& step, std::vector<std::string>& to) {
  if (!step.is_block() && step.value.speaks_of_a_step()) to.push_back(step.value.of);
  if (step.condition && step.condition->speaks_of_a_step()) to.push_back(step.condition->of);
  if (step.output && step.output->speaks_of_a_step()) to.push_back(step.output->of);
  if (step.alternative && step.alternative->value.speaks_of_a_step()) {
    to.push_back(step.alternative->value.of);
  }
  const auto& otherwise = step.recover ? step.recover->otherwise : std::nullopt;
  if (otherwise && otherwise->speaks_of_a_step()) to.push_back(otherwise->of);
  for (const Step& inner : step.steps) collect_references(inner, to);
}

}  // namespace weft::tests
