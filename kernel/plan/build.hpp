// From a definition to a plan, or to everything that is wrong with it.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "plan/plan.hpp"
#include "spec/catalog.hpp"
#include "spec/problem.hpp"

namespace weft::plan {

// A definition on its way to a plan.
struct Source {
  base::Doc definition;
  std::string file;       // for messages
  spec::Locator locator;  // of the text it was read from
};

// plan is null exactly when there are problems. Both lists are sorted by place.
struct Built {
  std::shared_ptr<const Plan> plan;  // held by the registry of definitions and by its runs
  std::vector<Error> problems;
  std::vector<Error> warnings;
};

Built build(Source source, const spec::Catalog& catalog);

}  // namespace weft::plan
