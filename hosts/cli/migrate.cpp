// Old texts, read and told; the verb 'migrate analyze'.
#include "migrate.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <set>

#include "pool.hpp"
#include "table.hpp"
#include "text.hpp"
#include "values.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

constexpr uint32_t text_columns = 32;

// A file where there is one by that name; else a text, which has a blank in it.
Result<OldText> read_word(const std::string& word) {
  OldText old;
  std::error_code ignored;
  const bool is_file = std::filesystem::exists(word, ignored);
  if (!is_file && word.find_first_of(" \n") != std::string::npos) {
    old.name = "the text";
    old.text = word;
    return old;
  }
  auto text = read_text(word);
  if (!text) return text.error();
  old.name = word == "-" ? "standard input" : word;
  if (word != "-") old.path = word;
  old.text = std::move(*text);
  return old;
}

OldFinding finding_of(Value value) {
  OldFinding finding;
  finding.line = static_cast<uint32_t>(value["line"_k].as_u64());
  finding.column = static_cast<uint32_t>(value["column"_k].as_u64());
  finding.kind = value["kind"_k].as_text();
  finding.text = value["text"_k].as_text();
  finding.what = value["what"_k].as_text();
  finding.becomes = value["becomes"_k].as_text();
  finding.confidence = value["confidence"_k].as_f64();
  finding.command = value["command"_k].as_text();
  return finding;
}

// Commands that steps name and nobody here knows, each once, behind the step that names it first.
void add_missing(Kernel& kernel, OldText& old) {
  std::set<std::string> asked;
  std::vector<OldFinding> all;
  all.reserve(old.findings.size());
  for (OldFinding& finding : old.findings) {
    const bool is_text = finding.command == "task" && !old.task.empty();
    const std::string name = is_text ? old.task : finding.command;
    all.push_back(std::move(finding));
    if (name.empty() || !asked.insert(name).second) continue;
    const auto found = kernel.find_component("tool", name);
    if (found) continue;
    OldFinding missing = all.back();
    missing.kind = "missing";
    missing.what = "the command " + in_quotes(name);
    missing.becomes = concat({"nothing that is installed here",
                              found.error().hint.empty() ? "" : "; ", found.error().hint});
    if (name == "task")
      missing.becomes = "nothing that is installed here; --task NAME names another";
    missing.confidence = 1;
    all.push_back(std::move(missing));
  }
  old.findings = std::move(all);
}

bool is_name(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.@").find(c) != std::string_view::npos;
  });
}

std::string percent(double confidence) {
  return std::to_string(std::lround(confidence * 100)) + " %";
}

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return cut(printable(text), text_columns);
}

std::string counted(size_t count, std::string_view what) {
  return concat({std::to_string(count), " ", what, count == 1 ? "" : "s"});
}

void print_json(const Console& console, const OldText& old) {
  Pool pool;
  Builder b(pool.arena());
  const Value report = old.report.view();
  b.begin_object();
  b.set("source"_k, std::string_view(old.name));
  for (const Key key : {"dialect"_k, "mode"_k, "confidence"_k, "losses"_k}) {
    if (report[key].exists()) b.set(key, report[key]);
  }
  b.set("convertible"_k, old.is_converted());
  b.set("missing"_k, uint64_t{old.count("missing")});
  b.key("findings"_k);
  b.begin_array();
  for (const OldFinding& one : old.findings) {
    b.begin_object();
    b.set("line"_k, uint64_t{one.line});
    b.set("column"_k, uint64_t{one.column});
    b.set("kind"_k, std::string_view(one.kind));
    b.set("text"_k, std::string_view(one.text));
    b.set("what"_k, std::string_view(one.what));
    b.set("becomes"_k, std::string_view(one.becomes));
    b.set("confidence"_k, one.confidence);
    b.end_object();
  }
  b.end_array();
  b.end_object();
  console.out.write(to_json(b.take_value(), true) + "\n");
}

}  // namespace

size_t OldText::count(std::string_view kind) const {
  return static_cast<size_t>(std::count_if(findings.begin(), findings.end(),
                                           [&](const OldFinding& f) { return f.kind == kind; }));
}

bool OldText::is_converted() const { return report.view()["definition"_k].exists(); }

