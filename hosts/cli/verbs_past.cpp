#include "options.hpp"
#include "past.hpp"

namespace weft::cli {
namespace {

constexpr Option json_options[] = {
    {"json", 0, "", "print JSON"},
};
constexpr Option replay_options[] = {
    {"with", 0, "FILE", "decide with this definition instead of that of the run"},
    {"to", 0, "SEQ", "only up to this event"},
    {"json", 0, "", "print JSON"},
};
constexpr Option learned_options[] = {
    {"propose", 0, "", "tell how its conditions could decide better, and what was accepted"},
    {"accept", 0, "ID", "let a proposal count for runs that are started from now on"},
    {"other-way", 0, "N", "with --accept: that many decisions would have gone the other way"},
    {"withdraw", 0, "ID", "take back what was accepted"},
    {"reset", 0, "", "forget what was learned; what was accepted stays"},
    {"by", 0, "NAME", "who accepts; default: the user"},
    {"format", 0, "NAME", "json or yaml, where the name of the file does not say"},
    {"json", 0, "", "print JSON"},
};
constexpr Option fork_options[] = {
    {"at", 0, "POINT", "a checkpoint of 'weft checkpoints', or a step to begin anew"},
};
constexpr Option migrate_options[] = {
    {"map", 0, "OLD=NEW", "a step of the run, by its path, is this one now; may be repeated"},
    {"dry-run", 0, "", "only tell whether it can be, and what would happen"},
};
constexpr Option export_options[] = {
    {"output", 'o', "FILE", "the file to write; - for standard output"},
};
constexpr Option import_options[] = {
    {"head", 0, "HASH", "refuse a file whose head is another than was printed at its export"},
};
constexpr Option verify_options[] = {
    {"all", 0, "", "every run of the store"},
};

constexpr std::string_view diff_text =
    "Steps are held against each other by their paths and visits, not by time. Shows the input "
    "where\n"
    "it differs, the first step that differs, and the end. Exits with 0 when the runs are equal "
    "and\n"
    "with 1 when they are not.";
constexpr std::string_view replay_text =
    "Decides the run again from its recorded answers; no tool, hook or sink is called and nothing "
    "is\n"
    "written. Exits with 1 when it is not decided as it was recorded. With another definition it "
    "tells\n"
    "what that would have made of the same answers.";
constexpr std::string_view report_text =
    "What every number means stands in kernel/travel/REPORT.md. What is not known is a dash, and\n"
    "absent in JSON.";
constexpr std::string_view learned_text =
    "Flows that say 'learning: true' are looked at: how often each condition was true, how long "
    "its\n"
    "sides took and how often they succeeded. FILE may be the id of a workflow, where no proposal "
    "is\n"
    "meant. What is accepted is applied only to definitions that say 'adaptive: true', when a run "
    "is\n"
    "started. What every number means stands in kernel/travel/LEARNED.md.";
constexpr std::string_view fork_text =
    "A new run goes on from a point of another one, which stays as it is: what had ended by then "
    "is\n"
    "taken over, what was under way is begun anew. Without '--at' that is the step that failed, "
    "the\n"
    "latest point of a run that has not ended, or else the start. '--set' changes the input of "
    "the\n"
    "run, '--input' replaces it.";
constexpr std::string_view migrate_text =
    "A run that waits or is paused goes on under another definition. All that has ended or waits "
    "must\n"
    "be there still, under the same path or as '--map' says; else nothing is changed and every "
    "reason\n"
    "is told. Steps that wait for nothing any more begin at once.";
constexpr std::string_view export_text =
    "The file holds the run, those that it was forked from, and all they need. Its head is a hash\n"
    "that stands for all of it.";
constexpr std::string_view import_text =
    "A run that the store has already is left as it is when it is the same, and refused otherwise.";
constexpr std::string_view verify_text =
    "Reads back every record, value and definition and tells the first thing that is damaged. "
    "Exits\n"
    "with 1 when there is one.";

std::vector<Verb> verbs_that_look() {
  return {
      {"checkpoints",
       "RUN",
       "list the points of a run that one can go back to",
       "",
       {json_options, store_options, plugin_options, global_options},
       1,
       1,
       checkpoints},
      {"diff",
       "RUN RUN",
       "tell where two runs first differ",
       diff_text,
       {json_options, store_options, plugin_options, global_options},
       2,
       2,
       diff},
      {"replay",
       "RUN",
       "decide a run again from its recorded answers",
       replay_text,
       {replay_options, store_options, plugin_options, global_options},
       1,
       1,
       replay},
      {"report",
       "RUN",
       "tell where the time of a run went, and what would make it shorter",
       report_text,
       {json_options, store_options, plugin_options, global_options},
       1,
       1,
       report},
      {"learned",
       "FILE",
       "tell what the flows of a workflow decided, and how they could decide better",
       learned_text,
       {learned_options, store_options, plugin_options, global_options},
       1,
       1,
       learned},
  };
}

std::vector<Verb> verbs_that_carry_on() {
  return {
      {"fork",
       "RUN",
       "go on from a point of a run, in a run of its own",
       fork_text,
       {fork_options, input_options, engine_options, store_options, plugin_options, global_options},
       1,
       1,
       fork_run},
      {"migrate-run",
       "RUN FILE",
       "move a resting run to a new definition",
       migrate_text,
       {migrate_options, engine_options, store_options, plugin_options, global_options},
       2,
       2,
       migrate_run},
      {"export",
       "RUN",
       "write a run to a file for another store",
       export_text,
       {export_options, store_options, plugin_options, global_options},
       1,
       1,
       export_run},
      {"import",
       "FILE",
       "take over an exported run",
       import_text,
       {import_options, store_options, plugin_options, global_options},
       1,
       1,
       import_run},
      {"verify",
       "[RUN]",
       "read back what is kept of a run, or of all",
       verify_text,
       {verify_options, store_options, plugin_options, global_options},
       0,
       1,
       verify},
  };
}

}  // namespace

std::vector<Verb> verbs_of_the_past() {
  std::vector<Verb> all = verbs_that_look();
  for (Verb& verb : verbs_that_carry_on()) all.push_back(std::move(verb));
  return all;
}

}  // namespace weft::cli
