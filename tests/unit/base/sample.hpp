// Sample: values for tests, made from JSON text and kept until the end of the test.
#pragma once

#include <string>
#include <string_view>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::base {

class Sample final {
 public:
  Value operator()(std::string_view json) {
    auto value = parse_json(json, blocks_.arena());
    INFO(json);
    REQUIRE(value);
    return *value;
  }
  Arena arena() { return blocks_.arena(); }
  Builder builder() { return Builder(blocks_.arena()); }

 private:
  Blocks blocks_;
};

}  // namespace weft::base
