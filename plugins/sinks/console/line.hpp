// Lines: what a person reads about an event, on one line.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <weft/draft/sink.h>

namespace weft::console {

// Remembers when runs and steps started, to say how long they took.
class Lines final {
 public:
  // More are not remembered: runs that wait for days do not end here.
  static constexpr size_t started_max = 10'000;

  explicit Lines(bool colored) : colored_(colored) {}

  void append(std::string& out, const weft_event& event);
  void append_dropped(std::string& out, uint64_t count) const;

 private:
  // The path of a step, or empty for the run, with its start.
  using Starts = std::map<std::string, int64_t, std::less<>>;

  int64_t duration_of(const weft_event& event, std::string_view fact);
  void paint(std::string& out, std::string_view color, std::string_view text) const;

  bool colored_;
  size_t started_ = 0;
  std::map<std::string, Starts, std::less<>> runs_;
};

}  // namespace weft::console
