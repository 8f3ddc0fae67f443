#include "expr/match.hpp"

#include <string>

#include "catch.hpp"

using weft::Result;
using weft::expr::Dialect;
using weft::expr::Regexp;

namespace {

struct Row {
  const char* pattern;
  const char* text;
  bool matches;
};

void check(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    INFO(row.pattern << " with " << row.text);
    const Result<Regexp> regexp = Regexp::compile(row.pattern);
    REQUIRE(regexp);
    CHECK(regexp->matches(row.text) == row.matches);
  }
}

struct Bad {
  const char* pattern;
  unsigned column;
};

}  // namespace

TEST_CASE("a pattern matches the whole text", "[regexp]") {
  check({{"", "", true},
         {"", "a", false},
         {"a", "a", true},
         {"a", "ab", false},
         {"a", "ba", false},
         {"ab", "ab", true},
         {"a|b", "b", true},
         {"a|b", "c", false},
         {"|a", "", true},
         {"a|", "", true},
         {"(a|b)c", "bc", true},
         {"()", "", true},
         {"(a)(b)", "ab", true},
         {"a||b", "", true},
         {"((a))", "a", true}});
}

TEST_CASE("quantifiers repeat what stands before them", "[regexp]") {
  check({{"a*", "", true},
         {"a*", "aaa", true},
         {"a+", "", false},
         {"a+", "aa", true},
         {"a?", "", true},
         {"a?", "aa", false},
         {"a{2}", "aa", true},
         {"a{2}", "aaa", false},
         {"a{2,}", "aaaa", true},
         {"a{2,}", "a", false},
         {"a{1,3}", "aaa", true},
         {"a{1,3}", "aaaa", false},
         {"a{0}", "", true},
         {"a{0}", "a", false},
         {"a{0,1}b", "b", true},
         {"(ab){2}", "abab", true},
         {"(a*)*", "aaa", true},
         {"(a*)+", "", true},
         {"(a|b*)*c", "abbac", true},
         {"(a{2}){2}", "aaaa", true},
         {"(a?){3}", "aa", true},
         {"ab*c", "abbbc", true},
         {"a.c", "abc", true},
         {"a.c", "a\nc", false},
         {"a.c", "a\rc", false},
         {".", "😀", true},
         {"..", "😀", false}});
}

TEST_CASE("classes hold characters, ranges and categories", "[regexp]") {
  check({{"[abc]", "b", true},      {"[abc]", "d", false},     {"[a-c]", "b", true},
         {"[^a-c]", "b", false},    {"[^a-c]", "é", true},     {"[-a]", "-", true},
         {"[a-]", "-", true},       {"[^-a]", "-", false},     {"[a-cx-z]", "y", true},
         {"[\\]\\[]", "]", true},   {"[\\\\]", "\\", true},    {"[\\n]", "\n", true},
         {"[α-ω]", "λ", true},      {"[α-ω]", "Λ", false},     {"[😀-😂]", "😁", true},
         {"[\\p{L}0]", "ß", true},  {"[\\p{L}0]", "1", false}, {"[^\\p{L}]", "1", true},
         {"[^\\p{L}]", "x", false}, {"[.+*]", "+", true},      {"[.+*]", "a", false},
         {"[\\P{L}]", "1", true},   {"[\\-]", "-", true},      {"[$^]", "^", true}});
}

