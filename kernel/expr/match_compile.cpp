// From the text of a regular expression to its states.
#include "expr/match_compile.hpp"

#include "base/limits.hpp"
#include "base/text.hpp"

namespace weft::expr {
namespace {

// More than this many visits of parts of the pattern mean repetitions of repetitions of nothing.
constexpr uint32_t visits_max = 4 * Regexp::states_max;

}  // namespace

// Writes the states from the end of the pattern to its beginning, so each knows what follows it.
class RegexpBuilder final {
 public:
  explicit RegexpBuilder(RegexpTree& tree) : tree_(tree) {}

  Result<Regexp> build() {
    const uint16_t last = push({Regexp::Kind::accept});
    regexp_.first_ = emit(tree_.root, last);
    if (full_) {
      Error error;
      error.status = Status::limit;
      error.code = "expr.limit.states";
      error.message =
          "the pattern needs more than " + std::to_string(Regexp::states_max) + " states";
      error.hint = "use smaller counts in {n,m}";
      error.where.column = 1;
      return error;
    }
    regexp_.sets_ = std::move(tree_.sets);
    return std::move(regexp_);
  }

 private:
  using Part = RegexpTree::Part;
  using Kind = Regexp::Kind;

  uint16_t push(Regexp::State state) {
    if (regexp_.states_.size() >= Regexp::states_max) {
      full_ = true;
      return 0;
    }
    regexp_.states_.push_back(state);
    return static_cast<uint16_t>(regexp_.states_.size() - 1);
  }

  uint16_t emit(uint32_t number, uint16_t next) {
    if (full_ || ++visits_ > visits_max) {
      full_ = true;
      return 0;
    }
    const Part& part = tree_.parts[number];
    switch (part.kind) {
      case Part::Kind::empty: return next;
      case Part::Kind::range: return push({Kind::range, next, 0, part.low, part.high});
      case Part::Kind::set: return push({Kind::set, next, static_cast<uint16_t>(part.first), 0, 0});
      case Part::Kind::start: return push({Kind::start, next});
      case Part::Kind::end: return push({Kind::end, next});
      case Part::Kind::sequence: {
        for (uint32_t i = part.count; i-- > 0;) next = emit(tree_.lists[part.first + i], next);
        return next;
      }
      case Part::Kind::choice: {
        uint16_t entry = emit(tree_.lists[part.first + part.count - 1], next);
        for (uint32_t i = part.count - 1; i-- > 0;) {
          const uint16_t branch = emit(tree_.lists[part.first + i], next);
          entry = push({Kind::split, branch, entry});
        }
        return entry;
      }
      case Part::Kind::repeat: return emit_repeat(part, next);
    }
    return next;
  }

  uint16_t emit_repeat(const Part& part, uint16_t next) {
    uint16_t entry = next;
    if (part.most == RegexpTree::unbounded) {
      entry = push({Kind::split, next, next});
      const uint16_t body = emit(part.first, entry);
      if (!full_) regexp_.states_[entry].other = body;
    } else {
      for (uint32_t i = part.least; i < part.most && !full_; ++i) {
        const uint16_t body = emit(part.first, entry);
        entry = push({Kind::split, body, next});
      }
    }
    for (uint32_t i = 0; i < part.least && !full_; ++i) entry = emit(part.first, entry);
    return entry;
  }

  RegexpTree& tree_;
  Regexp regexp_;
  uint32_t visits_ = 0;
  bool full_ = false;
};

Result<Regexp> Regexp::compile(std::string_view pattern, Dialect dialect) {
  Result<RegexpTree> tree = parse_regexp(pattern, dialect);
  if (!tree) return tree.error();
  return RegexpBuilder(*tree).build();
}

}  // namespace weft::expr
