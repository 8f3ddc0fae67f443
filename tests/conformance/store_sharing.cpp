// The suite of every state store: reopening, owners and fences, several instances and processes.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Texts = std::vector<std::string>;

struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
};

// Says why a case does not apply, so that a pass is not mistaken for a proof.
bool lacks(const Place& place, uint32_t flag, const char* reason) {
  StoreHost store(place);
  REQUIRE(store.message() == "");
  if (store.has(flag)) return false;
  WARN("skipped: " << reason);
  return true;
}

// A process that opens the store, plays its part, says so and waits to be killed.
class Child final {
 public:
  template <class F>
  explicit Child(const F& part) {
    int fds[2];
    REQUIRE(::pipe(fds) == 0);
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      const char word = part() ? 'y' : 'n';
      if (::write(fds[1], &word, 1) != 1) ::_exit(2);
      for (;;) ::pause();
    }
    char word = 0;
    const bool spoke = ::read(fds[0], &word, 1) == 1;
    ::close(fds[0]);
    ::close(fds[1]);
    is_done_ = spoke && word == 'y';
  }
  ~Child() { kill(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  bool is_done() const { return is_done_; }
  void kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = -1;
  }

 private:
  pid_t pid_ = -1;
  bool is_done_ = false;
};

TEST_CASE_METHOD(Fixture, "what was committed is there after reopening", "[store]") {
  if (lacks(place, WEFT_STORE_DURABLE, "the store forgets")) return;
  const bool tended = GENERATE(false, true);
  {
    StoreHost store(place);
    REQUIRE(store.commit(Batch().append("a", 1, "1").summary("a", "running")).status == WEFT_OK);
    if (tended) REQUIRE(store.tend().status == WEFT_OK);
    REQUIRE(store.commit(Batch().append("a", 2, "2").put("k", "v").timer("a", 1, 5)).status ==
            WEFT_OK);
  }
  for (int i = 0; i < 2; ++i) {
    StoreHost store(place);
    CHECK(store.load("a").records == Texts{"1", "2"});
    CHECK(store.load("a").value["status"_k].as_text() == "running");
    CHECK(store.get("k").value.as_bytes() == "v");
    CHECK(store.scan("timer/").value.size() == 1);
    CHECK(store.commit(Batch().append("a", 2, "x")).status == WEFT_CONFLICT);
    REQUIRE(store.tend().status == WEFT_OK);
  }
}

TEST_CASE_METHOD(Fixture, "what was acknowledged survives the killing of the process", "[store]") {
  if (lacks(place, WEFT_STORE_DURABLE, "the store forgets")) return;
  const bool tended = GENERATE(false, true);
  Child child([&] {
    StoreHost store(place);
    bool fine = store.is_open();
    for (uint64_t seq = 1; fine && seq <= 50; ++seq) {
      fine = store.commit(Batch().append("a", seq, std::to_string(seq))).status == WEFT_OK;
      if (tended && seq == 25) fine = fine && store.tend().status == WEFT_OK;
    }
    return fine;
  });
  REQUIRE(child.is_done());
  child.kill();
  StoreHost store(place);
  CHECK(store.load("a").records.size() == 50);
}

TEST_CASE_METHOD(Fixture, "epochs grow and only a held one may renew or release", "[store]") {
  StoreHost store(place);
  weft_owner first{sizeof first, 0, 0, 0}, second = first;
  REQUIRE(store.own(WEFT_OWNER_ACQUIRE, first) == WEFT_OK);
  REQUIRE(store.own(WEFT_OWNER_ACQUIRE, second) == WEFT_OK);
  CHECK(first.epoch > 0);
  CHECK(second.epoch > first.epoch);
  CHECK(store.own(WEFT_OWNER_RENEW, first) == WEFT_OK);
  CHECK(store.own(WEFT_OWNER_RELEASE, first) == WEFT_OK);
  CHECK(store.own(WEFT_OWNER_RENEW, first) == WEFT_FENCED);
  CHECK(store.own(WEFT_OWNER_RELEASE, first) == WEFT_FENCED);
  CHECK(store.own(WEFT_OWNER_RENEW, second) == WEFT_OK);
  CHECK(store.own(77, second) == WEFT_UNSUPPORTED);
  store.owner = first;
  CHECK(store.claim().status == WEFT_FENCED);
}

