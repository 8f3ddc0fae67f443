// tool.patient 2.0.0: a second version of the tool, which answers at once.
#include <weft/sdk.hpp>

struct Newer {
  static constexpr std::string_view id = "patient";

  weft::Result<weft::Value> operator()(weft::Value, weft::sdk::Call& call) {
    weft::Builder b = call.builder();
    b.text("at once");
    return b.take_value();
  }
};

WEFT_PLUGIN(Newer);
