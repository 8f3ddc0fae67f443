// Chains under every schedule: what overlaps comes to what one after another comes to.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

uint64_t runs() {
  const char* more = std::getenv("WEFT_SIM_RUNS");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 300;
}

// A leaf of a drawn chain, with what its order hangs on.
struct Leaf {
  std::string id;
  std::vector<std::string> reads, writes;
  bool is_of_the_world = false;  // it changes something and does not say what
};

// Steps of every effect that read and write names, variables and results of others; some stand in
// blocks, some fail and go on.
class Drawn final {
 public:
  explicit Drawn(uint64_t seed) : random_(seed) {
    const int count = 3 + below(8);
    for (int i = 0; i < count; ++i) {
      if (i > 0) steps_ += ",\n";
      steps_ += below(6) == 0 ? set() : below(6) == 0 ? block() : leaf(true);
    }
  }

  std::string definition(const std::string& type, const std::string& options = {}) const {
    return R"({"id":"drawn","type":")" + type + R"(",)" + options +
           R"("variables":{"v0":{"default":"first"},"v1":{"default":0}},
              "output":["{{v0}}","{{v1}}"],"steps":[)" +
           steps_ + "]}";
  }
  const std::vector<Leaf>& leaves() const { return leaves_; }

 private:
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }
  std::string next_id() { return "s" + std::to_string(made_++); }

  std::string names(const char* field, std::vector<std::string>& to) {
    if (below(3) != 0) return {};
    to.push_back(std::string(1, static_cast<char>('x' + below(3))));
    return std::string(R"(,")") + field + R"(":[")" + to.back() + "\"]";
  }

  std::string leaf(bool may_be_spoken_of) {
    static constexpr const char* tools[] = {"pure", "read", "idem", "once", "slow", "slow_once"};
    const int tool = below(6);
    Leaf leaf;
    leaf.id = next_id();
    const std::string more = names("reads", leaf.reads) + names("writes", leaf.writes);
    const bool is_harmless = tool < 2 || tool == 4;
    leaf.is_of_the_world = !is_harmless && leaf.reads.empty() && leaf.writes.empty();
    std::string value = "{{v" + std::to_string(below(2)) + "}} " + std::to_string(below(100));
    if (!known_.empty() && below(2) == 0) {
      value += " {{default(" + known_[random_() % known_.size()] + ".value, 'none')}}";
    }
    std::string text = R"({"id":")" + leaf.id + R"(","tool":")" + tools[tool] + "\"" + more;
    const bool fails = below(8) == 0;
    if (fails) text += R"(,"on_error":"continue")";
    text += R"(,"parameters":{"name":")" + leaf.id + R"(","value":")" + value + "\"";
    if (fails) {
      text += R"(,"do":"refuse")";
    } else if (below(3) != 0) {
      text += R"(,"do":"later","ms":)" + std::to_string(1 + below(40));
    }
    leaves_.push_back(leaf);
    if (may_be_spoken_of) known_.push_back(leaf.id);
    return text + "}}";
  }

  std::string set() {
    const std::string variable = "v" + std::to_string(below(2));
    std::string value = "{{" + variable + "}}" + std::to_string(below(10));
    if (!known_.empty()) value += "{{default(" + known_.back() + ".value, 'none')}}";
    return R"({"id":")" + next_id() + R"(","set":{")" + variable + R"(":")" + value + "\"}}";
  }

  std::string block() {
    std::string text =
        R"({"id":")" + next_id() + R"(","type":"sequential","steps":[)" + leaf(false);
    if (below(2) == 0) text += "," + leaf(false);
    return text + "]}";
  }

  std::mt19937_64 random_;
  std::string steps_;
  std::vector<Leaf> leaves_;
  std::vector<std::string> known_;
  int made_ = 0;
};

struct Played {
  std::string told;
  std::vector<std::string> lines;  // of the sink
};

Played play(SimPlans& plans, const std::string& definition, uint64_t seed) {
  SimWorld world({.seed = seed});
  const auto ticket = world.submit(plans.build(definition));
  world.settle();
  REQUIRE(ticket->is_done);
  REQUIRE(world.store.broken_rule == "");
  return {tell(ticket->report), world.sink.lines};
}

// When each step began and ended, counted in events.
struct Span {
  size_t from = 0, to = 0;
};
std::map<std::string, Span> spans_of(const Played& played, const std::vector<Leaf>& leaves) {
  std::map<std::string, Span> spans;
  for (size_t i = 0; i < played.lines.size(); ++i) {
    const std::string& line = played.lines[i];
    if (line.find("workflow.step.") == std::string::npos) continue;
    for (const Leaf& leaf : leaves) {
      const size_t at = line.find(leaf.id);
      const bool is_it = at != std::string::npos && !std::isdigit(line[at + leaf.id.size()]) &&
                         (line[at - 1] == ' ' || line[at - 1] == '/');
      if (!is_it) continue;
      Span& span = spans[leaf.id];
      if (line.find("started") != std::string::npos) span.from = i;
      span.to = i;
    }
  }
  return spans;
}

bool meets(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::any_of(a.begin(), a.end(), [&](const std::string& name) {
    return std::find(b.begin(), b.end(), name) != b.end();
  });
}

bool is_conflict(const Leaf& a, const Leaf& b) {
  return (a.is_of_the_world && b.is_of_the_world) || meets(a.writes, b.writes) ||
         meets(a.writes, b.reads) || meets(a.reads, b.writes);
}

}  // namespace

TEST_CASE("auto_parallel_result_equals_sequential_result", "[sim][chain]") {
  SimPlans plans;
  uint64_t overlapped = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const Drawn drawn(seed);
    const std::string chain = drawn.definition("chain");
    INFO("seed " << seed << "\n" << chain);
    const Played alone = play(plans, drawn.definition("sequential"), 1);
    REQUIRE_FALSE(alone.told.starts_with("failed"));
    for (uint64_t schedule = 1; schedule <= 4; ++schedule) {
      const Played beside = play(plans, chain, 1000 * seed + schedule);
      REQUIRE(beside.told == alone.told);
      overlapped += static_cast<uint64_t>(beside.lines != alone.lines);
    }
    const std::string in_order =
        drawn.definition("chain", R"("options":{"parallel_where_possible":false},)");
    REQUIRE(play(plans, in_order, seed).told == alone.told);
  }
  CHECK(overlapped > runs());  // else nothing was proved
}

TEST_CASE("steps that touch the same thing never overlap and keep their order", "[sim][chain]") {
  SimPlans plans;
  uint64_t conflicts = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const Drawn drawn(seed);
    const std::string chain = drawn.definition("chain");
    const Played played = play(plans, chain, seed);
    const auto spans = spans_of(played, drawn.leaves());
    const auto& leaves = drawn.leaves();
    for (size_t a = 0; a < leaves.size(); ++a) {
      for (size_t b = a + 1; b < leaves.size(); ++b) {
        if (!is_conflict(leaves[a], leaves[b])) continue;
        ++conflicts;
        INFO("seed " << seed << " " << leaves[a].id << " " << leaves[b].id << "\n" << chain);
        REQUIRE(spans.at(leaves[a].id).to < spans.at(leaves[b].id).from);
      }
    }
  }
  CHECK(conflicts > runs());
}

}  // namespace weft::tests
