// Verbs 'run' and 'resume'.
#include "definition.hpp"
#include "outcome.hpp"
#include "text.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace weft::cli {
namespace {

// What a run is started with; RunOptions borrows from it.
struct Start {
  Document input, params, grants;
};

Result<Start> read_start(const Arguments& arguments, Diagnostics& sources) {
  Start start;
  auto input = read_value("input", arguments.value("input", "{}"), sources);
  if (!input) return input.error();
  auto changed = with_settings(*input, arguments.values("set"));
  if (!changed) return changed.error();
  start.input = std::move(*changed);
  auto params = read_value("params", arguments.value("params", "{}"), sources);
  if (!params) return params.error();
  start.params = std::move(*params);
  start.grants = grants_of(arguments.values("allow-read"), arguments.values("allow-write"));
  return start;
}

Ending ending_of(const Arguments& arguments) {
  return {arguments.has("json"), arguments.has("quiet")};
}

Result<Unknown> unknown_of(const Arguments& arguments) {
  const std::string_view word = arguments.value("unknown");
  if (word.empty()) return Unknown::keep_waiting;
  if (word == "again") return Unknown::again;
  if (word == "fail") return Unknown::fail;
  return usage_error("unknown value " + in_quotes(word) + " for '--unknown'",
                     "values are 'again' and 'fail'");
}

// The schema speaks of parts of the input, whose writer has only seen the command line.
Error about_input(Error error) {
  if (!error.code.starts_with("spec.")) return error;
  error.code = "usage.wrong_input";
  error.message = "the input does not fit the workflow: " + error.message;
  if (error.hint.empty()) error.hint = "change it with --input or --set";
  return error;
}

Error about_claim(Error error, const std::string& run) {
  if (error.code == "store.ended") error.hint = concat({"'weft show ", run, "' tells how"});
  return error;
}

}  // namespace

Exit run(const Arguments& arguments, const Console& console) {
  auto definition = read_definition(arguments.words().front(), arguments.value("format"));
  if (!definition) return complain(console, definition.error());
  Diagnostics sources(console.err);
  auto start = read_start(arguments, sources);
  if (!start) {
    console.err.write(sources.render(start.error()));
    return Exit::usage;
  }
  auto session = Session::open(arguments, console, {true, true, progress_mode(arguments, console)});
  if (!session) return complain(console, session.error());
  const Checked checked = check(**session, *definition);
  if (!checked.workflow) return checked.exit;

  const Ending ending = ending_of(arguments);
  RunOptions options;
  options.input = start->input.view();
  options.params = start->params.view();
  options.grants = start->grants.view();
  options.starting_step = arguments.value("from");
  options.with_detail = ending.as_json;
  Kernel& kernel = (*session)->kernel();
  const Go go = [&](const Told& told) -> Result<Outcome> {
    auto id = kernel.start(*checked.workflow, options);
    if (!id) return about_input(id.error());
    told(*id);
    return kernel.wait(*id);
  };
  return conduct(**session, go, ending);
}

Exit resume(const Arguments& arguments, const Console& console) {
  auto unknown = unknown_of(arguments);
  if (!unknown) return complain(console, unknown.error());
  auto session = Session::open(arguments, console, {true, true, progress_mode(arguments, console)});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());

  const Ending ending = ending_of(arguments);
  RunOptions options;
  options.with_detail = ending.as_json;
  const Go go = [&](const Told& told) -> Result<Outcome> {
    told(*id);
    auto outcome = kernel.resume(*id, *unknown, options);
    if (!outcome) return about_claim(outcome.error(), *id);
    return outcome;
  };
  return conduct(**session, go, ending);
}

}  // namespace weft::cli
