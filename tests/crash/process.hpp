// Process: one life of a process on a disk that fails, and what it was told before it ended.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "faulty_vfs.hpp"
#include "sim_plans.hpp"
#include "sim_tools.hpp"
#include "sim_world.hpp"
#include "store_host.hpp"

namespace weft::tests {

// What somebody outside says to the first run, once what was said before is in the store; said
// again by the next process if this one could not confirm that.
struct Word {
  int64_t after_ns = 0;  // since the process began
  std::string_view json;
};

// Runs that begin together. Names of steps are unique among all of them.
struct Scenario {
  std::string_view name;
  std::vector<std::string> definitions{};
  int64_t cancel_after_ns = 0;     // somebody asks for the end so long after each process begins
  bool begins_on_nothing = false;  // else on a disk with an empty store
  std::vector<Word> words{};
};
const std::vector<Scenario>& scenarios();

using Plans = std::vector<SimWorld::Plan>;

// What was acknowledged up to a moment.
struct Seen {
  size_t calls = 0;  // of tools
  int64_t now = 0;
  std::vector<bool> is_accepted{}, is_done{};  // by run
  std::vector<uint64_t> published{};           // by run, the latest sequence that a sink was told
  size_t words = 0;                            // that are in the store
};

class Process final {
 public:
  // Nothing of the file is read yet.
  Process(const test::Place& place, int64_t now);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool is_open() const { return engine_ != nullptr; }
  // Every run of the store goes on, every other begins; until nothing is left to happen. The first
  // words were heard before.
  void play(const Plans& plans, const Scenario& scenario, size_t words,
            std::optional<run::Settle> settle = {});

  Seen seen() const;
  std::string outcome(size_t run) const;
  bool waits(size_t run) const;
  bool was_given_up(size_t run) const;
  const std::vector<SimCall>& calls() const { return tools_.calls; }

  std::vector<bool> had_run;    // by run: whether the store had it
  std::vector<uint64_t> first;  // by run: the first sequence that a sink was told; 0 for none

 private:
  void bring(size_t run, std::optional<run::Settle> settle);
  void revive(std::string_view id);
  void cancel_all();
  bool is_asked();
  void say();
  bool is_over() const;
  static void consume(void* self, const weft_event* const* events, uint32_t n,
                      uint64_t dropped) noexcept;

  SimEnv env_{1};
  plugin::Port port_;
  plugin::Registry registry_;
  SimTools tools_;
  weft_sink sink_{};
  std::unique_ptr<journal::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
  std::vector<std::shared_ptr<engine::Ticket>> tickets_;  // shared with the engine
  const Plans* plans_ = nullptr;
  const Scenario* scenario_ = nullptr;
  int64_t began_ = 0;
  size_t words_ = 0;
  bool is_deaf_ = false;  // no more is said in this process
  std::vector<uint64_t> published_;
};

}  // namespace weft::tests
