// The readable tables of the sqlite store, as another program sees them, and files of before.
#include <sqlite3.h>

#include <chrono>
#include <filesystem>

#include "../conformance/subject.hpp"
#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

// Runs a statement on the file as another program would; the rows, columns joined by '|'.
std::string ask(const Place& place, const std::string& sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(place.path.c_str(), &db) == SQLITE_OK);
  std::string rows;
  const auto add = [](void* to, int n, char** columns, char**) {
    auto& text = *static_cast<std::string*>(to);
    for (int i = 0; i < n; ++i) {
      text.append(i > 0 ? "|" : "").append(columns[i] != nullptr ? columns[i] : "-");
    }
    text += '\n';
    return 0;
  };
  char* message = nullptr;
  sqlite3_exec(db, sql.c_str(), add, &rows, &message);
  INFO(sql);
  CHECK(std::string(message != nullptr ? message : "") == "");
  sqlite3_free(message);
  sqlite3_close(db);
  return rows;
}

struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
};

// The events of one run, a microsecond apart, with what they carry.
class Telling final {
 public:
  Telling& add(const char* type, const char* step = "", uint32_t attempt = 0, Value data = {}) {
    weft_event e{};
    e.size = sizeof e;
    e.seq = all_.size() + 1;
    e.time_ns = static_cast<int64_t>(1'700'000'000'000'000'000 + e.seq * 1'000'000);
    e.type = to_str(type);
    e.step = to_str(step);
    e.attempt = attempt;
    e.data = data.raw();
    all_.push_back(e);
    return *this;
  }
  const std::vector<weft_event>& all() const { return all_; }

  Value text(std::string_view v) {
    Builder b(memory_.arena());
    b.text(v);
    return b.take_value();
  }
  template <class F>
  Value object(F&& fill) {
    Builder b(memory_.arena());
    b.begin_object();
    fill(b);
    b.end_object();
    return b.take_value();
  }

 private:
  Memory memory_;
  std::vector<weft_event> all_;
};

void take(StoreHost& store, const Telling& telling) {
  const uint64_t last = telling.all().size();
  REQUIRE(store.commit(Batch().append("r", 1, last, "x").summary("r", "running")).message == "");
  REQUIRE(store.tell("r", telling.all()).message == "");
}

TEST_CASE_METHOD(Fixture, "steps are rows with status, values, times and attempts") {
  StoreHost store(place);
  Telling t;
  t.add("workflow.run.accepted", "", 0,
        t.object([](Builder& b) { b.set("input"_k, std::string_view("the input")); }));
  t.add("workflow.run.started").add("workflow.step.started", "a", 1, t.text("in"));
  t.add("workflow.step.retried", "a", 1,
        t.object([](Builder& b) { b.set("error"_k, std::string_view("first")); }));
  t.add("workflow.step.started", "a", 2).add("workflow.step.succeeded", "a", 2, t.text("out"));
  t.add("workflow.step.skipped", "b", 0, t.text("not needed"));
  t.add("workflow.step.started", "loop", 1).add("workflow.step.started", "loop/c", 1);
  t.add("workflow.step.succeeded", "loop/c", 1).add("workflow.step.started", "loop/c#1", 1);
  t.add("workflow.step.failed", "loop/c#1", 1, t.text("broke"));
  t.add("workflow.step.waiting", "d", 1).add("workflow.step.cancel_requested", "loop", 1);
  t.add("workflow.step.flabbergasted", "e", 1);
  t.add("workflow.run.completed", "", 0, t.text("the end"));
  take(store, t);
  CHECK(ask(place,
            "SELECT step, attempt, status, input, output, error, duration_ms FROM steps "
            "WHERE run='r' ORDER BY step, attempt") ==
        "a|1|retried|\"in\"|-|first|1.0\n"
        "a|2|succeeded|-|\"out\"|-|1.0\n"
        "b|1|skipped|-|-|\"not needed\"|-\n"
        "d|1|waiting|-|-|-|-\n"
        "e|1|flabbergasted|-|-|-|-\n"
        "loop|1|running|-|-|-|-\n"
        "loop/c|1|succeeded|-|-|-|1.0\n"
        "loop/c#1|1|failed|-|-|\"broke\"|1.0\n");
  CHECK(ask(place, "SELECT started, ended FROM steps WHERE step='a' AND attempt=1") ==
        "2023-11-14T22:13:20.003000000Z|2023-11-14T22:13:20.004000000Z\n");
  CHECK(ask(place, "SELECT input, output, started, ended, told_seq FROM runs") ==
        "\"the input\"|\"the end\"|2023-11-14T22:13:20.002000000Z|"
        "2023-11-14T22:13:20.016000000Z|16\n");
  CHECK(ask(place,
            "SELECT seq, time, type, step, attempt, data FROM events WHERE run='r' AND "
            "seq IN (2, 6)") ==
        "2|2023-11-14T22:13:20.002000000Z|workflow.run.started|-|0|-\n"
        "6|2023-11-14T22:13:20.006000000Z|workflow.step.succeeded|a|2|\"out\"\n");
}

