#include "plan/explain.hpp"

#include <algorithm>
#include <cstdio>

#include "base/json.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "plan/compile.hpp"
#include "plan/forecast.hpp"
#include "spec/detect.hpp"

namespace weft::plan {

using namespace lit;

namespace {

std::string_view kind_text(Kind kind) {
  switch (kind) {
    case Kind::wait: return "wait";
    case Kind::approval: return "approval";
    case Kind::set: return "set";
    case Kind::state: return "state";
    case Kind::fail: return "fail";
    case Kind::end: return "end";
    case Kind::detached: return "detached";
    case Kind::record: return "record";
    default: return {};
  }
}

class Printer final {
 public:
  explicit Printer(const Plan& plan, Value measured = {}) : plan_(plan), measured_(measured) {}

  std::string text();
  std::string picture();

 private:
  void header();
  void mode_text(Value written, const std::string& indent);
  void forecast_text();
  void called_text();
  void block_text(uint32_t number, const std::string& indent);
  void node_text(const Block& block, uint32_t number, const std::string& indent);
  void policy_text(const Node& node);
  void rarity_text(const Node& node);
  void order_text(const Block& block, const std::string& indent);
  const Definition& called_by(const Node& node) const {
    return plan_.definitions[plan_.calls[node.call].definition];
  }
  void called_picture();
  void block_picture(uint32_t number, const std::string& indent);
  void edges_picture(const Block& block, const std::string& indent);
  std::string name_of(const Block& block, uint32_t number) const;
  std::string condition_of(const Block& block, Value said) const;
  static std::string picture_id(const Block& block, uint32_t number) {
    std::string id = "n";
    return id += std::to_string(block.first + number);
  }
  std::vector<uint32_t> references(const Block& block, const Node& node) const;

