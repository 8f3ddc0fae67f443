// What a snapshot holds, and what a damaged one is answered.
#include "state/snapshot.hpp"

#include <cstring>

#include "base/crc32c.hpp"
#include "catch.hpp"
#include "run_of.hpp"
#include "state/snapshot_layout.hpp"
#include "state_text.hpp"

using namespace weft;
using event::Type;

namespace {

std::string many_steps(uint32_t n) {
  std::string text = R"({"id":"x","steps":[{"id":"block","type":"sequential","steps":[
      {"id":"within","tool":"upper","parameters":{"input":"x"}}]})";
  for (uint32_t i = 1; i < n; ++i) {
    text += R"(,{"id":"s)" + std::to_string(i) + R"(","tool":"upper","parameters":{"input":"x"}})";
  }
  return text + "]}";
}

std::string written(state::State& state, bool whole) {
  std::vector<char> bytes;
  state::write_snapshot(state, whole, nullptr, bytes);
  return {bytes.data(), bytes.size()};
}

// A run of which there is a chain of two snapshots.
struct Chained {
  Chained() : run(many_steps(1000)) {
    run.open(0, event::no_frame, event::no_node);
    for (uint32_t n = 1; n < 1000; ++n) {
      run.tell(Type::step_started, 0, n);
      run.tell(Type::step_succeeded, 0, n, R"({"n":1,"text":"a result with room of its own"})");
    }
    first = written(run.state, true);
    run.open(1, 0, 0);
    run.tell(Type::step_started, 1, 0, Value(run.state.frames[0].value[700]));
    run.tell(Type::timer_set, 1, 0, "900");
    run.tell(Type::step_started, 0, 300);
    second = written(run.state, false);
  }
  // The error of reading the chain, and the state that it leads to.
  std::string read(std::string_view a, std::string_view b) {
    state::State state(run.plan, run.pages);
    state::Payloads payloads;
    const event::Fetch none;
    for (const std::string_view bytes : {a, b}) {
      if (bytes.empty()) continue;
      const auto done = state::read_snapshot(bytes, state, {payloads, none, {}});
      if (!done) return done.error().message;
    }
    text = tests::StateText::of(state);
    saved = state.saved;
    return "";
  }

  tests::RunOf run;
  std::string first, second, text;
  state::Saved saved;
};

// Bytes of which some are changed and whose checksum is made right again.
std::string changed(std::string bytes, size_t at, std::string_view with) {
  bytes.replace(at, with.size(), with);
  const uint32_t crc = base::crc32c(bytes.data() + state::crc_from, bytes.size() - state::crc_from);
  std::memcpy(bytes.data() + offsetof(state::SnapshotHead, crc), &crc, sizeof crc);
  return bytes;
}

size_t body_of(const std::string& bytes, state::Section wanted) {
  size_t at = sizeof(state::SnapshotHead);
  while (true) {
    state::SectionHead head;
    std::memcpy(&head, bytes.data() + at, sizeof head);
    at += sizeof head;
    if (head.kind == static_cast<uint32_t>(wanted)) return at;
    at += head.size;
  }
}

}  // namespace

