#include "state/shown.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "base/compare.hpp"
#include "base/limits.hpp"

namespace weft::state {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

constexpr std::string_view hidden = "‹redacted:sensitive›";
// A shorter text would be found everywhere, and hiding it would tell more than it hides.
constexpr size_t hideable = 4;
constexpr int64_t hideable_number = 1'000;

bool is_sensitive(Value what) { return what.as_text() == "sensitive"; }

// The value that an event told, or all of a scope.
Value known(Value told) { return told["value"_k].exists() ? told["value"_k] : told["new"_k]; }

// Calls see for every text and number in a value.
template <class See>
void each_leaf(Value value, const See& see) {
  if (value.is_text() || value.is_number()) see(value);
  if (!value.is_array() && !value.is_object()) return;
  for (const Value one : value) each_leaf(one, see);
}

// The texts and numbers of what a run was told in confidence.
class Confided final {
 public:
  explicit Confided(const State& state) {
    for (const weft_slot* slot : state.confided) {
      const Value told(slot);
      const Value classes = told["classes"_k];
      if (!classes.exists()) add(known(told));
      for (uint32_t i = 0; i < classes.size(); ++i) {
        if (is_sensitive(classes[i])) add(known(told)[Key(classes.key(i))]);
      }
    }
  }

  bool is_in(Value value) const {
    bool found = false;
    each_leaf(value, [&](Value leaf) { found = found || tells(leaf); });
    return found;
  }
  void write(Value value, Builder& to) const {
    if (value.is_text()) return to.text(cleaned(value.as_text()));
    if (value.is_number() && tells(value)) return to.text(hidden);
    if (value.is_array()) {
      to.begin_array();
      for (const Value one : value) write(one, to);
      return to.end_array();
    }
    if (!value.is_object()) return to.link(value);
    to.begin_object();
    for (uint32_t i = 0; i < value.size(); ++i) {
      to.key(Key(value.key(i)));
      write(value[i], to);
    }
    to.end_object();
  }
  std::string cleaned(std::string_view text) const {
    std::string out(text);
    for (const std::string_view one : texts_) {
      for (size_t at = out.find(one); at != std::string::npos;
           at = out.find(one, at + hidden.size())) {
        out.replace(at, one.size(), hidden);
      }
    }
    return out;
  }

 private:
  void add(Value value) {
    each_leaf(value, [&](Value leaf) {
      if (leaf.is_number()) {
        const double size = leaf.as_f64();
        if (size >= hideable_number || -size >= hideable_number) numbers_.push_back(leaf);
      } else if (leaf.as_text().size() >= hideable) {
        texts_.push_back(leaf.as_text());
      }
    });
    // Of two of which one is in the other, the longer goes first.
    std::sort(texts_.begin(), texts_.end(), [](std::string_view a, std::string_view b) {
      return a.size() != b.size() ? a.size() > b.size() : a < b;
    });
  }
  bool tells(Value leaf) const {
    if (leaf.is_number()) {
      return std::any_of(numbers_.begin(), numbers_.end(),
                         [&](Value one) { return base::equal(one, leaf); });
    }
    return std::any_of(texts_.begin(), texts_.end(), [&](std::string_view one) {
      return leaf.as_text().find(one) != std::string_view::npos;
    });
  }

  std::vector<std::string_view> texts_;
  std::vector<Value> numbers_;
};

Value without_confided(const State& state, Value value, Arena arena) {
  if (state.confided.empty() || !value.exists()) return value;
  const Confided confided(state);
  if (!confided.is_in(value)) return value;
  Builder b(arena);
  confided.write(value, b);
  return b.take_value();
}

// An event that tells of a sensitive value tells of it only that there is one.
Value without_values(Value told, Arena arena) {
  Builder b(arena);
  b.begin_object();
  for (uint32_t i = 0; i < told.size(); ++i) {
    const std::string_view name = told.key(i);
    const bool hides = name == "value" || name == "old" || name == "new";
    hides ? b.set(Key(name), hidden) : b.set(Key(name), told[i]);
  }
  b.end_object();
  return b.take_value();
}

}  // namespace

// Each value is remembered once.
void confide(State& state, const Event& e) {
  const Value told = e.value();
  bool hides = is_sensitive(told["class"_k]);
  for (const Value one : told["classes"_k]) hides = hides || is_sensitive(one);
  if (!hides || !known(told).exists()) return;
  const bool is_old = std::any_of(
      state.confided.begin(), state.confided.end(),
      [&](const weft_slot* held) { return base::equal(known(Value(held)), known(told)); });
  if (!is_old) state.confided.push_back(e.payload);
}

Value shown(const State& state, Value value, Arena arena) {
  return state.plan->redactor->shown(without_confided(state, value, arena), arena);
}

Value shown(const State& state, std::string_view name, Value value, Arena arena) {
  return state.plan->redactor->shown(name, without_confided(state, value, arena), arena);
}

std::string shown(const State& state, std::string_view text) {
  const std::string all = state.plan->redactor->shown(text);
  return state.confided.empty() ? all : Confided(state).cleaned(all);
}

weft_val shown(const State& state, const Event& e, Arena arena) {
  const Value payload(e.shown());
  if (!payload.exists()) return e.shown();
  const bool is_of_state = e.type == Type::state_read || e.type == Type::scope_changed;
  if (is_of_state && is_sensitive(payload["class"_k])) return without_values(payload, arena).raw();
  return shown(state, payload, arena).raw();
}

}  // namespace weft::state