TEST_CASE("categories are those of Unicode, complete", "[regexp]") {
  check({{"\\p{Lu}", "A", true},      {"\\p{Lu}", "a", false},     {"\\p{Lu}", "Ж", true},
         {"\\p{Ll}", "ß", true},      {"\\p{Lt}", "ǅ", true},      {"\\p{Lm}", "ʰ", true},
         {"\\p{Lo}", "漢", true},     {"\\p{L}", "𐐀", true},       {"\\p{Mn}", "\u0301", true},
         {"\\p{M}", "a", false},      {"\\p{Nd}", "٣", true},      {"\\p{Nl}", "Ⅷ", true},
         {"\\p{No}", "½", true},      {"\\p{N}", "7", true},       {"\\p{Pc}", "_", true},
         {"\\p{Pd}", "–", true},      {"\\p{Ps}", "(", true},      {"\\p{Pe}", ")", true},
         {"\\p{Pi}", "«", true},      {"\\p{Pf}", "»", true},      {"\\p{Po}", "!", true},
         {"\\p{Sm}", "+", true},      {"\\p{Sc}", "€", true},      {"\\p{Sk}", "^", true},
         {"\\p{So}", "😀", true},     {"\\p{Zs}", "\u00a0", true}, {"\\p{Zl}", "\u2028", true},
         {"\\p{Zp}", "\u2029", true}, {"\\p{Cc}", "\t", true},     {"\\p{Cf}", "\u200d", true},
         {"\\p{Co}", "\ue000", true}, {"\\p{Cn}", "\u0378", true}, {"\\p{C}", "a", false},
         {"\\P{L}", "a", false},      {"\\P{L}", "!", true},       {"\\p{L}*", "Grüße", true}});
}

TEST_CASE("anchors are letters in RFC 9485", "[regexp]") {
  check({{"^a$", "a", false},
         {"^a$", "^a$", true},
         {"a\\.b", "a.b", true},
         {"a\\.b", "axb", false},
         {"\\(\\)\\*\\+\\-\\?\\[\\]\\^\\{\\|\\}\\\\", "()*+-?[]^{|}\\", true},
         {"\\t", "\t", true},
         {"/,\"'<>=!#%&:;@_`~ ", "/,\"'<>=!#%&:;@_`~ ", true}});
}

TEST_CASE("a wrong pattern says at which character", "[regexp]") {
  const Bad rows[] = {
      {"(", 1},      {")", 1},       {"a)", 2},      {"(a", 1},          {"[", 1},     {"[]", 1},
      {"[^]", 1},    {"[a", 1},      {"[b-a]", 2},   {"[[]", 2},         {"[a--]", 4}, {"*a", 1},
      {"a**", 3},    {"+", 1},       {"?", 1},       {"a|*", 3},         {"{2}", 1},   {"a{", 3},
      {"a{x}", 3},   {"a{2", 4},     {"a{2,1}", 2},  {"a{,2}", 3},       {"\\", 1},    {"\\d", 1},
      {"\\w", 1},    {"\\b", 1},     {"\\1", 1},     {"é\\q", 2},        {"\\p", 1},   {"\\p{", 1},
      {"\\p{X}", 4}, {"\\p{Lx}", 4}, {"\\p{Cs}", 4}, {"\\p{Letter}", 4}, {"(?:a)", 2}, {"(?=a)", 2},
      {"]", 1},      {"}", 1},       {"a??", 3}};
  for (const Bad& row : rows) {
    INFO(row.pattern);
    const Result<Regexp> regexp = Regexp::compile(row.pattern);
    REQUIRE(!regexp);
    CHECK(regexp.error().code == "expr.syntax");
    CHECK(regexp.error().where.column == row.column);
    CHECK(!regexp.error().message.empty());
  }
}

