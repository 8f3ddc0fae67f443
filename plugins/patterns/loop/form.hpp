// Form: what a loop says, as its plan holds it and as a frame reads it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

namespace loop {

inline constexpr uint32_t none = UINT32_MAX;
inline constexpr int64_t unlimited = -1;

enum class When : uint8_t { success, failure, always };
enum class Keep : uint8_t { all, first, last, reduce, nothing };

// One thing that an iteration does, in this order.
struct Part {
  enum class Kind : uint8_t {
    before,
    body,
    reduce,
    until,
    breaks
  };  // before: the condition 'while'
  Kind kind = Kind::body;
  uint32_t node = 0;          // of one lane
  When when = When::success;  // of a step of the body
  std::string_view message;   // of a break condition
  std::string_view id;        // of a step of the body
};

// A number that is written, or made by an expression when the loop begins.
struct Number {
  int64_t written = 0;
  uint32_t node = none;
  bool is_given = false;
};

struct Limits {
  int64_t time_ns = unlimited, memory = unlimited, tokens = unlimited, steps = unlimited;
  double cost = unlimited;
  bool counts() const { return memory >= 0 || tokens >= 0 || steps >= 0 || cost >= 0; }
};

struct Form {
  uint32_t nodes = 0;  // of one lane
  uint32_t lanes = 1;
  uint32_t collection = none;  // node
  Number start, end, step, count;
  bool is_range = false;
  std::vector<Part> parts;
  uint32_t body_first = 0, body_end = 0;  // in parts
  uint32_t reduce = none;                 // in parts
  int64_t most = unlimited;               // iterations
  int64_t enough = unlimited;             // of them that succeed
  bool cancels_rest = false;              // of those under way, once there are enough
  bool fails_at_most = false;
  uint32_t at_once = 1;
  Keep keep = Keep::all;
  uint32_t kept = 0;  // results, where a number of them is kept
  weft::Value initial;
  bool binds = true;      // something speaks of what an iteration binds
  bool goes_on = false;   // when an iteration fails
  bool recalls = false;   // something speaks of what the steps of each iteration gave
  uint32_t recalled = 0;  // records that one memo takes over
  int64_t timeout_ns = 0, iteration_ns = 0, delay_ns = 0;
  Limits limits;

  bool collects() const { return keep == Keep::all || keep == Keep::first || keep == Keep::last; }
  // How many results one memo takes over from the table.
  uint32_t chunk() const {
    const uint32_t wanted = lanes >= 128 ? 64 : lanes / 2;
    return recalls && recalled < wanted ? recalled : wanted;
  }
  uint32_t node_at(uint32_t iteration, uint32_t node) const {
    return iteration % lanes * nodes + node;
  }
};

// {plan, problems, lanes, spared} of a block.
weft::Value compile(weft::Value block, weft::Builder& out);
Form read(weft::Value plan);

}  // namespace loop
