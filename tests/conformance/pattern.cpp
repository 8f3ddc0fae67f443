// The suite of every workflow pattern whose forms have a list of steps, or sides that do.
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <thread>

#include "base/json.hpp"
#include "base/path.hpp"
#include "pattern_blocks.hpp"
#include "pattern_frame.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

class Subject final {
 public:
  Subject() : instance_(host_) {
    REQUIRE(instance_.status() == WEFT_OK);
    pattern_ = {instance_.table<weft_pattern>(WEFT_PATTERN_ID), instance_.self()};
    REQUIRE(pattern_.table != nullptr);
    auto manifest = base::parse_json(read_text(plugin_folder() / "plugin.json"), memory_.arena());
    REQUIRE(manifest);
    for (const Value form : (*manifest)["components"_k][0U]["forms"_k]) {
      const Shape shape = shape_of(form);
      if (!shape.place.empty() || shape.has_sides) forms_.push_back(shape);
    }
    REQUIRE(!forms_.empty());
  }

  Pattern pattern() const { return pattern_; }
  const std::vector<Shape>& forms() const { return forms_; }

  // {plan, problems}, or a missing value when the pattern refuses the block as a whole.
  Value compile(Value block, Memory& memory) const {
    weft_val made{nullptr, 0};
    weft_error error{};
    error.size = sizeof error;
    const weft_status status =
        pattern_.table->compile(pattern_.self, block.raw(), memory.raw(), &made, &error);
    CHECK(status == WEFT_OK);
    return Value(made);
  }

 private:
  FakeHost host_;
  Instance instance_;
  Memory memory_;
  Pattern pattern_;
  std::vector<Shape> forms_;
};

weft_fact begin(Random& random, const Block& block) {
  std::vector<uint32_t> steps;
  for (uint32_t n = 0; n < block.nodes; ++n) {
    if (block.is_step[n]) steps.push_back(n);
  }
  const auto count = static_cast<uint32_t>(steps.size());
  const bool is_later = count > 0 && below(random, 5) == 0;
  return {WEFT_FACT_BEGIN, is_later ? 1U : 0U, is_later ? steps[below(random, count)] : 0, 0, 0};
}

// A few of the running nodes, in any order, with any outcome.
std::vector<weft_fact> some_ends(const FakeFrame& frame, Random& random) {
  constexpr uint64_t outcomes[] = {WEFT_NODE_SUCCEEDED, WEFT_NODE_SUCCEEDED, WEFT_NODE_SUCCEEDED,
                                   WEFT_NODE_FAILED,    WEFT_NODE_CONTINUED, WEFT_NODE_SKIPPED,
                                   WEFT_NODE_CANCELLED};
  std::vector<uint32_t> running = frame.running();
  std::shuffle(running.begin(), running.end(), random);
  running.resize(1 + below(random, static_cast<uint32_t>(running.size())));
  std::vector<weft_fact> facts;
  for (const uint32_t n : running) {
    const uint64_t node = sdk::at_visit(n, frame.visit(n));
    facts.push_back({WEFT_FACT_ENDED, 0, node, outcomes[below(random, std::size(outcomes))], 0});
  }
  return facts;
}

// A frame that is told the same as others, in its own manner.
struct Manner {
  bool batched, forgets;
};

void tell(FakeFrame& frame, const std::vector<weft_fact>& facts, Manner manner) {
  const size_t at_once = manner.batched ? facts.size() : 1;
  for (size_t i = 0; i < facts.size() && !frame.is_closed(); i += at_once) {
    if (frame.tell({facts.data() + i, at_once}) != WEFT_OK) FAIL_CHECK(frame.message());
    if (manner.forgets) frame.forget();
  }
}

std::string shown(const std::vector<Command>& commands) {
  constexpr std::string_view names[] = {"?",     "start",  "cancel", "skip", "select",
                                        "timer", "return", "fail",   "memo"};
  std::string text;
  for (const Command& c : commands) {
    text += std::string(names[c.kind]) + " " + std::to_string(c.node) + " " + c.args + "\n";
  }
  return text;
}

// What ends by itself, else some of what runs.
std::vector<weft_fact> next_facts(FakeFrame& frame, Random& random) {
  std::vector<weft_fact> facts = frame.at_once();
  if (facts.empty() && !frame.running().empty()) facts = some_ends(frame, random);
  return facts;
}

