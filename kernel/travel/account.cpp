#include "travel/account.hpp"

#include <algorithm>

#include "base/blocks.hpp"
#include "run/scope.hpp"
#include "travel/checkpoints.hpp"
#include "travel/contrast.hpp"

namespace weft::travel {

using event::Event;
using event::Type;

namespace {

Value arguments_of(const state::State& state, const Event& e) {
  if (e.payload != nullptr) return e.value();
  const weft_slot* kept = state.frames[e.frame].value[e.node];
  if (kept != nullptr) return Value(kept);
  const plan::Node& node = state.node(state.frames[e.frame], e.node);
  return node.arguments != plan::none ? state.plan->templates[node.arguments].constant() : Value();
}

Value result_of(const state::State& state, const Event& e) {
  const state::Frame& frame = state.frames[e.frame];
  return e.type == Type::step_succeeded ? run::result_of(frame, e.node) : e.value();
}

bool holds_arguments(const Event& e) {
  return (e.type == Type::step_queued && (e.flags & event::for_room) == 0) ||
         (e.type == Type::step_started && (e.payload != nullptr || e.attempt <= 1));
}

struct Teller {
  Account account;

  Deed& deed(const state::State& state, const Event& e) {
    std::string path = state::step_path(state, e.frame, e.node);
    const auto found = account.by_path.find(path);
    if (found != account.by_path.end()) return account.deeds[found->second];
    account.by_path.emplace(path, account.deeds.size());
    Deed& made = account.deeds.emplace_back();
    made.path = std::move(path);
    return made;
  }

  void take(const state::State& state, const Event& e) {
    if (e.type == Type::run_accepted) {
      account.input = Document::copy(state.input);
      account.params = Document::copy(state.params);
    }
    if (is_of_step(state, e)) take_step(state, e);
    if ((e.flags & event::is_last) == 0) return;
    account.status = state::to_text(state.status);
    account.has_ended = state::is_ended(state.status);
    if (account.has_ended) account.outcome = Document::copy(state.outcome);
  }

  void take_step(const state::State& state, const Event& e) {
    const bool has_arguments = holds_arguments(e);
    const bool has_ended = ends_step(e.type) || e.type == Type::step_doubted;
    if (!has_arguments && !has_ended) return;
    Deed& d = deed(state, e);
    d.status = state::node_status_text(state.frames[e.frame].status[e.node]);
    if (has_arguments) {
      d.arguments = base::digest(arguments_of(state, e));
      d.arguments_at = e.seq;
    } else {
      d.result = base::digest(result_of(state, e));
      d.result_at = e.seq;
    }
  }
};

using Deeds = std::array<const Deed*, 2>;

Document text_of(std::string_view words) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.text(words);
  return Document::copy(b.take_value());
}

std::string_view result_field(const Deed& deed) {
  if (deed.status == "succeeded") return "output";
  return deed.status == "failed" ? "error" : "reason";
}

// One field of a step on both sides, read once more now that it is known which one it is.
Result<Divergence> spell(const std::array<Side, 2>& sides, const Deeds& deeds, bool of_arguments) {
  std::array<Document, 2> values;
  std::array<Value, 2> views;
  for (size_t i = 0; i < 2; ++i) {
    const uint64_t at = of_arguments ? deeds[i]->arguments_at : deeds[i]->result_at;
    if (at == 0) continue;
    auto folded =
        fold(*sides[i].history, sides[i].plan, [&](const state::State& state, const Event& e) {
          if (e.seq != at) return;
          values[i] = Document::copy(of_arguments ? arguments_of(state, e) : result_of(state, e));
          views[i] = values[i].view();
        });
    if (!folded) return folded.error();
  }
  Divergence d;
  d.step = deeds[0]->path;
  d.field = of_arguments ? "arguments" : result_field(*deeds[0]);
  d.seq = of_arguments ? deeds[0]->arguments_at : deeds[0]->result_at;
  if (const auto found = contrast(views[0], views[1])) fill(d, *found);
  return d;
}

Divergence status_differs(const Deeds& deeds) {
  Divergence d;
  d.step = deeds[0] != nullptr ? deeds[0]->path : deeds[1]->path;
  d.field = "status";
  if (deeds[0] != nullptr) d.first = text_of(deeds[0]->status);
  if (deeds[0] != nullptr) d.seq = std::max(deeds[0]->arguments_at, deeds[0]->result_at);
  if (deeds[1] != nullptr) d.second = text_of(deeds[1]->status);
  return d;
}

// The first difference of a step; what it was given comes before what it made of it.
Result<std::optional<Divergence>> difference(const std::array<Side, 2>& sides, const Deeds& deeds) {
  if (deeds[0] == nullptr || deeds[1] == nullptr) return std::optional(status_differs(deeds));
  const Deed &a = *deeds[0], &b = *deeds[1];
  const bool of_arguments = a.arguments != b.arguments;
  if (!of_arguments && a.status != b.status) return std::optional(status_differs(deeds));
  if (!of_arguments && a.result == b.result) return std::optional<Divergence>();
  auto spelled = spell(sides, deeds, of_arguments);
  if (!spelled) return spelled.error();
  return std::optional(std::move(*spelled));
}

const Deed* find(const Account& account, const std::string& path) {
  const auto found = account.by_path.find(path);
  return found != account.by_path.end() ? &account.deeds[found->second] : nullptr;
}

void add_of_run(Comparison& to, const char* field, Value a, Value b) {
  const auto found = contrast(a, b);
  if (!found) return;
  Divergence d;
  d.field = field;
  fill(d, *found);
  to.differences.push_back(std::move(d));
}

struct Comparing {
  const std::array<Side, 2>& sides;
  const std::array<Account, 2>& accounts;
  Comparison result{};

