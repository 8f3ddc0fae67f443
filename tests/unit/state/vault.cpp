#include "state/vault.hpp"

#include <map>
#include <vector>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

using namespace weft;
using state::Pages;
using state::Vault;

namespace {

struct Kept {
  Value json(std::string_view text) { return *base::parse_json(text, blocks.arena()); }
  const weft_slot* store(Value value) {
    const auto stored = vault.store(++seq, value);
    REQUIRE(stored);
    has_links = stored->has_links;
    roots[seq] = stored->root;
    return stored->root;
  }
  Pages pages;
  Vault vault{pages};
  base::Blocks blocks;
  uint64_t seq = 0;
  bool has_links = false;
  std::map<uint64_t, const weft_slot*> roots;
};

std::string text_of(size_t n) { return '"' + std::string(n, 'x') + '"'; }

}  // namespace

TEST_CASE("a value from outside is copied once and keeps its bytes", "[state]") {
  Kept kept;
  const Value value = kept.json(R"({"a":[1,"a text that needs room"],"b":null})");
  const weft_slot* root = kept.store(value);
  CHECK(kept.vault.holds(root));
  CHECK_FALSE(kept.vault.holds(value.slot()));
  CHECK_FALSE(kept.has_links);
  CHECK(base::json_text(Value(root)) == base::json_text(value));
}

TEST_CASE("a value that lies in the vault already is linked, at the cost of one slot", "[state]") {
  Kept kept;
  const weft_slot* first = kept.store(kept.json(text_of(5000)));
  const weft_slot* second = kept.store(Value(first));
  CHECK(kept.has_links);
  CHECK(Vault::payload_bytes(second) == sizeof(weft_slot));
  CHECK(weft_payload(second) == weft_payload(first));
  Builder b(kept.blocks.arena());
  b.begin_array();
  b.link(Value(second));
  b.end_array();
  const weft_slot* third = kept.store(b.take_value());
  CHECK(kept.has_links);
  CHECK(Vault::payload_bytes(third) < 100);
  CHECK(base::json_text(Value(third)) == '[' + text_of(5000) + ']');
}

TEST_CASE("a value that fits into a slot is never a link", "[state]") {
  Kept kept;
  for (const char* text : {"null", "true", "7", "2.5", R"("short")", "[]", "{}", R"("")"}) {
    INFO(text);
    const weft_slot* first = kept.store(kept.json(text));
    CHECK_FALSE(kept.has_links);
    const weft_slot* again = kept.store(Value(first));
    CHECK_FALSE(kept.has_links);
    CHECK(base::json_text(Value(again)) == text);
  }
}

TEST_CASE("the payload around every address is found, on pages of every size", "[state]") {
  Kept kept;
  const std::vector<size_t> sizes{1, 20,  300, 4000, 9000,    100, 70000,
                                  7, 255, 256, 257,  3 << 20, 40};
  for (const size_t n : sizes) {
    kept.store(kept.json(text_of(n)));
    for (int i = 0; i < 40; ++i)
      kept.store(kept.json(R"(["of some size",)" + text_of(n % 50) + "]"));
  }
  for (const auto& [seq, root] : kept.roots) {
    const auto* begin = reinterpret_cast<const char*>(root);
    const uint64_t bytes = Vault::payload_bytes(root);
    for (uint64_t at = 0; at < bytes; at += bytes > 5000 ? 977 : 1) {
      const event::Origin origin = kept.vault.origin(begin + at);
      REQUIRE(origin.seq == seq);
      REQUIRE(origin.offset == at);
    }
  }
  CHECK(kept.vault.origin(&kept).seq == 0);
}

TEST_CASE("payloads that were recorded are restored with their links", "[state]") {
  Kept kept;
  kept.store(kept.json(R"({"text":"what is said once","n":[1,2,3]})"));
  Builder b(kept.blocks.arena());
  b.begin_array();
  b.link(Value(kept.roots[1]));
  b.text("and a text of its own");
  b.end_array();
  kept.store(b.take_value());
  REQUIRE(kept.has_links);
  std::vector<char> bytes;
  for (const auto& [seq, root] : kept.roots) {
    const auto flags = static_cast<uint8_t>(event::has_payload | (seq == 2 ? event::has_links : 0));
    const event::Event e{event::Type::step_succeeded, flags, 1, 0, 0, 0, seq, 0, root};
    event::encode(e, Vault::payload_bytes(root), {kept.vault.origins()}, bytes);
  }

  Vault copy(kept.pages);
  std::map<uint64_t, const weft_slot*> restored;
  const event::Targets targets{
      &restored, [](void* self, const event::Origin& origin, const weft_slot&) {
        const auto& map = *static_cast<const std::map<uint64_t, const weft_slot*>*>(self);
        const auto found = map.find(origin.seq);
        if (found == map.end()) return static_cast<const void*>(nullptr);
        return static_cast<const void*>(reinterpret_cast<const char*>(found->second) +
                                        origin.offset);
      }};
  event::Reader reader({bytes.data(), bytes.size()}, 1);
  while (!reader.done()) {
    const auto record = reader.next();
    REQUIRE(record);
    const auto stored = copy.restore(record->event.seq, record->payload, targets);
    REQUIRE(stored);
    CHECK(stored->has_links == (record->event.seq == 2));
    CHECK(base::json_text(Value(stored->root)) ==
          base::json_text(Value(kept.roots[record->event.seq])));
    restored[record->event.seq] = stored->root;
    CHECK(copy.origin(stored->root).seq == record->event.seq);
  }
  CHECK(copy.holds(weft_payload(weft_at(restored[2], 0))));

  SECTION("a link to what is not there is damage") {
    restored.clear();
    Vault other(kept.pages);
    event::Reader again({bytes.data(), bytes.size()}, 1);
    REQUIRE(again.next());
    const auto record = again.next();
    const auto stored = other.restore(2, record->payload, targets);
    REQUIRE_FALSE(stored);
    CHECK(stored.error().code == "journal.damaged");
  }
}

