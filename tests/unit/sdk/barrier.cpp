#include <stdexcept>

#include <weft/sdk.hpp>

#include "catch.hpp"
#include "lent_host.hpp"

using namespace weft::lit;
using weft::Error;
using weft::Status;
using weft::Value;
namespace sdk = weft::sdk;

namespace {

weft_error fresh() {
  weft_error e{};
  e.size = sizeof e;
  return e;
}

}  // namespace

TEST_CASE("every exception becomes a status and a message", "[barrier]") {
  LentHost lent;
  const weft::Arena arena = lent.memory();
  weft_error e = fresh();
  CHECK(sdk::barrier(&e, &arena, []() -> weft_status { throw std::runtime_error("it broke"); }) ==
        WEFT_FAILED);
  CHECK(LentHost::text_of(&e) == "it broke");
  CHECK(e.flags == WEFT_ERR_BUG);
  CHECK(sdk::barrier(&e, &arena, []() -> weft_status { throw std::bad_alloc(); }) ==
        WEFT_NO_MEMORY);
  CHECK(e.flags == WEFT_ERR_RETRYABLE);
  CHECK(sdk::barrier(&e, &arena, []() -> weft_status { throw 3; }) == WEFT_FAILED);
  CHECK(LentHost::text_of(&e) == "an exception of an unknown type");
  CHECK(sdk::barrier(&e, &arena, []() -> weft_status {
          throw sdk::failure("tool.not_found", "no such row");
        }) == WEFT_NOT_FOUND);
  CHECK(LentHost::code_of(&e) == "tool.not_found");
  CHECK(sdk::barrier(nullptr, nullptr, []() -> weft_status { throw 3; }) == WEFT_FAILED);
  CHECK(sdk::barrier(&e, &arena, [] { return WEFT_OK; }) == WEFT_OK);
}

TEST_CASE("a code sets status and flags together", "[barrier]") {
  struct Row {
    std::string_view code;
    Status status;
    uint32_t flags;
  };
  const auto row = GENERATE(Row{"tool.invalid_argument", Status::bad_input, WEFT_ERR_BAD_INPUT},
                            Row{"tool.io", Status::failed, WEFT_ERR_RETRYABLE},
                            Row{"net.dns", Status::failed, WEFT_ERR_RETRYABLE},
                            Row{"net.blocked", Status::denied, WEFT_ERR_DENIED},
                            Row{"limit.size", Status::limit, 0},
                            Row{"resource.disk", Status::failed, WEFT_ERR_RETRYABLE},
                            Row{"permission.denied", Status::denied, WEFT_ERR_DENIED},
                            Row{"timeout", Status::timeout, WEFT_ERR_TIMEOUT},
                            Row{"cancelled", Status::cancelled, WEFT_ERR_CANCELLED},
                            Row{"bug", Status::failed, WEFT_ERR_BUG},
                            Row{"acme.odd", Status::failed, 0}, Row{"timeouts", Status::failed, 0});
  const Error e = sdk::failure(row.code, "it went wrong");
  CHECK(e.status == row.status);
  CHECK(e.flags == row.flags);
}

TEST_CASE("http.status is retryable where its number says so", "[barrier]") {
  const auto flags = [](int status) {
    return sdk::failure("http.status", "answered", {{"status", status}}).flags;
  };
  for (const int status : {408, 425, 429, 500, 502, 503, 504}) {
    CHECK(flags(status) == WEFT_ERR_RETRYABLE);
  }
  for (const int status : {400, 401, 404, 501, 505}) CHECK(flags(status) == 0);
}

TEST_CASE("the detail carries code, class, details, place and hint", "[barrier]") {
  LentHost lent;
  const weft::Arena arena = lent.memory();
  Error e =
      sdk::failure("limit.size", "too large", {{"asked", 7}, {"unit", "rows"}, {"hard", true}});
  e.hint = "ask for less";
  e.where.line = 3;
  e.where.pointer = "/rows";
  e.retry_after_ms = 20;
  weft_error to = fresh();
  CHECK(sdk::write_error(&to, e, &arena) == WEFT_LIMIT);
  const Value detail(to.detail);
  CHECK(detail["code"_k].as_text() == "limit.size");
  CHECK(detail["class"_k].as_text() == "resource");
  CHECK(detail["hint"_k].as_text() == "ask for less");
  CHECK(detail["details"_k]["asked"_k].as_i64() == 7);
  CHECK(detail["details"_k]["unit"_k].as_text() == "rows");
  CHECK(detail["details"_k]["hard"_k].as_bool());
  CHECK(detail["details"_k]["line"_k].as_i64() == 3);
  CHECK(detail["details"_k]["pointer"_k].as_text() == "/rows");
  CHECK(to.retry_after_ms == 20);
}

TEST_CASE("without memory for the detail the message still travels", "[barrier]") {
  LentHost lent(0);
  lent.is_full = true;
  const weft::Arena arena = lent.memory();
  weft_error to = fresh();
  CHECK(sdk::write_error(&to, sdk::failure("tool.io", "the disk said no"), &arena) == WEFT_FAILED);
  CHECK(LentHost::text_of(&to) == "the disk said no");
  CHECK(to.flags == WEFT_ERR_RETRYABLE);
  CHECK(to.detail.root == nullptr);
}

TEST_CASE("a long message is cut between characters", "[barrier]") {
  weft_error to = fresh();
  Error e{Status::failed, "", std::string(483, 'x') + "\xc3\xa9"};
  sdk::write_error(&to, e, nullptr);
  CHECK(to.msg_len == 483);
  e.message = std::string(484, 'x');
  sdk::write_error(&to, e, nullptr);
  CHECK(to.msg_len == 484);
}

TEST_CASE("an error that claims success, or says nothing, is still a failure", "[barrier]") {
  weft_error to = fresh();
  CHECK(sdk::write_error(&to, Error{Status::ok}, nullptr) == WEFT_FAILED);
  CHECK((to.flags & WEFT_ERR_BUG) != 0);
  CHECK(LentHost::text_of(&to) == "failed without a message");
  CHECK(sdk::write_error(&to, Error{Status::denied}, nullptr) == WEFT_DENIED);
  CHECK(to.flags == WEFT_ERR_DENIED);
}

TEST_CASE("an error struct that is too small is not written", "[barrier]") {
  weft_error to = fresh();
  to.size = 16;
  to.msg_len = 77;
  CHECK(sdk::write_error(&to, Error{Status::denied}, nullptr) == WEFT_DENIED);
  CHECK(to.msg_len == 77);
}
