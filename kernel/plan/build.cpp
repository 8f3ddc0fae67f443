#include "plan/build.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/text.hpp"
#include "plan/canonical.hpp"
#include "plan/fill.hpp"
#include "spec/calls.hpp"

namespace weft::plan {
namespace {

using spec::Problem;
using namespace lit;

// A node of a lane is the node that was written, at a place of its own.
void spread_lanes(Plan& plan) {
  std::vector<Node> nodes;
  for (Block& block : plan.blocks) {
    uint32_t branches = 0;  // of one lane
    for (uint32_t n = 0; block.isolates && n < block.count; ++n) {
      const uint32_t branch = plan.node(block, n).branch;
      if (branch != none) branches = std::max(branches, branch + 1);
    }
    const auto from = plan.nodes.begin() + block.first;
    const auto written = static_cast<std::ptrdiff_t>(block.count);
    block.first = static_cast<uint32_t>(nodes.size());
    for (uint32_t lane = 0; lane < block.lanes; ++lane) {
      nodes.insert(nodes.end(), from, from + written);
      for (auto node = nodes.end() - written; branches != 0 && node != nodes.end(); ++node) {
        if (node->branch != none) node->branch += lane * branches;
      }
    }
    block.count *= block.lanes;
  }
  plan.nodes = std::move(nodes);
}

Value pins_of(const Plan& plan, Arena arena) {
  Builder b(arena);
  const auto list = [&b](Key key, const std::vector<Component>& components) {
    b.key(key);
    b.begin_array();
    for (const Component& c : components) b.text(c.id + '@' + c.version);
    b.end_array();
  };
  b.begin_object();
  list("tools"_k, plan.tools);
  list("patterns"_k, plan.patterns);
  b.end_object();
  return b.take_value();
}

// What a definition may take, called or not, is said in it; a call may shorten it.
void link_calls(const spec::Family& family, Plan& plan) {
  for (Node& node : plan.nodes) {
    if (node.call == none) continue;
    Call& call = plan.calls[node.call];
    if (node.kind == Kind::detached) {
      call.alone = alone(family, call.definition, plan.made.arena());
      continue;
    }
    node.block = plan.definitions[call.definition].block;
    const spec::Spec& called = family.members[call.definition].parsed.spec;
    const uint64_t own = called.definition["timeout"_k].exists() ? called.timeout_ns : 0;
    if (call.timeout_ns == 0 || (own != 0 && own < call.timeout_ns)) call.timeout_ns = own;
    plan.has_limits = plan.has_limits || call.timeout_ns != 0;
  }
}

// False when something is wrong.
bool fill(spec::Family& family, const spec::Catalog& catalog, Plan& plan) {
  const auto is_clean = [&family] {
    return std::all_of(family.members.begin(), family.members.end(),
                       [](const spec::Member& m) { return m.parsed.problems.empty(); });
  };
  std::vector<Filler> fillers;
  fillers.reserve(family.members.size());
  for (spec::Member& member : family.members) {
    fillers.emplace_back(member, catalog, plan);
    fillers.back().run();
  }
  for (Filler& filler : fillers) filler.compile();
  if (!is_clean()) return false;
  link_calls(family, plan);
  const bool calls = std::any_of(plan.nodes.begin(), plan.nodes.end(), [](const Node& node) {
    return node.call != none && node.kind == Kind::block;
  });
  plan.isolates = calls || std::any_of(plan.blocks.begin(), plan.blocks.end(),
                                       [](const Block& block) { return block.isolates; });
  const bool has_lanes = std::any_of(plan.blocks.begin(), plan.blocks.end(),
                                     [](const Block& block) { return block.lanes > 1; });
  if (has_lanes) spread_lanes(plan);
  return true;
}

// Nobody may see what one of them calls secret.
std::shared_ptr<const expr::Redactor> redactor_of(const spec::Family& family, Arena arena) {
  Builder b(arena);
  b.begin_object();
  for (const Key list : {"keys"_k, "values"_k}) {
    b.key(list);
    b.begin_array();
    for (const spec::Member& member : family.members) {
      for (const Value one : member.parsed.spec.redact[list]) b.link(one);
    }
    b.end_array();
  }
  b.end_object();
  auto made = expr::Redactor::make(b.take_value());  // parse has found what is wrong with it
  return std::make_shared<const expr::Redactor>(made ? std::move(*made) : expr::Redactor());
}

// What one definition says is placed in the text that it stands in.
class Report final {
 public:
  Report(const spec::Family& family, const Source& source) : family_(family), source_(source) {}

