// tool.bench: tools that do next to nothing, for measuring what is around them.
#include <chrono>
#include <cstdlib>
#include <memory>
#include <vector>

#include <weft/sdk.hpp>

using namespace weft::lit;

struct Noop {
  static constexpr std::string_view id = "noop";
  static constexpr uint32_t flags = 0;
  weft::Value operator()(weft::Value) const { return {}; }
};

struct Once {
  static constexpr std::string_view id = "once";
  static constexpr uint32_t flags = 0;
  weft::Value operator()(weft::Value) const { return {}; }
};

struct Away {
  static constexpr std::string_view id = "away";
  static constexpr uint32_t flags = WEFT_BLOCKING;
  weft::Value operator()(weft::Value) const { return {}; }
};

// In a process that wants to be killed meanwhile, it does not end.
struct Hold {
  static constexpr std::string_view id = "hold";
  static constexpr uint32_t flags = 0;
  weft::Result<weft::Value> operator()(weft::Value, weft::sdk::Call& call) {
    if (std::getenv("WEFT_BENCH_HOLD") == nullptr) return weft::Value();
    held.push_back(std::make_unique<weft::sdk::Async>(call.async()));
    return weft::sdk::pending;
  }
  std::vector<std::unique_ptr<weft::sdk::Async>> held;
};

struct Fields {
  static constexpr std::string_view id = "fields";
  static constexpr uint32_t flags = 0;
  weft::Value operator()(weft::Value in, weft::sdk::Call& call) const {
    weft::Builder b = call.builder();
    b.begin_object();
    b.set("path"_k, in["path"_k].as_text());
    b.set("size"_k, in["offset"_k].as_i64() + in["limit"_k].as_i64());
    b.set("share"_k, in["share"_k].as_f64() * 2);
    b.set("deep"_k, in["deep"_k].as_bool());
    b.end_object();
    return b.take_value();
  }
};

// Computes on a thread that may block, and says how long that took.
struct Burn {
  static constexpr std::string_view id = "burn";
  static constexpr uint32_t flags = WEFT_BLOCKING;
  weft::Value operator()(weft::Value in, weft::sdk::Call& call) const {
    const auto start = std::chrono::steady_clock::now();
    uint64_t x = in["rounds"_k].as_u64();
    for (uint64_t i = in["rounds"_k].as_u64(); i > 0; --i) {
      x = x * 6364136223846793005U + 1442695040888963407U;
    }
    const auto took = std::chrono::steady_clock::now() - start;
    weft::Builder b = call.builder();
    b.begin_object();
    b.set("ns"_k, std::chrono::duration<double, std::nano>(took).count());
    b.set("x"_k, x);
    b.end_object();
    return b.take_value();
  }
};

WEFT_PLUGIN(Noop, Once, Away, Hold, Fields, Burn);
