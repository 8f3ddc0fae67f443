// The suite of every state store: chains of snapshots, forks, runs that are forgotten, new keys.
#include <sys/wait.h>
#include <unistd.h>

#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Texts = std::vector<std::string>;
using Chain = std::vector<std::pair<uint64_t, std::string>>;

// Every case runs three times: with all in the log, all in the tables, and some in each.
struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
  StoreHost store{place};
  int tended = GENERATE(0, 1, 2);

  Fixture() {
    REQUIRE(store.message() == "");
    REQUIRE(store.acquire() == WEFT_OK);
  }
  void half_way() {
    if (tended == 2) REQUIRE(store.tend().status == WEFT_OK);
  }
  void settle() {
    if (tended == 1) REQUIRE(store.tend().status == WEFT_OK);
  }
  void commit(const Batch& batch) {
    const Reply reply = store.commit(batch);
    REQUIRE(reply.message == "");
    REQUIRE(reply.status == WEFT_OK);
  }
  void refuse(const Batch& batch, weft_status status, std::string_view word) {
    const Reply reply = store.commit(batch);
    CHECK(reply.status == status);
    CHECK_THAT(reply.message, ContainsSubstring(std::string(word)));
    if (status == WEFT_CONFLICT) CHECK(reply.code == "store.conflict");
  }
  size_t count(std::string_view prefix) { return store.scan(prefix).value.size(); }
};

TEST_CASE_METHOD(Fixture, "load gives the chain of snapshots in order, then what came after",
                 "[store]") {
  for (uint64_t seq = 1; seq <= 9; ++seq) commit(Batch().append("a", seq, std::to_string(seq)));
  commit(Batch().snapshot("a", 2, "two").truncate("a", 2));
  commit(Batch().snapshot("a", 4, "four", 2));
  half_way();
  commit(Batch().snapshot("a", 7, "seven", 4).truncate("a", 7));
  settle();
  const Reply reply = store.load("a");
  CHECK(reply.snapshots == Chain{{2, "two"}, {4, "four"}, {7, "seven"}});
  CHECK(reply.records == Texts{"8", "9"});
  CHECK(store.load("a", 1).snapshots.empty());
  CHECK(store.load("a", 1).records == Texts{"8", "9"});
  CHECK(store.load("a", 9).records == Texts{"9"});
}

TEST_CASE_METHOD(Fixture, "a snapshot of the whole begins the chain anew", "[store]") {
  commit(Batch().append("a", 1, 9, "all").snapshot("a", 2, "two").snapshot("a", 4, "four", 2));
  half_way();
  commit(Batch().snapshot("a", 6, "six"));
  settle();
  CHECK(store.load("a").snapshots == Chain{{6, "six"}});
  commit(Batch().snapshot("a", 8, "eight", 6));
  CHECK(store.load("a").snapshots == Chain{{6, "six"}, {8, "eight"}});
  CHECK(store.load("a").records == Texts{"all"});
}

TEST_CASE_METHOD(Fixture, "a snapshot adds to the latest one or is refused", "[store]") {
  commit(Batch().append("a", 1, 9, "all").snapshot("a", 2, "two"));
  half_way();
  commit(Batch().snapshot("a", 4, "four", 2));
  settle();
  refuse(Batch().snapshot("a", 6, "six", 2), WEFT_CONFLICT, "'a' is that of sequence 4");
  refuse(Batch().snapshot("a", 6, "six", 5), WEFT_CONFLICT, "adds to 5");
  refuse(Batch().snapshot("b", 6, "six", 5), WEFT_CONFLICT, "'b'");
  CHECK(store.load("a").snapshots == Chain{{2, "two"}, {4, "four"}});
  CHECK(store.load("b").status == WEFT_NOT_FOUND);
  commit(Batch().snapshot("a", 6, "six", 4).snapshot("a", 7, "seven", 6));
  CHECK(store.load("a").snapshots.size() == 4);
}

