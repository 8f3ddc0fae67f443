// What stands in the file of the sqlite store, for people and for later versions.
#include <sqlite3.h>
#include <sys/stat.h>

#include <map>
#include <random>

#include "../../plugins/stores/sqlite/crc32c.hpp"
#include "../../plugins/stores/sqlite/row.hpp"
#include "catch.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

struct Fixture {
  Folder folder;
  Place place{folder / "store.db", ""};
};

// Runs a statement on the file as another program would; the rows, columns joined by '|'.
std::string ask(const Place& place, const char* sql) {
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(place.path.c_str(), &db) == SQLITE_OK);
  std::string rows;
  const auto add = [](void* to, int n, char** columns, char**) {
    auto& text = *static_cast<std::string*>(to);
    for (int i = 0; i < n; ++i)
      text.append(i > 0 ? "|" : "").append(columns[i] != nullptr ? columns[i] : "-");
    text += '\n';
    return 0;
  };
  CHECK(sqlite3_exec(db, sql, add, &rows, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  return rows;
}

TEST_CASE("CRC32C has the values of its standard, with and without the processor's help") {
  std::string ramp;
  for (int i = 0; i < 32; ++i) ramp += static_cast<char>(i);
  for (const auto& check : {&sqlite::crc32c, &sqlite::crc32c_by_table}) {
    CHECK(check("", 0) == 0);
    CHECK(check("123456789", 0) == 0xe3069283U);
    CHECK(check(std::string(32, '\0'), 0) == 0x8a9136aaU);
    CHECK(check(ramp, 0) == 0x46dd794eU);
    CHECK(check("6789", check("12345", 0)) == 0xe3069283U);
  }
  for (size_t n = 0; n < 70; ++n) {
    const std::string text = ramp.substr(n % 7) + std::string(n, 'x');
    CHECK(sqlite::crc32c(text) == sqlite::crc32c_by_table(text));
  }
}

TEST_CASE("a row of the log is written as FORMAT.md says and read back") {
  Batch batch;
  batch.append("r1", 3, 4, "ab").timer("r1", 1, 5);
  sqlite::RowWriter writer;
  writer.start(7, 2);
  for (const weft_sop* op : batch.view()) writer.add(*op);
  const std::string row(writer.seal(9));
  CHECK(row == std::string("WFL\x01\x69\x94\xcb\x55\x07\x02\x01\x03r1\x03\x01\x02"
                           "ab\x07\x00\x01\x0a",
                           23));
  auto reader = sqlite::RowReader::open(row, 9);
  REQUIRE(reader);
  CHECK(reader->epoch() == 7);
  sqlite::Op op;
  REQUIRE(*reader->next(op));
  CHECK((op.key == "r1" && op.first == 3 && op.last == 4 && op.bytes == "ab"));
  REQUIRE(*reader->next(op));
  CHECK((op.kind == WEFT_SOP_TIMER_SET && op.key == "r1" && op.at_ns == 5));
  CHECK_FALSE(*reader->next(op));
  CHECK(sqlite::RowReader::open(row, 8).error().status == Status::corrupt);
  for (size_t i = 0; i < row.size(); ++i) {
    std::string other = row;
    other[i] = static_cast<char>(other[i] ^ 4);
    CHECK_FALSE(sqlite::RowReader::open(other, 9));
    CHECK_FALSE(sqlite::RowReader::open(row.substr(0, i), 9));
  }
}

TEST_CASE_METHOD(Fixture, "tend writes tables that people can read, and empties the log") {
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  Batch batch;
  batch.append("a", 1, 3, "abc").summary("a", "completed").timer("a", 7, 1'500'000'000);
  batch.snapshot("a", 3, "s").put("definition/1", "text");
  REQUIRE(store.commit(batch).message == "");
  CHECK(ask(place, "SELECT count(*) FROM log") == "1\n");
  CHECK(ask(place, "SELECT count(*) FROM runs") == "0\n");
  REQUIRE(store.tend().message == "");
  CHECK(ask(place, "SELECT count(*) FROM log") == "0\n");
  CHECK(ask(place, "SELECT value FROM meta WHERE key='lsn'") == "1\n");
  CHECK(ask(place,
            "SELECT run, status, workflow, tags, created, updated, is_open, owner, last_seq "
            "FROM runs") ==
        "a|completed|hello world|[\"nightly\",\"a tag of more than seven bytes\"]|"
        "2023-11-14T22:13:20.000000000Z||0|1|3\n");
  CHECK(ask(place, "SELECT run, first_seq, last_seq, bytes FROM records") ==
        "a|1|3|\x02\x03"
        "abc\n");
  CHECK(ask(place, "SELECT run, seq, bytes FROM snapshots") == "a|3|s\n");
  CHECK(ask(place, "SELECT run, seq, at_ns, at FROM timers") ==
        "a|7|1500000000|1970-01-01T00:00:01.500000000Z\n");
  CHECK(ask(place, "SELECT key, bytes FROM kv") == "definition/1|text\n");
}

TEST_CASE_METHOD(Fixture, "a file of a newer schema is refused with both versions") {
  {
    StoreHost store(place);
  }
  ask(place, "UPDATE meta SET value=99 WHERE key='schema'");
  StoreHost store(place);
  CHECK(store.status() == WEFT_FAILED);
  CHECK_THAT(store.message(), ContainsSubstring("99") && ContainsSubstring("up to 2"));
}

TEST_CASE_METHOD(Fixture, "a file of another program is refused") {
  ask(place, "CREATE TABLE songs(name)");
  StoreHost store(place);
  CHECK(store.status() == WEFT_FAILED);
  CHECK_THAT(store.message(), ContainsSubstring("another program"));
  CHECK(ask(place, "SELECT name FROM sqlite_schema") == "songs\n");
}

TEST_CASE_METHOD(Fixture, "a file that was vacuumed or given an index of its own still opens") {
  {
    StoreHost store(place);
    REQUIRE(store.commit(Batch().append("a", 1, "1").summary("a", "running")).status == WEFT_OK);
    REQUIRE(store.tend().status == WEFT_OK);
  }
  ask(place,
      "CREATE INDEX mine ON runs(status); CREATE VIEW names AS SELECT run FROM runs; VACUUM");
  for (int i = 0; i < 2; ++i) {
    StoreHost store(place);
    REQUIRE(store.message() == "");
    CHECK(store.load("a").records.size() == 1);
  }
}

TEST_CASE_METHOD(Fixture, "the file and its folder are made, for the owner alone") {
  place.path = folder / "new/store.db";
  StoreHost store(place);
  REQUIRE(store.message() == "");
  struct stat info{};
  REQUIRE(::stat(place.path.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777U) == 0600);
}

TEST_CASE_METHOD(Fixture, "a path that cannot be is refused with the path and the reason") {
  place.path = "/proc/none/store.db";
  StoreHost store(place);
  CHECK(store.status() == WEFT_FAILED);
  CHECK_THAT(store.message(), ContainsSubstring("/proc/none"));
  StoreHost nameless(Place{"", ""});
  CHECK(nameless.status() == WEFT_BAD_INPUT);
}

TEST_CASE_METHOD(Fixture, "rows below the projected number are not believed") {
  {
    StoreHost store(place);
    for (uint64_t seq = 1; seq <= 3; ++seq) {
      REQUIRE(store.commit(Batch().append("a", seq, "x")).status == WEFT_OK);
    }
  }
  SECTION("a row was taken out of the middle") { ask(place, "DELETE FROM log WHERE lsn=2"); }
  SECTION("the first row was taken out") { ask(place, "DELETE FROM log WHERE lsn=1"); }
  SECTION("two rows changed places") {
    ask(place,
        "UPDATE log SET lsn=9 WHERE lsn=1; UPDATE log SET lsn=1 WHERE lsn=2;"
        "UPDATE log SET lsn=2 WHERE lsn=9");
  }
  SECTION("the projected number moved") { ask(place, "UPDATE meta SET value=1 WHERE key='lsn'"); }
  StoreHost store(place);
  CHECK(store.status() == WEFT_CORRUPT);
}

TEST_CASE_METHOD(Fixture, "a run that its owner claims once more costs no commit") {
  StoreHost store(place);
  REQUIRE(store.acquire() == WEFT_OK);
  REQUIRE(store.commit(Batch().append("a", 1, "x").summary("a", "running")).status == WEFT_OK);
  const Reply claimed = store.claim("a");
  REQUIRE(claimed.status == WEFT_OK);
  CHECK(claimed.texts("runs"_k) == std::vector<std::string>{"a"});
  CHECK(ask(place, "SELECT count(*) FROM log") == "1\n");
}

// What one instance knows of its own commits must never hide what the other one did.
TEST_CASE_METHOD(Fixture, "two instances see the same entries, whoever wrote them and tends") {
  StoreHost one(place), two(place);
  std::map<std::string, std::string> kept;
  uint64_t seq = 0;
  std::mt19937 random(7);
  for (int i = 0; i < 600; ++i) {
    StoreHost& store = random() % 2 == 0 ? one : two;
    const std::string key = "k/" + std::to_string(random() % 4);
    const std::string bytes = std::to_string(i);
    switch (random() % 8) {
      case 0:
        REQUIRE(store.commit(Batch().put(key, bytes)).status == WEFT_OK);
        kept[key] = bytes;
        break;
      case 1:
        REQUIRE(store.commit(Batch().erase(key)).status == WEFT_OK);
        kept.erase(key);
        break;
      case 2: {
        const bool is_new = kept.emplace(key, bytes).second;
        REQUIRE(store.commit(Batch().put_new(key, bytes)).status ==
                (is_new ? WEFT_OK : WEFT_CONFLICT));
        break;
      }
      case 3: REQUIRE(store.tend().status == WEFT_OK); break;
      case 4:
        CHECK(store.get(key).status == (kept.contains(key) ? WEFT_OK : WEFT_NOT_FOUND));
        break;
      case 5: REQUIRE(store.load("a").records.size() <= seq); break;
      default: ++seq; REQUIRE(store.commit(Batch().append("a", seq, "x")).status == WEFT_OK);
    }
    const Reply found = store.scan("k/");
    REQUIRE(found.value.size() == kept.size());
    for (const Value entry : found.value) {
      REQUIRE(entry["value"_k].as_bytes() == kept[std::string(entry["key"_k].as_text())]);
    }
  }
}

}  // namespace
}  // namespace weft::test
