// Parts of the program that can be wrong alone: differences of texts, and when outputs are the
// same.
#include <charconv>
#include <random>
#include <string>
#include <vector>

#include <weft/kernel.hpp>

#include "catch.hpp"
#include "sameness.hpp"
#include "unified.hpp"

using namespace weft;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    lines.push_back(text.substr(at, end - at));
    at = end;
  }
  return lines;
}

size_t number_behind(const std::string& text, char sign) {
  const size_t at = text.find(sign) + 1;
  size_t number = 0;
  std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

// What 'patch' makes of the old text; it fails where a line is not what the difference says.
std::string patched(const std::string& before, const std::string& difference) {
  const std::vector<std::string> old_lines = lines_of(before), steps = lines_of(difference);
  std::string out;
  size_t at = 0;
  for (size_t i = 2; i < steps.size(); ++i) {
    const std::string& step = steps[i];
    const bool ends_openly = i + 1 < steps.size() && steps[i + 1].starts_with("\\ No newline");
    const std::string line = step.substr(1, step.size() - 1 - (ends_openly ? 1 : 0));
    if (step.starts_with("@@")) {
      const bool is_empty = step.find(",0 +") != step.npos;
      const size_t first = number_behind(step, '-') - (is_empty ? 0 : 1);
      REQUIRE(first >= at);
      while (at < first) out += old_lines[at++];
      REQUIRE(
          (number_behind(step, '+') == 0 || lines_of(out).size() + 1 >= number_behind(step, '+')));
    } else if (step.starts_with('+')) {
      out += line;
    } else if (!step.starts_with('\\')) {
      REQUIRE(at < old_lines.size());
      REQUIRE(line == old_lines[at]);
      if (step.starts_with(' ')) out += line;
      ++at;
    }
  }
  while (at < old_lines.size()) out += old_lines[at++];
  return out;
}

std::string drawn(std::mt19937& random) {
  std::string text;
  for (auto i = random() % 30; i > 0; --i) text.append(1, "abc"[random() % 3]).append("\n");
  if (random() % 3 == 0) text += "end";
  return text;
}

}  // namespace

TEST_CASE("a difference applied to the old text gives the new one", "[cli]") {
  std::mt19937 random(7);
  for (int i = 0; i < 3000; ++i) {
    const std::string before = drawn(random);
    std::string after = random() % 2 == 0 ? drawn(random) : before;
    if (!after.empty() && random() % 2 == 0) after.insert(random() % after.size(), "new\nlines\n");
    const std::string difference = cli::unified({"old", before}, {"new", after});
    INFO("before:\n" << before << "after:\n" << after << "difference:\n" << difference);
    REQUIRE(difference.empty() == (before == after));
    if (!difference.empty()) REQUIRE(patched(before, difference) == after);
  }
}

TEST_CASE("a difference shows three lines around what is other, and no more", "[cli]") {
  const std::string before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
  CHECK(cli::unified({"a", before}, {"b", "1\n2\n3\n4\n5\n6\n7\n8\nx\n"}) ==
        "--- a\n+++ b\n@@ -6,4 +6,4 @@\n 6\n 7\n 8\n-9\n+x\n");
  CHECK(cli::unified({"a", ""}, {"b", "x"}) ==
        "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n\\ No newline at end of file\n");
}

TEST_CASE("outputs are the same when only what does not count is other", "[cli]") {
  struct Row {
    const char *before, *after;
    bool is_same, is_same_exactly;
    const char* pointer;
  };
  for (const Row& row : std::vector<Row>{
           {R"({"a":1,"b":[2]})", R"({"b":[2],"a":1})", true, true, ""},
           {R"("x \r\ny\n")", R"("x\ny")", true, false, ""},
           {R"(" x")", R"("x")", false, false, ""},
           {"1", "1.0", true, true, ""},
           {"1", "\"1\"", false, false, ""},
           {R"({"a":{"b":[1,2]}})", R"({"a":{"b":[1,3]}})", false, false, "/a/b/1"},
           {R"({"a":[1]})", R"({"a":[1,2]})", false, false, "/a/1"},
           {R"({"a":1})", R"({"a":1,"c":null})", false, false, "/c"},
           {R"({"a":1,"c":2})", R"({"a":1})", false, false, "/c"},
       }) {
    INFO(row.before << " and " << row.after);
    const auto before = Document::parse_json(row.before), after = Document::parse_json(row.after);
    REQUIRE(before);
    REQUIRE(after);
    const auto found = cli::parting_of(before->view(), after->view(), cli::Strictness::normalised);
    CHECK(!found == row.is_same);
    if (found) CHECK(found->pointer == row.pointer);
    CHECK(!cli::parting_of(before->view(), after->view(), cli::Strictness::exact) ==
          row.is_same_exactly);
  }
}

TEST_CASE("where long texts part is shown with a little before it", "[cli]") {
  const std::string start(300, 'x');
  const auto before = Document::parse_json("\"" + start + "a\"");
  const auto after = Document::parse_json("\"" + start + "b\"");
  const auto found = cli::parting_of(before->view(), after->view(), cli::Strictness::exact);
  REQUIRE(found);
  CHECK(found->before == "…\"" + std::string(24, 'x') + "a\"");
  CHECK(found->after == "…\"" + std::string(24, 'x') + "b\"");
}
