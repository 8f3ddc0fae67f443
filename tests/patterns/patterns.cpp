// What holds of several patterns at once.
#include "catch.hpp"
#include "house.hpp"

#include <memory>
#include <random>
#include <string>

#include <weft/draft/sink.h>
#include <weft/kernel.hpp>

using namespace weft;
using namespace weft::lit;

namespace {

// The steps of a run in the order in which they were started.
struct Started {
  std::string steps;

  static const weft_sink* table() {
    static constexpr weft_sink table{
        sizeof table, 0, ~uint64_t{0}, &Started::consume,
        [](void*, const weft_call*, weft_out*) noexcept { return weft_status{WEFT_OK}; }};
    return &table;
  }
  static void consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
    for (uint32_t i = 0; i < n; ++i) {
      if (to_view(events[i]->type) != "workflow.step.started") continue;
      static_cast<Started*>(self)->steps.append(to_view(events[i]->step)).append(" ");
    }
  }
};

std::unique_ptr<Kernel> kernel(Started* started = nullptr) {
  KernelOptions options;
  if (started != nullptr) {
    options.observer = Started::table();
    options.observer_self = started;
  }
  return tests::kernel(std::move(options));
}

std::string problems_of(const Loaded& loaded) {
  std::string text;
  for (const Error& error : loaded.problems) text += error.code + " " + error.message + "\n";
  return text;
}

Outcome run(Kernel& kernel, const std::string& definition, std::string_view starting_step = {}) {
  const Loaded loaded = kernel.load(definition, "test.json");
  INFO(definition << "\n" << problems_of(loaded));
  REQUIRE(!loaded.workflow.empty());
  RunOptions options;
  options.starting_step = starting_step;
  options.with_detail = true;
  auto outcome = kernel.run(loaded.workflow.front(), options);
  REQUIRE(outcome);
  return std::move(*outcome);
}

std::string status_of(const Outcome& outcome, std::string_view step) {
  return std::string(outcome.detail.view()["step_results"_k][Key(step)]["status"_k].as_text());
}

std::string echo(const std::string& id, const std::string& input, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","tool":"echo","parameters":{"input":)" + input + "}" + more + "}";
}

// Steps that use some of those before them; a few fail and go on.
std::string random_steps(std::mt19937& random, int count) {
  std::string steps;
  for (int n = 0; n < count; ++n) {
    std::string input = "\"" + std::to_string(n);
    for (int i = 0; i < n; ++i) {
      if (random() % 4 == 0) input += " {{default(s" + std::to_string(i) + ", 'none')}}";
    }
    const bool fails = random() % 6 == 0;
    input += fails ? " {{$input.absent}}\"" : "\"";
    if (n > 0) steps += ",";
    steps += echo("s" + std::to_string(n), input, fails ? R"(,"on_error":"continue")" : "");
  }
  return steps;
}

std::string outputs_of(const Outcome& outcome) {
  std::string text(to_text(outcome.state));
  const Value steps = outcome.detail.view()["step_results"_k];
  for (int n = 0; n < 40; ++n) {
    const Value step = steps[Key("s" + std::to_string(n))];
    if (!step.exists()) break;
    text += "\n" + std::string(step["status"_k].as_text()) + " " + to_json(step["output"_k]);
  }
  return text + "\n" + outcome.result.to_json();
}

}  // namespace

TEST_CASE("starting_step_is_honoured_by_every_pattern", "[patterns]") {
  const auto k = kernel();
  const std::string in_order = echo("a", "1") + "," + echo("b", "2") + "," + echo("c", "3");
  const std::string graph = echo("a", "1", R"(,"default":"b")") + "," +
                            echo("b", "2", R"(,"default":"c")") + "," + echo("c", "3");
  const std::string definitions[] = {
      R"({"id":"x","type":"sequential","steps":[)" + in_order + "]}",
      R"({"id":"x","type":"dag","steps":[)" + in_order + "]}",
      R"({"id":"x","type":"chain","steps":[)" + in_order + "]}",
      R"({"id":"x","type":"conditional","steps":[)" + graph + "]}",
      R"({"id":"x","type":"flow","conditions":[{"if":"always","then":[)" + in_order + "]}]}",
  };
  for (const std::string& definition : definitions) {
    const Outcome outcome = run(*k, definition, "b");
    INFO(definition);
    CHECK(outcome.state == RunState::completed);
    CHECK(status_of(outcome, "a") == "skipped");
    CHECK(status_of(outcome, "b") == "succeeded");
    CHECK(status_of(outcome, "c") == "succeeded");
    CHECK(outcome.result.to_json() == "3");
  }
}

TEST_CASE("topological_order_is_stable_over_a_thousand_runs", "[patterns]") {
  Started started;
  auto k = kernel(&started);
  const std::string definition =
      R"({"id":"x","type":"dag","steps":[)" + echo("join", R"("{{left}}{{right}}")") + "," +
      echo("right", R"("{{top}}r")") + "," + echo("left", R"("{{top}}l")") + "," +
      echo("other", "1") + "," + echo("top", R"("t")") + "]}";
  const Loaded loaded = k->load(definition, "test.json");
  REQUIRE(!loaded.workflow.empty());
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(k->run(loaded.workflow.front(), {}));
    expected += "other top right left join ";
  }
  k.reset();  // what it has to tell is told by then
  CHECK(started.steps == expected);
}

TEST_CASE("auto_parallel_result_equals_sequential_result", "[patterns]") {
  const auto k = kernel();
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937 random(seed);
    const std::string steps = random_steps(random, 2 + static_cast<int>(random() % 9));
    const Outcome one = run(*k, R"({"id":"x","type":"sequential","steps":[)" + steps + "]}");
    const Outcome other = run(*k, R"({"id":"x","type":"chain","steps":[)" + steps + "]}");
    INFO("seed " << seed << ": " << steps);
    CHECK(outputs_of(other) == outputs_of(one));
  }
}

TEST_CASE("validation_reports_unreachable_steps_and_dangling_transitions", "[patterns]") {
  const auto k = kernel();
  const Loaded graph =
      k->load(R"({"id":"x","type":"conditional","steps":[)" +
                  echo("a", "1", R"(,"branches":[{"condition":"result > 0","next_step":"b"}])") +
                  "," + echo("b", "2") + "," + echo("island", "3") + "]}",
              "test.json");
  CHECK(problems_of(graph) == "plan.unreachable no branch leads to the step 'island'\n");
  const Loaded dag = k->load(R"({"id":"x","type":"dag","steps":[)" + echo("a", "1") + "," +
                                 echo("b", "2") + R"(],"transitions":[{"from":"a","to":"bb"}]})",
                             "test.json");
  CHECK(problems_of(dag) == "spec.unknown_reference there is no step 'bb'\n");
}

TEST_CASE("a run says which conditions were asked, what they had read and where they led",
          "[patterns]") {
  const auto k = kernel();
  const Outcome outcome =
      run(*k, R"({"id":"x","type":"flow","conditions":[{"if":"1 > 2","then":[)" + echo("a", "1") +
                  R"(],"else":[)" + echo("b", R"({"n":7})") + R"(]},{"if":"b.n == 7","then":[)" +
                  echo("c", "2") + "]}]}");
  CHECK(to_json(outcome.detail.view()["conditions_evaluated"_k]) ==
        R"([{"condition":"1 > 2","value":false,"read":{},"side":"1: else"},)"
        R"({"condition":"b.n == 7","value":true,"read":{"b.n":7},"side":"2: if"}])");
}