// It is fenced off the run that was taken over, and off that one alone.
TEST_CASE_METHOD(Fixture, "stale_owner_cannot_write", "[store]") {
  StoreHost store(place);
  weft_owner old{sizeof old, 0, 0, 0}, young = old;
  REQUIRE(store.own(WEFT_OWNER_ACQUIRE, old) == WEFT_OK);
  REQUIRE(store.own(WEFT_OWNER_ACQUIRE, young) == WEFT_OK);
  store.owner = old;
  Batch both;
  both.append("a", 1, "1").summary("a", "running").append("b", 1, "1").summary("b", "running");
  REQUIRE(store.commit(both).status == WEFT_OK);
  if (GENERATE(false, true)) REQUIRE(store.tend().status == WEFT_OK);
  store.owner = young;
  REQUIRE(store.commit(Batch().append("a", 2, "2").summary("a", "running")).status == WEFT_OK);
  store.owner = old;
  const Reply reply = store.commit(Batch().append("b", 2, "2").append("a", 3, "3").put("k", "v"));
  CHECK(reply.status == WEFT_FENCED);
  CHECK_THAT(reply.message, ContainsSubstring("'a'"));
  CHECK(store.commit(Batch().timer("a", 1, 1)).status == WEFT_FENCED);
  CHECK(store.commit(Batch().summary("a", "failed")).status == WEFT_FENCED);
  CHECK(store.load("b").records == Texts{"1"});
  CHECK(store.get("k").status == WEFT_NOT_FOUND);
  CHECK(store.commit(Batch().append("b", 2, "2")).status == WEFT_OK);
}

TEST_CASE_METHOD(Fixture, "claim takes the runs whose owner is gone and that have not ended",
                 "[store]") {
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  weft_owner gone = store.owner;
  Batch batch;
  batch.summary("done", "completed").summary("half", "partially_completed");
  batch.summary("bad", "failed").summary("off", "cancelled");
  batch.summary("r1", "running").summary("r2", "waiting").append("r3", 1, "x");
  REQUIRE(store.commit(batch).status == WEFT_OK);
  if (GENERATE(false, true)) REQUIRE(store.tend().status == WEFT_OK);
  REQUIRE(store.acquire() == WEFT_OK);
  CHECK(store.claim().texts("runs"_k) == Texts{"r3"});  // never had an owner
  CHECK(store.claim("r1").status == WEFT_BUSY);
  REQUIRE(store.own(WEFT_OWNER_RELEASE, gone) == WEFT_OK);
  CHECK(store.claim("", 0, 1).texts("runs"_k).size() == 1);
  CHECK(store.claim().texts("runs"_k).size() == 1);
  CHECK(store.claim().texts("runs"_k).empty());
  CHECK(store.claim("r1").texts("runs"_k) == Texts{"r1"});  // ours already
  CHECK(store.claim("done").status == WEFT_CONFLICT);
  CHECK(store.claim("nobody").status == WEFT_NOT_FOUND);
  store.owner = gone;
  CHECK(store.commit(Batch().append("r1", 1, "late")).status == WEFT_FENCED);
}

TEST_CASE_METHOD(Fixture, "two instances see each other's commits at once", "[store]") {
  if (lacks(place, WEFT_STORE_SHARED, "the store belongs to one process")) return;
  StoreHost one(place), two(place);
  REQUIRE(one.acquire() == WEFT_OK);
  REQUIRE(two.acquire() == WEFT_OK);
  for (uint64_t seq = 1; seq <= 30; ++seq) {
    StoreHost& writer = seq % 3 == 0 ? two : one;
    StoreHost& reader = seq % 3 == 0 ? one : two;
    const std::string run = seq % 3 == 0 ? "of two" : "of one";
    const uint64_t next = reader.load(run).records.size() + 1;
    Batch batch;
    batch.append(run, next, std::to_string(seq)).summary(run, "running").put("k", run);
    REQUIRE(writer.commit(batch).message == "");
    REQUIRE(reader.load(run).records.back() == std::to_string(seq));
    REQUIRE(reader.get("k").value.as_bytes() == run);
    if (seq % 7 == 0) REQUIRE(reader.tend().message == "");
    if (seq % 11 == 0) REQUIRE(writer.tend().message == "");
  }
  CHECK(one.load("of one").records.size() == 20);
  CHECK(one.scan("run/").value.size() == 2);
  CHECK(one.commit(Batch().append("of two", 11, "theirs")).status == WEFT_FENCED);
  const Reply owned = one.claim("of two");
  CHECK(owned.status == WEFT_BUSY);
  CHECK_THAT(owned.message, ContainsSubstring("'of two'"));
}

