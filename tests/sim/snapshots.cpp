// A run is the same whether it is read from all its records or from any chain of snapshots and the
// records after it.
#include <deque>
#include <random>

#include "base/json.hpp"

#include "catch.hpp"
#include "journal/recover.hpp"
#include "random_definition.hpp"
#include "run/decide.hpp"
#include "sim_plans.hpp"
#include "state/snapshot.hpp"
#include "state/sweep.hpp"
#include "state_text.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using run::Command;
using run::Input;

// A run without an engine that keeps its records one by one, and snapshots when chance says so.
class Recorded final {
 public:
  struct Snapshot {
    uint64_t expect, seq;
    std::string bytes;
  };

  Recorded(std::shared_ptr<const plan::Plan> plan, uint64_t seed)
      : run_(0, "recorded", std::move(plan), pages_), random_(seed) {
    Input submit;
    base::Blocks blocks;
    submit.value = *base::parse_json(
        R"({"id":"recorded","input":{"number":7,"text":"what was given, longer than a slot"},
            "params":null,"seed":5,"variables":{"v":"as it was, longer than a slot"}})",
        blocks.arena());
    take(submit);
    while (!todo_.empty()) answer();
  }

  std::vector<std::string> records;
  std::vector<Snapshot> snapshots;
  const state::State& state() const { return run_.state; }

 private:
  void take(const Input& input) {
    decision_.clear();
    decider_.decide(run_, input, ++tick_, decision_);
    for (const event::Event& e : decision_.events) {
      const uint64_t bytes = e.payload != nullptr ? state::Vault::payload_bytes(e.payload) : 0;
      std::vector<char> record;
      event::encode(e, bytes, {run_.state.vault.origins()}, record);
      records.emplace_back(record.data(), record.size());
    }
    todo_.insert(todo_.end(), decision_.commands.begin(), decision_.commands.end());
    if (random_() % 3 == 0) return;
    const bool whole = snapshots.empty() || random_() % 5 == 0;
    const uint64_t expect = whole ? 0 : run_.state.saved.seq;
    if (expect == run_.state.seq) return;
    std::vector<char> bytes;
    state::write_snapshot(run_.state, whole, nullptr, bytes);
    snapshots.push_back({expect, run_.state.seq, {bytes.data(), bytes.size()}});
  }

  void answer() {
    const Command c = todo_.front();
    todo_.pop_front();
    if (c.kind == Command::Kind::finished) return;
    if (c.kind == Command::Kind::parked) return send(asked_++ == 0 ? go_on : approve);
    Input input;
    input.is_compensation = c.is_compensation;
    input.frame = c.frame;
    input.node = c.node;
    input.visit = c.visit;
    input.attempt = c.attempt;
    input.kind = c.kind == Command::Kind::wake_at ? Input::Kind::wake : Input::Kind::reply;
    if (c.kind == Command::Kind::ask) return decide(c, input);
    const std::string_view how = c.args["do"_k].as_text();
    const bool misbehaves = c.attempt <= c.args["times"_k].as_u64(UINT32_MAX);
    weft_error error{};
    error.size = sizeof error;
    if (c.kind == Command::Kind::call && misbehaves && (how == "fail" || how == "refuse")) {
      error.flags = how == "fail" ? WEFT_ERR_RETRYABLE : 0;
      input.status = WEFT_FAILED;
      input.error = &error;
    } else if (c.kind == Command::Kind::stop) {
      input.status = WEFT_CANCELLED;
    }
    input.value = c.args;
    tick_ = std::max(tick_, c.due);
    take(input);
  }

  // Of each conflict the value of the branch that comes last.
  void decide(const Command& c, Input input) {
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_array();
    for (const Value conflict : c.args) {
      const Value sides = conflict["values"_k];
      b.begin_object();
      b.set("path"_k, conflict["path"_k]);
      b.set("branch"_k, sides[sides.size() - 1]["branch"_k]);
      b.end_object();
    }
    b.end_array();
    input.kind = Input::Kind::verdict;
    input.point = c.point;
    input.result = WEFT_VERDICT_MODIFIED;
    input.value = b.take_value();
    take(input);
  }

  // What somebody outside says to a run that rests.
  static constexpr const char* go_on =
      R"({"verb":"signal","name":"go","data":{"of":"a signal, longer than a slot"}})";
  static constexpr const char* approve =
      R"({"verb":"decide","approve":true,"by":"somebody with a long name","data":[1,2]})";
  void send(const char* message) {
    if (asked_ > 2 || state::is_ended(run_.state.status)) return;
    base::Blocks blocks;
    Input input;
    input.kind = Input::Kind::message;
    input.value = *base::parse_json(message, blocks.arena());
    take(input);
  }

  state::Pages pages_;
  run::Run run_;
  run::Decider decider_{uint64_t{1} << WEFT_AT_STATE_CONFLICT};
  run::Decision decision_;
  std::mt19937_64 random_;
  int64_t tick_ = 1000;
  int asked_ = 0;
  std::deque<Command> todo_;
};

