// tool.echo: answers with its 'input', linked and not copied.
#include <weft/sdk.hpp>

using namespace weft::lit;

struct Echo {
  static constexpr std::string_view id = "echo";
  static constexpr uint32_t flags = 0;

  weft::Value operator()(weft::Value in) const { return in["input"_k]; }
};

WEFT_PLUGIN(Echo);
