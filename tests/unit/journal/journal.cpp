// What a journal commits: records, snapshots now and then, large values once.
#include "journal/journal.hpp"

#include <algorithm>

#include "catch.hpp"
#include "committed_store.hpp"
#include "journal/recover.hpp"
#include "run_of.hpp"
#include "state/sweep.hpp"
#include "state_text.hpp"

using namespace weft;
using event::Type;

namespace {

const char* const two_steps = R"({"id":"x","steps":[
    {"id":"a","tool":"upper","parameters":{"input":"x"}},
    {"id":"b","tool":"upper","parameters":{"input":"y"}}]})";

std::string text_of(size_t n, char c) { return '"' + std::string(n, c) + '"'; }

// Whether two texts are the same; else the beginning of the first, for they may be long.
std::string difference(const std::string& a, const std::string& b) {
  return a == b ? "" : a.substr(0, 300);
}

// A run whose events a journal keeps.
struct Kept {
  Kept() : run(two_steps, true) {
    run.open(0, event::no_frame, event::no_node);
    commit();
  }
  bool commit() {
    journal.stage(id, run.state, run.events);
    run.events.clear();
    return bool(journal.commit());
  }
  void visit(uint32_t node, std::string_view result) {
    run.tell(Type::step_started, 0, node);
    run.tell(Type::step_succeeded, 0, node, result);
  }
  // What is told of the run when it is read back; else the error.
  std::string read_back(const std::vector<std::string>& pieces) {
    state::State state(run.plan, run.pages);
    journal::Recovery recovery(state, nullptr, store.fetch());
    for (const std::string& piece : pieces) {
      const auto taken = recovery.take(piece);
      if (!taken) return taken.error().message;
    }
    return tests::StateText::of(state);
  }
  size_t count(uint32_t kind) const {
    return static_cast<size_t>(std::count(store.kinds.begin(), store.kinds.end(), kind));
  }

  std::string id = "run-1";
  tests::RunOf run;
  tests::CommittedStore store;
  journal::Store calls{store.bound()};
  journal::Journal journal{calls};
};

}  // namespace

TEST_CASE("a long run is kept with a snapshot after every 4,096 events", "[journal]") {
  Kept kept;
  for (int i = 0; i < 5000; ++i) {
    kept.visit(0, text_of(100, 'r'));
    REQUIRE(kept.commit());
  }
  CHECK(kept.run.state.seq == 10'002);
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) == 2);
  CHECK(kept.store.broken_rule == "");
  CHECK(kept.store.pieces().size() < 2000);
  CHECK(difference(kept.read_back(kept.store.pieces()), tests::StateText::of(kept.run.state)) ==
        "");
}

TEST_CASE("large records make a snapshot due earlier", "[journal]") {
  Kept kept;
  for (int i = 0; i < 30; ++i) {
    kept.visit(0, text_of(100'000, 'r'));
    REQUIRE(kept.commit());
  }
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) == 2);
}

TEST_CASE("a run that parks is kept with a snapshot, one that ends is not", "[journal]") {
  Kept kept;
  kept.run.tell(Type::run_waiting, event::no_frame, event::no_node, R"("a person")");
  REQUIRE(kept.commit());
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) == 1);
  CHECK(kept.store.pieces().size() == 1);
  CHECK(difference(kept.read_back(kept.store.pieces()), tests::StateText::of(kept.run.state)) ==
        "");
  kept.run.tell(Type::run_resumed, event::no_frame, event::no_node, R"("decided")");
  kept.visit(0, "1");
  kept.run.tell(Type::run_paused, event::no_frame, event::no_node, R"("a person")");
  REQUIRE(kept.commit());
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) == 2);
  CHECK(kept.store.snapshots.size() == 2);
  CHECK(difference(kept.read_back(kept.store.pieces()), tests::StateText::of(kept.run.state)) ==
        "");
  kept.run.tell(Type::run_completed, event::no_frame, event::no_node, R"("done")");
  REQUIRE(kept.commit());
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) == 2);
  CHECK(kept.store.broken_rule == "");
}