TEST_CASE_METHOD(Fixture, "the journal of a fork begins after that of its base", "[store]") {
  commit(Batch().fork("f", 11, "eleven").summary("f", "running"));
  half_way();
  refuse(Batch().fork("f", 12, "x"), WEFT_CONFLICT, "11");
  commit(Batch().append("f", 12, "twelve"));
  settle();
  CHECK(store.load("f").records == Texts{"eleven", "twelve"});
  CHECK(store.load("f", 1).records == Texts{"eleven", "twelve"});
  CHECK(store.load("f", 12).records == Texts{"twelve"});
  CHECK(store.load("f").snapshots.empty());
  refuse(Batch().append("f", 14, "x"), WEFT_CONFLICT, "12");
  commit(Batch().append("f", 13, "thirteen").snapshot("f", 12, "s").truncate("f", 12));
  CHECK(store.load("f").snapshots == Chain{{12, "s"}});
  CHECK(store.load("f").records == Texts{"thirteen"});
}

TEST_CASE_METHOD(Fixture, "a run that has ended is forgotten with all that is its own", "[store]") {
  const char* ends[] = {"completed", "partially_completed", "failed", "cancelled"};
  for (const char* end : ends) {
    const std::string run = std::string("run that ") + end;
    commit(std::move(Batch()
                         .append(run, 1, 3, "x")
                         .snapshot(run, 1, "s")
                         .snapshot(run, 2, "t", 1)
                         .timer(run, 1, 5)
                         .summary(run, end)));
  }
  commit(Batch().append("kept", 1, "k").summary("kept", "completed").timer("kept", 1, 9));
  half_way();
  Batch batch;
  for (const char* end : ends) batch.forget(std::string("run that ") + end);
  commit(batch);
  settle();
  for (const char* end : ends) {
    const std::string run = std::string("run that ") + end;
    CHECK(store.load(run).status == WEFT_NOT_FOUND);
    CHECK(store.load(run, 1).status == WEFT_NOT_FOUND);
    CHECK(store.get("run/" + run).status == WEFT_NOT_FOUND);
    CHECK(store.claim(run).status == WEFT_NOT_FOUND);
  }
  CHECK(count("run/") == 1);
  CHECK(count("timer/") == 1);
  CHECK(store.claim("", 100).value["due"_k].size() == 1);
  CHECK(store.load("kept").records == Texts{"k"});
}

TEST_CASE_METHOD(Fixture, "a run that has not ended is not forgotten", "[store]") {
  commit(Batch().append("a", 1, "1").summary("a", "running"));
  commit(Batch().append("b", 1, "1"));  // never said how it stands
  half_way();
  commit(Batch().summary("w", "completed").summary("w", "waiting"));
  settle();
  for (const char* run : {"a", "b", "w"}) {
    refuse(Batch().forget(run), WEFT_CONFLICT, std::string("'").append(run).append("'"));
  }
  commit(Batch().forget("never was"));
  CHECK(store.load("never was").status == WEFT_NOT_FOUND);
  CHECK(store.load("a").records == Texts{"1"});
  commit(Batch().append("a", 2, "2").summary("a", "failed").forget("a"));
  CHECK(store.load("a").status == WEFT_NOT_FOUND);
  CHECK(count("run/") == 2);
}

TEST_CASE_METHOD(Fixture, "a forgotten name is free for another run", "[store]") {
  commit(std::move(Batch()
                       .append("a", 1, 5, "old")
                       .snapshot("a", 3, "old")
                       .truncate("a", 3)
                       .timer("a", 1, 5)
                       .summary("a", "completed")));
  half_way();
  commit(Batch().forget("a").append("a", 1, "new").timer("a", 2, 7));
  refuse(Batch().snapshot("a", 4, "x", 3), WEFT_CONFLICT, "sequence 0");
  refuse(Batch().forget("a"), WEFT_CONFLICT, "not ended");
  settle();
  CHECK(store.load("a").records == Texts{"new"});
  CHECK(store.load("a").snapshots.empty());
  CHECK_FALSE(store.load("a").value["status"_k].exists());
  REQUIRE(count("timer/") == 1);
  CHECK(store.scan("timer/").value[0]["value"_k]["seq"_k].as_u64() == 2);
  commit(Batch().append("a", 2, "newer").summary("a", "failed"));
  commit(Batch().forget("a").fork("a", 7, "of a fork"));
  CHECK(store.load("a").records == Texts{"of a fork"});
}

