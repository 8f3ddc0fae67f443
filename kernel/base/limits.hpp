// limits: the bound of every depth, size, queue and loop of the kernel, each with its reason.
#pragma once

#include <cstdint>

#include <weft/value.h>

namespace weft::base::limits {

inline constexpr uint64_t kb = uint64_t{1} << 10;
inline constexpr uint64_t mb = uint64_t{1} << 20;

// Values.
inline constexpr uint32_t depth = WEFT_DEPTH_MAX;  // containers in containers; recursion ends here
inline constexpr uint64_t value_bytes = WEFT_VALUE_BYTES_MAX;  // of one value in one buffer
inline constexpr uint64_t inline_bytes = mb;  // a larger payload is journalled as a blob reference

// Memory.
inline constexpr uint64_t vault_page_bytes = 64 * kb;  // one live value keeps no more than a page
inline constexpr uint64_t swept_bytes = mb;  // payloads of a run that are never swept: too few
inline constexpr uint64_t block_first_bytes = 4 * kb;  // one page: most calls need no second block
inline constexpr uint64_t block_bytes_max = mb;        // doubling ends; waste stays below one block
inline constexpr uint64_t call_arena_bytes =
    2 * value_bytes;                                    // a result and the scratch to make it
inline constexpr uint64_t kept_arena_bytes = 256 * kb;  // for the next call; more is given back

// Definitions.
inline constexpr uint64_t definition_bytes = 64 * mb;  // of text; 100,000 steps need about 20 MB
inline constexpr uint32_t steps = 100'000;             // raised by 'limits.steps'
inline constexpr uint32_t steps_warn = 1'000;          // above, people lose the overview
inline constexpr uint32_t problems = 1'000;            // reported per definition; more help nobody
inline constexpr uint32_t schema_ops = 10'000'000;     // of one schema check; a ref cycle ends here
inline constexpr uint32_t schema_depth = 256;          // nested references of a schema

// Expressions and templates; never bounded by wall time, so that replay is exact.
inline constexpr uint32_t expression_ops = 10'000;      // far below a second on any machine
inline constexpr uint32_t expression_chars = 4'096;     // what a person can still read
inline constexpr uint32_t expression_depth = 64;        // the same as for values
inline constexpr uint64_t expression_built_bytes = mb;  // what one evaluation may make

// Runs.
inline constexpr uint32_t transitions = 1'000;    // of a conditional graph: a cycle ends loudly
inline constexpr uint32_t iterations = 1'000;     // of 'while': the same
inline constexpr uint32_t memo_bytes = 4 * kb;    // a pattern's position, not its results
inline constexpr uint32_t commands = 65'536;      // of one call of step
inline constexpr uint32_t quorum = 1'000;         // people that one approval may ask for
inline constexpr uint32_t signals = 1'000;        // buffered per run while nobody waits
inline constexpr uint32_t attempts = 1'000;       // of one step, whatever its policy says
inline constexpr uint32_t frames = 1U << 27U;     // ever opened in a run: a month at 50 a second
inline constexpr uint32_t kept_iterations = 100;  // of a loop in state; older ones by reference
inline constexpr uint32_t lanes = 4'096;          // of one block: visits at once, and kept ones
inline constexpr uint32_t inline_calls = 16;      // synchronous completions continued in place
inline constexpr uint32_t fork_depth = 1'000;     // forks of forks; a circle of them ends here
inline constexpr uint32_t shared_keys = 10'000;   // of one owner in a scope of state, read as one
inline constexpr uint32_t branches = 10;          // at once, unless the workflow says otherwise

inline constexpr uint64_t command_timeout_ns = 300'000'000'000;  // of the commands of a chain
inline constexpr int64_t short_wait_ns =
    30'000'000'000;  // a shorter one does not park a run: reading it back would cost more
inline constexpr int64_t resource_wait_ns =
    300'000'000'000;  // for room, counted from the start of the step; then it fails
inline constexpr int64_t cancel_grace_ns =
    5'000'000'000;  // between asking a call to end and leaving it
inline constexpr int64_t run_grace_ns =
    30'000'000'000;  // the same for the calls of a run that somebody cancels

// Breakers of tools.
inline constexpr uint32_t breaker_failures = 5;              // in a row, and the tool is left alone
inline constexpr int64_t breaker_open_ns = 300'000'000'000;  // until one call may try
inline constexpr int64_t breaker_probe_wait_ns =
    1'000'000'000;  // for others, while that one has not answered

// Room for calls.
inline constexpr uint32_t calls_per_run = 10;       // at once, of tools that do not answer in place
inline constexpr uint32_t calls_per_tool = 100;     // at once, in all runs; of such tools, too
inline constexpr uint32_t host_per_minute = 1'000;  // requests of network tools
inline constexpr int64_t permit_level_ns =
    10'000'000'000;  // of waiting, as good as one level of priority

// Hooks.
inline constexpr int64_t hook_deadline_ns = 1'000'000'000;   // of one that may block; then left
inline constexpr int64_t hook_slow_ns = 50'000'000;          // two such calls are a failure
inline constexpr int64_t hook_failures_ns = 30'000'000'000;  // three within it open the breaker
inline constexpr int64_t hook_open_ns = 15'000'000'000;      // until it is asked again
inline constexpr uint32_t hook_successes = 2;                // that close the breaker
inline constexpr uint32_t hook_samples = 64;                 // one inline call in so many is timed

inline constexpr uint32_t listed_at_once = 256;     // runs, of a store that may hold a million
inline constexpr uint32_t forgotten_at_once = 100;  // runs in one commit, so that others get in
inline constexpr uint32_t told_at_once = 64;        // runs, when the engine has nothing to do

// What is learned of runs.
inline constexpr uint32_t learned_runs = 10'000;      // of a workflow, the latest; a person waits
inline constexpr uint32_t learned_decisions = 1'000;  // of one run; the others are counted
inline constexpr uint32_t learned_bytes = 4 * kb;     // of a value that a condition has read
inline constexpr uint32_t adaptations = 64;           // adapted plans that are kept at hand

// Messages from outside.
inline constexpr int64_t message_poll_ns = 100'000'000;  // what a person calls at once
inline constexpr uint32_t messages = 1'024;              // taken in one turn

// Snapshots of a run.
inline constexpr uint64_t snapshot_events = 4'096;  // since the one before: what recovery repeats
inline constexpr uint64_t snapshot_records_bytes = mb;
inline constexpr uint32_t snapshot_links = 256;  // of a chain; then a whole one begins the next
inline constexpr uint64_t snapshot_whole_bytes = 64 * kb;  // a chain twice this long is still short

// Queues. A full one answers BUSY; nothing grows without a bound.
inline constexpr uint32_t inbox = 65'536;         // inputs of an engine not yet decided
inline constexpr uint32_t turn_inputs = 4'096;    // taken in one turn, so that a commit stays short
inline constexpr uint32_t worker_queue = 16'384;  // blocking calls waiting for a thread
inline constexpr uint32_t worker_threads = 64;    // of the blocking pool
inline constexpr uint32_t sink_queue = 65'536;    // events of one sink; then drops are counted
inline constexpr uint32_t sink_batch = 1'024;     // events of one consume
inline constexpr uint32_t open_calls = 65'536;    // operations without an answer, per engine
inline constexpr uint32_t emitted_parts = 65'536;  // of one call

// Files and texts.
inline constexpr uint64_t manifest_bytes = mb;  // of one plugin
inline constexpr uint32_t message_chars = 480;  // fits weft_error with its zero
inline constexpr uint32_t name_chars = 256;     // ids, aliases, tags
inline constexpr uint32_t candidates = 4'096;   // looked at for 'did you mean'

}  // namespace weft::base::limits
