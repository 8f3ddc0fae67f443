// Replays a fixed set of mutated inputs, so that every build runs every target.
#include <algorithm>
#include <random>

#include "fuzz.hpp"

namespace {

using Random = std::mt19937_64;

size_t below(Random& random, size_t n) { return n == 0 ? 0 : random() % n; }

char odd_byte(Random& random) {
  constexpr unsigned char odd[] = {0, 1, 2, 7, 8, 16, 31, 64, 127, 128, 255, '{', '[', '"', '\\'};
  return static_cast<char>(random() % 2 != 0 ? odd[below(random, sizeof odd)] : random() & 255U);
}

// One small change: a byte, a bit, a piece cut out, doubled, moved, or taken from another seed.
void mutate(std::string& input, const std::string& other, Random& random) {
  const size_t at = below(random, input.size());
  const size_t length = below(random, std::min<size_t>(input.size() - at, 40)) + 1;
  switch (random() % 7) {
    case 0:
      if (!input.empty()) input[at] = odd_byte(random);
      break;
    case 1:
      if (!input.empty()) input[at] = static_cast<char>(input[at] ^ (1 << below(random, 8)));
      break;
    case 2: input.erase(at, length); break;
    case 3: input.insert(at, input.substr(at, length)); break;
    case 4: input.insert(at, 1, odd_byte(random)); break;
    case 5: input.replace(at, length, other.substr(below(random, other.size()), length)); break;
    default: input.resize(at); break;
  }
}

void run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned long rounds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 40'000;
  const std::vector<std::string> seeds = weft::fuzz::seeds();
  for (const std::string& seed : seeds) run(seed);
  Random random(20'260'101);
  for (unsigned long round = 0; round < rounds; ++round) {
    std::string input = seeds[below(random, seeds.size())];
    const std::string& other = seeds[below(random, seeds.size())];
    for (size_t changes = 1 + below(random, 4); changes != 0; --changes) {
      mutate(input, other, random);
    }
    run(input);
  }
  std::printf("%lu inputs from %zu seeds\n", rounds + seeds.size(), seeds.size());
  return 0;
}