TEST_CASE("counted repetitions are bounded by the states they need", "[regexp]") {
  CHECK(Regexp::compile("[a-z]{1,1000}"));
  for (const char* pattern : {"a{5000}", "(a{100}){100}", "((a{0,64}){0,64}){0,64}",
                              "(((){4000}){4000}){4000}", "a{99999999999999999999}"}) {
    INFO(pattern);
    const Result<Regexp> regexp = Regexp::compile(pattern);
    REQUIRE(!regexp);
    CHECK(regexp.error().code == "expr.limit.states");
    CHECK(regexp.error().status == weft::Status::limit);
  }
  CHECK(Regexp::compile(std::string(64, '(') + std::string(64, ')')));
  CHECK(Regexp::compile(std::string(65, '(') + std::string(65, ')')).error().code ==
        "expr.limit.depth");
  CHECK(Regexp::compile(std::string(70'000, 'a')).error().code == "expr.limit.length");
}

// Backtracking would need more steps than there are atoms: the test ends or it fails.
TEST_CASE("patterns that explode elsewhere take linear time", "[regexp]") {
  const std::string text(100'000, 'a');
  for (const char* pattern :
       {"(a|a)*b", "(a*)*b", "(a+)+b", "(a|aa)+b", "(.*)*b", "a?a?a?a?a?a?a?a?a?a*b"}) {
    INFO(pattern);
    const Result<Regexp> regexp = Regexp::compile(pattern);
    REQUIRE(regexp);
    CHECK(!regexp->matches(text));
    CHECK(regexp->matches(text + "b"));
    CHECK(!regexp->search(text));
  }
}

TEST_CASE("bytes that are not UTF-8 match as the replacement character", "[regexp]") {
  const Result<Regexp> regexp = Regexp::compile("a\ufffdb");
  REQUIRE(regexp);
  CHECK(
      regexp->matches("a\xff"
                      "b"));
  CHECK(
      regexp->matches("a\xc3"
                      "b"));
  CHECK(!regexp->matches("a\xe2\x82"));
}

TEST_CASE("search finds a match anywhere", "[regexp]") {
  const auto finds = [](std::string_view pattern, std::string_view text) {
    const Result<Regexp> regexp = Regexp::compile(pattern, Dialect::json_schema);
    REQUIRE(regexp);
    return regexp->search(text);
  };
  CHECK(finds("b", "abc"));
  CHECK(finds("", ""));
  CHECK(finds("", "abc"));
  CHECK(finds("c$", "abc"));
  CHECK(!finds("b$", "abc"));
  CHECK(finds("^a", "abc"));
  CHECK(!finds("^b", "abc"));
  CHECK(finds("^$", ""));
  CHECK(!finds("^$", "a"));
  CHECK(finds("^a+$", "aaa"));
  CHECK(!finds("^a+$", "aab"));
  CHECK(finds("(^a|b)c", "xbc"));
  CHECK(!finds("(^a|b)c", "xac"));
  CHECK(finds("[0-9]{2,}", "a12b"));
  CHECK(finds("^\\p{Letter}+$", "Grüße"));
  CHECK(!finds("^\\p{Uppercase_Letter}+$", "Ab"));
}

TEST_CASE("the dialect of JSON Schema has the escapes that schemas use", "[regexp]") {
  const auto matches = [](std::string_view pattern, std::string_view text) {
    const Result<Regexp> regexp = Regexp::compile(pattern, Dialect::json_schema);
    REQUIRE(regexp);
    return regexp->matches(text);
  };
  CHECK(matches("\\d+", "0123"));
  CHECK(!matches("\\d", "٣"));
  CHECK(matches("\\D", "x"));
  CHECK(matches("\\w+", "aZ_9"));
  CHECK(!matches("\\w", "é"));
  CHECK(matches("\\W", "é"));
  CHECK(matches("\\s+", " \t\n\u00a0\u3000\ufeff"));
  CHECK(matches("\\S", "x"));
  CHECK(!matches("\\S", "\u2003"));
  CHECK(matches("[\\d\\s]+", "1 2"));
  CHECK(matches("[^\\d]", "a"));
  CHECK(matches("[\\D]", "a"));
  CHECK(!matches("[\\D]", "1"));
  CHECK(matches("[\\w.-]+", "a.b-c"));
  CHECK(matches("(?:ab)+", "abab"));
  CHECK(matches("a+?b??", "aa"));
  CHECK(matches("a{1,2}?", "a"));
  CHECK(matches("\\/\\x41\\u0042\\ud83d\\ude00", "/AB😀"));
  CHECK(matches("\\$\\@\\\"", "$@\""));
  CHECK(matches("[\\b]", "\b"));
  CHECK(!matches("[]", "a"));
  CHECK(matches("[^]", "\n"));
  CHECK(matches("a]}", "a]}"));
  for (const char* bad : {"\\k", "(?=a)", "(?<n>a)", "\\1", "\\x4", "\\u12", "\\ud83d", "\\udc00",
                          "a{2,1}", "(", "[a", "*"}) {
    INFO(bad);
    CHECK(!Regexp::compile(bad, Dialect::json_schema));
  }
}
