// JSON text as values that live as long as the object.
#pragma once

#include <stdexcept>
#include <string_view>

#include "base/blocks.hpp"
#include "base/json.hpp"

namespace weft::tests {

class Text final {
 public:
  Value json(std::string_view text) {
    auto value = base::parse_json(text, memory_.arena());
    if (!value) throw std::runtime_error(value.error().message);
    return *value;
  }
  Arena arena() { return memory_.arena(); }

 private:
  base::Blocks memory_;
};

}  // namespace weft::tests
