// Merging: what branches wrote becomes one, branch by branch in their order.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "plan/plan.hpp"

namespace weft::run {

using Path = std::vector<std::string>;

// The value inside another one; missing where there is none.
Value inside(Value root, std::span<const std::string> path);

// Two that changed one path, or a path and its ancestor, to different values.
struct Conflict {
  Path path;
  std::string first, second;  // the branches
  Value first_value, second_value;
};

class Merging final {
 public:
  struct Rules {
    const plan::Merge& merge;
    // An expression over {merged, value, base}.
    std::function<Result<Value>(uint32_t expression, Value bindings)> custom;
    Arena arena;
  };
  // base: as all branches found it. target: what there is now, into which they are merged; what
  // differs from the base was changed by somebody outside, before all branches.
  Merging(Rules rules, Value base, Value target);

  // Takes what a branch wrote: its variables, and the paths of those that it changed.
  Result<void> add(std::string_view by, Value variables, Value writes);
  // Goes on from where an earlier one was, whose answers these are.
  Result<void> resume(Value variables, Value writes, Value writers);

  bool is_empty() const { return roots_.empty(); }
  Value variables();                       // the target with all that was written
  void write_changes(Builder& out) const;  // a list of {path, old?, new}
  std::vector<std::string> writes() const;
  std::vector<std::string_view> writers() const;  // of the same, in the same order
  // Of the latest add that failed with state.conflict.
  const Conflict& conflict() const { return conflict_; }

 private:
  struct Write {
    Path path;
    std::string by;
  };
  struct Root {
    Value base, target, value;
    std::vector<Write> writes;
  };
  Root& root_of(const std::string& name);
  const plan::Reduce* reduce_of(const Path& path) const;
  static std::string_view other_writer(const Root& root, const Path& path, std::string_view by);
  Result<void> add(std::string_view by, Value value, const Path& path, const plan::Reduce* reduce);
  Result<void> put(Root& root, const Path& path, Value value, std::string_view by);
  Result<void> assign(Root& root, const Path& path, Value value, std::string_view by);
  Error clash(Conflict conflict);

  Rules rules_;
  Value base_, target_;
  std::map<std::string, Root, std::less<>> roots_;
  Conflict conflict_;
};

// What is folded: the value that there was when the branches began, what there is now, and what a
// branch made of it.
struct Folded {
  Value base, merged, value;
};
// By any reducer but 'custom'; state.reduce where they are not of its kind. Two that changed one
// member of an object to different values are decided by 'policy'; error answers state.conflict.
Result<Value> reduced(spec::Reducer how, const Folded& folded, spec::MergePolicy policy,
                      Arena arena);

}  // namespace weft::run
