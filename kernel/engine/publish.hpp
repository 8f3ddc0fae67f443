// Publish: events on their way to the sinks, behind the commit.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <vector>

#include <weft/draft/sink.h>

#include "base/mutex.hpp"
#include "engine/env.hpp"
#include "event/event.hpp"
#include "plugin/bound.hpp"
#include "run/run.hpp"

namespace weft::engine {

// An event with what its names are made of; all of it outlives the queue.
struct Published {
  const run::Run* run;
  const state::Frame* frame;  // null for events of the run itself
  event::Event event;
};

// Where a step stands, as state::step_path says it, from what never changes once a frame is open:
// so any thread may ask, and also when the table of the frame is gone.
std::string path_of(const plan::Plan& plan, const state::Frame* frame, uint32_t node,
                    uint32_t visit);

// One sink and its bounded queue. When it is full the oldest is dropped and counted; a run is never
// slowed. Names and times are made here, by whoever drains, and not by the deciding thread.
class Channel final {
 public:
  Channel(plugin::BoundSink sink, const Env& env);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  bool wants(uint32_t area) const { return (kinds_ >> area & 1U) != 0; }
  void push(const Published& published);
  // Starts draining, on another thread if the sink may block and there is one.
  void drain();
  // Everything pushed so far is consumed, and the sink has written it out; false when it could not.
  bool flush();
  uint64_t pushed() const { return pushed_; }
  uint64_t consumed() const;

 private:
  static void work(void* self);
  void consume_all();
  void consume(const std::vector<Published>& batch, uint64_t dropped);

  plugin::BoundSink sink_;
  const Env* env_;
  uint64_t kinds_;
  uint64_t pushed_ = 0;  // by the deciding thread only

  mutable base::Mutex mutex_;
  std::condition_variable idle_;
  std::vector<Published> queue_ WEFT_GUARDED_BY(mutex_);
  size_t first_ WEFT_GUARDED_BY(mutex_) = 0;
  uint64_t dropped_ WEFT_GUARDED_BY(mutex_) = 0;
  uint64_t consumed_ WEFT_GUARDED_BY(mutex_) = 0;
  bool is_draining_ WEFT_GUARDED_BY(mutex_) = false;

  // Of whoever drains.
  std::vector<Published> batch_;
  std::vector<weft_event> events_;
  std::vector<const weft_event*> pointers_;
  std::vector<std::string> paths_;
};

}  // namespace weft::engine
