// What each event changes in the table of a run, and that nothing else does.
#include "catalog.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "plan/build.hpp"
#include "state/state.hpp"

using namespace weft;
using event::Event;
using event::Type;
using state::RunStatus;

namespace {

// A run of two steps whose first frame is open.
struct Folded {
  Folded() : plan(build(catalog)), run(plan, pages) {
    tell(Type::run_accepted, event::no_frame, event::no_node,
         R"({"id":"r","input":{"a":1},"params":null,"seed":9})");
    tell(Type::frame_opened, 0, event::no_node,
         std::to_string(state::frame_payload(event::no_frame, 0)));
  }
  static std::shared_ptr<const plan::Plan> build(tests::FakeCatalog& catalog) {
    tests::Text json;
    plan::Built built = plan::build(plan::Source(base::pack(json.json(R"({"id":"x","steps":[
      {"id":"a","tool":"upper","parameters":{"input":"x"}},
      {"id":"b","tool":"upper","parameters":{"input":"y"}}]})")),
                                                 "x.json"),
                                    catalog.get());
    REQUIRE(built.plan != nullptr);
    return built.plan;
  }
  void tell(Type type, uint32_t frame = 0, uint32_t node = 0, std::string_view payload = {},
            uint16_t attempt = 1, uint8_t flags = 0) {
    Event e{type,   flags, attempt,     frame,
            node,   0,     run.seq + 1, 100 + static_cast<int64_t>(run.seq),
            nullptr};
    if (!payload.empty()) {
      const auto stored = run.vault.store(e.seq, json.json(payload));
      REQUIRE(stored);
      e.payload = stored->root;
      e.flags |= event::has_payload;
    }
    REQUIRE(state::may_fold(run, e));
    state::fold(run, e);
  }
  const state::Frame& frame() const { return run.frames.front(); }

  tests::Text json;
  tests::FakeCatalog catalog;
  state::Pages pages;
  std::shared_ptr<const plan::Plan> plan;
  state::State run;
};

}  // namespace

TEST_CASE("an acceptance sets what the run was given", "[state]") {
  Folded f;
  CHECK(f.run.status == RunStatus::running);
  CHECK(f.run.seed == 9);
  CHECK(f.run.accepted == 100);
  CHECK(base::json_text(f.run.input) == R"({"a":1})");
  CHECK(f.frame().count == 2);
  CHECK(f.frame().active == 0);
}

TEST_CASE("each event of a step leads to its status, and the active ones are counted", "[state]") {
  struct Row {
    std::vector<Type> events;
    uint8_t status;
    uint32_t active;
    const char* reason;
  };
  const std::string retried = R"({"error":{},"due_ns":500})";
  const std::vector<Row> rows{
      {{}, WEFT_NODE_PENDING, 0, "nothing happened"},
      {{Type::step_queued}, WEFT_NODE_READY, 1, "hooks are asked"},
      {{Type::step_started}, WEFT_NODE_RUNNING, 1, "called"},
      {{Type::step_queued, Type::step_started}, WEFT_NODE_RUNNING, 1, "called after hooks"},
      {{Type::step_started, Type::step_retried}, WEFT_NODE_WAITING, 1, "waits"},
      {{Type::step_started, Type::step_retried, Type::step_started}, WEFT_NODE_RUNNING, 1, "again"},
      {{Type::step_started, Type::step_retried, Type::step_cancelled},
       WEFT_NODE_CANCELLED,
       0,
       "no more"},
      {{Type::step_started, Type::step_succeeded}, WEFT_NODE_SUCCEEDED, 0, "done"},
      {{Type::step_started, Type::step_failed}, WEFT_NODE_FAILED, 0, "failed"},
      {{Type::step_skipped}, WEFT_NODE_SKIPPED, 0, "skipped"},
      {{Type::step_started, Type::step_doubted}, WEFT_NODE_UNKNOWN, 0, "in doubt"},
      {{Type::step_started, Type::step_doubted, Type::step_started},
       WEFT_NODE_RUNNING,
       1,
       "a person said again"},
      {{Type::step_started, Type::step_doubted, Type::step_failed},
       WEFT_NODE_FAILED,
       0,
       "a person gave it up"},
  };
  for (const Row& row : rows) {
    INFO(row.reason);
    Folded f;
    for (const Type type : row.events) {
      const bool has_payload = type != Type::step_queued && type != Type::step_started;
      f.tell(type, 0, 0, type == Type::step_retried ? retried : has_payload ? R"("why")" : "");
    }
    CHECK(f.frame().status[0] == row.status);
    CHECK(f.frame().status[1] == WEFT_NODE_PENDING);
    CHECK(f.frame().active == row.active);
    CHECK(f.run.busy == row.active);
    CHECK(f.run.waits.size() == (row.status == WEFT_NODE_WAITING ? 1 : 0));
    CHECK(f.run.doubted == (row.status == WEFT_NODE_UNKNOWN ? 1 : 0));
  }
}

