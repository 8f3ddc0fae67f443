#include "engine/hooks.hpp"

#include <algorithm>
#include <array>

#include "base/limits.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

using Mode = Composition::Mode;
using Ties = Composition::Ties;

template <class E, size_t N>
Result<E> choice(Value said, const std::array<std::pair<std::string_view, E>, N>& words) {
  std::string known;
  for (const auto& [word, value] : words) {
    if (said.as_text() == word) return value;
    known += (known.empty() ? "" : ", ") + std::string(word);
  }
  return Error{Status::bad_input, "hook.bad_composition",
               "'" + std::string(said.as_text()) + "' is no way to compose hooks",
               "write one of " + known};
}

constexpr std::array<std::pair<std::string_view, Mode>, 3> modes{
    {{"sequential", Mode::sequential}, {"parallel", Mode::parallel}, {"voting", Mode::voting}}};
constexpr std::array<std::pair<std::string_view, Ties>, 4> ties{
    {{"first", Ties::first},
     {"prefer_continue", Ties::prefer_continue},
     {"prefer_action", Ties::prefer_action},
     {"by_priority", Ties::by_priority}}};

size_t first_action(const std::vector<Vote>& votes) {
  for (size_t i = 0; i < votes.size(); ++i) {
    if (votes[i].result != WEFT_VERDICT_CONTINUE) return i;
  }
  return SIZE_MAX;
}

// Of the votes for one result the first by priority speaks.
size_t spokesman(const std::vector<Vote>& votes, uint32_t result) {
  for (size_t i = 0; i < votes.size(); ++i) {
    if (votes[i].result == result) return result != WEFT_VERDICT_CONTINUE ? i : SIZE_MAX;
  }
  return SIZE_MAX;
}

struct Count {
  uint32_t result = 0, votes = 0, answered = UINT32_MAX;
};

std::array<Count, 9> counted(const std::vector<Vote>& votes) {
  std::array<Count, 9> counts{};
  for (uint32_t r = 0; r < counts.size(); ++r) counts[r].result = r;
  for (const Vote& vote : votes) {
    Count& count = counts[std::min<size_t>(vote.result, counts.size() - 1)];
    ++count.votes;
    count.answered = std::min(count.answered, vote.answered);
  }
  return counts;
}

}  // namespace

Result<Composition> composition_of(Value said) {
  Composition made;
  if (!said.is_object()) return made;
  if (said["mode"_k].exists()) {
    auto mode = choice(said["mode"_k], modes);
    if (!mode) return mode.error();
    made.mode = *mode;
  }
  if (said["ties"_k].exists()) {
    auto tie = choice(said["ties"_k], ties);
    if (!tie) return tie.error();
    made.ties = *tie;
  }
  made.threshold = said["threshold"_k].as_f64(made.threshold);
  if (made.threshold >= 0 && made.threshold < 1) return made;
  return Error{Status::bad_input, "hook.bad_composition",
               "the threshold of a vote is a share of the votes", "write a number from 0 below 1"};
}

Hooks::Hooks(std::vector<Listener> listeners, Composition composition) : composition_(composition) {
  std::stable_sort(listeners.begin(), listeners.end(), [](const Listener& a, const Listener& b) {
    return a.priority != b.priority ? a.priority < b.priority : a.id < b.id;
  });
  all_.reserve(listeners.size());
  for (Listener& listener : listeners) {
    points_ |= listener.bound.table->points;
    Entry entry;
    if ((listener.bound.flags & WEFT_SERIAL) != 0) entry.serial = std::make_unique<base::Mutex>();
    entry.listener = std::move(listener);
    all_.push_back(std::move(entry));
  }
}

weft_status Hooks::call(Entry& entry, uint32_t point, const weft_call& call, weft_val subject,
                        weft_out& out) {
  const plugin::BoundHook& bound = entry.listener.bound;
  if (entry.serial == nullptr) return bound.table->on(bound.self, point, &call, subject, &out);
  const base::Lock lock(*entry.serial);
  return bound.table->on(bound.self, point, &call, subject, &out);
}

bool Hooks::admits(Entry& entry, int64_t tick) {
  if (entry.stage != Entry::Stage::open) return true;
  if (tick - entry.opened < base::limits::hook_open_ns) return false;
  entry.stage = Entry::Stage::half_open;
  entry.successes = 0;
  entry.is_told = false;
  return true;
}

void Hooks::succeeded(Entry& entry) {
  if (entry.stage != Entry::Stage::half_open) return;
  if (++entry.successes < base::limits::hook_successes) return;
  entry.stage = Entry::Stage::closed;
  std::fill(std::begin(entry.failures), std::end(entry.failures), INT64_MIN);
}

void Hooks::failed(Entry& entry, int64_t tick) {
  std::rotate(std::begin(entry.failures), std::begin(entry.failures) + 1, std::end(entry.failures));
  *std::rbegin(entry.failures) = tick;
  const bool are_many =
      entry.failures[0] != INT64_MIN && tick - entry.failures[0] <= base::limits::hook_failures_ns;
  if (entry.stage != Entry::Stage::half_open && !are_many) return;
  entry.stage = Entry::Stage::open;
  entry.opened = tick;
  entry.slow = 0;
}

void Hooks::was_slow(Entry& entry, int64_t tick) {
  if (++entry.slow % 2 == 0) failed(entry, tick);
}

size_t winner(const std::vector<Vote>& votes, const Composition& composition) {
  if (composition.mode != Mode::voting) return first_action(votes);
  const auto counts = counted(votes);
  const auto total = static_cast<double>(votes.size());
  uint32_t most = 0;
  for (const Count& count : counts) {
    if (count.votes > composition.threshold * total) return spokesman(votes, count.result);
    most = std::max(most, count.votes);
  }
  switch (composition.ties) {
    case Ties::prefer_continue: return SIZE_MAX;
    case Ties::by_priority:
      return votes.empty() || votes.front().result == WEFT_VERDICT_CONTINUE ? SIZE_MAX : 0;
    case Ties::prefer_action: {
      const Count* best = nullptr;
      for (const Count& count : counts) {
        if (count.result == WEFT_VERDICT_CONTINUE || count.votes == 0) continue;
        if (best == nullptr || count.votes > best->votes) best = &count;
      }
      return best != nullptr ? spokesman(votes, best->result) : SIZE_MAX;
    }
    case Ties::first: break;
  }
  const Count* first = nullptr;
  for (const Count& count : counts) {
    if (count.votes != most) continue;
    if (first == nullptr || count.answered < first->answered) first = &count;
  }
  return first != nullptr ? spokesman(votes, first->result) : SIZE_MAX;
}

}  // namespace weft::engine
