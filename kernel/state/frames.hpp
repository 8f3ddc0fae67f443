// Frames: the frames of a run by number, without those that nobody asks for any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace weft::state {

struct Frame;

// Numbers count up and are never used again. A frame stays where it is; what is gone reads as one
// that is closed and has no nodes.
class Frames final {
 public:
  Frames() = default;
  ~Frames();
  Frames(const Frames&) = delete;
  Frames& operator=(const Frames&) = delete;

  uint32_t size() const { return size_; }  // of all that ever were
  bool empty() const { return size_ == 0; }
  Frame& operator[](uint32_t number);  // these two are in state.hpp, behind what a frame is
  const Frame& operator[](uint32_t number) const;
  Frame& front() { return (*this)[0]; }
  const Frame& front() const { return (*this)[0]; }

  // The next one; or the one with a number above all that were, and those between are gone.
  Frame& add() { return add(size_); }
  Frame& add(uint32_t number);
  // As if that many had been, those that are not there gone. Requires: size() is not larger.
  void extend(uint32_t size);
  // Gives the memory of released frames back where a whole group of neighbours is released.
  // Requires: nobody holds a pointer to one of them.
  void forget_released();

  // Over those that are there.
  template <class F>
  class Iterator final {
   public:
    using Of = std::conditional_t<std::is_const_v<F>, const Frames, Frames>;
    Iterator(Of* of, uint32_t at) : of_(of), at_(of->present_from(at)) {}
    F& operator*() const { return (*of_)[at_]; }
    Iterator& operator++() {
      at_ = of_->present_from(at_ + 1);
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    Of* of_;
    uint32_t at_;
  };
  Iterator<Frame> begin() { return {this, 0}; }
  Iterator<Frame> end() { return {this, size_}; }
  Iterator<const Frame> begin() const { return {this, 0}; }
  Iterator<const Frame> end() const { return {this, size_}; }

 private:
  static constexpr uint32_t group_frames = 4;
  static Frame* gone();  // a group of frames that are gone, which nobody changes
  uint32_t present_from(uint32_t number) const;  // the first from there on, or size()

  std::vector<Frame*> groups_;  // none is null; those of which all are gone are gone()
  uint32_t size_ = 0;
};

}  // namespace weft::state
