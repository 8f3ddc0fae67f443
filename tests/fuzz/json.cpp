// JSON text: whatever parses prints, and parses again to an equal value.
#include "base/json.hpp"
#include "base/compare.hpp"
#include "base/doc.hpp"
#include "base/text.hpp"
#include "base/valid.hpp"
#include "fuzz.hpp"

using weft::fuzz::claim;
using namespace weft::base;

std::vector<std::string> weft::fuzz::seeds() {
  std::string deep;
  for (int i = 0; i < 64; ++i) deep += i % 2 != 0 ? "[" : "{\"a\":";
  return {
      R"({"id":"flow","steps":[{"id":"a","n":1},{"id":"b","n":-2.5e-7},{"id":"c","n":1e300}]})",
      R"(["\u00e9\ud83d\ude00\n","é😀",true,false,null,18446744073709551615,-9223372036854775808])",
      R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,)"
      R"("o":0,"p":0,"q":0,"r":{"a":1,"b":2}})",
      " [ 0.1 , 1E+2 , -0 , 123456789012345678901234567890, 4.9e-324 ] ",
      deep,
  };
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Blocks blocks;
  const auto value = parse_json(text, blocks.arena());
  const Place place = locate_json(text, "/steps/1/n");
  claim(place.offset <= size, "a place lies inside the text");
  claim(locate_json(text, "/a~").offset <= size, "the place of a key lies inside the text");
  if (!value) {
    claim(value.error().where.line >= 1 && !value.error().message.empty(), "an error says where");
    return 0;
  }
  claim(is_utf8(text), "what is accepted is UTF-8");
  for (const uint32_t indent : {0U, 2U}) {
    std::string printed;
    claim(static_cast<bool>(print_json(*value, printed, {indent})), "what was parsed prints");
    const auto again = parse_json(printed, blocks.arena());
    claim(again && equal(*again, *value), "what was printed parses to an equal value");
    claim(hash(*again) == hash(*value), "equal values have equal hashes");
    claim(digest(*again) == digest(*value), "equal values have equal digests");
  }
  const auto doc = try_pack(*value);
  if (doc) claim(bool(validate(doc->data(), doc->size_bytes())), "what was packed is valid");
  return 0;
}