TEST_CASE("a vault that is cleared gives its pages to the next one", "[state]") {
  Kept kept;
  for (int i = 0; i < 100; ++i) kept.store(kept.json(text_of(100)));
  const uint64_t held = kept.vault.held_bytes();
  CHECK(held > 10000);
  kept.vault.clear();
  CHECK(kept.vault.held_bytes() == 0);
  CHECK_FALSE(kept.vault.holds(kept.roots[1]));
  uint64_t got = 0;
  char* page = kept.pages.take(4096, &got);
  CHECK(got == 4096);
  kept.pages.give(page, got);
}

TEST_CASE("a malformed value is refused and leaves nothing behind", "[state]") {
  Kept kept;
  const weft_slot* before = kept.store(kept.json(text_of(50)));
  const std::vector<weft_slot> bad{
      {99, 0, 0, 0, {0}},                    // no tag of any version
      {WEFT_BOOL, 0, 0, 0, {2}},             // neither false nor true
      {WEFT_I64, 1, 0, 0, {2}},              // a number with flags
      {WEFT_BYTES, WEFT_INLINE, 0, 9, {0}},  // longer than its slot
      {WEFT_STR, WEFT_INLINE, 7, 0, {0}},    // the hint of another text
  };
  for (const weft_slot& slot : bad) {
    INFO("tag " << int{slot.tag});
    CHECK_FALSE(kept.vault.store(2, Value(&slot)));
  }
  const weft_slot* after = kept.store(kept.json("1"));
  CHECK(reinterpret_cast<const char*>(after) - reinterpret_cast<const char*>(before) ==
        static_cast<std::ptrdiff_t>(Vault::payload_bytes(before) + 16));
}

TEST_CASE("a vault that shares another sees all of it, and grows on its own", "[state]") {
  Kept base;
  for (int i = 0; i < 50; ++i) base.store(base.json(text_of(3000)));
  Vault fork(base.pages);
  fork.share_from(base.vault);
  CHECK(fork.held_bytes() == base.vault.held_bytes());
  for (const auto& [seq, root] : base.roots) {
    REQUIRE(fork.holds(root));
    REQUIRE(fork.origin(root).seq == seq);
  }
  const auto linked = fork.store(51, Value(base.roots[7]));
  REQUIRE(linked);
  CHECK(linked->has_links);
  CHECK(weft_payload(linked->root) == weft_payload(base.roots[7]));
  CHECK_FALSE(base.vault.holds(linked->root));
  const weft_slot* later = base.store(base.json(text_of(70'000)));
  CHECK_FALSE(fork.holds(later));

  const std::string before = base::json_text(Value(base.roots[7]));
  base.vault.clear();
  base.store(base.json(text_of(3000)));
  CHECK(base::json_text(Value(linked->root)) == before);
}

TEST_CASE("a large payload lies on a page of its own", "[state]") {
  Kept kept;
  const weft_slot* small = kept.store(kept.json(text_of(100)));
  const weft_slot* large = kept.store(kept.json(text_of(500'000)));
  const weft_slot* next = kept.store(kept.json(text_of(100)));
  CHECK(Vault::payload_bytes(large) > 500'000);
  CHECK(reinterpret_cast<const char*>(next) - reinterpret_cast<const char*>(small) ==
        static_cast<std::ptrdiff_t>(Vault::payload_bytes(small) + 16));
  const uint64_t before = kept.vault.held_bytes();
  const uint32_t round = kept.vault.next_round();
  CHECK(kept.vault.meet(small, round) == small);
  CHECK(kept.vault.meet(small, round) == nullptr);
  const uint64_t given = kept.vault.give_back_unmet(round);
  CHECK(given >= 500'000);
  CHECK(kept.vault.held_bytes() == before - given);
  CHECK(kept.vault.holds(next));
  CHECK_FALSE(kept.vault.holds(large));
}

TEST_CASE("a part of a text that begins at any byte is copied and not linked", "[state]") {
  Kept kept;
  const weft_slot* text = kept.store(kept.json(text_of(5000)));
  weft_slot tail = *text;
  tail.len -= 3;
  const char* from = static_cast<const char*>(weft_payload(text)) + 3;
  tail.v.rel = from - reinterpret_cast<const char*>(&tail);
  tail.hint = weft_hint(from, tail.len);
  const weft_slot* stored = kept.store(Value(&tail));
  CHECK_FALSE(kept.has_links);
  CHECK(base::json_text(Value(stored)) == text_of(4997));
}
