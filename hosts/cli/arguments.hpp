// Arguments: the words behind a verb, read by the table of its options.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::cli {

// Help and parser both read this table, so neither can lie about the other.
struct Option {
  std::string_view name;
  char letter;             // 0 where there is none
  std::string_view value;  // what stands behind it, such as PATH; empty for a switch
  std::string_view text;   // lines for the help
};

using Options = std::vector<std::span<const Option>>;

class Arguments final {
 public:
  // What is wrong has a code that begins with 'usage.'.
  static Result<Arguments> parse(std::span<const std::string> words, const Options& options);

  bool has(std::string_view option) const { return given_.contains(option); }
  // The last one given.
  std::string_view value(std::string_view option, std::string_view fallback = {}) const;
  std::vector<std::string> values(std::string_view option) const;
  const std::vector<std::string>& words() const { return words_; }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
  std::vector<std::string> words_;
};

// A whole number within a range, named by its option.
Result<uint32_t> number_of(const Arguments& arguments, std::string_view option, uint32_t fallback);

Error usage_error(std::string message, std::string hint);

}  // namespace weft::cli
