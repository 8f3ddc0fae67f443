// Canon: a definition in its canonical spelling, so that places in it mean the same in every file.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <weft/result.hpp>

#include "base/sha256.hpp"
#include "plan/plan.hpp"
#include "spec/catalog.hpp"

namespace weft::travel {

// Whether a flow of it says so.
bool learns(const plan::Plan& plan);
bool adapts(const plan::Plan& plan);
// Whether this block does.
bool says(const plan::Block& block, Key word);

struct Canon {
  std::shared_ptr<const plan::Plan> plan;  // of the canonical definition; nodes as in the original
  std::string basis;  // digest of the definition without the words 'learning' and 'adaptive'
  std::map<uint32_t, std::string> pointers;  // of nodes that were asked for
};

// Plans of definitions by their digests, each made once.
class Canons final {
 public:
  // Outlives it.
  explicit Canons(const spec::Catalog& catalog) : catalog_(&catalog) {}

  // Null when tools or patterns of it are not here any more.
  const Canon* of(const plan::Plan& plan);
  // Where a node of the plan stands in the canonical definition; empty when that is not known.
  std::string pointer(const plan::Plan& plan, uint32_t node);

 private:
  const spec::Catalog* catalog_;
  std::map<base::Digest, Canon> known_;
};

std::string basis_of(Value definition);

}  // namespace weft::travel
