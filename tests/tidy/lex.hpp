// Just enough of C and C++ to read a source without being fooled by its comments and texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct Include {
  int line;
  std::string_view path;
  bool angled;
};

// The text with comments and the contents of literals turned into spaces; every line and column
// stays where it was. Quotes stay.
std::string code_of(std::string_view text);

// code_of without preprocessor lines, and of each #if only its first branch.
std::string plain_code_of(std::string_view text);

std::vector<std::string_view> lines_of(std::string_view text);
std::vector<Include> includes_of(std::string_view text);

int line_at(std::string_view text, std::size_t offset);
bool is_word_char(char c);
std::string_view trim(std::string_view text);

// Where word begins as a whole word, from 'from' on; npos when nowhere.
std::size_t find_word(std::string_view text, std::string_view word, std::size_t from = 0);

}  // namespace tidy
