// Reports of runs in virtual time, held against numbers that were worked out by hand.
#include "travel/report.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "sim_world.hpp"
#include "travel/checkpoints.hpp"
#include "travel/measure.hpp"
#include "travel/relax.hpp"

namespace weft::tests {
namespace {

constexpr int64_t ms = 1'000'000;
constexpr int64_t second = 1000 * ms;

bool is_near(const std::optional<double>& a, double b) { return a && std::abs(*a - b) < 1e-9; }

struct Played {
  explicit Played(std::string_view definition, SimWorld::Setup setup = {.has_sink = false})
      : world(setup), plan(plans.build(definition)) {}

  std::shared_ptr<engine::Ticket> start() { return world.submit(plan); }
  void play() {
    ticket = start();
    world.settle();
  }
  travel::Measured measured(const std::string& run = "run-1") {
    travel::History history;
    history.run = run;
    history.records = world.store.runs[run].records;
    auto made = travel::measure({&history, plan});
    REQUIRE(made);
    return std::move(*made);
  }
  RunReport report() {
    const travel::Measured found = measured();
    const base::Doc other = travel::relaxed(plan->definition);
    const auto relaxed = plans.build(base::json_text(other.view()));
    return travel::report(found, relaxed.get());
  }

  SimPlans plans;
  SimWorld world;
  SimWorld::Plan plan;
  std::shared_ptr<engine::Ticket> ticket;
};

std::string later(const std::string& id, int ms_taken, const std::string& more = {},
                  const std::string& tool = "pure") {
  return R"({"id":")" + id + R"(","tool":")" + tool + "\"" + more + R"(,"parameters":{"name":")" +
         id + R"(","do":"later","ms":)" + std::to_string(ms_taken) + "}}";
}

const StepReport& row_of(const RunReport& report, std::string_view step) {
  for (const StepReport& row : report.steps) {
    if (row.step == step) return row;
  }
  FAIL("no step " << step);
  return report.steps.front();
}

