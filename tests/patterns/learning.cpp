// What flows that say 'learning' teach, and what becomes of it.
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>

#include <weft/draft/hook.h>
#include <weft/draft/sink.h>
#include <weft/learned.hpp>
#include <weft/travel.hpp>

#include "house.hpp"

namespace weft::tests {

using namespace weft::lit;

namespace {

constexpr std::string_view condition = "$input.paid and $input.score >= 50";

// A payment that was paid and has the score goes one way, all else the other; words are those of
// the flow.
std::string triage(const std::string& words, const std::string& more = {}) {
  return R"({"id":"triage","type":"flow",)" + words + R"("conditions":[{"if":")" +
         std::string(condition) +
         R"(","then":[{"id":"take","tool":"echo","parameters":{"input":"taken"}},
                      {"id":"check","if":"$input.broken","fail":"it is broken"}],
             "else":[{"id":"leave","tool":"echo","parameters":{"input":"left"}}]}])" +
         more + "}";
}

struct Folder {
  Folder() : path("learning." + std::to_string(getpid())) {
    std::filesystem::create_directory(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path;
};

// A volatile store keeps no journal, and without one nothing is learned.
struct House {
  House() { open(); }
  ~House() { k.reset(); }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  void open(KernelOptions options = {}) {
    k.reset();
    options.store = store_url;
    k = kernel(std::move(options));
  }
  Workflow load(const std::string& text) {
    Loaded loaded = k->load(text, "x.json");
    for (const Error& problem : loaded.problems) UNSCOPED_INFO(problem.message);
    REQUIRE(loaded.workflow.size() == 1);
    return loaded.workflow.front();
  }
  Outcome run(const Workflow& workflow, const std::string& input) {
    const auto parsed = Document::parse_json(input);
    REQUIRE(parsed);
    RunOptions how;
    how.input = parsed->view();
    how.with_detail = true;
    auto outcome = k->run(workflow, how);
    REQUIRE(outcome);
    return std::move(*outcome);
  }
  Outcome run(const Workflow& workflow, bool paid, int score, bool broken = false) {
    return run(workflow, std::string(R"({"paid":)") + (paid ? "true" : "false") + R"(,"score":)" +
                             std::to_string(score) + R"(,"broken":)" + (broken ? "true" : "false") +
                             "}");
  }
  // Nearly all are paid, and few have the score.
  void run_many(const Workflow& workflow, int count = 24) {
    for (int i = 0; i < count; ++i) run(workflow, i % 8 != 0, i % 6 == 1 ? 80 : i);
  }
  Learned learned(std::string_view workflow = "triage") {
    auto found = Learning(*k).statistics(workflow);
    REQUIRE(found);
    return std::move(*found);
  }
  std::vector<Proposal> proposals(const Workflow& workflow) {
    auto all = Learning(*k).proposals(workflow);
    INFO((all ? "" : all.error().message));
    REQUIRE(all);
    return std::move(*all);
  }
  void accept(const Workflow& workflow, const std::string& id, uint64_t other_way = 0) {
    auto done = Learning(*k).accept(workflow, id, {"ann", other_way});
    INFO((done ? "" : done.error().message));
    REQUIRE(done);
  }

  Folder folder;
  std::string store_url = "sqlite:" + folder.path + "/weft.db";
  std::unique_ptr<Kernel> k;
};

// What the condition of a run was in the end.
std::string asked(const Outcome& outcome) {
  return std::string(outcome.detail.view()["conditions_evaluated"_k][0U]["condition"_k].as_text());
}

}  // namespace

TEST_CASE("learning_never_changes_a_run_by_itself", "[learning]") {
  House house;
  const Workflow learning = house.load(triage(R"("learning":true,"adaptive":true,)"));
  const std::string hash = learning.hash();
  house.run_many(learning);
  const auto all = house.proposals(learning);
  REQUIRE(all.size() == 1);
  CHECK(all.front().objection.empty());
  // A proposal that nobody accepted changes nothing.
  const Outcome before = house.run(learning, true, 80);
  CHECK(asked(before) == condition);
  CHECK_FALSE(before.detail.view()["workflow"_k]["adapted"_k].exists());
  // Nor does an accepted one, where the definition does not ask for it.
  const Workflow only_learning = house.load(triage(R"("learning":true,)"));
  house.accept(only_learning, all.front().id);
  const Outcome still = house.run(only_learning, true, 80);
  CHECK(asked(still) == condition);
  CHECK(still.detail.view()["workflow"_k]["hash"_k].as_text() == only_learning.hash());
  // Only both together do, and the run is pinned to what it really ran.
  const Outcome after = house.run(learning, true, 80);
  CHECK(asked(after) == "$input.score >= 50 and $input.paid");
  const Value workflow = after.detail.view()["workflow"_k];
  CHECK(workflow["hash"_k].as_text() != hash);
  CHECK(workflow["adapted"_k]["definition"_k].as_text() == hash);
  CHECK(workflow["adapted"_k]["proposals"_k][0U].as_text() == all.front().id);
  CHECK(to_json(after.result.view()) == to_json(before.result.view()));
  // A definition that is another one has accepted nothing.
  const Workflow other =
      house.load(triage(R"("learning":true,"adaptive":true,)", R"(,"description":"other")"));
  CHECK(asked(house.run(other, true, 80)) == condition);
  auto withdrawn = Learning(*house.k).withdraw(learning, all.front().id);
  REQUIRE(withdrawn);
  CHECK(asked(house.run(learning, true, 80)) == condition);
}

TEST_CASE("learning_statistics_can_be_read_and_reset", "[learning]") {
  House house;
  const Workflow workflow = house.load(triage(R"("learning_enabled":true,)"));
  house.run(workflow, true, 80);
  house.run(workflow, true, 90, true);
  house.run(workflow, false, 90);
  house.run(workflow, R"({"score":90,"broken":false})");
  const Learned learned = house.learned();
  CHECK(learned.runs == 4);
  REQUIRE(learned.conditions.size() == 1);
  const ConditionLearned& one = learned.conditions.front();
  CHECK(one.at == "/conditions/0/if");
  CHECK(one.text == condition);
  CHECK(one.count == 3);
  CHECK(one.errors == 1);
  CHECK(one.when_true.count == 2);
  CHECK(one.when_true.succeeded == 1);
  CHECK(one.when_true.failed == 1);
  CHECK(one.when_false.count == 1);
  CHECK(one.when_false.succeeded == 1);
  REQUIRE(Learning(*house.k).reset("triage"));
  const Learned none = house.learned();
  CHECK(none.runs == 0);
  CHECK(none.conditions.empty());
  CHECK(none.reset_ns != 0);
  house.run(workflow, true, 80);
  CHECK(house.learned().runs == 1);
}

TEST_CASE("of a definition that does not say so nothing is learned", "[learning]") {
  House house;
  house.run(house.load(triage("")), true, 80);
  CHECK(house.learned().runs == 0);
}

TEST_CASE("what was learned outlives the runs that it was learned of", "[learning]") {
  House house;
  const Workflow workflow = house.load(triage(R"("learning":true,)"));
  house.run_many(workflow);
  const Learned before = house.learned();
  auto forgotten = house.k->forget({.keep = 4});
  REQUIRE(forgotten);
  REQUIRE(forgotten->runs.size() == 20);
  const Learned after = house.learned();
  CHECK(after.runs == 24);
  REQUIRE(after.conditions.size() == 1);
  CHECK(after.conditions.front().count == before.conditions.front().count);
  CHECK(after.conditions.front().when_true.count == before.conditions.front().when_true.count);
  CHECK(house.proposals(workflow).size() == 1);
  REQUIRE(Learning(*house.k).reset("triage"));
  CHECK(house.learned().runs == 0);
}

TEST_CASE("every iteration of a loop decides, and a called definition does, too", "[learning]") {
  House house;
  const Workflow workflow = house.load(
      R"({"id":"outer","type":"loop","iterator":{"range":{"start":0,"end":3}},"body":[
        {"id":"f","type":"flow","learning":true,"conditions":[{"if":"loop.index > 0",
          "then":[{"id":"a","tool":"echo","parameters":{"input":1}}]}]},
        {"id":"c","workflow":"inner","input":{"n":"{{ loop.index }}"}}],
       "workflows":{"inner":{"type":"flow","learning":true,"conditions":[{"if":"$input.n == 2",
          "then":[{"id":"b","tool":"echo","parameters":{"input":1}}]}]}}})");
  REQUIRE(house.run(workflow, "{}").state == RunState::completed);
  const Learned learned = house.learned("outer");
  CHECK(learned.runs == 1);
  REQUIRE(learned.conditions.size() == 2);
  CHECK(learned.conditions[0].at == "/body/0/conditions/0/if");
  CHECK(learned.conditions[0].count == 3);
  CHECK(learned.conditions[0].when_true.succeeded == 2);
  // A side that is empty has no outcome.
  CHECK(learned.conditions[0].when_false.count == 1);
  CHECK(learned.conditions[0].when_false.succeeded == 0);
  CHECK(learned.conditions[1].at == "/workflows/inner/conditions/0/if");
  CHECK(learned.conditions[1].count == 3);
  CHECK(learned.conditions[1].when_true.count == 1);
}

