// weft_tidy CHECK ROOT: properties of the code that a compiler does not see.
#include <cstdio>
#include <exception>
#include <string_view>

#include "checks.hpp"

namespace {

int usage() {
  std::fputs("usage: weft_tidy CHECK ROOT\nchecks: self", stderr);
  for (const tidy::Check& check : tidy::checks) {
    std::fprintf(stderr, " %.*s", static_cast<int>(check.name.size()), check.name.data());
  }
  std::fputs("\n", stderr);
  return 2;
}

int print(const tidy::Check& check, const tidy::Tree& tree) {
  const tidy::Findings findings = tidy::run_check(check, tree);
  for (const tidy::Finding& finding : findings) {
    std::printf("%s:%d: %s, instead %s [%s]\n", finding.path.c_str(), finding.line,
                finding.what.c_str(), finding.instead.c_str(), finding.rule.c_str());
  }
  std::printf("%s: %zu files, %zu findings\n", check.name.data(), tree.files().size(),
              findings.size());
  if (check.name == "text") tidy::print_debts(tree);
  return findings.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc != 3) return usage();
  if (std::string_view(argv[1]) == "self") return tidy::self() == 0 ? 0 : 1;
  for (const tidy::Check& check : tidy::checks) {
    if (check.name == argv[1]) return print(check, tidy::Tree::load(argv[2]));
  }
  return usage();
} catch (const std::exception& problem) {
  std::fprintf(stderr, "weft_tidy: %s\n", problem.what());
  return 2;
}