TEST_CASE_METHOD(Fixture, "an ended run is forgotten by any owner, a later one too", "[store]") {
  const weft_owner old = store.owner;
  REQUIRE(store.acquire() == WEFT_OK);
  commit(Batch().append("a", 1, "1").summary("a", "completed"));
  half_way();
  store.owner = old;
  CHECK(store.commit(Batch().append("a", 2, "2")).status == WEFT_FENCED);
  commit(Batch().forget("a"));
  settle();
  CHECK(store.load("a").status == WEFT_NOT_FOUND);
}

TEST_CASE_METHOD(Fixture, "a put of what must be new is refused when it is there", "[store]") {
  commit(Batch().put_new("k", "first").append("a", 1, "1"));
  half_way();
  commit(Batch().put_new("l", ""));
  settle();
  refuse(Batch().append("a", 2, "2").put_new("k", "second"), WEFT_CONFLICT, "'k'");
  refuse(Batch().put_new("l", "x"), WEFT_CONFLICT, "'l'");
  CHECK(store.get("k").value.as_bytes() == "first");
  CHECK(store.load("a").records == Texts{"1"});
  refuse(Batch().put_new("m", "1").put_new("m", "2"), WEFT_CONFLICT, "'m'");
  refuse(Batch().outbox("n", "1").put_new("outbox/n", "2"), WEFT_CONFLICT, "'outbox/n'");
  refuse(Batch().erase("k").put("k", "1").put_new("k", "2"), WEFT_CONFLICT, "'k'");
  CHECK(store.get("m").status == WEFT_NOT_FOUND);
  commit(Batch().erase("k").put_new("k", "third").put("k", "fourth"));
  CHECK(store.get("k").value.as_bytes() == "fourth");
  commit(Batch().erase("l"));
  settle();
  commit(Batch().put_new("l", "again"));
  CHECK(store.get("l").value.as_bytes() == "again");
}

TEST_CASE("of processes that put the same new key one alone succeeds", "[store]") {
  Folder folder;
  const Place place{folder / "store.db", ""};
  {
    StoreHost store(place);
    REQUIRE(store.message() == "");
    if (!store.has(WEFT_STORE_SHARED)) {
      WARN("skipped: the store belongs to one process");
      return;
    }
  }
  constexpr int keys = 40;
  const auto put_all = [&](const std::string& name) {
    StoreHost store(place);
    int won = store.is_open() && store.acquire() == WEFT_OK ? 0 : 200;
    for (int k = 0; k < keys; ++k) {
      const Reply reply = store.commit(Batch().put_new("start/" + std::to_string(k), name));
      if (reply.status == WEFT_OK) ++won;
      if (reply.status != WEFT_OK && reply.status != WEFT_CONFLICT) won += 100;
      if (k % 16 == 0) static_cast<void>(store.tend());
    }
    return won;
  };
  std::vector<pid_t> others;
  for (const char* name : {"p", "q"}) {
    others.push_back(::fork());
    REQUIRE(others.back() >= 0);
    if (others.back() == 0) ::_exit(put_all(name));
  }
  int won = put_all("own");
  for (const pid_t pid : others) {
    int status = -1;
    ::waitpid(pid, &status, 0);
    REQUIRE(WIFEXITED(status));
    won += WEXITSTATUS(status);
  }
  CHECK(won == keys);
}

TEST_CASE("a value of 64 megabytes is kept whole, or refused with the limit and nothing of it",
          "[store]") {
  Folder folder;
  const Place place{folder / "store.db", ""};
  StoreHost store(place);
  REQUIRE(store.message() == "");
  std::string large(64U << 20U, 'x');
  for (size_t i = 0; i < large.size(); i += 65'521) large[i] = static_cast<char>(i);
  Batch batch;
  batch.append("a", 1, "1");
  batch.raw(WEFT_SOP_KV_PUT, "k").bytes = to_str(large);
  const Reply reply = store.commit(batch);
  if (reply.status == WEFT_OK) {
    CHECK(store.get("k").value.as_bytes() == large);
  } else {
    CHECK(reply.status == WEFT_LIMIT);
    CHECK_THAT(reply.message, ContainsSubstring("bytes"));
    CHECK(store.load("a").status == WEFT_NOT_FOUND);
  }
  CHECK(store.commit(Batch().put("small", "s")).status == WEFT_OK);
}

}  // namespace
}  // namespace weft::test
