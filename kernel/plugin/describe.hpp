// describe: tools and forms as spec and plan want them, read from the manifest of a component.
#pragma once

#include <vector>

#include <weft/result.hpp>

#include "plugin/registry.hpp"
#include "spec/catalog.hpp"

namespace weft::plugin {

// Requires: component is a tool. Refused when an effect is not one of the five.
Result<spec::Tool> describe_tool(const Component& component);

// Requires: component is a pattern. Refused when a form has no name.
Result<std::vector<spec::Form>> describe_forms(const Component& component);

// Entries of a list of texts; what is no text is left out.
std::vector<std::string> texts_of(Value list);

}  // namespace weft::plugin
