// The suite of every hook.
#include <unistd.h>

#include <weft/draft/hook.h>
#include <weft/tool.h>
#include <atomic>
#include <initializer_list>
#include <thread>

#include "catch.hpp"
#include "subject.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

constexpr uint32_t points_max = 64;
// The points of RUNTIME's table, and 63 for custom ones; no other bit means anything.
constexpr uint64_t known_points = ((uint64_t{1} << 43U) - 1) | (uint64_t{1} << 63U);
constexpr uint64_t set_of(std::initializer_list<uint32_t> points) {
  uint64_t set = 0;
  for (const uint32_t point : points) set |= uint64_t{1} << point;
  return set;
}
constexpr uint64_t before_execution =
    set_of({WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_BEFORE_STAGE, WEFT_AT_BEFORE_WORKFLOW_START});
constexpr uint64_t transition = set_of({WEFT_AT_STAGE_TRANSITION});
constexpr uint64_t after_execution = set_of({WEFT_AT_AFTER_TOOL_EXECUTION});
constexpr uint64_t errors = set_of({WEFT_AT_TOOL_ERROR});
constexpr uint64_t writes = set_of({WEFT_AT_BEFORE_STATE_WRITE, WEFT_AT_BEFORE_EVENT_EMIT});
constexpr uint64_t validation = set_of({WEFT_AT_TOOL_VALIDATION});

// Where a verdict is legal, among the points that the kernel asks at; kernel/run/HOOKS.md.
uint64_t legal_points(uint32_t verdict) {
  switch (verdict) {
    case WEFT_VERDICT_CONTINUE:
    case WEFT_VERDICT_SKIPPED: return ~uint64_t{0};
    case WEFT_VERDICT_MODIFIED: return before_execution | after_execution | writes | validation;
    case WEFT_VERDICT_CANCEL:
      return before_execution | writes | validation | transition |
             set_of({WEFT_AT_BEFORE_TOOL_DISCOVERY});
    case WEFT_VERDICT_REDIRECT: return before_execution | errors | transition;
    case WEFT_VERDICT_REPLACE: return before_execution | after_execution | errors;
    case WEFT_VERDICT_RETRY: return errors;
    case WEFT_VERDICT_CACHE: return set_of({WEFT_AT_BEFORE_TOOL_EXECUTION}) | after_execution;
    default: return 0;
  }
}

// What a payload must be for its verdict to be followed.
bool is_usable(uint32_t verdict, Value payload) {
  switch (verdict) {
    case WEFT_VERDICT_CANCEL: return payload.is_null() || payload.is_text() || payload.is_object();
    case WEFT_VERDICT_REDIRECT:
      return payload.is_text() || payload["step"_k].is_text() || payload["branch"_k].is_text() ||
             payload["tool"_k].is_text();
    case WEFT_VERDICT_RETRY:
    case WEFT_VERDICT_CACHE: return payload.is_null() || payload.is_object();
    default: return true;
  }
}

Value subject_of(Memory& memory, std::string_view run) {
  Builder b(memory.arena());
  b.begin_object();
  b.set("run"_k, run);
  b.set("workflow"_k, "nightly");
  b.set("step"_k, "outer/fetch#2");
  b.set("tool"_k, "echo");
  for (const Key part : {"component"_k, "operation"_k}) {
    b.key(part);
    b.begin_object();
    b.set("id"_k, "echo");
    b.set("type"_k, part.view() == "operation" ? "pure" : "tool");
    b.end_object();
  }
  b.key("data"_k);
  b.begin_object();
  b.set("text"_k, "what the verdict is about");
  b.end_object();
  b.set("time_ns"_k, int64_t{1} << 60U);
  b.end_object();
  return b.take_value();
}

class Hook final {
 public:
  explicit Hook(Value config = {})
      : instance_(host_, config), table_(instance_.table<weft_hook>(WEFT_HOOK_ID)) {
    REQUIRE(instance_.status() == WEFT_OK);
    REQUIRE(table_ != nullptr);
  }
  uint64_t points() const { return table_->points; }
  bool listens(uint32_t point) const { return ((points() >> point) & 1U) != 0; }
  weft_status on(uint32_t point, Value subject, Invocation& call) const {
    return table_->on(instance_.self(), point, call.call(), subject.raw(), call.out());
  }
  bool may_block() const { return (table_->flags & WEFT_BLOCKING) != 0; }
  FakeHost& host() { return host_; }

 private:
  FakeHost host_;
  Instance instance_;
  const weft_hook* table_;
};

bool is_hook(std::string_view name) { return to_view(plugin().component(0)->id) == name; }

}  // namespace

TEST_CASE("a hook listens to known points, and to at least one", "[hook]") {
  const Hook hook;
  CHECK(hook.points() != 0);
  CHECK((hook.points() & ~known_points) == 0);
}

