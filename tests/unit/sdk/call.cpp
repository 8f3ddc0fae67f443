#include <weft/sdk.hpp>

#include "catch.hpp"
#include "lent_host.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Result;
using weft::Value;
namespace sdk = weft::sdk;

namespace {

struct Ask {
  std::string_view how;
  int64_t n = 2;
  WEFT_FIELDS(Ask, how, n);
};

struct Many {
  static constexpr std::string_view id = "many";
  static constexpr uint32_t flags = WEFT_SERIAL;
  explicit Many(sdk::Host, Value config) {
    if (config["refuse"_k].as_bool()) throw sdk::failure("tool.not_configured", "no key is set");
  }
  Result<Value> operator()(const Ask& in, sdk::Call& call) {
    if (in.how == "throw") throw std::runtime_error("thrown");
    if (in.how == "fail") return sdk::failure("tool.bad_data", "broken", {{"line", in.n}});
    if (in.how == "meta") return call.meta(call.args()["n"_k], "counted");
    if (in.how == "pending") return sdk::pending;
    if (in.how == "drop") {
      const sdk::Async dropped = call.async();
      return sdk::pending;
    }
    if (in.how == "both") {
      call.async().ok(in.n);
      return weft::null_value();
    }
    if (in.how == "later") {
      call.host().post([later = call.async(), n = in.n]() mutable { later.ok(n); });
      return sdk::pending;
    }
    if (in.how == "cancel") return sdk::failure(call.cancelled() ? "cancelled" : "bug", "asked");
    return call.args()["n"_k];
  }
};

struct Text {
  static constexpr std::string_view id = "text";
  const char* operator()(Value) const { return "a plain text"; }
};
struct Nothing {
  static constexpr std::string_view id = "nothing";
  void operator()(Value in, sdk::Call&) { seen = in.size(); }
  uint32_t seen = 0;
};
struct Sum {
  static constexpr std::string_view id = "sum";
  double operator()(const Ask& in) const noexcept { return 0.5 * static_cast<double>(in.n); }
};

Value ask(LentHost& lent, std::string_view how) {
  Builder b(lent.memory());
  sdk::put(b, Ask{how, 4});
  return b.take_value();
}

}  // namespace

TEST_CASE("a tool answers with whatever its function returns", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.table->flags == WEFT_SERIAL);
  CHECK(many.start(ask(lent, "")) == WEFT_OK);
  CHECK(many.result().as_i64() == 4);
  CHECK(many.out.flags == 0);
  Driven<Text> text(lent);
  CHECK(text.table->flags == WEFT_BLOCKING);
  CHECK(text.start(Value()) == WEFT_OK);
  CHECK(text.result().as_text() == "a plain text");
  Driven<Nothing> nothing(lent);
  CHECK(nothing.start(ask(lent, "")) == WEFT_OK);
  CHECK(nothing.result().is_null());
  Driven<Sum> sum(lent);
  CHECK(sum.start(ask(lent, "")) == WEFT_OK);
  CHECK(sum.result().as_f64() == 2.0);
}

TEST_CASE("failures and exceptions of a tool end at its boundary", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "throw")) == WEFT_FAILED);
  CHECK(many.message() == "thrown");
  CHECK(many.start(ask(lent, "fail")) == WEFT_BAD_INPUT);
  CHECK(many.code() == "tool.bad_data");
  CHECK(Value(many.error.detail)["details"_k]["line"_k].as_i64() == 4);
  Builder b(lent.memory());
  b.begin_object();
  b.set("how"_k, 1);
  b.end_object();
  CHECK(many.start(b.take_value()) == WEFT_BAD_INPUT);
  CHECK(many.message() == "'/how' must be of type string");
}

TEST_CASE("meta adds a sentence and says so in the flags", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "meta")) == WEFT_OK);
  CHECK(many.out.flags == WEFT_OUT_META);
  CHECK(many.result()["result"_k].as_i64() == 4);
  CHECK(many.result()["message"_k].as_text() == "counted");
  CHECK(many.start(ask(lent, "")) == WEFT_OK);
  CHECK(many.out.flags == 0);
}

TEST_CASE("a pending call is completed once, by its async", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "later")) == WEFT_PENDING);
  CHECK(lent.completed.empty());
  lent.run_posted();
  REQUIRE(lent.completed.size() == 1);
  CHECK(lent.completed[0].op == 7);
  CHECK(lent.completed[0].status == WEFT_OK);
  CHECK(lent.completed[0].result.as_i64() == 4);
}

TEST_CASE("an async that is dropped completes as a bug", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "drop")) == WEFT_PENDING);
  REQUIRE(lent.completed.size() == 1);
  CHECK(lent.completed[0].status == WEFT_FAILED);
  CHECK(lent.completed[0].message == "the plugin dropped a pending call unanswered");
}

TEST_CASE("an answer beside a taken async is ignored and logged", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "both")) == WEFT_PENDING);
  CHECK(lent.completed.size() == 1);
  CHECK(lent.lines.size() == 1);
}

TEST_CASE("pending without an async is a bug, not a call that hangs", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "pending")) == WEFT_FAILED);
  CHECK(many.error.flags == WEFT_ERR_BUG);
}

TEST_CASE("a raised cancel flag is seen inline", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  CHECK(many.start(ask(lent, "cancel")) == WEFT_FAILED);
  many.cancel = 1;
  CHECK(many.start(ask(lent, "cancel")) == WEFT_CANCELLED);
}

TEST_CASE("a constructor that fails refuses the instance with its message", "[call]") {
  LentHost lent;
  Builder b(lent.memory());
  b.begin_object();
  b.set("refuse"_k, true);
  b.end_object();
  Driven<Many> many(lent, b.take());
  CHECK(many.created == WEFT_FAILED);
  CHECK(many.self == nullptr);
  CHECK(many.message() == "no key is set");
}

TEST_CASE("a component answers its own interface and no other", "[call]") {
  LentHost lent;
  Driven<Many> many(lent);
  for (const std::string_view id :
       {"weft.tool/2", "weft.tool/1x", "weft.tool", "weft.model/1", ""}) {
    CHECK(many.component.iface(many.self, weft::to_str(id)) == nullptr);
  }
  CHECK(weft::to_view(many.component.kind) == "tool");
  CHECK(many.component.stop == nullptr);
}

TEST_CASE("a host that is older than the headers lacks functions and crashes nothing", "[call]") {
  LentHost lent(0);
  lent.raw.size = offsetof(weft_host, complete);
  const sdk::Host host = lent.host();
  CHECK(host.has(&weft_host::log));
  CHECK_FALSE(host.has(&weft_host::complete));
  CHECK(host.complete(1, WEFT_OK, Value(), nullptr) == weft::Status::unsupported);
  CHECK(host.emit(1, Value()) == weft::Status::unsupported);
  CHECK(host.post([] {}) == weft::Status::unsupported);
  CHECK(host.service<weft_files>(WEFT_SVC_FILES_ID) == nullptr);
  Driven<Text> text(lent);
  CHECK(text.start(Value()) == WEFT_NO_MEMORY);
  lent.raw.size = offsetof(weft_host, log);
  CHECK_FALSE(lent.host().has(&weft_host::log));
  lent.host().log(WEFT_LOG_ERROR, "nobody hears this");
  CHECK(lent.lines.empty());
}