  std::vector<Error> placed(std::vector<Problem> spec::Parsed::* of) const {
    std::vector<Error> all;
    for (uint32_t text = 0; text <= family_.found.size(); ++text) {
      const uint32_t found = text > 0 ? text - 1 : none;
      std::vector<Problem> some;
      for (const spec::Member& member : family_.members) {
        if (member.found != found) continue;
        const std::vector<Problem>& said = member.parsed.*of;
        some.insert(some.end(), said.begin(), said.end());
      }
      if (some.empty()) continue;
      spec::Origin origin{source_.definition, source_.file, source_.locator};
      if (found != none) {
        const spec::Found& where = family_.found[found];
        origin = {where.definition, where.file, where.locator};
      }
      for (Error& error : spec::placed(some, origin)) all.push_back(std::move(error));
    }
    return all;
  }

 private:
  const spec::Family& family_;
  const Source& source_;
};

bool has(Value list, Value sought) {
  for (const Value one : list) {
    if (base::equal(one, sought)) return true;
  }
  return false;
}

// Whether one grant of a called definition is one of the run's, too.
bool is_granted(Value asked, Value given) {
  if (!asked.is_array()) return !asked.as_bool() || given.as_bool();
  for (const Value one : asked) {
    if (!given.is_array() || !has(given, one)) return false;
  }
  return true;
}

// What a called definition grants itself counts only as far as the run is granted it.
void warn_of_policies(spec::Family& family) {
  const Value own = family.members.front().parsed.spec.grants;
  for (size_t m = 1; m < family.members.size(); ++m) {
    spec::Parsed& called = family.members[m].parsed;
    const Value asked = called.spec.grants;
    for (uint32_t area = 0; area < asked.size(); ++area) {
      const Value grants = asked[area];
      for (uint32_t i = 0; i < grants.size(); ++i) {
        if (is_granted(grants[i], own[Key(asked.key(area))][Key(grants.key(i))])) continue;
        std::string message = "the workflow " + base::quoted(called.spec.id);
        message.append(" is called, so it has the grants of the run, and its ");
        message.append(asked.key(area)).append(".").append(grants.key(i));
        message.append(" adds nothing to them");
        called.warnings.push_back({grants[i],
                                   {},
                                   "spec.not_granted",
                                   std::move(message),
                                   "grant it in the definition that is run"});
      }
    }
  }
}

}  // namespace

Built build(Source source, const spec::Catalog& catalog) {
  auto plan = std::make_shared<Plan>();
  spec::Family family = spec::read_family(source.definition, catalog, plan->made.arena());
  warn_of_policies(family);
  const bool is_clean = fill(family, catalog, *plan);
  const Report report(family, source);
  Built built;
  built.warnings = report.placed(&spec::Parsed::warnings);
  for (const Error& warning : built.warnings) plan->warnings.push_back(warning.message);
  if (!is_clean) {
    built.problems = report.placed(&spec::Parsed::problems);
    return built;
  }
  plan->source = with_found(family, plan->made.arena());
  plan->memory = std::move(source.memory);
  for (spec::Found& found : family.found) plan->lent.push_back(std::move(found.memory));
  plan->file = std::move(source.file);
  plan->redactor = redactor_of(family, plan->made.arena());
  plan->definition = canonical(family, plan->made.arena());
  plan->pins = pins_of(*plan, plan->made.arena());
  plan->hash = base::digest(plan->definition);
  built.plan = std::move(plan);
  return built;
}

}  // namespace weft::plan
