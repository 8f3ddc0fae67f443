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
  Source(Value value, std::shared_ptr<const void> where)
      : definition(value), memory(std::move(where)) {}
  explicit Source(base::Doc doc, std::string name = {})
      : Source({}, std::make_shared<const base::Doc>(std::move(doc))) {
    file = std::move(name);
    definition = static_cast<const base::Doc*>(memory.get())->view();
  }

  Value definition;
  std::shared_ptr<const void> memory;  // of the definition, which the plan goes on to hold
  std::string file;                    // for messages
  spec::Locator locator;               // of the text it was read from
};

// plan is null exactly when there are problems. Both lists are sorted by place.
struct Built {
  std::shared_ptr<const Plan> plan;  // held by the registry of definitions and by its runs
  std::vector<Error> problems;
  std::vector<Error> warnings;
};

Built build(Source source, const spec::Catalog& catalog);

}  // namespace weft::plan
