// The suite of every state store: commits, order, keys, lists, timers.
#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

// Every case runs twice: right after the commits, and after the store has put its house in order.
struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
  StoreHost store{place};
  bool tended = GENERATE(false, true);

  Fixture() {
    REQUIRE(store.message() == "");
    REQUIRE(store.is_open());
    REQUIRE(store.acquire() == WEFT_OK);
  }
  void settle() {
    if (tended) REQUIRE(store.tend().status == WEFT_OK);
  }
  void commit(const Batch& batch) {
    const Reply reply = store.commit(batch);
    REQUIRE(reply.message == "");
    REQUIRE(reply.status == WEFT_OK);
  }
  std::vector<std::string> keys(std::string_view prefix, std::string_view after = {},
                                uint32_t max = 0) {
    const Reply reply = store.scan(prefix, after, max);
    REQUIRE(reply.status == WEFT_OK);
    std::vector<std::string> found;
    for (const Value v : reply.value) found.emplace_back(v["key"_k].as_text());
    return found;
  }
};

using Texts = std::vector<std::string>;

std::string of(std::string_view name) { return std::string("of ").append(name); }

TEST_CASE_METHOD(Fixture, "a commit of many kinds for many runs is there as a whole", "[store]") {
  commit(std::move(Batch()
                       .append("a", 1, 3, "abc")
                       .summary("a", "running")
                       .append("b", 1, "b1")
                       .append("b", 2, "b2")
                       .summary("b", "running")
                       .put("definition/1", "text")
                       .timer("b", 7, 70)));
  settle();
  CHECK(store.load("a").records == Texts{"abc"});
  CHECK(store.load("b").records == Texts{"b1", "b2"});
  CHECK(store.get("definition/1").value.as_bytes() == "text");
  CHECK(keys("run/") == Texts{"run/a", "run/b"});
  CHECK(keys("timer/").size() == 1);
}

// A commit that is refused leaves nothing of its other operations.
TEST_CASE_METHOD(Fixture, "batch_write_is_atomic", "[store]") {
  commit(Batch().append("a", 1, "a1").summary("a", "running").put("k", "old"));
  settle();
  struct Row {
    const char* why;
    Batch batch;
    weft_status status;
  };
  std::vector<Row> rows;
  const auto others = [] {
    Batch b;
    b.append("n", 1, "n1").append("a", 2, "a2").summary("a", "waiting").put("k", "new");
    b.timer("a", 1, 5).truncate("a", 1).erase("k").outbox("o", "x");
    return b;
  };
  const auto add = [&](const char* why, weft_status status, auto&& spoil) {
    Batch b = others();
    spoil(b);
    rows.push_back({why, std::move(b), status});
  };
  add("unknown kind", WEFT_UNSUPPORTED, [](Batch& b) { b.raw(999, "a"); });
  add("kind zero", WEFT_UNSUPPORTED, [](Batch& b) { b.raw(0, "a"); });
  add("a sequence twice", WEFT_CONFLICT, [](Batch& b) { b.append("a", 2, "again"); });
  add("a gap", WEFT_CONFLICT, [](Batch& b) { b.append("a", 9, "far"); });
  add("a start in the middle", WEFT_CONFLICT, [](Batch& b) { b.append("m", 5, "m5"); });
  add("a key that is there", WEFT_CONFLICT, [](Batch& b) { b.put("k2", "x").put_new("k2", "y"); });
  add("a snapshot of nothing", WEFT_CONFLICT, [](Batch& b) { b.snapshot("a", 2, "s", 1); });
  add("a run that goes on", WEFT_CONFLICT, [](Batch& b) { b.forget("a"); });
  add("a fork of what is known", WEFT_CONFLICT, [](Batch& b) { b.fork("a", 9, "far"); });
  add("a snapshot before itself", WEFT_BAD_INPUT, [](Batch& b) { b.snapshot("a", 2, "s", 2); });
  add("a put that is neither", WEFT_BAD_INPUT, [](Batch& b) { b.raw(5, "z").last = 2; });
  add("a listed key", WEFT_BAD_INPUT, [](Batch& b) { b.put("untold/a", "x"); });
  add("no key", WEFT_BAD_INPUT, [](Batch& b) { b.put("", "x"); });
  add("last before first", WEFT_BAD_INPUT, [](Batch& b) { b.append("x", 1, 0, "x"); });
  add("a key of the store's own", WEFT_BAD_INPUT, [](Batch& b) { b.put("run/a", "x"); });
  for (const Row& row : rows) {
    INFO(row.why);
    const Reply reply = store.commit(row.batch);
    CHECK(reply.status == row.status);
    CHECK(reply.message != "");
    CHECK(reply.message.back() != '.');
    CHECK(store.load("a").records == Texts{"a1"});
    CHECK(store.load("a").value["status"_k].as_text() == "running");
    CHECK(store.load("n").status == WEFT_NOT_FOUND);
    CHECK(store.get("k").value.as_bytes() == "old");
    CHECK(keys("timer/").empty());
    CHECK(keys("outbox/").empty());
  }
  commit(Batch().append("a", 2, "a2"));
  CHECK(store.load("a").records == Texts{"a1", "a2"});
}

