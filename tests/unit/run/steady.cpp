// Deciding allocates nothing in steady state; counted where malloc can be watched.
#include <cstdlib>

#include "base/pack.hpp"
#include "catalog.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "plan/build.hpp"
#include "run/decide.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define WEFT_CANNOT_COUNT
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define WEFT_CANNOT_COUNT
#endif
#endif

#if defined(__GLIBC__) && !defined(WEFT_CANNOT_COUNT)
namespace {
bool is_counting = false;
uint64_t allocations = 0;
}  // namespace

extern "C" {
void* __libc_malloc(size_t bytes);
void* malloc(size_t bytes) {
  if (is_counting) ++allocations;
  return __libc_malloc(bytes);
}
}

using namespace weft;
using namespace weft::lit;

namespace {

// One step after another, without a cache.
weft_status follow(void*, void*, const weft_frame* frame, const weft_fact* facts, uint32_t n,
                   weft_cmds* out, weft_error*) noexcept {
  for (uint32_t i = 0; i < n; ++i) {
    const uint64_t next = facts[i].kind == WEFT_FACT_BEGIN ? 0 : facts[i].node + 1;
    weft_cmd command{sizeof command, WEFT_CMD_START, next, {nullptr, 0}, {nullptr, 0}, 0};
    if (next == frame->nodes) {
      command.kind = WEFT_CMD_RETURN;
      command.node = next - 1;
    }
    const weft_status status = out->add(out, &command);
    if (status != WEFT_OK) return status;
  }
  return WEFT_OK;
}

weft_status compile(void*, weft_val, weft_arena* arena, weft_val* out, weft_error*) noexcept {
  Builder b(Arena(arena, base::Blocks::grow, nullptr));
  b.begin_object();
  b.key("plan"_k);
  b.null();
  b.key("problems"_k);
  b.begin_array();
  b.end_array();
  b.end_object();
  *out = b.take();
  return WEFT_OK;
}

const weft_pattern follower{
    sizeof(weft_pattern),
    0,
    compile,
    [](void*, const weft_frame*, void**, weft_error*) noexcept -> weft_status { return WEFT_OK; },
    follow,
    [](void*, void*) noexcept {}};

constexpr uint32_t steps = 10'000;

std::shared_ptr<const plan::Plan> plan_of(tests::FakeCatalog& fake) {
  std::string text = R"({"id":"long","steps":[)";
  for (uint32_t i = 0; i < steps; ++i) {
    const std::string id = std::to_string(i);
    text += i > 0 ? "," : "";
    text += R"({"id":"s)" + id + R"(","tool":"upper","parameters":{"input":"{{$prev.text}} and )";
    text += id + R"("}})";
    if (i == 0) text.replace(text.find("{{$prev.text}}"), 14, "first");
  }
  tests::Text json;
  spec::Catalog catalog = fake.get();
  catalog.pattern = [](void*, uint32_t) -> Result<spec::BoundPattern> {
    return spec::BoundPattern{&follower, nullptr};
  };
  plan::Built built =
      plan::build(plan::Source(base::pack(json.json(text + "]}")), "long.json"), catalog);
  for (const Error& e : built.problems) UNSCOPED_INFO(e.where.pointer << " " << e.message);
  REQUIRE(built.plan != nullptr);
  return built.plan;
}

// Plays a whole run; how many allocations deciding made, the first decision apart.
uint64_t play(const std::shared_ptr<const plan::Plan>& plan, run::Decider& decider,
              run::Decision& decision, state::Pages& pages) {
  tests::Text json;
  run::Run run(1, "steady", plan, pages);
  run::Input input;
  input.kind = run::Input::Kind::submit;
  input.value = json.json(R"({"id":"steady","input":null,"params":null,"seed":1})");
  const Value result = json.json(R"({"text":"a result that needs room of its own","n":[1,2]})");
  allocations = 0;
  int64_t tick = 0;
  while (!state::is_ended(run.state.status)) {
    decision.clear();
    is_counting = tick > 0;
    decider.decide(run, input, ++tick, decision);
    is_counting = false;
    if (decision.commands.size() != 1) break;
    const run::Command& call = decision.commands.front();
    input.kind = run::Input::Kind::reply;
    input.frame = call.frame;
    input.node = call.node;
    input.attempt = call.attempt;
    input.value = result;
  }
  CHECK(run.state.status == state::RunStatus::completed);
  CHECK(tick == steps + 1);
  return allocations;
}

}  // namespace

TEST_CASE("ten thousand steps of a run are decided and folded without an allocation", "[run]") {
  tests::FakeCatalog fake;
  const auto plan = plan_of(fake);
  state::Pages pages;
  run::Decider decider;
  run::Decision decision;
  CHECK(play(plan, decider, decision, pages) > 0);  // the counting works, nothing is warm yet
  CHECK(play(plan, decider, decision, pages) == 0);
}
#endif
