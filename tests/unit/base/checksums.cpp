#include "base/crc32c.hpp"
#include "base/encode.hpp"
#include "base/sha256.hpp"
#include "catch.hpp"

using namespace weft::base;

TEST_CASE("CRC-32C has the published values, with and without the instruction", "[crc32c]") {
  std::string rising(32, '\0');
  for (size_t i = 0; i < 32; ++i) rising[i] = static_cast<char>(i);
  struct Row {
    std::string bytes;
    uint32_t crc;
  };
  // RFC 3720, appendix B.4, and the usual check text.
  const std::vector<Row> rows = {{"", 0},
                                 {"123456789", 0xe3069283},
                                 {std::string(32, '\0'), 0x8a9136aa},
                                 {std::string(32, '\xff'), 0x62a8ab43},
                                 {rising, 0x46dd794e}};
  for (const Row& row : rows) {
    CHECK(crc32c(row.bytes.data(), row.bytes.size()) == row.crc);
    CHECK(crc32c_portable(row.bytes.data(), row.bytes.size()) == row.crc);
  }
}

TEST_CASE("a CRC continues over any split, the same both ways", "[crc32c]") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += static_cast<char>(i * 37);
  const uint32_t whole = crc32c(text.data(), text.size());
  for (size_t split = 0; split <= text.size(); ++split) {
    const uint32_t first = crc32c_portable(text.data(), split);
    CHECK(crc32c(text.data() + split, text.size() - split, first) == whole);
  }
}

TEST_CASE("SHA-256 has the published values", "[sha256]") {
  CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_hex(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 in pieces equals SHA-256 at once, for every length and split", "[sha256]") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += static_cast<char>(i * 31);
  for (size_t size = 0; size <= text.size(); ++size) {
    const Digest whole = sha256({text.data(), size});
    for (size_t split = 0; split <= size; split += 7) {
      Sha256 sum;
      sum.update({text.data(), split});
      sum.update({text.data() + split, size - split});
      REQUIRE(sum.finish() == whole);
    }
  }
}

TEST_CASE("the fastest way of SHA-256 agrees with the portable one", "[sha256]") {
  std::string blocks;
  for (int i = 0; i < 64 * 9; ++i) blocks += static_cast<char>(i * 131 + i / 7);
  uint32_t fast[8] = {1, 2, 3, 4, 5, 6, 7, 8}, slow[8] = {1, 2, 3, 4, 5, 6, 7, 8};
  const auto* p = reinterpret_cast<const uint8_t*>(blocks.data());
  sha256_ways::fastest()(fast, p, 9);
  sha256_ways::portable(slow, p, 9);
  CHECK(std::equal(fast, fast + 8, slow));
}
