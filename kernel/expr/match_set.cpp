// Sets of code points and the general categories of Unicode.
#include "expr/match_set.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace weft::expr {
namespace {

constexpr uint32_t runs[] = {
#include "expr/categories.inc"
};

constexpr std::array<std::string_view, 30> category_names = {
    "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
    "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"};

struct LongName {
  std::string_view name, category;
};
constexpr LongName long_names[] = {
    {"Letter", "L"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
    {"Unassigned", "Cn"},
};

}  // namespace

std::optional<Categories> find_categories(std::string_view name) {
  if (name.empty() || name.size() > 2 || name == "Cs") return std::nullopt;
  Categories found = 0;
  for (size_t i = 0; i < category_names.size(); ++i) {
    if (category_names[i].starts_with(name)) found |= uint32_t{1} << i;
  }
  if (found == 0) return std::nullopt;
  return found;
}

std::optional<Categories> find_long_categories(std::string_view name) {
  for (const LongName& entry : long_names) {
    if (entry.name == name) return find_categories(entry.category);
  }
  return std::nullopt;
}

Categories category_of(char32_t code_point) {
  const uint32_t wanted = (static_cast<uint32_t>(code_point) << 5U) | 31U;
  const uint32_t* after = std::upper_bound(std::begin(runs), std::end(runs), wanted);
  return uint32_t{1} << (*(after - 1) & 31U);
}

void CodePoints::add(char32_t low, char32_t high) { ranges_.emplace_back(low, high); }

void CodePoints::close(bool negated) {
  std::sort(ranges_.begin(), ranges_.end());
  size_t kept = 0;
  for (const auto& range : ranges_) {
    if (kept != 0 && range.first <= ranges_[kept - 1].second) {
      ranges_[kept - 1].second = std::max(ranges_[kept - 1].second, range.second);
    } else {
      ranges_[kept++] = range;
    }
  }
  ranges_.resize(kept);
  negated_ = negated;
  for (char32_t c = 0; c < 128; ++c) {
    if (seek(c) != negated) ascii_[c >> 6U] |= uint64_t{1} << (c & 63U);
  }
}

bool CodePoints::seek(char32_t c) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), c,
                       [](char32_t value, const auto& range) { return value < range.first; });
  if (after != ranges_.begin() && c <= std::prev(after)->second) return true;
  return categories_ != 0 && (category_of(c) & categories_) != 0;
}

}  // namespace weft::expr
