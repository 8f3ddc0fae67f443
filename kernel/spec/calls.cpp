#include "spec/calls.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/effect.hpp"
#include "spec/rule.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

void add_problem(Parsed& to, Value at, std::string_view code, std::string message,
                 std::string hint) {
  if (to.problems.size() >= limits::problems) return;
  to.problems.push_back({at, {}, std::string(code), std::move(message), std::move(hint)});
}

class Reader final {
 public:
  Reader(const Catalog& catalog, Arena arena) : catalog_(catalog), arena_(arena) {}

  Family read(Value definition);

 private:
  uint32_t add(Member member);
  void read_member(uint32_t number);
  uint32_t find(uint32_t from, std::string_view name) const;
  uint32_t find_outside(uint32_t from, const Call& call);
  void unknown(uint32_t from, const Call& call, const Error* why);
  void check_input(uint32_t from, const Call& call);
  bool sum_up(uint32_t number);

  const Catalog& catalog_;
  Arena arena_;
  Family all_;
  std::map<std::pair<uint32_t, std::string_view>, uint32_t> held_;  // by holder and name
  std::vector<Call> sums_;  // by member: what is known of all that stands in it
};

uint32_t Reader::add(Member member) {
  const auto number = static_cast<uint32_t>(all_.members.size());
  if (number > 0) held_.emplace(std::pair{member.holder, member.name}, number);
  all_.members.push_back(std::move(member));
  return number;
}

void Reader::read_member(uint32_t number) {
  Member& member = all_.members[number];
  Reading reading = spec::read(member.definition, catalog_, arena_, member.name);
  member.parsed = std::move(reading.parsed);
  member.known = std::move(reading.known);
  const Value held = member.parsed.spec.workflows;
  const uint32_t text = member.found;
  for (uint32_t i = 0; i < held.size(); ++i) {
    if (all_.members.size() >= definitions_max) {
      return add_problem(
          all_.members[number].parsed, held[i], "spec.too_many_workflows",
          "more than " + std::to_string(definitions_max) + " workflows belong to one definition",
          "split it");
    }
    if (held[i].is_object()) add({held[i], held.key(i), number, text, {}});
  }
}

uint32_t Reader::find(uint32_t from, std::string_view name) const {
  for (uint32_t m = from; m != none; m = all_.members[m].holder) {
    const auto held = held_.find({m, name});
    if (held != held_.end()) return held->second;
    if (all_.members[m].parsed.spec.id == name) return m;
  }
  return none;
}

uint32_t Reader::find_outside(uint32_t from, const Call& call) {
  const std::string_view name = call.name.as_text();
  if (catalog_.workflow == nullptr) {
    unknown(from, call, nullptr);
    return none;
  }
  auto found = catalog_.workflow(catalog_.finder, name);
  if (!found || all_.members.size() >= definitions_max) {
    unknown(from, call, found ? nullptr : &found.error());
    return none;
  }
  const auto text = static_cast<uint32_t>(all_.found.size());
  const uint32_t number = add({found->definition, name, 0, text, {}});
  all_.found.push_back(std::move(*found));
  return number;
}

void Reader::unknown(uint32_t from, const Call& call, const Error* why) {
  const std::string_view name = call.name.as_text();
  std::vector<std::string_view> known;
  for (uint32_t m = from; m != none; m = all_.members[m].holder) {
    const Value held = all_.members[m].parsed.spec.workflows;
    for (uint32_t i = 0; i < held.size() && known.size() < limits::candidates; ++i) {
      known.push_back(held.key(i));
    }
    known.push_back(all_.members[m].parsed.spec.id);
  }
  std::string hint = base::did_you_mean(name, known);
  if (why != nullptr && !why->hint.empty()) hint += (hint.empty() ? "" : " ") + why->hint;
  if (hint.empty()) hint = "put its definition under 'workflows'";
  const bool is_broken = why != nullptr && why->status != Status::not_found;
  add_problem(all_.members[from].parsed, call.name, "spec.unknown_workflow",
              is_broken ? why->message : "there is no workflow " + base::quoted(name),
              std::move(hint));
}

