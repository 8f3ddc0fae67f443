// The suite of every workflow pattern whose forms have a place for steps.
#include "catch.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <random>
#include <thread>

#include "base/json.hpp"
#include "base/path.hpp"
#include "pattern_frame.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Random = std::mt19937;

// How the edges of a random block lie: to steps before, or anywhere.
enum class Edges : uint8_t { none, backward, anywhere };

// A form, and the first place in it that holds steps.
struct Form {
  std::string name, place;
  Value properties;
};

class Subject final {
 public:
  Subject() : instance_(host_) {
    REQUIRE(instance_.status() == WEFT_OK);
    pattern_ = {instance_.table<weft_pattern>(WEFT_PATTERN_ID), instance_.self()};
    REQUIRE(pattern_.table != nullptr);
    auto manifest = base::parse_json(read_text(plugin_folder() / "plugin.json"), memory_.arena());
    REQUIRE(manifest);
    for (const Value form : (*manifest)["components"_k][0U]["forms"_k]) {
      const Value properties = form["schema"_k]["properties"_k];
      for (uint32_t i = 0; i < properties.size(); ++i) {
        if (properties[i]["format"_k].as_text() != "weft-steps") continue;
        forms_.push_back(
            {std::string(form["name"_k].as_text()), std::string(properties.key(i)), properties});
        break;
      }
    }
    REQUIRE(!forms_.empty());
  }

  Pattern pattern() const { return pattern_; }
  const std::vector<Form>& forms() const { return forms_; }

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
  std::vector<Form> forms_;
};

uint32_t below(Random& random, uint32_t n) { return static_cast<uint32_t>(random() % n); }

void add_edges(Builder& b, uint32_t own, uint32_t count, Edges edges, Random& random) {
  const uint32_t most = edges == Edges::none ? 0 : edges == Edges::backward ? own : count;
  b.begin_array();
  for (uint32_t i = 0; i < most && i < 3; ++i) {
    if (below(random, 2) == 0) b.natural(below(random, most));
  }
  b.end_array();
}

Value random_block(const Form& form, uint32_t count, Edges edges, Random& random, Memory& memory) {
  constexpr std::string_view run_if[] = {"success", "success", "success", "failure", "always"};
  Builder b(memory.arena());
  b.begin_object();
  b.set("form"_k, std::string_view(form.name));
  for (uint32_t i = 0; i < form.properties.size(); ++i) {
    const Value fallback = form.properties[i]["default"_k];
    if (fallback.exists()) b.set(Key(form.properties.key(i)), fallback);
  }
  // What goes on for as long as it may is bounded by that alone.
  if (form.properties["max_iterations"_k].exists()) {
    b.set("max_iterations"_k, 1 + below(random, 3));
  }
  b.key(Key(form.place));
  b.begin_array();
  for (uint32_t n = 0; n < count; ++n) {
    b.begin_object();
    b.set("node"_k, n);
    b.set("id"_k, std::string_view("s" + std::to_string(n)));
    b.key("depends_on"_k);
    add_edges(b, n, count, edges, random);
    b.key("refs"_k);
    add_edges(b, n, count, edges, random);
    b.set("run_if"_k, run_if[below(random, 5)]);
    for (const Key field : {"reads"_k, "writes"_k}) {
      b.key(field);
      b.begin_array();
      b.end_array();
    }
    b.set("effect"_k, "pure");
    b.end_object();
  }
  b.end_array();
  b.end_object();
  return b.take_value();
}

