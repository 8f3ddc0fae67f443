#include "expr/template.hpp"

#include <string>

#include "base/json.hpp"
#include "base/valid.hpp"
#include "catch.hpp"
#include "fake_scope.hpp"

using weft::Error;
using weft::Result;
using weft::Value;
using weft::expr::contains_template;
using weft::expr::FakeScope;
using weft::expr::Template;

namespace {

struct Row {
  const char* tree;
  const char* result;
};

void check(std::initializer_list<Row> rows) {
  FakeScope fake;
  for (const Row& row : rows) {
    INFO(row.tree);
    CHECK(fake.run_template(row.tree) == row.result);
  }
}

}  // namespace

TEST_CASE("whole_value_substitution_keeps_the_type", "[template]") {
  check({{R"("{{n}}")", "7"},
         {R"("${n}")", "7"},
         {R"("{{ n }}")", "7"},
         {R"("{{x}}")", "2.5"},
         {R"("{{yes}}")", "true"},
         {R"("{{nothing}}")", "null"},
         {R"("{{list}}")", "[1,2,3,4,5]"},
         {R"("${people[0]}")", R"({"name":"Ann","age":30})"},
         {R"("{{n + 1}}")", "8"},
         {R"({"a": "{{n}}", "b": ["${s}", 1]})", R"({"a":7,"b":["hello",1]})"},
         {R"(["{{fetch.rows}}", {"x": {"y": "{{fetch}}"}}])",
          R"([[1,2],{"x":{"y":{"success":"inner","f":"field","rows":[1,2]}}}])"}});
}

TEST_CASE("embedded_substitution_stringifies", "[template]") {
  check({{R"("n={{n}}")", R"("n=7")"},
         {R"("{{n}}{{n}}")", R"("77")"},
         {R"(" {{n}}")", R"(" 7")"},
         {R"("${s}, ${t}!")", R"("hello, Grüße 😀!")"},
         {R"("x={{x}} yes={{yes}}")", R"("x=2.5 yes=true")"},
         {R"("big={{huge}}")", R"("big=18446744073709551615")"},
         {R"("third={{1 / 3.0}}")", R"("third=0.3333333333333333")"},
         {R"("l={{list}}")", R"("l=[1,2,3,4,5]")"},
         {R"("o={{people[1]}}")", R"("o={\"name\":\"Bob\"}")"},
         {R"("e={{empty}}.")", R"("e=.")"},
         {R"("{{'}}'}}!")", R"("}}!")"},
         {R"("{{s + '}}'}}")", R"("hello}}")"},
         {R"("{{fetch.f}} of {{steps.fetch.rows[0]}}")", R"("field of 1")"}});
}

TEST_CASE("substituted_text_is_not_expanded_again", "[template]") {
  check({{R"("{{braces}}")", R"("{{n}} ${n}")"},
         {R"("<{{braces}}>")", R"("<{{n}} ${n}>")"},
         {R"("{{'{' + '{n}}'}}")", R"("{{n}}")"}});
}

