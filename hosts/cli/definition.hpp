// A definition of the command line: read, and loaded with everything that is wrong told.
#pragma once

#include <optional>
#include <string>

#include "session.hpp"

namespace weft::cli {

struct Definition {
  std::string file, text, format;  // format may be empty
};

// '-' is standard input, whose format is JSON when it begins like an object, that of one line when
// it begins with a command, else YAML. A word such as '/chain "a → b"' is the line itself.
Result<Definition> read_definition(const std::string& file, std::string_view format);

// Prints warnings and problems; exit says how to end when there is no workflow.
struct Checked {
  std::optional<Workflow> workflow;
  Exit exit = Exit::ok;
};
Checked check(Session& session, const Definition& definition);

}  // namespace weft::cli