// What stands in the table of a frame: the nodes of the block, once for each lane of its plan.
std::vector<bool> table_of(const Block& block, Value made) {
  std::vector<bool> is_step;
  for (uint64_t lane = 0; lane < made["lanes"_k].as_u64(1); ++lane) {
    is_step.insert(is_step.end(), block.is_step.begin(), block.is_step.end());
  }
  return is_step;
}

// Runs one block to its end in four manners at once. False when something was wrong with it.
bool agree(Pattern pattern, Value made, const Block& block, Random& random) {
  constexpr Manner manners[] = {{false, false}, {true, false}, {false, true}, {true, true}};
  constexpr uint32_t rounds_max = 1000;
  std::vector<std::unique_ptr<FakeFrame>> frames;
  for (size_t i = 0; i < std::size(manners); ++i) {
    frames.push_back(std::make_unique<FakeFrame>(pattern, made["plan"_k], table_of(block, made)));
  }
  FakeFrame& first = *frames.front();
  std::vector<weft_fact> facts{begin(random, block)};
  for (uint32_t round = 0; round <= rounds_max; ++round) {
    for (size_t i = 0; i < std::size(manners); ++i) tell(*frames[i], facts, manners[i]);
    const auto is_same = [&](const auto& other) {
      return other->commands() == first.commands() && other->is_closed() == first.is_closed();
    };
    for (const auto& other : frames) {
      if (!is_same(other)) CHECK(shown(other->commands()) == shown(first.commands()));
    }
    if (!std::all_of(frames.begin(), frames.end(), is_same)) return false;
    if (first.is_closed()) break;
    facts = next_facts(first, random);
    for (size_t i = 1; i < frames.size(); ++i) frames[i]->at_once();
    if (facts.empty()) break;
  }
  bool ok = first.is_closed();
  for (const auto& frame : frames) {
    for (const std::string& fault : frame->faults()) FAIL_CHECK(fault);
    ok = ok && frame->faults().empty();
  }
  const bool has_lanes = made["lanes"_k].as_u64(1) > 1;  // not all of which are needed
  for (uint32_t n = 0; ok && !has_lanes && n < block.nodes; ++n) {
    ok = !block.is_step[n] || first.status(n) != WEFT_NODE_PENDING;
  }
  return ok;
}

// A block without problems. Steps of some forms must not know each other.
Block good_block(const Subject& subject, const Shape& form, uint32_t steps, Random& random,
                 Memory& memory) {
  for (int tries = 0;; ++tries) {
    const Edges edges = tries < 20 ? Edges::backward : Edges::none;
    Block block = random_block(form, steps, edges, random, memory);
    if (subject.compile(block.value, memory)["problems"_k].size() == 0) return block;
  }
}