TEST_CASE("what nobody may see is not learned", "[learning]") {
  House house;
  const Workflow workflow = house.load(
      R"({"id":"triage","type":"flow","learning":true,"conditions":[
        {"if":"$input.password == 'open sesame' and $input.n > 3",
         "then":[{"id":"a","tool":"echo","parameters":{"input":1}}]}]})");
  for (int i = 0; i < 24; ++i) {
    house.run(workflow, R"({"password":"open sesame","n":)" + std::to_string(i % 5) + "}");
  }
  CHECK(house.learned().conditions.front().count == 24);
  CHECK(house.proposals(workflow).empty());
}

TEST_CASE("where a hook sends a run to another side, that side tells nothing of the condition",
          "[learning]") {
  House house;
  KernelOptions options;
  options.plugin_paths = {WEFT_GOLDEN_PLUGINS};
  auto config =
      Document::parse_json(R"({"point":)" + std::to_string(WEFT_AT_STAGE_TRANSITION) +
                           R"(,"phase":"branch_selection","verdict":)" +
                           std::to_string(WEFT_VERDICT_REDIRECT) + R"(,"value":"leave"})");
  REQUIRE(config);
  options.hooks.push_back({"judge", std::move(*config)});
  house.open(std::move(options));
  const Workflow workflow = house.load(triage(R"("learning":true,)"));
  const Outcome outcome = house.run(workflow, true, 80);
  REQUIRE(outcome.detail.view()["step_results"_k]["leave"_k]["status"_k].as_text() == "succeeded");
  const SideLearned side = house.learned().conditions.front().when_true;
  CHECK(side.count == 1);
  CHECK(side.succeeded + side.failed == 0);
}