const Advice* advice_of(const RunReport& report, std::string_view words) {
  for (const Advice& one : report.advice) {
    if (one.text.find(words) != std::string::npos) return &one;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("the example of the document comes to the numbers that stand there", "[sim][report]") {
  Played run(R"({"id":"x","type":"dag","steps":[)" + later("a", 100) + "," + later("b", 300) + "," +
             later("c", 200, R"(,"depends_on":["a","b"])") + "]}");
  run.play();
  const RunReport report = run.report();
  CHECK(report.state == RunState::completed);
  CHECK(report.wall_ns == 500 * ms);
  CHECK(report.execution_ns == 500 * ms);
  CHECK(report.spent.run == 500 * ms);
  CHECK(report.other_ns == 0);
  CHECK(report.work_ns == 600 * ms);
  CHECK(report.critical_ns == 500 * ms);
  CHECK(report.critical_path == std::vector<std::string>{"b", "c"});
  REQUIRE(report.bottleneck);
  CHECK(report.bottleneck->step == "b");
  CHECK(report.bottleneck->saves_ns == 30 * ms);
  CHECK(is_near(report.bottleneck->gain, 0.06));
  CHECK(is_near(report.parallel_efficiency, 0.6));
  CHECK(is_near(report.gain_predicted, 1 - 500.0 / 600));
  CHECK(is_near(report.gain_reached, 1 - 500.0 / 600));
  CHECK(is_near(report.unused, 0));
  CHECK_FALSE(row_of(report, "a").is_critical);
  CHECK(row_of(report, "b").is_critical);
}

// Against every single step, tried one by one.
TEST_CASE("bottleneck_lies_on_the_critical_path", "[sim][report]") {
  std::mt19937 random(7);
  int found = 0;
  for (int seed = 0; seed < 60; ++seed) {
    std::string steps;
    const int count = 2 + static_cast<int>(random() % 9);
    for (int i = 0; i < count; ++i) {
      std::string before;
      for (int b = 0; b < i; ++b) {
        if (random() % 3 != 0) continue;
        before += (before.empty() ? "\"s" : ",\"s") + std::to_string(b) + "\"";
      }
      steps +=
          (i > 0 ? "," : "") + later("s" + std::to_string(i), 10 + static_cast<int>(random() % 90),
                                     R"(,"depends_on":[)" + before + "]");
    }
    Played run(R"({"id":"x","type":"dag","steps":[)" + steps + "]}");
    run.play();
    const travel::Measured measured = run.measured();
    const RunReport report = travel::report(measured, nullptr);
    CHECK(report.critical_ns == report.execution_ns);  // nothing else held it up
    const travel::Costs costs(measured, *measured.plan);
    double most = 0;
    for (uint32_t n = 0; n < measured.plan->nodes.size(); ++n) {
      most = std::max(most, costs.saved(n, 0.1 * costs.of(n)));
    }
    INFO(steps);
    REQUIRE(report.bottleneck.has_value() == (most > 0.5));
    if (!report.bottleneck) continue;
    ++found;
    CHECK(report.bottleneck->saves_ns == std::llround(most));
    const auto& way = report.critical_path;
    CHECK(std::find(way.begin(), way.end(), report.bottleneck->step) != way.end());
  }
  CHECK(found > 40);
}

TEST_CASE("no step is the bottleneck where two ways are equally long", "[sim][report]") {
  Played run(R"({"id":"x","type":"dag","steps":[)" + later("a", 100) + "," + later("b", 100) +
             "]}");
  run.play();
  const RunReport report = run.report();
  CHECK(report.critical_ns == 100 * ms);
  CHECK_FALSE(report.bottleneck);
}

// The first attempt takes 20 ms and fails, a second later the next one takes 30 ms. Then a minute
// is waited for, and a person for an hour.
TEST_CASE("each instant of a run is told apart: run, retry, wait, people", "[sim][report]") {
  Played run(R"({"id":"x","steps":[
    {"id":"a","tool":"idem","retry":{"max_attempts":2,"initial":"1s","jitter":0},
     "parameters":{"name":"a"}},
    {"id":"w","wait":"1m"},
    {"id":"p","approval":"Go on?"},)" +
             later("b", 50) + "]}");
  const SimTable table{{"a", {{SimHow::fail, 20 * ms}, {SimHow::ok, 30 * ms}}}};
  run.world.tools.table = &table;
  run.start();
  run.world.settle();
  run.world.env.advance_to(run.world.env.now() + 3600 * second);
  const auto back = run.world.resume(run.plan);
  run.world.send(back, R"({"verb":"decide","step":"p","approve":true,"by":"ada"})");
  run.world.tools.table = nullptr;
  run.world.settle();
  REQUIRE(back->report.status == state::RunStatus::completed);
  const RunReport report = run.report();
  const StepReport& a = row_of(report, "a");
  CHECK(a.visits == 1);
  CHECK(a.calls == 2);
  CHECK(a.failed == 1);
  CHECK(a.spent.retry == 1020 * ms);
  CHECK(a.spent.run == 30 * ms);
  REQUIRE(a.latency);
  CHECK(a.latency->p50 == 30 * ms);
  CHECK(row_of(report, "w").spent.wait == 60 * second);
  CHECK(row_of(report, "p").spent.people >= 3600 * second);
  CHECK(report.spent.run == 80 * ms);
  CHECK(report.spent.retry == 1020 * ms);
  CHECK(report.spent.wait == 60 * second);
  CHECK(report.wall_ns == report.execution_ns + report.spent.people);
  CHECK(report.wall_ns == report.spent.all() + report.other_ns);
  REQUIRE(report.bottleneck);
  CHECK(report.bottleneck->step == "w");
}

TEST_CASE("unknown_metric_is_absent_not_zero", "[sim][report]") {
  Played run(R"({"id":"x","type":"dag","error_strategy":"continue","steps":[)"
             R"({"id":"a","tool":"idem","parameters":{"name":"a","do":"refuse"}},)"
             R"({"id":"w","wait":"1s"},)"
             R"({"id":"i","tool":"pure","parameters":{"name":"i"}},)"
             R"({"id":"b","tool":"idem","depends_on":["a"],"parameters":{"name":"b"}}]})");
  run.play();
  const RunReport report = run.report();
  CHECK_FALSE(row_of(report, "a").latency);  // it gave no result
  CHECK_FALSE(row_of(report, "w").latency);  // it is no call
  CHECK(std::none_of(report.steps.begin(), report.steps.end(),
                     [](const StepReport& row) { return row.step == "b"; }));
  CHECK_FALSE(row_of(report, "i").latency);  // it began and ended at one tick
  CHECK_FALSE(report.cached_ns);
  CHECK_FALSE(report.parallel_efficiency);  // nothing took time but a wait
  CHECK(report.groups.empty());

  Played nothing(
      R"({"id":"x","steps":[{"id":"a","set":{"v":1}}],"variables":{"v":{"default":0}}})");
  nothing.play();
  const RunReport empty = nothing.report();
  CHECK(empty.state == RunState::completed);
  CHECK_FALSE(empty.work_ns);
  CHECK_FALSE(empty.critical_ns);
  CHECK_FALSE(empty.bottleneck);
  CHECK_FALSE(empty.gain_predicted);
  CHECK_FALSE(empty.gain_reached);
  CHECK_FALSE(empty.unused);
}

// Iterations of 1, 2, … 100 ms.
TEST_CASE("percentiles are the nearest rank over all iterations", "[sim][report]") {
  Played run(R"({"id":"x","type":"loop","iterator":{"range":{"start":1,"end":101}},"body":[
    {"id":"a","tool":"pure","parameters":{"name":"a","do":"later","ms":"{{loop.value}}"}}]})");
  run.play();
  const RunReport report = run.report();
  const StepReport& a = row_of(report, "a");
  CHECK(a.visits == 100);
  CHECK(a.calls == 100);
  REQUIRE(a.latency);
  CHECK(a.latency->p50 == 50 * ms);
  CHECK(a.latency->p90 == 90 * ms);
  CHECK(a.latency->p95 == 95 * ms);
  CHECK(a.latency->p99 == 99 * ms);
  CHECK(a.spent.run == 5050 * ms);
  CHECK(report.critical_ns == 5050 * ms);
}

