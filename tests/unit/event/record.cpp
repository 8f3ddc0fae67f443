#include "event/record.hpp"

#include <algorithm>
#include <cstring>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"
#include "state/vault.hpp"

using namespace weft;
using event::Event;
using event::Type;

namespace {

// A run's payloads and the records of them.
struct Written {
  Written() {
    add(Type::run_accepted, R"({"id":"r","input":{"text":"longer than one slot can hold"}})");
    add(Type::step_succeeded, R"([1,2.5,null,"a second text that needs room",{"k":[true]}])");
    Builder b(blocks.arena());
    b.begin_array();
    b.link(vault_payloads[0]);
    b.link(vault_payloads[1]);
    b.end_array();
    add(Type::step_succeeded, b.take_value());
    Event bare{Type::frame_closed, 0, 0, 3, event::no_node, 0, 4, 44, nullptr};
    event::encode(bare, 0, {vault.origins()}, bytes);
  }
  void add(Type type, std::string_view json) { add(type, *base::parse_json(json, blocks.arena())); }
  void add(Type type, Value value) {
    const uint64_t seq = vault_payloads.size() + 1;
    const auto stored = vault.store(seq, value);
    REQUIRE(stored);
    const auto flags =
        static_cast<uint8_t>(event::has_payload | (stored->has_links ? event::has_links : 0));
    const Event e{type, flags, 2, 3, 4, 5, seq, 40, stored->root};
    event::encode(e, state::Vault::payload_bytes(stored->root), {vault.origins()}, bytes);
    vault_payloads.emplace_back(stored->root);
  }
  std::string_view view() const { return {bytes.data(), bytes.size()}; }

  state::Pages pages;
  state::Vault vault{pages};
  base::Blocks blocks;
  std::vector<char> bytes;
  std::vector<Value> vault_payloads;
};

// How many records can be read before the walk ends, and whether it ended with an error.
struct Read {
  uint32_t count = 0;
  bool damaged = false;
};
Read read(std::string_view bytes) {
  Read read;
  event::Reader reader(bytes, 1);
  while (!reader.done()) {
    const auto record = reader.next();
    if (!record) {
      CHECK(record.error().status == Status::corrupt);
      CHECK(record.error().code == "journal.damaged");
      read.damaged = true;
      return read;
    }
    ++read.count;
  }
  return read;
}

}  // namespace

TEST_CASE("a record is read back as it was written", "[event]") {
  const Written written;
  event::Reader reader(written.view(), 1);
  for (uint64_t seq = 1; seq <= 3; ++seq) {
    const auto record = reader.next();
    REQUIRE(record);
    CHECK(record->event.seq == seq);
    CHECK(record->event.attempt == 2);
    CHECK(record->event.frame == 3);
    CHECK(record->event.node == 4);
    CHECK(record->event.visit == 5);
    CHECK(record->event.tick == 40);
    CHECK_FALSE(record->payload.empty());
    CHECK(((record->event.flags & event::has_links) != 0) == (seq == 3));
  }
  const auto bare = reader.next();
  REQUIRE(bare);
  CHECK(bare->event.type == Type::frame_closed);
  CHECK(bare->payload.empty());
  CHECK(reader.done());
}

TEST_CASE("a record with any bit flipped is refused, and what is before it is read", "[event]") {
  Written written;
  REQUIRE(read(written.view()).count == 4);
  std::vector<size_t> ends;
  for (size_t at = 0; at < written.bytes.size();) {
    uint32_t size = 0;
    std::memcpy(&size, written.bytes.data() + at, sizeof size);
    ends.push_back(at += size);
  }
  for (size_t i = 0; i < written.bytes.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      INFO("byte " << i << " bit " << bit);
      written.bytes[i] = static_cast<char>(written.bytes[i] ^ (1 << bit));
      const Read now = read(written.view());
      REQUIRE(now.damaged);
      const auto before = std::upper_bound(ends.begin(), ends.end(), i) - ends.begin();
      REQUIRE(now.count == static_cast<uint32_t>(before));
      written.bytes[i] = static_cast<char>(written.bytes[i] ^ (1 << bit));
    }
  }
}

TEST_CASE("records that are cut anywhere give the whole ones before the cut", "[event]") {
  const Written written;
  for (size_t n = 1; n < written.bytes.size(); ++n) {
    INFO(n << " of " << written.bytes.size() << " bytes");
    const Read now = read(written.view().substr(0, n));
    uint32_t whole = 0;
    uint64_t at = 0;
    bool is_border = false;
    while (at < n) {
      uint32_t size = 0;
      std::memcpy(&size, written.bytes.data() + at, sizeof size);
      at += size;
      if (at <= n) ++whole;
      is_border = at == n;
    }
    REQUIRE(now.count == whole);
    REQUIRE(now.damaged == !is_border);
  }
}

TEST_CASE("a record that is not the next in sequence is refused", "[event]") {
  const Written written;
  CHECK_FALSE(event::Reader(written.view(), 2).next());
}

TEST_CASE("every type of event has a dotted name of its own", "[event]") {
  std::vector<std::string_view> names;
  for (uint8_t i = 1; i < event::type_count; ++i) {
    if (i == 45 || i == 46) continue;  // of no version yet
    names.push_back(event::name(static_cast<Type>(i)));
    const auto type = static_cast<Type>(i);
    const bool is_of_hooks = type >= Type::hook_asked && type <= Type::hook_bypassed;
    const bool is_of_state =
        type == Type::state_changed || type == Type::state_read || type == Type::scope_changed;
    const std::string_view area = is_of_hooks ? "hook." : is_of_state ? "state." : "workflow.";
    CHECK(names.back().starts_with(area));
  }
  std::sort(names.begin(), names.end());
  CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
  CHECK(event::name(static_cast<Type>(event::type_count)) == "unknown");
}
