// Keys: the keys of one mapping so far, to find the one that is there twice.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tree.hpp"

namespace weft::yaml {

// A few keys are compared one by one, many are hashed.
class Keys final {
 public:
  // The key that is already there with the same text, or nowhere.
  uint32_t add(const Tree& tree, uint32_t key) {
    const std::string_view text = tree[key].text;
    if (few_.size() < few_max) {
      for (const uint32_t other : few_) {
        if (tree[other].text == text) return other;
      }
      few_.push_back(key);
      return nowhere;
    }
    if (many_.empty()) {
      for (const uint32_t other : few_) many_.emplace(tree[other].text, other);
    }
    const auto [at, is_new] = many_.emplace(text, key);
    return is_new ? nowhere : at->second;
  }

 private:
  static constexpr size_t few_max = 16;
  std::vector<uint32_t> few_;
  std::unordered_map<std::string_view, uint32_t> many_;
};

}  // namespace weft::yaml