std::string OldText::json() const {
  const Value definition = report.view()["definition"_k];
  if (task.empty()) return to_json(definition);
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  for (uint32_t i = 0; i < definition.size(); ++i) b.set(Key(definition.key(i)), definition[i]);
  b.key("commands"_k);
  b.begin_object();
  b.key("task"_k);
  b.begin_object();
  b.set("tool"_k, std::string_view(task));
  b.end_object();
  b.end_object();
  b.end_object();
  return to_json(b.take_value());
}

std::string OldText::yaml() const {
  std::string out(report.view()["yaml"_k].as_text());
  if (!task.empty()) out += concat({"commands:\n  task: {tool: \"", task, "\"}\n"});
  return out;
}

OldRead read_old(Session& session, const Arguments& arguments) {
  OldRead read;
  const std::string_view task = arguments.value("task");
  if (arguments.has("task") && !is_name(task)) {
    session.say(usage_error(in_quotes(task) + " is no name of a command", "such as --task echo"));
    read.exit = Exit::usage;
    return read;
  }
  auto old = read_word(arguments.words().front());
  if (!old) {
    session.say(old.error());
    read.exit = exit_of(old.error());
    return read;
  }
  session.diagnostics().add_source(old->name, old->text);
  auto report = session.kernel().read(old->text, old->name, "legacy_report");
  if (!report) {
    session.say(report.error());
    read.exit = report.error().code.starts_with("plugin.") ? Exit::missing : Exit::invalid;
    return read;
  }
  old->report = std::move(*report);
  old->said = old->report.view()["said"_k].as_text();
  old->task = task;
  for (const Value one : old->report.view()["findings"_k]) old->findings.push_back(finding_of(one));
  add_missing(session.kernel(), *old);
  read.text.push_back(std::move(*old));
  return read;
}

std::string findings_text(const Terminal& terminal, const OldText& old, std::string_view kind) {
  Table table({"PLACE", "KIND", "SURE", "TEXT", "WHAT", "BECOMES"});
  for (const OldFinding& one : old.findings) {
    if (!kind.empty() && one.kind != kind) continue;
    const bool is_bad = one.kind == "lost" || one.kind == "refused" || one.kind == "missing";
    table.add({concat({std::to_string(one.line), ":", std::to_string(one.column)}),
               terminal.paint(is_bad ? Style::yellow : Style::plain, one.kind),
               percent(one.confidence), one_line(one.text), printable(one.what),
               printable(one.becomes)});
  }
  return table.is_empty() ? std::string() : table.text(terminal);
}

Exit refuse_old(Session& session, const OldText& old, bool allows_loss) {
  Error error;
  error.status = Status::bad_input;
  if (!old.is_converted()) {
    error.code = "migrate.not_converted";
    error.message = "nothing is made of this text";
    error.hint = "write by hand what it did; 'weft migrate analyze' tells what is known of it";
    session.progress().print(findings_text(session.console().err, old, "refused"));
    session.say(error);
    return Exit::invalid;
  }
  const size_t losses = old.count("lost");
  if (losses == 0 || allows_loss) return Exit::ok;
  error.code = "migrate.lossy";
  error.message = counted(losses, "part") + " of the text would be lost";
  error.hint = "say it by hand, or leave it out with --allow-lossy";
  session.progress().print(findings_text(session.console().err, old, "lost"));
  session.say(error);
  return Exit::lossy;
}

Exit migrate_analyze(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  const OldRead read = read_old(**session, arguments);
  if (read.text.empty()) return read.exit;
  const OldText& old = read.text.front();
  if (arguments.has("json")) {
    print_json(console, old);
    return Exit::ok;
  }
  const Value report = old.report.view();
  const std::string_view mode = report["mode"_k].as_text();
  console.out.write(
      concat({old.name, ": ", old.said, mode.empty() ? "" : " of the mode ", mode, ", confidence ",
              percent(report["confidence"_k].as_f64()), "\n", findings_text(console.out, old)}));
  const size_t missing = old.count("missing");
  std::string end = counted(old.count("step"), "step") + ", " + std::to_string(old.count("lost")) +
                    " lost, " + std::to_string(missing) + " not installed";
  if (!old.is_converted()) end = "nothing can be made of it";
  console.out.write(end + "\n");
  return Exit::ok;
}

}  // namespace weft::cli
