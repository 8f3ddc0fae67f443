// weft for programs that embed it: load a definition, run it, and lose nothing.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/sink.h>
#include <weft/parts.hpp>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft {

// An owned value.
class Document final {
 public:
  Document();
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  static Result<Document> parse_json(std::string_view text);
  static Document copy(Value value);

  Value view() const;
  // Indented by 2 when pretty.
  std::string to_json(bool pretty = false) const;

 private:
  friend struct DocumentAccess;
  struct Body;
  std::unique_ptr<Body> body_;
};

std::string to_json(Value value, bool pretty = false);

// A definition that was read, checked and planned. Immutable and cheap to copy.
class Workflow final {
 public:
  std::string_view id() const;
  std::string_view version() const;
  std::string hash() const;                             // of the definition, in hexadecimal
  std::string explain_text(Value measured = {}) const;  // {step: seconds, ...}, of runs before
  std::string explain_mermaid() const;

  struct Body;  // kernel_rooms.hpp

 private:
  friend class Kernel;
  std::shared_ptr<const Body> body_;  // shared by its copies and the runs of it
};

// What loading found: a workflow exactly when there are no problems. Both lists go by place.
struct Loaded {
  std::vector<Workflow> workflow;
  std::vector<Error> problems, warnings;
};

enum class RunState : uint8_t {
  pending,
  running,
  paused,
  waiting,
  completed,
  partially_completed,
  failed,
  cancelled,
  compensating,
};
std::string_view to_text(RunState state);

// How a run stands or ended.
struct Outcome {
  std::string run;
  RunState state = RunState::pending;
  Document result;  // of a run that completed, the error of one that failed, else the reason
  Document detail;  // every step with status, output and times, where it was asked for
};

// What a run is started with. Values are copied.
struct RunOptions {
  Value input{}, params{};
  Value grants{};  // {fs: {read: [...], write: [...]}, ...}, beside the policy of the definition
  std::string_view starting_step{};
  bool with_detail = false;
  int64_t start_ns = 0;    // since 1970; the run begins then, or at once
  std::string_view key{};  // of the start: the run that was started with it before is meant again
  bool stays = false;      // waits for messages, too, where it would return with 'waiting'
  std::string_view session{}, user{};  // whose state '$session' and '$user' are
};

// Where a message has gone.
enum class Delivered : uint8_t {
  here,      // to a run of this process
  to_owner,  // to the process that owns the run, through the store
  kept,      // nobody holds the run: it gets the message when it is resumed
};

// What a person says of steps that may or may not have had their effect.
enum class Unknown : uint8_t { keep_waiting, again, fail };

// Which runs are meant; what is empty means all.
struct RunFilter {
  std::string_view status{}, workflow{}, tag{};
  int64_t since_ns = 0, until_ns = INT64_MAX;  // when they were accepted
  uint32_t max = 1000;
};

// A run whose process is gone, taken by this one.
struct Adopted {
  std::string run;
  Error error;  // why it cannot go on here; code is empty otherwise
};

struct Why {
  std::string sentence;
  int64_t since_ns = 0;
  std::string command;  // that helps; empty when nothing is to be done
};

// Which of the runs that have ended are kept.
struct Retention {
  int64_t older_than_ns = 0;  // younger ones are
  uint32_t keep = 0;          // and so many of the latest
  bool is_dry = false;        // only tells
};
struct Forgotten {
  std::vector<std::string> runs;
  uint32_t needed = 0;  // that forks of them still need
};

// A definition as somebody has written it.
struct DefinitionText {
  std::string text, file;
};

struct KernelOptions {
  std::vector<std::string> plugin_paths;
  std::string store = "memory:";  // URL: memory:, sqlite:PATH
  unsigned threads = 0;           // for tools that may block; 0 starts none
  uint32_t log_mask = 1U << WEFT_LOG_WARN | 1U << WEFT_LOG_ERROR;
  std::function<void(uint32_t level, std::string_view component, std::string_view message)> log{};
  struct Part {
    std::string id;
    Document config;
  };
  std::vector<Part> sinks{};
  std::vector<Part> hooks{};    // of one, priority, mandatory and sensitive are the kernel's
  Document hook_composition{};  // {mode?, threshold?, ties?}, see kernel/run/HOOKS.md
  Document resources{};         // {NAME: limit}, see kernel/run/RESOURCES.md
  // What a step calls and nobody at hand has; file is the one that is loaded.
  std::function<Result<DefinitionText>(std::string_view name, std::string_view file)> find{};
  // Observes in this process, called by whoever drives; outlives the kernel. May be null.
  const weft_sink* observer = nullptr;
  void* observer_self = nullptr;
};

