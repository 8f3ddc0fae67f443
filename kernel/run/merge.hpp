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

// A path that was changed to different values; or it by one, and something within it by another.
struct Conflict {
  struct Side {
    std::string by;
    Value root;  // the variable that the path begins with, as it is there
  };
  Value value_of(const Side& side) const;

  Path path;
  std::vector<Side> sides;  // all who changed it or something within it, in their order
  // The two that met first, and where.
  Path met;
  std::string first, second;
  Value first_value, second_value;
};

// Of the values in conflict that a loop gathers until hooks are asked at its end.
inline constexpr size_t sides_max = 500;

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

  // Takes what a branch wrote: its variables, and the paths of those that it changed. Conflicts are
  // gathered; of what is in conflict the first value stands until it is decided.
  Result<void> add(std::string_view by, Value variables, Value writes);
  // Goes on from where an earlier one was: {variables, writes, writers, conflicts?} of it.
  Result<void> resume(Value told);
  // Of conflicts: a list of {path, value} or {path, branch}. One that it does not name stays.
  Result<void> decide(Value said);

  bool is_empty() const { return roots_.empty(); }
  Value variables();                       // the target with all that was written
  void write_changes(Builder& out) const;  // a list of {path, old?, new}
  std::vector<std::string> writes() const;
  std::vector<std::string_view> writers() const;  // of the same, in the same order

  const std::vector<Conflict>& conflicts() const { return conflicts_; }  // that are not decided
  size_t sides() const;                                                  // of all of them
  Result<void> settled() const;             // state.conflict, of the first, while there is one
  void write_question(Builder& out) const;  // a list of {path, base?, values[{branch, value?}]}
  void write_sides(Builder& out) const;     // for resume

 private:
  struct Write {
    Path path;
    std::string by;
  };
  struct Root {
    Value base, target, value;
    std::vector<Write> writes;
  };
  struct Writer {
    std::string_view by;
    Value root;  // the variable that it wrote to
  };
  Root& root_of(const std::string& name);
  const plan::Reduce* reduce_of(const Path& path) const;
  static std::string_view other_writer(const Root& root, const Path& path, std::string_view by);
  Result<void> add(const Writer& writer, const Path& path, const plan::Reduce* reduce);
  Result<void> put(Root& root, const Path& path, const Writer& writer);
  Result<void> assign(Root& root, const Path& path, Value value, std::string_view by);
  bool is_disputed(const Path& path) const;
  void dispute(Root& root, const Writer& writer, Conflict now);

  Rules rules_;
  Value base_, target_;
  std::map<std::string, Root, std::less<>> roots_;
  std::vector<Conflict> conflicts_;  // none stands within another
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