TEST_CASE("iterations beside each other share the time of their loop", "[sim][report]") {
  Played run(R"({"id":"x","type":"loop","concurrency":4,
    "iterator":{"range":{"start":0,"end":8}},"body":[)" +
             later("a", 100) + "]}");
  run.play();
  const RunReport report = run.report();
  CHECK(report.execution_ns == 200 * ms);
  CHECK(report.work_ns == 800 * ms);
  CHECK(report.critical_ns == 200 * ms);
  CHECK(is_near(report.parallel_efficiency, 1));
}

TEST_CASE("a group of a chain has its word, what it promised and what it kept", "[sim][report]") {
  Played run(R"({"id":"x","type":"chain","steps":[)" + later("a", 100) + "," + later("b", 200) +
             "," + later("c", 300) + "]}");
  run.play();
  const RunReport report = run.report();
  REQUIRE(report.groups.size() == 1);
  CHECK(report.groups[0].steps == std::vector<std::string>{"a", "b", "c"});
  CHECK(report.groups[0].coordination == "fork_join");
  CHECK(is_near(report.groups[0].predicted, 0.5));
  CHECK(is_near(report.groups[0].reached, 0.5));
}

// 'a' and 'b' do not speak of each other; 'c' speaks of both. As a chain that is 200 + 50 ms.
TEST_CASE("what more overlapping would save is what the planner makes of a chain",
          "[sim][report]") {
  Played run(R"({"id":"x","steps":[)" + later("a", 150) + "," + later("b", 200) + "," +
             R"({"id":"c","tool":"pure","parameters":{"name":"c{{a.name}}{{b.name}}","do":"later",)"
             R"("ms":50}}]})");
  run.play();
  const RunReport report = run.report();
  CHECK(report.execution_ns == 400 * ms);
  CHECK(report.critical_ns == 400 * ms);
  CHECK(is_near(report.unused, 1 - 250.0 / 400));
  const Advice* chain = advice_of(report, "chain");
  REQUIRE(chain != nullptr);
  CHECK(chain->saves_ns == 150 * ms);
  CHECK(is_near(chain->gain, 0.375));
  CHECK(&report.advice.front() == chain);

  Played bound(R"({"id":"x","steps":[)" + later("a", 150, "", "once") + "," +
               later("b", 200, "", "once") + "]}");
  bound.play();
  CHECK(advice_of(bound.report(), "chain") == nullptr);  // what has effects keeps its order
}

TEST_CASE("calls with the same arguments are counted, and worth a cache", "[sim][report]") {
  Played run(R"({"id":"x","type":"loop","iterator":{"count":4},"body":[)" + later("a", 100) + "]}");
  run.play();
  const RunReport report = run.report();
  const Advice* cache = advice_of(report, "cache");
  REQUIRE(cache != nullptr);
  CHECK(cache->step == "a");
  CHECK(cache->saves_ns == 300 * ms);

  // A result is in the cache once it is committed, which the next iteration does not wait for.
  Played kept(R"({"id":"x","type":"loop","iterator":{"count":4},"iteration_delay":"1s","body":[)" +
              later("a", 100, R"(,"cache":"1h")") + "]}");
  kept.play();
  const RunReport with = kept.report();
  CHECK(with.cached_calls == 3);
  CHECK(with.cached_ns == 300 * ms);
  CHECK(row_of(with, "a").calls == 1);
  CHECK(row_of(with, "a").cached == 3);
  CHECK(with.spent.run == 100 * ms);
  CHECK(with.other_ns == 4 * second);
  CHECK(advice_of(with, "cache") == nullptr);
}

