// Verbs 'list' and 'show'.
#include <algorithm>

#include "outcome.hpp"
#include "pool.hpp"
#include "table.hpp"
#include "times.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

Style style_of(std::string_view status) {
  if (status == "completed" || status == "succeeded") return Style::green;
  if (status == "failed") return Style::red;
  if (status == "skipped" || status == "pending") return Style::dim;
  return Style::yellow;
}

std::string painted(const Terminal& terminal, std::string_view status) {
  return terminal.paint(style_of(status), status);
}

std::string workflow_text(Value id, Value version) {
  std::string text = printable(id.as_text());
  if (!version.as_text().empty()) text += " " + printable(version.as_text());
  return text;
}

std::string step_note(Value step) {
  const Value error = step["error"_k];
  if (error.exists()) {
    return printable(error["code"_k].as_text()) + ": " + printable(error["message"_k].as_text());
  }
  return printable(step["reason"_k].as_text());
}

std::string milliseconds_text(Value ms) {
  return ms.is_number() ? duration_text(static_cast<int64_t>(ms.as_f64() * 1e6)) : "";
}

void print_timeline(const Outcome& outcome, const Console& console) {
  const Value detail = outcome.detail.view();
  const Value workflow = detail["workflow"_k];
  const int64_t began = parse_time(detail["started_at"_k].as_text());
  std::string head = "run " + outcome.run + ", ";
  head += workflow.is_object() ? workflow_text(workflow["id"_k], workflow["version"_k])
                               : workflow_text(workflow, detail["version"_k]);
  head += ": " + painted(console.out, to_text(outcome.state));
  const std::string took = milliseconds_text(detail["duration_ms"_k]);
  if (!took.empty()) head += " in " + took;
  console.out.write(head + "\n");
  if (began != 0) console.out.write("started " + local_text(began) + "\n");
  const Value cause = detail["caused_by"_k];
  if (cause.exists()) {
    const std::string step = printable(cause["step"_k].as_text());
    console.out.write("started by run " + printable(cause["run"_k].as_text()) +
                      (step.empty() ? "\n" : ", step " + step + "\n"));
  }
  const Value adapted = workflow["adapted"_k];
  std::string ids;
  for (const Value id : adapted["proposals"_k]) {
    ids += (ids.empty() ? "" : ", ") + printable(id.as_text());
  }
  if (!ids.empty()) {
    console.out.write("adapted by what people accepted: " + ids + ", made from definition " +
                      printable(adapted["definition"_k].as_text()) + "\n");
  }

  Table table({"STEP", "STATUS", "START", "TIME", "ATTEMPTS", "NOTE"});
  const Value steps = detail["step_results"_k];
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const Value step = steps[i];
    const int64_t start = parse_time(step["started_at"_k].as_text());
    table.add({printable(steps.key(i)), painted(console.out, step["status"_k].as_text()),
               start != 0 && began != 0 ? "+" + duration_text(start - began) : "",
               milliseconds_text(step["duration_ms"_k]),
               std::to_string(step["attempts"_k].as_i64()), step_note(step)});
  }
  if (!table.is_empty()) console.out.write("\n" + table.text(console.out));
  if (outcome.state == RunState::failed) {
    const Error error = error_of(outcome.result.view());
    console.out.write("\n" + Diagnostics(console.out).render(error));
  }
}

std::string compact(Value value) {
  constexpr uint32_t columns_max = 100;
  return value.exists() ? cut(printable(to_json(value)), columns_max) : "";
}

void add_event(const weft_event& event, Builder& b) {
  b.begin_object();
  b.set("seq"_k, event.seq);
  b.key("time"_k);
  b.time(event.time_ns);
  b.set("type"_k, to_view(event.type));
  if (event.step.n != 0) b.set("step"_k, to_view(event.step));
  if (event.attempt != 0) b.set("attempt"_k, event.attempt);
  if (event.data.root != nullptr) b.set("data"_k, Value(event.data));
  b.end_object();
}

// The detail with an entry 'events'; values of events live only as long as their callback.
Result<Document> with_events(Kernel& kernel, const Outcome& outcome, uint64_t last) {
  std::vector<Document> events;
  auto told = kernel.events(outcome.run, [&](const weft_event& event) {
    if (event.seq > last) return;
    Pool pool;
    Builder b(pool.arena());
    add_event(event, b);
    events.push_back(Document::copy(b.take_value()));
  });
  if (!told) return told.error();
  Pool pool;
  Builder b(pool.arena());
  const Value detail = outcome.detail.view();
  b.begin_object();
  for (uint32_t i = 0; i < detail.size(); ++i) b.set(Key(detail.key(i)), detail[i]);
  b.key("events"_k);
  b.begin_array();
  for (const Document& event : events) b.link(event.view());
  b.end_array();
  b.end_object();
  return Document::copy(b.take_value());
}

Result<void> print_events(Kernel& kernel, const std::string& run, uint64_t last,
                          const Console& console) {
  Table table({"SEQ", "TIME", "EVENT", "STEP", "VALUE"});
  int64_t began = 0;
  auto told = kernel.events(run, [&](const weft_event& event) {
    if (event.seq > last) return;
    if (began == 0) began = event.time_ns;
    table.add({std::to_string(event.seq), "+" + duration_text(event.time_ns - began),
               std::string(to_view(event.type)), printable(to_view(event.step)),
               compact(Value(event.data))});
  });
  if (!told) return told;
  console.out.write("\n" + table.text(console.out));
  return {};
}