TEST_CASE("escaped braces are characters", "[template]") {
  check({{R"("\\{{n}}")", R"("{{n}}")"},
         {R"("$${n}")", R"("${n}")"},
         {R"("\\{{n}} is {{n}}")", R"("{{n}} is 7")"},
         {R"("$$${n}")", R"("$${n}")"},
         {R"("\\\\{{n}}")", R"("\\{{n}}")"},
         {R"("$ { } }} {")", R"("$ { } }} {")"},
         {R"("cost: $5")", R"("cost: $5")"},
         {R"({"a": ["\\{{x"], "b": 1})", R"({"a":["{{x"],"b":1})"}});
}

TEST_CASE("keys are not templated", "[template]") {
  check({{R"({"{{n}}": "{{n}}"})", R"({"{{n}}":7})"}});
}

TEST_CASE("null has no text, but is a value", "[template]") {
  check({{R"("<{{nothing}}>")", "/parameters template.null@4"},
         {R"({"a": ["x", "é {{nothing}}"]})", "/parameters/a/1 template.null@5"},
         {R"("<{{coalesce(nothing, 'none')}}>")", R"("<none>")"},
         {R"("{{nothing}}")", "null"}});
}

TEST_CASE("an error says in which text and at which character", "[template]") {
  check({{R"({"a": "{{a.zz}}"})", "/parameters/a path.missing@4"},
         {R"({"a/b": ["é {{n}} {{1 / 0}}"]})", "/parameters/a~1b/0 expr.division_by_zero@13"},
         {R"("{{broken.x}}")", "/parameters path.step_failed@3"},
         {R"("é{{1 +}}")", "/parameters expr.syntax@7"},
         {R"("é{{n")", "/parameters expr.syntax@2"},
         {R"("${n")", "/parameters expr.syntax@1"},
         {R"("{{}}")", "/parameters expr.syntax@3"},
         {R"("${n + 1}")", "/parameters expr.syntax@5"},
         {R"("{{{n}}}")", "/parameters expr.syntax@3"},
         {R"("{{'open}}")", "/parameters expr.syntax@1"}});
}

TEST_CASE("all problems of a tree are found at once", "[template]") {
  check({{R"({"a": "{{1 +}}", "b": {"c": ["{{x", "{{n}}", "{{zz}} {{yy}}"]}})",
          "/parameters/a expr.syntax@6 /parameters/b/c/0 expr.syntax@1 "
          "/parameters/b/c/2 spec.unknown_reference@3 "
          "/parameters/b/c/2 spec.unknown_reference@10"}});
}

TEST_CASE("what holds no template is the tree itself", "[template]") {
  FakeScope fake;
  std::vector<Error> problems;
  const Value tree = fake.parse(R"({"a": [1, {"b": "text"}], "c": "{{n}}"})");
  const Template made = Template::compile(tree, fake.names(), "", problems);
  REQUIRE(problems.empty());
  CHECK(!made.is_constant());
  const Result<Value> value = made.evaluate(fake.scope(), fake.arena());
  REQUIRE(value);
  CHECK(weft_payload((*value)[0U].slot()) == weft_payload(tree[0U].slot()));

  const Template constant = Template::compile(tree[0U], fake.names(), "", problems);
  REQUIRE(constant.is_constant());
  CHECK(constant.constant().slot() == tree[0U].slot());
  CHECK(constant.roots().empty());
  CHECK(constant.evaluate(fake.scope(), fake.arena())->slot() == tree[0U].slot());
}

TEST_CASE("a tree that only has escapes is a constant too", "[template]") {
  FakeScope fake;
  std::vector<Error> problems;
  const Value tree = fake.parse(R"({"a": ["\\{{n}} and more text", 1]})");
  Template made = Template::compile(tree, fake.names(), "", problems);
  const Template moved = std::move(made);
  REQUIRE(moved.is_constant());
  CHECK(weft::base::json_text(moved.constant()) == R"({"a":["{{n}} and more text",1]})");
}

TEST_CASE("an empty template is the constant null", "[template]") {
  FakeScope fake;
  const Template none;
  CHECK(none.is_constant());
  CHECK(none.constant().is_null());
  CHECK(none.evaluate(fake.scope(), fake.arena())->is_null());
}

TEST_CASE("objects of any size keep their keys and their index", "[template]") {
  FakeScope fake;
  std::string json = "{";
  for (int i = 0; i < 40; ++i) {
    json += (i != 0 ? ", \"key" : "\"key") + std::to_string(i) + "\": \"{{n}}\"";
  }
  std::vector<Error> problems;
  const Template made = Template::compile(fake.parse(json + "}"), fake.names(), "", problems);
  const Result<Value> value = made.evaluate(fake.scope(), fake.arena());
  REQUIRE(value);
  for (int i = 0; i < 40; ++i) {
    const std::string key = "key" + std::to_string(i);
    CHECK((*value)[weft::Key(key)].as_i64() == 7);
  }
  CHECK(!(*value)[weft::Key("key40")].exists());
  CHECK(weft::base::copy_checked(*value, fake.arena()));
}

TEST_CASE("uuids of one template differ from each other", "[template]") {
  FakeScope fake;
  std::vector<Error> problems;
  const Value tree = fake.parse(R"(["{{uuid()}}", "{{uuid()}}"])");
  const Template made = Template::compile(tree, fake.names(), "", problems);
  const Result<Value> value = made.evaluate(fake.scope(), fake.arena());
  REQUIRE(value);
  CHECK((*value)[0U].as_text() != (*value)[1U].as_text());
}

TEST_CASE("a single text is copied, so it need not live on", "[template]") {
  FakeScope fake;
  std::string text = "n is {{n}} and list is ${list}";
  const Result<Template> made = Template::compile_text(text, fake.names());
  text.assign(text.size(), '#');
  REQUIRE(made);
  CHECK(made->roots().size() == 1);
  CHECK(made->evaluate(fake.scope(), fake.arena())->as_text() == "n is 7 and list is [1,2,3,4,5]");
  const Result<Template> bad = Template::compile_text("n is {{n", fake.names());
  REQUIRE(!bad);
  CHECK(bad.error().where.column == 6);
  std::string plain = "nothing to do in this text";
  const Result<Template> constant = Template::compile_text(plain, fake.names());
  plain.assign(plain.size(), '#');
  REQUIRE(constant);
  CHECK(constant->constant().as_text() == "nothing to do in this text");
}

TEST_CASE("a schema can refuse templates or pass them as written", "[template]") {
  FakeScope fake;
  const Value schema = fake.parse(R"({"properties": {
      "query": {"type": "string", "template": "refuse"},
      "source": {"type": "string", "template": "raw"},
      "rows": {"items": {"properties": {"name": {"template": "refuse"}}}}}})");
  const auto compile = [&](std::string_view tree, std::vector<Error>& problems) {
    return Template::compile({fake.parse(tree), "/p", schema}, fake.names(), problems);
  };
  std::vector<Error> problems;
  compile(R"({"query": "select {{n}}", "rows": [{"name": "a"}, {"name": ["${n}"]}]})", problems);
  REQUIRE(problems.size() == 2);
  CHECK(problems[0].code == "template.refused");
  CHECK(problems[0].where.pointer == "/p/query");
  CHECK(problems[1].where.pointer == "/p/rows/1/name/0");

  problems.clear();
  const Template made =
      compile(R"({"query": "select \\{{1}}", "source": "{{ n", "x": "{{n}}"})", problems);
  CHECK(problems.empty());
  CHECK(weft::base::json_text(*made.evaluate(fake.scope(), fake.arena())) ==
        R"({"query":"select \\{{1}}","source":"{{ n","x":7})");
}

TEST_CASE("a text with only escaped braces holds no template", "[template]") {
  CHECK(contains_template("{{n}}"));
  CHECK(contains_template("a ${n"));
  CHECK(contains_template("\\{{a}} {{b"));
  CHECK(contains_template("$${a} ${b}"));
  CHECK(!contains_template(""));
  CHECK(!contains_template("\\{{n}} $${n} { } $ }}"));
}

TEST_CASE("embedded JSON is what the kernel prints elsewhere", "[template]") {
  FakeScope fake;
  const std::string_view tree =
      R"({"t": "\"\\\u0000\u0008\u000b\n\u001f é😀", "n": [1, -2.5e-7, 1e300, 18446744073709551615],
          "e": [[], {}], "b": [true, false, null]})";
  const Value value = fake.parse(tree);
  weft::Builder builder(fake.arena());
  builder.begin_array();
  builder.link(value);
  builder.bytes("\x01\xff raw bytes");
  builder.time(1'000'000'001);
  builder.end_array();
  const Value whole = builder.take_value();
  const weft::expr::Names names{&whole, [](const void*, std::string_view, std::string_view) {
                                  return Result(weft::expr::Root{});
                                }};
  const weft::expr::Scope scope{&whole,
                                [](const void* self, const weft::expr::Asked&, weft::Arena) {
                                  return weft::expr::Found{*static_cast<const Value*>(self)};
                                }};
  const Result<Template> made = Template::compile_text("<{{v}}>", names);
  REQUIRE(made);
  std::string expected(1, '<');
  expected.append(weft::base::json_text(whole)).append(1, '>');
  CHECK(made->evaluate(scope, fake.arena())->as_text() == expected);
}
