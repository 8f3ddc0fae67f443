// Verbs: what the program can be told to do.
#pragma once

#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "exit.hpp"
#include "terminal.hpp"

namespace weft::cli {

struct Verb {
  std::string_view name;     // one or two words
  std::string_view words;    // what follows it, such as FILE
  std::string_view summary;  // one line
  std::string_view text;     // more of it, or empty
  Options options;
  uint32_t words_min, words_max;
  Exit (*perform)(const Arguments& arguments, const Console& console);
};

// In the order of the help.
std::vector<Verb> verbs();

// run.cpp
Exit run(const Arguments& arguments, const Console& console);
Exit resume(const Arguments& arguments, const Console& console);
// runs.cpp
Exit list(const Arguments& arguments, const Console& console);
Exit show(const Arguments& arguments, const Console& console);
// steer.cpp
Exit signal(const Arguments& arguments, const Console& console);
Exit approve(const Arguments& arguments, const Console& console);
Exit reject(const Arguments& arguments, const Console& console);
Exit delegate(const Arguments& arguments, const Console& console);
Exit pause(const Arguments& arguments, const Console& console);
Exit cancel(const Arguments& arguments, const Console& console);
Exit terminate(const Arguments& arguments, const Console& console);
Exit update(const Arguments& arguments, const Console& console);
// ask.cpp
Exit why(const Arguments& arguments, const Console& console);
Exit query(const Arguments& arguments, const Console& console);
Exit gc(const Arguments& arguments, const Console& console);
// definitions.cpp
Exit validate(const Arguments& arguments, const Console& console);
Exit explain(const Arguments& arguments, const Console& console);
// tools.cpp
Exit tools_list(const Arguments& arguments, const Console& console);
Exit tools_about(const Arguments& arguments, const Console& console);
Exit tools_call(const Arguments& arguments, const Console& console);
// plugins.cpp
Exit plugin_list(const Arguments& arguments, const Console& console);
Exit plugin_about(const Arguments& arguments, const Console& console);
Exit plugin_why(const Arguments& arguments, const Console& console);
// help.cpp
Exit print_version(const Arguments& arguments, const Console& console);
Exit help(const Arguments& arguments, const Console& console);
std::string help_of(const Verb& verb, const Terminal& terminal);

}  // namespace weft::cli
