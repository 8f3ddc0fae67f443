#include "base/blocks.hpp"

#include <new>

#include "catch.hpp"

using namespace weft::base;

TEST_CASE("an arena without a block holds nothing and takes no memory", "[blocks]") {
  Blocks blocks;
  CHECK(blocks.held_bytes() == 0);
  CHECK(blocks.used_bytes() == 0);
  CHECK(blocks.arena().allocate(0) != nullptr);
  CHECK(blocks.held_bytes() == 0);
}

TEST_CASE("blocks double up to one megabyte", "[blocks]") {
  Blocks blocks(1024);
  uint64_t before = 0, largest = 0;
  for (int i = 0; i < 5000; ++i) {
    blocks.arena().allocate(1000);
    const uint64_t step = blocks.held_bytes() - before;
    largest = std::max(largest, step);
    if (before != 0 && step != 0) CHECK(step == std::min(before, limits::block_bytes_max));
    before = blocks.held_bytes();
  }
  CHECK(largest == limits::block_bytes_max);
  CHECK(blocks.used_bytes() == 5'000'000);
}

TEST_CASE("a second round of the same requests allocates nothing", "[blocks]") {
  Blocks blocks(64);
  const auto round = [&] {
    for (const uint64_t n : {10U, 5000U, 8U, 2'000'000U, 100U, 70'000U}) blocks.arena().allocate(n);
  };
  round();
  const uint64_t held = blocks.held_bytes(), used = blocks.used_bytes();
  for (int i = 0; i < 10; ++i) {
    blocks.reset();
    CHECK(blocks.used_bytes() == 0);
    round();
  }
  CHECK(blocks.held_bytes() == held);
  CHECK(blocks.used_bytes() == used);
  blocks.shrink();
  CHECK(blocks.held_bytes() == 64);
}

TEST_CASE("pieces of an arena are 8-aligned, apart and found again", "[blocks]") {
  Blocks blocks(64);
  char* last = nullptr;
  for (int i = 0; i < 200; ++i) {
    auto* p = static_cast<char*>(blocks.arena().allocate(13));
    CHECK(reinterpret_cast<uintptr_t>(p) % 8 == 0);
    CHECK(blocks.holds(p));
    if (last != nullptr) CHECK((p >= last + 16 || p + 16 <= last));
    last = p;
  }
  int outside = 0;
  CHECK_FALSE(blocks.holds(&outside));
}

TEST_CASE("a bounded arena refuses what is beyond its bound and nothing before", "[blocks]") {
  Blocks blocks(64, 1000);
  blocks.arena().allocate(400);
  CHECK(Blocks::grow(&blocks, blocks.raw(), 2000) == nullptr);
  CHECK(Blocks::grow(&blocks, blocks.raw(), UINT64_MAX) == nullptr);
  CHECK(Blocks::grow(&blocks, blocks.raw(), 500) != nullptr);
  CHECK(blocks.held_bytes() <= 1000);
  CHECK_THROWS_AS(blocks.arena().allocate(2000), std::bad_alloc);
}
