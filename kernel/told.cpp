// What happened, told to a store that keeps it in tables for people. Nothing waits for it: it is
// done when the engine is idle, and when a kernel that ran something is closed.
#include <vector>

#include "base/blocks.hpp"
#include "base/limits.hpp"
#include "kernel_rooms.hpp"
#include "state/shown.hpp"

namespace weft {

using namespace weft::lit;

namespace {

constexpr std::string_view untold = "untold/";

// Events with the texts that they point at.
class Batch final {
 public:
  Batch(journal::Store& store, std::string_view run) : store_(store), run_(run) {
    paths_.reserve(base::limits::sink_batch);
    events_.reserve(base::limits::sink_batch);
  }

  Result<void> add(const state::State& state, const event::Event& e) {
    paths_.push_back(path_of(state, e));
    events_.push_back(readable({state, run_, paths_.back()}, e, redacted_.arena()));
    return events_.size() < base::limits::sink_batch ? Result<void>() : flush();
  }

  Result<void> flush() {
    if (events_.empty()) return {};
    std::vector<const weft_event*> pointers;
    pointers.reserve(events_.size());
    for (const weft_event& event : events_) pointers.push_back(&event);
    auto told = store_.tell(run_, pointers.data(), static_cast<uint32_t>(pointers.size()));
    paths_.clear();
    events_.clear();
    redacted_.reset();
    return told;
  }

 private:
  journal::Store& store_;
  std::string_view run_;
  std::vector<std::string> paths_;
  std::vector<weft_event> events_;
  base::Blocks redacted_;
};

}  // namespace

std::string path_of(const state::State& state, const event::Event& e) {
  // What a call changes or when it is late is said of the step that called.
  const bool of_call = e.type == event::Type::state_changed || e.type == event::Type::timer_fired;
  if (of_call && e.frame != event::no_frame && e.node == event::no_node) {
    const state::Frame& frame = state.frames[e.frame];
    return state::step_path(state, frame.parent, frame.parent_node);
  }
  const bool of_step =
      e.frame != event::no_frame && e.node != event::no_node && e.type != event::Type::frame_opened;
  return of_step ? state::step_path(state, e.frame, e.node) : std::string();
}

weft_event readable(const Readable& in, const event::Event& e, Arena arena) {
  return {sizeof(weft_event),
          static_cast<uint32_t>(e.type),
          e.seq,
          e.tick,
          to_str(event::name(e.type)),
          to_str(in.run),
          to_str(in.state.plan->id),
          to_str(in.path),
          e.attempt,
          e.frame,
          state::shown(in.state, e, arena)};
}

// A run that cannot be read tells nothing, and says why to whoever asks for it.
void Kernel::Rooms::tell() {
  if (!store->has_tables()) return;
  auto found = store->scan(untold, {}, base::limits::told_at_once);
  if (!found) return;
  for (const Value entry : found->view()) {
    const std::string run(entry["key"_k].as_text().substr(untold.size()));
    const uint64_t told = entry["value"_k]["told"_k].as_u64();
    Batch batch(*store, run);
    Result<void> done;
    const auto each = [&](const state::State& state, const event::Event& e) {
      if (done && e.seq > told) done = batch.add(state, e);
    };
    auto recalled = recall(run, each);
    if (recalled && done) (void)batch.flush();
  }
}

}  // namespace weft
