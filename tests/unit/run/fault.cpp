#include "run/fault.hpp"

#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

using namespace weft;
using namespace weft::lit;

namespace {

weft_error error_of(uint32_t flags, std::string_view message) {
  weft_error error{};
  error.size = sizeof error;
  error.flags = flags;
  error.msg_len = static_cast<uint32_t>(message.copy(error.msg, sizeof error.msg));
  return error;
}

}  // namespace

TEST_CASE("the code and the class of a fault follow from status and flags", "[run]") {
  struct Case {
    weft_status status;
    uint32_t flags;
    std::string_view code, kind;
  };
  const std::vector<Case> cases{
      {WEFT_FAILED, 0, "tool.failed", "configuration"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE, "tool.failed", "transient"},
      {WEFT_FAILED, WEFT_ERR_BUG, "bug", "bug"},
      {WEFT_FAILED, WEFT_ERR_TIMEOUT, "timeout", "transient"},
      {WEFT_FAILED, WEFT_ERR_DENIED, "permission.denied", "configuration"},
      {WEFT_FAILED, WEFT_ERR_BAD_INPUT, "tool.invalid_argument", "configuration"},
      {WEFT_FAILED, WEFT_ERR_CANCELLED, "cancelled", "configuration"},
      {WEFT_BAD_INPUT, WEFT_ERR_BAD_INPUT, "tool.invalid_argument", "configuration"},
      {WEFT_DENIED, 0, "permission.denied", "configuration"},
      {WEFT_NOT_FOUND, 0, "tool.not_found", "configuration"},
      {WEFT_CONFLICT, 0, "tool.conflict", "configuration"},
      {WEFT_TIMEOUT, 0, "timeout", "transient"},
      {WEFT_LIMIT, 0, "limit.count", "resource"},
      {WEFT_NO_MEMORY, 0, "limit.memory", "resource"},
      {WEFT_UNSUPPORTED, 0, "tool.unsupported", "configuration"},
      {WEFT_CORRUPT, 0, "tool.bad_data", "configuration"},
      {-99, 0, "tool.failed", "configuration"},
  };
  for (const Case& c : cases) {
    INFO("status " << c.status << " flags " << c.flags);
    base::Blocks blocks;
    const weft_error error = error_of(c.flags, "it went wrong");
    const Value fault = run::fault(c.status, &error, {"outer/a", 1}, blocks.arena());
    CHECK(fault["code"_k].as_text() == c.code);
    CHECK(fault["class"_k].as_text() == c.kind);
    CHECK(fault["message"_k].as_text() == "it went wrong");
    CHECK(fault["step"_k].as_text() == "outer/a");
    CHECK_FALSE(fault["attempt"_k].exists());
  }
}

TEST_CASE("what a tool says itself comes before what follows from its status", "[run]") {
  base::Blocks blocks;
  weft_error error = error_of(WEFT_ERR_RETRYABLE, "no answer");
  error.retry_after_ms = 1500;
  error.detail = base::parse_json(R"({"code":"net.gone","class":"resource","hint":"wait",
    "details":{"host":"example"}})",
                                  blocks.arena())
                     ->raw();
  const Value fault = run::fault(WEFT_FAILED, &error, {"a", 3}, blocks.arena());
  CHECK(base::json_text(fault) ==
        R"({"code":"net.gone","class":"resource","message":"no answer","step":"a","attempt":3,)"
        R"("hint":"wait","details":{"host":"example"},"retry_after_ms":1500})");
}

TEST_CASE("a failure without an error, or with a message too long, is still told", "[run]") {
  base::Blocks blocks;
  const Value bare = run::fault(WEFT_FAILED, nullptr, {"a", 1}, blocks.arena());
  CHECK(bare["message"_k].as_text() == "tool.failed");
  weft_error error = error_of(0, std::string(600, 'm'));
  error.msg_len = 60000;
  const Value cut = run::fault(WEFT_FAILED, &error, {"a", 1}, blocks.arena());
  CHECK(cut["message"_k].as_text() == std::string(sizeof error.msg, 'm'));
}
