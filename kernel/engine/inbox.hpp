// Inbox: what other threads hand to the deciding thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <memory>
#include <string>
#include <vector>

#include "base/doc.hpp"
#include "base/mutex.hpp"
#include "engine/ticket.hpp"
#include "plan/plan.hpp"
#include "plugin/bound.hpp"
#include "run/input.hpp"

namespace weft::engine {

// The tools of a plan, loaded; shared by its runs.
struct Bindings {
  std::shared_ptr<const plan::Plan> plan;
  std::vector<plugin::BoundTool> tools;
  Error unfit{};  // why runs that began with other versions do not go on with these; or no code
};

// A run that is to begin, or to go on from its records.
struct Submission {
  std::shared_ptr<const Bindings> bindings;  // shared with other runs of the plan
  std::shared_ptr<Ticket> ticket;            // shared with the host
  base::Doc acceptance;
  std::vector<std::string> records;          // when it goes on
  base::Doc fork;                            // when it begins where another run was: how
  std::shared_ptr<const Bindings> moves_to;  // another definition to go on under; shared, too
  base::Doc move;                            // and how
  base::Doc grants;                          // what its calls may touch
  std::string started_by;                    // key of the store that its acceptance takes away
  bool settles = false;                      // what to do with steps in doubt, when it goes on
  run::Settle settle = run::Settle::again;
};

struct Posted {
  enum class Kind : uint8_t { submission, answer, input } kind{};
  weft_op op = 0;
  std::unique_ptr<Submission> submission;
  std::shared_ptr<Ticket> ticket;  // of an input; shared with the host
  run::Input input;
  base::Doc value;  // of the input
};

class Inbox final {
 public:
  void post(Posted posted) {
    const base::Lock lock(mutex_);
    items_.push_back(std::move(posted));
    any_.store(true, std::memory_order_release);
    changed_.notify_all();
  }
  // One load when nothing is there.
  bool is_empty() const { return !any_.load(std::memory_order_acquire); }
  void take_all(std::vector<Posted>& to) {
    if (is_empty()) return;
    const base::Lock lock(mutex_);
    to.swap(items_);
    any_.store(false, std::memory_order_release);
  }
  base::Mutex& mutex() { return mutex_; }
  std::condition_variable& changed() { return changed_; }

 private:
  base::Mutex mutex_;
  std::condition_variable changed_;
  std::vector<Posted> items_;
  std::atomic<bool> any_{false};
};

}  // namespace weft::engine
