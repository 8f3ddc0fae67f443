// Time limits, attempts, cancellation and answers that nobody waits for, in virtual time.
#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

constexpr int64_t second = 1'000'000'000;

struct Played {
  Played(std::string_view definition, SimWorld::Setup setup = {}) : world(std::move(setup)) {
    plan = plans.build(definition);
    began = world.env.now();
    ticket = world.submit(plan);
  }
  // When the attempts of a step were called, in seconds.
  std::vector<double> times(std::string_view name) const {
    std::vector<double> all;
    for (const SimCall& call : world.tools.calls) {
      if (call.name == name) all.push_back(static_cast<double>(call.at - began) / second);
    }
    return all;
  }
  double seconds() const { return static_cast<double>(world.env.now() - began) / second; }
  std::string outcome() {
    while (!ticket->is_done && world.step()) {
    }
    REQUIRE(ticket->is_done);
    return tell(ticket->report);
  }

  SimPlans plans;
  SimWorld world;
  SimWorld::Plan plan;
  int64_t began;
  std::shared_ptr<engine::Ticket> ticket;
};

TEST_CASE("retry_waits_the_backoff", "[sim]") {
  Played run(R"({"id":"x","steps":[{"id":"a","tool":"idem","parameters":{"name":"a","do":"fail"},
    "retry":{"max_attempts":4,"initial":"1s","multiplier":2,"cap":"3s","jitter":0}}]})");
  CHECK(run.outcome().starts_with("failed tool.failed in a"));
  CHECK(run.times("a") == std::vector<double>{0, 1, 3, 6});
  CHECK(run.world.tools.calls[0].key == run.world.tools.calls[3].key);
  CHECK_FALSE(run.world.tools.calls[0].key.empty());
}

TEST_CASE("a call that must not be repeated fails with its first error", "[sim]") {
  Played run(R"_({"id":"x","error_strategy":"retry(3)","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"fail"}}]})_");
  CHECK(run.outcome().starts_with("failed tool.failed in a"));
  CHECK(run.world.tools.count("a") == 1);
}

TEST_CASE("a run in which a step runs does not rest, however long a block beside it waits",
          "[sim]") {
  Played run(R"({"id":"x","type":"dag","timeout":"45s","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"hang"},"timeout":"none"},
    {"id":"b","on_error":"continue",
     "retry":{"max_attempts":2,"initial":"40s","cap":"40s","jitter":0},"steps":[
      {"id":"c","tool":"idem","parameters":{"name":"c","do":"fail"}}]}]})");
  run.world.settle(run.began + second);
  CHECK(run.world.store.runs["run-1"].status == "running");
  // So its time passes.
  CHECK(run.outcome().starts_with("failed timeout"));
  CHECK(run.times("c") == std::vector<double>{0, 40});
  CHECK(run.seconds() == 45);
}

TEST_CASE("a step that takes too long is asked to end and tried again", "[sim]") {
  Played run(R"({"id":"x","steps":[{"id":"a","tool":"idem",
    "parameters":{"name":"a","do":"hang","times":1},"timeout":"10s",
    "retry":{"max_attempts":2,"initial":"1s","jitter":0}}]})");
  CHECK(run.outcome().starts_with("completed"));
  CHECK(run.times("a") == std::vector<double>{0, 11});
}

TEST_CASE("a step that does not end when it is asked to is left after five seconds", "[sim]") {
  Played run(R"({"id":"x","steps":[{"id":"a","tool":"idem",
    "parameters":{"name":"a","do":"never","times":1},"timeout":"10s",
    "retry":{"max_attempts":2,"initial":"1s","jitter":0}}]})");
  CHECK(run.outcome().starts_with("completed"));
  CHECK(run.times("a") == std::vector<double>{0, 16});
}

TEST_CASE("a step that is out of time and attempts fails with the code 'timeout'", "[sim]") {
  Played run(R"({"id":"x","steps":[
    {"id":"a","tool":"slow","parameters":{"name":"a","do":"hang"},"timeout":"2s"}]})");
  CHECK(run.outcome().starts_with("failed timeout in a"));
  CHECK(run.seconds() == 2);
}

TEST_CASE("a run that is out of time fails with the code 'timeout'", "[sim]") {
  Played run(R"({"id":"x","timeout":"3s","steps":[{"id":"b","type":"dag","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"hang"},"timeout":"1m"}]},
    {"id":"c","tool":"pure","parameters":{"name":"c"}}]})");
  const std::string outcome = run.outcome();
  CHECK(outcome.starts_with("failed timeout"));
  CHECK_THAT(outcome, ContainsSubstring("b/a cancelled"));
  CHECK(run.seconds() == 3);
  CHECK(run.world.tools.count("c") == 0);
}

