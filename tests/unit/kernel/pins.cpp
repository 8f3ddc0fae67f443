// Pinned versions among those that are installed.
#include "pins.hpp"

#include <map>
#include <vector>

#include "catch.hpp"
#include "json.hpp"

using namespace weft;

namespace {

// Tools and forms of one name in several versions, the last being what a bare name means.
struct Installed {
  explicit Installed(const std::vector<std::string>& versions) {
    for (const std::string& version : versions) {
      tools[version].id = "echo";
      tools[version].version = version;
      spec::Form& form = forms[version];
      form.name = "chain";
      form.pattern = "dag";
      form.version = version;
    }
    latest = versions.back();
  }
  spec::Catalog catalog() {
    spec::Catalog made;
    made.self = this;
    made.tool = [](void* self, std::string_view name) -> Result<const spec::Tool*> {
      return pick(static_cast<Installed*>(self)->tools, self, name);
    };
    made.form = [](void* self, std::string_view name) -> Result<const spec::Form*> {
      return pick(static_cast<Installed*>(self)->forms, self, name);
    };
    return made;
  }
  template <class T>
  static Result<const T*> pick(const std::map<std::string, T>& all, void* self,
                               std::string_view name) {
    const size_t at = name.find('@');
    const auto found = all.find(at == std::string_view::npos ? static_cast<Installed*>(self)->latest
                                                             : std::string(name.substr(at + 1)));
    if (found != all.end()) return &found->second;
    return Error{.status = Status::not_found, .code = "plugin.no_version"};
  }

  std::map<std::string, spec::Tool> tools;
  std::map<std::string, spec::Form> forms;
  std::string latest;
};

}  // namespace

TEST_CASE("a pinned version is found beside a newer one", "[kernel]") {
  Installed installed({"1.0.0", "2.0.0"});
  tests::Text json;
  Pins pins(installed.catalog(),
            json.json(R"({"tools":["echo@1.0.0","other@7.0.0"],"patterns":["dag@1.0.0"]})"));
  const spec::Catalog catalog = pins.catalog();
  CHECK((*catalog.tool(catalog.self, "echo"))->version == "1.0.0");
  CHECK((*catalog.form(catalog.self, "chain"))->version == "1.0.0");
  CHECK(pins.unfit().code == "");
}

TEST_CASE("a pinned version that is gone is told, and the newer one is found", "[kernel]") {
  Installed installed({"2.0.0"});
  tests::Text json;
  Pins pins(installed.catalog(), json.json(R"({"tools":["echo@1.0.0"],"patterns":[]})"));
  const spec::Catalog catalog = pins.catalog();
  CHECK((*catalog.tool(catalog.self, "echo"))->version == "2.0.0");
  CHECK(pins.unfit().code == "run.other_version");
  CHECK(pins.unfit().message ==
        "the run began with version 1.0.0 of the tool 'echo', and version 2.0.0 is installed");
}

TEST_CASE("what is not pinned is what is installed", "[kernel]") {
  Installed installed({"1.0.0", "2.0.0"});
  Pins pins(installed.catalog(), Value());
  const spec::Catalog catalog = pins.catalog();
  CHECK((*catalog.tool(catalog.self, "echo"))->version == "2.0.0");
  CHECK((*catalog.form(catalog.self, "chain"))->version == "2.0.0");
  CHECK(pins.unfit().code == "");
}

TEST_CASE("of two pinned versions the one that is asked for stays", "[kernel]") {
  Installed installed({"1.0.0", "2.0.0"});
  tests::Text json;
  Pins pins(installed.catalog(), json.json(R"({"tools":["echo@1.0.0","echo@2.0.0"]})"));
  const spec::Catalog catalog = pins.catalog();
  CHECK((*catalog.tool(catalog.self, "echo@1.0.0"))->version == "1.0.0");
  CHECK((*catalog.tool(catalog.self, "echo@2.0.0"))->version == "2.0.0");
}