TEST_CASE_METHOD(Fixture, "a step that is told in two parts is one row") {
  StoreHost store(place);
  Telling t;
  t.add("workflow.step.queued", "a", 1, t.text("in")).add("workflow.step.started", "a", 1);
  t.add("workflow.step.succeeded", "a", 1, t.text("out"));
  t.add("workflow.step.compensating", "a", 1).add("workflow.step.compensated", "a", 1);
  REQUIRE(store.commit(Batch().append("r", 1, 5, "x")).message == "");
  for (const weft_event& e : t.all()) REQUIRE(store.tell("r", {e}).message == "");
  CHECK(ask(place, "SELECT step, attempt, status, input, output, duration_ms FROM steps") ==
        "a|1|compensated|\"in\"|\"out\"|1.0\n");
}

TEST_CASE_METHOD(Fixture, "signals and artifacts are rows") {
  StoreHost store(place);
  Telling t;
  const auto named = [&](std::string_view name, uint64_t seq) {
    return t.object([&](Builder& b) {
      b.set("name"_k, name);
      if (seq != 0) b.set("seq"_k, seq);
      if (seq == 0) b.set("data"_k, int64_t{7});
    });
  };
  uint64_t blob[5] = {~0ULL, 0, 0, 0, 2'000'000};
  weft_slot slot[4] = {};
  slot[0].tag = WEFT_BLOB;
  slot[0].v.rel = sizeof(weft_slot);
  std::memcpy(&slot[1], blob, sizeof blob);
  t.add("workflow.signal.received", "", 0, named("go", 0));
  t.add("workflow.signal.received", "", 0, named("stop", 0));
  t.add("workflow.signal.consumed", "wait", 1, named("go", 1));
  t.add("workflow.signal.lost", "", 0, named("late", 0));
  t.add("workflow.step.succeeded", "s", 1, Value(slot));
  take(store, t);
  REQUIRE(store.commit(Batch().put("blob/abc", "12345")).message == "");
  REQUIRE(store.tend().message == "");
  CHECK(ask(place,
            "SELECT seq, name, status, data, received, consumed_by FROM signals "
            "WHERE run='r'") ==
        "1|go|consumed|7|2023-11-14T22:13:20.001000000Z|wait\n"
        "2|stop|waiting|7|2023-11-14T22:13:20.002000000Z|-\n"
        "4|late|lost|7|2023-11-14T22:13:20.004000000Z|-\n");
  CHECK(ask(place, "SELECT * FROM artifacts") ==
        "r|ffffffffffffffff000000000000000000000000000000000000000000000000|2000000|s|"
        "2023-11-14T22:13:20.005000000Z\n-|abc|5|-|-\n");
}