TEST_CASE("retry_past_the_deadline_fails_now", "[sim]") {
  Played run(R"({"id":"x","timeout":"3s","steps":[{"id":"a","tool":"idem",
    "parameters":{"name":"a","do":"fail"},
    "retry":{"max_attempts":9,"initial":"2s","multiplier":1,"jitter":0}}]})");
  CHECK(run.outcome().starts_with("failed tool.failed in a"));
  CHECK(run.times("a") == std::vector<double>{0, 2});
  CHECK(run.seconds() == 2);
}

TEST_CASE("a cancelled run ends when its steps have", "[sim]") {
  Played run(R"({"id":"x","type":"dag","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"hang"}},
    {"id":"b","tool":"once","parameters":{"name":"b","do":"later","ms":2000}},
    {"id":"c","tool":"pure","parameters":{"name":"c","value":"{{b}}"}},
    {"id":"d","tool":"idem","parameters":{"name":"d","do":"fail"},"retry":9}]})");
  run.world.settle(run.began + second / 2);
  run.world.cancel(run.ticket);
  const std::string outcome = run.outcome();
  CHECK(outcome.starts_with("cancelled \"nobody wants it any more\""));
  CHECK_THAT(outcome, ContainsSubstring("a cancelled") && ContainsSubstring("b succeeded") &&
                          ContainsSubstring("d cancelled"));
  CHECK(run.world.tools.count("c") == 0);
  CHECK(run.seconds() == 2);
}

TEST_CASE("a cancelled run waits for a tool that hangs for its grace and no longer", "[sim]") {
  for (const bool is_said : {false, true}) {
    Played run(R"({"id":"x","steps":[{"id":"a","tool":"once",
      "parameters":{"name":"a","do":"never"},"timeout":"none"}]})");
    run.world.settle(run.began + second);
    run.world.send(run.ticket, is_said ? R"({"verb":"cancel","reason":"no","grace":"7s"})"
                                       : R"({"verb":"cancel","reason":"no"})");
    CHECK(run.outcome().starts_with("cancelled"));
    CHECK(run.seconds() == (is_said ? 8 : 31));
  }
}

TEST_CASE("a run that is cancelled before its first call makes none", "[sim]") {
  Played run(R"({"id":"x","timeout":"none","steps":[{"id":"a","tool":"once",
    "parameters":{"name":"a","do":"never"},"timeout":"none"}]})");
  run.world.cancel(run.ticket);
  CHECK(run.outcome().starts_with("cancelled"));
  CHECK(run.world.tools.calls.empty());
  CHECK(run.seconds() == 0);
}

TEST_CASE("the second answer to a call is counted and changes nothing", "[sim]") {
  Played run(R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"twice","ms":10}},
    {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}}]})");
  CHECK(run.outcome().starts_with("completed"));
  CHECK(run.world.tools.calls.size() == 2);
  CHECK(run.world.engine->stray_answers() == 1);
}

TEST_CASE("an answer after a call was left is counted and changes nothing", "[sim]") {
  Played run(R"({"id":"x","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"late","ms":60000,"times":1},
     "timeout":"1s","retry":{"max_attempts":2,"initial":"1s","jitter":0}},
    {"id":"b","tool":"idem","parameters":{"name":"b","do":"later","ms":90000,"value":"{{a}}"},
     "timeout":"none"}]})");
  CHECK(run.outcome().starts_with("completed"));
  CHECK(run.times("a") == std::vector<double>{0, 7});
  CHECK(run.world.engine->stray_answers() == 1);
}

TEST_CASE("an answer after its run has ended is counted and changes nothing", "[sim]") {
  Played run(R"({"id":"x","timeout":"1s","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"late","ms":60000},
     "timeout":"none"}]})");
  CHECK(run.outcome().starts_with("failed timeout"));
  CHECK(run.seconds() == 6);
  run.world.settle();
  CHECK(run.seconds() == 60);
  CHECK(run.world.engine->stray_answers() == 1);
}

TEST_CASE("a status that a tool may not give fails the step as a fault of the tool", "[sim]") {
  Played run(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","do":"bad"},"retry":3}]})");
  CHECK(run.outcome().starts_with("failed bug in a"));
  CHECK(run.world.tools.count("a") == 1);
}

TEST_CASE("a failure of a dag asks the others to end and skips what depends on it", "[sim]") {
  Played run(R"({"id":"x","type":"dag","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"hang"}},
    {"id":"b","tool":"once","parameters":{"name":"b","do":"refuse"}},
    {"id":"c","tool":"pure","parameters":{"name":"c"},"depends_on":["b"]},
    {"id":"d","tool":"pure","parameters":{"name":"d"},"run_if":"failure"}]})");
  const std::string outcome = run.outcome();
  CHECK(outcome.starts_with("failed tool.failed in b"));
  CHECK_THAT(outcome, ContainsSubstring("a cancelled") && ContainsSubstring("c skipped") &&
                          ContainsSubstring("d succeeded"));
}

}  // namespace
}  // namespace weft::tests
