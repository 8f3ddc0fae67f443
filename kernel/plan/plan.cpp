#include "plan/plan.hpp"

namespace weft::plan {

using namespace weft::lit;

Result<std::shared_ptr<const Plan>> find(const PlanOf& plan_of, Value named) {
  if (plan_of) return plan_of(named);
  const std::string_view hash = named["definition"_k].as_text();
  return Error{Status::unsupported,
               "run.moved",
               "the run was moved to definition " + std::string(hash.substr(0, 12)) +
                   ", which cannot be had here",
               "read it through a kernel that has its store",
               {},
               0};
}

}  // namespace weft::plan
