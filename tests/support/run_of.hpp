// RunOf: a run of a definition that is told what happens, one event after the other.
#pragma once

#include <malloc.h>

#include <memory>
#include <string>
#include <string_view>

#include "catalog.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "plan/build.hpp"
#include "state/state.hpp"

namespace weft::tests {

// Bytes of the heap in use since then.
struct Allocated {
  size_t before = mallinfo2().uordblks;
  size_t more_bytes() const {
    const size_t now = mallinfo2().uordblks;
    return now > before ? now - before : 0;
  }
};

struct RunOf {
  explicit RunOf(std::string_view definition, bool keeps = false)
      : plan(build(catalog, definition)), state(plan, pages), keeps_events(keeps) {
    tell(event::Type::run_accepted, event::no_frame, event::no_node,
         R"({"id":"r","input":{"a":"what the run was given"},"params":null,"seed":9})");
  }
  static std::shared_ptr<const plan::Plan> build(FakeCatalog& catalog,
                                                 std::string_view definition) {
    Text json;
    plan::Built built =
        plan::build(plan::Source(base::pack(json.json(definition)), "x.json"), catalog.get());
    for (const Error& e : built.problems) UNSCOPED_INFO(e.where.pointer << " " << e.message);
    REQUIRE(built.plan != nullptr);
    return built.plan;
  }

  // An event that is not folded yet.
  event::Event event(event::Type type, uint32_t frame, uint32_t node) const {
    const auto tick = 100 + static_cast<int64_t>(state.seq);
    return {type, 0, 1, frame, node, 0, state.seq + 1, tick, nullptr};
  }
  event::Event opened(uint32_t frame, uint32_t parent, uint32_t node, uint32_t block) {
    event::Event e = event(event::Type::frame_opened, frame, node);
    packed = {WEFT_I64, 0, 0, 0, {state::frame_payload(parent, block)}};
    keep(e, Value(&packed));
    return e;
  }

  void open(uint32_t frame, uint32_t parent, uint32_t node) {
    const bool outermost = parent == event::no_frame;
    const uint32_t block = outermost ? 0 : state.node(state.frames[parent], node).block;
    fold(opened(frame, parent, node, block));
  }
  void tell(event::Type type, uint32_t frame, uint32_t node = event::no_node,
            std::string_view payload = {}) {
    event::Event e = event(type, frame, node);
    blocks.reset();
    if (!payload.empty()) keep(e, *base::parse_json(payload, blocks.arena()));
    fold(e);
  }
  void tell(event::Type type, uint32_t frame, uint32_t node, Value payload) {
    event::Event e = event(type, frame, node);
    keep(e, payload);
    fold(e);
  }

  FakeCatalog catalog;
  state::Pages pages;
  std::shared_ptr<const plan::Plan> plan;
  state::State state;
  base::Blocks blocks;
  weft_slot packed{};
  bool keeps_events;
  std::vector<event::Event> events;  // folded since they were taken away

 private:
  void keep(event::Event& e, Value payload) {
    const auto stored = state.vault.store(e.seq, payload);
    if (!stored) FAIL(stored.error().message);
    e.payload = stored->root;
    e.flags |= event::has_payload;
    if (stored->has_links) e.flags |= event::has_links;
  }
  void fold(const event::Event& e) {
    if (!state::may_fold(state, e)) FAIL("event " << e.seq << " may not be folded");
    state::fold(state, e);
    if (keeps_events) events.push_back(e);
  }
};

}  // namespace weft::tests
