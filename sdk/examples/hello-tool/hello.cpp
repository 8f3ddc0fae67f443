#include <weft/sdk.hpp>
using namespace weft::lit;

struct Hello {
  static constexpr auto id = "hello";
  std::string operator()(weft::Value in) {
    return "hello, " + std::string(in["name"_k].as_text("world")) + "!";
  }
};
WEFT_PLUGIN(Hello);
