// Snapshots and records: whatever their bytes are, reading them ends with a state that may be
// walked, or with an error. The checksums of the input are made right first, for they keep out
// accidents and not intent.
#include <algorithm>
#include <cstring>

#include "base/crc32c.hpp"
#include "base/json.hpp"
#include "base/pack.hpp"
#include "fuzz.hpp"
#include "journal/recover.hpp"
#include "state/snapshot.hpp"
#include "state/snapshot_layout.hpp"
#include "state/sweep.hpp"

using namespace weft;
using namespace weft::state;
using event::Type;
using fuzz::claim;

namespace {

// Two blocks, of which the inner one stands at node 0 of the outer; no patterns, no tools.
std::shared_ptr<const plan::Plan> make_plan() {
  auto plan = std::make_shared<plan::Plan>();
  plan->id = "fuzz";
  plan->nodes.resize(6);
  plan->nodes[0].kind = plan::Kind::block;
  plan->nodes[0].block = 1;
  plan::Block outer, inner;
  outer.count = 4;
  inner.first = 4;
  inner.count = 2;
  plan->blocks = {outer, inner};
  return plan;
}

const std::shared_ptr<const plan::Plan>& the_plan() {
  static const std::shared_ptr<const plan::Plan> plan = make_plan();
  return plan;
}

// A run that leaves something in every part of its state.
class Made final {
 public:
  Made() : state_(the_plan(), pages_) {
    tell(Type::run_accepted, event::no_frame, 0, R"({"input":{"a":"long enough"},"seed":7})");
    tell(Type::frame_opened, 0, event::no_node, "-4294967296");
    tell(Type::step_started, 0, 0, "");
    tell(Type::frame_opened, 1, 0, "1");
    tell(Type::step_started, 1, 1, R"(["an argument that is long",{"k":1}])");
    tell(Type::step_succeeded, 1, 1, R"({"rows":[{"a":1,"b":"long enough too"}]})");
    snapshot(true);
    tell_again(Type::step_started, 0, 1, Value(state_.frames[1].value[1]));
    tell_again(Type::step_succeeded, 0, 1, Value(state_.frames[1].value[1])[0U]);
    tell(Type::timer_set, 0, 2, "900");
    tell(Type::frame_advanced, 0, event::no_node, R"({"memo":"of some length"})");
    snapshot(false);
    tell(Type::step_doubted, 0, 1, R"("nobody knows")");
  }
  std::vector<std::string> pieces;  // what was told, in pieces that begin with their kind

 private:
  void tell(Type type, uint32_t frame, uint32_t node, const char* json) {
    base::Blocks blocks;
    tell_again(type, frame, node, *json != 0 ? *base::parse_json(json, blocks.arena()) : Value());
  }
  void tell_again(Type type, uint32_t frame, uint32_t node, Value payload) {
    event::Event e{type, 0, 1, frame, node, 0, state_.seq + 1, 50, nullptr};
    if (payload.exists()) {
      const auto stored = state_.vault.store(e.seq, payload);
      claim(bool(stored), "a sample is stored");
      e.payload = stored->root;
      e.flags = event::has_payload;
      if (stored->has_links) e.flags |= event::has_links;
    }
    claim(may_fold(state_, e), "a sample may be folded");
    fold(state_, e);
    std::vector<char> record;
    event::encode(e, e.payload != nullptr ? Vault::payload_bytes(e.payload) : 0,
                  {state_.vault.origins()}, record);
    pieces.emplace_back(record.data(), record.size());
  }
  void snapshot(bool whole) {
    std::vector<char> bytes;
    write_snapshot(state_, whole, nullptr, bytes);
    pieces.emplace_back(bytes.data(), bytes.size());
  }

  Pages pages_;
  State state_;
};

// The input is cut where its pieces say that they end.
std::vector<std::string> pieces_of(std::string_view input) {
  std::vector<std::string> pieces;
  while (input.size() >= 16 && pieces.size() < 64) {
    uint64_t size = 0;
    if (is_snapshot(input) && input.size() >= sizeof(SnapshotHead)) {
      std::memcpy(&size, input.data() + offsetof(SnapshotHead, size), sizeof size);
    } else {
      std::memcpy(&size, input.data(), sizeof(uint32_t));
    }
    size = std::clamp<uint64_t>(size, 16, input.size());
    pieces.emplace_back(input.substr(0, size));
    input.remove_prefix(size);
  }
  return pieces;
}

void make_checksum_right(std::string& piece) {
  const bool snapshot = is_snapshot(piece);
  const size_t from = snapshot ? crc_from : 8;
  const size_t at = snapshot ? offsetof(SnapshotHead, crc) : offsetof(event::Header, crc);
  const uint32_t crc = base::crc32c(piece.data() + from, piece.size() - from);
  std::memcpy(piece.data() + at, &crc, sizeof crc);
}

// Touches all that a reader of the state may reach.
void walk(State& state) {
  for (const Value v : {state.acceptance, state.input, state.params, state.outcome}) {
    base::json_text(v.exists() ? v : null_value());
  }
  for (const Frame& frame : state.frames) {
    base::json_text(frame.memo.exists() ? frame.memo : null_value());
    for (uint32_t n = 0; n < frame.count; ++n) {
      if (frame.value[n] != nullptr) base::json_text(Value(frame.value[n]));
      step_path(state, frame.number, n);
    }
  }
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  const Made made;
  std::string records, chain;
  for (const std::string& piece : made.pieces) (is_snapshot(piece) ? chain : records) += piece;
  return {records, chain, chain + made.pieces.back(), made.pieces[6]};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Pages pages;
  State state(the_plan(), pages);
  journal::Recovery recovery(state);
  bool good = true;
  for (std::string& piece : pieces_of({reinterpret_cast<const char*>(bytes), size})) {
    make_checksum_right(piece);
    (void)journal::acceptance_of(piece);
    good = bool(recovery.take(piece));
    if (!good) break;
  }
  // What a damaged record follows is whole; what a damaged snapshot began is not.
  if (!good && !recovery.cut()) return 0;
  walk(state);
  sweep(state);
  walk(state);
  if (state.seq == 0) return 0;
  std::vector<char> again;
  write_snapshot(state, true, nullptr, again);
  State copy(the_plan(), pages);
  journal::Recovery from_snapshot(copy);
  const auto taken = from_snapshot.take({again.data(), again.size()});
  claim(bool(taken), taken ? "" : taken.error().message.c_str());
  walk(copy);
  return 0;
}
