#include "engine/publish.hpp"

#include <algorithm>

#include "base/blocks.hpp"
#include "base/limits.hpp"

namespace weft::engine {

std::string path_of(const plan::Plan& plan, const state::Frame* frame, uint32_t node,
                    uint32_t visit) {
  std::string path;
  while (frame != nullptr && node != event::no_node) {
    std::string part(plan.node(plan.blocks[frame->block], node).id);
    if (visit != 0) part += '#' + std::to_string(visit);
    path = path.empty() ? part : part + '/' + path;
    node = frame->parent_node;
    visit = frame->parent_visit;
    frame = frame->outer;
  }
  return path;
}

namespace {

// As observers may see it.
weft_val shown(const plan::Plan& plan, const event::Event& e, Arena arena) {
  if (!Value(e.shown()).exists()) return e.shown();
  return plan.redactor->shown(Value(e.shown()), arena).raw();
}

}  // namespace

Channel::Channel(plugin::BoundSink sink, const Env& env)
    : sink_(sink), env_(&env), kinds_(sink.table->kinds) {}

void Channel::push(const Published& published) {
  ++pushed_;
  const base::Lock lock(mutex_);
  if (queue_.size() - first_ >= base::limits::sink_queue) {
    ++first_;
    ++dropped_;
  }
  if (first_ > 0 && first_ * 2 >= queue_.size()) {
    queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
  queue_.push_back(published);
}

void Channel::drain() {
  {
    const base::Lock lock(mutex_);
    if (is_draining_ || queue_.size() == first_) return;
    is_draining_ = true;
  }
  const bool may_block = (sink_.flags & WEFT_BLOCKING) != 0;
  if (may_block && env_->hand_off(env_->self, work, this)) return;
  consume_all();
}

void Channel::work(void* self) { static_cast<Channel*>(self)->consume_all(); }

void Channel::consume_all() {
  while (true) {
    uint64_t dropped = 0;
    {
      const base::Lock lock(mutex_);
      // What was dropped lay behind the batch in hand, whose memory is needed until now.
      consumed_ += batch_.size() + dropped_;
      batch_.clear();
      if (queue_.size() == first_) {
        queue_.clear();
        first_ = 0;
        is_draining_ = false;
        idle_.notify_all();
        return;
      }
      const size_t n = std::min<size_t>(queue_.size() - first_, base::limits::sink_batch);
      const auto begin = queue_.begin() + static_cast<std::ptrdiff_t>(first_);
      batch_.assign(begin, begin + static_cast<std::ptrdiff_t>(n));
      first_ += n;
      std::swap(dropped, dropped_);
    }
    consume(batch_, dropped);
  }
}

void Channel::consume(const std::vector<Published>& batch, uint64_t dropped) {
  events_.clear();
  pointers_.clear();
  paths_.clear();
  paths_.reserve(batch.size());
  base::Blocks redacted;  // takes memory only when there is something to hide
  for (const Published& p : batch) {
    const event::Event& e = p.event;
    const bool opens = e.type == event::Type::frame_opened && p.frame != nullptr;
    // What a call changes or when it is late is said of the step that called.
    const bool of_call =
        (e.type == event::Type::state_changed || e.type == event::Type::timer_fired) &&
        e.node == event::no_node && p.frame != nullptr;
    paths_.push_back(
        of_call ? path_of(*p.run->state.plan, p.frame->outer, p.frame->parent_node,
                          p.frame->parent_visit)
                : path_of(*p.run->state.plan, opens ? p.frame->outer : p.frame, e.node, e.visit));
    events_.push_back({sizeof(weft_event), static_cast<uint32_t>(e.type), e.seq, e.tick,
                       to_str(event::name(e.type)), to_str(p.run->id),
                       to_str(p.run->state.plan->id), to_str(paths_.back()), e.attempt, e.frame,
                       shown(*p.run->state.plan, e, redacted.arena())});
  }
  for (const weft_event& e : events_) pointers_.push_back(&e);
  sink_.table->consume(sink_.self, pointers_.data(), static_cast<uint32_t>(pointers_.size()),
                       dropped);
}

uint64_t Channel::consumed() const {
  const base::Lock lock(mutex_);
  return consumed_;
}

bool Channel::flush() {
  drain();
  {
    base::Lock lock(mutex_);
    while (is_draining_) lock.wait(idle_);
  }
  weft_error error{};
  error.size = sizeof error;
  plugin::CallArena arena;
  const uint32_t cancel = 0;
  const weft_call call{sizeof call,  1,           0, {nullptr, 0}, arena.raw(), &cancel, 0,
                       {nullptr, 0}, {nullptr, 0}};
  weft_out out{sizeof out, 0, {nullptr, 0}, &error};
  return sink_.table->flush(sink_.self, &call, &out) >= 0;
}

}  // namespace weft::engine
