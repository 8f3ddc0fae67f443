// The repository speaks of weft, never of how or where it was written.
#include <algorithm>
#include <array>
#include <cctype>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

// A name in two halves, so that this file does not hold what it forbids.
struct Halves {
  std::string_view first, second;
};

constexpr std::array<Halves, 10> workplace{{{"/wo", "rk/"},
                                            {"issue tr", "acker"},
                                            {"co-auth", "ored-by"},
                                            {"ai assi", "stant"},
                                            {"coding assi", "stant"},
                                            {"as requ", "ested by"},
                                            {"the br", "ief says"},
                                            {"gener", "ated by ai"},
                                            {"/tmp/", "b-"},
                                            {"/ho", "me/user"}}};

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(), [](char c) {
    return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  });
  return lowered;
}

void look(const File& file, const std::string& word, Findings& findings) {
  const std::string text = lower(file.text);
  for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    findings.push_back({file.path, line_at(text, at), "words.workplace", word,
                        "'" + word + "' speaks of the workplace", "speak of weft"});
  }
}

}  // namespace

Findings words(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files()) {
    for (const Halves& halves : workplace) {
      look(file, std::string(halves.first) + std::string(halves.second), findings);
    }
  }
  return findings;
}

}  // namespace tidy
