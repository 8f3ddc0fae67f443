#include "spec/schema.hpp"

#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"

using namespace weft;
using spec::Schema;
using spec::Texts;
using tests::Text;

namespace {

// What a schema says of a value, a line for each problem.
std::string judged(std::string_view schema, std::string_view value, Texts texts = Texts::exact) {
  Text text;
  auto compiled = Schema::compile(text.json(schema));
  if (!compiled) return "schema: " + compiled.error().message;
  std::vector<spec::Problem> problems;
  const bool ok = compiled->check(text.json(value), "", problems, texts);
  std::string out;
  for (const spec::Problem& one : problems) {
    out += one.pointer + " " + one.code + ": " + one.message;
    if (!one.hint.empty()) out += " (" + one.hint + ")";
    out += "\n";
  }
  CHECK(ok == problems.empty());
  return out;
}

std::string completed(std::string_view schema, std::string_view value,
                      Schema::Use use = Schema::Use::data) {
  Text text;
  auto compiled = Schema::compile(text.json(schema), use);
  REQUIRE(compiled);
  return base::json_text(compiled->complete(text.json(value), text.arena()));
}

}  // namespace

TEST_CASE("a value is judged by every keyword of its schema", "[schema]") {
  const auto [schema, value, expected] = GENERATE(table<const char*, const char*, const char*>({
      {R"({"type":"integer"})", "3", ""},
      {R"({"type":"integer"})", "3.0", ""},
      {R"({"type":"number"})", "3", ""},
      {R"({"type":"integer"})", "3.5",
       " spec.wrong_type: the value must be an integer, not a number\n"},
      {R"({"type":["string","null"]})", "true",
       " spec.wrong_type: the value must be null or a text, not a boolean\n"},
      {R"({"type":"any"})", "[1]", ""},
      {"true", "1", ""},
      {R"({"enum":["a",1]})", "1", ""},
      {R"({"enum":["fast","slow"]})", R"("fats")",
       " spec.unknown_value: the value must be one of 'fast', 'slow', not 'fats' "
       "(did you mean 'fast'?)\n"},
      {R"({"const":{"a":1}})", R"({"a":1.0})", ""},
      {R"({"const":1})", "2", " spec.unknown_value: the value must be 1, not 2\n"},
      {R"({"minimum":1,"maximum":9})", "9", ""},
      {R"({"minimum":1,"maximum":9})", "0", " spec.range: the value must be at least 1, not 0\n"},
      {R"({"maximum":9})", "9.5", " spec.range: the value must be at most 9, not 9.5\n"},
      {R"({"exclusiveMinimum":0})", "0", " spec.range: the value must be above 0, not 0\n"},
      {R"({"exclusiveMaximum":1})", "1", " spec.range: the value must be below 1, not 1\n"},
      {R"({"multipleOf":0.1})", "0.3", ""},
      {R"({"multipleOf":3})", "7", " spec.range: the value must be a multiple of 3, not 7\n"},
      {R"({"minLength":2})", R"("é")",
       " spec.range: the value must have at least 2 characters, not 1\n"},
      {R"({"maxLength":1})", R"("é")", ""},
      {R"({"minItems":1})", "[]", " spec.range: the value must have at least 1 item, not 0\n"},
      {R"({"maxItems":1})", "[1,2]", " spec.range: the value must have at most 1 item, not 2\n"},
      {R"({"minProperties":1})", "{}",
       " spec.range: the value must have at least 1 field, not 0\n"},
      {R"({"uniqueItems":true})", "[1,2,1.0]",
       "/2 spec.duplicate_item: item 2 of the value repeats item 0\n"},
      {R"({"items":{"type":"string"}})", R"(["a",1,2])",
       "/1 spec.wrong_type: item 1 must be a text, not an integer\n"
       "/2 spec.wrong_type: item 2 must be a text, not an integer\n"},
      {R"({"prefixItems":[{"type":"string"}],"items":{"type":"integer"}})", R"(["a",1])", ""},
      {R"({"prefixItems":[{"type":"string"}],"items":false})", R"(["a",1])",
       "/1 spec.unknown_field: item 1 must not be given\n"},
      {R"({"anyOf":[{"type":"string"},{"type":"integer"}]})", "true",
       " spec.no_alternative: the value fits none of 2 allowed forms (allowed are a text, or an "
       "integer)\n"},
      {R"({"anyOf":[{"type":"string","minLength":3},{"type":"integer"}]})", R"("a")",
       " spec.range: the value must have at least 3 characters, not 1\n"},
      {R"({"oneOf":[{"type":"integer"},{"minimum":2}]})", "3",
       " spec.no_alternative: the value fits more than one of 2 allowed forms\n"},
      {R"({"allOf":[{"minimum":2},{"maximum":1}]})", "1.5",
       " spec.range: the value must be at least 2, not 1.5\n"
       " spec.range: the value must be at most 1, not 1.5\n"},
      {R"({"not":{"type":"string"}})", R"("a")",
       " spec.forbidden_value: the value has a form that is excluded\n"},
      {R"({"pattern":"^[a-z]+$"})", R"("abc")", ""},
      {R"({"pattern":"^[a-z]+$"})", R"("a1")",
       " spec.pattern: the value does not have the required form\n"},
      {R"({"format":"email","title":"t","description":"d"})", R"("x")", ""},
  }));
  CAPTURE(schema, value);
  CHECK(judged(schema, value) == expected);
}

