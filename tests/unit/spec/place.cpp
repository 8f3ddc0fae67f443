// Where values lie that outlive runs, as it is written and as stores have it.
#include "catch.hpp"

#include "spec/place.hpp"

namespace weft::tests {
namespace {

using spec::StateScope;

TEST_CASE("a place says its scope, whose it is and the way to a value", "[spec]") {
  const auto [written, scope, owner, path] =
      GENERATE(table<const char*, StateScope, const char*, std::vector<std::string>>({
          {"$global", StateScope::global, "", {}},
          {"$global.count", StateScope::global, "", {"count"}},
          {"$user.seen.last", StateScope::user, "", {"seen", "last"}},
          {"$session[\"odd key\"][0]", StateScope::session, "", {"odd key", "0"}},
          {"$custom.locks.door", StateScope::custom, "locks", {"door"}},
          {"$tool[\"a.b\"]", StateScope::tool, "a.b", {}},
          {"$step.tries", StateScope::step, "", {"tries"}},
      }));
  INFO(written);
  const auto place = spec::place_of(written);
  REQUIRE(place);
  CHECK(place->scope == scope);
  CHECK(place->owner == owner);
  CHECK(place->path == path);
}

TEST_CASE("what is no place of state is refused", "[spec]") {
  for (const char* written : {"", "$", "global.x", "$globl.x", "$custom", "$global..x",
                              "$global[*]", "$global.x[0:1]", "$$global.x"}) {
    INFO(written);
    const auto place = spec::place_of(written);
    REQUIRE_FALSE(place);
    CHECK(place.error().code == "state.place");
  }
  CHECK_FALSE(spec::place_of("$global", spec::Extent::key));
  CHECK_FALSE(spec::place_of("$custom.a", spec::Extent::key));
  CHECK_FALSE(spec::place_of("$global.x", spec::Extent::all));
  CHECK(spec::place_of("$custom.a", spec::Extent::all));
}

TEST_CASE("no two places have one key in a store", "[spec]") {
  const auto key = [](std::string_view owner, std::string_view name) {
    return spec::store_key(StateScope::custom, owner, name);
  };
  CHECK(key("a", "b") == "state/custom/a/b");
  CHECK(key("a/b", "c") != key("a", "b/c"));
  CHECK(key("a%2Fb", "c") != key("a/b", "c"));
  CHECK(key("", "a/b") == "state/custom//a%2Fb");
  for (const char* name : {"plain", "a/b", "%", "100%/2", "%2F"}) {
    CHECK(spec::key_in(key("who", name)) == name);
  }
}

TEST_CASE("an owner is a scope and a name, but for what is global", "[spec]") {
  CHECK(spec::owner_of("global").value() == spec::Owner{StateScope::global, ""});
  CHECK(spec::owner_of("user:ann").value() == spec::Owner{StateScope::user, "ann"});
  CHECK(spec::owner_of("step:a/b:c").value() == spec::Owner{StateScope::step, "a/b:c"});
  for (const char* written : {"", "user", "user:", "global:x", "users:ann"}) {
    INFO(written);
    CHECK_FALSE(spec::owner_of(written));
  }
}

}  // namespace
}  // namespace weft::tests
