// Verbs 'checkpoints', 'diff' and 'replay'.
#include <weft/travel.hpp>

#include "definition.hpp"
#include "past.hpp"
#include "pool.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

// What the two sides of a comparison are called.
struct Sides {
  std::string_view first, second;
};

std::string value_line(const Terminal& terminal, Style style, std::string_view side,
                       const std::optional<Document>& value) {
  constexpr uint32_t columns_max = 160;
  const std::string text =
      value ? cut(printable(value->to_json()), columns_max) : terminal.paint(Style::dim, "nothing");
  return concat({"  ", terminal.paint(style, pad(side, 9)), " ", text, "\n"});
}

std::string place_of(const Divergence& d) {
  const std::string step =
      d.step.empty() ? "" : concat({"step ", in_quotes(printable(d.step)), ", "});
  return concat({step, d.field, d.pointer.empty() ? "" : " ", printable(d.pointer)});
}

std::string told(const Terminal& terminal, const Divergence& d, const Sides& sides) {
  const std::string event = d.seq != 0 ? concat({" (event ", std::to_string(d.seq), ")"}) : "";
  return concat({terminal.paint(Style::bold, place_of(d)), event, "\n",
                 value_line(terminal, Style::red, sides.first, d.first),
                 value_line(terminal, Style::green, sides.second, d.second)});
}

std::string listed(std::string_view head, const std::vector<std::string>& steps) {
  constexpr size_t shown = 8;
  if (steps.empty()) return {};
  std::string text(head);
  for (size_t i = 0; i < steps.size() && i < shown; ++i) {
    text += concat({i > 0 ? ", " : " ", printable(steps[i])});
  }
  if (steps.size() > shown)
    text += concat({" and ", std::to_string(steps.size() - shown), " more"});
  return text + "\n";
}

std::string told(const Terminal& terminal, const Comparison& found, const Sides& sides) {
  std::string text;
  for (const Divergence& d : found.differences) text += told(terminal, d, sides);
  text +=
      concat({steps_text(found.different), found.different == 1 ? " differs, " : " differ, ",
              std::to_string(found.same), found.same == 1 ? " is the same\n" : " are the same\n"});
  text += listed(concat({"only ", sides.first, ":"}), found.only_first);
  text += listed(concat({"only ", sides.second, ":"}), found.only_second);
  if (!found.has_same_definition) text += "the definitions differ\n";
  return text;
}

void add(Builder& b, const Divergence& d) {
  b.begin_object();
  if (!d.step.empty()) b.set("step"_k, std::string_view(d.step));
  b.set("field"_k, std::string_view(d.field));
  b.set("pointer"_k, std::string_view(d.pointer));
  if (d.first) b.set("first"_k, d.first->view());
  if (d.second) b.set("second"_k, d.second->view());
  if (d.seq != 0) b.set("seq"_k, d.seq);
  b.end_object();
}

void add(Builder& b, Key key, const std::vector<Divergence>& differences) {
  b.key(key);
  b.begin_array();
  for (const Divergence& d : differences) add(b, d);
  b.end_array();
}

void add(Builder& b, Key key, const std::vector<std::string>& texts) {
  b.key(key);
  b.begin_array();
  for (const std::string& text : texts) b.text(text);
  b.end_array();
}

// The entries of an object.
void add(Builder& b, const Comparison& found) {
  add(b, "differences"_k, found.differences);
  b.set("same"_k, found.same);
  b.set("different"_k, found.different);
  add(b, "only_first"_k, found.only_first);
  add(b, "only_second"_k, found.only_second);
  b.set("same_definition"_k, found.has_same_definition);
}

void print_json(const Console& console, Builder& b) {
  console.out.write(to_json(b.take_value(), true) + "\n");
}

Exit exit_of(const std::vector<Divergence>& differences) {
  return differences.empty() ? Exit::ok : Exit::failed;
}