bool leads_somewhere(Value block, std::string_view pointer) {
  const auto segments = base::split_pointer(pointer);
  if (!segments) return false;
  for (const std::string& segment : *segments) {
    block = base::child(block, segment);
    if (!block.exists()) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("any block has a plan, or problems that point into it", "[pattern]") {
  const Subject subject;
  Random random(1);
  uint32_t refused = 0;
  for (const Shape& form : subject.forms()) {
    for (int i = 0; i < 2000; ++i) {
      Memory memory;
      const Value block =
          random_block(form, below(random, 9), Edges::anywhere, random, memory).value;
      const Value made = subject.compile(block, memory);
      if (made["problems"_k].size() == 0) CHECK(made["plan"_k].exists());
      for (const Value problem : made["problems"_k]) {
        ++refused;
        INFO(problem["pointer"_k].as_text());
        CHECK(leads_somewhere(block, problem["pointer"_k].as_text()));
        CHECK(!problem["message"_k].as_text().empty());
        CHECK(!problem["message"_k].as_text().ends_with('.'));
      }
    }
  }
  CHECK(refused > 0);
}

TEST_CASE("a block is compiled to the same plan every time", "[pattern]") {
  const Subject subject;
  for (const Shape& form : subject.forms()) {
    Memory memory;
    Random random(2);
    const Value block = random_block(form, 8, Edges::backward, random, memory).value;
    const std::string once = base::json_text(subject.compile(block, memory));
    for (int i = 0; i < 10; ++i) {
      const bool is_same = base::json_text(subject.compile(block, memory)) == once;
      CHECK(is_same);
    }
  }
}

TEST_CASE("every frame ends once, whatever ends in whatever order", "[pattern]") {
  const Subject subject;
  for (const Shape& form : subject.forms()) {
    for (uint32_t seed = 0; seed < 10'000; ++seed) {
      Random random(seed);
      Memory memory;
      const uint32_t count = below(random, 9);
      const auto edges = static_cast<Edges>(below(random, 3));
      const Block block = random_block(form, count, edges, random, memory);
      const Value made = subject.compile(block.value, memory);
      if (made["problems"_k].size() != 0) continue;
      if (agree(subject.pattern(), made, block, random)) continue;
      INFO(form.form << ", seed " << seed << ": " << base::json_text(block.value));
      FAIL("the frame did not end as it should");
    }
  }
}

TEST_CASE("a frame that is asked to end breaks no rule", "[pattern]") {
  const Subject subject;
  for (const Shape& form : subject.forms()) {
    for (uint32_t seed = 0; seed < 1000; ++seed) {
      Random random(seed);
      Memory memory;
      const uint32_t count = 1 + below(random, 8);
      const Block block = random_block(form, count, Edges::backward, random, memory);
      const Value made = subject.compile(block.value, memory);
      if (made["problems"_k].size() != 0) continue;
      FakeFrame frame(subject.pattern(), made["plan"_k], table_of(block, made));
      tell(frame, {begin(random, block)}, {true, false});
      tell(frame, {{WEFT_FACT_CANCEL, 0, 0, 0, 0}}, {true, seed % 2 == 0});
      for (auto facts = next_facts(frame, random); !frame.is_closed() && !facts.empty();
           facts = next_facts(frame, random)) {
        tell(frame, facts, {seed % 3 == 0, false});
      }
      CHECK(frame.faults().empty());
    }
  }
}

TEST_CASE("a memo of nonsense is refused or ignored", "[pattern]") {
  const Subject subject;
  Random random(5);
  Memory memory;
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "[";
  deep += std::string(40, ']');
  for (const Shape& form : subject.forms()) {
    const Block block = good_block(subject, form, 6, random, memory);
    const Value made = subject.compile(block.value, memory);
    const Value plan = made["plan"_k];
    for (const std::string& leaf :
         {std::string("null"), std::string("-1"), std::string("5"), std::string("1e300"),
          std::string("18446744073709551615"), std::string("\"text\""), std::string("[]"), deep}) {
      for (const std::string& memo : {leaf, "{\"start\":" + leaf + "}", "[" + leaf + "]"}) {
        const auto value = base::parse_json(memo, memory.arena());
        REQUIRE(value);
        FakeFrame frame(subject.pattern(), plan, table_of(block, made));
        frame.remember(*value);
        const weft_fact fact{WEFT_FACT_BEGIN, 0, 0, 0, 0};
        const weft_status status = frame.tell({&fact, 1});
        INFO(memo << ": " << frame.message());
        CHECK((status == WEFT_OK || (status < 0 && !frame.message().empty())));
        CHECK(frame.faults().empty());
      }
    }
  }
}

TEST_CASE("frames of one instance do not know each other", "[pattern]") {
  const Subject subject;
  Memory memory;
  Random random(6);
  const Block block = good_block(subject, subject.forms().front(), 8, random, memory);
  const Value made = subject.compile(block.value, memory);
  const Value plan = made["plan"_k];
  const auto run = [&](uint32_t seed) {
    Random own(seed);
    FakeFrame frame(subject.pattern(), plan, table_of(block, made));
    const weft_fact fact = begin(own, block);
    bool ok = frame.tell({&fact, 1}) == WEFT_OK;
    for (auto facts = next_facts(frame, own); ok && !frame.is_closed() && !facts.empty();
         facts = next_facts(frame, own)) {
      ok = frame.tell(facts) == WEFT_OK;
    }
    return ok && frame.faults().empty() ? shown(frame.commands()) : std::string("failed");
  };
  std::vector<std::string> alone;
  for (uint32_t seed = 0; seed < 200; ++seed) alone.push_back(run(seed));
  std::atomic<uint32_t> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (uint32_t seed = 0; seed < 200; ++seed) wrong += run(seed) != alone[seed] ? 1 : 0;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(std::find(alone.begin(), alone.end(), "failed") == alone.end());
}

}  // namespace weft::test
