// Verb 'migrate validate': whether an old text and a new definition do the same.
#include <weft/travel.hpp>

#include "definition.hpp"
#include "migrate.hpp"
#include "pool.hpp"
#include "sameness.hpp"
#include "text.hpp"
#include "values.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

constexpr int64_t patience_ns = 60'000'000'000;  // with a run that waits for a time

struct Sides {
  Workflow before, after;
  std::string name;  // of the new one
  Strictness strictness = Strictness::normalised;
};

// How one side has ended, by whatever answered its calls.
struct Ended {
  std::string status;
  Document result;
  Document steps;                       // {path: {status, output?}}
  std::vector<std::string> unanswered;  // of a recorded run
};

struct Difference {
  std::string where;
  Parting parting;
};

// Why the old text cannot be run, which is a lack of commands or a fault of the reader.
Exit tell_problems(Session& session, const OldText& old, const Loaded& loaded) {
  if (old.count("missing") > 0) {
    session.progress().print(findings_text(session.console().err, old, "missing"));
    session.say({Status::not_found, "migrate.unknown_commands", "the old text cannot be run here",
                 "install what it names, or say with --task what texts are given to"});
    return Exit::missing;
  }
  // Places of the definition are no places of the old text.
  for (Error problem : loaded.problems) {
    problem.where.line = problem.where.column = 0;
    session.say(problem);
  }
  return Exit::invalid;
}

Exit load_sides(Session& session, const Arguments& arguments, const OldText& old, Sides& sides) {
  const Loaded before = session.kernel().load(old.json(), old.name, "json");
  if (before.workflow.empty()) return tell_problems(session, old, before);
  sides.before = before.workflow.front();
  Definition after{"the converted text", old.yaml(), "yaml"};
  if (arguments.has("against")) {
    auto given = read_definition(std::string(arguments.value("against")), "");
    if (!given) {
      session.say(given.error());
      return exit_of(given.error());
    }
    after = std::move(*given);
  }
  sides.name = after.file;
  const Checked checked = check(session, after);
  if (!checked.workflow) return checked.exit;
  sides.after = *checked.workflow;
  const auto written = session.kernel().read(after.text, after.file, after.format);
  const bool keeps_form = written && written->view()["preserve_output_format"_k].as_bool();
  if (keeps_form) sides.strictness = Strictness::exact;
  return Exit::ok;
}

Result<Ended> run_with_mocks(Kernel& kernel, const Workflow& workflow, Value input) {
  RunOptions options;
  options.input = input;
  options.with_detail = true;
  auto run = kernel.start(workflow, options);
  if (!run) return run.error();
  auto outcome = kernel.wait(*run, patience_ns);
  if (!outcome) return outcome.error();
  Ended ended;
  ended.status = to_text(outcome->state);
  ended.steps = Document::copy(outcome->detail.view()["step_results"_k]);
  ended.result = std::move(outcome->result);
  return ended;
}

Result<Ended> replay_with(Kernel& kernel, const std::string& run, const Workflow& workflow) {
  auto replayed = kernel.replay(run, UINT64_MAX, &workflow);
  if (!replayed) return replayed.error();
  Ended ended;
  ended.status = to_text(replayed->state);
  ended.result = std::move(replayed->result);
  ended.unanswered = std::move(replayed->unanswered);
  return ended;
}

void compare(std::string where, Value before, Value after, std::vector<Difference>& found,
             Strictness strictness = Strictness::normalised) {
  if (auto parting = parting_of(before, after, strictness)) {
    found.push_back({std::move(where), std::move(*parting)});
  }
}

// Steps of the same name are the same step; of the others the first is the first.
void compare_steps(Value before, Value after, std::vector<Difference>& found) {
  std::vector<uint32_t> rest;
  for (uint32_t i = 0; i < after.size(); ++i) {
    if (!before[Key(after.key(i))].exists()) rest.push_back(i);
  }
  size_t next = 0;
  for (uint32_t i = 0; i < before.size(); ++i) {
    const std::string name(before.key(i));
    Value other = after[Key(name)];
    std::string where = "step " + in_quotes(name);
    if (!other.exists() && next < rest.size()) {
      where += " and " + in_quotes(after.key(rest[next]));
      other = after[rest[next++]];
    }
    if (!other.exists()) {
      found.push_back({where, {{}, "a step", "nothing"}});
      continue;
    }
    for (const Key part : {"status"_k, "output"_k}) {
      compare(concat({where, ", ", part.view()}), before[i][part], other[part], found);
    }
  }
  for (; next < rest.size(); ++next) {
    found.push_back({"step " + in_quotes(after.key(rest[next])), {{}, "nothing", "a step"}});
  }
}

