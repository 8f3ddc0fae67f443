// Grants: which paths may be touched, as patterns. PERMISSIONS.md tells the language.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

namespace weft::plugin {

// A path in the words of grants: parts joined by '/', without '.', '..' and empty parts. It says
// what is meant, not what is there: nothing is looked up.
struct PlainPath {
  bool is_absolute = false;
  std::string text;  // without a leading '/'; empty for the root itself

  std::string shown() const;
};

// Null where '..' leads out of the root.
std::optional<PlainPath> plain_path(std::string_view path);

class PathPattern final {
 public:
  // Null for what can grant nothing: an empty text and one with '..'.
  static std::optional<PathPattern> parse(std::string_view text);

  bool matches(const PlainPath& path) const;
  bool is_absolute() const { return is_absolute_; }
  // The part before the first wildcard, at which resolution begins: 'data' for 'data/**/*.csv',
  // 'data' for 'data/x'.
  const std::string& prefix() const { return prefix_; }

 private:
  bool is_absolute_ = false;
  bool is_plain_ = true;
  std::string prefix_;
  std::vector<std::string> parts_;
};

// What the object {read, write, follow_symlinks} grants. What is not of that shape grants nothing.
struct PathGrants {
  std::vector<PathPattern> read, write;
  bool follow_symlinks = false;

  static PathGrants of(Value fs);
};

// The first pattern that matches, or null.
const PathPattern* find_grant(const std::vector<PathPattern>& patterns, const PlainPath& path);

}  // namespace weft::plugin
