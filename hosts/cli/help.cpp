// Verbs 'help' and 'version'.
#include <weft/kernel.hpp>

#include "session.hpp"
#include "suggest.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace weft::cli {
namespace {

constexpr std::string_view exits =
    "  0 completed    1 the run failed     10 completed in part\n"
    "  2 wrong usage  3 wrong definition   11 waits for a person\n"
    "  5 store        6 plugin is missing  12 cancelled\n"
    "  7 not the same 8 would lose parts   (of migrate)\n"
    "  70 a bug of weft                    130 interrupted\n";

std::string usage_of(const Verb& verb) {
  return concat({verb.name, verb.words.empty() ? "" : " ", verb.words});
}

std::string option_line(const Option& option) {
  const std::string letter = concat({"  -", std::string_view(&option.letter, 1), ", "});
  std::string line = option.letter != 0 ? letter : std::string(letter.size(), ' ');
  line += concat({"--", option.name, option.value.empty() ? "" : " ", option.value});
  return concat({pad(line, 28), " ", option.text, "\n"});
}

std::string all_verbs(const Terminal& terminal) {
  std::string out = "weft runs workflows, and loses none.\n\n";
  out += terminal.paint(Style::bold, "usage:") + " weft VERB [OPTIONS]\n\n";
  for (const Verb& verb : verbs()) {
    out += concat({"  ", pad(usage_of(verb), 20), " ", verb.summary, "\n"});
  }
  out += concat({"\n", terminal.paint(Style::bold, "try:"),
                 " weft run sdk/examples/01-hello/workflow.yaml --set name=Ada\n"});
  return out += concat({"\n", terminal.paint(Style::bold, "exit codes:"), "\n", exits});
}

}  // namespace

std::string help_of(const Verb& verb, const Terminal& terminal) {
  std::string out = terminal.paint(Style::bold, "usage:");
  out += concat({" weft ", usage_of(verb), " [OPTIONS]\n\n", verb.summary, "\n"});
  if (!verb.text.empty()) out += concat({"\n", verb.text, "\n"});
  out += concat({"\n", terminal.paint(Style::bold, "options:"), "\n"});
  for (const auto& group : verb.options) {
    for (const Option& option : group) out += option_line(option);
  }
  return out += concat({"\n", terminal.paint(Style::bold, "exit codes:"), "\n", exits});
}

Exit help(const Arguments& arguments, const Console& console) {
  if (arguments.words().empty()) {
    console.out.write(all_verbs(console.out));
    return Exit::ok;
  }
  const std::vector<std::string>& words = arguments.words();
  const bool is_two = words.size() > 1;
  const std::string name = concat({words[0], is_two ? " " : "", is_two ? words[1] : ""});
  std::string found;
  std::vector<std::string_view> known;
  const std::vector<Verb> all = verbs();
  for (const Verb& verb : all) {
    known.push_back(verb.name);
    if (verb.name != name && !verb.name.starts_with(name + " ")) continue;
    found += (found.empty() ? "" : "\n") + help_of(verb, console.out);
  }
  if (!found.empty()) {
    console.out.write(found);
    return Exit::ok;
  }
  std::string hint = did_you_mean(name, known);
  if (hint.empty()) hint = "'weft help' lists the verbs";
  return complain(console, usage_error("unknown verb " + in_quotes(name), std::move(hint)));
}

Exit print_version(const Arguments&, const Console& console) {
  console.out.write(concat({"weft ", version(), "\n"}));
  return Exit::ok;
}

}  // namespace weft::cli
