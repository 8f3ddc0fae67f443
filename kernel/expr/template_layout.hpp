// Layout: a template as it is evaluated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include <weft/value.hpp>

#include "base/blocks.hpp"
#include "expr/program.hpp"

namespace weft::expr {

struct Layout {
  static constexpr uint32_t no_program = UINT32_MAX;

  // A place of the tree.
  struct Item {
    enum class Kind : uint8_t { constant, typed, text, list, object };
    Kind kind = Kind::constant;
    uint8_t flags = 0;   // of an object
    uint32_t first = 0;  // parts (typed, text) or children (list, object)
    uint32_t count = 0;
    uint32_t pointer = 0;  // of typed and text, in pointers
    Value constant;
    const weft_slot* keys = nullptr;  // of an object; its index follows, if it has one
  };
  struct Part {
    uint32_t program = no_program;
    uint32_t columns_before = 0;
    std::string_view literal;
  };

  alignas(weft_slot) std::array<std::byte, 512> first;
  Literals kept{first};
  Item root;
  Table<Item> children;
  Table<Part> parts;
  Table<Program> programs;
  Table<std::string_view> pointers;
  Table<Root> roots;
  std::unique_ptr<base::Blocks> folded;  // of a constant that differs from the tree by its escapes
};

}  // namespace weft::expr
