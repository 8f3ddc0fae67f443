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
constexpr std::string_view export_text =
    "The file holds the run, those that it was forked from, and all they need. Its head is a hash\n"
    "that stands for all of it.";
constexpr std::string_view import_text =
    "A run that the store has already is left as it is when it is the same, and refused otherwise.";
constexpr std::string_view verify_text =
    "Reads back every record, value and definition and tells the first thing that is damaged. "
    "Exits\n"
    "with 1 when there is one.";

}  // namespace

std::vector<Verb> verbs_of_the_past() {
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

}  // namespace weft::cli
