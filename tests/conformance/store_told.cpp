// The suite of every store that keeps readable history: what was told, and what is still to be.
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Texts = std::vector<std::string>;

// Events of a sequence of steps that do nothing, as the kernel tells them.
std::vector<weft_event> events(uint64_t first, uint64_t last) {
  std::vector<weft_event> all;
  for (uint64_t seq = first; seq <= last; ++seq) {
    weft_event e{};
    e.size = sizeof e;
    e.seq = seq;
    e.time_ns = static_cast<int64_t>(1'700'000'000'000'000'000 + seq * 1000);
    e.type = to_str(seq % 2 == 0 ? "workflow.step.started" : "workflow.step.succeeded");
    e.step = to_str("one");
    e.attempt = static_cast<uint32_t>(seq / 2);
    all.push_back(e);
  }
  return all;
}

struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
  StoreHost store{place};
  bool tended = GENERATE(false, true);

  Fixture() {
    REQUIRE(store.message() == "");
    REQUIRE(store.acquire() == WEFT_OK);
  }
  bool tells_nothing() {
    if (store.has(WEFT_STORE_TABLES)) return false;
    CHECK(store.scan("untold/").value.size() == 0);
    WARN("skipped: the store keeps no readable history");
    return true;
  }
  void commit(const Batch& batch) {
    const Reply reply = store.commit(batch);
    REQUIRE(reply.message == "");
    if (tended) REQUIRE(store.tend().message == "");
  }
  void tell(std::string_view run, uint64_t first, uint64_t last) {
    REQUIRE(store.tell(run, events(first, last)).message == "");
  }
  // What is still to be told: run, told, last sequence.
  Texts untold(std::string_view after = {}, uint32_t max = 0) {
    Texts found;
    const Reply reply = store.scan("untold/", after, max);
    REQUIRE(reply.status == WEFT_OK);
    for (const Value v : reply.value) {
      const Value counts = v["value"_k];
      found.push_back(std::string(v["key"_k].as_text()) + " " +
                      std::to_string(counts["told"_k].as_u64()) + " " +
                      std::to_string(counts["last_seq"_k].as_u64()));
    }
    return found;
  }
};

TEST_CASE_METHOD(Fixture, "runs with events that were not told are listed in order", "[store]") {
  if (tells_nothing()) return;
  commit(Batch().append("b", 1, 4, "b").append("d", 1, 2, "d").summary("quiet", "running"));
  REQUIRE(store.tend().message == "");
  commit(Batch().append("a", 1, 3, "a").append("b", 5, 6, "b").fork("c", 8, "c"));
  CHECK(untold() == Texts{"untold/a 0 3", "untold/b 0 6", "untold/c 7 8", "untold/d 0 2"});
  CHECK(untold("untold/a", 2) == Texts{"untold/b 0 6", "untold/c 7 8"});
  CHECK(untold("untold/d").empty());
  tell("b", 1, 6);
  tell("c", 8, 8);
  tell("a", 1, 2);
  CHECK(untold() == Texts{"untold/a 2 3", "untold/d 0 2"});
  tell("a", 3, 3);
  tell("d", 1, 2);
  CHECK(untold().empty());
  commit(Batch().append("b", 7, 9, "b"));
  CHECK(untold() == Texts{"untold/b 6 9"});
  CHECK(store.load("b").records == Texts{"b", "b", "b"});
}