  // Requires: the step was not held against its counterpart yet.
  Result<void> hold(const Deeds& deeds) {
    const bool is_first =
        result.different == 0 && result.only_first.empty() && result.only_second.empty();
    if (deeds[0] == nullptr) result.only_second.push_back(deeds[1]->path);
    if (deeds[1] == nullptr) result.only_first.push_back(deeds[0]->path);
    if (deeds[0] != nullptr && deeds[1] != nullptr) {
      const Deed &a = *deeds[0], &b = *deeds[1];
      if (a.arguments == b.arguments && a.status == b.status && a.result == b.result) {
        ++result.same;
        return {};
      }
      ++result.different;
    }
    if (!is_first) return {};
    auto found = difference(sides, deeds);
    if (!found) return found.error();
    if (*found) result.differences.push_back(std::move(**found));
    return {};
  }

  // In the order in which they started: what differs first is what others may follow from.
  Result<void> steps() {
    const size_t most = std::max(accounts[0].deeds.size(), accounts[1].deeds.size());
    for (size_t i = 0; i < most; ++i) {
      if (i < accounts[0].deeds.size()) {
        const Deed& a = accounts[0].deeds[i];
        if (auto held = hold({&a, find(accounts[1], a.path)}); !held) return held;
      }
      if (i >= accounts[1].deeds.size()) continue;
      const Deed& b = accounts[1].deeds[i];
      if (find(accounts[0], b.path) != nullptr) continue;
      if (auto held = hold({nullptr, &b}); !held) return held;
    }
    return {};
  }
};

}  // namespace

Result<Account> account_of(const Side& side) {
  Teller teller;
  auto folded = fold(*side.history, side.plan,
                     [&](const state::State& state, const Event& e) { teller.take(state, e); });
  if (!folded) return folded.error();
  return std::move(teller.account);
}

Result<Comparison> compare(const std::array<Side, 2>& sides) {
  std::array<Account, 2> accounts;
  for (size_t i = 0; i < 2; ++i) {
    auto made = account_of(sides[i]);
    if (!made) return made.error();
    accounts[i] = std::move(*made);
  }
  Comparing comparing{sides, accounts};
  Comparison& result = comparing.result;
  result.has_same_definition = sides[0].plan->hash == sides[1].plan->hash;
  add_of_run(result, "input", accounts[0].input.view(), accounts[1].input.view());
  add_of_run(result, "params", accounts[0].params.view(), accounts[1].params.view());
  if (auto held = comparing.steps(); !held) return held.error();
  const Document first = text_of(accounts[0].status), second = text_of(accounts[1].status);
  add_of_run(result, "status", first.view(), second.view());
  if (accounts[0].status == accounts[1].status && accounts[0].has_ended) {
    add_of_run(result, "result", accounts[0].outcome.view(), accounts[1].outcome.view());
  }
  return std::move(result);
}

}  // namespace weft::travel
