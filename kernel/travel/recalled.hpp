// Recalled: values beside a run as its record tells them, for whoever decides it again.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/doc.hpp"
#include "event/event.hpp"
#include "run/shared.hpp"

namespace weft::travel {

// Whether an event tells what lies beside the run.
bool tells_shared(const event::Event& event);

// Answers the decision that was recorded as these events: each question as it was answered then.
class Recalled final {
 public:
  void begin(const std::vector<event::Event>& decision);
  run::Shared lend() { return {this, get, list, nullptr}; }

 private:
  static Value get(void* self, std::string_view key, Arena arena);
  static Value list(void* self, std::string_view prefix, Arena arena);

  std::vector<Value> told_;  // in their order
  size_t listed_ = 0;        // how often all of an owner was asked for
};

// All that a run has read, for another course of it: what it knew by then, or else first; but for
// what that course writes itself.
class Recollection final {
 public:
  // The events live as long as it does.
  explicit Recollection(const std::vector<event::Event>& told);
  void move_to(int64_t tick) { tick_ = tick; }
  run::Shared lend() { return {this, get, list, put}; }

 private:
  struct Reading {
    int64_t tick;
    run::Kept kept;
  };
  static Value get(void* self, std::string_view key, Arena arena);
  static Value list(void* self, std::string_view prefix, Arena arena);
  static void put(void* self, std::string_view key, Value entry);
  const run::Kept& known(const std::vector<Reading>& readings) const;

  int64_t tick_ = 0;
  std::map<std::string, std::vector<Reading>, std::less<>> readings_;  // by key of a store
  std::map<std::string, base::Doc, std::less<>> written_;              // an empty one: taken away
};

}  // namespace weft::travel