weft_fact begin(Random& random, uint32_t count) {
  const bool is_later = count > 0 && below(random, 5) == 0;
  return {WEFT_FACT_BEGIN, is_later ? 1U : 0U, is_later ? below(random, count) : 0, 0, 0};
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
    const uint64_t at = uint64_t{frame.visit(n)} << 32U | n;
    facts.push_back({WEFT_FACT_ENDED, 0, at, outcomes[below(random, std::size(outcomes))], 0});
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

uint32_t lanes(Value made) { return static_cast<uint32_t>(made["lanes"_k].as_u64(1)); }

// Runs one block to its end in four manners at once. False when something was wrong with it.
bool agree(Pattern pattern, Value made, uint32_t count, Random& random) {
  constexpr Manner manners[] = {{false, false}, {true, false}, {false, true}, {true, true}};
  std::vector<std::unique_ptr<FakeFrame>> frames;
  for (size_t i = 0; i < std::size(manners); ++i) {
    frames.push_back(std::make_unique<FakeFrame>(pattern, made["plan"_k], count * lanes(made)));
  }
  FakeFrame& first = *frames.front();
  std::vector<weft_fact> facts{begin(random, count)};
  for (uint32_t round = 0; round <= 4 * count; ++round) {
    for (size_t i = 0; i < std::size(manners); ++i) tell(*frames[i], facts, manners[i]);
    const auto is_same = [&](const auto& other) {
      return other->commands() == first.commands() && other->is_closed() == first.is_closed();
    };
    for (const auto& other : frames) {
      if (!is_same(other)) CHECK(shown(other->commands()) == shown(first.commands()));
    }
    if (!std::all_of(frames.begin(), frames.end(), is_same)) return false;
    if (first.is_closed() || first.running().empty()) break;
    facts = some_ends(first, random);
  }
  bool ok = first.is_closed();
  for (const auto& frame : frames) {
    for (const std::string& fault : frame->faults()) FAIL_CHECK(fault);
    ok = ok && frame->faults().empty();
  }
  for (uint32_t n = 0; ok && lanes(made) == 1 && n < count; ++n)
    ok = first.status(n) != WEFT_NODE_PENDING;
  return ok;
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
  for (const Form& form : subject.forms()) {
    for (int i = 0; i < 2000; ++i) {
      Memory memory;
      const Value block = random_block(form, below(random, 9), Edges::anywhere, random, memory);
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
  for (const Form& form : subject.forms()) {
    Memory memory;
    Random random(2);
    const Value block = random_block(form, 8, Edges::backward, random, memory);
    const std::string once = base::json_text(subject.compile(block, memory));
    for (int i = 0; i < 10; ++i) {
      const bool is_same = base::json_text(subject.compile(block, memory)) == once;
      CHECK(is_same);
    }
  }
}

TEST_CASE("every frame ends once, whatever ends in whatever order", "[pattern]") {
  const Subject subject;
  for (const Form& form : subject.forms()) {
    for (uint32_t seed = 0; seed < 10'000; ++seed) {
      Random random(seed);
      Memory memory;
      const uint32_t count = below(random, 9);
      const auto edges = static_cast<Edges>(below(random, 3));
      const Value block = random_block(form, count, edges, random, memory);
      const Value made = subject.compile(block, memory);
      if (made["problems"_k].size() != 0) continue;
      if (agree(subject.pattern(), made, count, random)) continue;
      INFO(form.name << ", seed " << seed << ": " << base::json_text(block));
      FAIL("the frame did not end as it should");
    }
  }
}

TEST_CASE("a frame that is asked to end breaks no rule", "[pattern]") {
  const Subject subject;
  for (const Form& form : subject.forms()) {
    for (uint32_t seed = 0; seed < 1000; ++seed) {
      Random random(seed);
      Memory memory;
      const uint32_t count = 1 + below(random, 8);
      const Value block = random_block(form, count, Edges::backward, random, memory);
      const Value made = subject.compile(block, memory);
      FakeFrame frame(subject.pattern(), made["plan"_k], count * lanes(made));
      tell(frame, {begin(random, count)}, {true, false});
      tell(frame, {{WEFT_FACT_CANCEL, 0, 0, 0, 0}}, {true, seed % 2 == 0});
      while (!frame.is_closed() && !frame.running().empty()) {
        tell(frame, some_ends(frame, random), {seed % 3 == 0, false});
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
  for (const Form& form : subject.forms()) {
    const Value block = random_block(form, 6, Edges::backward, random, memory);
    const Value made = subject.compile(block, memory);
    for (const std::string& leaf :
         {std::string("null"), std::string("-1"), std::string("5"), std::string("1e300"),
          std::string("18446744073709551615"), std::string("\"text\""), std::string("[]"), deep}) {
      for (const std::string& memo : {leaf, "{\"start\":" + leaf + "}", "[" + leaf + "]"}) {
        const auto value = base::parse_json(memo, memory.arena());
        REQUIRE(value);
        FakeFrame frame(subject.pattern(), made["plan"_k], 6 * lanes(made));
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
  const Value block = random_block(subject.forms().front(), 8, Edges::backward, random, memory);
  const Value made = subject.compile(block, memory);
  const auto run = [&](uint32_t seed) {
    Random own(seed);
    FakeFrame frame(subject.pattern(), made["plan"_k], 8 * lanes(made));
    const weft_fact fact = begin(own, 8);
    bool ok = frame.tell({&fact, 1}) == WEFT_OK;
    while (ok && !frame.is_closed() && !frame.running().empty()) {
      ok = frame.tell(some_ends(frame, own)) == WEFT_OK;
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
