// weft: runs workflows from the command line.
#include <unistd.h>

#include <exception>
#include <optional>

#include "migrate.hpp"
#include "session.hpp"
#include "suggest.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace weft::cli {
namespace {

using Words = std::vector<std::string>;

std::string two_words(const Words& words) {
  return words.size() > 1 ? words[0] + " " + words[1] : words[0];
}

// The verb that the words begin with; it is taken from them.
Result<Verb> take_verb(Words& words) {
  const std::string two = two_words(words);
  std::vector<std::string_view> known, inner;
  const std::vector<Verb> all = verbs();
  for (const Verb& verb : all) {
    const bool is_two = verb.name.find(' ') != std::string_view::npos;
    if (verb.name == (is_two ? two : words[0])) {
      words.erase(words.begin(), words.begin() + (is_two ? 2 : 1));
      return verb;
    }
    if (verb.name.starts_with(words[0] + " ")) inner.push_back(verb.name);
    known.push_back(verb.name);
  }
  const bool is_alone = !inner.empty() && words.size() == 1;
  Error error = usage_error("unknown verb " + in_quotes(inner.empty() ? words[0] : two), "");
  if (is_alone) error.message = in_quotes(words[0]) + " alone is no verb";
  error.code = "usage.unknown_verb";
  if (!is_alone)
    error.hint = did_you_mean(inner.empty() ? words[0] : two, inner.empty() ? known : inner);
  if (!error.hint.empty()) return error;
  if (inner.empty()) {
    error.hint = "'weft help' lists the verbs";
    return error;
  }
  error.hint = in_quotes(words[0]) + " is followed by one of:";
  for (const std::string_view verb : inner) {
    error.hint += verb == inner.front() ? " " : ", ";
    error.hint += verb.substr(words[0].size() + 1);
  }
  return error;
}

// Options that stand before the verb are moved behind it.
void rotate_to_verb(Words& words) {
  size_t at = 0;
  while (at < words.size() && words[at].starts_with('-')) at += words[at] == "--color" ? 2U : 1U;
  if (at == 0 || at >= words.size()) return;
  const Words before(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at));
  size_t verb = 1;
  for (const Verb& known : verbs()) {
    if (words.size() > 1 && known.name == two_words(words)) verb = 2;
  }
  words.insert(words.begin() + static_cast<std::ptrdiff_t>(verb), before.begin(), before.end());
}

// A line that is no definition but a command for this program, alone or behind 'run'.
void take_line(Words& words) {
  const size_t at = words[0] == "run" && words.size() > 1 ? 1 : 0;
  const Words said = words_of_migration(words[at]);
  if (said.empty()) return;
  words.erase(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(at) + 1);
  words.insert(words.begin(), said.begin(), said.end());
}

std::optional<ColorMode> color_mode(std::string_view word) {
  if (word == "auto") return ColorMode::automatic;
  if (word == "never") return ColorMode::never;
  if (word == "always") return ColorMode::always;
  return {};
}

Console console_of(ColorMode mode) {
  return {Terminal(STDOUT_FILENO, mode), Terminal(STDERR_FILENO, mode)};
}

Exit wrong(const Console& console, const Error& error) { return complain(console, error); }

Exit perform(const Verb& verb, const Words& words) {
  auto arguments = Arguments::parse(words, verb.options);
  if (!arguments) return wrong(console_of(ColorMode::automatic), arguments.error());
  const std::string_view color = arguments->value("color", "auto");
  const auto mode = color_mode(color);
  const Console console = console_of(mode.value_or(ColorMode::automatic));
  if (!mode) {
    return wrong(console, usage_error("unknown value " + in_quotes(color) + " for '--color'",
                                      "values are 'auto', 'never' and 'always'"));
  }
  if (arguments->has("help")) {
    console.out.write(help_of(verb, console.out));
    return Exit::ok;
  }
  const size_t given = arguments->words().size();
  const std::string usage =
      concat({"usage: weft ", verb.name, verb.words.empty() ? "" : " ", verb.words});
  if (given < verb.words_min) {
    return wrong(console,
                 usage_error(in_quotes(verb.name) + " needs " + std::string(verb.words), usage));
  }
  if (given > verb.words_max) {
    return wrong(console,
                 usage_error("unexpected '" + arguments->words()[verb.words_max] + "'", usage));
  }
  return verb.perform(*arguments, console);
}

Exit dispatch(Words words) {
  if (words.empty()) words = {"help"};
  rotate_to_verb(words);
  take_line(words);
  if (words[0] == "--version") words[0] = "version";
  if (words[0] == "--help" || words[0] == "-h") words[0] = "help";
  auto verb = take_verb(words);
  if (!verb) return wrong(console_of(ColorMode::automatic), verb.error());
  return perform(*verb, words);
}

}  // namespace
}  // namespace weft::cli

int main(int argc, char** argv) {
  try {
    return static_cast<int>(weft::cli::dispatch({argv + 1, argv + argc}));
  } catch (const std::exception& e) {
    // Expected failures are values, so only our bugs and a lack of memory arrive here.
    const weft::cli::Console console = weft::cli::console_of(weft::cli::ColorMode::automatic);
    weft::Error error;
    error.code = "bug";
    error.message = e.what();
    error.hint = "please report it, with the command and the definition";
    return static_cast<int>(weft::cli::complain(console, error));
  }
}
