#include "plugin/instance.hpp"

#include <cstddef>
#include <string>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "plugin/failure.hpp"
#include "plugin/tables.hpp"

using namespace weft;
using namespace weft::plugin;

namespace {

struct Life {
  const weft_host* host = nullptr;
};

weft_status create(const weft_host* host, weft_val config, void** self, weft_error* err) noexcept {
  if (Value(config).as_text() == "refuse") {
    fill(err, WEFT_BAD_INPUT, WEFT_ERR_BAD_INPUT, "no");
    return WEFT_BAD_INPUT;
  }
  *self = new Life{host};
  return WEFT_OK;
}

weft_status stop_later(void* self, const weft_call* call, weft_out*) noexcept {
  std::thread([life = static_cast<Life*>(self), op = call->op] {
    life->host->complete(life->host->h, op, WEFT_OK, {nullptr, 0}, nullptr);
  }).detach();
  return WEFT_PENDING;
}

weft_status stop_never(void*, const weft_call*, weft_out*) noexcept { return WEFT_PENDING; }

void destroy(void* self) noexcept { delete static_cast<Life*>(self); }

weft_component component() {
  weft_component c{};
  c.size = sizeof c;
  c.id = to_str("x");
  c.kind = to_str("tool");
  c.create = create;
  c.destroy = destroy;
  return c;
}

struct Logged {
  std::vector<std::string> lines;
  static void log(void* self, weft_str component, uint32_t, weft_str msg, weft_val) noexcept {
    static_cast<Logged*>(self)->lines.push_back(std::string(to_view(component)) + ": " +
                                                std::string(to_view(msg)));
  }
};

}  // namespace

TEST_CASE("every instance has a host of its own that names its component", "[instance]") {
  Logged logged;
  Port port;
  port.self = &logged;
  port.log = Logged::log;
  Instance a(&port, {}, {.component = nullptr, .id = "a", .version = "1.0.0"});
  Instance b(&port, {}, {.component = nullptr, .id = "b", .version = "1.0.0"});
  CHECK(a.host() != b.host());
  CHECK(a.host()->h != b.host()->h);
  a.host()->log(a.host()->h, WEFT_LOG_INFO, to_str("one"), {nullptr, 0});
  b.host()->log(b.host()->h, WEFT_LOG_INFO, to_str("two"), {nullptr, 0});
  CHECK(logged.lines == std::vector<std::string>{"a: one", "b: two"});
  a.set_log_mask(6);
  CHECK(*a.host()->log_mask == 6);
  CHECK(*b.host()->log_mask == 0);
}

TEST_CASE("no function of the host is null, and what the kernel lacks is UNSUPPORTED",
          "[instance]") {
  Port port;
  Instance a(&port, {}, {.component = nullptr, .id = "a", .version = "1.0.0"});
  const weft_host& host = *a.host();
  CHECK(host.size == sizeof host);
  CHECK(host.complete(host.h, 1, WEFT_OK, {nullptr, 0}, nullptr) == WEFT_UNSUPPORTED);
  CHECK(host.emit(host.h, 1, {nullptr, 0}) == WEFT_UNSUPPORTED);
  CHECK(host.post(host.h, [](void*) {}, nullptr, 0) == WEFT_UNSUPPORTED);
  CHECK(host.post(host.h, nullptr, nullptr, 0) == WEFT_BAD_INPUT);
  CHECK(host.complete_doc(host.h, 1, nullptr) == WEFT_BAD_INPUT);
  CHECK(host.service(host.h, to_str("weft.svc.none/1")) == nullptr);
  CHECK(host.arena_grow(host.h, nullptr, 8) == nullptr);
  host.log(host.h, 0, to_str("nobody listens"), {nullptr, 0});
  CHECK(a.misbehaviour().bad_arguments == 3);
}

TEST_CASE("a service is asked for once and by instance", "[instance]") {
  struct Asked {
    int times = 0;
    static const void* find(void* self, Instance& instance, std::string_view id) {
      ++static_cast<Asked*>(self)->times;
      return id == "weft.svc.x/1" ? instance.id().data() : nullptr;
    }
  } asked;
  Port port;
  Instance a(&port, {&asked, Asked::find}, {.component = nullptr, .id = "a", .version = "1.0.0"});
  const weft_host& host = *a.host();
  CHECK(host.service(host.h, to_str("weft.svc.x/1")) == a.id().data());
  CHECK(host.service(host.h, to_str("weft.svc.x/1")) == a.id().data());
  CHECK(asked.times == 1);
}

