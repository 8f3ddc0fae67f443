// Binary values: the validator reads nothing outside, and what it accepts may be read freely.
#include <cstring>

#include "base/compare.hpp"
#include "base/doc.hpp"
#include "base/json.hpp"
#include "base/pack.hpp"
#include "base/valid.hpp"
#include "fuzz.hpp"

using weft::Value;
using weft::fuzz::claim;
using namespace weft::base;

namespace {

std::string packed(const char* json) {
  Blocks blocks;
  const auto value = parse_json(json, blocks.arena());
  return std::string(pack(*value).bytes());
}

std::string packed_rich() {
  using namespace weft::lit;
  Blocks blocks;
  weft::Builder b(blocks.arena());
  b.begin_array();
  b.time(1'700'000'000'000'000'000);
  b.bytes(std::string(20, '\xff'));
  b.natural(UINT64_MAX);
  for (int row = 0; row < 3; ++row) {
    b.begin_object();
    b.set("identifier"_k, row);
    b.set("name"_k, "a longer text");
    b.end_object();
  }
  b.end_array();
  return std::string(pack(b.take_value()).bytes());
}

// Touches every byte that a reader may reach.
uint64_t read_all(Value value) {
  uint64_t sum = value.size() + value.as_u64() + value.as_bytes().size();
  for (const char c : value.as_text()) sum += static_cast<uint8_t>(c);
  for (uint32_t i = 0; value.is_object() && i < value.size(); ++i) {
    claim(value[weft::Key(value.key(i))].slot() == value[i].slot(), "every key finds its value");
  }
  if (!value.is_object() && !value.is_array()) return sum;
  for (const Value item : value) sum += read_all(item);
  return sum;
}

void check_copies(Value value) {
  const uint64_t bytes = packed_bytes(value);
  claim(bytes != unpackable, "what is valid can be packed");
  const Doc doc = pack(value);
  claim(bool(validate(doc.data(), bytes)), "what was packed is valid");
  claim(equal(doc.view(), value), "what was packed is equal");
  Blocks blocks;
  const auto copy = copy_checked(value, blocks.arena());
  claim(copy && equal(*copy, value), "a checked copy is equal");
  claim(std::memcmp(copy->slot(), doc.data(), bytes) == 0, "a checked copy is the packed form");
  claim(hash(*copy) == hash(value) && digest(*copy) == digest(value), "equal values hash alike");
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  return {packed("null"),
          packed(R"("a longer text")"),
          packed("[1,2.5,true,null,\"x\"]"),
          packed(R"({"id":"flow","steps":[{"id":"a","n":1},{"id":"b","n":2},{"id":"c","n":3}]})"),
          packed(R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,
                     "m":0,"n":0,"o":0,"p":0,"q":0,"r":{"a":1,"b":[[[]]]}})"),
          packed_rich()};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  Doc input(size);  // a buffer of its own size, so that a sanitizer sees the first byte outside
  if (size != 0) std::memcpy(input.data(), bytes, size);
  if (validate(input.data(), size)) {
    read_all(input.view());
    check_copies(input.view());
    json_text(input.view());
  }
  if (size < sizeof(weft_slot)) return 0;
  claim(validate(input.data(), size, {.links = true}) || !validate(input.data(), size),
        "admitting links refuses nothing more");
  return 0;
}
