#include "person.hpp"

#include <cstdlib>

namespace weft::cli {

std::string person(const Arguments& arguments) {
  const std::string_view given = arguments.value("by");
  if (!given.empty()) return std::string(given);
  for (const char* name : {"USER", "LOGNAME"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "operator";
}

}  // namespace weft::cli