void print_replayed(const Console& console, const Replayed& replayed, bool is_other) {
  const Terminal& out = console.out;
  const std::string events = std::to_string(replayed.events);
  if (!replayed.differences.empty()) {
    out.write(
        concat({"the run is decided otherwise after ", events, " events that are the same\n"}));
    for (const Divergence& d : replayed.differences) {
      out.write(told(out, d, {"recorded", "decided"}));
    }
    return;
  }
  if (!is_other) {
    return void(out.write(concat({"same ", events, " events, ", to_text(replayed.state), "\n"})));
  }
  out.write(concat({"with the other definition the run would be ", to_text(replayed.state), "\n"}));
  out.write(told(out, replayed.steps.front(), {"recorded", "now"}));
  out.write(listed("would be called, and no answer is recorded:", replayed.unanswered));
  out.write(listed("would not be called any more:", replayed.unused));
}

void print_replayed_json(const Console& console, const Replayed& replayed) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("same_events"_k, replayed.events);
  b.set("status"_k, to_text(replayed.state));
  b.set("result"_k, replayed.result.view());
  if (replayed.steps.empty()) {
    add(b, "differences"_k, replayed.differences);
  } else {
    add(b, replayed.steps.front());
    add(b, "unanswered"_k, replayed.unanswered);
    add(b, "unused"_k, replayed.unused);
  }
  b.end_object();
  print_json(console, b);
}

}  // namespace

std::string steps_text(uint64_t count) {
  return concat({std::to_string(count), count == 1 ? " step" : " steps"});
}

Exit checkpoints(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());
  auto all = kernel.checkpoints(*id);
  if (!all) return complain(console, all.error());
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_array();
    for (const Checkpoint& c : *all) {
      b.begin_object();
      b.set("seq"_k, c.seq);
      b.key("time"_k);
      b.time(c.time_ns);
      if (!c.step.empty()) b.set("step"_k, std::string_view(c.step));
      if (!c.step.empty()) b.set("status"_k, std::string_view(c.status));
      b.set("run_status"_k, to_text(c.state));
      b.end_object();
    }
    b.end_array();
    print_json(console, b);
    return Exit::ok;
  }
  Table table({"SEQ", "TIME", "AFTER", "STATUS", "RUN"});
  for (const Checkpoint& c : *all) {
    table.add({std::to_string(c.seq), "+" + duration_text(c.time_ns - all->front().time_ns),
               c.step.empty() ? console.out.paint(Style::dim, "(start)") : printable(c.step),
               c.status, std::string(to_text(c.state))});
  }
  console.out.write(table.text(console.out));
  return Exit::ok;
}

Exit diff(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto first = kernel.find_run(arguments.words()[0]);
  if (!first) return complain(console, first.error());
  auto second = kernel.find_run(arguments.words()[1]);
  if (!second) return complain(console, second.error());
  auto found = kernel.diff(*first, *second);
  if (!found) return complain(console, found.error());
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_object();
    add(b, "runs"_k, {*first, *second});
    add(b, *found);
    b.end_object();
    print_json(console, b);
  } else if (found->differences.empty()) {
    console.out.write(concat({"the runs are equal, ", steps_text(found->same),
                              found->has_same_definition ? "\n" : "; their definitions differ\n"}));
  } else {
    console.out.write(told(console.out, *found, {"first", "second"}));
  }
  return exit_of(found->differences);
}

Exit replay(const Arguments& arguments, const Console& console) {
  auto to = number_of(arguments, "to", UINT32_MAX);
  if (!to) return complain(console, to.error());
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());
  Checked other;
  if (arguments.has("with")) {
    auto definition = read_definition(std::string(arguments.value("with")), "");
    if (!definition) return complain(console, definition.error());
    other = check(**session, *definition);
    if (!other.workflow) return other.exit;
  }
  auto replayed = kernel.replay(*id, *to, other.workflow ? &*other.workflow : nullptr);
  if (!replayed) return complain(console, replayed.error());
  if (arguments.has("json")) {
    print_replayed_json(console, *replayed);
  } else {
    print_replayed(console, *replayed, !replayed->steps.empty());
  }
  return exit_of(replayed->steps.empty() ? replayed->differences
                                         : replayed->steps.front().differences);
}

}  // namespace weft::cli
