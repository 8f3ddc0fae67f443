// At: where in a run something happens, and what goes with it while it is decided.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/draft/pattern.h>

#include "run/input.hpp"

namespace weft::run {

// A step, or with less a frame or the run; which attempt of it.
struct At {
  uint32_t frame = event::no_frame, node = event::no_node, visit = 0;
  uint16_t attempt = 0;
  bool is_compensation = false;
};

// What an event holds.
struct Payload {
  Value value;
  uint8_t flags = 0;  // event::is_envelope or is_continued
};

// How a pattern ends its block; said: what hooks made of conflicts.
struct Ending {
  Value result, about;
  const Input* said = nullptr;
};

// A fact on its way to the pattern of a frame.
struct Delivery {
  uint32_t frame;
  weft_fact fact;
};

// What a condition has looked at.
struct Reading {
  std::string_view name, member;
  Value value;
};

}  // namespace weft::run
