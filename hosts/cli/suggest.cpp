#include "suggest.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "text.hpp"

namespace weft::cli {
namespace {

// Insertions, deletions, replacements and swapped neighbours that lead from one word to the other.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> two(b.size() + 1), one(b.size() + 1), now(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) one[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({one[j] + 1, now[j - 1] + 1, one[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], two[j - 2] + 1);
    }
    two = std::exchange(one, now);
  }
  return one[b.size()];
}

}  // namespace

std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known) {
  constexpr size_t chars_max = 64;  // a longer word is no slip
  if (written.size() > chars_max) return {};
  std::string_view best;
  size_t least = std::max<size_t>(written.size() / 3, 1) + 1;
  for (const std::string_view word : known) {
    const bool begins = written.size() > 1 && word.starts_with(written);
    const size_t far = begins ? 1 : distance(written, word);
    if (far >= least) continue;
    least = far;
    best = word;
  }
  return best.empty() ? std::string() : "did you mean " + in_quotes(best) + "?";
}

}  // namespace weft::cli
