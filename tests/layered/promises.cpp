// A commit over two layers, and a process that ends, or a layer that refuses, at every step of it.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <map>

#include "catch.hpp"
#include "layers.hpp"
#include "subject.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

constexpr const char* shared =
    R"({"name": "shared", "at": "sqlite:shared.db", "keys": ["state/", "only/"]})";

// What the layers do at their commits, which are counted over all of them.
struct Gate {
  enum class Way { none, die_before, die_after, refuse, refuse_shared, answer_later };
  Way way = Way::none;
  int at = 0;    // the commit at which it happens
  int seen = 0;  // commits so far
  std::map<void*, const weft_store*> tables;
  std::map<void*, bool> is_shared;
  std::map<void*, weft_store> made;

  static Gate& one() {
    static Gate gate;
    return gate;
  }
  static weft_status say(weft_out* out) {
    const std::string_view text = "another process wrote for too long";
    out->err->msg_len = static_cast<uint32_t>(text.copy(out->err->msg, sizeof out->err->msg));
    return WEFT_BUSY;
  }
  static weft_status commit(void* self, const weft_call* call, const weft_owner* owner,
                            const weft_sop* const* ops, uint32_t n, weft_out* out) noexcept {
    Gate& gate = one();
    const bool is_it = ++gate.seen == gate.at;
    if (is_it && gate.way == Way::die_before) ::kill(::getpid(), SIGKILL);
    if (is_it && gate.way == Way::refuse) return say(out);
    if (gate.way == Way::refuse_shared && gate.is_shared[self]) return say(out);
    if (gate.way == Way::answer_later && gate.is_shared[self]) return WEFT_PENDING;
    const weft_status status = gate.tables[self]->commit(self, call, owner, ops, n, out);
    if (is_it && gate.way == Way::die_after) ::kill(::getpid(), SIGKILL);
    return status;
  }
  static const weft_store* watch(std::string_view url, const weft_store* table, void* self) {
    Gate& gate = one();
    gate.tables[self] = table;
    gate.is_shared[self] = url.find("shared") != std::string_view::npos;
    weft_store& made = gate.made[self] = *table;
    made.commit = &Gate::commit;
    return &made;
  }
};

// As long as it lives the layers behave so.
class Watched final {
 public:
  Watched(Gate::Way way, int at) {
    Gate::one() = Gate();
    Gate::one().way = way;
    Gate::one().at = at;
    StoreHost::watch = &Gate::watch;
  }
  ~Watched() { StoreHost::watch = nullptr; }
  Watched(const Watched&) = delete;
  Watched& operator=(const Watched&) = delete;
};

constexpr int turns = 5;

// Turn k: a record of the run, keys of both layers, and once a key that must be new.
Reply turn(StoreHost& store, int k) {
  const std::string text = std::to_string(k);
  Batch batch;
  batch.append("a", static_cast<uint64_t>(k), text).summary("a", "running").put("here", text);
  batch.put("state/n", text).put("state/" + text, text);
  if (k == 2) batch.put_new("only/once", text);
  if (k == 4) batch.erase("state/1");
  return store.commit(batch);
}

// How many turns are there; -1 when one is there in part.
int found(StoreHost& store) {
  const auto k = static_cast<int>(store.load("a").records.size());
  const std::string text = k == 0 ? "-" : std::to_string(k);
  bool is_whole = at(store, "here") == text && at(store, "state/n") == text &&
                  at(store, "only/once") == (k >= 2 ? "2" : "-") &&
                  at(store, "state/" + std::to_string(k + 1)) == "-";
  if (k > 0) is_whole = is_whole && at(store, "state/1") == (k >= 4 ? "-" : "1");
  return is_whole ? k : -1;
}

// Plays until the end, or until it dies; tells how many turns were acknowledged.
int play(const Place& place, int to) {
  StoreHost store(place);
  if (!store.is_open() || store.acquire() != WEFT_OK) return 1;
  for (int k = 1; k <= turns; ++k) {
    if (turn(store, k).status != WEFT_OK) return 1;
    const char one = 'k';
    if (::write(to, &one, 1) != 1) return 1;
    if (k == 3) static_cast<void>(store.tend());
  }
  return store.stop() == WEFT_OK ? 0 : 1;
}

struct Ended {
  bool was_killed = false;
  int acknowledged = 0;
};