TEST_CASE_METHOD(Fixture, "a commit of nothing changes nothing", "[store]") {
  commit(Batch());
  CHECK(keys("run/").empty());
}

TEST_CASE_METHOD(Fixture, "only the last sequence of a run is accepted as expected", "[store]") {
  commit(Batch().append("a", 1, 4, "four"));
  settle();
  CHECK(store.commit(Batch().append("a", 4, "x")).status == WEFT_CONFLICT);
  CHECK(store.commit(Batch().append("a", 6, "x")).status == WEFT_CONFLICT);
  CHECK(store.commit(Batch().append("a", 1, "x")).status == WEFT_CONFLICT);
  const Reply reply = store.commit(Batch().append("a", 9, "x"));
  CHECK_THAT(reply.message, ContainsSubstring("'a'") && ContainsSubstring("4"));
  commit(Batch().append("a", 5, "five"));
}

TEST_CASE_METHOD(Fixture, "records come back in order and byte for byte", "[store]") {
  std::string all(256, '\0');
  for (size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i);
  Texts expected;
  for (uint64_t seq = 1; seq <= 120; ++seq) {
    expected.push_back(all.substr(0, (seq * 37) % 257) + std::to_string(seq));
    commit(Batch().append("a", seq, expected.back()).append("b", seq, "b"));
    if (seq == 60) settle();
  }
  CHECK(store.load("a").records == expected);
  CHECK(store.load("b").records.size() == 120);
  const Reply late = store.load("a", 118);
  CHECK(late.records == Texts(expected.end() - 3, expected.end()));
}

TEST_CASE_METHOD(Fixture, "a record that holds several sequences is given whole", "[store]") {
  commit(Batch().append("a", 1, 5, "1-5").append("a", 6, 9, "6-9"));
  settle();
  CHECK(store.load("a", 3).records == Texts{"1-5", "6-9"});
  CHECK(store.load("a", 6).records == Texts{"6-9"});
  CHECK(store.load("a", 10).records.empty());
}

TEST_CASE_METHOD(Fixture, "a run sees nothing of another, however alike their names", "[store]") {
  const Texts names{"a", "ab", "a/b", "a\xc3\xa4", "A", std::string("a\0b", 3), "a%", "'a'"};
  for (const std::string& name : names) commit(Batch().append(name, 1, of(name)));
  settle();
  for (const std::string& name : names) CHECK(store.load(name).records == Texts{of(name)});
  CHECK(store.load("a/").status == WEFT_NOT_FOUND);
}