  const Plan& plan_;
  Value measured_;
  std::string out_;
};

std::string Printer::name_of(const Block& block, uint32_t number) const {
  const Node& node = plan_.node(block, number);
  if (node.kind == Kind::record && node.id.empty()) return "record " + std::to_string(number);
  if (node.kind != Kind::expression) return std::string(node.id);
  std::string text = "(";
  text += node.condition != none ? std::string(plan_.expressions[node.condition].text())
                                 : base::json_text(node.at);
  return text += ")";
}

// The nodes of its own block that the templates of a step speak of.
std::vector<uint32_t> Printer::references(const Block&, const Node& node) const {
  std::vector<uint32_t> found;
  const auto add = [&](std::span<const expr::Root> roots) {
    for (const expr::Root& root : roots) {
      if (root.kind == static_cast<uint32_t>(RootKind::step) && root.b == 0) {
        found.push_back(root.a);
      }
    }
  };
  if (node.arguments != none) add(plan_.templates[node.arguments].roots());
  if (node.condition != none) add(plan_.expressions[node.condition].roots());
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::string Printer::text() {
  header();
  block_text(0, "");
  called_text();
  forecast_text();
  for (const std::string& warning : plan_.warnings)
    out_.append("warning: ").append(warning) += '\n';
  return std::move(out_);
}

void Printer::header() {
  out_ += "workflow " + plan_.id;
  if (!plan_.version.empty()) out_ += " " + plan_.version;
  if (!plan_.name.empty()) out_ += " (" + plan_.name + ")";
  static constexpr std::string_view durabilities[] = {"sync", "batch", "none"};
  out_ += "\ntimeout " + (plan_.timeout_ns == 0
                              ? "none"
                              : base::duration_text(static_cast<int64_t>(plan_.timeout_ns)));
  out_ += ", durability ";
  out_ += durabilities[static_cast<size_t>(plan_.durability)];
  out_ += "\n";
  if (plan_.source["legacy_mode"_k].as_bool()) {
    out_ += "converted from an old dialect (legacy_mode)\n";
  }
  if (plan_.source["preserve_output_format"_k].as_bool()) {
    out_ += "the form of its result is that of before (preserve_output_format)\n";
  }
  mode_text(plan_.source, {});
}

// What 'auto' stands for, and the rule that fired.
void Printer::mode_text(Value written, const std::string& indent) {
  const Value block = spec::block_of_auto(written);
  if (!block.exists()) return;
  const spec::Detected found = spec::detect(block, spec::detect_by(plan_.source));
  out_.append(indent).append("mode ").append(found.mode);
  out_.append(", because ").append(found.why).append("\n");
}

// Without a history all steps count alike; one that was not seen counts like the mean of the
// others.
void Printer::forecast_text() {
  const spec::Measures measures = spec::measure(plan_.source);
  char text[128];
  std::snprintf(text, sizeof text, "complexity %.1f: ", measures.complexity());
  out_ += text + measures.terms() + "\n";
  double sum = 0;
  for (const Value seconds : measured_) sum += seconds.as_f64();
  const double mean = measured_.size() > 0 ? sum / measured_.size() : 1;
  const Forecast made =
      forecast(plan_, {.of_step = [&](const Node& node) {
                 return measured_.size() > 0 ? measured_[Key(node.id)].as_f64(mean) : 1;
               }});
  if (measured_.size() > 0) {
    std::snprintf(text, sizeof text, "forecast %.3f s, one after another %.3f s, ", made.elapsed,
                  made.work);
    out_ += text;
  } else if (made.gain() <= 0) {
    return;
  }
  std::snprintf(text, sizeof text, "gain %.2f, parallel opportunity %.2f", made.gain(),
                made.opportunity());
  out_ += text;
  out_ += measured_.size() > 0 ? "\n" : ", all steps counting alike\n";
}

// Each once, however often it is called.
void Printer::called_text() {
  for (size_t i = 1; i < plan_.definitions.size(); ++i) {
    const Definition& one = plan_.definitions[i];
    out_ += "calls workflow " + one.id;
    if (!one.version.empty()) out_ += " " + one.version;
    out_ += "\n";
    block_text(one.block, "  ");
  }
}

void Printer::block_text(uint32_t number, const std::string& indent) {
  const Block& block = plan_.blocks[number];
  const Component& pattern = plan_.patterns[block.pattern];
  out_ += indent + std::string(block.form) + " by " + pattern.id + "@" + pattern.version + "\n";
  for (uint32_t i = 0; i < block.written(); ++i) node_text(block, i, indent + "  ");
  order_text(block, indent + "  ");
}

void Printer::node_text(const Block& block, uint32_t number, const std::string& indent) {
  const Node& node = plan_.node(block, number);
  out_ += indent + std::to_string(number) + " " + name_of(block, number);
  if (node.kind == Kind::expression || node.kind == Kind::record) {
    out_ += "\n";
    return;
  }
  if (node.kind == Kind::tool) {
    const Component& tool = plan_.tools[node.tool];
    out_ += ": " + tool.id + "@" + tool.version;
  }
  if (node.call != none) out_.append(": workflow ").append(called_by(node).id);
  if (node.kind == Kind::detached) out_ += ", detached";
  if (node.kind >= Kind::wait && node.call == none) out_.append(": ").append(kind_text(node.kind));
  out_.append(", ").append(plan::to_text(node.effect));
  const Rarity* rare = plan_.rarity(node);
  const bool has_if = rare == nullptr || rare->enabled != node.condition;
  if (node.condition != none && has_if) {
    out_ += ", if " + std::string(plan_.expressions[node.condition].text());
  }
  if (node.run_if != RunIf::success) out_ += ", run on " + std::string(plan::to_text(node.run_if));
  policy_text(node);
  rarity_text(node);
  const std::vector<uint32_t> uses = references(block, node);
  for (size_t i = 0; i < uses.size(); ++i) {
    out_ += i == 0 ? ", uses " : " ";
    out_ += name_of(block, uses[i]);
  }
  out_ += "\n";
  const bool stands_here = node.kind == Kind::block && node.call == none;
  if (!stands_here) return;
  mode_text(node.at, indent + "  ");
  block_text(node.block, indent + "  ");
}

void Printer::policy_text(const Node& node) {
  const Policy& policy = plan_.policies[node.policy];
  if (policy.attempts_max > 1) out_ += ", attempts " + std::to_string(policy.attempts_max);
  if (policy.timeout_ns != Policy().timeout_ns) {
    out_ += ", timeout " + (policy.timeout_ns == 0
                                ? "none"
                                : base::duration_text(static_cast<int64_t>(policy.timeout_ns)));
  }
  if (node.on_error == OnError::proceed) out_ += ", continues on error";
}

void Printer::rarity_text(const Node& node) {
  const Rarity* said = plan_.rarity(node);
  if (said == nullptr) return;
  const auto tool = [&](std::string_view words, uint32_t way) {
    if (way != none) out_.append(words).append(plan_.tools[plan_.ways[way].tool].id);
  };
  if (said->enabled != none) {
    out_.append(", when ").append(plan_.expressions[said->enabled].text());
    if (said->enabled_ns != 0) {
      out_ += " within " + base::duration_text(static_cast<int64_t>(said->enabled_ns));
    }
  }
  if (said->recovers) out_ += ", recovers";
  tool(", else ", said->alternative);
  tool(", undone by ", said->compensation);
  if (said->is_pivot) out_ += ", pivot";
  if (said->cache_ns != 0) out_ += ", cached";
  for (const Need& need : said->needs) {
    out_.append(&need == said->needs.data() ? ", takes " : " ").append(need.resource);
    if (need.amount > 1) out_.append("×").append(std::to_string(need.amount));
  }
  if (said->priority != 0) out_.append(", priority ").append(std::to_string(said->priority));
}

void Printer::order_text(const Block& block, const std::string& indent) {
  for (const Value edge : block.compiled["edges"_k]) {
    const uint64_t from = edge[0].as_u64(block.count), to = edge[1].as_u64(block.count);
    if (from >= block.count || to >= block.count) continue;
    out_.append(indent).append(name_of(block, static_cast<uint32_t>(from))).append(" → ");
    out_.append(name_of(block, static_cast<uint32_t>(to)));
    if (edge[2].exists()) out_.append(" if ").append(condition_of(block, edge[2]));
    out_ += "\n";
  }
  for (const Value remark : block.compiled["remarks"_k]) {
    out_.append(indent).append(remark.as_text()).append("\n");
  }
  for (const Value side : block.compiled["sides"_k]) {
    out_.append(indent).append(side[0U].as_text());
    if (side[1U].exists() && !side[1U].is_null()) {
      out_.append(" ").append(condition_of(block, side[1U]));
    }
    out_ += ":";
    for (const Value node : side[2U]) {
      if (node.as_u64(block.count) < block.count) {
        out_.append(" ").append(name_of(block, static_cast<uint32_t>(node.as_u64())));
      }
    }
    out_ += "\n";
  }
  uint32_t number = 0;
  for (const Value group : block.compiled["groups"_k]) {
    out_ += indent + "group " + std::to_string(++number) + ":";
    for (const Value node : group) {
      if (node.as_u64(block.count) < block.count) {
        out_.append(" ").append(name_of(block, static_cast<uint32_t>(node.as_u64())));
      }
    }
    const Value said = block.compiled["groups_said"_k][number - 1];
    if (said.size() > 0) out_.append(" (").append(said.as_text()).append(")");
    out_ += "\n";
  }
  bool is_first = true;
  for (const Value node : block.compiled["critical"_k]) {
    if (node.as_u64(block.count) >= block.count) continue;
    out_ += is_first ? indent + "critical path: " : " → ";
    out_ += name_of(block, static_cast<uint32_t>(node.as_u64()));
    is_first = false;
  }
  if (!is_first) out_ += "\n";
}

// What an edge hangs on: a condition, or a word of the pattern such as 'default'.
std::string Printer::condition_of(const Block& block, Value said) const {
  if (said.is_text()) return std::string(said.as_text());
  const uint64_t node = said.as_u64(block.count);
  return node < block.count ? name_of(block, static_cast<uint32_t>(node)) : std::string();
}

std::string label(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') {
      out += "#quot;";
    } else if (c == '<' || c == '>' || c == '&' || c == '#') {
      out += '#';
      out += std::to_string(static_cast<int>(c));
      out += ';';
    } else {
      out += c == '\n' ? ' ' : c;
    }
  }
  return out + "\"";
}

std::string Printer::picture() {
  out_ = "flowchart TD\n";
  block_picture(0, "  ");
  called_picture();
  return std::move(out_);
}

void Printer::called_picture() {
  for (size_t i = 1; i < plan_.definitions.size(); ++i) {
    const std::string id = "w" + std::to_string(i);
    out_ += "  subgraph " + id + "[" + label("workflow " + plan_.definitions[i].id) + "]\n";
    block_picture(plan_.definitions[i].block, "    ");
    out_ += "  end\n";
  }
  for (uint32_t n = 0; n < plan_.nodes.size(); ++n) {
    const Node& node = plan_.nodes[n];
    const uint32_t called = node.call != none ? plan_.calls[node.call].definition : 0;
    if (called == 0) continue;
    out_ += "  n" + std::to_string(n) + " -.-> w" + std::to_string(called) + "\n";
  }
}

void Printer::block_picture(uint32_t number, const std::string& indent) {
  const Block& block = plan_.blocks[number];
  for (uint32_t i = 0; i < block.written(); ++i) {
    const Node& node = plan_.node(block, i);
    const std::string id = picture_id(block, i);
    if (node.call != none) {
      const std::string title = name_of(block, i) + ": workflow " + called_by(node).id;
      out_ += indent + id + "[[" + label(title) + "]]\n";
    } else if (node.kind == Kind::block) {
      const std::string title =
          name_of(block, i) + " (" + std::string(plan_.blocks[node.block].form) + ")";
      out_ += indent + "subgraph " + id + "[" + label(title) + "]\n";
      block_picture(node.block, indent + "  ");
      out_ += indent + "end\n";
    } else if (node.kind == Kind::expression || node.kind == Kind::record) {
      out_ += indent + id + "{{" + label(name_of(block, i)) + "}}\n";
    } else {
      const std::string title =
          name_of(block, i) + ": " +
          (node.tool != none ? plan_.tools[node.tool].id : std::string(kind_text(node.kind)));
      out_ += indent + id + "[" + label(title) + "]\n";
    }
  }
  edges_picture(block, indent);
}

// What the pattern says; else what the templates say.
void Printer::edges_picture(const Block& block, const std::string& indent) {
  const Value edges = block.compiled["edges"_k];
  for (const Value edge : edges) {
    const uint64_t from = edge[0].as_u64(block.count), to = edge[1].as_u64(block.count);
    if (from >= block.count || to >= block.count) continue;
    const std::string on = edge[2].exists() ? "|" + label(condition_of(block, edge[2])) + "|" : "";
    out_ += indent + picture_id(block, static_cast<uint32_t>(from)) + " -->" + on + " " +
            picture_id(block, static_cast<uint32_t>(to)) + "\n";
  }
  for (uint32_t i = 0; !edges.exists() && i < block.written(); ++i) {
    for (const uint32_t from : references(block, plan_.node(block, i))) {
      out_ += indent + picture_id(block, from) + " -.-> " + picture_id(block, i) + "\n";
    }
  }
}

}  // namespace

std::string explain(const Plan& plan, Value measured) { return Printer(plan, measured).text(); }
std::string mermaid(const Plan& plan) { return Printer(plan).picture(); }

}  // namespace weft::plan
