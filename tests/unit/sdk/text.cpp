// Escapes of JSON: what they mean, and what is none.
#include "catch.hpp"

#include <string>

#include <weft/sdk/text.hpp>

using weft::sdk::append_json_escape;

namespace {

std::string meant_by(std::string_view rest, size_t bytes) {
  std::string out;
  CHECK(append_json_escape(rest, out) == bytes);
  return out;
}

}  // namespace

TEST_CASE("an escape of JSON is one character", "[sdk]") {
  CHECK(meant_by("n", 1) == "\n");
  CHECK(meant_by("\\x", 1) == "\\");
  CHECK(meant_by("u0041", 5) == "A");
  CHECK(meant_by("u20ACz", 5) == "\xE2\x82\xAC");
  CHECK(meant_by("ud83d\\ude00x", 11) == "\xF0\x9F\x98\x80");
}

TEST_CASE("half of a pair and other signs are no escape", "[sdk]") {
  for (const char* none : {"", "x", "u12", "u-123", "udc00", "ud83d", "ud83d\\", "ud83d\\u0041"}) {
    CHECK(meant_by(none, 0).empty());
  }
}
