#include "expr/redact.hpp"

#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::expr {
namespace {

std::string shown(const Redactor& redactor, std::string_view json) {
  base::Blocks blocks;
  const auto value = base::parse_json(json, blocks.arena());
  REQUIRE(value);
  return base::json_text(redactor.shown(*value, blocks.arena()));
}

const std::string key_of_cloud = std::string("AKIA") + "ABCDEFGHIJKLMNOP";
const std::string token_of_forge = std::string("ghp_") + "abcdefghij0123456789";

TEST_CASE("what stands under a secret name is hidden in any spelling", "[redact]") {
  const Redactor redactor;
  for (const char* name : {"password", "userPassword", "PASSWORD", "api-key", "API_KEY", "apiKey",
                           "auth.token", "Cookie", "apikey", "db_secret"}) {
    INFO(name);
    const std::string json = std::string("{\"") + name + "\":\"open sesame\"}";
    CHECK(shown(redactor, json).find("sesame") == std::string::npos);
  }
  CHECK(shown(redactor, R"({"card":4111})") == R"({"card":"‹redacted:card›"})");
  CHECK(shown(redactor, R"({"path":"login.card","old":"a","new":1,"by":"me"})") ==
        R"({"path":"login.card","old":"‹redacted:card›","new":"‹redacted:card›","by":"me"})");
  CHECK(shown(redactor, R"({"a":[{"secret":{"deep":[1]}}]})") ==
        R"({"a":[{"secret":"‹redacted:secret›"}]})");
}

TEST_CASE("what only resembles a secret name stays", "[redact]") {
  const Redactor redactor;
  for (const char* json :
       {R"({"monkey":"a"})", R"({"keyboard":"a"})", R"({"author":"a"})", R"({"cardinal":"a"})",
        R"({"tokens":512})", R"({"tokens":{"in":1}})", R"({"has_token":true,"token":null})"}) {
    CHECK(shown(redactor, json) == json);
  }
  CHECK(shown(redactor, R"({"tokens":["abc"]})") == R"({"tokens":["‹redacted:token›"]})");
}

TEST_CASE("known credentials are hidden wherever they stand", "[redact]") {
  const Redactor redactor;
  CHECK(redactor.shown("the key " + key_of_cloud + " failed") ==
        "the key ‹redacted:aws_key› failed");
  CHECK(redactor.shown(token_of_forge + "," + token_of_forge) ==
        "‹redacted:github_token›,‹redacted:github_token›");
  CHECK(redactor.shown("Authorization: Bearer abcdefghijklmnop1234") ==
        "Authorization: Bearer ‹redacted:token›");
  CHECK(redactor.shown("postgres://me:sesame@host/db?x=1") ==
        "postgres://me:‹redacted:password›@host/db?x=1");
  CHECK(redactor.shown("x eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0dXJl y") ==
        "x ‹redacted:signed_token› y");
  CHECK(
      redactor.shown("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nend") ==
      "‹redacted:private_key›\nend");
  for (const char* plain :
       {"https://host:80/a@b",
        "x"
        "AKIAABCDEFGHIJKLMNOP",
        "sk-short", "eyJ.a.b", "Bearer of news", "-----BEGIN CERTIFICATE-----", "::", ""}) {
    CHECK(redactor.shown(plain) == plain);
  }
}

TEST_CASE("a definition adds names and patterns", "[redact]") {
  base::Blocks blocks;
  const auto said =
      base::parse_json(R"({"keys":["iban"],"values":["ID-[0-9]{4}"]})", blocks.arena());
  const auto made = Redactor::make(*said);
  REQUIRE(made);
  CHECK(shown(*made, R"({"IBAN":"DE00","i_ban":"x","other":"see ID-1234"})") ==
        R"({"IBAN":"‹redacted:named›","i_ban":"‹redacted:named›","other":"‹redacted:pattern›"})");
  const auto bad = Redactor::make(*base::parse_json(R"({"values":["a","("]})", blocks.arena()));
  REQUIRE_FALSE(bad);
  CHECK(bad.error().where.pointer == "/values/1");
}

TEST_CASE("a value without secrets is handed on as it is", "[redact]") {
  base::Blocks blocks;
  const auto value = base::parse_json(R"({"a":["b",{"c":1}]})", blocks.arena());
  CHECK(Redactor().shown(*value, blocks.arena()).slot() == value->slot());
}

}  // namespace
}  // namespace weft::expr
