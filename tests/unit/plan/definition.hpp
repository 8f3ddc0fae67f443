// Definition: a definition in JSON, built against a fake catalog.
#pragma once

#include <string>
#include <string_view>

#include "base/json.hpp"
#include "catalog.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "plan/build.hpp"

namespace weft::tests {

struct Definition {
  explicit Definition(std::string_view text) : json(text) {
    Text value;
    plan::Source source(base::pack(value.json(text)), "flow.json");
    source.locator = {this, [](const void* self, std::string_view pointer) -> spec::Place {
                        const auto place =
                            base::locate_json(static_cast<const Definition*>(self)->json, pointer);
                        return {place.line, place.column};
                      }};
    built = plan::build(std::move(source), catalog.get());
  }
  // "line:column pointer code: message (hint)" of each.
  static std::string lines(const std::vector<Error>& errors) {
    std::string out;
    for (const Error& one : errors) {
      out += std::to_string(one.where.line) + ":" + std::to_string(one.where.column) + " " +
             one.where.pointer + " " + one.code + ": " + one.message;
      if (!one.hint.empty()) out += " (" + one.hint + ")";
      out += "\n";
    }
    return out;
  }
  std::string problems() const { return lines(built.problems); }
  const plan::Plan& plan() const {
    INFO(problems());
    REQUIRE(built.plan != nullptr);
    return *built.plan;
  }

  std::string json;
  FakeCatalog catalog;
  plan::Built built;
};

}  // namespace weft::tests