TEST_CASE_METHOD(Fixture, "records and entries of megabytes are kept", "[store]") {
  std::string large(3'000'001, 'x');
  for (size_t i = 0; i < large.size(); i += 4093) large[i] = static_cast<char>(i);
  commit(Batch().append("a", 1, large).snapshot("a", 1, large).put("k", large));
  settle();
  CHECK(store.load("a").snapshot->second == large);
  CHECK(store.load("a", 1).records == Texts{large});
  CHECK(store.get("k").value.as_bytes() == large);
}

TEST_CASE_METHOD(Fixture, "load begins with the latest snapshot and goes on after it", "[store]") {
  for (uint64_t seq = 1; seq <= 6; ++seq) {
    commit(Batch().append("a", seq, std::to_string(seq)));
    if (seq == 2 || seq == 4) commit(Batch().snapshot("a", seq, of(std::to_string(seq))));
  }
  CHECK(store.load("a", 1).records.size() == 6);
  CHECK_FALSE(store.load("a", 1).snapshot);
  commit(Batch().truncate("a", 4));
  settle();
  const Reply whole = store.load("a");
  REQUIRE(whole.snapshot);
  CHECK(whole.snapshot->first == 4);
  CHECK(whole.snapshot->second == "of 4");
  CHECK(whole.records == Texts{"5", "6"});
  INFO("from a sequence on, what is still there of the history comes, and no snapshot");
  CHECK_FALSE(store.load("a", 1).snapshot);
  CHECK(store.load("a", 1).records == Texts{"5", "6"});
  CHECK_FALSE(store.load("a", 6).snapshot);
  commit(Batch().append("a", 7, "7"));
  CHECK(store.load("a").records == Texts{"5", "6", "7"});
}

TEST_CASE_METHOD(Fixture, "a run whose records are all forgotten can still go on", "[store]") {
  commit(Batch().append("a", 1, 3, "x").snapshot("a", 3, "s").truncate("a", 3));
  settle();
  CHECK(store.load("a").records.empty());
  commit(Batch().append("a", 4, "y"));
  CHECK(store.load("a").records == Texts{"y"});
}

TEST_CASE_METHOD(Fixture, "a reader without room is told so", "[store]") {
  commit(Batch().append("a", 1, "1").append("a", 2, "2"));
  settle();
  store.room = 1;
  CHECK(store.load("a").status == WEFT_BUSY);
}

TEST_CASE_METHOD(Fixture, "the summary of a run is its latest, linked values included", "[store]") {
  commit(Batch().summary("a", "running"));
  commit(Batch().summary("a", "a status of more than seven bytes"));
  settle();
  for (const Reply& reply : {store.load("a"), store.get("run/a")}) {
    REQUIRE(reply.status == WEFT_OK);
    CHECK(reply.value["status"_k].as_text() == "a status of more than seven bytes");
    CHECK(reply.value["tags"_k][1].as_text() == "a tag of more than seven bytes");
    CHECK(reply.value["created_ns"_k].as_i64() == 1'700'000'000'000'000'000);
  }
  const Reply list = store.scan("run/");
  CHECK(list.value[0]["value"_k]["tags"_k][0].as_text() == "nightly");
}

TEST_CASE_METHOD(Fixture, "an entry is replaced, deleted and made again", "[store]") {
  commit(Batch().put("k", "1").put("gone", "x"));
  settle();
  commit(Batch().put("k", "2").erase("gone").erase("never"));
  CHECK(store.get("k").value.as_bytes() == "2");
  CHECK(store.get("gone").status == WEFT_NOT_FOUND);
  settle();
  CHECK(store.get("gone").status == WEFT_NOT_FOUND);
  commit(Batch().erase("k").put("k", "").put("gone", "y"));
  CHECK(store.get("k").status == WEFT_OK);
  CHECK(store.get("k").value.as_bytes("none") == "");
  CHECK(keys("") == Texts{"gone", "k"});
}

