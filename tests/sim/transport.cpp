// Runs that were played, exported, imported, damaged and verified.
#include "base/crc32c.hpp"
#include "base/encode.hpp"
#include "catch.hpp"
#include "kept_store.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"
#include "travel/exchange.hpp"
#include "travel/verify.hpp"

namespace weft::tests {
namespace {

const std::string three_steps = R"({"id":"x","steps":[
  {"id":"a","tool":"pure","parameters":{"name":"a","value":"a text that needs room of its own"}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}},
  {"id":"c","tool":"pure","parameters":{"name":"c","value":"{{b.value}}"}}]})";

// A played run in a store that can be damaged.
struct Played {
  explicit Played(const std::string& definition, uint64_t seed = 1)
      : plan(plans.build(definition)), hash(base::to_hex(plan->hash)) {
    SimWorld world({.seed = seed, .has_sink = false});
    const auto ticket = world.submit(plan);
    world.settle();
    const auto& run = world.store.runs["run-1"];
    kept.keep("run-1", run.records, hash, run.last, run.status);
    kept.values["definition/" + hash] = base::pack(plan->source).bytes();
  }
  Result<Verified> verify() {
    return travel::verify(
        kept.store(), "run-1",
        [this](Value) -> Result<std::shared_ptr<const plan::Plan>> { return plan; });
  }
  std::string exported() {
    std::string file;
    const travel::ArchiveWriter::Write write = [&](std::string_view bytes) {
      file.append(bytes);
      return Result<void>();
    };
    const auto done = travel::export_run(kept.store(), "run-1", write);
    REQUIRE(done);
    return file;
  }
  std::string bytes() {
    std::string all;
    for (const std::string& piece : kept.runs["run-1"].records) all += piece;
    return all;
  }

  SimPlans plans;
  SimWorld::Plan plan;
  std::string hash;
  KeptStore kept;
};

uint64_t records_in(std::string_view bytes) {
  event::Reader reader(bytes, 1);
  uint64_t count = 0;
  while (!reader.done() && reader.next()) ++count;
  return count;
}

TEST_CASE("a run that was exported and imported is the same run", "[sim]") {
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    Played played(RandomDefinition(seed, {}).make(), seed);
    const std::string file = played.exported();
    KeptStore other;
    const auto imported = travel::import_run(other.store(), file, {});
    INFO("seed " << seed << (imported ? "" : imported.error().message));
    REQUIRE(imported);
    CHECK(imported->run == "run-1");
    CHECK(imported->records == records_in(played.bytes()));
    std::string bytes;
    for (const std::string& piece : other.runs["run-1"].records) bytes += piece;
    REQUIRE(bytes == played.bytes());
    REQUIRE(other.values == played.kept.values);
    const auto again = travel::import_run(other.store(), file, imported->head);
    REQUIRE(again);
    CHECK(again->present == std::vector<std::string>{"run-1"});
    CHECK(again->added.empty());
    CHECK(travel::import_run(played.kept.store(), file, {}));
  }
}

TEST_CASE("a run is not imported over another one of its name", "[sim]") {
  Played played(three_steps);
  const std::string file = played.exported();
  KeptStore other;
  auto records = played.kept.runs["run-1"].records;
  SECTION("that is longer") { records.push_back(records.back()); }
  SECTION("that is shorter") { records.pop_back(); }
  SECTION("that is different") { records.front().back() ^= 1; }
  other.keep("run-1", records, played.hash, 3, "running");
  const auto imported = travel::import_run(other.store(), file, {});
  REQUIRE_FALSE(imported);
  CHECK(imported.error().code == "import.exists");
  CHECK(other.runs["run-1"].records == records);
  CHECK(other.values.empty());
}

// A record whose payload lies under its hash.
struct Reference {
  event::Header header;
  weft_slot slot;
  base::Digest digest;
  uint64_t bytes;
};

TEST_CASE("a value that lies outside of its record travels with the run", "[sim]") {
  Played played(three_steps);
  // The last record with a payload becomes a reference to a blob.
  const std::string blob(64, '\0');
  const base::Digest digest = base::sha256(blob);
  auto& records = played.kept.runs["run-1"].records;
  Reference reference{{sizeof(Reference), 0, static_cast<uint8_t>(event::Type::run_resumed),
                       event::has_payload | event::is_blob, 0, event::no_frame,
                       records_in(played.bytes()) + 1, 0, event::no_node, 0},
                      {WEFT_BLOB, 0, 0, 0, {sizeof(weft_slot)}},
                      digest,
                      blob.size()};
  reference.header.crc =
      base::crc32c(reinterpret_cast<const char*>(&reference) + 8, sizeof reference - 8);
  records.emplace_back(reinterpret_cast<const char*>(&reference), sizeof reference);
  const std::string key = "blob/" + base::to_hex(digest);
  SECTION("when the store has it") {
    played.kept.values[key] = blob;
    KeptStore other;
    const auto imported = travel::import_run(other.store(), played.exported(), {});
    REQUIRE(imported);
    CHECK(imported->blobs == 1);
    CHECK(other.values[key] == blob);
  }
  SECTION("and the run is not exported when the store has lost it") {
    const travel::ArchiveWriter::Write write = [](std::string_view) { return Result<void>(); };
    const auto exported = travel::export_run(played.kept.store(), "run-1", write);
    REQUIRE_FALSE(exported);
    CHECK(exported.error().status == Status::not_found);
  }
}

TEST_CASE("verify finds every byte that changes in the records of a run", "[sim]") {
  Played played(three_steps);
  const std::string whole = played.bytes();
  const uint64_t records = records_in(whole);
  const auto good = played.verify();
  REQUIRE(good);
  CHECK(good->records == records);
  CHECK(good->damage.empty());
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 4);
    played.kept.runs["run-1"].records = {changed};
    const auto verified = played.verify();
    INFO("byte " << at);
    REQUIRE(verified);
    REQUIRE(verified->damage.size() == 1);
    REQUIRE(verified->records <= records_in(std::string_view(whole).substr(0, at + 1)));
  }
}

TEST_CASE("verify finds records that are missing at the end", "[sim]") {
  Played played(three_steps);
  const std::string whole = played.bytes();
  for (uint64_t last = 1; last < records_in(whole); ++last) {
    played.kept.runs["run-1"].records = {whole};
    travel::cut_behind(played.kept.runs["run-1"].records, last);
    const auto verified = played.verify();
    INFO("after record " << last);
    REQUIRE(verified);
    REQUIRE(verified->damage.size() == 1);
    CHECK(verified->records == last);
  }
}

}  // namespace
}  // namespace weft::tests
