// Definitions written in C++ are those that somebody would write by hand.
#include "catch.hpp"

#include <memory>
#include <string>

#include <weft/kernel.hpp>
#include <weft/sdk/define.hpp>

using namespace weft;
using namespace weft::lit;
using sdk::Definition;
using sdk::Json;
using sdk::Step;

namespace {

std::unique_ptr<Kernel> kernel() {
  KernelOptions options;
  options.plugin_paths = {WEFT_PLUGINS};
  auto made = Kernel::create(std::move(options));
  REQUIRE(made);
  return std::move(*made);
}

std::string hash_of(Kernel& kernel, const std::string& text) {
  const Loaded loaded = kernel.load(text, "definition.json");
  INFO(text);
  for (const Error& problem : loaded.problems) UNSCOPED_INFO(problem.message);
  REQUIRE(loaded.workflow.size() == 1);
  return loaded.workflow.front().hash();
}

}  // namespace

TEST_CASE("a definition of methods is the one that is written by hand") {
  const auto house = kernel();
  const std::string built =
      Definition("order")
          .version("1.2.0")
          .on_failure("compensate")
          .error_strategy("continue")
          .input_schema(Json::object(
              {{"type", "object"},
               {"properties", Json::object({{"name", Json::object({{"type", "string"}})}})}}))
          .variables({{"note", Json::object({{"type", "string"}, {"default", "a \"b\"\n"}})}})
          .steps({Step("who").tool("echo").with("input", "{{ trim($input.name) }}").retry(2),
                  Step("kept").assign({{"note", "{{ who }}"}}).when("len(who) > 0"),
                  Step("paid").wait(Json::object({{"for", "1ms"}})),
                  Step("inner")
                      .type("sequential")
                      .steps({Step("say").tool("echo").input(
                                  Json::list({1, 2.5, true, nullptr, "{{who}}"})),
                              Step("undo").tool("echo").with("input", "x").compensate("echo")}),
                  Step("last").tool("echo").with("input", "{{ inner }}").on_error("fail")})
          .output("{{ last }}")
          .json();
  const std::string written = R"({"id":"order","version":"1.2.0","on_failure":"compensate",
    "error_strategy":"continue",
    "input_schema":{"type":"object","properties":{"name":{"type":"string"}}},
    "variables":{"note":{"type":"string","default":"a \"b\"\n"}},"steps":[
    {"id":"who","tool":"echo","parameters":{"input":"{{ trim($input.name) }}"},"retry":2},
    {"id":"kept","set":{"note":"{{ who }}"},"if":"len(who) > 0"},
    {"id":"paid","wait":{"for":"1ms"}},
    {"id":"inner","type":"sequential","steps":[
      {"id":"say","tool":"echo","input":[1,2.5,true,null,"{{who}}"]},
      {"id":"undo","tool":"echo","parameters":{"input":"x"},"compensate":"echo"}]},
    {"id":"last","tool":"echo","parameters":{"input":"{{ inner }}"},"on_error":"fail"}],
    "output":"{{ last }}"})";
  CHECK(hash_of(*house, built) == hash_of(*house, written));
  CHECK(
      hash_of(*house, built) !=
      hash_of(*house, Definition("order").steps({Step("a").tool("echo").with("input", 1)}).json()));
}

TEST_CASE("what is wrong with a definition of methods is said when it is loaded") {
  const auto house = kernel();
  const Loaded loaded = house->load(
      Definition("x").steps({Step("a").tool("nothing").set("tiemout", 3)}).json(), "x.json");
  REQUIRE(loaded.problems.size() == 2);
  CHECK(loaded.problems[0].code == "spec.unknown_tool");
  CHECK(loaded.problems[1].hint.find("timeout") != std::string::npos);
}