TEST_CASE("an object reports unknown, missing and wrong fields at once", "[schema]") {
  constexpr auto schema = R"({"type":"object","additionalProperties":false,
    "required":["path","mode"],"properties":{"path":{"type":"string","aliases":["file"]},
    "mode":{"type":"string"},"deep":{"type":"object","properties":{"n":{"type":"integer"}}}}})";
  CHECK(judged(schema, R"({"pathh":"x","deep":{"n":"1"}})") ==
        "/pathh spec.unknown_field: unknown field 'pathh' (did you mean 'path'?)\n"
        "/deep/n spec.wrong_type: 'n' must be an integer, not a text\n"
        " spec.missing_field: 'path' is missing (add 'path', a text)\n"
        " spec.missing_field: 'mode' is missing (add 'mode', a text)\n");
  CHECK(judged(schema, R"({"file":"x","path":"y","mode":"m"})") ==
        "/path spec.duplicate_field: 'path' is given twice ('path' is another name of it, keep "
        "one)\n");
}

TEST_CASE("additional properties may have a schema of their own", "[schema]") {
  CHECK(judged(R"({"additionalProperties":{"type":"integer"}})", R"({"a/b":"x"})") ==
        "/a~1b spec.wrong_type: 'a/b' must be an integer, not a text\n");
}

TEST_CASE("a text with a template may become anything, but only before it runs", "[schema]") {
  constexpr auto schema = R"({"properties":{"n":{"type":"integer"},"m":{"enum":[1]}}})";
  CHECK(judged(schema, R"({"n":"{{a}}","m":"${b}"})", Texts::templated).empty());
  CHECK(judged(schema, R"({"n":"{{a}}"})") ==
        "/n spec.wrong_type: 'n' must be an integer, not a text\n");
  CHECK_FALSE(judged(schema, R"({"n":"plain"})", Texts::templated).empty());
}

TEST_CASE("what a schema cannot keep is an error of the schema", "[schema]") {
  const auto [schema, message, pointer] = GENERATE(table<const char*, const char*, const char*>({
      {R"({"$ref":"#"})", "the keyword '$ref' is not supported", "/$ref"},
      {R"({"properties":{"a":{"typ":"string"}}})", "the keyword 'typ' is not supported",
       "/properties/a/typ"},
      {R"({"type":"text"})", "unknown type 'text'", "/type"},
      {R"({"format":"weft-step"})", "unknown format 'weft-step'", "/format"},
      {R"({"template":"no"})", "'template' must be 'refuse' or 'raw'", "/template"},
      {R"({"minLength":-1})", "a bound must be a whole number that is not negative", "/minLength"},
      {R"({"allOf":[{"properties":{"a":{"default":1}}}]})",
       "aliases, defaults and weft formats have no meaning below 'allOf'", "/allOf/0"},
      {"3", "a schema must be an object, true or false", ""},
  }));
  Text text;
  auto compiled = Schema::compile(text.json(schema));
  REQUIRE_FALSE(compiled);
  CHECK(compiled.error().message == message);
  CHECK(compiled.error().where.pointer == pointer);
}

TEST_CASE("completing makes aliases canonical and fills defaults in, at every depth", "[schema]") {
  constexpr auto schema = R"({"properties":{"input":{"aliases":["text"]},
    "n":{"default":3},"o":{"properties":{"k":{"default":true}}},
    "l":{"items":{"properties":{"z":{"default":0}}}}}})";
  CHECK(completed(schema, R"({"text":"x","o":{},"l":[{},{"z":1}],"more":1})") ==
        R"({"input":"x","o":{"k":true},"l":[{"z":0},{"z":1}],"more":1,"n":3})");
}

TEST_CASE("completing a complete value gives the very same value", "[schema]") {
  Text text;
  auto schema = Schema::compile(text.json(R"({"properties":{"n":{"default":3}}})"));
  REQUIRE(schema);
  const Value value = text.json(R"({"n":4,"m":5})");
  CHECK(schema->complete(value, text.arena()).slot() == value.slot());
  auto checked = schema->check_and_complete(value, text.arena());
  REQUIRE(checked);
  CHECK(checked->slot() == value.slot());
}

TEST_CASE("checking and completing names the first problem with its pointer", "[schema]") {
  Text text;
  auto schema = Schema::compile(text.json(R"({"properties":{"n":{"type":"integer"}}})"));
  REQUIRE(schema);
  auto checked = schema->check_and_complete(text.json(R"({"n":"x"})"), text.arena());
  REQUIRE_FALSE(checked);
  CHECK(checked.error().status == Status::bad_input);
  CHECK(checked.error().where.pointer == "/n");
}

TEST_CASE("enumerations of forms are matched in any spelling and made canonical", "[schema]") {
  constexpr auto schema = R"({"properties":{"mode":{"enum":["first_success","all_success"]}}})";
  CHECK(completed(schema, R"({"mode":"FirstSuccess"})", Schema::Use::form) ==
        R"({"mode":"first_success"})");
  CHECK_FALSE(judged(schema, R"({"mode":"FirstSuccess"})").empty());
}
