#include "travel/history.hpp"

#include <vector>

#include "catch.hpp"
#include "event/record.hpp"
#include "json.hpp"
#include "kept_store.hpp"
#include "state/vault.hpp"

using namespace weft;
using event::Type;

namespace {

// Records of their own, each piece holding as many as it is given.
struct Records {
  explicit Records(uint64_t first) : next(first) {}
  void add(Type type, std::string_view payload = "null") {
    const auto stored = vault.store(next, json.json(payload));
    REQUIRE(stored);
    const event::Event e{type, event::has_payload, 0, event::no_frame, event::no_node, 0, next++,
                         7,    stored->root};
    std::vector<char> bytes;
    event::encode(e, state::Vault::payload_bytes(stored->root), {vault.origins()}, bytes);
    piece.append(bytes.data(), bytes.size());
  }
  void end_piece() { pieces.push_back(std::exchange(piece, {})); }

  tests::Text json;
  state::Pages pages;
  state::Vault vault{pages};
  uint64_t next;
  std::string piece;
  std::vector<std::string> pieces;
};

// The sequences that a reader finds, from 1 on.
uint64_t count(const std::vector<std::string>& pieces) {
  uint64_t seq = 0;
  for (const std::string& piece : pieces) {
    event::Reader reader(piece, seq + 1);
    while (!reader.done()) {
      REQUIRE(reader.next());
      ++seq;
    }
  }
  return seq;
}

std::vector<std::string> base_records() {
  Records records(1);
  records.add(Type::run_accepted, R"({"id":"base","definition":"d","input":{}})");
  records.add(Type::run_started);
  records.end_piece();
  for (int i = 0; i < 3; ++i) records.add(Type::run_resumed);
  records.end_piece();
  return records.pieces;
}

std::vector<std::string> fork_records(std::string_view base, uint64_t seq, int more) {
  Records records(seq + 1);
  records.add(Type::run_forked,
              R"({"run":")" + std::string(base) + R"(","seq":)" + std::to_string(seq) + "}");
  for (int i = 0; i < more; ++i) records.add(Type::run_resumed);
  records.end_piece();
  return records.pieces;
}

}  // namespace

TEST_CASE("records are cut behind any sequence, within and between pieces", "[travel]") {
  for (uint64_t seq = 0; seq <= 5; ++seq) {
    std::vector<std::string> records = base_records();
    travel::cut_behind(records, seq);
    CHECK(count(records) == seq);
    CHECK(records.size() == (seq == 0 ? 0 : seq <= 2 ? 1 : 2));
  }
}

TEST_CASE("what is damaged is left for a reader to name", "[travel]") {
  std::vector<std::string> records = base_records();
  records[0].resize(records[0].size() - 8);
  const auto before = records;
  travel::cut_behind(records, 2);
  CHECK(records == before);
}

TEST_CASE("a fork has the records of its bases up to where it left them, then its own",
          "[travel]") {
  tests::KeptStore kept;
  kept.keep("base", base_records(), "d", 5, "completed");
  kept.keep("fork", fork_records("base", 3, 4), "d", 8, "running");
  kept.keep("inner", fork_records("fork", 6, 1), "d", 8, "running");
  const auto history = travel::load_history(kept.store(), "inner");
  REQUIRE(history);
  CHECK(history->run == "inner");
  CHECK(count(history->records) == 3 + 3 + 2);
  CHECK(history->acceptance.view()[Key("id")].as_text() == "base");
  const auto chapters = travel::load_chapters(kept.store(), "inner");
  REQUIRE(chapters);
  REQUIRE(chapters->size() == 3);
  CHECK(chapters->front().run == "base");
  CHECK(count(chapters->front().records) == 5);
}

TEST_CASE("a fork may leave its base before its base left another one", "[travel]") {
  tests::KeptStore kept;
  kept.keep("base", base_records(), "d", 5, "completed");
  kept.keep("fork", fork_records("base", 4, 2), "d", 7, "running");
  kept.keep("inner", fork_records("fork", 2, 1), "d", 4, "running");
  const auto history = travel::load_history(kept.store(), "inner");
  REQUIRE(history);
  CHECK(count(history->records) == 2 + 2);
}

TEST_CASE("a base that is missing, or a circle of bases, is an error that says so", "[travel]") {
  tests::KeptStore kept;
  kept.keep("orphan", fork_records("gone", 3, 1), "d", 5, "running");
  const auto orphan = travel::load_history(kept.store(), "orphan");
  REQUIRE_FALSE(orphan);
  CHECK(orphan.error().code == "run.base_missing");
  kept.keep("a", fork_records("b", 3, 1), "d", 5, "running");
  kept.keep("b", fork_records("a", 3, 1), "d", 5, "running");
  const auto circle = travel::load_history(kept.store(), "a");
  REQUIRE_FALSE(circle);
  CHECK(circle.error().status == Status::corrupt);
}

TEST_CASE("a run whose first events were forgotten has no history", "[travel]") {
  tests::KeptStore kept;
  auto records = base_records();
  records.erase(records.begin());
  kept.keep("old", records, "d", 5, "completed");
  const auto history = travel::load_history(kept.store(), "old");
  REQUIRE_FALSE(history);
  CHECK(history.error().code == "run.history_forgotten");
}
