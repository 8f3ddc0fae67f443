#include "state/frames.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "state/state.hpp"

namespace weft::state {

Frame* Frames::gone() {
  static Frame* const group = [] {
    static Frame frames[group_frames];
    for (Frame& frame : frames) frame.closed = frame.released = true;
    return frames;
  }();
  return group;
}

Frames::~Frames() {
  for (Frame* group : groups_) {
    if (group != gone()) delete[] group;
  }
}

uint32_t Frames::present_from(uint32_t number) const {
  while (number < size_ && (*this)[number].released) {
    const bool whole = groups_[number / group_frames] == gone();
    number = whole ? (number / group_frames + 1) * group_frames : number + 1;
  }
  return std::min(number, size_);
}

Frame& Frames::add(uint32_t number) {
  extend(number);
  if (number % group_frames == 0) groups_.push_back(new Frame[group_frames]);
  size_ = number + 1;
  Frame& frame = (*this)[number];
  frame.number = number;
  return frame;
}

void Frames::extend(uint32_t size) {
  base::check(size >= size_, "a number of a frame is used once");
  const uint32_t end_of_last = std::min(static_cast<uint32_t>(groups_.size()) * group_frames, size);
  for (uint32_t n = size_; n < end_of_last; ++n) (*this)[n] = *gone();
  groups_.resize(std::max<size_t>(groups_.size(), size / group_frames), gone());
  if (groups_.size() * group_frames < size) {
    groups_.push_back(new Frame[group_frames]);
    const uint32_t first = size / group_frames * group_frames;
    for (uint32_t n = std::max(first, size_); n < size; ++n) (*this)[n] = *gone();
  }
  size_ = size;
}

void Frames::forget_released() {
  // In the last one the next frames may stand.
  const uint32_t full = size_ / group_frames;
  for (uint32_t i = 0; i < full; ++i) {
    Frame*& group = groups_[i];
    const bool all =
        std::all_of(group, group + group_frames, [](const Frame& frame) { return frame.released; });
    if (!all || group == gone()) continue;
    delete[] group;
    group = gone();
  }
}

}  // namespace weft::state
