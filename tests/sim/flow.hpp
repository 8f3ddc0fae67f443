// Flow: a definition as a tree that can be drawn, made smaller, interpreted and written as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weft::tests {

// What stands where a value is wanted. 'of' is the id of a step, or "result" in an output.
struct Formula {
  enum class Kind : uint8_t {
    number,    // a constant
    text,      // one that does not fit into a slot
    whole,     // {{of}}
    field,     // {{of.name}}
    guarded,   // {{default(of, number)}}
    embedded,  // then {{of.name}} and {{$input.number}}
    list,      // [{{of}}, {"of": {{$input.text}}}]
  };
  Kind kind = Kind::number;
  std::string of;
  int64_t number = 0;
  bool operator==(const Formula&) const = default;

  bool speaks_of_a_step() const { return kind > Kind::text && of != "result"; }
};

// The field 'if'.
struct Condition {
  enum class Kind : uint8_t {
    exists_and,  // exists(of) and $input.number > number
    exists_or,   // exists(of) or $input.number > number
    is_named,    // of.name == "of", which is an error where it has no result
    no_boolean,  // $input.number
  };
  Kind kind = Kind::exists_and;
  std::string of;
  int64_t number = 0;
  bool operator==(const Condition&) const = default;

  bool speaks_of_a_step() const { return kind != Kind::no_boolean; }
};

struct Retry {
  uint32_t attempts = 1;  // of all
  int64_t initial_ms = 100, cap_ms = 1000;
  uint32_t multiplier = 2;
  bool by_strategy = false;  // on_error: retry(n), with the numbers and the jitter it has by itself
  bool operator==(const Retry&) const = default;
};

// Another call, in place of one that failed; its name is that of the step and '_alt'.
struct Way {
  std::string tool;
  Formula value;
  uint32_t attempts = 1;  // of all, a fifth of a second apart
  std::optional<int64_t> timeout_ms;
  bool operator==(const Way&) const = default;
};
inline constexpr int64_t way_wait_ms = 200;

// What the strategy 'recover' falls back to when nothing else helped.
struct Ladder {
  std::optional<Formula> otherwise;  // in place of a result
  bool is_required = true;           // else the step is skipped
  bool operator==(const Ladder&) const = default;
};

enum class RunIf : uint8_t { success, failure, always };
enum class OnError : uint8_t { unsaid, fail, proceed };

struct Step {
  enum class Kind : uint8_t { tool, sequential, dag, wait };
  std::string id;
  Kind kind = Kind::tool;
  std::string tool;  // one of sim_tool_kinds
  int64_t wait_ms = 0;
  Formula value;  // its argument
  std::optional<Condition> condition;
  RunIf run_if = RunIf::success;
  OnError on_error = OnError::unsaid;
  std::vector<std::string> depends_on;
  std::optional<Retry> retry;
  std::optional<int64_t> timeout_ms;  // 0 is none; 30 s where it is not said
  std::optional<Formula> output;
  std::optional<Way> alternative;
  std::optional<Ladder> recover;  // then there is neither a retry nor an on_error
  std::vector<Step> steps;
  bool operator==(const Step&) const = default;

  bool is_block() const { return kind == Kind::sequential || kind == Kind::dag; }
  bool is_wait() const { return kind == Kind::wait; }
  // Whether an attempt may be made again after one that may have had its effect.
  bool may_repeat() const;
};
bool may_repeat(std::string_view tool);

struct Flow {
  Step root;              // without an id; its timeout is that of a run
  bool proceeds = false;  // the strategy of steps that say none
};

inline constexpr std::string_view input_text = "what the run was given, longer than a slot";
inline constexpr std::string_view long_text = "a constant that needs room of its own";
inline constexpr int64_t input_number = 7;

std::string to_json(const Flow& flow);

// The steps that the fields of a step, and of those inside it, speak of.
void collect_references(const Step& step, std::vector<std::string>& to);

}  // namespace weft::tests
