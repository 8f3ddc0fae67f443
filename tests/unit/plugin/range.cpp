// The language of versions and ranges, as tables.
#include "plugin/range.hpp"

#include <string>
#include <vector>

#include "catch.hpp"

using namespace weft::plugin;

TEST_CASE("versions are ordered as Semantic Versioning says", "[range]") {
  const std::vector<std::string> ascending = {
      "0.0.1",      "0.1.0",        "1.0.0-alpha",   "1.0.0-alpha.1", "1.0.0-alpha.beta",
      "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1",    "1.0.0",
      "1.0.1",      "1.2.0",        "1.10.0",        "2.0.0",         "10.0.0"};
  for (size_t i = 0; i < ascending.size(); ++i) {
    for (size_t j = 0; j < ascending.size(); ++j) {
      const auto a = parse_version(ascending[i]), b = parse_version(ascending[j]);
      REQUIRE(a);
      REQUIRE(b);
      INFO(ascending[i] << " and " << ascending[j]);
      CHECK((*a < *b) == (i < j));
      CHECK((*a == *b) == (i == j));
    }
  }
}

TEST_CASE("build metadata does not tell versions apart", "[range]") {
  CHECK(*parse_version("1.2.3+a") == *parse_version("1.2.3+b.7"));
}

TEST_CASE("what is not a version is refused", "[range]") {
  const auto text = GENERATE("", "1", "1.2", "01.2.3", "1.2.3-", "1.2.3-a..b", "1.2.3+", "v1.2.3",
                             "1.2.3.4", "1.2.x", "-1.2.3", "99999999999999999999.0.0");
  INFO(text);
  const auto version = parse_version(text);
  REQUIRE_FALSE(version);
  CHECK(version.error().code == "plugin.bad_version");
  CHECK_FALSE(version.error().hint.empty());
}

TEST_CASE("a range takes the versions that it says", "[range]") {
  struct Row {
    const char *range, *version;
    bool fits;
  };
  const auto row = GENERATE(values<Row>({
      {"1.2.3", "1.2.3", true},
      {"1.2.3", "1.2.4", false},
      {"=1.2.3", "1.2.3", true},
      {"1.2", "1.2.9", true},
      {"1.2", "1.3.0", false},
      {"1", "1.99.0", true},
      {"1", "2.0.0", false},
      {"1.x", "1.4.0", true},
      {"1.2.*", "1.2.8", true},
      {"1.2.*", "1.3.0", false},
      {"^1.2", "1.9.9", true},
      {"^1.2", "1.1.9", false},
      {"^1.2", "2.0.0", false},
      {"^0.2.3", "0.2.9", true},
      {"^0.2.3", "0.3.0", false},
      {"^0.0.3", "0.0.3", true},
      {"^0.0.3", "0.0.4", false},
      {"^0", "0.9.0", true},
      {"~1.2.3", "1.2.9", true},
      {"~1.2.3", "1.3.0", false},
      {"~1", "1.9.0", true},
      {"~1", "2.0.0", false},
      {">=1.2", "1.2.0", true},
      {">=1.2", "3.0.0", true},
      {">=1.2", "1.1.9", false},
      {">1.2", "1.2.9", false},
      {">1.2", "1.3.0", true},
      {">1.2.3", "1.2.4", true},
      {"<2", "1.9.9", true},
      {"<2", "2.0.0", false},
      {"<=1.2", "1.2.9", true},
      {"<=1.2", "1.3.0", false},
      {"*", "7.0.0", true},
      {">=1.2 <2", "1.5.0", true},
      {">=1.2 <2", "2.0.0", false},
      {">= 1.2, < 2", "1.5.0", true},
      {"*", "1.0.0-rc.1", false},
      {"^1.0", "1.1.0-rc.1", false},
      {"1.0.0-rc.1", "1.0.0-rc.1", true},
      {">=1.0.0-rc.1", "1.0.0-rc.2", true},
      {">=1.0.0-rc.1", "1.1.0-rc.1", false},
      {">=1.0.0-rc.1", "1.1.0", true},
      {"<2", "2.0.0-rc.1", false},
  }));
  const auto range = parse_range(row.range);
  const auto version = parse_version(row.version);
  REQUIRE(range);
  REQUIRE(version);
  INFO(row.range << " and " << row.version);
  CHECK(range->fits(*version) == row.fits);
}

TEST_CASE("what is not a range is refused with the forms that there are", "[range]") {
  const auto text =
      GENERATE("", " ", "^", ">=", "latest", "1.2.3.4", "=>1", "1 || 2", "^^1", "1.x.2");
  INFO(text);
  const auto range = parse_range(text);
  REQUIRE_FALSE(range);
  CHECK_THAT(range.error().hint, ContainsSubstring("^1.2"));
}
