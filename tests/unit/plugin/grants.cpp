#include "plugin/grants.hpp"

#include "catch.hpp"

using weft::plugin::PathPattern;
using weft::plugin::plain_path;

TEST_CASE("a path is made plain by its words alone", "[grants]") {
  struct Row {
    const char* written;
    const char* plain;  // null: leaves the root
  };
  const Row rows[] = {
      {"a", "a"},           {"./a", "a"},       {"a//b/", "a/b"},       {".", "."},
      {"a/..", "."},        {"a/../b", "b"},    {"..", nullptr},        {"a/../..", nullptr},
      {"/", "/"},           {"/a/./b", "/a/b"}, {"/..", nullptr},       {"a/../../b", nullptr},
      {"a/b/../../c", "c"}, {"...", "..."},     {"..a/b..", "..a/b.."}, {"/a/../b", "/b"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.written);
    const auto plain = plain_path(row.written);
    REQUIRE(plain.has_value() == (row.plain != nullptr));
    if (plain) CHECK(plain->shown() == row.plain);
  }
}

TEST_CASE("a grant matches what PERMISSIONS.md says", "[grants]") {
  struct Row {
    const char* grant;
    const char* path;
    bool matches;
  };
  const Row rows[] = {
      {"data", "data", true},
      {"data", "data/a/b.csv", true},
      {"data", "data2", false},
      {"data", "x/data", false},
      {"./data//", "data/a", true},
      {"data/**", "data", true},
      {"data/**", "data/a/b", true},
      {"data/**", "database", false},
      {"data/*", "data", false},
      {"data/*", "data/a", true},
      {"data/*", "data/.hidden", true},
      {"data/*", "data/a/b", false},
      {"data/**/*.csv", "data/a.csv", true},
      {"data/**/*.csv", "data/x/y/a.csv", true},
      {"data/**/*.csv", "data/a.txt", false},
      {"data/**/*.csv", "data", false},
      {"**/b/**/d", "a/b/b/c/d", true},
      {"**/b/**/d", "a/c/d", false},
      {"**", ".", true},
      {"**", "/a", false},
      {".", "a/b", true},
      {".", ".", true},
      {"/", "/etc/passwd", true},
      {"/srv/in", "/srv/in/x", true},
      {"/srv/in", "srv/in/x", false},
      {"/**", "/x", true},
      {"a?c", "abc", true},
      {"a?c",
       "a\xc3\xa4"
       "c",
       true},
      {"a??c",
       "a\xc3\xa4"
       "c",
       false},
      {"a?c",
       "a\xff"
       "c",
       true},
      {"a?c", "ac", false},
      {"a*b*c", "aXbYbZc", true},
      {"a*b*c", "aXbYbZ", false},
      {"a**b", "aXXb", true},
      {"a**b", "aX/Xb", false},
      {"*", "a", true},
      {"*", "a/b", false},
      {"*", ".", false},
      {"[ab]", "a", false},
      {"[ab]", "[ab]", true},
      {"a\\*", "a\\bc", true},
      {"DATA", "data", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.grant, row.path);
    const auto pattern = PathPattern::parse(row.grant);
    REQUIRE(pattern.has_value());
    CHECK(pattern->matches(*plain_path(row.path)) == row.matches);
  }
}

TEST_CASE("what can grant nothing is no pattern", "[grants]") {
  CHECK_FALSE(PathPattern::parse(""));
  CHECK_FALSE(PathPattern::parse(".."));
  CHECK_FALSE(PathPattern::parse("../data"));
  CHECK_FALSE(PathPattern::parse("data/../.."));
  CHECK_FALSE(PathPattern::parse(std::string_view("a\0b", 3)));
}

TEST_CASE("resolution begins before the first wildcard", "[grants]") {
  CHECK(PathPattern::parse("data/**/*.csv")->prefix() == "data");
  CHECK(PathPattern::parse("data/x")->prefix() == "data");
  CHECK(PathPattern::parse("x")->prefix().empty());
  CHECK(PathPattern::parse("/srv/a/b?/c")->prefix() == "srv/a");
}

TEST_CASE("a pattern of many stars takes no more than a moment", "[grants]") {
  std::string pattern, path(4000, 'a');
  for (int i = 0; i < 1000; ++i) pattern += "*a";
  CHECK_FALSE(PathPattern::parse(pattern + "b")->matches(*plain_path(path)));
  std::string deep_pattern, deep_path;
  for (int i = 0; i < 500; ++i) deep_pattern += "**/a/";
  for (int i = 0; i < 2000; ++i) deep_path += "a/";
  CHECK_FALSE(PathPattern::parse(deep_pattern + "b")->matches(*plain_path(deep_path)));
}
