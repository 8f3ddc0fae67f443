#include "engine/calls.hpp"

#include <set>
#include <thread>

#include "base/limits.hpp"
#include "catch.hpp"

using namespace weft;
using engine::Call;
using engine::Calls;

TEST_CASE("a token is found while its call is open and void afterwards", "[engine]") {
  Calls calls;
  Call* call = calls.open();
  REQUIRE(call != nullptr);
  const weft_op op = call->call.op;
  CHECK(op != 0);
  CHECK(calls.find(op) == call);
  CHECK(calls.open_count() == 1);
  calls.close(*call);
  CHECK(calls.find(op) == nullptr);
  CHECK(calls.open_count() == 0);
}

TEST_CASE("the token of a call that is over never names the next one in its place", "[engine]") {
  Calls calls;
  std::set<weft_op> seen;
  for (int i = 0; i < 1000; ++i) {
    Call* call = calls.open();
    REQUIRE(seen.insert(call->call.op).second);
    for (const weft_op op : seen) {
      if (op != call->call.op) REQUIRE(calls.find(op) == nullptr);
      if (seen.size() > 50) break;
    }
    calls.close(*call);
  }
}

TEST_CASE("only the first answer of a call counts, from whatever thread", "[engine]") {
  Calls calls;
  for (int round = 0; round < 200; ++round) {
    Call* call = calls.open();
    const weft_op op = call->call.op;
    std::atomic<int> first{0};
    const auto answer = [&] {
      Call* found = calls.find(op);
      if (found != nullptr && calls.claim(*found, op)) ++first;
    };
    std::thread other(answer);
    answer();
    other.join();
    REQUIRE(first == 1);
    calls.close(*call);
  }
  CHECK(calls.stray == 200);
}

TEST_CASE("a token that nobody gave out is not found", "[engine]") {
  Calls calls;
  CHECK(calls.find(0) == nullptr);
  CHECK(calls.find(12345) == nullptr);
  CHECK(calls.find(UINT64_MAX) == nullptr);
}

TEST_CASE("at most so many calls are open at once, and room comes back", "[engine]") {
  Calls calls;
  std::vector<Call*> open;
  while (Call* call = calls.open()) open.push_back(call);
  CHECK(open.size() == base::limits::open_calls);
  calls.close(*open.back());
  CHECK(calls.open() == open.back());
  uint32_t visited = 0;
  calls.for_each_open([&](Call&) { ++visited; });
  CHECK(visited == base::limits::open_calls);
}
