// Verb 'report'.
#include <weft/travel.hpp>

#include <array>
#include <cstdio>

#include "past.hpp"
#include "pool.hpp"
#include "session.hpp"
#include "table.hpp"
#include "text.hpp"
#include "times.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

double milliseconds(int64_t ns) { return static_cast<double>(ns) / 1e6; }

std::string share_text(double share) {
  std::array<char, 32> text{};
  const int n = std::snprintf(text.data(), text.size(), "%.1f %%", 100 * share);
  return {text.data(), static_cast<size_t>(n)};
}

// What is not known is a dash.
std::string share_text(const std::optional<double>& share) {
  return share ? share_text(*share) : "-";
}

std::string duration_or_dash(int64_t ns) { return ns != 0 ? duration_text(ns) : "-"; }

struct Part {
  Key name;
  int64_t Spent::* ns;
};
constexpr std::array<Part, 5> parts{{{"run"_k, &Spent::run},
                                     {"retry"_k, &Spent::retry},
                                     {"queue"_k, &Spent::queue},
                                     {"wait"_k, &Spent::wait},
                                     {"people"_k, &Spent::people}}};
struct Quantile {
  Key name;
  int64_t Percentiles::* ns;
};
constexpr std::array<Quantile, 4> quantiles{{{"p50_ms"_k, &Percentiles::p50},
                                             {"p90_ms"_k, &Percentiles::p90},
                                             {"p95_ms"_k, &Percentiles::p95},
                                             {"p99_ms"_k, &Percentiles::p99}}};

void add(Builder& b, Key key, const std::optional<double>& value) {
  if (value) b.set(key, *value);
}

void add_ms(Builder& b, Key key, const std::optional<int64_t>& ns) {
  if (ns) b.set(key, milliseconds(*ns));
}

void add(Builder& b, Key key, const std::vector<std::string>& texts) {
  b.key(key);
  b.begin_array();
  for (const std::string& text : texts) b.text(text);
  b.end_array();
}

void add_parts(Builder& b, const Spent& spent) {
  for (const Part& part : parts) b.set(part.name, milliseconds(spent.*part.ns));
}

void add(Builder& b, const StepReport& step) {
  b.begin_object();
  b.set("step"_k, std::string_view(step.step));
  b.set("visits"_k, step.visits);
  b.set("calls"_k, step.calls);
  b.set("failed"_k, step.failed);
  b.set("cached"_k, step.cached);
  b.set("critical"_k, step.is_critical);
  for (const Quantile& one : quantiles) {
    if (step.latency) b.set(one.name, milliseconds((*step.latency).*one.ns));
  }
  b.key("spent_ms"_k);
  b.begin_object();
  add_parts(b, step.spent);
  b.end_object();
  b.end_object();
}

void add(Builder& b, const GroupReport& group) {
  b.begin_object();
  add(b, "steps"_k, group.steps);
  b.set("coordination"_k, std::string_view(group.coordination));
  add(b, "gain_predicted"_k, group.predicted);
  add(b, "gain_reached"_k, group.reached);
  b.end_object();
}

void add(Builder& b, const Advice& advice) {
  b.begin_object();
  if (!advice.step.empty()) b.set("step"_k, std::string_view(advice.step));
  b.set("text"_k, std::string_view(advice.text));
  b.set("saves_ms"_k, milliseconds(advice.saves_ns));
  b.set("gain"_k, advice.gain);
  b.end_object();
}

template <class List>
void add_list(Builder& b, Key key, const List& list) {
  b.key(key);
  b.begin_array();
  for (const auto& one : list) add(b, one);
  b.end_array();
}

std::string json_of(const RunReport& report) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("run"_k, std::string_view(report.run));
  b.set("workflow"_k, std::string_view(report.workflow));
  b.set("status"_k, to_text(report.state));
  b.set("wall_ms"_k, milliseconds(report.wall_ns));
  b.set("execution_ms"_k, milliseconds(report.execution_ns));
  b.key("spent_ms"_k);
  b.begin_object();
  add_parts(b, report.spent);
  b.set("other"_k, milliseconds(report.other_ns));
  b.end_object();
  add_ms(b, "work_ms"_k, report.work_ns);
  add_ms(b, "critical_ms"_k, report.critical_ns);
  add(b, "critical_path"_k, report.critical_path);
  if (report.bottleneck) {
    b.key("bottleneck"_k);
    b.begin_object();
    b.set("step"_k, std::string_view(report.bottleneck->step));
    b.set("saves_ms"_k, milliseconds(report.bottleneck->saves_ns));
    b.set("gain"_k, report.bottleneck->gain);
    b.end_object();
  }
  add(b, "parallel_efficiency"_k, report.parallel_efficiency);
  add(b, "gain_predicted"_k, report.gain_predicted);
  add(b, "gain_reached"_k, report.gain_reached);
  add(b, "opportunity_unused"_k, report.unused);
  add_list(b, "groups"_k, report.groups);
  b.key("calls_avoided"_k);
  b.begin_object();
  b.set("cached"_k, report.cached_calls);
  b.set("kept"_k, report.kept_calls);
  add_ms(b, "cached_ms"_k, report.cached_ns);
  b.end_object();
  add_list(b, "steps"_k, report.steps);
  add_list(b, "advice"_k, report.advice);
  b.end_object();
  return to_json(b.take_value(), true) + "\n";
}