TEST_CASE_METHOD(Fixture, "events are taken in sequence only, and only those of the run",
                 "[store]") {
  if (tells_nothing()) return;
  commit(Batch().append("a", 1, 9, "a"));
  const auto refuse = [&](std::string_view run, std::vector<weft_event> all, weft_status status) {
    const Reply reply = store.tell(run, all);
    CHECK(reply.status == status);
    CHECK_THAT(reply.message, ContainsSubstring(std::string("'").append(run).append("'")));
  };
  refuse("a", events(2, 3), WEFT_CONFLICT);
  tell("a", 1, 4);
  refuse("a", events(1, 4), WEFT_CONFLICT);
  refuse("a", events(4, 5), WEFT_CONFLICT);
  refuse("a", events(6, 6), WEFT_CONFLICT);
  refuse("a", events(5, 10), WEFT_CONFLICT);
  refuse("nobody", events(1, 1), WEFT_NOT_FOUND);
  auto gap = events(5, 6);
  gap[1].seq = 7;
  refuse("a", gap, WEFT_BAD_INPUT);
  CHECK(untold() == Texts{"untold/a 4 9"});
  CHECK(store.tell("a", {}).status == WEFT_OK);
  tell("a", 5, 9);
  CHECK(untold().empty());
}

TEST_CASE_METHOD(Fixture, "what cannot be told any more counts as told", "[store]") {
  if (tells_nothing()) return;
  commit(Batch().append("a", 1, 5, "a").append("a", 6, 8, "a").snapshot("a", 5, "s"));
  commit(Batch().truncate("a", 5));
  CHECK(untold() == Texts{"untold/a 5 8"});
  tell("a", 6, 8);
  CHECK(untold().empty());
}

TEST_CASE_METHOD(Fixture, "a forgotten run has nothing to be told, and its name begins anew",
                 "[store]") {
  if (tells_nothing()) return;
  commit(Batch().append("a", 1, 4, "a").summary("a", "completed"));
  tell("a", 1, 3);
  commit(Batch().forget("a"));
  CHECK(untold().empty());
  CHECK(store.tell("a", events(4, 4)).status == WEFT_NOT_FOUND);
  commit(Batch().append("a", 1, 2, "b").forget("never was"));
  CHECK(untold() == Texts{"untold/a 0 2"});
  CHECK(store.tell("a", events(4, 4)).status == WEFT_CONFLICT);
  tell("a", 1, 2);
  REQUIRE(store.tend().message == "");
  CHECK(untold().empty());
  CHECK(store.load("a").records == Texts{"b"});
}

TEST_CASE_METHOD(Fixture, "telling many events lets commits pass and loses none", "[store]") {
  if (tells_nothing()) return;
  constexpr uint64_t n = 5000;
  commit(Batch().append("a", 1, n, "a"));
  tell("a", 1, n - 1);
  CHECK(untold() == Texts{"untold/a " + std::to_string(n - 1) + " " + std::to_string(n)});
  commit(Batch().append("a", n + 1, "z"));
  CHECK(store.load("a").records == Texts{"a", "z"});
}

TEST_CASE_METHOD(Fixture, "what was told is there, whole, after the process was killed",
                 "[store]") {
  if (tells_nothing()) return;
  commit(Batch().append("a", 1, 100'000, "a"));
  int fds[2];
  REQUIRE(::pipe(fds) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto* teller = new StoreHost(place);  // it must not end in order
    for (uint64_t seq = 1; seq < 100'000; seq += 700) {
      const bool fine = teller->tell("a", events(seq, seq + 699)).status == WEFT_OK;
      const char word = fine ? 'y' : 'n';
      if (::write(fds[1], &word, 1) != 1) ::_exit(2);
    }
    ::_exit(3);
  }
  char words[5] = {};
  for (char& word : words) REQUIRE(::read(fds[0], &word, 1) == 1);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(fds[0]);
  ::close(fds[1]);
  CHECK(std::string_view(words, 5) == "yyyyy");
  StoreHost again(place);
  const Reply reply = again.scan("untold/");
  REQUIRE(reply.value.size() == 1);
  const uint64_t told = reply.value[0]["value"_k]["told"_k].as_u64();
  CHECK(told >= 5 * 700);
  CHECK(again.tell("a", events(told + 2, told + 3)).status == WEFT_CONFLICT);
  CHECK(again.tell("a", events(told + 1, told + 3)).message == "");
}

}  // namespace
}  // namespace weft::test
