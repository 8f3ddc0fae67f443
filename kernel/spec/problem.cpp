#include "spec/problem.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>
#include <unordered_map>

#include "base/limits.hpp"
#include "base/path.hpp"

namespace weft::spec {
namespace {

// Values of a tree that may share parts; beyond this the place stays unknown.
constexpr uint64_t visits_max = 20'000'000;

// Finds the pointers of some slots in one walk over the tree.
class Search final {
 public:
  using Pointers = std::unordered_map<const weft_slot*, std::string>;
  explicit Search(Pointers& wanted) : wanted_(wanted), missing_(wanted.size()) {}

  void walk(Value value, uint32_t depth) {
    if (missing_ == 0 || ++visits_ > visits_max || depth > base::limits::depth) return;
    note(value);
    if (!value.is_object() && !value.is_array()) return;
    for (uint32_t i = 0; i < value.size() && missing_ != 0; ++i) {
      const size_t size = path_.size();
      if (value.is_object()) {
        base::append_segment(path_, value.key(i));
      } else {
        base::append_segment(path_, i);
      }
      walk(value[i], depth + 1);
      path_.resize(size);
    }
  }

 private:
  void note(Value value) {
    const auto found = wanted_.find(value.slot());
    if (found == wanted_.end() || found->second != unknown) return;
    found->second = path_;
    --missing_;
  }

  Pointers& wanted_;
  size_t missing_;
  uint64_t visits_ = 0;
  std::string path_;

 public:
  static constexpr const char* unknown = "?";
};

}  // namespace

std::string pointer_of(Value root, Value at) {
  Search::Pointers wanted{{at.slot(), Search::unknown}};
  Search(wanted).walk(root, 0);
  std::string& found = wanted.begin()->second;
  return found == Search::unknown ? std::string() : std::move(found);
}

std::vector<Error> placed(std::span<const Problem> problems, const Origin& origin) {
  problems = problems.first(std::min<size_t>(problems.size(), base::limits::problems));
  Search::Pointers wanted;
  for (const Problem& problem : problems) wanted.emplace(problem.at.slot(), Search::unknown);
  Search(wanted).walk(origin.root, 0);

  std::vector<Error> errors;
  errors.reserve(problems.size());
  for (const Problem& problem : problems) {
    const std::string& found = wanted.find(problem.at.slot())->second;
    Error error{.status = Status::bad_input,
                .code = problem.code,
                .message = problem.message,
                .hint = problem.hint};
    error.flags = WEFT_ERR_BAD_INPUT;
    error.where.file = origin.file;
    error.where.pointer = (found == Search::unknown ? "" : found) + problem.pointer;
    if (origin.locator.at != nullptr) {
      const Place place = origin.locator.at(origin.locator.self, error.where.pointer);
      error.where.line = place.line;
      error.where.column = place.column;
    }
    errors.push_back(std::move(error));
  }
  std::vector<size_t> order(errors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return std::tie(errors[a].where.line, errors[a].where.column, a) <
           std::tie(errors[b].where.line, errors[b].where.column, b);
  });
  std::vector<Error> sorted;
  sorted.reserve(errors.size());
  for (const size_t i : order) sorted.push_back(std::move(errors[i]));
  return sorted;
}

}  // namespace weft::spec