TEST_CASE_METHOD(Fixture, "who has a run can be asked", "[store]") {
  REQUIRE(store.commit(Batch().append("a", 1, "1").summary("a", "running")).status == WEFT_OK);
  CHECK(store.get("owner/a").value["alive"_k].as_bool());
  CHECK(store.get("owner/b").status == WEFT_NOT_FOUND);
  CHECK_FALSE(store.get("epoch/1000000").value["alive"_k].as_bool(true));
  CHECK(store.commit(Batch().put("owner/a", "mine")).status == WEFT_BAD_INPUT);
}

TEST_CASE_METHOD(Fixture, "lists are in order of key and may be read in pages", "[store]") {
  Batch batch;
  for (const int i : {7, 1, 9, 3, 5}) {
    const std::string n = std::to_string(i);
    batch.put(std::string("p/").append(n), "x").summary(std::string("r").append(n), "running");
  }
  batch.put("o", "x").put("q", "x");
  commit(batch);
  settle();
  commit(Batch().put("p/4", "x").erase("p/5").summary("r4", "running"));
  CHECK(keys("p/") == Texts{"p/1", "p/3", "p/4", "p/7", "p/9"});
  CHECK(keys("p/", "", 2) == Texts{"p/1", "p/3"});
  CHECK(keys("p/", "p/3", 2) == Texts{"p/4", "p/7"});
  CHECK(keys("p/", "p/7", 2) == Texts{"p/9"});
  CHECK(keys("p/", "p/9", 2).empty());
  CHECK(keys("p/", "a", 1) == Texts{"p/1"});
  CHECK(keys("p/", "z").empty());
  CHECK(keys("run/r", "run/r3", 2) == Texts{"run/r4", "run/r5"});
  CHECK(keys("run/", "z").empty());
  CHECK(keys("none/").empty());
}

TEST_CASE_METHOD(Fixture, "the outbox is read by key and taken away by deleting", "[store]") {
  commit(Batch().outbox("1", "first").outbox("2", "second"));
  settle();
  CHECK(keys("outbox/") == Texts{"outbox/1", "outbox/2"});
  CHECK(store.get("outbox/1").value.as_bytes() == "first");
  commit(Batch().erase("outbox/1"));
  CHECK(keys("outbox/") == Texts{"outbox/2"});
}

TEST_CASE_METHOD(Fixture, "timers are listed by time, moved and deleted", "[store]") {
  commit(Batch().summary("a", "waiting").timer("a", 1, 300).timer("a", 2, 100));
  commit(Batch().summary("b", "waiting").timer("b", 1, 200));
  settle();
  commit(Batch().timer("a", 2, 400).no_timer("b", 1).no_timer("b", 9));
  const Reply list = store.scan("timer/");
  REQUIRE(list.value.size() == 2);
  CHECK(list.value[0]["value"_k]["at_ns"_k].as_i64() == 300);
  CHECK(list.value[1]["value"_k]["run"_k].as_text() == "a");
  CHECK(list.value[1]["value"_k]["seq"_k].as_u64() == 2);
  CHECK(keys("timer/", list.value[0]["key"_k].as_text(), 5).size() == 1);
}

TEST_CASE_METHOD(Fixture, "claim tells which timers are due and when the next one is", "[store]") {
  commit(Batch().summary("a", "waiting").timer("a", 1, 300).timer("a", 2, 100));
  settle();
  const Reply early = store.claim("", 50);
  CHECK(early.value["due"_k].size() == 0);
  CHECK(early.value["next_due"_k].as_i64() == 100);
  const Reply late = store.claim("", 100);
  REQUIRE(late.value["due"_k].size() == 1);
  CHECK(late.value["due"_k][0]["seq"_k].as_u64() == 2);
  CHECK(late.value["next_due"_k].as_i64() == 300);
  CHECK_FALSE(store.claim("", 300).value["next_due"_k].exists());
}

}  // namespace
}  // namespace weft::test
