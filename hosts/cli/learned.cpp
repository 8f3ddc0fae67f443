// Verb 'learned'.
#include <weft/learned.hpp>

#include <array>
#include <cstdio>

#include "definition.hpp"
#include "past.hpp"
#include "person.hpp"
#include "pool.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

double milliseconds(int64_t ns) { return static_cast<double>(ns) / 1e6; }

// Of nothing there is no share.
std::string share_text(uint64_t part, uint64_t whole) {
  if (whole == 0) return "-";
  std::array<char, 32> text{};
  const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
  const int size = std::snprintf(text.data(), text.size(), "%.1f %%", percent);
  return {text.data(), static_cast<size_t>(size)};
}

std::string duration_or_dash(const std::optional<int64_t>& ns) {
  return ns ? duration_text(*ns) : "-";
}

std::string times_text(uint64_t count, std::string_view one) {
  return concat({std::to_string(count), " ", one, count == 1 ? "" : "s"});
}

void add(Builder& b, Key key, const SideLearned& side) {
  const uint64_t known = side.succeeded + side.failed;
  b.key(key);
  b.begin_object();
  b.set("count"_k, side.count);
  b.set("succeeded"_k, side.succeeded);
  b.set("failed"_k, side.failed);
  if (known != 0) {
    b.set("success_rate"_k, static_cast<double>(side.succeeded) / static_cast<double>(known));
  }
  if (side.mean_ns) b.set("mean_ms"_k, milliseconds(*side.mean_ns));
  if (side.p95_ns) b.set("p95_ms"_k, milliseconds(*side.p95_ns));
  b.end_object();
}

std::string json_of(const Learned& learned) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("workflow"_k, std::string_view(learned.workflow));
  if (learned.reset_ns != 0) {
    b.key("reset"_k);
    b.time(learned.reset_ns);
  }
  b.set("runs"_k, learned.runs);
  b.set("dropped"_k, learned.dropped);
  b.set("unread"_k, learned.unread);
  b.key("conditions"_k);
  b.begin_array();
  for (const ConditionLearned& one : learned.conditions) {
    b.begin_object();
    b.set("at"_k, std::string_view(one.at));
    b.set("condition"_k, std::string_view(one.text));
    b.set("count"_k, one.count);
    b.set("errors"_k, one.errors);
    b.set("hit_rate"_k, one.hit_rate());
    add(b, "true"_k, one.when_true);
    add(b, "false"_k, one.when_false);
    b.end_object();
  }
  b.end_array();
  b.end_object();
  return to_json(b.take_value(), true) + "\n";
}

void print(const Learned& learned, const Terminal& out) {
  std::string head = concat({"learned of ", in_quotes(printable(learned.workflow)), ": ",
                             times_text(learned.conditions.size(), "condition"), " in ",
                             times_text(learned.runs, "run")});
  if (learned.reset_ns != 0) head += concat({" since ", local_text(learned.reset_ns)});
  out.write(head + "\n");
  Table table({"CONDITION", "SIDE", "COUNT", "SHARE", "SUCCEEDED", "MEAN", "P95"});
  for (const ConditionLearned& one : learned.conditions) {
    for (const bool is_true : {true, false}) {
      const SideLearned& side = is_true ? one.when_true : one.when_false;
      table.add({is_true ? printable(one.text) : "", is_true ? "true" : "false",
                 std::to_string(side.count), share_text(side.count, one.count),
                 share_text(side.succeeded, side.succeeded + side.failed),
                 duration_or_dash(side.mean_ns), duration_or_dash(side.p95_ns)});
    }
    if (one.errors != 0) {
      table.add({"", "neither", std::to_string(one.errors), "-", "-", "-", "-"});
    }
  }
  if (!table.is_empty()) out.write(table.text(out));
  if (learned.dropped != 0) {
    out.write(concat({times_text(learned.dropped, "decision"), " more than is kept of one run\n"}));
  }
  if (learned.unread != 0) {
    out.write(concat({times_text(learned.unread, "run"), " cannot be read here\n"}));
  }
}

void add(Builder& b, const Proposal& one) {
  b.begin_object();
  b.set("id"_k, std::string_view(one.id));
  b.set("kind"_k, std::string_view(one.kind));
  b.set("at"_k, std::string_view(one.at));
  b.set("condition"_k, std::string_view(one.condition));
  b.set("becomes"_k, std::string_view(one.becomes));
  b.set("reason"_k, std::string_view(one.reason));
  b.set("patch"_k, one.patch.view());
  b.set("records"_k, one.records);
  b.set("other_way"_k, one.other_way);
  if (!one.objection.empty()) b.set("objection"_k, std::string_view(one.objection));
  if (!one.by.empty()) {
    b.set("by"_k, std::string_view(one.by));
    b.key("accepted"_k);
    b.time(one.accepted_ns);
  }
  b.end_object();
}

std::string json_of(const std::vector<Proposal>& all, bool adapts) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("adaptive"_k, adapts);
  b.key("proposals"_k);
  b.begin_array();
  for (const Proposal& one : all) add(b, one);
  b.end_array();
  b.end_object();
  return to_json(b.take_value(), true) + "\n";
}