Ended play_in_a_process(const Place& place) {
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) ::_exit(play(place, fds[1]));
  ::close(fds[1]);
  Ended ended;
  char one = 0;
  while (::read(fds[0], &one, 1) == 1) ++ended.acknowledged;
  ::close(fds[0]);
  int status = 0;
  ::waitpid(pid, &status, 0);
  ended.was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  REQUIRE((ended.was_killed || (WIFEXITED(status) && WEXITSTATUS(status) == 0)));
  return ended;
}

// What another process sees before anybody has recovered is never ahead of the first layer.
void check_survivor(const Folder& folder, const Place& place, int acknowledged) {
  StoreHost other(document(folder, "other", shared));
  REQUIRE(other.message() == "");
  const std::string early = at(other, "state/n");
  int there = -1;
  {
    StoreHost store(place);
    REQUIRE(store.message() == "");
    REQUIRE(store.acquire() == WEFT_OK);
    there = found(store);
    REQUIRE((there == acknowledged || there == acknowledged + 1));
    CHECK((early == "-" ? 0 : std::stoi(early)) <= there);
    CHECK((early == "-" ? 0 : std::stoi(early)) >= there - 1);
  }
  INFO("what was brought once is not brought again");
  CHECK(at(other, "state/n") == (there == 0 ? "-" : std::to_string(there)));
  const Reply once = other.commit(Batch().put_new("only/once", "of the other"));
  CHECK(once.status == (there >= 2 ? WEFT_CONFLICT : WEFT_OK));
  REQUIRE(other.commit(Batch().put("state/n", "later")).message == "");
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  CHECK(at(store, "state/n") == "later");
  const bool meets_the_other = there < 2 && there + 1 == 2;
  if (there < turns && !meets_the_other) CHECK(turn(store, there + 1).message == "");
}

TEST_CASE("a process killed at any step leaves no turn in part, in no layer", "[layered]") {
  const auto way = GENERATE(Gate::Way::die_before, Gate::Way::die_after);
  int points = 0;
  for (bool goes_on = true; goes_on; ++points) {
    Folder folder;
    const Place place = document(folder, "local", shared);
    Ended ended;
    {
      const Watched watched(way, points + 1);
      ended = play_in_a_process(place);
    }
    INFO("commit " << points + 1 << ", acknowledged " << ended.acknowledged);
    goes_on = ended.was_killed;
    REQUIRE((goes_on || ended.acknowledged == turns));
    check_survivor(folder, place, ended.acknowledged);
  }
  CHECK(points > 2 * turns);
}

TEST_CASE("a layer that is busy at any step refuses a turn whole, or gets it later", "[layered]") {
  bool was_refused = false;
  for (int point = 1;; ++point) {
    Folder folder;
    const Place place = document(folder, "local", shared);
    INFO("commit " << point);
    {
      const Watched watched(Gate::Way::refuse, point);
      StoreHost store(place);
      REQUIRE(store.acquire() == WEFT_OK);
      for (int k = 1; k <= turns; ++k) {
        Reply reply = turn(store, k);
        if (reply.status != WEFT_OK) {
          was_refused = true;
          CHECK(reply.status == WEFT_BUSY);
          CHECK_THAT(reply.message, ContainsSubstring("layer '"));
          REQUIRE(found(store) == k - 1);
          reply = turn(store, k);
        }
        REQUIRE(reply.message == "");
        REQUIRE(found(store) == k);
      }
      REQUIRE(store.stop() == WEFT_OK);
      if (Gate::one().seen < point) break;
    }
    StoreHost store(place);
    REQUIRE(store.acquire() == WEFT_OK);
    CHECK(found(store) == turns);
  }
  CHECK(was_refused);
}

TEST_CASE("while a layer cannot be written one turn is promised to it, and runs go on",
          "[layered]") {
  Folder folder;
  const Place place = document(folder, "local", shared);
  StoreHost other(document(folder, "other", shared));
  const Watched watched(Gate::Way::none, 0);
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  REQUIRE(turn(store, 1).message == "");
  Gate::one().way = Gate::Way::refuse_shared;
  REQUIRE(store.commit(Batch().append("a", 2, "2").put("state/n", "2").erase("state/1")).message ==
          "");
  INFO("this process reads what is promised, others what is there");
  CHECK(at(store, "state/n") == "2");
  CHECK(at(store, "state/1") == "-");
  CHECK(keys(store, "state/") == std::vector<std::string>{"state/n"});
  CHECK(at(other, "state/n") == "1");
  const Reply next = store.commit(Batch().append("a", 3, "3").put("state/n", "3"));
  CHECK(next.status == WEFT_BUSY);
  CHECK_THAT(next.message,
             ContainsSubstring("layer 'shared': another process wrote for too long") &&
                 ContainsSubstring("nothing of this commit is kept"));
  CHECK(Value(next.kept->out()->err->detail)["hint"_k].as_text() ==
        "try again when the layer can be written");
  CHECK(store.load("a").records.size() == 2);
  CHECK(store.commit(Batch().put("state/n", "alone")).status == WEFT_BUSY);
  CHECK(store.commit(Batch().append("a", 3, "3").put("here", "3")).message == "");
  Gate::one().way = Gate::Way::none;
  REQUIRE(store.tend().message == "");
  CHECK(at(other, "state/n") == "2");
  CHECK(keys(other, "state/") == std::vector<std::string>{"state/n"});
}

