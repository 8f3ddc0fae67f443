#include "state/sweep.hpp"

#include <algorithm>

#include "event/links.hpp"
#include "state/fields.hpp"
#include "state/reach.hpp"

namespace weft::state {
namespace {

// A visitor that looks at values only.
struct Roots {
  Reach& reach;

  template <class T>
  void number(const T&) {}
  template <class T>
  void choice(const T&, uint64_t) {}
  void value(const Value& v) { reach.add(v); }
  template <class List, class Each>
  void list(const List& all, Each each) {
    for (const auto& one : all) each(one);
  }
};

}  // namespace

void Reach::meet(const void* address) {
  const weft_slot* root = vault_->meet(address, round_);
  if (root != nullptr && Vault::seq_of(root) > after_) found_.push_back(root);
}

void Reach::follow(const weft_slot* root) {
  if (!Vault::has_links(root)) return;
  event::for_each_outside(root, Vault::payload_bytes(root),
                          [this](const weft_slot* s) { meet(weft_payload(s)); });
}

std::vector<const weft_slot*>& Reach::all() {
  for (; followed_ < found_.size(); ++followed_) follow(found_[followed_]);
  return found_;
}

uint64_t sweep(State& state) {
  Reach reach(state.vault);
  Roots roots{reach};
  visit_run(roots, state);
  visit_waits(roots, state);
  for (const Frame& frame : state.frames) {
    visit_frame(roots, frame);
    for (uint32_t n = 0; n < frame.count; ++n) reach.add(Value(frame.value[n]));
  }
  (void)reach.all();
  std::erase_if(state.dirty, [&](uint32_t number) { return state.frames[number].released; });
  state.frames.forget_released();
  return state.vault.give_back_unmet(reach.round());
}

}  // namespace weft::state