// As far as it is known before the run.
void Reader::check_input(uint32_t from, const Call& call) {
  const Spec& called = all_.members[call.definition].parsed.spec;
  if (called.input == nullptr) return;
  static constexpr weft_slot empty{WEFT_OBJECT, 0, 0, 0, {0}};
  const Value input = call.input.exists() ? call.input : Value(&empty);
  if (judge(called.input->root(), input, Texts::templated).ok) return;
  std::vector<Problem>& problems = all_.members[from].parsed.problems;
  const size_t before = problems.size();
  called.input->check(input, {}, problems, Texts::templated);
  for (size_t i = before; i < problems.size(); ++i) problems[i].at = call.input_at;
}

bool unite(std::vector<std::string_view>& to, std::string_view name) {
  const auto at = std::lower_bound(to.begin(), to.end(), name);
  if (at != to.end() && *at == name) return false;
  to.insert(at, name);
  return true;
}

// True when the call is known to do more than before.
bool take_over(Call& call, const Call& sum) {
  bool grows = call.effect < sum.effect || (sum.is_undeclared && !call.is_undeclared) ||
               (sum.is_own && !call.is_own);
  call.effect = std::max(call.effect, sum.effect);
  call.is_undeclared = call.is_undeclared || sum.is_undeclared;
  call.is_own = call.is_own || sum.is_own;
  for (const std::string_view name : sum.reads) grows = unite(call.reads, name) || grows;
  for (const std::string_view name : sum.writes) grows = unite(call.writes, name) || grows;
  return grows;
}

// What a definition does to the world: its variables are its own. True when more of it is known
// than before.
bool Reader::sum_up(uint32_t number) {
  Spec& spec = all_.members[number].parsed.spec;
  Call now;
  const auto take = [&](Value said, std::vector<std::string_view>& to) {
    const auto one = [&](std::string_view name) {
      if (!spec.variables[Key(name)].exists()) unite(to, name);
    };
    if (said.is_text()) one(said.as_text());
    for (uint32_t i = 0; said.is_array() && i < said.size(); ++i) one(said[i].as_text());
  };
  for (const Item& item : spec.items) {
    const bool declares = item.reads.exists() || item.writes.exists();
    if (item.call != none) {
      Call& call = spec.calls[item.call];
      if (call.definition == none) continue;
      // What is detached does what it does beside; only that it begins has its place among others.
      if (!call.is_detached) take_over(call, sums_[call.definition]);
      Call part = call;
      if (declares) {
        part.reads.clear();
        part.writes.clear();
        part.is_undeclared = false;
      }
      take_over(now, part);
    } else if (item.block == none) {
      now.effect = std::max(now.effect, worst_effect(spec, item));
      now.is_undeclared =
          now.is_undeclared || (!declares && worst_effect(spec, item) > Effect::read);
      const bool is_seen =
          item.kind == Kind::wait || item.kind == Kind::approval || item.kind == Kind::fail;
      now.is_own = now.is_own || is_seen;
    }
    take(item.reads, now.reads);
    take(item.writes, now.writes);
  }
  return take_over(sums_[number], now);
}

Family Reader::read(Value definition) {
  add({definition, {}, none, none, {}});
  for (uint32_t m = 0; m < all_.members.size(); ++m) {
    read_member(m);
    for (uint32_t c = 0; c < all_.members[m].parsed.spec.calls.size(); ++c) {
      const Call call = all_.members[m].parsed.spec.calls[c];
      uint32_t to = find(m, call.name.as_text());
      if (to == none) to = find_outside(m, call);
      all_.members[m].parsed.spec.calls[c].definition = to;
    }
  }
  for (uint32_t m = 0; m < all_.members.size(); ++m) {
    for (const Call& call : all_.members[m].parsed.spec.calls) {
      if (call.definition != none) check_input(m, call);
    }
  }
  if (all_.members.size() > 1 || !all_.members.front().parsed.spec.calls.empty()) {
    sums_.resize(all_.members.size());
    // Those that call each other know of each other only after some rounds.
    for (bool grows = true; grows;) {
      grows = false;
      for (uint32_t m = 0; m < all_.members.size(); ++m) grows = sum_up(m) || grows;
    }
  }
  for (Member& member : all_.members) spread_effects(member.parsed);
  return std::move(all_);
}

}  // namespace

Family read_family(Value definition, const Catalog& catalog, Arena arena) {
  return Reader(catalog, arena).read(definition);
}

}  // namespace weft::spec