TEST_CASE("a fork teaches what it decided itself", "[learning]") {
  House house;
  const Workflow workflow = house.load(
      R"({"id":"triage","type":"flow","learning":true,"conditions":[
        {"if":"$input.n > 1","then":[{"id":"a","tool":"echo","parameters":{"input":1}}]},
        {"if":"$input.n > 2","then":[{"id":"b","tool":"echo","parameters":{"input":2}}]}]})");
  const Outcome first = house.run(workflow, R"({"n":3})");
  ForkOptions how;
  how.step = "b";
  auto forked = house.k->fork(first.run, how);
  REQUIRE(forked);
  REQUIRE(house.k->wait(*forked));
  const Learned learned = house.learned();
  REQUIRE(learned.conditions.size() == 2);
  CHECK(learned.conditions[0].count == 1);
  CHECK(learned.conditions[1].count == 1);
}

TEST_CASE("a threshold is accepted only by who knows what it changes", "[learning]") {
  House house;
  const std::string text =
      R"({"id":"triage","type":"flow","learning":true,"adaptive":true,"conditions":[
        {"if":"$input.score >= 50",
         "then":[{"id":"check","if":"$input.score < 70","fail":"too low"}],
         "else":[{"id":"leave","tool":"echo","parameters":{"input":"left"}}]}]})";
  const Workflow workflow = house.load(text);
  for (int i = 0; i < 100; i += 4) house.run(workflow, R"({"score":)" + std::to_string(i) + "}");
  const auto all = house.proposals(workflow);
  REQUIRE(all.size() == 1);
  CHECK(all.front().becomes == "$input.score >= 72");
  CHECK(all.front().other_way == 5);
  const auto refused = Learning(*house.k).accept(workflow, all.front().id, {"ann"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "learned.other_way");
  CHECK(refused.error().message.ends_with(
      "of 25 recorded decisions 5 would have gone the other way"));
  CHECK(house.run(workflow, R"({"score":60})").state == RunState::failed);
  // That run speaks for it as well, and who accepts is to know of it.
  house.accept(workflow, all.front().id, 6);
  CHECK(house.run(workflow, R"({"score":60})").state == RunState::completed);
  const auto again = Learning(*house.k).accept(workflow, all.front().id, {"bob", 5});
  REQUIRE_FALSE(again);
  CHECK(again.error().code == "learned.accepted");
}

TEST_CASE("what a recorded decision speaks against cannot be accepted", "[learning]") {
  House house;
  const Workflow workflow = house.load(
      R"({"id":"triage","type":"flow","learning":true,"conditions":[
        {"if":"$input.strict and $input.limit > 100",
         "then":[{"id":"a","tool":"echo","parameters":{"input":1}}]}]})");
  for (int i = 0; i < 27; ++i) {
    house.run(workflow, R"({"strict":true,"limit":)" + std::to_string(i) + "}");
  }
  const std::string id = house.proposals(workflow).front().id;
  const Outcome against = house.run(workflow, R"({"strict":false})");
  const auto refused = Learning(*house.k).accept(workflow, id, {"ann"});
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "learned.contradicted");
  CHECK(refused.error().message.find("in 1 of 28 decisions it could not be had, first in run " +
                                     against.run + ": path.missing") != std::string::npos);
}

