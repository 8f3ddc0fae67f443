// Versions and ranges of versions, as in 'upper@^1.2': Semantic Versioning 2.0.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::plugin {

struct Version {
  uint64_t major = 0, minor = 0, patch = 0;
  std::string pre;  // "rc.1"; such a version comes before the release

  bool is_release() const { return pre.empty(); }
  // Of precedence; build metadata never counts.
  std::strong_ordering operator<=>(const Version& other) const;
  bool operator==(const Version& other) const { return (*this <=> other) == 0; }
};

// "1.2.3", "1.2.3-rc.1", "1.2.3+build".
Result<Version> parse_version(std::string_view text);

// What a range asks for: 1.2.3 exact · 1.2 and 1 any of that line · ^1.2 compatible · ~1.2 the same
// minor · >=1.2 >1.2 <2 <=2 · * any; several, separated by blanks or commas, must all hold. A
// version before a release fits only where the range names one of the same release.
class Range final {
 public:
  bool fits(const Version& version) const;

 private:
  friend Result<Range> parse_range(std::string_view text);
  enum class Sign : uint8_t { at_least, above, below, at_most };
  struct Bound {
    Sign sign;
    Version version;
  };
  static bool holds(const Bound& bound, const Version& version);
  Result<void> add(std::string_view comparator);
  std::vector<Bound> bounds_;
  std::vector<Version> named_;  // as written, for versions before a release
};

Result<Range> parse_range(std::string_view text);

}  // namespace weft::plugin
