// The checks of the house. Each takes the repository and gives what it found, in order.
#pragma once

#include <string_view>
#include <vector>

#include "tree.hpp"

namespace tidy {

using Findings = std::vector<Finding>;

Findings rooms(const Tree& tree);
Findings text(const Tree& tree);
Findings abi_comments(const Tree& tree);
Findings dead(const Tree& tree);
Findings names(const Tree& tree);
Findings links(const Tree& tree);
Findings plugins(const Tree& tree);
Findings words(const Tree& tree);
Findings sentences(const Tree& tree);
Findings twins(const Tree& tree);

struct Check {
  std::string_view name;
  Findings (*run)(const Tree&);
};

inline constexpr Check checks[] = {
    {"rooms", rooms},         {"text", text},   {"abi_comments", abi_comments}, {"dead", dead},
    {"names", names},         {"links", links}, {"plugins", plugins},           {"words", words},
    {"sentences", sentences}, {"twins", twins},
};

// Findings of one check after tests/tidy/exceptions.txt: what it permits is gone, and an entry
// that permits nothing, or gives no reason, is a finding of its own.
Findings run_check(const Check& check, const Tree& tree);

// Lines such as 'debts: 2 tidy exceptions, ...', counted over the repository.
void print_debts(const Tree& tree);

// The checker's own table of bad samples. Gives the number of rows that went wrong.
int self();

}  // namespace tidy
