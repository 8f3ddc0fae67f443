// Reach: the payloads that some values lead to, each once.
#pragma once

#include <cstdint>
#include <vector>

#include "state/vault.hpp"

namespace weft::state {

// A link leads from a payload to an earlier one, so what is not after a sequence leads to nothing
// after it and is not followed.
class Reach final {
 public:
  explicit Reach(Vault& vault, uint64_t after = 0)
      : vault_(&vault), round_(vault.next_round()), after_(after) {}

  void add(Value value) {
    if (value.exists()) meet(value.slot());
  }
  uint32_t round() const { return round_; }
  // All of them, in no order. Those up to the sequence are not in it.
  std::vector<const weft_slot*>& all();

 private:
  void meet(const void* address);
  void follow(const weft_slot* root);

  Vault* vault_;
  uint32_t round_;
  uint64_t after_;
  size_t followed_ = 0;
  std::vector<const weft_slot*> found_;
};

}  // namespace weft::state
