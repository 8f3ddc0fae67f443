#include "text.hpp"

namespace weft::cli {

std::string concat(std::initializer_list<std::string_view> parts) {
  std::string out;
  for (const std::string_view part : parts) out.append(part);
  return out;
}

std::string in_quotes(std::string_view name) { return concat({"'", name, "'"}); }

}  // namespace weft::cli