TEST_CASE("a snapshot that adds to another holds only what changed since", "[state]") {
  Chained chain;
  CHECK(chain.first.size() > 100'000);
  CHECK(chain.second.size() < 20'000);  // two chunks of four, and no result that was there before
  REQUIRE(chain.read(chain.first, chain.second) == "");
  CHECK(chain.text == tests::StateText::of(chain.run.state));
  CHECK(chain.saved.seq == chain.run.state.seq);
  CHECK(chain.saved.links == 2);
  CHECK(chain.saved.whole_bytes == chain.first.size());
  CHECK(chain.saved.chain_bytes == chain.second.size());

  CHECK(chain.run.state.dirty.empty());
  const std::string whole = written(chain.run.state, true);
  REQUIRE(chain.read(whole, {}) == "");
  CHECK(chain.text == tests::StateText::of(chain.run.state));
}

TEST_CASE("a payload that nothing leads to is not in a snapshot", "[state]") {
  tests::RunOf run(many_steps(2));
  run.open(0, event::no_frame, event::no_node);
  run.tell(Type::step_started, 0, 1);
  run.tell(Type::step_succeeded, 0, 1, R"("the first result, which is replaced")");
  run.tell(Type::step_started, 0, 1);
  run.tell(Type::step_succeeded, 0, 1, R"("the second result, which stays")");
  const std::string bytes = written(run.state, true);
  CHECK(bytes.find("which stays") != std::string::npos);
  CHECK(bytes.find("which is replaced") == std::string::npos);
}

TEST_CASE("a chain is begun anew when it has grown long", "[state]") {
  state::Saved saved;
  CHECK(state::wants_whole(saved));
  saved.add(true, 10, 1'000'000);
  CHECK_FALSE(state::wants_whole(saved));
  saved.add(false, 20, 1'900'000);
  CHECK_FALSE(state::wants_whole(saved));
  saved.add(false, 30, 200'000);
  CHECK(state::wants_whole(saved));
  saved.add(true, 40, 1000);
  CHECK_FALSE(state::wants_whole(saved));
  for (uint64_t seq = 41; seq < 40 + 256; ++seq) saved.add(false, seq, 100);
  CHECK(state::wants_whole(saved));
}

TEST_CASE("a snapshot that is damaged is refused and says where", "[state]") {
  Chained chain;
  const std::string& a = chain.first;
  const auto after = [&](size_t more, state::Section section) {
    return body_of(a, section) + more;
  };
  using state::Section;
  struct Row {
    std::string bytes;
    const char* problem;
  };
  const std::string_view ones = "\xff\xff\xff\xff";
  const Row rows[] = {
      {a.substr(0, 20), "is cut short"},
      {a.substr(0, a.size() - 8), "is cut short"},
      {a.substr(8), "does not begin like one"},
      {changed(a, 8, "\x07"), "is of version 7, this kernel reads version 6"},
      {std::string(a).replace(5000, 1, 1, static_cast<char>(a[5000] ^ 1)), "its checksum"},
      {changed(a, 24, ones), "has a head that cannot be"},
      {changed(a, 40, ones), "has a head that cannot be"},
      {changed(a, after(0, Section::payloads) - 16, "\x02"), "'payloads', entry 0: another stands"},
      {changed(a, after(0, Section::payloads) - 8, ones), "'payloads', entry 0: it is cut short"},
      {changed(a, after(0, Section::payloads), ones), "'payloads', entry 0: it is out of sequence"},
      {changed(a, after(8, Section::payloads), ones), "'payloads', entry 0: it is cut short"},
      {changed(a, after(16, Section::payloads), ones), "'payloads', entry 0: it is a malformed"},
      {changed(a, after(0, Section::run), "\x63"), "'run', entry 0: a choice is none"},
      {changed(a, after(7 * 8, Section::run), ones), "'run', entry 0: a value is not there"},
      {changed(a, after(0, Section::frames), "\x05"), "'frames', entry 0: it stands where"},
      {changed(a, after(0, Section::frames), ones), "'frames', entry 0: it stands where"},
      {changed(a, after(8, Section::frames), "\x09"), "'frames', entry 0: it stands where"},
      {changed(a, after(5 * 8, Section::frames), "\xf0\x0f"),
       "'frames', entry 0: it names a missing"},
      {changed(a, after(0, Section::chunks), "\x09"), "'chunks', entry 0: its frame is not there"},
      {changed(a, after(4, Section::chunks), "\x01"), "'chunks', entry 0: it is not a chunk"},
      {changed(a, after(8, Section::chunks), "\x05"), "'chunks', entry 0: it is not a chunk"},
      {changed(a, after(24, Section::chunks), "\x01"), "'chunks', entry 0: a value is not there"},
      {changed(a, after(16 + 34 * 256, Section::chunks), "\x20"), "entry 0: a step has a status"},
      {changed(a, after(0, Section::waits), ones), "'waits', entry 0: a list is cut short"},
  };
  for (const Row& row : rows) {
    INFO(row.problem);
    const std::string problem = chain.read(row.bytes, {});
    CHECK(problem.find(row.problem) != std::string::npos);
    CHECK(problem.starts_with("a snapshot "));
  }
}

TEST_CASE("snapshots are read only in the order in which they were written", "[state]") {
  Chained chain;
  CHECK(chain.read(chain.second, {}).find("adds to one up to event") != std::string::npos);
  CHECK(chain.read(chain.first, chain.first).find("adds to one up to event 0") !=
        std::string::npos);
}

TEST_CASE("what a run was accepted with is read from a snapshot without its definition",
          "[state]") {
  Chained chain;
  const auto acceptance = state::acceptance_in(chain.first, {});
  REQUIRE(acceptance);
  CHECK(acceptance->view()[Key("seed")].as_u64() == 9);
  CHECK_FALSE(state::acceptance_in(changed(chain.first, 8, "\x07"), {}));
}

TEST_CASE("a copy of a state goes on from where it stands and leaves the other alone", "[state]") {
  Chained chain;
  state::State fork(chain.run.plan, chain.run.pages);
  state::copy(chain.run.state, fork);
  const std::string before = tests::StateText::of(chain.run.state);
  CHECK(tests::StateText::of(fork) == before);
  CHECK(fork.saved.seq == 0);
  const event::Event e{Type::step_cancelled, 0, 1, 0, 400, 0, fork.seq + 1, 5000, nullptr};
  state::fold(fork, e);
  CHECK(tests::StateText::of(chain.run.state) == before);
  CHECK(tests::StateText::of(fork) != before);
  const std::string bytes = written(fork, true);
  REQUIRE(chain.read(bytes, {}) == "");
  CHECK(chain.text == tests::StateText::of(fork));
}
