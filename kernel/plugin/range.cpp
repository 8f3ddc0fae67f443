#include "plugin/range.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace weft::plugin {

namespace {

Error bad(std::string_view what, std::string_view text, std::string_view hint) {
  return Error{.status = Status::bad_input,
               .code = "plugin.bad_version",
               .message = base::quoted(text) + " is not a " + std::string(what),
               .hint = std::string(hint)};
}

// A number without leading zeros, taken from the front of text.
std::optional<uint64_t> take_number(std::string_view& text) {
  uint64_t number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  const auto size = static_cast<size_t>(end - text.data());
  if (problem != std::errc() || (size > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(size);
  return number;
}

bool is_identifiers(std::string_view text) {
  bool was_dot = true;
  for (const char c : text) {
    const bool letter =
        (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    if (!letter && (c != '.' || was_dot)) return false;
    was_dot = c == '.';
  }
  return !was_dot;
}

// A version whose last numbers may be absent; parts says how many are there.
struct Partial {
  Version version;
  int parts = 0;
};

std::optional<Partial> parse_partial(std::string_view text) {
  Partial p;
  if (const size_t plus = text.find('+'); plus != std::string_view::npos) {
    if (!is_identifiers(text.substr(plus + 1))) return std::nullopt;
    text = text.substr(0, plus);
  }
  uint64_t* const numbers[] = {&p.version.major, &p.version.minor, &p.version.patch};
  while (p.parts < 3) {
    const auto number = take_number(text);
    if (!number) return std::nullopt;
    *numbers[p.parts++] = *number;
    if (text.empty() || text[0] != '.') break;
    text.remove_prefix(1);
    if (text == "*" || text == "x") return p.parts < 3 ? std::optional(p) : std::nullopt;
  }
  if (text.empty()) return p;
  if (p.parts < 3 || text[0] != '-' || !is_identifiers(text.substr(1))) return std::nullopt;
  p.version.pre = text.substr(1);
  return p;
}

// Identifiers of digits by number and before those with letters; fewer identifiers come first.
std::strong_ordering compare_pre(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view x = a.substr(0, a.find('.')), y = b.substr(0, b.find('.'));
    const auto digits = [](std::string_view s) {
      return std::all_of(s.begin(), s.end(), [](char c) { return c >= '0' && c <= '9'; });
    };
    if (digits(x) != digits(y)) {
      return digits(x) ? std::strong_ordering::less : std::strong_ordering::greater;
    }
    if (digits(x) && x.size() != y.size()) return x.size() <=> y.size();
    if (const auto order = x.compare(y) <=> 0; order != 0) return order;
    a.remove_prefix(std::min(a.size(), x.size() + 1));
    b.remove_prefix(std::min(b.size(), y.size() + 1));
  }
  return a.size() <=> b.size();
}

// The first version beyond those that share the first parts numbers.
Version next_line(const Version& v, int parts) {
  if (parts <= 1) return {v.major + 1, 0, 0, {}};
  if (parts == 2) return {v.major, v.minor + 1, 0, {}};
  return {v.major, v.minor, v.patch + 1, {}};
}

// ^ keeps the first number that is not zero.
int caret_parts(const Partial& p) {
  if (p.version.major != 0 || p.parts == 1) return 1;
  if (p.version.minor != 0 || p.parts == 2) return 2;
  return 3;
}

constexpr std::string_view range_hint = "write one of 1.2.3, 1.2, 1, ^1.2, ~1.2, '>=1.2 <2' and *";

}  // namespace

std::strong_ordering Version::operator<=>(const Version& other) const {
  if (const auto o = major <=> other.major; o != 0) return o;
  if (const auto o = minor <=> other.minor; o != 0) return o;
  if (const auto o = patch <=> other.patch; o != 0) return o;
  if (pre.empty() != other.pre.empty()) {
    return pre.empty() ? std::strong_ordering::greater : std::strong_ordering::less;
  }
  return compare_pre(pre, other.pre);
}

Result<Version> parse_version(std::string_view text) {
  const auto partial = parse_partial(text);
  if (!partial || partial->parts != 3) {
    return bad("version", text, "write three numbers, such as 1.0.0");
  }
  return partial->version;
}

bool Range::holds(const Bound& bound, const Version& version) {
  const auto order = version <=> bound.version;
  switch (bound.sign) {
    case Sign::at_least: return order >= 0;
    case Sign::above: return order > 0;
    case Sign::below: return order < 0;
    case Sign::at_most: return order <= 0;
  }
  return false;
}

bool Range::fits(const Version& version) const {
  const bool in = std::all_of(bounds_.begin(), bounds_.end(),
                              [&](const Bound& bound) { return holds(bound, version); });
  if (!in || version.is_release()) return in;
  return std::any_of(named_.begin(), named_.end(), [&](const Version& named) {
    return !named.is_release() && named.major == version.major && named.minor == version.minor &&
           named.patch == version.patch;
  });
}

Result<void> Range::add(std::string_view comparator) {
  if (comparator == "*") return {};
  size_t signs = comparator.find_first_not_of("^~<>=");
  if (signs == std::string_view::npos) signs = comparator.size();
  const std::string_view sign = comparator.substr(0, signs);
  const auto partial = parse_partial(comparator.substr(signs));
  if (!partial) return bad("range of versions", comparator, range_hint);
  const Version& v = partial->version;
  const int parts = partial->parts;
  const bool whole = parts == 3;
  named_.push_back(v);
  if (sign.empty() || sign == "=" || sign == "^" || sign == "~") {
    if (whole && (sign.empty() || sign == "=")) {
      bounds_.push_back({Sign::at_least, v});
      bounds_.push_back({Sign::at_most, v});
      return {};
    }
    const int kept = sign == "^" ? caret_parts(*partial) : sign == "~" ? std::min(parts, 2) : parts;
    bounds_.push_back({Sign::at_least, v});
    bounds_.push_back({Sign::below, next_line(v, kept)});
    return {};
  }
  if (sign == ">=") {
    bounds_.push_back({Sign::at_least, v});
  } else if (sign == "<") {
    bounds_.push_back({Sign::below, v});
  } else if (sign == ">") {
    bounds_.push_back(whole ? Bound{Sign::above, v} : Bound{Sign::at_least, next_line(v, parts)});
  } else if (sign == "<=") {
    bounds_.push_back(whole ? Bound{Sign::at_most, v} : Bound{Sign::below, next_line(v, parts)});
  } else {
    return bad("range of versions", comparator, range_hint);
  }
  return {};
}

Result<Range> parse_range(std::string_view text) {
  Range range;
  constexpr std::string_view separators = " \t,";
  bool some = false;
  size_t at = text.find_first_not_of(separators);
  while (at != std::string_view::npos) {
    size_t end = std::min(text.find_first_of(separators, at), text.size());
    // A blank between the sign and the number belongs to the comparator.
    const bool only_sign =
        text.substr(at, end - at).find_first_not_of("^~<>=") == std::string_view::npos;
    const size_t number = text.find_first_not_of(separators, end);
    std::string comparator(text.substr(at, end - at));
    if (only_sign && number != std::string_view::npos) {
      end = std::min(text.find_first_of(separators, number), text.size());
      comparator += text.substr(number, end - number);
    }
    if (auto done = range.add(comparator); !done) return done.error();
    some = true;
    at = text.find_first_not_of(separators, end);
  }
  if (!some) return bad("range of versions", text, range_hint);
  return range;
}

}  // namespace weft::plugin
