// tool.probe: fails in the attempts that a test wants to see failing.
#include <weft/sdk.hpp>
#include <weft/sdk/json.hpp>

#include <string>

using namespace weft::lit;

struct Probe {
  static constexpr std::string_view id = "probe";
  static constexpr uint32_t flags = 0;

  weft::Result<weft::Value> operator()(weft::Value in, weft::sdk::Call& call) const {
    const uint32_t attempt = call.attempt();
    if (attempt <= in["failures"_k].as_u64()) {
      return weft::sdk::failure(in["code"_k].as_text(), "attempt " + std::to_string(attempt) +
                                                            " fails with " +
                                                            weft::sdk::json_text(in["input"_k]));
    }
    weft::Builder b = call.builder();
    b.begin_object();
    b.set("attempt"_k, attempt);
    if (in["input"_k].exists()) b.set("input"_k, in["input"_k]);
    b.end_object();
    return b.take_value();
  }
};

WEFT_PLUGIN(Probe);