TEST_CASE("an adapted run goes on as it was begun when what was accepted is taken back",
          "[learning]") {
  House house;
  const std::string waits =
      R"({"id":"triage","type":"flow","learning":true,"adaptive":true,"conditions":[
        {"if":"$input.a or $input.b","then":[{"id":"w","wait":{"signal":"go"}}]},
        {"if":"$input.a and $input.b",
         "then":[{"id":"x","tool":"echo","parameters":{"input":1}}]}]})";
  const Workflow workflow = house.load(waits);
  for (int i = 0; i < 24; ++i) house.run(workflow, R"({"a":false,"b":false})");
  // Neither is true, so nothing decides the first; the second is decided by its first operand.
  CHECK(house.proposals(workflow).empty());
  for (int i = 0; i < 24; ++i) {
    const Outcome outcome = house.run(workflow, R"({"a":false,"b":true})");
    const auto message = Document::parse_json(R"({"verb":"signal","name":"go"})");
    REQUIRE(house.k->send(outcome.run, message->view()));
    auto ended = house.k->resume(outcome.run, Unknown::keep_waiting, {});
    REQUIRE(ended);
    REQUIRE(ended->state == RunState::completed);
  }
  const auto all = house.proposals(workflow);
  REQUIRE(all.size() == 1);
  CHECK(all.front().becomes == "$input.b or $input.a");
  house.accept(workflow, all.front().id);
  const Outcome begun = house.run(workflow, R"({"a":false,"b":true})");
  REQUIRE(begun.state == RunState::waiting);
  REQUIRE(Learning(*house.k).withdraw(workflow, all.front().id));
  const auto message = Document::parse_json(R"({"verb":"signal","name":"go"})");
  REQUIRE(house.k->send(begun.run, message->view()));
  auto ended = house.k->resume(begun.run, Unknown::keep_waiting, {});
  REQUIRE(ended);
  CHECK(ended->state == RunState::completed);
  auto shown = house.k->show(begun.run);
  REQUIRE(shown);
  CHECK(asked(*shown) == "$input.b or $input.a");
  auto replayed = house.k->replay(begun.run, UINT64_MAX);
  REQUIRE(replayed);
  CHECK(replayed->differences.empty());
}

// The process ends as soon as so many events have left it.
struct Killer {
  explicit Killer(uint64_t at) : left(at) {
    table.size = sizeof table;
    table.kinds = UINT64_MAX;
    table.consume = [](void* self, const weft_event* const*, uint32_t n, uint64_t) noexcept {
      auto& one = *static_cast<Killer*>(self);
      if (one.left <= n) _exit(9);
      one.left -= n;
    };
    table.flush = [](void*, const weft_call*, weft_out*) noexcept -> weft_status {
      return WEFT_OK;
    };
  }

  weft_sink table{};
  uint64_t left;
};

// Runs it and ends this process; with 9 when it was killed.
[[noreturn]] void run_and_exit(const std::string& store, const std::string& text, uint64_t at) {
  Killer killer(at);
  KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS};
  options.store = store;
  options.observer = &killer.table;
  options.observer_self = &killer;
  auto made = Kernel::create(std::move(options));
  if (!made) _exit(2);
  const auto input = Document::parse_json(R"({"paid":true,"score":80,"broken":false})");
  const Loaded loaded = (*made)->load(text, "x.json");
  RunOptions how;
  how.input = input->view();
  const auto outcome = (*made)->run(loaded.workflow.front(), how);
  _exit(outcome ? 0 : 1);
}

TEST_CASE("a decision is learned once wherever the process that made it ended", "[learning]") {
  const std::string text = triage(R"("learning":true,)");
  uint64_t killed = 0;
  for (uint64_t at = 1; at <= 40; ++at) {
    House house;
    house.k.reset();
    std::filesystem::remove(house.folder.path + "/weft.db");
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) run_and_exit(house.store_url, text, at);
    int status = 0;
    REQUIRE(waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    const int code = WEXITSTATUS(status);
    REQUIRE((code == 0 || code == 9));
    if (code == 9) ++killed;
    house.open();
    auto adopted = house.k->adopt();
    REQUIRE(adopted);
    for (const Adopted& one : *adopted) REQUIRE(house.k->wait(one.run));
    INFO("killed at event " << at);
    const Learned learned = house.learned();
    REQUIRE(learned.runs == 1);
    REQUIRE(learned.conditions.size() == 1);
    CHECK(learned.conditions.front().count == 1);
    CHECK(learned.conditions.front().when_true.succeeded == 1);
    // And whatever is forgotten, it stays one.
    REQUIRE(house.k->forget({}));
    CHECK(house.learned().conditions.front().count == 1);
    if (code == 0) break;
  }
  CHECK(killed > 5);
}

}  // namespace weft::tests
