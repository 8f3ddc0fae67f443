// Verb 'migrate-run'.
#include <weft/travel.hpp>

#include "definition.hpp"
#include "outcome.hpp"
#include "past.hpp"
#include "pool.hpp"
#include "text.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

Result<MoveOptions> read_options(const Arguments& arguments) {
  MoveOptions options;
  options.only_look = arguments.has("dry-run");
  for (const std::string_view pair : arguments.values("map")) {
    const size_t at = pair.find('=');
    if (at == 0 || at == std::string_view::npos || at + 1 == pair.size()) {
      return usage_error(concat({"'--map ", pair, "' does not say what becomes of which step"}),
                         "write --map OLD=NEW, the old one by its path");
    }
    options.renamed.push_back({std::string(pair.substr(0, at)), std::string(pair.substr(at + 1))});
  }
  return options;
}

std::string listed(std::string_view head, const std::vector<std::string>& steps) {
  std::string text;
  for (const std::string& step : steps) text += concat({"  ", head, " ", printable(step), "\n"});
  return text;
}

void print(const Console& console, const Moved& moved, bool only_look) {
  console.out.write(concat({only_look ? "the run can move from " : "the run moved from ",
                            moved.from.substr(0, 12), " to ", moved.to.substr(0, 12), "\n",
                            listed("keeps", moved.kept), listed("starts", moved.started)}));
}

void print_json(const Console& console, const Moved& moved, bool only_look) {
  Pool pool;
  Builder b(pool.arena());
  const auto list = [&](Key key, const std::vector<std::string>& texts) {
    b.key(key);
    b.begin_array();
    for (const std::string& text : texts) b.text(text);
    b.end_array();
  };
  b.begin_object();
  b.set("from"_k, std::string_view(moved.from));
  b.set("to"_k, std::string_view(moved.to));
  b.set("moved"_k, !only_look && moved.objections.empty());
  b.key("objections"_k);
  b.begin_array();
  for (const Error& error : moved.objections) {
    b.begin_object();
    b.set("code"_k, std::string_view(error.code));
    b.set("message"_k, std::string_view(error.message));
    b.set("hint"_k, std::string_view(error.hint));
    b.end_object();
  }
  b.end_array();
  list("kept"_k, moved.kept);
  list("started"_k, moved.started);
  b.end_object();
  console.out.write(to_json(b.take_value(), true) + "\n");
}

bool rests(RunState state) { return state == RunState::waiting || state == RunState::paused; }

}  // namespace

Exit migrate_run(const Arguments& arguments, const Console& console) {
  auto options = read_options(arguments);
  if (!options) return complain(console, options.error());
  auto definition = read_definition(std::string(arguments.words()[1]), "");
  if (!definition) return complain(console, definition.error());
  auto session = Session::open(arguments, console, {true, true, progress_mode(arguments, console)});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto run = kernel.find_run(arguments.words().front());
  if (!run) return complain(console, run.error());
  Checked checked = check(**session, *definition);
  if (!checked.workflow) return checked.exit;
  auto moved = kernel.move(*run, *checked.workflow, *options);
  if (!moved) return complain(console, moved.error());
  const bool as_json = arguments.has("json");
  if (as_json) {
    print_json(console, *moved, options->only_look);
  } else if (moved->objections.empty()) {
    print(console, *moved, options->only_look);
  }
  for (const Error& objection : moved->objections) {
    if (!as_json) (*session)->say(objection);
  }
  if (!moved->objections.empty()) return Exit::failed;
  if (options->only_look) return Exit::ok;
  if (moved->started.empty()) {
    // Something may have waited for it in the store, and then it goes on now.
    const auto outcome = kernel.wait(*run);
    if (!outcome) return complain(console, outcome.error());
    return rests(outcome->state) ? Exit::ok : exit_of(outcome->state);
  }
  const Go go = [&](const Told& told) -> Result<Outcome> {
    told(*run);
    return kernel.wait(*run);
  };
  return conduct(**session, go, {as_json, as_json || arguments.has("quiet")});
}

}  // namespace weft::cli