TEST_CASE("a store that answers later is refused as a layer", "[layered]") {
  Folder folder;
  const Watched watched(Gate::Way::answer_later, 0);
  StoreHost store(document(folder, "local", shared));
  const Reply reply = store.commit(Batch().put("state/n", "1"));
  CHECK(reply.status == WEFT_UNSUPPORTED);
  CHECK_THAT(reply.message, ContainsSubstring("layer 'shared'") && ContainsSubstring("at once"));
}

TEST_CASE("a promise to a layer that is listed no more is not forgotten", "[layered]") {
  Folder folder;
  const Place place = document(folder, "local", shared);
  {
    const Watched watched(Gate::Way::refuse_shared, 0);
    StoreHost store(place);
    REQUIRE(store.commit(Batch().append("a", 1, "1").put("state/n", "1")).message == "");
  }
  {
    StoreHost store(document(folder, "local", ""));
    const Reply reply = store.get("here");
    CHECK(reply.status == WEFT_FAILED);
    CHECK_THAT(reply.message, ContainsSubstring("local.json") && ContainsSubstring("'shared'"));
  }
  StoreHost store(document(folder, "local", shared));
  CHECK(at(store, "state/n") == "1");
}

TEST_CASE("a key that a process was about to put as it ended is free once its store was opened",
          "[layered]") {
  Folder folder;
  const Place place = document(folder, "local", shared);
  const pid_t pid = ::fork();
  REQUIRE(pid >= 0);
  if (pid == 0) {
    const Watched watched(Gate::Way::die_after, 2);  // behind the number of its store: the hold
    StoreHost store(place);
    static_cast<void>(store.acquire());
    static_cast<void>(store.commit(Batch().append("a", 1, "1").put_new("only/x", "one")));
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  StoreHost other(document(folder, "other", shared));
  CHECK(at(other, "only/x") == "-");
  for (const bool is_alone : {true, false}) {
    Batch batch;
    batch.put_new("only/x", "other");
    if (!is_alone) batch.append("b", 1, "1");
    const Reply reply = other.commit(batch);
    CHECK(reply.status == WEFT_CONFLICT);
    CHECK_THAT(reply.message, ContainsSubstring("layer 'shared'") &&
                                  ContainsSubstring("another process is about to put 'only/x'"));
  }
  {
    StoreHost store(place);
    CHECK(store.load("a").status == WEFT_NOT_FOUND);
  }
  CHECK(other.commit(Batch().append("b", 1, "1").put_new("only/x", "other")).message == "");
  CHECK(at(other, "only/x") == "other");
}

TEST_CASE("of two first layers one alone puts a new key in a shared one", "[layered]") {
  Folder folder;
  StoreHost one(document(folder, "one", shared)), two(document(folder, "two", shared));
  REQUIRE(one.acquire() == WEFT_OK);
  REQUIRE(two.acquire() == WEFT_OK);
  REQUIRE(one.commit(Batch().append("a", 1, "1").put_new("only/x", "one")).message == "");
  const Reply late = two.commit(Batch().append("b", 1, "1").put_new("only/x", "two"));
  CHECK(late.status == WEFT_CONFLICT);
  CHECK_THAT(late.message, ContainsSubstring("'only/x'"));
  CHECK(two.load("b").status == WEFT_NOT_FOUND);
  INFO("a commit that the first layer refuses takes no key");
  CHECK(two.commit(Batch().append("b", 7, "7").put_new("only/y", "two")).status == WEFT_CONFLICT);
  CHECK(at(one, "only/y") == "-");
  CHECK(one.commit(Batch().append("a", 2, "2").put_new("only/y", "one")).message == "");
  CHECK(at(two, "only/y") == "one");
}

}  // namespace
}  // namespace weft::test
