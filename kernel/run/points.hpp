// Points: where hooks are asked or told, under which names, and which verdicts are legal there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/draft/hook.h>
#include <weft/result.hpp>

#include "run/input.hpp"
#include "state/state.hpp"

namespace weft::run {

// The name of a point as in RUNTIME's table, and of a phase.
std::string_view point_name(uint32_t point);
std::string_view phase_text(Phase phase);
std::string_view verdict_text(uint32_t verdict);

// Whether whoever is asked there is waited for. At the others the fact is done and told.
bool is_asked(uint32_t point, Phase phase);

// Whether a verdict may be given there at all.
bool is_legal(uint32_t verdict, uint32_t point, Phase phase);

// Where a run is to go on instead.
struct Target {
  enum class Kind : uint8_t {
    nowhere,
    step,         // another step of the same block
    branch,       // one of those that were offered
    alternative,  // the tool that the step itself names for the case of a failure
  };
  Kind kind = Kind::nowhere;
  uint32_t node = event::no_node;
};

// What the payload of a redirection names, seen from where it is asked. A step that has begun or
// stands in another block, a branch that was not offered and a tool that the definition does not
// name as the alternative are nowhere.
Target target_of(const state::State& state, const Command& at, Value payload);

// Why a verdict that is legal at its point cannot be followed here: a repetition that the effect
// contract forbids, a target that is nowhere, a payload without what it needs. OK otherwise.
Result<void> may_follow(const state::State& state, const Command& at, uint32_t verdict,
                        Value payload);

// Whether a choice of a branch has this node among what may be taken.
bool is_offered(Value choice, uint32_t node);

// The number of a point by its name; UINT32_MAX when there is none.
uint32_t point_of(std::string_view name);

// The last of the notes that something followed from; missing without one.
Value followed(Value notes);

// A reason as a hook gives it.
std::string reason_text(Value said);

// The delay of a RETRY in ns, and after how many attempts it is not followed any more.
struct RetryAsked {
  int64_t delay_ns = 0;
  uint32_t attempts_max = 0;
};
Result<RetryAsked> retry_of(Value payload);

// The phases of the pattern that a frame runs.
enum class Form : uint8_t { plain, loop, parallel };
Form form_of(const state::State& state, const state::Frame& frame);

}  // namespace weft::run
