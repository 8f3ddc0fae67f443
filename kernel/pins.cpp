#include "pins.hpp"

#include "base/text.hpp"

namespace weft {

using namespace weft::lit;

spec::Catalog Pins::catalog() {
  spec::Catalog catalog;
  catalog.self = this;
  catalog.tool = [](void* self, std::string_view name) {
    return static_cast<Pins*>(self)->tool(name);
  };
  catalog.form = [](void* self, std::string_view name) {
    return static_cast<Pins*>(self)->form(name);
  };
  catalog.pattern = [](void* self, uint32_t component) {
    const spec::Catalog& behind = static_cast<Pins*>(self)->behind_;
    return behind.pattern(behind.self, component);
  };
  return catalog;
}

// The version that is pinned in place of this one; empty when this one will do. Of an id of which
// several versions are pinned, the one that is found is among them or the first is meant.
std::string Pins::other_version(Value pins, std::string_view id, std::string_view version) const {
  std::string other;
  for (const Value pin : pins) {
    const std::string_view text = pin.as_text();
    const size_t at = text.rfind('@');
    if (text.substr(0, at) != id) continue;
    if (text.substr(at + 1) == version) return {};
    if (other.empty()) other = text.substr(at + 1);
  }
  return other;
}

void Pins::miss(std::string_view what, std::string_view pinned, std::string_view installed) {
  if (!unfit_.code.empty()) return;
  unfit_ = {Status::unsupported,
            "run.other_version",
            "the run began with version " + std::string(pinned) + " of the " + std::string(what) +
                ", and version " + std::string(installed) + " is installed",
            "install that version beside it, or move the run to what is installed: "
            "weft migrate-run",
            {},
            0};
}

Result<const spec::Tool*> Pins::tool(std::string_view name) {
  auto found = behind_.tool(behind_.self, name);
  if (!found) return found;
  const spec::Tool& tool = **found;
  const std::string pinned = other_version(pins_["tools"_k], tool.id, tool.version);
  if (pinned.empty()) return found;
  auto exact = behind_.tool(behind_.self, tool.id + '@' + pinned);
  if (exact) return exact;
  miss("tool " + base::quoted(tool.id), pinned, tool.version);
  return found;
}

Result<const spec::Form*> Pins::form(std::string_view name) {
  auto found = behind_.form(behind_.self, name);
  if (!found) return found;
  const spec::Form& form = **found;
  const std::string pinned = other_version(pins_["patterns"_k], form.pattern, form.version);
  if (pinned.empty()) return found;
  auto exact = behind_.form(behind_.self, form.name + '@' + pinned);
  if (exact) return exact;
  miss("pattern " + base::quoted(form.pattern), pinned, form.version);
  return found;
}

}  // namespace weft
