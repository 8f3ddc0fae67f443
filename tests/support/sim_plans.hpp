// SimPlans: plans for tests, made with the real patterns and with tools that behave as their
// arguments say.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "plan/build.hpp"
#include "plugin/registry.hpp"

namespace weft::tests {

// A tool of tests/support/sim_tools.hpp, as a manifest would describe it.
struct SimToolKind {
  std::string_view id;
  spec::Effect effect;
  uint32_t flags;
};
inline constexpr SimToolKind sim_tool_kinds[] = {
    {"pure", spec::Effect::pure, 0},
    {"read", spec::Effect::read, 0},
    {"idem", spec::Effect::idempotent, 0},
    {"once", spec::Effect::at_most_once, 0},
    {"slow", spec::Effect::pure, WEFT_BLOCKING},
    {"slow_once", spec::Effect::at_most_once, WEFT_BLOCKING},
    {"undone", spec::Effect::compensable, 0},
};

class SimPlans final {
 public:
  SimPlans();
  SimPlans(const SimPlans&) = delete;
  SimPlans& operator=(const SimPlans&) = delete;

  // Throws with the problems when there are some.
  std::shared_ptr<const plan::Plan> build(std::string_view definition);

 private:
  base::Blocks memory_;
  plugin::Port port_;
  plugin::Registry registry_;
  spec::Catalog patterns_;
  std::deque<spec::Tool> tools_;
};

}  // namespace weft::tests
