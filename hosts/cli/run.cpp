// Verbs 'run' and 'resume'.
#include <weft/travel.hpp>

#include "definition.hpp"
#include "outcome.hpp"
#include "past.hpp"
#include "text.hpp"
#include "times.hpp"
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

// When the run shall begin; 0 is at once.
Result<int64_t> start_of(const Arguments& arguments) {
  if (arguments.has("at")) return instant_of("at", arguments.value("at"));
  if (!arguments.has("after")) return 0;
  auto after = duration_of("after", arguments.value("after"));
  if (!after) return after.error();
  return wall_ns() + *after;
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
  options.key = arguments.value("key");
  options.session = arguments.value("session");
  options.user = arguments.value("user");
  options.stays = arguments.has("wait");
  auto begins = start_of(arguments);
  if (!begins) return complain(console, begins.error());
  options.start_ns = *begins;
  Kernel& kernel = (*session)->kernel();
  const Go go = [&](const Told& told) -> Result<Outcome> {
    auto id = kernel.start(*checked.workflow, options);
    if (!id) return about_input(id.error());
    told(*id);
    // Another start with this key may have been that of a run that has ended, or is elsewhere.
    auto outcome = kernel.wait(*id);
    const bool is_of_another = !outcome && outcome.error().code == "run.not_found";
    return is_of_another && !options.key.empty() ? kernel.show(*id) : std::move(outcome);
  };
  return conduct(**session, go, ending);
}

namespace {

// A run that is paused or in doubt and held by a process goes on there.
bool goes_on_elsewhere(Kernel& kernel, const std::string& run, Unknown unknown) {
  const std::string_view text = unknown == Unknown::keep_waiting ? R"({"verb": "resume"})"
                                : unknown == Unknown::again
                                    ? R"({"verb": "settle", "how": "again"})"
                                    : R"({"verb": "settle", "how": "fail"})";
  auto message = Document::parse_json(text);
  auto sent = kernel.send(run, message->view());
  return sent && *sent == Delivered::to_owner;
}

// From a step on, which is the point of a fork: what came after it stays as it was.
Result<Outcome> resume_from(Kernel& kernel, const std::string& run, std::string_view step,
                            const Told& told) {
  ForkOptions options;
  read_point(step, options);
  auto id = kernel.fork(run, options);
  if (!id) return id.error();
  told(*id);
  return kernel.wait(*id);
}

// Every run whose process is gone, side by side; how each has ended.
Exit resume_all(Session& session) {
  Kernel& kernel = session.kernel();
  const int64_t began = wall_ns();
  auto adopted = kernel.adopt();
  if (!adopted) return complain(session.console(), adopted.error());
  Exit worst = Exit::ok;
  for (const Adopted& one : *adopted) {
    auto outcome = one.error.code.empty() ? kernel.wait(one.run) : Result<Outcome>(one.error);
    const Exit exit = outcome ? exit_of(outcome->state) : exit_of(outcome.error());
    if (worst == Exit::ok || exit == Exit::failed) worst = exit == Exit::ok ? worst : exit;
    const std::string how =
        outcome ? std::string(to_text(outcome->state)) : outcome.error().message;
    session.console().out.write(one.run + " " + printable(how) + "\n");
  }
  finish_started(session, {}, began);
  if (adopted->empty()) session.console().err.write("there is no run whose process is gone\n");
  return worst;
}

}  // namespace

Exit resume(const Arguments& arguments, const Console& console) {
  auto unknown = unknown_of(arguments);
  if (!unknown) return complain(console, unknown.error());
  if (arguments.has("all") == !arguments.words().empty()) {
    return complain(console, usage_error("'weft resume' goes on with one run or with '--all'",
                                         "name the run, or give --all"));
  }
  auto session = Session::open(arguments, console, {true, true, progress_mode(arguments, console)});
  if (!session) return complain(console, session.error());
  if (arguments.has("all")) return resume_all(**session);
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());

  const std::string_view step = arguments.value("resume-from");
  if (step.empty() && goes_on_elsewhere(kernel, *id, *unknown)) {
    console.err.write("left for the process that holds the run, which looks at once\n");
    return Exit::ok;
  }
  const Ending ending = ending_of(arguments);
  RunOptions options;
  options.with_detail = ending.as_json;
  options.stays = arguments.has("wait");
  const Go go = [&](const Told& told) -> Result<Outcome> {
    if (!step.empty()) return resume_from(kernel, *id, step, told);
    told(*id);
    auto outcome = kernel.resume(*id, *unknown, options);
    if (!outcome) return about_claim(outcome.error(), *id);
    return outcome;
  };
  return conduct(**session, go, ending);
}

}  // namespace weft::cli
