// Drafts that do not pass, and people who are asked what becomes of them.
#include "base/json.hpp"
#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr std::string_view review = R"({"id":"x","type":"dag","steps":[
  {"id":"writer","tool":"idem","parameters":{"name":"writer","value":"ab"}},
  {"id":"critic","tool":"idem","parameters":{"name":"critic",
    "value":{"decision":"revise","feedback":"no {{attempt}}","score":0.2}},
   "output":"{{result.value}}"},
  {"id":"reviser","tool":"idem","parameters":{"name":"reviser","value":"{{draft.value}}+"}},
  {"id":"publish","tool":"idem","depends_on":["critic"],
   "parameters":{"name":"publish","value":"{{reviser.value}} {{review.draft.value}}"}}],
  "revision_loop":{"id":"review","generator":"writer","validator":"critic","reviser":"reviser",
    "max_iterations":1,"on_exhausted":"escalate","escalation":[
    {"id":"ask","approval":{"title":"{{draft.value}} {{feedback}} {{exhausted.score}}",
     "description":"{{exhausted.history}}"}}]}})";

std::string told(const engine::Report& report) {
  return tell(report) + '\n' + base::json_text(report.outcome.view());
}

struct World {
  SimPlans plans;
  SimWorld::Plan plan = plans.build(review);
  SimWorld world{{}};
  std::shared_ptr<engine::Ticket> ticket;

  // Until people are asked.
  World() {
    ticket = world.submit(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    REQUIRE(ticket->report.status == state::RunStatus::waiting);
  }

  std::string decide(std::string_view message) {
    ticket = world.resume(plan);
    world.send(ticket, message);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(replayed(plan, world) == "");
    return told(ticket->report);
  }

  bool has_told(std::string_view text) const {
    for (const std::string& line : world.sink.lines) {
      if (line.find(text) != std::string::npos) return true;
    }
    return false;
  }
};

TEST_CASE("escalation_opens_an_approval that shows draft, feedback, score and history",
          "[sim][dag]") {
  const World w;
  CHECK(w.has_told("approval.opened ask"));
  CHECK(w.has_told(R"("title":"ab+ no 2 0.2")"));
  CHECK(w.has_told(R"("feedback":"no 1")"));
}

TEST_CASE("who approves an escalation accepts the latest draft", "[sim][dag]") {
  World w;
  const std::string outcome = w.decide(R"({"verb":"decide","approve":true,"by":"ada"})");
  CHECK(outcome.starts_with("completed"));
  CHECK_THAT(outcome, ContainsSubstring(R"("value":"ab+ ab+")"));
  CHECK_THAT(outcome, ContainsSubstring(R"("by":["ada"])"));
}

TEST_CASE("who approves an escalation may bring another draft", "[sim][dag]") {
  World w;
  const std::string outcome =
      w.decide(R"({"verb":"decide","approve":true,"by":"ada","data":{"draft":{"value":"mine"}}})");
  CHECK(outcome.starts_with("completed"));
  CHECK_THAT(outcome, ContainsSubstring(R"("value":"mine mine")"));
}

TEST_CASE("an escalation that is rejected is exhausted", "[sim][dag]") {
  World w;
  const std::string outcome =
      w.decide(R"({"verb":"decide","approve":false,"by":"bob","comment":"worse"})");
  CHECK(outcome.starts_with("failed revision.exhausted"));
  CHECK_THAT(outcome, ContainsSubstring("rejected by 'bob': worse"));
  CHECK_THAT(outcome, ContainsSubstring("publish skipped"));
}

TEST_CASE("nothing is called again while people think about a draft", "[sim][dag]") {
  World w;
  const auto before = w.world.tools.calls.size();
  w.world.crash();
  const std::string outcome = w.decide(R"({"verb":"decide","approve":true,"by":"ada"})");
  CHECK(outcome.starts_with("completed"));
  CHECK(w.world.tools.calls.size() == before + 1);
}

TEST_CASE("an escalation is the same whenever the process ends", "[sim][dag]") {
  SimPlans plans;
  const auto plan = plans.build(review);
  for (uint64_t crash_at = 1; crash_at < 12; ++crash_at) {
    INFO("crash after commit " << crash_at);
    SimWorld world({.seed = crash_at});
    auto ticket = world.submit(plan);
    while (world.store.commits < crash_at && world.step()) {
    }
    world.crash();
    ticket = world.resume(plan);
    world.settle();
    if (!ticket->is_done || ticket->report.status == state::RunStatus::waiting) {
      ticket = world.resume(plan);
      world.send(ticket, R"({"verb":"decide","approve":true,"by":"ada"})");
      world.settle();
    }
    REQUIRE(ticket->is_done);
    CHECK_THAT(tell(ticket->report), ContainsSubstring(R"("value":"ab+ ab+")"));
  }
}

TEST_CASE("a loop escalates to exactly one step, and only if it says so", "[sim][dag]") {
  SimPlans plans;
  const auto with = [&](std::string_view rest) {
    try {
      plans.build(R"({"id":"x","type":"dag","steps":[
        {"id":"w","tool":"pure","parameters":{"name":"w"}},
        {"id":"c","tool":"pure","parameters":{"name":"c"}},
        {"id":"r","tool":"pure","parameters":{"name":"r"}}],
        "revision_loop":{"generator":"w","validator":"c","reviser":"r")" +
                  std::string(rest) + "}}");
    } catch (const std::exception& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK_THAT(with(R"(,"on_exhausted":"escalate")"), ContainsSubstring("exactly one step"));
  CHECK_THAT(with(R"(,"escalation":[{"id":"ask","approval":"?"}])"),
             ContainsSubstring("never escalates"));
  CHECK(with(R"(,"on_exhausted":"escalate","escalation":[{"id":"ask","approval":"?"}])").empty());
}

}  // namespace
}  // namespace weft::tests
