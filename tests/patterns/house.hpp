// kernel: one with all the plugins of the tree and a store in memory.
#pragma once

#include <memory>
#include <utility>

#include <weft/kernel.hpp>

#include "catch.hpp"

namespace weft::tests {

inline std::unique_ptr<Kernel> kernel(KernelOptions options = {}) {
  options.plugin_paths.emplace_back(WEFT_PLUGINS);
  auto made = Kernel::create(std::move(options));
  REQUIRE(made);
  return std::move(*made);
}

}  // namespace weft::tests
