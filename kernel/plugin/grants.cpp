#include "plugin/grants.hpp"

#include <algorithm>

namespace weft::plugin {

using namespace lit;

namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (!part.empty() && part != ".") parts.push_back(part);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return parts;
}

template <class Parts>
std::string join(const Parts& parts, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) {
    if (i != 0) text += '/';
    text += parts[i];
  }
  return text;
}

bool has_wildcard(std::string_view part) {
  return part.find_first_of("*?") != std::string_view::npos;
}

// Bytes of the character at the front; 1 where it is not UTF-8.
size_t character_size(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t size = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (size > text.size()) return 1;
  const bool is_whole = std::all_of(text.begin() + 1, text.begin() + static_cast<ptrdiff_t>(size),
                                    [](char c) { return (c & '\xc0') == '\x80'; });
  return is_whole ? size : 1;
}

// One part against one part. Only the last '*' is ever tried again: what an earlier one could take
// instead, the last one can take as well.
bool part_matches(std::string_view pattern, std::string_view name) {
  constexpr size_t none = std::string_view::npos;
  size_t p = 0, n = 0, star = none, retry = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && pattern[p] == '?') {
      ++p;
      n += character_size(name.substr(n));
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p, ++n;
    } else if (star != none) {
      p = star + 1;
      retry += character_size(name.substr(retry));
      n = retry;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<ptrdiff_t>(p), pattern.end(),
                     [](char c) { return c == '*'; });
}

// The same over parts, where '**' is the star.
bool parts_match(const std::vector<std::string>& pattern,
                 const std::vector<std::string_view>& path) {
  constexpr size_t none = std::string_view::npos;
  size_t p = 0, n = 0, star = none, retry = 0;
  while (n < path.size()) {
    if (p < pattern.size() && pattern[p] == "**") {
      star = p++;
      retry = n;
    } else if (p < pattern.size() && part_matches(pattern[p], path[n])) {
      ++p, ++n;
    } else if (star != none) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  return std::all_of(pattern.begin() + static_cast<ptrdiff_t>(p), pattern.end(),
                     [](const std::string& part) { return part == "**"; });
}

std::vector<PathPattern> patterns_of(Value list) {
  std::vector<PathPattern> patterns;
  if (!list.is_array()) return patterns;
  for (const Value text : list) {
    auto pattern = text.is_text() ? PathPattern::parse(text.as_text()) : std::nullopt;
    if (pattern) patterns.push_back(std::move(*pattern));
  }
  return patterns;
}

}  // namespace

std::string PlainPath::shown() const {
  if (is_absolute) return std::string(1, '/').append(text);
  return text.empty() ? std::string(1, '.') : text;
}

std::optional<PlainPath> plain_path(std::string_view path) {
  std::vector<std::string_view> kept;
  for (const std::string_view part : split(path)) {
    if (part != "..") {
      kept.push_back(part);
    } else if (kept.empty()) {
      return std::nullopt;
    } else {
      kept.pop_back();
    }
  }
  return PlainPath{path.starts_with('/'), join(kept, kept.size())};
}

std::optional<PathPattern> PathPattern::parse(std::string_view text) {
  if (text.empty() || text.find('\0') != std::string_view::npos) return std::nullopt;
  PathPattern pattern;
  pattern.is_absolute_ = text.starts_with('/');
  size_t fixed = 0;
  for (const std::string_view part : split(text)) {
    if (part == "..") return std::nullopt;
    if (has_wildcard(part)) pattern.is_plain_ = false;
    if (pattern.is_plain_) ++fixed;
    pattern.parts_.emplace_back(part);
  }
  if (pattern.is_plain_ && fixed != 0) --fixed;
  pattern.prefix_ = join(pattern.parts_, fixed);
  return pattern;
}

bool PathPattern::matches(const PlainPath& path) const {
  if (path.is_absolute != is_absolute_) return false;
  const std::vector<std::string_view> parts = split(path.text);
  if (!is_plain_) return parts_match(parts_, parts);
  return parts.size() >= parts_.size() && std::equal(parts_.begin(), parts_.end(), parts.begin());
}

PathGrants PathGrants::of(Value fs) {
  return {patterns_of(fs["read"_k]), patterns_of(fs["write"_k]), fs["follow_symlinks"_k].as_bool()};
}

const PathPattern* find_grant(const std::vector<PathPattern>& patterns, const PlainPath& path) {
  const auto found =
      std::find_if(patterns.begin(), patterns.end(),
                   [&](const PathPattern& pattern) { return pattern.matches(path); });
  return found != patterns.end() ? &*found : nullptr;
}

}  // namespace weft::plugin
