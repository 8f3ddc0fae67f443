// Diagnostics: errors as a good compiler shows them, with the line and a caret.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include <weft/result.hpp>

#include "terminal.hpp"

namespace weft::cli {

enum class Severity : uint8_t { error, warning };

//   flow.yaml:4:11: error[spec.unknown_tool]: there is no tool 'ecko'
//      4 |     tool: ecko
//        |           ^~~~
//   hint: did you mean 'echo'?
class Diagnostics final {
 public:
  explicit Diagnostics(const Terminal& terminal) : terminal_(&terminal) {}

  // The text that errors of this file speak of.
  void add_source(std::string_view file, std::string_view text);

  std::string render(const Error& error, Severity severity = Severity::error) const;

 private:
  std::string excerpt(const Error& error, std::string_view text) const;

  const Terminal* terminal_;
  std::map<std::string, std::string, std::less<>> sources_;
};

}  // namespace weft::cli