std::vector<Difference> compare(const Ended& before, const Ended& after, bool with_steps,
                                Strictness strictness) {
  std::vector<Difference> found;
  if (before.status != after.status) {
    found.push_back({"status", {{}, before.status, after.status}});
  }
  compare("result", before.result.view(), after.result.view(), found, strictness);
  if (with_steps) compare_steps(before.steps.view(), after.steps.view(), found);
  for (const std::string& step : before.unanswered) {
    found.push_back({"step " + in_quotes(step), {{}, "no answer is recorded", "-"}});
  }
  for (const std::string& step : after.unanswered) {
    found.push_back({"step " + in_quotes(step), {{}, "-", "no answer is recorded"}});
  }
  return found;
}

void print_json(const Console& console, const std::string& answers,
                const std::vector<Difference>& found) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("same"_k, found.empty());
  b.set("answers"_k, std::string_view(answers));
  b.key("differences"_k);
  b.begin_array();
  for (const Difference& one : found) {
    b.begin_object();
    b.set("where"_k, std::string_view(one.where));
    b.set("pointer"_k, std::string_view(one.parting.pointer));
    b.set("old"_k, std::string_view(one.parting.before));
    b.set("new"_k, std::string_view(one.parting.after));
    b.end_object();
  }
  b.end_array();
  b.end_object();
  console.out.write(to_json(b.take_value(), true) + "\n");
}

void print(const Console& console, const Ended& ended, const std::vector<Difference>& found) {
  const Terminal& out = console.out;
  for (const Difference& one : found) {
    const std::string& at = one.parting.pointer;
    out.write(
        concat({out.paint(Style::bold, one.where), at.empty() ? "" : " ", printable(at),
                " differs\n  ", out.paint(Style::red, "old"), "  ", printable(one.parting.before),
                "\n  ", out.paint(Style::green, "new"), "  ", printable(one.parting.after), "\n"}));
  }
  if (found.empty()) out.write(concat({"both are ", ended.status, ", with the same result\n"}));
}

}  // namespace

Exit migrate_validate(const Arguments& arguments, const Console& console) {
  const bool is_recorded = arguments.has("recorded");
  if (is_recorded && arguments.has("compare-outputs")) {
    return complain(console,
                    usage_error("a recorded run answers step by step already",
                                "say '--compare-outputs' where tools are mocks, or leave it out"));
  }
  Wants wants{!is_recorded, is_recorded, ProgressMode::nothing};
  if (!is_recorded) wants.hook = "mock";
  auto opened = Session::open(arguments, console, wants);
  if (!opened) return complain(console, opened.error());
  Session& session = **opened;
  const OldRead read = read_old(session, arguments);
  if (read.text.empty()) return read.exit;
  const OldText& old = read.text.front();
  const Exit refused = refuse_old(session, old, arguments.has("allow-lossy"));
  if (refused != Exit::ok) return refused;
  Sides sides;
  const Exit lacks = load_sides(session, arguments, old, sides);
  if (lacks != Exit::ok) return lacks;
  auto input = read_value("input", arguments.value("input", "{}"), session.diagnostics());
  if (!input) return complain(console, input.error());
  Kernel& kernel = session.kernel();
  std::string answers = "mocks, which answer by their arguments";
  std::string run;
  if (is_recorded) {
    auto id = kernel.find_run(arguments.value("recorded"));
    if (!id) return complain(console, id.error());
    run = std::move(*id);
    answers = "the recorded ones of run " + run;
  }
  const auto play = [&](const Workflow& workflow) {
    return is_recorded ? replay_with(kernel, run, workflow)
                       : run_with_mocks(kernel, workflow, input->view());
  };
  auto before = play(sides.before);
  if (!before) return complain(console, before.error());
  auto after = play(sides.after);
  if (!after) return complain(console, after.error());
  const auto found = compare(*before, *after, arguments.has("compare-outputs"), sides.strictness);
  if (arguments.has("json")) {
    print_json(console, answers, found);
  } else {
    console.out.write(concat({"old: ", old.name, ", ", old.said, "\nnew: ", sides.name,
                              "\nanswers are ", answers, "\n"}));
    print(console, *before, found);
  }
  return found.empty() ? Exit::ok : Exit::differs;
}

}  // namespace weft::cli
