#include "engine/gate.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "plan/plan.hpp"
#include "run/ways.hpp"

namespace weft::engine {

using namespace weft::lit;
namespace limits = base::limits;

namespace {

std::string share_key(std::string_view resource) { return "rate/" + std::string(resource); }

// The host that a call of a network tool asks, as its arguments name it.
std::string_view host_in(Value args) {
  std::string_view url = args["url"_k].as_text();
  if (url.empty()) return args["host"_k].as_text();
  const size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t user = url.rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  return url.starts_with('[') ? url.substr(0, url.find(']') + 1) : url.substr(0, url.find(':'));
}

// Of an attempt that is not the first they stand in the state.
Value arguments_of(const run::Run& run, const run::Command& call) {
  if (call.args.exists() || call.is_compensation) return call.args;
  const state::Frame& frame = run.state.frames[call.frame];
  const uint8_t status = frame.status[call.node];
  const bool has_begun = (state::is_node_active(status) && frame.attempt[call.node] > 0) ||
                         status == WEFT_NODE_READY || status == WEFT_NODE_UNKNOWN;
  if (has_begun && frame.value[call.node] != nullptr) return Value(frame.value[call.node]);
  const uint32_t arguments = run.state.node(frame, call.node).arguments;
  return arguments != plan::none ? run.state.plan->templates[arguments].constant() : Value();
}

}  // namespace

Result<HostLimits> host_limits_of(Value said) {
  HostLimits limits;
  if (!said.exists() || said.is_null()) return limits;
  if (!said.is_object()) {
    return Error{Status::bad_input, "resource.setting", "the resources of a host are an object",
                 "write {db: 3, tool:http: {per_minute: 60}}"};
  }
  for (uint32_t i = 0; i < said.size(); ++i) {
    auto limit = spec::limit_of(said[i]);
    if (!limit) {
      Error error = limit.error();
      error.message = "resource " + base::quoted(said.key(i)) + ": " + error.message;
      return error;
    }
    limits.emplace(said.key(i), *limit);
  }
  return limits;
}

size_t Gate::Hash::operator()(const Key& key) const {
  uint64_t mixed = (uint64_t{key.run} << 32U | key.frame) * 0x9e3779b97f4a7c15U;
  mixed ^= (uint64_t{key.node} << 32U | key.visit) + (mixed >> 29U) + (key.is_compensation ? 1 : 0);
  return static_cast<size_t>(mixed * 0xbf58476d1ce4e5b9U >> 7U);
}

Gate::Key Gate::key_of(uint32_t run, const run::Command& call) {
  return {run, call.frame, call.node, call.visit, call.is_compensation};
}

// What the host says of a name goes together with what a definition says: the less of both.
spec::Limit Gate::limit_of(std::string_view name, const spec::Limit& otherwise) const {
  const auto found = host_.find(name);
  if (found == host_.end()) return otherwise;
  spec::Limit limit = found->second;
  limit.at_once = std::min(limit.at_once, otherwise.at_once);
  if (limit.per_minute == 0) limit.per_minute = otherwise.per_minute;
  return limit;
}

// As a definition declares it, or as a step that names it needs it at least.
uint32_t Gate::declared(std::string_view name, const spec::Limit& said) {
  const spec::Limit limit = limit_of(name, said);
  bool is_new = false;
  const uint32_t number = permits_.named(name, limit, &is_new);
  // What nobody had spoken of until now had the limit that everything of its kind has.
  if (!is_new && defaults_.erase(number) != 0) permits_.limit(number, limit);
  if (is_new && limit.per_minute != 0) permits_.restore(number, kept_of(name, limit));
  return number;
}

// With the limit of its kind where nobody says more.
uint32_t Gate::known(const std::string& name, std::string_view kind, spec::Limit otherwise) {
  const uint32_t found = permits_.find(name);
  if (found != Permits::none) return found;
  if (const auto host = host_.find(kind); host != host_.end()) otherwise = host->second;
  const bool is_said = host_.contains(name);
  const uint32_t number = declared(name, is_said ? spec::Limit() : otherwise);
  if (!is_said) defaults_.insert(number);
  return number;
}

void Gate::know(const Bindings& bindings) {
  const plan::Plan& plan = *bindings.plan;
  is_needed_ = is_needed_ || limits_tools_ || !plan.resources.empty() ||
               std::any_of(plan.rarities.begin(), plan.rarities.end(),
                           [](const plan::Rarity& rarity) { return !rarity.needs.empty(); }) ||
               std::any_of(plan.tools.begin(), plan.tools.end(),
                           [](const plan::Component& tool) { return tool.reaches_net; });
  for (size_t i = 0; i < bindings.tools.size(); ++i) {
    if ((bindings.tools[i].flags & WEFT_BLOCKING) != 0) answers_later(plan.tools[i].component);
  }
  for (const spec::Resource& one : plan.resources) {
    if (one.name == "run") continue;  // of each run alone
    (void)declared(one.name, one.limit);
    limits_tools_ = limits_tools_ || one.name.starts_with("tool:");
  }
}

void Gate::answers_later(uint32_t component) {
  if (counted_.size() <= component) counted_.resize(component + 1);
  counted_[component] = true;
  is_needed_ = true;
}

// The calls of a run that are open at once.
uint32_t Gate::calls_of(const run::Run& run) {
  const auto [found, is_new] = calls_.try_emplace(run.number, Permits::none);
  if (is_new) {
    spec::Limit limit{limits::calls_per_run, 0};
    const auto& declared = run.state.plan->resources;
    const auto own = std::find_if(declared.begin(), declared.end(),
                                  [](const spec::Resource& one) { return one.name == "run"; });
    const bool is_said = own != declared.end();
    if (is_said) limit = own->limit;
    if (const auto host = host_.find("run"); host != host_.end()) {
      limit = is_said ? limit_of("run", limit) : host->second;
    }
    found->second = permits_.add(limit);
  }
  return found->second;
}

// What the call needs, into needs_: first what is scarce.
void Gate::gather(const run::Run& run, const run::Command& call) {
  const plan::Plan& plan = *run.state.plan;
  const plan::Node& node = run.state.node(run.state.frames[call.frame], call.node);
  const plan::Component& tool = plan.tools[run::called(run.state, call).tool];
  needs_.clear();
  if (const plan::Rarity* rarity = plan.rarity(node); rarity != nullptr) {
    for (const plan::Need& need : rarity->needs) {
      const bool is_mutex = need.resource.starts_with("mutex:");
      needs_.push_back({declared(need.resource, {is_mutex ? 1 : spec::none, 0}), need.amount});
    }
  }
  if (tool.reaches_net) {
    const std::string_view host = host_in(arguments_of(run, call));
    const spec::Limit usual{spec::none, limits::host_per_minute};
    if (!host.empty()) needs_.push_back({known("host:" + std::string(host), "host:*", usual)});
  }
  const bool is_counted = tool.component < counted_.size() && counted_[tool.component];
  if (is_counted || limits_tools_) {
    const spec::Limit usual{is_counted ? limits::calls_per_tool : spec::none, 0};
    needs_.push_back({known("tool:" + tool.id, "tool:*", usual)});
  }
  if (is_counted) needs_.push_back({calls_of(run)});
}

Gate::Answer Gate::ask(const run::Run& run, const run::Command& call, int64_t tick) {
  const state::Frame& frame = run.state.frames[call.frame];
  const plan::Node& node = run.state.node(frame, call.node);
  const plan::Component& tool = run.state.plan->tools[run::called(run.state, call).tool];
  const bool is_counted = tool.component < counted_.size() && counted_[tool.component];
  if (!is_counted && node.rarity == plan::none && !tool.reaches_net && !limits_tools_) {
    return Answer::free;
  }
  const Key key = key_of(run.number, call);
  if (const auto found = open_.find(key); found != open_.end()) {
    return entries_[found->second].waits ? Answer::waits : Answer::given;
  }
  gather(run, call);
  if (needs_.empty()) return Answer::free;
  const plan::Rarity* rarity = run.state.plan->rarity(node);
  Permits::Wish wish{needs_, rarity != nullptr ? rarity->priority : 0, tick};
  // What undoes a step is announced, and the table of its frame may be gone.
  const uint8_t status = call.is_compensation ? WEFT_NODE_RUNNING : frame.status[call.node];
  const bool has_queued =
      status == WEFT_NODE_READY && (frame.traits[call.node] & event::for_room) != 0;
  if (has_queued) wish.since = std::min(tick, frame.began[call.node]);  // by an earlier process
  const uint32_t claim = permits_.claim(wish, tick);
  if (entries_.size() <= claim) entries_.resize(claim + 1);
  open_.emplace(key, claim);
  Entry& entry = entries_[claim];
  const bool can_come = permits_.beyond(claim) == Permits::none;
  entry = {key,
           call,
           can_come ? wish.since + limits::resource_wait_ns : tick,
           !permits_.is_granted(claim),
           run.id,
           wants(run, call),
           {},
           0};
  // What is not announced yet has no arguments that last.
  if (status != WEFT_NODE_RUNNING) entry.call.args = {};
  if (!entry.waits && lock(claim, tick)) return Answer::given;
  next_late_ = std::min(next_late_, entry.until);
  return Answer::waits;
}

uint32_t Gate::bind(uint32_t run, const run::Command& call) {
  if (open_.empty()) return Permits::none;
  const auto found = open_.find(key_of(run, call));
  if (found == open_.end()) return Permits::none;
  const uint32_t claim = found->second;
  open_.erase(found);
  return claim;
}

void Gate::give_back(uint32_t claim) {
  std::vector<std::string>& locks = entries_[claim].locks;
  returned_.insert(returned_.end(), locks.begin(), locks.end());
  locks.clear();
  permits_.give_back(claim);
}

// What only one process may have at a time: nothing where there is only one.
std::vector<Locks::Want> Gate::wants(const run::Run& run, const run::Command& call) {
  std::vector<Locks::Want> wants;
  const plan::Node& node = run.state.node(run.state.frames[call.frame], call.node);
  const plan::Rarity* rarity = run.state.plan->rarity(node);
  if (rarity == nullptr || locks_.are_needless()) return wants;
  for (const plan::Need& need : rarity->needs) {
    const spec::Limit limit = permits_.limit_of(permits_.find(need.resource));
    if (limit.at_once != spec::none) {
      wants.push_back({need.resource, need.amount, limit.at_once});
    }
  }
  return wants;
}

// It has what it needs in this process; false when another one has it still.
bool Gate::lock(uint32_t claim, int64_t tick) {
  Entry& entry = entries_[claim];
  const bool has_all = entry.wants.empty() ||
                       locks_.take(entry.wants, entry.of, tick, entry.locks, entry.held_since);
  const auto waits = std::find(abroad_.begin(), abroad_.end(), claim);
  if (has_all && waits != abroad_.end()) abroad_.erase(waits);
  if (!has_all && waits == abroad_.end()) abroad_.push_back(claim);
  entry.waits = !has_all;
  // What goes back with the commit of this turn is there in the next one.
  if (!has_all) next_try_ = returned_.empty() ? tick + limits::message_poll_ns : tick;
  return has_all;
}

void Gate::end(uint32_t claim) {
  open_.erase(entries_[claim].key);
  entries_[claim].waits = false;
  std::erase(abroad_, claim);
  give_back(claim);
}

void Gate::drop(uint32_t run, const run::Command& call) {
  if (open_.empty()) return;
  const auto found = open_.find(key_of(run, call));
  if (found != open_.end()) end(found->second);
}

void Gate::leave(uint32_t run) {
  if (open_.empty()) return;
  std::vector<uint32_t> of_run;
  for (const auto& [key, claim] : open_) {
    if (key.run == run) of_run.push_back(claim);
  }
  for (const uint32_t claim : of_run) end(claim);
}

void Gate::forget(uint32_t run) {
  const auto found = calls_.find(run);
  if (found == calls_.end()) return;
  permits_.remove(found->second);
  calls_.erase(found);
}

Gate::Turn Gate::next(int64_t tick) {
  const auto turn = [&](uint32_t claim) {
    return Turn{claim, entries_[claim].key.run, entries_[claim].call};
  };
  for (uint32_t claim = permits_.next(tick); claim != Permits::none; claim = permits_.next(tick)) {
    if (lock(claim, tick)) return turn(claim);
  }
  if (next_try_ > tick) return {};
  const std::vector<uint32_t> tried = abroad_;
  for (const uint32_t claim : tried) {
    if (lock(claim, tick)) return turn(claim);
  }
  return {};
}

// Few wait that long, so nothing is kept but the earliest time.
std::vector<Gate::Late> Gate::take_late(int64_t tick) {
  std::vector<Late> late;
  if (next_late_ > tick) return late;
  next_late_ = INT64_MAX;
  std::vector<uint32_t> claims;
  for (const auto& [key, claim] : open_) {
    Entry& entry = entries_[claim];
    if (!entry.waits) continue;
    if (entry.until <= tick) entry.until = std::max(entry.until, stuck_at(claim, tick));
    if (entry.until <= tick) {
      claims.push_back(claim);
    } else {
      next_late_ = std::min(next_late_, entry.until);
    }
  }
  std::sort(claims.begin(), claims.end(),
            [&](uint32_t a, uint32_t b) { return permits_.is_before(a, b); });
  for (const uint32_t claim : claims) {
    late.push_back({entries_[claim].key.run, entries_[claim].call, reason(claim, tick)});
  }
  for (const uint32_t claim : claims) end(claim);
  return late;
}

// When it will be clear that nothing goes on: what it lacks was given to nobody for so long. A run
// does not wait in vain for its own calls.
int64_t Gate::stuck_at(uint32_t claim, int64_t tick) const {
  if (permits_.beyond(claim) != Permits::none) return tick;
  if (permits_.is_granted(claim)) return entries_[claim].held_since + limits::resource_wait_ns;
  const uint32_t lacking = permits_.lacking(claim, tick);
  const bool is_own = lacking == Permits::none || permits_.name(lacking).empty();
  return (is_own ? tick : permits_.given_at(lacking)) + limits::resource_wait_ns;
}

Error Gate::reason(uint32_t claim, int64_t tick) const {
  const uint32_t beyond = permits_.beyond(claim);
  const uint32_t lacking = beyond != Permits::none ? beyond : permits_.lacking(claim, tick);
  std::string name = "run";  // its own calls have no name
  if (permits_.is_granted(claim)) {
    name = entries_[claim].wants.front().name;
  } else if (lacking != Permits::none && !permits_.name(lacking).empty()) {
    name = permits_.name(lacking);
  }
  name = base::quoted(name);
  if (beyond != Permits::none) {
    return {Status::limit, "limit.resource", "the step needs more of " + name + " than there is",
            "let it take less, or let the host give more"};
  }
  return {Status::limit, "resource.busy",
          "there was no room for the call: nobody got " + name + " for 300 s",
          "see what holds it, raise its limit, or give the step a priority"};
}

int64_t Gate::due(int64_t tick) const {
  if (is_idle()) return INT64_MAX;
  const int64_t due = std::min(next_late_, permits_.due(tick));
  return abroad_.empty() ? due : std::min(due, next_try_);
}

// In the commit of the calls that used it. What only one run has ends with it.
void Gate::keep(journal::Journal& journal) {
  Locks::give_back(returned_, journal);
  returned_.clear();
  for (const uint32_t resource : permits_.take_used()) {
    if (permits_.name(resource).empty()) continue;
    const Permits::Share share = permits_.share(resource);
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_object();
    b.set("left"_k, share.left);
    b.set("at_ns"_k, share.at);
    b.end_object();
    journal.put(share_key(permits_.name(resource)), b.take_value());
  }
}

Permits::Share Gate::kept_of(std::string_view name, const spec::Limit& limit) {
  const double all = limit.per_minute;
  const base::Doc found = store_->value(share_key(name));
  if (!found.view().is_object()) return {all, 0};
  return {std::clamp(found.view()["left"_k].as_f64(all), 0.0, all),
          found.view()["at_ns"_k].as_i64()};
}

}  // namespace weft::engine
