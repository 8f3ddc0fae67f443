#include "verbs.hpp"

#include "options.hpp"

namespace weft::cli {
namespace {

constexpr Option run_options[] = {
    {"params", 'p', "JSON", "the parameters; also @FILE, or - for standard input"},
    {"from", 0, "STEP", "begin at this step; those before it are skipped"},
    {"format", 0, "NAME", "json or yaml, where the name of the file does not say"},
};
constexpr Option resume_options[] = {
    {"unknown", 0, "WHAT", "again or fail: steps that may have had their effect"},
};
constexpr Option list_options[] = {
    {"limit", 'n', "N", "at most so many, the latest first; default 20"},
    {"json", 0, "", "print a JSON array"},
};
constexpr Option show_options[] = {
    {"json", 0, "", "print one JSON document"},
    {"events", 'e', "", "every event of the run, too"},
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

std::vector<Verb> verbs_of_runs() {
  return {
      {"run",
       "FILE",
       "run a workflow",
       run_text,
       {input_options, run_options, grant_options, engine_options, store_options, plugin_options,
        global_options},
       1,
       1,
       run},
      {"resume",
       "RUN",
       "go on with a run that was left; RUN is an id, its beginning, or last",
       "",
       {resume_options, engine_options, store_options, plugin_options, global_options},
       1,
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
       "",
       {explain_options, format_options, plugin_options, global_options},
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
  for (const auto make :
       {verbs_of_runs, verbs_of_definitions, verbs_of_tools, verbs_of_plugins, verbs_of_weft}) {
    for (Verb& verb : make()) all.push_back(std::move(verb));
  }
  return all;
}

}  // namespace weft::cli