TEST_CASE("a value above 1 MB lies beside the records, once for all that hold it", "[journal]") {
  Kept kept;
  const std::string large = text_of(3'000'000, 'v');
  kept.visit(0, large);
  kept.visit(1, large);
  REQUIRE(kept.commit());
  REQUIRE(kept.store.kv.size() == 2);  // the definition is the other
  const auto blob = kept.store.kv.find(kept.store.kv.begin()->first);
  CHECK(blob->first.starts_with("blob/"));
  CHECK(blob->second.size() > 3'000'000);
  CHECK(kept.store.bytes < 3'100'000);
  kept.visit(0, large);
  REQUIRE(kept.commit());
  CHECK(kept.store.bytes < 3'100'000);
  kept.run.tell(Type::run_waiting, event::no_frame, event::no_node, R"("a person")");
  REQUIRE(kept.commit());
  CHECK(kept.store.bytes < 3'100'000);

  const std::string told = tests::StateText::of(kept.run.state);
  std::vector<std::string> records;
  for (const auto& piece : kept.store.records) records.push_back(piece.bytes);
  CHECK(difference(kept.read_back(records), told) == "");
  CHECK(difference(kept.read_back(kept.store.pieces()), told) == "");

  SECTION("a blob that is not what its record names is damage") {
    blob->second[1000] = 'w';
    CHECK(kept.read_back(records).starts_with(
        "record 4: a value of 3000024 bytes lies under 'blob/"));
    CHECK(kept.read_back(records).find("another hash") != std::string::npos);
    CHECK(kept.read_back(kept.store.pieces()).find("another hash") != std::string::npos);
    blob->second.pop_back();
    CHECK(kept.read_back(records).find("another size") != std::string::npos);
  }
  SECTION("a blob that is gone is damage") {
    kept.store.kv.erase(blob);
    CHECK(kept.read_back(records).find("it could not be read") != std::string::npos);
    CHECK(kept.read_back(records).starts_with("record 4: "));
  }
}

TEST_CASE("a large value whose commit failed is put again", "[journal]") {
  Kept kept;
  const std::string large = text_of(2'000'000, 'v');
  kept.visit(0, large);
  kept.store.fails = true;
  CHECK_FALSE(kept.commit());
  CHECK(kept.store.kv.size() == 1);
  kept.store.fails = false;
  kept.visit(1, large);
  REQUIRE(kept.commit());
  CHECK(kept.store.kv.size() == 2);
}

TEST_CASE("a value of nearly 64 MiB is kept and read back, a larger one is refused", "[journal]") {
  Kept kept;
  const uint64_t most = base::limits::value_bytes - 64;
  kept.visit(0, text_of(most - 24, 'v'));
  REQUIRE(kept.commit());
  state::State state(kept.run.plan, kept.run.pages);
  journal::Recovery recovery(state, nullptr, kept.store.fetch());
  for (const std::string& piece : kept.store.pieces()) REQUIRE(recovery.take(piece));
  const Value read(state.frames[0].value[0]);
  CHECK(read.size() == most - 24);
  const bool same = read.as_text() == Value(kept.run.state.frames[0].value[0]).as_text();
  CHECK(same);
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.text(std::string(most, 'v'));
  const auto refused = kept.run.state.vault.store(99, b.take_value());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "value.too_large");
}

TEST_CASE("a hundred thousand steps keep flat memory and below 1 KB a step on disk", "[journal]") {
  Kept kept;
  for (int i = 0; i < 100'000; ++i) {
    kept.visit(static_cast<uint32_t>(i % 2),
               R"({"n":1,"text":"a small result with some words in it, as tools give"})");
    REQUIRE(kept.commit());
    kept.store.records.resize(1);  // a store keeps them on disk
    kept.store.records.back().last = kept.run.state.seq;
    if (kept.run.state.vault.is_full()) state::sweep(kept.run.state);
  }
  CHECK(kept.store.bytes / 100'000 <= 1024);
  CHECK(kept.run.state.vault.held_bytes() < 2'000'000);
  CHECK(kept.count(WEFT_SOP_SNAPSHOT) > 40);
  CHECK(kept.store.broken_rule == "");
}
