// Pages: a pool of memory pieces in a few sizes, so that a run which ends feeds the next one.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace weft::state {

// Pieces from 256 bytes to 1 MB come in two sizes for each power of two and are kept for reuse, up
// to 16 MB in all; larger ones go back at once. Used by the deciding thread only.
class Pages final {
 public:
  Pages() = default;
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() {
    for (auto& shelf : shelves_) {
      for (char* page : shelf) std::free(page);
    }
  }

  // At least bytes; *got is what there is.
  char* take(uint64_t bytes, uint64_t* got) {
    const unsigned n = shelf_of(bytes);
    if (n < shelf_count && !shelves_[n].empty()) {
      char* page = shelves_[n].back();
      shelves_[n].pop_back();
      kept_bytes_ -= size_of(n);
      *got = size_of(n);
      return page;
    }
    *got = n < shelf_count ? size_of(n) : (bytes + 4095) & ~uint64_t{4095};
    auto* page = static_cast<char*>(std::malloc(*got));
    if (page == nullptr) throw std::bad_alloc();
    return page;
  }

  void give(char* page, uint64_t bytes) {
    const unsigned n = shelf_of(bytes);
    if (n >= shelf_count || size_of(n) != bytes || kept_bytes_ + bytes > kept_max) {
      std::free(page);
      return;
    }
    shelves_[n].push_back(page);
    kept_bytes_ += bytes;
  }

  // A number that no earlier round over payloads had; see Vault.
  uint32_t next_round() { return ++round_; }

 private:
  static constexpr unsigned smallest_bits = 8;
  static constexpr unsigned shelf_count = 25;
  static constexpr uint64_t kept_max = uint64_t{16} << 20;
  static uint64_t size_of(unsigned n) {
    const uint64_t power = uint64_t{1} << (smallest_bits + n / 2);
    return n % 2 == 0 ? power : power + power / 2;
  }
  static unsigned shelf_of(uint64_t bytes) {
    if (bytes <= size_of(0)) return 0;
    const auto bits = static_cast<unsigned>(std::bit_width(bytes - 1));  // 2^(bits-1) < bytes
    const unsigned below = (bits - 1 - smallest_bits) * 2;
    return bytes <= size_of(below + 1) ? below + 1 : below + 2;
  }

  std::array<std::vector<char*>, shelf_count> shelves_;
  uint64_t kept_bytes_ = 0;
  uint32_t round_ = 0;
};

}  // namespace weft::state