TEST_CASE("an arena of a call grows to its budget and is used again", "[instance]") {
  Port port;
  Instance a(&port, {}, {.component = nullptr, .id = "a", .version = "1.0.0"});
  const weft_host& host = *a.host();
  CallArena arena(1 << 20);
  Arena lent(arena.raw(), host.arena_grow, host.h);  // as a plugin sees it
  REQUIRE(lent.allocate(100) != nullptr);
  CHECK(host.arena_grow(host.h, arena.raw(), 2 << 20) == nullptr);
  CHECK(a.misbehaviour().over_budget == 1);
  const uint64_t held = arena.blocks().held_bytes();
  arena.reset();
  CHECK(lent.allocate(100) != nullptr);
  CHECK(arena.blocks().held_bytes() == held);
  weft_arena foreign = *arena.raw();
  CHECK(host.arena_grow(host.h, &foreign, 8) == nullptr);
}

TEST_CASE("an instance lives from create to destroy, stopping in its own time", "[instance]") {
  Port port;
  weft_component c = component();
  c.stop = stop_later;
  Instance a(&port, {}, {.component = &c, .id = "x", .version = "1.0.0"});
  REQUIRE(a.create(null_value()));
  CHECK(a.table("weft.tool/1").error().code == "plugin.no_table");
  const weft_host* host = a.host();
  REQUIRE(a.stop(5'000));
  REQUIRE(a.destroy());
  a.retire();
  CHECK(host->emit(host->h, 1, {nullptr, 0}) == WEFT_NOT_FOUND);
  CHECK(host->complete(host->h, own_op, WEFT_OK, {nullptr, 0}, nullptr) == WEFT_NOT_FOUND);
  CHECK(a.misbehaviour().late_calls == 1);
}

TEST_CASE("what does not stop is not destroyed", "[instance]") {
  Port port;
  weft_component c = component();
  c.stop = stop_never;
  Instance a(&port, {}, {.component = &c, .id = "x", .version = "1.0.0"});
  REQUIRE(a.create(null_value()));
  auto done = a.stop(1);
  REQUIRE_FALSE(done);
  CHECK(done.error().code == "plugin.not_drained");
  delete static_cast<Life*>(a.self());
}

TEST_CASE("a refusal of create keeps the words of the plugin", "[instance]") {
  Port port;
  const weft_component c = component();
  Instance a(&port, {}, {.component = &c, .id = "x", .version = "1.0.0"});
  weft_slot text{WEFT_STR, WEFT_INLINE, 0, 6, {0}};
  std::memcpy(text.v.text, "refuse", 6);
  auto done = a.create(Value(&text));
  REQUIRE_FALSE(done);
  CHECK(done.error().status == Status::bad_input);
  CHECK(done.error().message == "no");
}

TEST_CASE("a tool table of every size is made whole", "[tables]") {
  weft_tool full{};
  full.flags = WEFT_SERIAL;
  full.start = [](void*, const weft_call*, weft_out*) noexcept -> weft_status { return 77; };
  full.cancel = [](void*, weft_op) noexcept {};
  for (uint32_t size = 0; size <= sizeof full + 64; ++size) {
    std::vector<uint64_t> bytes((sizeof full + 64) / 8 + 1, ~uint64_t{0});
    full.size = size;
    std::memcpy(bytes.data(), &full, sizeof full);
    INFO(size);
    auto table = normalise<weft_tool>(bytes.data());
    CHECK(static_cast<bool>(table) == (size >= 8));
    if (!table) continue;
    CHECK(table->size == sizeof full);
    CHECK(table->flags == WEFT_SERIAL);
    weft_error error;
    prepare(error);
    weft_out out{sizeof out, 0, {nullptr, 0}, &error};
    const bool has_start = size >= offsetof(weft_tool, start) + sizeof full.start;
    CHECK(table->start(nullptr, nullptr, &out) == (has_start ? 77 : WEFT_UNSUPPORTED));
    CHECK((error.msg_len == 0) == has_start);
    table->cancel(nullptr, 1);
  }
}

TEST_CASE("a store without functions answers each of them", "[tables]") {
  weft_store empty{};
  empty.size = 8;
  auto store = normalise<weft_store>(&empty);
  REQUIRE(store);
  weft_error error;
  prepare(error);
  weft_out out{sizeof out, 0, {nullptr, 0}, &error};
  CHECK(store->commit(nullptr, nullptr, nullptr, nullptr, 0, &out) == WEFT_UNSUPPORTED);
  CHECK(store->load(nullptr, nullptr, {}, 0, &out) == WEFT_UNSUPPORTED);
  CHECK(store->own(nullptr, nullptr, 0, nullptr) == WEFT_UNSUPPORTED);
  CHECK(store->claim(nullptr, nullptr, nullptr, {}, 0, 0, &out) == WEFT_UNSUPPORTED);
  CHECK(store->get(nullptr, nullptr, {}, nullptr) == WEFT_UNSUPPORTED);
  CHECK(store->scan(nullptr, nullptr, {}, {}, 0, &out) == WEFT_UNSUPPORTED);
  CHECK(store->tend(nullptr, nullptr, &out) == WEFT_UNSUPPORTED);
  CHECK_THAT(to_error(WEFT_UNSUPPORTED, error).message, ContainsSubstring("weft_store.tend"));
}
