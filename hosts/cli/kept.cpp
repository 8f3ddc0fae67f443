#include "kept.hpp"

#include <weft/state.hpp>

#include "options.hpp"
#include "outcome.hpp"
#include "pool.hpp"
#include "session.hpp"
#include "table.hpp"
#include "text.hpp"
#include "values.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

constexpr Option get_options[] = {
    {"reveal", 0, "", "show what is sensitive, too"},
};
constexpr Option set_options[] = {
    {"class", 0, "CLASS", "standard or sensitive; default: what it was, or standard"},
    {"if", 0, "VALUE", "only if this stands there; null: only if nothing does"},
};
constexpr Option delete_options[] = {
    {"if", 0, "VALUE", "only if this stands there"},
};
constexpr Option list_options[] = {
    {"reveal", 0, "", "show what is sensitive, too"},
    {"json", 0, "", "print a JSON object of keys and values"},
};
constexpr Option migrate_options[] = {
    {"dry-run", 0, "", "only tell what would change"},
};

constexpr std::string_view owners_text =
    "SCOPE is global, or one of session user workflow step tool agent hook custom with ':' and\n"
    "whose it is, such as user:ann, workflow:greet or step:greet/first. KEY is a key, or a path\n"
    "into what stands under one, such as counters.today[0].";
constexpr std::string_view migrate_text =
    "FILE is {version, transforms: [...]}. An owner that has come to that version already is left\n"
    "as it is; one transform that fails changes nothing.";

// JSON, or else the text itself.
Result<Document> value_of(std::string_view given) {
  auto set = with_settings(*Document::parse_json("{}"), {"value=" + std::string(given)});
  if (!set) return set;
  return Document::copy(set->view()["value"_k]);
}

using Act = Exit (*)(SharedState& state, const Arguments& arguments, const Console& console);

template <Act act>
Exit in_store(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  SharedState state((*session)->kernel());
  return act(state, arguments, console);
}

// How a value is to be written; the document holds what is expected.
Result<StateWrite> write_of(const Arguments& arguments, std::optional<Document>& expected) {
  StateWrite how;
  if (arguments.has("if")) {
    auto value = value_of(arguments.value("if"));
    if (!value) return value.error();
    how.expect = expected.emplace(std::move(*value)).view();
  }
  return how;
}

Exit tell_change(const Result<bool>& changed, const Arguments& arguments, const Console& console) {
  if (!changed) return complain(console, changed.error());
  if (*changed) return Exit::ok;
  const auto& words = arguments.words();
  return complain(console, {Status::conflict,
                            "state.changed",
                            concat({in_quotes(printable(words[1])), " of ", printable(words[0]),
                                    " is not what '--if' says"}),
                            concat({"look at 'weft state get ", words[0], " ", words[1], "'"}),
                            {},
                            0});
}

Exit get(SharedState& state, const Arguments& arguments, const Console& console) {
  const auto& words = arguments.words();
  auto found = state.get(words[0], words[1], arguments.has("reveal"));
  if (!found) return complain(console, found.error());
  console.out.write(result_text(found->value.view()));
  return Exit::ok;
}

Exit set(SharedState& state, const Arguments& arguments, const Console& console) {
  const auto& words = arguments.words();
  auto value = value_of(words[2]);
  if (!value) return complain(console, value.error());
  std::optional<Document> expected;
  auto how = write_of(arguments, expected);
  if (!how) return complain(console, how.error());
  how->kind = arguments.value("class");
  if (how->kind == "ephemeral") {
    return complain(console, usage_error("what is ephemeral would be gone with this command",
                                         "classes are 'standard' and 'sensitive'"));
  }
  return tell_change(state.set(words[0], words[1], value->view(), *how), arguments, console);
}

Exit erase(SharedState& state, const Arguments& arguments, const Console& console) {
  const auto& words = arguments.words();
  std::optional<Document> expected;
  auto how = write_of(arguments, expected);
  if (!how) return complain(console, how.error());
  return tell_change(state.erase(words[0], words[1], *how), arguments, console);
}

