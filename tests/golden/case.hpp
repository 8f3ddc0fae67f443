// Case: a folder with a definition, what it is run with, and what must come of it.
//
//   workflow.json or .yaml   the definition
//   input.json, grants.json  of the run
//   options.json             {starting_step?, params?, config?, hooks?}; config is that of the
//                            plugin, hooks those of hooks that say what they are told to
//   files/                   copied into the working directory
//   README.md                of a case that is an example, for people
//   output.json | error.txt  the result, or the problems of the definition, or why the run failed
//   plan.txt                 what 'weft explain' says
//   events.txt               a line per event: sequence, type, step
//   steps.txt                how the run ended, then a line per step: path, status, attempts,
//   output
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/kernel.hpp>

namespace weft::golden {

// What a case said, by the name of the file that says what it ought to.
using Said = std::map<std::string, std::string, std::less<>>;

class Case final {
 public:
  // Throws std::runtime_error when the folder is not a case.
  explicit Case(std::filesystem::path folder);

  const std::filesystem::path& folder() const { return folder_; }
  const std::string& workflow() const { return workflow_; }  // the name of its file
  bool has(std::string_view file) const;
  std::string text(std::string_view file) const;
  // The value of a JSON file; missing without one.
  Value value(std::string_view file);

  // What is different, as complaints. WEFT_UPDATE=1 writes it down instead.
  std::vector<std::string> compare(const Said& said) const;

 private:
  bool is_same(std::string_view file, const std::string& said) const;
  void write(std::string_view file, const std::string& said) const;

  std::filesystem::path folder_;
  std::string workflow_;
  std::map<std::string, Document, std::less<>> values_;
};

}  // namespace weft::golden
