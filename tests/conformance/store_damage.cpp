// The suite of every durable store: a damaged file is noticed, never believed.
#include <fstream>
#include <random>

#include "catch.hpp"
#include "store_host.hpp"
#include "subject.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;
using Texts = std::vector<std::string>;

const std::string large(12'000, 'L');

bool fill(StoreHost& store) {
  Batch batch;
  for (uint64_t seq = 1; seq <= 20; ++seq) {
    batch.append("a", seq, std::string("record ").append(std::to_string(seq)));
  }
  batch.append("b", 1, large).summary("a", "running").summary("b", "completed");
  batch.snapshot("b", 1, large).put("k", "value of k").put("large", large).timer("a", 1, 12345);
  batch.append("b", 2, 3, "b3").snapshot("b", 2, "added", 1).snapshot("b", 3, "again", 2);
  batch.append("gone", 1, large).snapshot("gone", 1, "s").timer("gone", 1, 9);
  batch.summary("gone", "failed");
  return store.commit(batch).status == WEFT_OK &&
         store.commit(Batch().forget("gone")).status == WEFT_OK &&
         store.commit(Batch().append("a", 21, "record 21")).status == WEFT_OK;
}

// What a store may say of a damaged file: a refusal, or the right answer. A list may be short, as
// the pages of an index that is larger than memory cannot be proved whole, but holds nothing wrong.
class Judge final {
 public:
  explicit Judge(StoreHost& store) : store_(store) {}
  size_t refused = 0;

  void run() {
    load("a", 0, [](const Reply& r) {
      return r.records.size() == 21 && r.records[20] == "record 21" && r.records[7] == "record 8" &&
             r.value["status"_k].as_text() == "running";
    });
    load("b", 0, [](const Reply& r) {
      return r.snapshots.size() == 3 && r.snapshots[0].second == large &&
             r.snapshots[1].second == "added" && r.snapshots[2].second == "again" &&
             r.records.empty();
    });
    load("b", 1, [](const Reply& r) { return r.records == Texts{large, "b3"}; });
    load("gone", 0, [](const Reply&) { return false; });
    get("k", "value of k");
    get("large", large);
    list("", [](std::string_view key, Value v) {
      return v.as_bytes() == (key == "k" ? "value of k" : large);
    });
    list("run/", [](std::string_view key, Value v) {
      return v["status"_k].as_text() == (key == "run/a" ? "running" : "completed");
    });
    list("timer/", [](std::string_view, Value v) { return v["at_ns"_k].as_i64() == 12345; });
    list("untold/", [](std::string_view key, Value v) {
      return v["told"_k].as_u64() == 0 && v["last_seq"_k].as_u64() == (key == "untold/a" ? 21 : 3);
    });
  }

 private:
  template <class F>
  void judge(const Reply& reply, F&& is_right) {
    if (reply.status != WEFT_OK && reply.status != WEFT_NOT_FOUND) ++refused;
    const bool is_fine = reply.status == WEFT_OK ? is_right(reply) : !reply.message.empty();
    CHECK(is_fine);
  }
  template <class F>
  void load(const char* run, uint64_t from_seq, F&& is_right) {
    INFO("load " << run << " from " << from_seq);
    judge(store_.load(run, from_seq), is_right);
  }
  void get(const char* key, std::string_view bytes) {
    INFO("get " << key);
    judge(store_.get(key), [&](const Reply& r) { return r.value.as_bytes() == bytes; });
  }
  template <class F>
  void list(const char* prefix, F&& is_right) {
    INFO("scan " << prefix);
    judge(store_.scan(prefix), [&](const Reply& r) {
      for (const Value entry : r.value) {
        if (!is_right(entry["key"_k].as_text(), entry["value"_k])) return false;
      }
      return true;
    });
  }

  StoreHost& store_;
};

TEST_CASE("a byte that changed in the file is refused or does no harm", "[store]") {
  Folder folder;
  const Place place{folder / "store.db", ""};
  const bool tended = GENERATE(false, true);
  {
    StoreHost store(place);
    REQUIRE(store.message() == "");
    if (!store.has(WEFT_STORE_DURABLE)) {
      WARN("skipped: the store has no file");
      return;
    }
    REQUIRE(fill(store));
    if (tended) REQUIRE(store.tend().status == WEFT_OK);
  }
  const std::string whole = read_text(place.path);
  std::mt19937_64 random(7);
  size_t refused = 0;
  const Place copy{folder / "copy.db", ""};
  for (size_t i = 0; i < 500; ++i) {
    std::string bytes = whole;
    const size_t at = random() % bytes.size();
    bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << (random() % 8)));
    for (const char* tail : {"", "-wal", "-shm"}) std::filesystem::remove(copy.path + tail);
    write_text(copy.path, bytes);
    INFO("tended " << tended << ", byte " << at << " of " << bytes.size());
    StoreHost store(copy);
    if (store.is_open()) {
      Judge judge(store);
      judge.run();
      refused += judge.refused;
    } else {
      REQUIRE(store.message() != "");
      ++refused;
    }
  }
  CHECK(refused > 50);
}

TEST_CASE("a damaged record is named in the refusal", "[store]") {
  Folder folder;
  const Place place{folder / "store.db", ""};
  const bool tended = GENERATE(false, true);
  {
    StoreHost store(place);
    if (!store.has(WEFT_STORE_DURABLE)) {
      WARN("skipped: the store has no file");
      return;
    }
    REQUIRE(fill(store));
    if (tended) REQUIRE(store.tend().status == WEFT_OK);
  }
  struct Row {
    const char *text, *run, *word;
  };
  const auto row = GENERATE(Row{"record 8", "a", "records"}, Row{"added", "b", "snapshots"},
                            Row{"again", "b", "snapshots"});
  std::string bytes = read_text(place.path);
  REQUIRE(bytes.find(row.text) != std::string::npos);
  for (size_t i = bytes.find(row.text); i != std::string::npos; i = bytes.find(row.text, i)) {
    bytes[i] = '!';
  }
  write_text(place.path, bytes);
  StoreHost store(place);
  const Reply reply = store.is_open() ? store.load(row.run) : Reply{};
  CHECK((store.is_open() ? reply.status : store.status()) == WEFT_CORRUPT);
  const std::string said = store.is_open() ? reply.message : store.message();
  const std::string name = std::string("'").append(row.run).append("'");
  CHECK_THAT(said, ContainsSubstring(tended ? name : "row 1"));
  if (tended) CHECK_THAT(said, ContainsSubstring(row.word));
}

TEST_CASE("a file that is something else is refused and left alone", "[store]") {
  Folder folder;
  const Place place{folder / "store.db", ""};
  {
    StoreHost store({folder / "other.db", ""});
    if (!store.has(WEFT_STORE_DURABLE)) {
      WARN("skipped: the store has no file");
      return;
    }
  }
  const std::string text(5000, 'x');
  write_text(place.path, text);
  StoreHost store(place);
  CHECK_FALSE(store.is_open());
  CHECK_THAT(store.message(), ContainsSubstring(place.path));
  CHECK(read_text(place.path) == text);
}

}  // namespace
}  // namespace weft::test