TEST_CASE("every verdict is legal at its point", "[hook]") {
  const Hook hook;
  Memory memory;
  const Value subject = subject_of(memory, "r1");
  for (uint32_t point = 0; point < points_max; ++point) {
    if (!hook.listens(point)) continue;
    Invocation call;
    const weft_status status = hook.on(point, subject, call);
    INFO("point " << point << ": " << call.message());
    CHECK((status == WEFT_OK || status == WEFT_PENDING || status < 0));
    if (status != WEFT_OK) continue;
    CHECK(((legal_points(call.flags()) >> point) & 1U) == 1);
    CHECK(is_usable(call.flags(), call.value()));
  }
}

TEST_CASE("a hook that does not say that it may block answers at once", "[hook]") {
  const Hook hook;
  if (hook.may_block()) {
    WARN("skipped: the hook says that it may block");
    return;
  }
  // Events wait for nobody, so only such a hook may listen there.
  Memory memory;
  const Value subject = subject_of(memory, "r1");
  for (uint32_t point = 0; point < points_max; ++point) {
    if (!hook.listens(point)) continue;
    Invocation call;
    CHECK(hook.on(point, subject, call) != WEFT_PENDING);
  }
}

TEST_CASE("a hook that may block does not listen where events are on their way", "[hook]") {
  const Hook hook;
  if (!hook.may_block()) {
    WARN("skipped: the hook does not block");
    return;
  }
  CHECK_FALSE(hook.listens(WEFT_AT_BEFORE_EVENT_EMIT));
}

TEST_CASE("a point that the hook does not know is answered with Continue", "[hook]") {
  const Hook hook;
  Memory memory;
  const Value subject = subject_of(memory, "r1");
  for (uint32_t point = 0; point < points_max + 10; ++point) {
    if (point < points_max && hook.listens(point)) continue;
    Invocation call;
    CHECK(hook.on(point, subject, call) == WEFT_OK);
    CHECK(call.flags() == WEFT_VERDICT_CONTINUE);
    CHECK(call.value().is_null());
  }
}

TEST_CASE("a null, empty or strange subject is survived", "[hook]") {
  const Hook hook;
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("run"_k, 7);
  b.set("tool"_k, true);
  b.set("step"_k, std::string(1U << 20U, 's'));
  b.end_object();
  const Value strange = b.take_value();
  b.begin_array();
  b.end_array();
  for (const Value subject : {Value(), null_value(), strange, b.take_value()}) {
    for (uint32_t point = 0; point < points_max; ++point) {
      Invocation call;
      CHECK(hook.on(point, subject, call) <= WEFT_PENDING);
    }
  }
}

TEST_CASE("a hook is asked for several runs at once", "[hook]") {
  const Hook hook;
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      Memory memory;
      const Value subject = subject_of(memory, "run-" + std::to_string(t));
      for (int i = 0; i < 500; ++i) {
        for (uint32_t point = 0; point < points_max; ++point) {
          if (!hook.listens(point)) continue;
          Invocation call;
          if (hook.on(point, subject, call) > WEFT_PENDING) ++wrong;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
}

TEST_CASE("the trace numbers its lines and counts each point", "[hook][trace]") {
  if (!is_hook("trace")) {
    WARN("skipped: the hook writes no trace");
    return;
  }
  Hook hook;
  Memory memory;
  for (const char* run : {"r1", "r2"}) {
    for (const uint32_t point : {WEFT_AT_BEFORE_WORKFLOW_START, WEFT_AT_BEFORE_TOOL_EXECUTION}) {
      Invocation call;
      CHECK(hook.on(point, subject_of(memory, run), call) == WEFT_OK);
    }
  }
  const std::string rest = R"( step="outer/fetch#2" tool="echo" count=)";
  CHECK(hook.host().logged() ==
        std::vector<std::string>{"1 BeforeWorkflowStart run=\"r1\"" + rest + "1",
                                 "2 BeforeToolExecution run=\"r1\"" + rest + "1",
                                 "3 BeforeWorkflowStart run=\"r2\"" + rest + "2",
                                 "4 BeforeToolExecution run=\"r2\"" + rest + "2"});
}

TEST_CASE("a trace in a file has each line once and in order", "[hook][trace]") {
  if (!is_hook("trace")) {
    WARN("skipped: the hook writes no file");
    return;
  }
  const auto file =
      std::filesystem::temp_directory_path() / ("weft-trace-" + std::to_string(getpid()));
  std::filesystem::remove(file);
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("path"_k, file.string());
  b.end_object();
  {
    const Hook hook(b.take_value());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&hook] {
        Memory own;
        for (int i = 0; i < 250; ++i) {
          Invocation call;
          hook.on(WEFT_AT_AFTER_TOOL_EXECUTION, subject_of(own, "r"), call);
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const std::string text = read_text(file);
  size_t at = 0;
  uint64_t lines = 0;
  while (at < text.size()) {
    const std::string expected = std::to_string(++lines) + " AfterToolExecution";
    if (text.compare(at, expected.size(), expected) != 0) break;
    at = text.find('\n', at) + 1;
  }
  CHECK(lines == 1000);
  CHECK(at == text.size());
  std::filesystem::remove(file);
}

}  // namespace weft::test
