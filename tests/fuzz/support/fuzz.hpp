// What a fuzz target is made of: one entry, seeds to start from, and a claim that must hold.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size);

namespace weft::fuzz {

// Good inputs, which replay mutates.
std::vector<std::string> seeds();

inline void claim(bool truth, const char* sentence) {
  if (truth) return;
  std::fprintf(stderr, "broken claim: %s\n", sentence);
  std::abort();
}

}  // namespace weft::fuzz
