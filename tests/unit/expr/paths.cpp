#include "base/json.hpp"
#include "catch.hpp"
#include "expr/expression.hpp"
#include "fake_scope.hpp"

using weft::Error;
using weft::expr::check;
using weft::expr::FakeScope;

TEST_CASE("a path leads to members and items", "[expr]") {
  check({{"n", "7"},
         {"$input.n", "7"},
         {"a.b", "1"},
         {"a['b']", "1"},
         {"a[\"odd key\"]", "3"},
         {"$input['a']['odd key']", "3"},
         {"a.nested.deep[1]", "20"},
         {"a . nested [ 'deep' ] [ 1 ]", "20"},
         {"list[0]", "1"},
         {"list[4]", "5"},
         {"list[-1]", "5"},
         {"list[-5]", "1"},
         {"mixed[4][0]", "1"},
         {"people[1].name", "\"Bob\""},
         {"nothing", "null"}});
}

TEST_CASE("what is absent is an error at the segment that leads nowhere", "[expr]") {
  check({{"a.zz", "path.missing@2"},
         {"a.b.c", "path.missing@4"},
         {"list[5]", "path.missing@5"},
         {"list[-6]", "path.missing@5"},
         {"list.name", "path.missing@5"},
         {"a[0]", "path.missing@2"},
         {"s[0]", "path.missing@2"},
         {"s.x", "path.missing@2"},
         {"nothing.x", "path.missing@8"},
         {"none[0]", "path.missing@5"},
         {"a.nested.deep[3] + 1", "path.missing@14"},
         {"$prev", "path.missing@1"},
         {"$prev.x", "path.missing@1"},
         {"unknown.x", "spec.unknown_reference@1"},
         {"n + unknown", "spec.unknown_reference@5"}});
}

TEST_CASE("missing_path_is_an_error_listing_keys", "[expr]") {
  FakeScope fake;
  const Error error = fake.error_of("a.nestd.deep");
  CHECK(error.code == "path.missing");
  CHECK(error.message == "'a' has no member 'nestd'; it has 'b', 'c-d', 'odd key', 'nested'");
  CHECK(error.hint == "did you mean 'nested'?");
  CHECK(error.where.column == 2);
  CHECK(fake.error_of("list[7]").message == "'list' has no item 7; it is a list of 5 items");
  CHECK(fake.error_of("n.x").message == "'n' has no member 'x'; it is an int");
  CHECK(fake.error_of("obj.x").message == "'obj' has no member 'x'; it is an empty object");
  CHECK(fake.error_of("obj.x").hint == "write default(obj.x, …) if it may be absent");
  CHECK(fake.error_of("fetch.rowz").message ==
        "'fetch' has no member 'rowz'; it has 'success', 'f', 'rows'");
}

TEST_CASE("slices and wildcards are those of RFC 9535 and make lists", "[expr]") {
  check({{"list[*]", "[1,2,3,4,5]"},
         {"list[1:3]", "[2,3]"},
         {"list[:2]", "[1,2]"},
         {"list[3:]", "[4,5]"},
         {"list[:]", "[1,2,3,4,5]"},
         {"list[-2:]", "[4,5]"},
         {"list[:-3]", "[1,2]"},
         {"list[-100:100]", "[1,2,3,4,5]"},
         {"list[3:1]", "[]"},
         {"list[9:]", "[]"},
         {"none[*]", "[]"},
         {"none[1:]", "[]"},
         {"obj[*]", "[]"},
         {"people[0][*]", R"(["Ann",30])"},
         {"people[*].name", R"(["Ann","Bob","Cy"])"},
         {"people[*].age", "[30,50]"},
         {"people[1:].name", R"(["Bob","Cy"])"},
         {"people[*].zz", "[]"},
         {"people[*][*]", R"(["Ann",30,"Bob","Cy",50])"},
         {"a[*].deep[1:][0]", "[]"},
         {"a[*].deep[1:]", "[20,30]"},
         {"mixed[*][0]", "[1]"},
         {"s[*]", "path.missing@2"},
         {"a[1:]", "path.missing@2"},
         {"nothing[*]", "path.missing@8"}});
}

TEST_CASE("a step is spoken of by its id or as a member of steps", "[expr]") {
  check({{"fetch.f", "\"field\""},
         {"steps.fetch.f", "\"field\""},
         {"steps['fetch'].f", "\"field\""},
         {"steps.odd-id", "\"text\""},
         {"fetch.rows[1]", "2"},
         {"steps.nope", "spec.unknown_reference@1"},
         {"steps", "spec.unknown_reference@1"},
         {"steps[0]", "spec.unknown_reference@1"},
         {"broken.x", "path.step_failed@1"},
         {"broken", "path.step_failed@1"},
         {"steps.broken.x", "path.step_failed@1"},
         {"1 + left-out.x", "path.step_skipped@5"},
         {"later.x", "path.missing@1"}});
}

TEST_CASE("envelope_field_wins_over_result_field", "[expr]") {
  check({{"fetch.success", "true"},
         {"fetch.result.success", "\"inner\""},
         {"fetch.result.f", "\"field\""},
         {"fetch['success']", "true"}});
}

TEST_CASE("reference_with_default_survives_failure", "[expr]") {
  check({{"default(broken.x, 5)", "5"},
         {"default(left-out, 'none')", "\"none\""},
         {"exists(broken)", "false"},
         {"exists(fetch.f)", "true"},
         {"coalesce(broken.x, left-out, n)", "7"}});
  FakeScope fake;
  CHECK(fake.error_of("broken.x").message == "the step 'broken' failed, so it has no result");
  CHECK(fake.error_of("left-out.x").message ==
        "the step 'left-out' was skipped, so it has no result");
}

TEST_CASE("an error of a path says which status it has", "[expr]") {
  FakeScope fake;
  const Error error = fake.error_of("a.zz");
  CHECK(error.status == weft::Status::bad_input);
  CHECK(error.flags == WEFT_ERR_BAD_INPUT);
}

TEST_CASE("a lenient scope reads null for what is missing, and is told", "[expr]") {
  FakeScope fake;
  weft::expr::Scope lenient = fake.scope();
  lenient.missing = [](const void*, const Error& error) { CHECK(error.code == "path.missing"); };
  const auto run = [&](std::string_view text) {
    const auto expression = weft::expr::Expression::compile(text, fake.names());
    REQUIRE(expression);
    const auto value = expression->evaluate(lenient, fake.arena());
    return value ? weft::base::json_text(*value) : weft::expr::describe(value.error());
  };
  CHECK(run("a.zz") == "null");
  CHECK(run("[a.zz.deeper, list[9], $prev, n]") == "[null,null,null,7]");
  CHECK(run("default(a.zz, 1)") == "1");
  CHECK(run("exists(a.zz)") == "false");
  CHECK(run("broken.x") == "path.step_failed@1");
  CHECK(run("a.zz + 1") == "expr.type@6");
}
