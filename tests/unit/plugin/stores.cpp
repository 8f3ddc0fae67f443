#include "plugin/stores.hpp"

#include <weft/draft/service.h>

#include <optional>
#include <string>

#include "base/blocks.hpp"
#include "catch.hpp"
#include "made.hpp"
#include "plugin/failure.hpp"
#include "plugin/registry.hpp"

using namespace weft;
using namespace weft::lit;
using namespace weft::plugin;

namespace {

constexpr int others = 0;

// A registry without plugins, and what it lends to the component of a manifest.
struct Fixture {
  made::Folder folder;
  Registry registry{{.paths = {folder.path()}}};
  std::optional<Stores> stores{std::in_place, registry, Services{nullptr, rest}};
  base::Blocks blocks;
  Port port;

  static const void* rest(void*, Instance&, std::string_view id) {
    return id == "weft.svc.x/1" ? &others : nullptr;
  }
  const void* lent(Value manifest, std::string_view id) {
    Instance instance(&port, {}, {nullptr, "a", "1.0.0", manifest});
    const Services services = stores->services();
    return services.find(services.self, instance, id);
  }
  Value store_manifest() {
    Builder b(blocks.arena());
    b.begin_object();
    b.key("schemes"_k);
    b.begin_array();
    b.text("made");
    b.end_array();
    b.end_object();
    return b.take_value();
  }
};

struct Answer {
  weft_status status;
  std::string message;
};

Answer open(const weft_stores& stores, std::string_view url, bool with_place = true) {
  weft_error error;
  prepare(error);
  const weft_store* table = nullptr;
  void* self = nullptr;
  const weft_status status =
      stores.open(stores.h, to_str(url), with_place ? &table : nullptr, &self, &error);
  return {status, std::string(error.msg, error.msg_len)};
}

}  // namespace

TEST_CASE_METHOD(Fixture, "stores are lent to stores alone, and other services as before",
                 "[stores]") {
  const Value store = store_manifest();
  CHECK(lent(store, WEFT_SVC_STORES_ID) != nullptr);
  CHECK(lent(null_value(), WEFT_SVC_STORES_ID) == nullptr);
  CHECK(lent(null_value(), "weft.svc.x/1") == &others);
  CHECK(lent(store, "weft.svc.x/1") == &others);
  CHECK(lent(store, "weft.svc.stores/2") == nullptr);
}

TEST_CASE_METHOD(Fixture, "a store that cannot be opened for another says why and what to do",
                 "[stores]") {
  const auto* table = static_cast<const weft_stores*>(lent(store_manifest(), WEFT_SVC_STORES_ID));
  REQUIRE(table != nullptr);
  const Answer unknown = open(*table, "none:x");
  CHECK(unknown.status == WEFT_NOT_FOUND);
  CHECK(unknown.message ==
        "there is no scheme 'none' ('weft plugin list' shows what is installed)");
  const Answer bare = open(*table, "x.db");
  CHECK(bare.status == WEFT_BAD_INPUT);
  CHECK_THAT(bare.message, ContainsSubstring("write 'memory:' or 'sqlite:PATH'"));
  CHECK(open(*table, "none:x", false).status == WEFT_BAD_INPUT);
  stores.reset();
  const Answer late = open(*table, "none:x");
  CHECK(late.status == WEFT_UNSUPPORTED);
  CHECK_THAT(late.message, ContainsSubstring("has ended"));
}
