// Pins: the versions of tools and patterns that a run began with, found again among those
// installed.
#pragma once

#include <string>

#include "spec/catalog.hpp"

namespace weft {

// A catalog that prefers pinned versions, {tools: ["echo@1.0.0"], patterns: [...]}; what is not
// pinned, or not installed in that version, is what the catalog behind it finds.
class Pins final {
 public:
  // The pins outlive this, as the catalog behind it does.
  Pins(spec::Catalog behind, Value pins) : behind_(behind), pins_(pins) {}
  Pins(const Pins&) = delete;
  Pins& operator=(const Pins&) = delete;

  spec::Catalog catalog();
  // A pinned version that is not installed; the code is empty when there is none.
  const Error& unfit() const { return unfit_; }

 private:
  Result<const spec::Tool*> tool(std::string_view name);
  Result<const spec::Form*> form(std::string_view name);
  std::string other_version(Value pins, std::string_view id, std::string_view version) const;
  void miss(std::string_view what, std::string_view pinned, std::string_view installed);

  spec::Catalog behind_;
  Value pins_;
  Error unfit_;
};

}  // namespace weft
