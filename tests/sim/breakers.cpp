// Breakers whose one call that may try the tool again is lost: whoever comes next may try it then.
#include "base/json.hpp"
#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

constexpr int64_t second = 1'000'000'000;
constexpr int64_t open_ns = 300 * second;  // as long a tool is left alone

// 'more' are further fields of the step.
std::string one_step(std::string_view name, std::string_view how, std::string_view more = "") {
  return R"({"id":"x","timeout":"none","steps":[{"id":"s","tool":"idem","timeout":"none",
    "parameters":{"name":")" +
         std::string(name) + R"(","ms":1000,"do":")" + std::string(how) + R"("})" +
         std::string(more) + "}]}";
}

// A world whose tool 'idem' has failed five times in a row.
struct Opened {
  explicit Opened(std::string_view first = "") {
    world.store.keeps_bytes = false;
    if (!first.empty()) end(submit(std::string(first), "run-0"));
    end(submit(one_step("bad", "fail", R"(,"retry":{"max_attempts":5,"initial":"1s","jitter":0})"),
               "run-1"));
    REQUIRE(world.tools.count("bad") == 5);
    REQUIRE(world.store.entries.contains("breaker/idem"));
  }
  std::shared_ptr<engine::Ticket> submit(const std::string& definition, const char* run) {
    return world.submit(plans.build(definition), run);
  }
  void end(const std::shared_ptr<engine::Ticket>& ticket) {
    while (!ticket->is_done && world.step()) {
    }
    REQUIRE(ticket->is_done);
  }
  // A run whose call is the one that tries, and hangs or does whatever it says.
  std::shared_ptr<engine::Ticket> probe(std::string_view how = "hang") {
    world.settle(world.env.now() + open_ns + second);
    auto ticket = submit(one_step("probe", how), "run-2");
    world.settle(world.env.now());
    REQUIRE(world.tools.count("probe") == 1);
    return ticket;
  }
  void send(const std::shared_ptr<engine::Ticket>& ticket, std::string_view message) {
    base::Blocks blocks;
    run::Input input;
    input.kind = run::Input::Kind::message;
    world.engine->post(ticket, input, base::pack(*base::parse_json(message, blocks.arena())));
  }
  // Whether the next run calls the tool at once.
  bool may_try() {
    const auto ticket = submit(one_step("next", ""), "run-3");
    world.settle(world.env.now());
    return world.tools.count("next") == 1 && ticket->report.status == state::RunStatus::completed;
  }

  SimPlans plans;
  SimWorld world{{.has_sink = false}};
};

TEST_CASE("half_open_breaker_lets_one_probe_through", "[sim]") {
  Opened tool;
  tool.world.settle(tool.world.env.now() + open_ns + second);
  const auto first = tool.submit(one_step("probe", "later"), "run-2");
  const auto other = tool.submit(one_step("other", ""), "run-4");
  tool.end(first);
  CHECK(tool.world.tools.count("other") == 0);
  tool.end(other);
  CHECK(tool.world.tools.count("other") == 1);
  CHECK(other->report.status == state::RunStatus::completed);
}

TEST_CASE("a process that dies while it tries a tool again does not keep others from it", "[sim]") {
  Opened tool;
  (void)tool.probe();
  tool.world.crash();
  CHECK(tool.may_try());
}

TEST_CASE("the call that tried a tool as its process died is made again, and tries it", "[sim]") {
  Opened tool;
  (void)tool.probe("hang");
  tool.world.crash();
  (void)tool.world.resume(tool.plans.build(one_step("probe", "hang")), {}, "run-2");
  tool.world.settle(tool.world.env.now());
  CHECK(tool.world.tools.count("probe") == 2);
  CHECK_FALSE(tool.may_try());
}

TEST_CASE("a run that ends while it tries a tool again does not keep others from it", "[sim]") {
  Opened tool;
  SECTION("as it is cancelled") {
    const auto probing = tool.probe();
    tool.world.cancel(probing);
    tool.end(probing);
  }
  SECTION("as it is cancelled, and its tool does not care") {
    const auto probing = tool.probe("never");
    tool.world.cancel(probing);
    tool.end(probing);
    // It does not even end, which says enough about it; but that is not for ever.
    tool.world.settle(tool.world.env.now() + open_ns + second);
  }
  SECTION("as it is terminated") {
    const auto probing = tool.probe("never");
    tool.send(probing, R"({"verb":"terminate"})");
    tool.end(probing);
  }
  SECTION("as its commit fails") {
    const auto probing = tool.probe("never");
    tool.world.store.fail_at = tool.world.store.asked() + 1;
    tool.send(probing, R"({"verb":"pause"})");
    tool.end(probing);
    tool.world.store.fail_at = 0;
  }
  SECTION("as it is terminated, and another thread answers while that is made durable") {
    const auto probing = tool.probe("later");
    tool.send(probing, R"({"verb":"terminate"})");
    tool.world.store.on_commit = [&] {
      tool.world.store.on_commit = nullptr;
      tool.world.env.advance_to(tool.world.env.next_due());
    };
    tool.end(probing);
    CHECK(probing->report.status == state::RunStatus::cancelled);
  }
  CHECK(tool.may_try());
}

TEST_CASE("a result of the cache is no try of the tool", "[sim]") {
  const std::string cached = R"({"id":"x","steps":[{"id":"s","tool":"read","cache":true,
    "parameters":{"name":"known"}}]})";
  const std::string fails = R"({"id":"x","steps":[{"id":"s","tool":"read",
    "parameters":{"name":"bad","do":"fail"},
    "retry":{"max_attempts":5,"initial":"1s","jitter":0}}]})";
  Opened tool;
  tool.end(tool.submit(cached, "run-5"));
  tool.end(tool.submit(fails, "run-6"));
  REQUIRE(tool.world.store.entries.contains("breaker/read"));
  const auto is_whole = [](const auto& ticket) {
    return ticket->report.status == state::RunStatus::completed;
  };
  SECTION("and is there while the tool is left alone") {
    const auto ticket = tool.submit(cached, "run-7");
    tool.world.settle(tool.world.env.now());
    CHECK(is_whole(ticket));
  }
  SECTION("and does not keep others from trying it") {
    tool.world.settle(tool.world.env.now() + open_ns + second);
    tool.end(tool.submit(cached, "run-7"));
    const auto ticket = tool.submit(R"({"id":"x","steps":[{"id":"s","tool":"read",
      "parameters":{"name":"fresh"}}]})",
                                    "run-8");
    tool.world.settle(tool.world.env.now());
    CHECK(tool.world.tools.count("fresh") == 1);
    CHECK(is_whole(ticket));
  }
  CHECK(tool.world.tools.count("known") == 1);
}

}  // namespace
}  // namespace weft::tests