// Of weft/travel.hpp.
struct Checkpoint;
struct Comparison;
struct Exported;
struct ForkOptions;
struct MoveOptions;
struct Moved;
struct Imported;
struct Replayed;
struct RunReport;
struct Verified;

// Runs belong to the process that started or resumed them. Whoever waits for a run does its work on
// the waiting thread: without threads nothing happens unless somebody waits. Any thread may call.
class Kernel final {
 public:
  static Result<std::unique_ptr<Kernel>> create(KernelOptions options);
  ~Kernel();
  Kernel(const Kernel&) = delete;
  Kernel& operator=(const Kernel&) = delete;

  // format: json, yaml, or empty for what the name of the file says. What its steps call and it
  // does not hold is a workflow of this kernel that is held, by its id, or what options.find has.
  Loaded load(std::string_view text, std::string_view file, std::string_view format = {});
  // A definition in another format, NOT_FOUND where that cannot say all of it; what a format reads.
  Result<std::string> print(const Workflow& workflow, std::string_view format);
  Result<Document> read(std::string_view text, std::string_view file, std::string_view format = {});

  // The id, once the run is accepted as durably as the store can.
  Result<std::string> start(const Workflow& workflow, const RunOptions& options);
  // Until the run has ended or waits for a person. TIMEOUT when that takes longer.
  Result<Outcome> wait(std::string_view run, int64_t timeout_ns = INT64_MAX);
  Result<Outcome> run(const Workflow& workflow, const RunOptions& options);
  // Asks a run of this process to end; it ends when its steps have.
  Result<void> cancel(std::string_view run, std::string_view reason);
  // A message for a run, wherever it is, {verb, ...}, as in kernel/run/MESSAGES.md.
  Result<Delivered> send(std::string_view run, Value message);
  // Goes on with a run that no live process owns, then as wait.
  Result<Outcome> resume(std::string_view run, Unknown unknown, const RunOptions& options);
  // Takes every run whose process is gone; wait() then drives them. What cannot go on says why.
  Result<std::vector<Adopted>> adopt();

  // From the store: summaries, latest first; a run with detail; its events in order.
  Result<Document> list(const RunFilter& filter = {});
  Result<Outcome> show(std::string_view run);
  Result<void> events(std::string_view run, const std::function<void(const weft_event&)>& each);
  // Why a run waits or failed, and what helps.
  Result<Why> why(std::string_view id);
  // What an expression means in the outermost block of a run; its variables when it is empty.
  Result<Document> query(std::string_view run, std::string_view expression);
  Result<Forgotten> forget(const Retention& retention);
  // The id that a prefix or 'last' means.
  Result<std::string> find_run(std::string_view prefix);

  // The past of a run, see weft/travel.hpp; nothing of it calls a tool, hook or sink. show_at tells
  // how it stood behind an event, verify reads all back, replay decides again, report times it.
  Result<std::vector<Checkpoint>> checkpoints(std::string_view run);
  Result<Outcome> show_at(std::string_view run, uint64_t seq);
  Result<Comparison> diff(std::string_view first, std::string_view second);
  Result<Verified> verify(std::string_view run);
  Result<RunReport> report(std::string_view run);
  Result<Replayed> replay(std::string_view run, uint64_t to_seq, const Workflow* with = nullptr);
  // A new run that goes on from a point of another one, which stays as it is; the id, as of start.
  Result<std::string> fork(std::string_view run, const ForkOptions& options);
  // A run that waits or is paused goes on under another definition, or nothing happens.
  Result<Moved> move(std::string_view run, const Workflow& to, const MoveOptions& options);
  // One file that holds the run and all it needs, handed to write piece by piece; and back.
  Result<Exported> export_run(std::string_view run,
                              const std::function<Result<void>(std::string_view)>& write);
  // head is that of its export, when it must be the same file; else empty.
  Result<Imported> import_run(std::string_view file, std::string_view head = {});
  std::vector<PluginState> plugins() const;
  std::vector<ComponentEntry> components(std::string_view kind) const;
  Result<ComponentEntry> find_component(std::string_view kind, std::string_view name) const;

  // For hosts that own the loop: one turn; false when there was nothing to do.
  bool turn();
  struct Rooms;  // kernel_rooms.hpp, for the kernel's own files

 private:
  friend class SharedState;  // weft/state.hpp
  friend class Learning;     // weft/learned.hpp
  Kernel();
  std::unique_ptr<Rooms> rooms_;
};

std::string_view version();

}  // namespace weft