// A long list is told by its ends.
std::string way_text(const std::vector<std::string>& steps) {
  constexpr size_t shown = 12;
  std::string text;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (steps.size() > shown && i == shown / 2) {
      i = steps.size() - shown / 2;
      text += " → …";
    }
    if (!text.empty()) text += " → ";
    text += printable(steps[i]);
  }
  return text;
}

std::string summary_of(const RunReport& report, const Terminal& out) {
  std::string text =
      concat({"run ", report.run, " of ", in_quotes(printable(report.workflow)), ", ",
              to_text(report.state), "\nwall ", duration_text(report.wall_ns), ":"});
  for (const Part& part : parts) {
    text += concat({" ", part.name.view(), " ", duration_or_dash(report.spent.*part.ns), ","});
  }
  text += concat({" other ", duration_or_dash(report.other_ns), "\n"});
  if (report.critical_ns) {
    text += concat({"critical path ", duration_text(*report.critical_ns), " of ",
                    duration_text(*report.work_ns), " of work: ", way_text(report.critical_path),
                    "\n"});
  }
  if (report.bottleneck) {
    text += concat({"bottleneck ", out.paint(Style::bold, printable(report.bottleneck->step)),
                    ": 10 % less of it saves ", duration_text(report.bottleneck->saves_ns), ", ",
                    share_text(report.bottleneck->gain), " of the run\n"});
  }
  text += concat({"parallel efficiency ", share_text(report.parallel_efficiency), ", gain ",
                  share_text(report.gain_reached), " of ", share_text(report.gain_predicted),
                  " predicted, unused ", share_text(report.unused), "\n"});
  for (const GroupReport& group : report.groups) {
    text += concat({group.coordination, ", gain ", share_text(group.reached), " of ",
                    share_text(group.predicted), " predicted:"});
    for (const std::string& step : group.steps) text += concat({" ", printable(step)});
    text += "\n";
  }
  if (report.cached_calls + report.kept_calls > 0) {
    text += concat({"calls avoided: ", std::to_string(report.cached_calls), " by the cache",
                    report.cached_ns ? concat({" (", duration_text(*report.cached_ns), ")"}) : "",
                    ", ", std::to_string(report.kept_calls), " by going on\n"});
  }
  return text;
}

void print(const RunReport& report, const Terminal& out) {
  out.write(summary_of(report, out));
  Table table({"STEP", "CALLS", "FAILED", "P50", "P90", "P95", "P99", "RUN", "RETRY", "QUEUE",
               "WAIT", "PEOPLE"});
  for (const StepReport& step : report.steps) {
    const std::string name = printable(step.step);
    std::vector<std::string> cells{step.is_critical ? out.paint(Style::bold, name) : name,
                                   std::to_string(step.calls), std::to_string(step.failed)};
    for (const Quantile& one : quantiles) {
      cells.push_back(step.latency ? duration_text((*step.latency).*one.ns) : "-");
    }
    for (const Part& part : parts) cells.push_back(duration_or_dash(step.spent.*part.ns));
    table.add(std::move(cells));
  }
  if (!table.is_empty()) out.write(table.text(out));
  for (const Advice& one : report.advice) {
    out.write(
        concat({share_text(one.gain), " (", duration_text(one.saves_ns), ") ",
                one.step.empty() ? "" : in_quotes(printable(one.step)) + ": ", one.text, "\n"}));
  }
}

}  // namespace

Exit report(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {false, true});
  if (!session) return complain(console, session.error());
  Kernel& kernel = (*session)->kernel();
  auto id = kernel.find_run(arguments.words().front());
  if (!id) return complain(console, id.error());
  auto made = kernel.report(*id);
  if (!made) return complain(console, made.error());
  if (arguments.has("json")) {
    console.out.write(json_of(*made));
  } else {
    print(*made, console.out);
  }
  return Exit::ok;
}

}  // namespace weft::cli