constexpr std::string_view not_adaptive =
    "note: no flow here says 'adaptive: true', so nothing that is accepted is applied\n";

std::string text_of(const Proposal& one, const Terminal& out) {
  std::string text =
      concat({out.paint(Style::bold, one.id), "  ", one.kind, "  ", printable(one.at),
              "\n  is       ", printable(one.condition), "\n  becomes  ", printable(one.becomes),
              "\n  because  ", printable(one.reason), "\n"});
  const std::string others =
      one.other_way == 0 ? "none" : concat({std::to_string(one.other_way), " of them"});
  text += concat({"  replayed ", times_text(one.records, "decision"), ", ", others,
                  " would have gone the other way\n"});
  if (!one.by.empty()) {
    return text +
           concat({"  accepted by ", printable(one.by), " on ", local_text(one.accepted_ns), "\n"});
  }
  if (!one.objection.empty()) {
    return text + concat({"  cannot be accepted: ", printable(one.objection), "\n"});
  }
  return text +
         concat({"  weft learned FILE --accept ", one.id,
                 one.other_way == 0 ? "" : " --other-way " + std::to_string(one.other_way), "\n"});
}

Exit propose(Learning& learning, const Workflow& workflow, const Arguments& arguments,
             const Console& console) {
  auto all = learning.proposals(workflow);
  if (!all) return complain(console, all.error());
  const bool adapts = Learning::adapts(workflow);
  if (arguments.has("json")) {
    console.out.write(json_of(*all, adapts));
    return Exit::ok;
  }
  bool has_accepted = false;
  for (const Proposal& one : *all) {
    console.out.write(text_of(one, console.out));
    has_accepted = has_accepted || !one.by.empty();
  }
  if (all->empty()) console.out.write("nothing to propose\n");
  if (has_accepted && !adapts) console.out.write(std::string(not_adaptive));
  return Exit::ok;
}

Exit accept(Learning& learning, const Workflow& workflow, const Arguments& arguments,
            const Console& console) {
  auto other_way = number_of(arguments, "other-way", 0);
  if (!other_way) return complain(console, other_way.error());
  const std::string by = person(arguments);
  auto accepted = learning.accept(workflow, arguments.value("accept"), {by, *other_way});
  if (!accepted) return complain(console, accepted.error());
  const bool adapts = Learning::adapts(workflow);
  console.out.write(concat({"accepted ", accepted->id, " for ", printable(by),
                            adapts ? ": runs that are started from now on decide by it\n" : "\n"}));
  if (!adapts) console.out.write(std::string(not_adaptive));
  return Exit::ok;
}

Exit withdraw(Learning& learning, const Workflow& workflow, const Arguments& arguments,
              const Console& console) {
  const std::string_view id = arguments.value("withdraw");
  auto done = learning.withdraw(workflow, id);
  if (!done) return complain(console, done.error());
  console.out.write(concat({"withdrew ", id, "\n"}));
  return Exit::ok;
}

// A workflow that the store has never had is likely a name that was mistyped.
Exit tell(Session& session, const std::string& name, const Arguments& arguments) {
  const Console& console = session.console();
  Learning learning(session.kernel());
  auto learned = learning.statistics(name);
  if (!learned) return complain(console, learned.error());
  if (arguments.has("json")) {
    console.out.write(json_of(*learned));
  } else {
    print(*learned, console.out);
  }
  return Exit::ok;
}

Result<void> must_be_known(Kernel& kernel, const std::string& name, const Error& no_file) {
  auto runs = kernel.list({.workflow = name, .max = 1});
  if (!runs) return runs.error();
  auto learned = Learning(kernel).statistics(name);
  if (!learned) return learned.error();
  if (runs->view().size() > 0 || learned->runs > 0 || learned->reset_ns != 0) return {};
  Error error = no_file;
  error.hint = concat({"the store has no run of a workflow ", in_quotes(name), " either"});
  return error;
}

}  // namespace

Exit learned(const Arguments& arguments, const Console& console) {
  const std::string& word = arguments.words().front();
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  Learning learning(kernel);
  std::string name = word;
  auto definition = read_definition(word, arguments.value("format"));
  if (definition) {
    const Checked checked = check(**session, *definition);
    if (!checked.workflow) return checked.exit;
    name = checked.workflow->id();
    if (arguments.has("accept")) return accept(learning, *checked.workflow, arguments, console);
    if (arguments.has("withdraw")) return withdraw(learning, *checked.workflow, arguments, console);
    if (arguments.has("propose")) return propose(learning, *checked.workflow, arguments, console);
  } else {
    const bool needs_file =
        arguments.has("accept") || arguments.has("withdraw") || arguments.has("propose");
    if (needs_file) return complain(console, definition.error());
    auto known = must_be_known(kernel, name, definition.error());
    if (!known) return complain(console, known.error());
  }
  if (!arguments.has("reset")) return tell(**session, name, arguments);
  auto done = learning.reset(name);
  if (!done) return complain(console, done.error());
  console.out.write(concat({"forgot what was learned of ", in_quotes(printable(name)), "\n"}));
  return Exit::ok;
}

}  // namespace weft::cli
