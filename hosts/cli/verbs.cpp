#include "verbs.hpp"

#include "kept.hpp"
#include "migrate.hpp"
#include "options.hpp"
#include "past.hpp"

namespace weft::cli {
namespace {

constexpr Option run_options[] = {
    {"params", 'p', "JSON", "the parameters; also @FILE, or - for standard input"},
    {"from", 0, "STEP", "begin at this step; those before it are skipped"},
    {"format", 0, "NAME", "json or yaml, where the name of the file does not say"},
    {"at", 0, "TIME", "begin then, such as 2026-03-01T12:00:00Z"},
    {"after", 0, "DURATION", "begin after so long, such as 5m"},
    {"key", 0, "TEXT", "of this start: a second one with the same key means the first"},
    {"session", 0, "NAME", "whose values $session stands for"},
    {"user", 0, "NAME", "whose values $user stands for"},
};
constexpr Option wait_options[] = {
    {"wait", 0, "", "stay for signals and decisions, too, instead of leaving with status 11"},
};
constexpr Option resume_options[] = {
    {"unknown", 0, "WHAT", "again or fail: steps that may have had their effect"},
    {"all", 0, "", "every run whose process is gone"},
    {"resume-from", 0, "POINT",
     "begin anew with a step, or at a checkpoint's name or number, in a run of its own"},
};
constexpr Option signal_options[] = {
    {"data", 'd', "JSON", "what it carries; also @FILE, or - for standard input"},
    {"key", 0, "TEXT", "of this signal: a second one with the same key is ignored"},
    {"transient", 0, "", "is lost when nobody waits for it"},
};
constexpr Option decide_options[] = {
    {"by", 0, "NAME", "who decides; default: the user"},
    {"role", 0, "ROLE", "in which role; may be given again"},
    {"data", 'd', "JSON", "the form, filled in; also @FILE, or - for standard input"},
    {"comment", 'm', "TEXT", "why"},
    {"choice", 0, "WHAT", "of a step that failed: again, skip or fail"},
};
constexpr Option delegate_options[] = {
    {"step", 0, "STEP", "where more than one approval is open"},
    {"by", 0, "NAME", "who delegates; default: the user"},
};
constexpr Option update_options[] = {
    {"patch", 0, "JSON", "instead a patch of RFC 6902; also @FILE, or - for standard input"},
    {"if", 0, "NAME=VALUE", "only if the variable has this value; may be given again"},
    {"if-seq", 0, "SEQ", "only if no event after this one has changed a variable"},
};
constexpr Option pause_options[] = {
    {"now", 0, "", "also stop the steps that may be run again"},
    {"reason", 'm', "TEXT", "why"},
    {"by", 0, "NAME", "who pauses; default: the user"},
};
constexpr Option reason_options[] = {
    {"reason", 'm', "TEXT", "why"},
};
constexpr Option cancel_options[] = {
    {"reason", 'm', "TEXT", "why"},
    {"grace", 0, "DURATION", "leave calls that have not ended by then; default 30s"},
};
constexpr Option gc_options[] = {
    {"older-than", 0, "DURATION", "only runs that ended so long ago; default 30d"},
    {"keep", 0, "N", "keep so many of the latest all the same; default 0"},
    {"dry-run", 0, "", "only tell which"},
};
constexpr Option list_options[] = {
    {"limit", 'n', "N", "at most so many, the latest first; default 20"},
    {"status", 0, "STATUS", "such as running, waiting or failed"},
    {"workflow", 0, "ID", "of this definition"},
    {"tag", 0, "TAG", "whose definition has this tag"},
    {"since", 0, "TIME", "accepted since then: 2026-03-01T12:00:00Z, or 2d for two days ago"},
    {"json", 0, "", "print a JSON array"},
};
constexpr Option show_options[] = {
    {"json", 0, "", "print one JSON document"},
    {"events", 'e', "", "every event of the run, too"},
    {"state", 0, "", "every change of its variables, with old and new value, too"},
    {"at", 0, "SEQ", "as it stood then; 'weft checkpoints' lists the points"},
};
constexpr Option format_options[] = {
    {"format", 0, "NAME", "json or yaml, where the name of the file does not say"},
};
constexpr Option explain_options[] = {
    {"mermaid", 0, "", "as a Mermaid flowchart"},
};
constexpr Option json_options[] = {
    {"json", 0, "", "print JSON"},
};

constexpr std::string_view run_text =
    "The result goes to standard output: a text as it is, any other value as JSON. Progress and\n"
    "errors go to standard error. An interrupt lets the steps under way end and cancels the run;\n"
    "a second one leaves at once, and 'weft resume' goes on with the run.";
constexpr std::string_view call_text =
    "Runs a workflow of this one step, so grants, limits and checks are as in any other. Nothing\n"
    "is kept of it unless '--store' names a store.";

constexpr std::string_view explain_text =
    "FILE may be the definition itself, in one line: weft explain '/chain \"/echo a → /echo b\"'. "
    "With\n"
    "'--store' the forecast goes by how long the steps took in the runs that the store remembers.";

std::vector<Verb> verbs_of_runs() {
  return {
      {"run",
       "FILE",
       "run a workflow",
       run_text,
       {input_options, run_options, wait_options, grant_options, engine_options, store_options,
        plugin_options, global_options},
       1,
       1,
       run},
      {"resume",
       "RUN",
       "go on with a run that was left or paused; RUN is an id, its beginning, or last",
       "",
       {resume_options, wait_options, engine_options, store_options, plugin_options,
        global_options},
       0,
       1,
       resume},
      {"list",
       "",
       "list the runs of the store",
       "",
       {list_options, store_options, plugin_options, global_options},
       0,
       0,
       list},
      {"show",
       "RUN",
       "tell how a run went, step by step",
       "",
       {show_options, store_options, plugin_options, global_options},
       1,
       1,
       show},
  };
}

constexpr std::string_view steer_text =
    "A run that a process holds gets it through the store, at once. A run that nobody holds keeps\n"
    "it; 'weft resume' goes on with it.";

std::vector<Verb> verbs_of_steering() {
  const auto steer = [](std::string_view name, std::string_view words, std::string_view summary,
                        Options options, uint32_t words_max,
                        Exit (*perform)(const Arguments&, const Console&)) {
    options.insert(options.end(), {store_options, plugin_options, global_options});
    const uint32_t words_min = words.find('[') == words.npos && words_max > 1 ? 2 : 1;
    return Verb{name,      words,     summary, steer_text, std::move(options),
                words_min, words_max, perform};
  };
  return {
      steer("signal", "RUN NAME", "send a signal to a run", {signal_options}, 2, signal),
      steer("approve", "RUN [STEP]", "approve what a run waits for", {decide_options}, 2, approve),
      steer("reject", "RUN [STEP]", "reject it; the step fails", {decide_options}, 2, reject),
      steer("delegate", "RUN NAME", "let somebody else decide", {delegate_options}, 2, delegate),
      steer("pause", "RUN", "start no step until 'weft resume'", {pause_options}, 1, pause),
      steer("cancel", "RUN", "end a run when its steps have ended", {cancel_options}, 1, cancel),
      steer("terminate", "RUN", "end a run at once, undoing nothing", {reason_options}, 1,
            terminate),
      steer("update", "RUN [NAME=VALUE...]", "change variables of a run", {update_options},
            UINT32_MAX, update),
  };
}

std::vector<Verb> verbs_of_questions() {
  return {
      {"why",
       "RUN",
       "tell in one sentence why a run waits or failed, and what helps",
       "",
       {json_options, store_options, plugin_options, global_options},
       1,
       1,
       why},
      {"query",
       "RUN [EXPRESSION]",
       "tell a variable, a result or any expression of a run as it stands",
       "",
       {store_options, plugin_options, global_options},
       1,
       2,
       query},
      {"gc",
       "",
       "forget runs that ended long ago",
       "",
       {gc_options, store_options, plugin_options, global_options},
       0,
       0,
       gc},
  };
}

std::vector<Verb> verbs_of_definitions() {
  return {
      {"validate",
       "FILE...",
       "check definitions without running them",
       "",
       {format_options, plugin_options, global_options},
       1,
       UINT32_MAX,
       validate},
      {"explain",
       "FILE",
       "tell what a definition will do, and in which order",
       explain_text,
       {explain_options, format_options, store_options, plugin_options, global_options},
       1,
       1,
       explain},
  };
}

std::vector<Verb> verbs_of_tools() {
  return {
      {"tools list",
       "",
       "list the tools that steps may use",
       "",
       {json_options, plugin_options, global_options},
       0,
       0,
       tools_list},
      {"tools info",
       "NAME",
       "describe a tool and its parameters",
       "",
       {json_options, plugin_options, global_options},
       1,
       1,
       tools_about},
      {"tools call",
       "NAME",
       "call one tool",
       call_text,
       {input_options, grant_options, engine_options, store_options, plugin_options,
        global_options},
       1,
       1,
       tools_call},
  };
}

std::vector<Verb> verbs_of_plugins() {
  return {
      {"plugin list",
       "",
       "list the plugins that were found",
       "",
       {json_options, plugin_options, global_options},
       0,
       0,
       plugin_list},
      {"plugin info",
       "ID",
       "describe a plugin",
       "",
       {json_options, plugin_options, global_options},
       1,
       1,
       plugin_about},
      {"plugin why",
       "ID|FILE",
       "tell why a plugin is or is not used",
       "",
       {plugin_options, global_options},
       1,
       1,
       plugin_why},
  };
}

std::vector<Verb> verbs_of_weft() {
  return {
      {"version", "", "print the version", "", {global_options}, 0, 0, print_version},
      {"help", "[VERB]", "explain a verb, or list them all", "", {global_options}, 0, 2, help},
  };
}

}  // namespace

std::vector<Verb> verbs() {
  std::vector<Verb> all;
  for (const auto make : {verbs_of_runs, verbs_of_steering, verbs_of_questions, verbs_of_the_past,
                          verbs_of_state, verbs_of_definitions, verbs_of_migration, verbs_of_tools,
                          verbs_of_plugins, verbs_of_weft}) {
    for (Verb& verb : make()) all.push_back(std::move(verb));
  }
  return all;
}

}  // namespace weft::cli
