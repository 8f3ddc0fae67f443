// Pool: memory for the values that the command line builds.
#pragma once

#include <memory>
#include <vector>

#include <weft/value.hpp>

namespace weft::cli {

// What is built in it lives as long as the pool.
class Pool final {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  Arena arena() { return {&arena_, grow, this}; }

 private:
  static void* grow(void* self, weft_arena* arena, uint64_t n) noexcept;

  weft_arena arena_{nullptr, nullptr, nullptr};
  std::vector<std::unique_ptr<uint64_t[]>> pieces_;
};

}  // namespace weft::cli
