// Gate: which calls may be made now, and which wait for room. See kernel/run/RESOURCES.md.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "engine/inbox.hpp"
#include "engine/locks.hpp"
#include "engine/permits.hpp"
#include "journal/journal.hpp"
#include "journal/store.hpp"
#include "run/input.hpp"
#include "run/run.hpp"

namespace weft::engine {

// What the host says of resources: {NAME: number or {at_once?, per_minute?}}, where the names
// 'run', 'tool:*' and 'host:*' stand for what the kernel counts where nobody says more.
using HostLimits = std::map<std::string, spec::Limit, std::less<>>;
Result<HostLimits> host_limits_of(Value said);

class Gate final {
 public:
  // What was used of shares is remembered in the store, for later processes.
  Gate(HostLimits limits, journal::Store& store)
      : host_(std::move(limits)),
        store_(&store),
        locks_(store),
        limits_tools_(std::any_of(host_.begin(), host_.end(),
                                  [](const auto& one) { return one.first.starts_with("tool:"); })) {
  }
  void keep(journal::Journal& journal);

  // The tools and resources of a plan whose runs are to begin.
  void know(const Bindings& bindings);
  // A tool that answered PENDING; from now on its calls are counted.
  void answers_later(uint32_t component);

  // False as long as no call of any run needs anything; it stays where it is.
  const bool* is_needed() const { return &is_needed_; }
  // Whether the call may be made: it needs nothing, or is given it from now on. Else it waits in
  // line.
  enum class Answer : uint8_t { free, given, waits };
  Answer ask(const run::Run& run, const run::Command& call, int64_t tick);
  // The call has been made; what it has is given back under this number. Permits::none for nothing.
  uint32_t bind(uint32_t run, const run::Command& call);
  void give_back(uint32_t claim);
  // It will not be made.
  void drop(uint32_t run, const run::Command& call);
  // The run leaves: none of its calls will be made. And: none of those that were made goes on.
  void leave(uint32_t run);
  void forget(uint32_t run);

  // The next call that was waited for; claim is none when there is no more.
  struct Turn {
    uint32_t claim = Permits::none;
    uint32_t run = 0;
    run::Command call;
  };
  Turn next(int64_t tick);
  // Those that have waited for limits::resource_wait_ns while what they lack was given to nobody,
  // and those that can never be made.
  struct Late {
    uint32_t run;
    run::Command call;
    Error why;
  };
  std::vector<Late> take_late(int64_t tick);

  bool is_idle() const { return permits_.is_idle() && abroad_.empty(); }
  bool has_news() const { return permits_.has_news() || !returned_.empty(); }
  int64_t due(int64_t tick) const;

 private:
  struct Key {
    uint32_t run, frame, node, visit;
    bool is_compensation;
    bool operator==(const Key&) const = default;
  };
  struct Hash {
    size_t operator()(const Key& key) const;
  };
  struct Entry {  // by claim
    Key key;
    run::Command call;
    int64_t until = 0;
    bool waits = false;
    std::string of;                  // the run
    std::vector<Locks::Want> wants;  // that other processes must not have
    std::vector<std::string> locks;  // that it has
    int64_t held_since = 0;          // what it wants, by another process
  };

  static Key key_of(uint32_t run, const run::Command& call);
  spec::Limit limit_of(std::string_view name, const spec::Limit& otherwise) const;
  uint32_t declared(std::string_view name, const spec::Limit& said);
  uint32_t known(const std::string& name, std::string_view kind, spec::Limit otherwise);
  uint32_t calls_of(const run::Run& run);
  void gather(const run::Run& run, const run::Command& call);
  void end(uint32_t claim);
  bool lock(uint32_t claim, int64_t tick);
  std::vector<Locks::Want> wants(const run::Run& run, const run::Command& call);
  Permits::Share kept_of(std::string_view name, const spec::Limit& limit);
  int64_t stuck_at(uint32_t claim, int64_t tick) const;
  Error reason(uint32_t claim, int64_t tick) const;

  HostLimits host_;
  journal::Store* store_;
  Locks locks_;
  Permits permits_;
  std::vector<Entry> entries_;
  std::unordered_map<Key, uint32_t, Hash> open_;  // claims whose calls are not made yet
  std::unordered_map<uint32_t, uint32_t> calls_;  // by run: the resource of its calls
  std::vector<bool> counted_;                     // tools that do not answer in place, by component
  std::set<uint32_t> defaults_;                   // resources with the limit of their kind
  bool is_needed_ = false;                        // something is counted or limited
  bool limits_tools_;                             // some tool has a limit of its own
  std::vector<Permits::Need> needs_;
  std::vector<uint32_t> abroad_;       // claims that wait for another process
  std::vector<std::string> returned_;  // locks that go back with the next commit
  int64_t next_late_ = INT64_MAX, next_try_ = 0;
};

}  // namespace weft::engine
