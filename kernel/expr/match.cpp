// The simulation of a regular expression: one pass over the text with the set of possible states.
#include "expr/match.hpp"

#include <cstring>

#include "expr/code_point.hpp"

namespace weft::expr {
namespace {

using Kind = Regexp::Kind;
using State = Regexp::State;

// The states reached at one position. The arrays are not initialised: only what a pattern needs is
// ever touched.
class Reach final {
 public:
  explicit Reach(const std::vector<State>& states)
      : states_(states), words_((states.size() + 63) / 64) {}

  void clear() {
    size_ = 0;
    accepted_ = false;
    std::memset(seen_, 0, words_ * sizeof(uint64_t));
  }
  struct Edge {
    bool start, end;
  };
  // Adds a state and all that is reached from it without reading. A state is pushed once at most.
  void add(uint16_t state, Edge edge) {
    uint32_t open = 0;
    push(state, open);
    while (open != 0) {
      const uint16_t at = stack_[--open];
      const State& s = states_[at];
      switch (s.kind) {
        case Kind::accept: accepted_ = true; break;
        case Kind::split:
          push(s.next, open);
          push(s.other, open);
          break;
        case Kind::start:
          if (edge.start) push(s.next, open);
          break;
        case Kind::end:
          if (edge.end) push(s.next, open);
          break;
        case Kind::range:
        case Kind::set: items_[size_++] = at; break;
      }
    }
  }
  bool accepted() const { return accepted_; }
  const uint16_t* begin() const { return items_; }
  const uint16_t* end() const { return items_ + size_; }

 private:
  void push(uint16_t state, uint32_t& open) {
    uint64_t& word = seen_[state >> 6U];
    const uint64_t bit = uint64_t{1} << (state & 63U);
    if ((word & bit) != 0) return;
    word |= bit;
    stack_[open++] = state;
  }

  const std::vector<State>& states_;
  size_t words_;
  uint32_t size_ = 0;
  bool accepted_ = false;
  uint64_t seen_[Regexp::states_max / 64];
  uint16_t items_[Regexp::states_max];
  uint16_t stack_[Regexp::states_max];
};

}  // namespace

bool Regexp::matches(std::string_view text) const { return run(text, false); }
bool Regexp::search(std::string_view text) const { return run(text, true); }

bool Regexp::run(std::string_view text, bool anywhere) const {
  Reach one(states_), two(states_);
  Reach* now = &one;
  Reach* then = &two;
  now->clear();
  now->add(first_, {true, text.empty()});
  for (size_t at = 0; at < text.size();) {
    if (anywhere && now->accepted()) return true;
    if (!anywhere && now->begin() == now->end()) return false;
    const char32_t c = next_code_point(text, at);
    const bool at_end = at == text.size();
    then->clear();
    for (const uint16_t number : *now) {
      const State& s = states_[number];
      const bool reads =
          s.kind == Kind::range ? c >= s.low && c <= s.high : sets_[s.other].contains(c);
      if (reads) then->add(s.next, {false, at_end});
    }
    if (anywhere) then->add(first_, {false, at_end});
    std::swap(now, then);
  }
  return now->accepted();
}

}  // namespace weft::expr