// The chain that ends with a snapshot, in the order in which it is read.
std::vector<const Recorded::Snapshot*> chain_to(const Recorded& run, size_t last) {
  std::vector<const Recorded::Snapshot*> chain{&run.snapshots[last]};
  while (chain.back()->expect != 0) {
    for (const Recorded::Snapshot& s : run.snapshots) {
      if (s.seq == chain.back()->expect) chain.push_back(&s);
    }
  }
  return {chain.rbegin(), chain.rend()};
}

struct Counts {
  uint64_t cuts = 0, deltas = 0;
};

void check_every_cut(SimPlans& plans, const std::string& definition, uint64_t seed,
                     Counts& counts) {
  INFO("seed " << seed << "\n" << definition);
  const auto plan = plans.build(definition);
  const Recorded run(plan, seed);
  REQUIRE(state::is_ended(run.state().status));

  state::Pages pages;
  std::vector<std::string> told;  // after each record
  state::State all(plan, pages);
  journal::Recovery from_records(all);
  for (const std::string& record : run.records) {
    const auto taken = from_records.take(record);
    INFO((taken ? "" : taken.error().message));
    REQUIRE(taken);
    told.push_back(StateText::of(all));
  }
  REQUIRE(told.back() == StateText::of(run.state()));

  for (size_t last = 0; last < run.snapshots.size(); ++last) {
    state::State state(plan, pages);
    journal::Recovery recovery(state);
    for (const Recorded::Snapshot* s : chain_to(run, last)) {
      const auto taken = recovery.take(s->bytes);
      INFO((taken ? "" : taken.error().message));
      REQUIRE(taken);
      counts.deltas += s->expect != 0 ? 1 : 0;
    }
    for (uint64_t seq = run.snapshots[last].seq;; ++seq, ++counts.cuts) {
      REQUIRE(state.seq == seq);
      REQUIRE(StateText::of(state) == told[seq - 1]);
      if (seq == run.records.size()) break;
      REQUIRE(recovery.take(run.records[seq]));
    }
    state::sweep(state);
    REQUIRE(StateText::of(state) == told.back());
  }
}

TEST_CASE("a chain of snapshots and the records after it tell what all records tell", "[sim]") {
  SimPlans plans;
  Counts counts;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    check_every_cut(plans, RandomDefinition(seed, {}).make(), seed, counts);
  }
  CHECK(counts.cuts > 10'000);
  CHECK(counts.deltas > 1'000);
}

TEST_CASE("a chain of snapshots tells of alternatives, waits, people, variables and what is undone",
          "[sim]") {
  const char* const other_way = R"({"id":"other","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"fail"},"retry":1,
     "alternative":{"tool":"idem","parameters":{"name":"instead of a","do":"fail","times":2},
                    "retry":{"max_attempts":4,"initial":"40s","cap":"60s"}}},
    {"id":"b","tool":"pure","parameters":{"name":"b","value":"{{a}}"}}]})";
  const char* const undone = R"({"id":"undone","on_failure":"compensate",
    "variables":{"v":{"type":"string"}},"steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","value":"{{v}}"},"compensate":{"tool":"idem",
     "parameters":{"name":"undo of {{original.parameters.name}}","do":"fail","times":1}}},
    {"id":"s","set":{"v":"as it is, longer than a slot"}},
    {"id":"w","wait":"40s"},
    {"id":"b","tool":"once","parameters":{"name":"b","value":"{{v}}"},
     "compensate":{"tool":"idem","parameters":{"name":"undo","value":"{{original.result}}"}}},
    {"id":"c","tool":"once","parameters":{"name":"c","do":"refuse"}}]})";
  const char* const asked = R"({"id":"asked","steps":[
    {"id":"w","wait":{"signal":"go"}},
    {"id":"p","approval":{"title":"shall it, and why?","people":["somebody with a long name"]}},
    {"id":"b","tool":"pure","parameters":{"name":"b","value":["{{w.of}}","{{p.data}}"]}}]})";
  const char* const past_pivot = R"({"id":"pivot","on_failure":"compensate","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"},"compensate":"idem"},
    {"id":"b","steps":[{"id":"p","tool":"once","parameters":{"name":"p"},"pivot":true}]},
    {"id":"c","tool":"idem","parameters":{"name":"c","do":"fail"},"retry":3}]})";
  SimPlans plans;
  Counts counts;
  for (const char* definition : {other_way, undone, asked, past_pivot}) {
    for (uint64_t seed = 1; seed <= 30; ++seed) check_every_cut(plans, definition, seed, counts);
  }
  CHECK(counts.cuts > 2'000);
  CHECK(counts.deltas > 200);
}