// Calls see(event, change) for each variable that changed.
template <class See>
Result<void> each_change(Kernel& kernel, const std::string& run, uint64_t last, const See& see) {
  return kernel.events(run, [&](const weft_event& event) {
    if (event.seq > last || to_view(event.type) != "state.key.changed") return;
    for (const Value change : Value(event.data)["changes"_k]) see(event, change);
  });
}

Result<void> print_changes(Kernel& kernel, const std::string& run, uint64_t last,
                           const Console& console) {
  Table table({"SEQ", "STEP", "VARIABLE", "OLD", "NEW"});
  auto told = each_change(kernel, run, last, [&](const weft_event& event, Value change) {
    table.add({std::to_string(event.seq), printable(to_view(event.step)),
               printable(change["path"_k].as_text()), compact(change["old"_k]),
               compact(change["new"_k])});
  });
  if (!told) return told;
  console.out.write(table.is_empty() ? "\nno variable was changed\n"
                                     : "\n" + table.text(console.out));
  return {};
}

// The detail with an entry 'state_changes'.
Result<Document> with_changes(Kernel& kernel, const std::string& run, Value detail, uint64_t last) {
  std::vector<Document> changes;
  auto told = each_change(kernel, run, last, [&](const weft_event& event, Value change) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_object();
    b.set("seq"_k, event.seq);
    if (event.step.n != 0) b.set("step"_k, to_view(event.step));
    for (uint32_t i = 0; i < change.size(); ++i) b.set(Key(change.key(i)), change[i]);
    b.end_object();
    changes.push_back(Document::copy(b.take_value()));
  });
  if (!told) return told.error();
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  for (uint32_t i = 0; i < detail.size(); ++i) b.set(Key(detail.key(i)), detail[i]);
  b.key("state_changes"_k);
  b.begin_array();
  for (const Document& change : changes) b.link(change.view());
  b.end_array();
  b.end_object();
  return Document::copy(b.take_value());
}

}  // namespace

Exit list(const Arguments& arguments, const Console& console) {
  auto limit = number_of(arguments, "limit", 20);
  if (!limit) return complain(console, limit.error());
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  RunFilter filter{arguments.value("status"),
                   arguments.value("workflow"),
                   arguments.value("tag"),
                   0,
                   INT64_MAX,
                   *limit};
  if (arguments.has("since")) {
    auto since = instant_of("since", arguments.value("since"));
    if (!since) return complain(console, since.error());
    filter.since_ns = *since;
  }
  auto runs = (*session)->kernel().list(filter);
  if (!runs) return complain(console, runs.error());
  if (arguments.has("json")) {
    console.out.write(runs->to_json(true) + "\n");
    return Exit::ok;
  }
  Table table({"RUN", "WORKFLOW", "STATUS", "STARTED", "TIME"});
  for (const Value run : runs->view()) {
    const int64_t began = run["created_ns"_k].as_i64();
    const std::string_view status = run["status"_k].as_text();
    const int64_t took = run["updated_ns"_k].as_i64(began) - began;
    std::string what = workflow_text(run["workflow"_k], run["version"_k]);
    if (run["parent"_k].exists()) what += ", by " + printable(run["parent"_k].as_text());
    table.add({printable(run["id"_k].as_text()), what, painted(console.out, status),
               local_text(began), status == "running" ? "" : duration_text(took)});
  }
  if (table.is_empty()) {
    const bool narrows = arguments.has("status") || arguments.has("workflow") ||
                         arguments.has("tag") || arguments.has("since");
    console.err.write(narrows ? "no run is like that\n"
                              : "there are no runs yet; 'weft run FILE' starts one\n");
  } else {
    console.out.write(table.text(console.out));
  }
  return Exit::ok;
}

Exit show(const Arguments& arguments, const Console& console) {
  auto at = number_of(arguments, "at", UINT32_MAX);
  if (!at) return complain(console, at.error());
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());
  const uint64_t last = arguments.has("at") ? *at : UINT64_MAX;
  auto outcome = arguments.has("at") ? kernel.show_at(*id, last) : kernel.show(*id);
  if (!outcome) return complain(console, outcome.error());
  const bool wants_events = arguments.has("events");
  if (!arguments.has("json")) {
    print_timeline(*outcome, console);
    if (arguments.has("state")) {
      auto printed = print_changes(kernel, *id, last, console);
      if (!printed) return complain(console, printed.error());
    }
    if (!wants_events) return Exit::ok;
    auto printed = print_events(kernel, *id, last, console);
    return printed ? Exit::ok : complain(console, printed.error());
  }
  if (arguments.has("state")) {
    auto all = with_changes(kernel, *id, outcome->detail.view(), last);
    if (!all) return complain(console, all.error());
    outcome->detail = std::move(*all);
  }
  if (wants_events) {
    auto all = with_events(kernel, *outcome, last);
    if (!all) return complain(console, all.error());
    outcome->detail = std::move(*all);
  }
  console.out.write(outcome->detail.to_json(true) + "\n");
  return Exit::ok;
}

}  // namespace weft::cli
