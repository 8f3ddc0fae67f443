// The list of permitted findings, which may only shrink.
#pragma once

#include <string>
#include <vector>

#include "tree.hpp"

namespace tidy {

inline constexpr std::string_view exceptions_path = "tests/tidy/exceptions.txt";

// A line 'rule path [subject] # reason'. A path that ends in '/' means all files below it.
struct Exception {
  int line;
  std::string rule, path, subject, reason;
};

std::vector<Exception> exceptions_of(const Tree& tree);

}  // namespace tidy