TEST_CASE_METHOD(Fixture, "what is shown of large values is short and still JSON") {
  StoreHost store(place);
  Telling t;
  std::string umlauts = "x";
  for (int i = 0; i < 2000; ++i) umlauts += "\xc3\xa4";
  const Value large = t.object([&](Builder& b) {
    b.set("text"_k, std::string_view(umlauts));
    b.key("list"_k);
    b.begin_array();
    for (int64_t i = 0; i < 100'000; ++i) b.integer(i);
    b.end_array();
    b.set("rest"_k, std::string_view("unseen"));
  });
  t.add("workflow.step.succeeded", "s", 1, large);
  take(store, t);
  CHECK(ask(place,
            "SELECT json_valid(data), length(data) < 4100, "
            "length(json_extract(data, '$.text')), json_extract(data, '$.list[3]'), "
            "json_extract(data, '$.list[#-1].…') > 90000, json_extract(data, '$.…') "
            "FROM events") == "1|1|501|3|1|1\n");
}

TEST_CASE_METHOD(Fixture, "nothing is left of what was told of a forgotten run") {
  StoreHost store(place);
  Telling t;
  for (int i = 0; i < 3000; ++i) t.add("workflow.step.started", "a", static_cast<uint32_t>(i));
  take(store, t);
  REQUIRE(store.commit(Batch().summary("r", "failed")).message == "");
  REQUIRE(store.commit(Batch().forget("r").append("r", 1, "new")).message == "");
  REQUIRE(store.tend().message == "");
  for (const char* table : {"told_events", "told_steps", "forgotten", "events", "snapshots"}) {
    CHECK(ask(place, std::string("SELECT count(*) FROM ") + table) == "0\n");
  }
  CHECK(ask(place, "SELECT count(*) FROM records") == "1\n");
}

TEST_CASE_METHOD(Fixture, "a store that ends in order leaves its log in the tables, soon") {
  auto store = std::make_unique<StoreHost>(place);
  REQUIRE(store->acquire() == WEFT_OK);
  for (uint64_t seq = 1; seq <= 10; ++seq) {
    REQUIRE(store->commit(Batch().append("r", seq, "x").summary("r", "running")).message == "");
  }
  const StoreHost other(place);  // keeps the last one from copying the file's log on closing
  CHECK(ask(place, "SELECT count(*) FROM log") == "10\n");
  const auto start = std::chrono::steady_clock::now();
  CHECK(store->stop() == WEFT_OK);
  const auto took = std::chrono::steady_clock::now() - start;
  CHECK(ask(place, "SELECT count(*) FROM log") == "0\n");
  CHECK(ask(place, "SELECT run, status, last_seq FROM runs") == "r|running|10\n");
  CHECK(took < std::chrono::milliseconds(20));  // generous, for the machine may be busy
}

TEST_CASE_METHOD(Fixture, "a changed row is refused with the names of its table and its run") {
  {
    StoreHost store(place);
    REQUIRE(store.acquire() == WEFT_OK);
    Batch batch;
    batch.append("r", 1, 9, "x").summary("r", "running").timer("r", 1, 5);
    batch.snapshot("r", 2, "2").snapshot("r", 4, "4", 2).snapshot("r", 6, "6", 4);
    REQUIRE(store.commit(batch).message == "");
    REQUIRE(store.commit(Batch().append("s", 1, "x")).message == "");
    REQUIRE(store.tend().message == "");
    Telling t;
    REQUIRE(store.tell("r", t.add("workflow.run.started").all()).message == "");
  }
  struct Row {
    const char *sql, *table;
  };
  const auto row = GENERATE(Row{"UPDATE runs SET told_seq=5 WHERE run='r'", "runs"},
                            Row{"UPDATE runs SET snapshot_seq=4 WHERE run='r'", "runs"},
                            Row{"UPDATE runs SET last_seq=8 WHERE run='r'", "runs"},
                            Row{"UPDATE runs SET id=99 WHERE run='r'", "runs"},
                            Row{"UPDATE snapshots SET expect=0 WHERE seq=4", "snapshots"},
                            Row{"UPDATE snapshots SET bytes='x' WHERE seq=6", "snapshots"},
                            Row{"DELETE FROM snapshots WHERE seq=2", "snapshots"},
                            Row{"DELETE FROM snapshots WHERE seq=4", "snapshots"},
                            Row{"DELETE FROM snapshots WHERE seq=6", "snapshots"},
                            Row{"DELETE FROM snapshots", "snapshots"});
  INFO(row.sql);
  ask(place, row.sql);
  StoreHost store(place);
  REQUIRE(store.message() == "");
  const Reply reply = store.load("r");
  CHECK(reply.status == WEFT_CORRUPT);
  CHECK(reply.code == "store.corrupt");
  CHECK_THAT(reply.message, ContainsSubstring("'r'"));
  CHECK_THAT(reply.message, ContainsSubstring(std::string("'").append(row.table).append("'")));
  CHECK(store.load("s").status == WEFT_OK);
}

// A file as the first schema left it, with two rows in its log that were not in the tables yet.
struct FirstSchema : Fixture {
  FirstSchema() { ask(place, "PRAGMA journal_mode=WAL;" + read_text(WEFT_SCHEMA_1)); }
};

TEST_CASE_METHOD(FirstSchema, "a file of the first schema is brought forward with all it holds") {
  using Texts = std::vector<std::string>;
  for (int i = 0; i < 2; ++i) {
    StoreHost store(place);
    REQUIRE(store.message() == "");
    CHECK(store.load("a", 1).records == Texts{"a1-3", "a4"});
    CHECK(store.load("a").snapshot->second == "state of a");
    CHECK(store.load("a").value["status"_k].as_text() == "waiting");
    CHECK(store.load("b").snapshot->second == "state of b");
    CHECK(store.load("b").records == Texts{"b3"});
    CHECK(store.load("c").records == Texts{"c1"});
    CHECK(store.load("d").records == Texts{"d1"});
    CHECK(store.get("definition/1").value.as_bytes() == "text");
    CHECK(store.get("outbox/1").status == WEFT_NOT_FOUND);
    CHECK(store.scan("timer/").value.size() == 1);
    CHECK(store.scan("untold/").value.size() == 4);
    CHECK(store.scan("untold/").value[1]["value"_k]["told"_k].as_u64() == 2);
    REQUIRE(store.acquire() == WEFT_OK);
    CHECK(store.owner.epoch > 1);
    CHECK(store.commit(Batch().snapshot("b", 3, "more", 1)).status == WEFT_CONFLICT);
    REQUIRE(store.tend().message == "");
  }
  CHECK(ask(place, "SELECT value FROM meta WHERE key='schema'") == "2\n");
  CHECK(ask(place, "SELECT id, run, status FROM runs WHERE is_open=1 ORDER BY id") ==
        "1|a|waiting\n3|c|\n4|d|running\n");
}

TEST_CASE_METHOD(FirstSchema, "damage in a file of the first schema is noticed after it moved") {
  ask(place, "UPDATE runs SET truncated=1 WHERE run='b'; UPDATE snapshots SET bytes=x'00'");
  StoreHost store(place);
  REQUIRE(store.message() == "");
  CHECK(store.load("a", 1).status == WEFT_OK);
  const Reply reply = store.load("b");
  CHECK(reply.status == WEFT_CORRUPT);
  CHECK_THAT(reply.message, ContainsSubstring("'b'") && ContainsSubstring("'runs'"));
}

TEST_CASE_METHOD(FirstSchema, "a file that cannot be brought forward is left as it was") {
  ask(place, "DROP TABLE snapshots");
  const std::string before = ask(place, "SELECT type, name, sql FROM sqlite_schema");
  {
    StoreHost store(place);
    CHECK_FALSE(store.is_open());
    CHECK_THAT(store.message(), ContainsSubstring(place.path));
  }
  CHECK(ask(place, "SELECT type, name, sql FROM sqlite_schema") == before);
  CHECK(ask(place, "SELECT value FROM meta WHERE key='schema'") == "1\n");
}

TEST_CASE_METHOD(Fixture, "a store whose file is busy ends all the same") {
  auto store = std::make_unique<StoreHost>(place);
  REQUIRE(store->commit(Batch().append("r", 1, "x")).message == "");
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(place.path.c_str(), &db) == SQLITE_OK);
  REQUIRE(sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
  const auto start = std::chrono::steady_clock::now();
  CHECK(store->stop() == WEFT_OK);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(1));
  sqlite3_close(db);
  StoreHost again(place);
  CHECK(again.load("r").records.size() == 1);
}

}  // namespace
}  // namespace weft::test
