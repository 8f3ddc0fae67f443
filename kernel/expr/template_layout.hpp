// Layout: a template as it is evaluated.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "base/blocks.hpp"
#include "expr/expression.hpp"
#include "expr/program.hpp"

namespace weft::expr {

struct Layout {
  static constexpr uint32_t no_expression = UINT32_MAX;

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
    uint32_t expression = no_expression;
    uint32_t columns_before = 0;
    std::string_view literal;
  };

  alignas(weft_slot) std::array<std::byte, 256> first;
  Literals kept{first};
  Item root;
  std::pmr::vector<Item> children{kept.memory()};
  std::pmr::vector<Part> parts{kept.memory()};
  std::pmr::vector<Expression> expressions{kept.memory()};
  std::pmr::vector<std::string_view> pointers{kept.memory()};
  std::pmr::vector<Root> roots{kept.memory()};
  std::unique_ptr<base::Blocks> folded;  // of a constant that differs from the tree by its escapes
};

}  // namespace weft::expr