TEST_CASE("what was done before the process ended counts as kept", "[sim][report]") {
  Played run(R"({"id":"x","steps":[)" + later("a", 100) + "," + later("b", 100) + "," +
             later("c", 100) + "]}");
  run.start();
  run.world.settle(run.world.env.now() + 250 * ms);
  run.world.crash();
  const auto back = run.world.resume(run.plan);
  run.world.settle();
  REQUIRE(back->report.status == state::RunStatus::completed);
  const RunReport report = run.report();
  CHECK(report.kept_calls == 2);
  CHECK(row_of(report, "c").calls == 2);
  CHECK(row_of(report, "c").failed == 1);
  CHECK(row_of(report, "c").spent.retry == 50 * ms);
  CHECK(row_of(report, "c").spent.run == 100 * ms);
}

TEST_CASE("branches that wait for each other are worth a higher limit", "[sim][report]") {
  Played run(R"({"id":"x","type":"parallel","max_concurrency":2,"branches":[)" + later("a", 100) +
             "," + later("b", 100) + "," + later("c", 100) + "," + later("d", 100) + "]}");
  run.play();
  const RunReport report = run.report();
  CHECK(report.execution_ns == 200 * ms);
  CHECK(is_near(report.parallel_efficiency, 1));
  CHECK(is_near(report.gain_predicted, 0.5));
  CHECK(is_near(report.unused, 0.5));
  const Advice* limit = advice_of(report, "max_concurrency");
  REQUIRE(limit != nullptr);
  CHECK(limit->saves_ns == 100 * ms);
}

TEST_CASE("a failure that was tried again is worth a reliable call", "[sim][report]") {
  Played run(R"({"id":"x","steps":[{"id":"a","tool":"idem","parameters":{"name":"a"},
    "retry":{"max_attempts":3,"initial":"1s","jitter":0}}]})");
  const SimTable table{
      {"a", {{SimHow::fail, 500 * ms}, {SimHow::fail, 500 * ms}, {SimHow::ok, 1000 * ms}}}};
  run.world.tools.table = &table;
  run.play();
  const RunReport report = run.report();
  CHECK(report.execution_ns == 5000 * ms);  // 0.5 + 1 + 0.5 + 2 + 1
  const Advice* tried = advice_of(report, "succeed at once");
  REQUIRE(tried != nullptr);
  CHECK(tried->saves_ns == 4000 * ms);
  CHECK(is_near(tried->gain, 0.8));
}

TEST_CASE("of a fork only what it did itself is told", "[sim][report]") {
  Played run(R"({"id":"x","steps":[)" + later("a", 100) + "," + later("b", 200) + "]}");
  run.play();
  const travel::Measured whole = run.measured();
  CHECK(whole.ended - whole.began == 300 * ms);
  std::vector<std::string> records = run.world.store.runs["run-1"].records;
  travel::History history;
  history.records = records;
  const auto points = travel::checkpoints(history, run.plan);
  REQUIRE(points);
  REQUIRE(points->size() >= 2);
  travel::cut_behind(records, (*points)[1].seq);
  Text json;
  const auto forked =
      run.world.fork(run.plan, records,
                     base::pack(json.json(R"({"run":"run-1","seq":)" +
                                          std::to_string((*points)[1].seq) + R"(,"seed":3})")),
                     "run-2");
  run.world.settle();
  REQUIRE(forked->report.status == state::RunStatus::completed);
  travel::History joined;
  joined.run = "run-2";
  joined.records = records;
  for (const std::string& piece : run.world.store.runs["run-2"].records) {
    joined.records.push_back(piece);
  }
  const auto measured = travel::measure({&joined, run.plan});
  REQUIRE(measured);
  CHECK(measured->ended - measured->began == 200 * ms);
  CHECK(measured->kept_calls == 1);
  CHECK(measured->find("a") == nullptr);
  REQUIRE(measured->find("b") != nullptr);
  CHECK(measured->find("b")->spent.run == 200 * ms);
}

}  // namespace weft::tests
