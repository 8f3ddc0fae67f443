// Pages: a pool of memory pieces in powers of two, so that a run which ends feeds the next one.
#pragma once

#include <array>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <vector>

namespace weft::state {

// Sizes from 4 KB to 1 MB are kept for reuse, up to 16 MB in all; larger ones go back at once. Used
// by the deciding thread only.
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

 private:
  static constexpr unsigned shelf_count = 9;
  static constexpr uint64_t kept_max = uint64_t{16} << 20;
  static uint64_t size_of(unsigned n) { return uint64_t{4096} << n; }
  static unsigned shelf_of(uint64_t bytes) {
    unsigned n = 0;
    while (n < shelf_count && size_of(n) < bytes) ++n;
    return n;
  }

  std::array<std::vector<char*>, shelf_count> shelves_;
  uint64_t kept_bytes_ = 0;
};

}  // namespace weft::state