TEST_CASE("a chain of snapshots tells what branches wrote and nobody brought together yet",
          "[sim]") {
  const char* const wide = R"({"id":"wide","type":"parallel","merge":{"reduce":{"sum":"sum"}},
    "branches":[
    {"id":"a","steps":[{"id":"a1","set":{"sum":3,"v":"of a, longer than a slot"}},
                       {"id":"a2","wait":"40s"},
                       {"id":"a3","tool":"pure",
                        "parameters":{"name":"a3","value":"{{v}} {{sum}}"}}]},
    {"id":"b","type":"parallel","merge":"last_writer","branches":[
      {"id":"b1","steps":[{"id":"b2","set":{"w.x":1}},{"id":"b3","set":{"w.y":"{{w.x}}"}},
                          {"id":"b4","tool":"pure","parameters":{"name":"b4","value":"{{w}}"}}]},
      {"id":"b5","set":{"w":{"x":2}}}]},
    {"id":"c","set":{"sum":4}}],"output":"{{v}} {{w}} {{sum}}"})";
  const char* const many = R"({"id":"many","type":"loop","iterator":{"count":140},"concurrency":5,
    "aggregation":"none","merge":{"policy":"last_writer","reduce":{"sum":"sum"}},"body":[
    {"id":"s","if":"loop.index % 9 == 4",
     "set":{"sum":"{{loop.index}}","v":"number {{loop.index}}"}},
    {"id":"t","tool":"pure","parameters":{"name":"t","value":"{{v}}"}}],"output":"{{v}} {{sum}}"})";
  const char* const contested = R"({"id":"contested","steps":[
    {"id":"p","type":"parallel","branches":[
      {"id":"a","steps":[{"id":"a1","set":{"v.x":"of a, longer than a slot"}}]},
      {"id":"b","set":{"v":"of b, longer than a slot"}}]},
    {"id":"l","type":"loop","iterator":{"count":140},"concurrency":5,"aggregation":"none","body":[
      {"id":"s","if":"loop.index % 9 == 4","set":{"n":"number {{loop.index}}"}}]},
    {"id":"t","tool":"pure","parameters":{"name":"t","value":"{{v}} {{n}}"}}],
    "output":"{{v}} {{n}}"})";
  SimPlans plans;
  Counts counts;
  for (uint64_t seed = 1; seed <= 20; ++seed) check_every_cut(plans, wide, seed, counts);
  for (uint64_t seed = 1; seed <= 3; ++seed) check_every_cut(plans, contested, seed, counts);
  check_every_cut(plans, many, 1, counts);
  CHECK(counts.cuts > 500);
  CHECK(counts.deltas > 50);
}

TEST_CASE("a chain of snapshots tells what earlier visits gave", "[sim]") {
  const char* const round = R"({"id":"round","type":"conditional","steps":{
    "look":{"tool":"pure","parameters":{"name":"look","value":"visit, longer than a slot"},
            "branches":[{"condition":"len(look.history) < 6","next_step":"look"}],
            "default":"told"},
    "told":{"tool":"pure","parameters":{"name":"told","value":"{{look.history}}"}}}})";
  SimPlans plans;
  Counts counts;
  for (uint64_t seed = 1; seed <= 20; ++seed) check_every_cut(plans, round, seed, counts);
  CHECK(counts.cuts > 500);
  CHECK(counts.deltas > 50);
}

}  // namespace
}  // namespace weft::tests