TEST_CASE("a failure under 'continue' is counted and has a status of its own", "[state]") {
  Folded f;
  f.tell(Type::step_started);
  f.tell(Type::step_failed, 0, 0, R"("why")", 1, event::is_continued);
  CHECK(f.frame().status[0] == WEFT_NODE_CONTINUED);
  CHECK(f.run.continued == 1);
}

TEST_CASE("a frame that closes waits for nothing any more", "[state]") {
  Folded f;
  f.tell(Type::step_started);
  f.tell(Type::step_doubted, 0, 0, R"("why")");
  f.tell(Type::timer_set, 0, 1, "900");
  REQUIRE(f.run.doubted == 1);
  REQUIRE(f.run.waits.size() == 1);
  f.tell(Type::frame_closed, 0, event::no_node);
  CHECK(f.frame().closed);
  CHECK(f.run.doubted == 0);
  CHECK(f.run.waits.empty());
}

TEST_CASE("the end of a run sets its status and outcome", "[state]") {
  struct Row {
    Type type;
    RunStatus status;
  };
  for (const Row& row :
       {Row{Type::run_completed, RunStatus::completed}, Row{Type::run_failed, RunStatus::failed},
        Row{Type::run_partially_completed, RunStatus::partially_completed},
        Row{Type::run_cancelled, RunStatus::cancelled}}) {
    Folded f;
    f.tell(row.type, event::no_frame, event::no_node, R"("outcome")");
    CHECK(f.run.status == row.status);
    CHECK(state::is_ended(f.run.status));
    CHECK(f.run.outcome.as_text() == "outcome");
    CHECK(f.run.ended == 102);
  }
}

TEST_CASE("the time limit counts from the latest resume", "[state]") {
  Folded f;
  CHECK(f.run.since == 100);
  f.tell(Type::run_waiting, event::no_frame, event::no_node, R"("a person")");
  CHECK(f.run.status == RunStatus::waiting);
  CHECK(f.run.since == 100);
  f.tell(Type::run_resumed, event::no_frame, event::no_node, R"("decided")");
  CHECK(f.run.status == RunStatus::running);
  CHECK(f.run.since == 103);
  CHECK(f.run.accepted == 100);
}

TEST_CASE("events of steps that the plan lacks may not be folded", "[state]") {
  Folded f;
  const auto event = [&](Type type, uint32_t frame, uint32_t node) {
    return Event{type, 0, 1, frame, node, 0, f.run.seq + 1, 200, nullptr};
  };
  CHECK(state::may_fold(f.run, event(Type::step_started, 0, 1)));
  CHECK_FALSE(state::may_fold(f.run, event(Type::step_started, 0, 2)));
  CHECK_FALSE(state::may_fold(f.run, event(Type::step_started, 1, 0)));
  CHECK_FALSE(state::may_fold(f.run, event(Type::step_started, event::no_frame, 0)));
  CHECK_FALSE(state::may_fold(f.run, event(Type::frame_closed, 7, event::no_node)));
}
