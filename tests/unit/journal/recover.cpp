// Where the reading of a journal ends, and what is told of it.
#include "journal/recover.hpp"

#include "catch.hpp"
#include "journal/chain.hpp"
#include "run_of.hpp"
#include "state/snapshot.hpp"
#include "state_text.hpp"

using namespace weft;
using event::Type;

namespace {

// Ten records of a run, each as a piece of its own; decisions end with the even ones.
struct Journal {
  Journal()
      : run(R"({"id":"x","steps":[{"id":"a","tool":"upper","parameters":{"input":"x"}}]})", true) {
    keep();
    run.open(0, event::no_frame, event::no_node);
    keep();
    while (records.size() < 10) {
      run.tell(Type::step_started, 0, 0);
      keep();
      run.tell(Type::step_succeeded, 0, 0, R"("a result with room of its own")");
      keep();
    }
  }
  void keep() {
    for (event::Event& e : run.events) {
      if (e.seq % 2 == 0) e.flags |= event::is_last;
      const uint64_t n = e.payload != nullptr ? state::Vault::payload_bytes(e.payload) : 0;
      std::vector<char> bytes;
      event::encode(e, n, {run.state.vault.origins()}, bytes);
      records.emplace_back(bytes.data(), bytes.size());
    }
    run.events.clear();
    told.push_back(tests::StateText::of(run.state));
  }
  std::string all() const {
    std::string bytes;
    for (const std::string& record : records) bytes += record;
    return bytes;
  }

  tests::RunOf run;
  std::vector<std::string> records;
  std::vector<std::string> told;  // after each record
};

}  // namespace

TEST_CASE("a journal is cut before the first record that is damaged, and both are named",
          "[journal]") {
  Journal journal;
  const size_t damaged = GENERATE(3U, 5U, 10U);
  const bool in_one_piece = GENERATE(true, false);
  INFO(damaged);
  journal.records[damaged - 1][20] ^= 1;
  state::State state(journal.run.plan, journal.run.pages);
  journal::Recovery recovery(state);
  CHECK_FALSE(recovery.cut());
  Result<void> taken;
  if (in_one_piece) {
    taken = recovery.take(journal.all());
  } else {
    for (size_t i = 0; i < damaged; ++i) taken = recovery.take(journal.records[i]);
  }
  REQUIRE_FALSE(taken);
  const std::string number = std::to_string(damaged);
  CHECK(taken.error().code == "journal.damaged");
  CHECK(taken.error().message == "record " + number +
                                     " does not match its checksum; the last decision before it "
                                     "ends with record " +
                                     std::to_string((damaged - 1) / 2 * 2));
  REQUIRE(recovery.cut());
  CHECK(recovery.cut()->record == damaged);
  CHECK(recovery.cut()->last == (damaged - 1) / 2 * 2);
  CHECK(state.seq == damaged - 1);
  CHECK(tests::StateText::of(state) == journal.told[damaged - 2]);
  // What follows a cut is not read, whole as it may be.
  CHECK_FALSE(recovery.take(journal.records[damaged == 10 ? 9 : damaged]));
  CHECK(state.seq == damaged - 1);
}

TEST_CASE("a piece may lie at any address", "[journal]") {
  Journal journal;
  const std::string moved = "x" + journal.all();
  state::State state(journal.run.plan, journal.run.pages);
  journal::Recovery recovery(state);
  CHECK(recovery.take(std::string_view(moved).substr(1)));
  CHECK(tests::StateText::of(state) == journal.told.back());
  CHECK(journal::acceptance_of(std::string_view(moved).substr(1)));
}

TEST_CASE("a record of a step that the definition lacks is named and not folded", "[journal]") {
  Journal journal;
  std::vector<char> bytes;
  const event::Event e{Type::step_started, 0, 1, 0, 9, 0, 11, 1, nullptr};
  event::encode(e, 0, {journal.run.state.vault.origins()}, bytes);
  state::State state(journal.run.plan, journal.run.pages);
  journal::Recovery recovery(state);
  REQUIRE(recovery.take(journal.all()));
  const auto taken = recovery.take({bytes.data(), bytes.size()});
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message.starts_with("record 11: it speaks of a step that is not there"));
  CHECK(recovery.cut()->last == 10);
}

TEST_CASE("a chain of snapshots is checked without reading the run", "[journal]") {
  Journal journal;
  std::vector<std::string> pieces;
  for (const bool whole : {true, false}) {
    std::vector<char> bytes;
    state::write_snapshot(journal.run.state, whole, nullptr, bytes);
    pieces.emplace_back(bytes.data(), bytes.size());
    journal.run.tell(Type::step_started, 0, 0);
  }
  pieces.push_back(journal.records.back());
  CHECK(journal::check_snapshots(pieces));
  CHECK(journal::acceptance_of(pieces.front()));
  const std::vector<std::string> late(pieces.begin() + 1, pieces.end());
  CHECK(journal::check_snapshots(late).error().code == "snapshot.damaged");
  pieces[1][100] ^= 1;
  CHECK(journal::check_snapshots(pieces).error().code == "snapshot.damaged");
}

TEST_CASE("a hash chain is the same for the same records, however they come", "[journal]") {
  Journal journal;
  journal::Chain at_once, piece_by_piece;
  REQUIRE(at_once.take(journal.all()));
  for (const std::string& record : journal.records) REQUIRE(piece_by_piece.take(record));
  CHECK(at_once.count() == journal.records.size());
  CHECK(at_once.digest() == piece_by_piece.digest());

  const base::Digest zero{};
  base::Sha256 first;
  first.update(zero.data(), zero.size());
  first.update(journal.records[0]);
  journal::Chain one;
  REQUIRE(one.take(journal.records[0]));
  CHECK(one.digest() == first.finish());
}

TEST_CASE("a hash chain differs when a record is changed, left out or moved", "[journal]") {
  Journal journal;
  journal::Chain right;
  REQUIRE(right.take(journal.all()));
  const int change = GENERATE(0, 1, 2, 3);
  INFO(change);
  if (change == 0) journal.records[4].back() ^= 1;
  if (change == 1) journal.records.erase(journal.records.begin() + 4);
  if (change == 2) std::swap(journal.records[4], journal.records[5]);
  if (change == 3) journal.records.pop_back();
  journal::Chain wrong;
  REQUIRE(wrong.take(journal.all()));
  CHECK(wrong.digest() != right.digest());
}

TEST_CASE("a record that is cut short ends a hash chain", "[journal]") {
  Journal journal;
  const std::string all = journal.all();
  journal::Chain chain;
  const auto taken = chain.take(std::string_view(all).substr(0, all.size() - 1));
  REQUIRE_FALSE(taken);
  CHECK(taken.error().message == "record 10 is cut short");
  CHECK(chain.count() == 9);
}