Exit list(SharedState& state, const Arguments& arguments, const Console& console) {
  auto entries = state.list(arguments.words().front(), arguments.has("reveal"));
  if (!entries) return complain(console, entries.error());
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_object();
    for (const StateEntry& entry : *entries) b.set(Key(entry.key), entry.value.view());
    b.end_object();
    console.out.write(to_json(b.take_value(), true) + "\n");
    return Exit::ok;
  }
  Table table({"KEY", "CLASS", "VALUE"});
  for (const StateEntry& entry : *entries) {
    table.add({printable(entry.key), entry.kind, printable(entry.value.to_json())});
  }
  if (!table.is_empty()) console.out.write(table.text(console.out));
  return Exit::ok;
}

Exit tell_count(const Result<uint32_t>& keys, const Console& console) {
  if (!keys) return complain(console, keys.error());
  console.out.write(concat({std::to_string(*keys), *keys == 1 ? " key\n" : " keys\n"}));
  return Exit::ok;
}

Exit clear(SharedState& state, const Arguments& arguments, const Console& console) {
  return tell_count(state.clear(arguments.words()[0]), console);
}

Exit copy(SharedState& state, const Arguments& arguments, const Console& console) {
  return tell_count(state.copy(arguments.words()[0], arguments.words()[1]), console);
}

Exit move(SharedState& state, const Arguments& arguments, const Console& console) {
  return tell_count(state.move(arguments.words()[0], arguments.words()[1]), console);
}

std::string side(const std::optional<Document>& value) {
  return value ? printable(value->to_json()) : "nothing";
}

Exit migrate(SharedState& state, const Arguments& arguments, const Console& console) {
  Diagnostics sources(console.err);
  auto migration = read_value("migration", "@" + arguments.words()[1], sources);
  if (!migration) {
    console.err.write(sources.render(migration.error()));
    return Exit::usage;
  }
  auto done = state.migrate(arguments.words()[0], migration->view(), arguments.has("dry-run"));
  if (!done) return complain(console, done.error());
  for (const StateMigrated::Changed& one : done->keys) {
    console.out.write(
        concat({printable(one.key), ": ", side(one.before), " -> ", side(one.after), "\n"}));
  }
  console.out.write(concat(
      {"version ", std::to_string(done->from),
       done->from == done->to ? ", nothing to do" : " -> " + std::to_string(done->to), "\n"}));
  return Exit::ok;
}

}  // namespace

std::vector<Verb> verbs_of_state() {
  const auto verb = [](std::string_view name, std::string_view words, std::string_view summary,
                       Options options, Exit (*perform)(const Arguments&, const Console&)) {
    options.insert(options.end(), {store_options, plugin_options, global_options});
    const auto count = static_cast<uint32_t>(std::count(words.begin(), words.end(), ' ') + 1);
    const std::string_view text = name == "state migrate" ? migrate_text : owners_text;
    return Verb{name, words, summary, text, std::move(options), count, count, perform};
  };
  return {
      verb("state get", "SCOPE KEY", "tell a value that outlives runs", {get_options},
           in_store<get>),
      verb("state set", "SCOPE KEY VALUE", "write one; VALUE is JSON, or else a text",
           {set_options}, in_store<set>),
      verb("state delete", "SCOPE KEY", "take one away", {delete_options}, in_store<erase>),
      verb("state list", "SCOPE", "list all of an owner", {list_options}, in_store<list>),
      verb("state clear", "SCOPE", "take all of an owner away", {}, in_store<clear>),
      verb("state copy", "SCOPE SCOPE", "copy all of an owner to another one", {}, in_store<copy>),
      verb("state move", "SCOPE SCOPE", "the same, and take it away", {}, in_store<move>),
      verb("state migrate", "SCOPE FILE", "bring the values of an owner to a new schema",
           {migrate_options}, in_store<migrate>),
  };
}

}  // namespace weft::cli
