#include "nest.hpp"

#include <algorithm>

namespace weft::tests {
namespace {

using Kind = Happening::Kind;

std::string number(uint32_t level) { return std::to_string(level); }

std::string tool(const std::string& name, const std::string& more = {}) {
  return R"({"id":")" + name + R"(","tool":"idem","parameters":{"name":")" + name + '"' + more +
         "}";
}

// A process that ends makes attempts of its own.
std::vector<SimAct> always(SimAct act) { return std::vector<SimAct>(4, act); }

constexpr const char* words[] = {"sequential", "dag", "flow", "parallel", "loop", "flow"};

}  // namespace

bool Nest::has_steps_around(uint32_t level) const {
  return shells[level] == Shell::sequential || shells[level] == Shell::dag;
}

// Whether what stands inside this level is begun.
bool Nest::reaches(uint32_t level) const {
  return happening.kind != Kind::skip || level < happening.level;
}

// Whether this level goes on behind what it holds.
bool Nest::leaves(uint32_t level) const {
  switch (happening.kind) {
    case Kind::nothing: return true;
    case Kind::skip: return level < happening.level;
    case Kind::continued: return level < happening.level;
    case Kind::failure:
    case Kind::cancel:
    case Kind::sibling_failure: return false;
  }
  return false;
}

// In a dag, what depends on a step that was skipped or failed is skipped, too.
bool Nest::is_edge_dead(uint32_t level) const {
  const bool dies = happening.kind == Kind::skip || happening.kind == Kind::continued;
  return shells[level] == Shell::dag && dies && happening.level == level + 1;
}

// The leaf ends before its siblings do, or hangs; what is asked to end hangs until then.
SimTable Nest::acts() const {
  constexpr int64_t ms = 1'000'000;
  SimTable table;
  for (uint32_t level = 0; level < shells.size(); ++level) {
    if (shells[level] != Shell::parallel) continue;
    const bool fails = happening.kind == Kind::sibling_failure && happening.level == level;
    table["s" + number(level)] = always(fails           ? SimAct{SimHow::refuse, 20 * ms}
                                        : leaves(level) ? SimAct{SimHow::ok, 50 * ms}
                                                        : SimAct{SimHow::hang});
  }
  const bool refuses = happening.kind == Kind::failure || happening.kind == Kind::continued;
  const bool hangs = happening.kind == Kind::cancel || happening.kind == Kind::sibling_failure;
  if (refuses) table["leaf"] = always({SimHow::refuse, 10 * ms});
  if (hangs) table["leaf"] = always({SimHow::hang});
  return table;
}

// The block or leaf of a level as a step, with what is said of it.
std::string Nest::inside(uint32_t level) const {
  const bool refuses = happening.kind == Kind::failure || happening.kind == Kind::continued;
  std::string text = level == shells.size() ? tool("leaf", refuses ? R"(,"do":"refuse")" : "")
                                            : R"({"id":"L)" + number(level) + "\"," + block(level);
  if (happening.level == level && happening.kind == Kind::continued)
    text += R"(,"on_error":"continue")";
  if (happening.level == level && happening.kind == Kind::skip) text += R"(,"if":"false")";
  return text + "}";
}

std::string Nest::block(uint32_t level) const {
  const std::string n = number(level), inner = inside(level + 1);
  const std::string id = level + 1 == shells.size() ? "leaf" : "L" + number(level + 1);
  std::string text = R"("type":")" + std::string(words[static_cast<size_t>(shells[level])]) + "\",";
  switch (shells[level]) {
    case Shell::sequential:
      return text + R"("steps":[)" + tool("b" + n) + "}," + inner + ',' + tool("a" + n) + "}]";
    case Shell::dag: {
      std::string later = inner;
      later.insert(1, R"("depends_on":["b)" + n + R"("],)");
      return text + R"("steps":[)" + tool("a" + n) + R"(,"depends_on":[")" + id + R"("]},)" +
             later + ',' + tool("b" + n) + "}]";
    }
    case Shell::flow: return text + R"("conditions":[{"if":"true","then":[)" + inner + "]}]";
    case Shell::parallel: return text + R"("branches":[)" + inner + ',' + tool("s" + n) + "}]";
    case Shell::loop: return text + R"("iterator":{"count":1},"body":)" + inner;
    case Shell::call: return R"("workflow":"w)" + n + R"(","input":{"more":true})";
  }
  return text;
}

std::string Nest::called(uint32_t level) const {
  const std::string n = number(level);
  return "\"w" + n + R"(":{"type":"flow","conditions":[{"if":"$input.more","then":[{"id":"Lr)" + n +
         R"(","workflow":"w)" + n + R"(","input":{"more":false}}],"else":[)" + inside(level + 1) +
         "]}]}";
}

std::string Nest::definition() const {
  const std::string outermost =
      shells.front() == Shell::call ? R"("steps":[{"id":"Lc",)" + block(0) + "}]" : block(0);
  std::string held;
  for (uint32_t level = 0; level < shells.size(); ++level) {
    if (shells[level] == Shell::call) held += (held.empty() ? "" : ",") + called(level);
  }
  return R"({"id":"nest","timeout":"1h",)" + outermost + R"(,"workflows":{)" + held + "}}";
}

std::vector<std::string> Nest::calls() const {
  std::vector<std::string> names;
  uint32_t level = 0;
  for (; level < shells.size() && reaches(level); ++level) {
    if (has_steps_around(level)) names.push_back("b" + number(level));
    if (shells[level] == Shell::parallel) names.push_back("s" + number(level));
    if (has_steps_around(level) && leaves(level) && !is_edge_dead(level)) {
      names.push_back("a" + number(level));
    }
  }
  if (level == shells.size() && reaches(level)) names.emplace_back("leaf");
  std::sort(names.begin(), names.end());
  return names;
}

std::string Nest::status() const {
  switch (happening.kind) {
    case Kind::nothing:
    case Kind::skip: return "completed";
    case Kind::continued: return "partially_completed";
    case Kind::failure:
    case Kind::sibling_failure: return "failed";
    case Kind::cancel: return "cancelled";
  }
  return {};
}

std::vector<std::string> Nest::cancelled() const {
  std::vector<std::string> names;
  for (uint32_t level = 0; level < shells.size() && reaches(level); ++level) {
    const bool fails = happening.kind == Kind::sibling_failure && happening.level == level;
    if (shells[level] == Shell::parallel && !leaves(level) && !fails) {
      names.push_back("s" + number(level));
    }
  }
  if (happening.kind == Kind::cancel || happening.kind == Kind::sibling_failure) {
    names.emplace_back("leaf");
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<Nest> nests(uint32_t depth) {
  std::vector<Nest> all;
  uint32_t stacks = 1;
  for (uint32_t i = 0; i < depth; ++i) stacks *= shell_count;
  for (uint32_t stack = 0; stack < stacks; ++stack) {
    Nest nest;
    for (uint32_t i = 0, rest = stack; i < depth; ++i, rest /= shell_count) {
      nest.shells.push_back(static_cast<Shell>(rest % shell_count));
    }
    const auto add = [&](Kind kind, uint32_t level) {
      nest.happening = {kind, level};
      all.push_back(nest);
    };
    for (const Kind kind : {Kind::nothing, Kind::failure, Kind::cancel}) add(kind, 0);
    for (uint32_t level = 1; level <= depth; ++level) {
      add(Kind::continued, level);
      add(Kind::skip, level);
    }
    for (uint32_t level = 0; level < depth; ++level) {
      if (nest.shells[level] == Shell::parallel) add(Kind::sibling_failure, level);
    }
  }
  return all;
}

}  // namespace weft::tests
