// Authority: which layer alone decides over a key.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace weft::layered {

struct Claim {
  std::string prefix;
  size_t layer = 0;
};

// The claim with the longest prefix of a key decides, and where there is none the first layer.
class Authority final {
 public:
  static constexpr size_t nobody = SIZE_MAX;

  Authority() = default;
  // Invariant: no prefix stands there twice.
  explicit Authority(std::vector<Claim> claims);

  // The number of the claim; nobody where none is for it.
  size_t claim_of(std::string_view key) const;
  size_t layer_of(std::string_view key) const;

  // Where keys with a prefix can lie: parts that have no key in common and miss none.
  struct Part {
    size_t claim, layer;
    std::string_view prefix;
  };
  std::vector<Part> parts(std::string_view prefix) const;

 private:
  std::vector<Claim> claims_;  // longest prefix first
};

}  // namespace weft::layered