TEST_CASE_METHOD(Fixture, "an instance that was overtaken unseen is fenced, not believed",
                 "[store]") {
  if (lacks(place, WEFT_STORE_SHARED, "the store belongs to one process")) return;
  StoreHost one(place), two(place);
  REQUIRE(one.acquire() == WEFT_OK);
  REQUIRE(two.acquire() == WEFT_OK);
  REQUIRE(one.commit(Batch().append("a", 1, "1").summary("a", "running")).status == WEFT_OK);
  REQUIRE(two.commit(Batch().append("a", 2, "2").summary("a", "running")).status == WEFT_OK);
  if (GENERATE(false, true)) REQUIRE(two.tend().status == WEFT_OK);
  CHECK(one.commit(Batch().append("a", 2, "mine")).status == WEFT_FENCED);
  CHECK(two.load("a").records == Texts{"1", "2"});
}

TEST_CASE_METHOD(Fixture, "a run is claimed at once when the process that owned it was killed",
                 "[store]") {
  if (lacks(place, WEFT_STORE_SHARED, "the store belongs to one process")) return;
  Child child([&] {
    auto* store = new StoreHost(place);  // it must outlive the part, as the process does
    return store->is_open() && store->acquire() == WEFT_OK &&
           store->commit(Batch().append("a", 1, "1").summary("a", "running")).status == WEFT_OK;
  });
  REQUIRE(child.is_done());
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  CHECK(store.claim().texts("runs"_k).empty());
  CHECK(store.claim("a").status == WEFT_BUSY);
  const uint64_t epoch = store.get("owner/a").value["epoch"_k].as_u64();
  const std::string owner = "epoch/" + std::to_string(epoch);
  CHECK(store.get("owner/a").value["alive"_k].as_bool());
  CHECK(store.get(owner).value["alive"_k].as_bool());
  child.kill();
  CHECK_FALSE(store.get("owner/a").value["alive"_k].as_bool(true));
  CHECK_FALSE(store.get(owner).value["alive"_k].as_bool(true));
  CHECK(store.claim().texts("runs"_k) == Texts{"a"});
  CHECK(store.load("a").records == Texts{"1"});
  CHECK(store.commit(Batch().append("a", 2, "2")).status == WEFT_OK);
}

TEST_CASE_METHOD(Fixture, "processes that write at the same time do not disturb each other",
                 "[store]") {
  if (lacks(place, WEFT_STORE_SHARED, "the store belongs to one process")) return;
  const auto write = [&](std::string_view run) {
    StoreHost store(place);
    bool fine = store.is_open() && store.acquire() == WEFT_OK;
    for (uint64_t seq = 1; fine && seq <= 60; ++seq) {
      fine = store.commit(Batch().append(run, seq, "x").summary(run, "running")).status == WEFT_OK;
      if (seq % 20 == 0) fine = fine && store.tend().status == WEFT_OK;
    }
    return fine;
  };
  std::vector<pid_t> others;
  for (const char* run : {"p", "q"}) {
    others.push_back(::fork());
    REQUIRE(others.back() >= 0);
    if (others.back() == 0) ::_exit(write(run) ? 0 : 1);
  }
  CHECK(write("own"));
  for (const pid_t pid : others) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    CHECK(status == 0);
  }
  StoreHost store(place);
  for (const char* run : {"p", "q", "own"}) CHECK(store.load(run).records.size() == 60);
}

}  // namespace
}  // namespace weft::test
