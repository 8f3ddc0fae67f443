#include "authority.hpp"

#include <algorithm>

namespace weft::layered {

Authority::Authority(std::vector<Claim> claims) : claims_(std::move(claims)) {
  std::stable_sort(claims_.begin(), claims_.end(), [](const Claim& a, const Claim& b) {
    return a.prefix.size() > b.prefix.size();
  });
}

size_t Authority::claim_of(std::string_view key) const {
  const auto found = std::find_if(claims_.begin(), claims_.end(),
                                  [&](const Claim& c) { return key.starts_with(c.prefix); });
  return found != claims_.end() ? static_cast<size_t>(found - claims_.begin()) : nobody;
}

size_t Authority::layer_of(std::string_view key) const {
  const size_t claim = claim_of(key);
  return claim != nobody ? claims_[claim].layer : 0;
}

// The one that decides over the prefix itself, and those that take something out of it.
std::vector<Authority::Part> Authority::parts(std::string_view prefix) const {
  const size_t claim = claim_of(prefix);
  std::vector<Part> all{{claim, layer_of(prefix), prefix}};
  for (size_t i = 0; i < claims_.size(); ++i) {
    const Claim& c = claims_[i];
    if (i != claim && c.prefix.starts_with(prefix)) all.push_back({i, c.layer, c.prefix});
  }
  return all;
}

}  // namespace weft::layered
