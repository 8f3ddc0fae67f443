// Detect: what kind of definition this is and how involved, by nothing but its words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/value.hpp>

namespace weft::spec {

// What stands in a definition, at any depth.
struct Measures {
  uint32_t steps = 0, conditions = 0, loops = 0, agents = 0, streams = 0;
  uint32_t depth = 1;  // 1: no block stands in another one

  // From 0 to 10.
  double complexity() const;
  // What it is the sum of, '0.3 x 4 steps + 1 condition'.
  std::string terms() const;
};
Measures measure(Value definition);

// The share of the outermost steps that need not lie on the longest way, as 'depends_on' and
// references say it; all steps count alike.
double opportunity(Value definition);

enum class DetectBy : uint8_t { rules, score };
DetectBy detect_by(Value definition);  // its field 'detect'
// Of a definition that leaves its form to the kernel, what has the fields of the form; else
// missing.
Value block_of_auto(Value definition);

struct Detected {
  std::string_view mode;  // chain, flow, hybrid, pipeline or swarm
  std::string_view form;  // that carries it, by the fields that are there
  std::string why;        // the rule that fired
};

// The first rule that fits. Pure; block is what has the fields of the form.
Detected detect(Value block, DetectBy by);

}  // namespace weft::spec
