// JSON (RFC 8259) as values: the document that lists the layers, and context files.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::layered {

// Memory of the plugin's own, for values that outlive every call.
class Memory final {
 public:
  Memory() : raw_{nullptr, nullptr, this} {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  Arena arena() { return {&raw_, &Memory::grow, nullptr}; }

 private:
  static void* grow(void* owner, weft_arena* arena, uint64_t n) noexcept;

  weft_arena raw_;
  std::vector<std::unique_ptr<uint64_t[]>> chunks_;
};

// BAD_INPUT with line and column: no JSON, a key twice, not UTF-8, deeper than 64.
Result<Value> read_json(std::string_view text, Arena arena);

}  // namespace weft::layered
