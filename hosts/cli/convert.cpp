// Verb 'migrate convert'.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <filesystem>

#include "migrate.hpp"
#include "new_file.hpp"
#include "pool.hpp"
#include "text.hpp"
#include "times.hpp"
#include "unified.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

namespace fs = std::filesystem;

struct Wanted {
  std::string format;  // yaml or line
  std::string to;      // the file; '-' is standard output, empty is none
};

Result<Wanted> wanted_of(const Arguments& arguments, const OldText& old) {
  Wanted wanted;
  const std::string_view to = arguments.value("to", "yaml");
  if (to != "yaml" && to != "short") {
    return usage_error("unknown value " + in_quotes(to) + " for '--to'",
                       "values are 'yaml' and 'short'");
  }
  wanted.format = to == "yaml" ? "yaml" : "line";
  wanted.to = arguments.value("output", old.path);
  std::error_code ignored;
  // A link stays a link, and what it leads to is written.
  if (fs::is_symlink(wanted.to, ignored)) wanted.to = fs::canonical(wanted.to, ignored).string();
  return wanted;
}

// The old text, each line behind a '#'.
std::string remarks_of(const OldText& old) {
  std::string out = concat({"# Converted from an old dialect, ", old.said, ":\n"});
  const std::string text = old.text.substr(0, old.text.find_last_not_of(" \r\n\t") + 1);
  for (size_t at = 0; at <= text.size();) {
    const size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    std::replace(line.begin(), line.end(), '\r', ' ');
    out += line.empty() ? "#\n" : concat({"#   ", line, "\n"});
    at = end + 1;
  }
  for (const OldFinding& one : old.findings) {
    if (one.kind != "lost") continue;
    out += concat({"# lost: ", one.what, "\n"});
  }
  return out;
}

// The same, with the command of texts named where it is called, for a line has no rows of commands.
void name_command(Value value, std::string_view task, Builder& b) {
  if (value.is_array()) {
    b.begin_array();
    for (const Value one : value) name_command(one, task, b);
    return b.end_array();
  }
  if (!value.is_object()) return b.link(value);
  b.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    b.key(Key(value.key(i)));
    const bool is_text = value.key(i) == "command" && value[i].as_text() == "task";
    is_text ? b.text(task) : name_command(value[i], task, b);
  }
  b.end_object();
}

std::string json_of_line(const OldText& old) {
  if (old.task.empty()) return old.json();
  Pool pool;
  Builder b(pool.arena());
  name_command(old.report.view()["definition"_k], old.task, b);
  return to_json(b.take_value());
}

// The new definition. As a line it is what the format of lines prints, which refuses what no line
// says.
Result<std::string> new_text(Session& session, const OldText& old, const std::string& format) {
  if (format == "yaml") return old.yaml();
  const Loaded loaded = session.kernel().load(json_of_line(old), old.name, "json");
  if (loaded.workflow.empty()) {
    return Error{Status::not_found, "migrate.unknown_commands",
                 "a line is printed of what is known here, and commands are missing",
                 "install them, name one with --task, or convert with --to=yaml"};
  }
  auto line = session.kernel().print(loaded.workflow.front(), "line");
  if (!line) {
    Error error = line.error();
    error.hint = "convert it with --to=yaml";
    return error;
  }
  return remarks_of(old) + *line + "\n";
}

// What is wrong with the new definition, but for commands that are not installed, which were told.
bool is_good(Session& session, const std::string& text, const Wanted& wanted) {
  const std::string name = "the new definition";
  session.diagnostics().add_source(name, text);
  const Loaded loaded = session.kernel().load(text, name, wanted.format);
  bool is_good = true;
  for (const Error& problem : loaded.problems) {
    if (problem.code == "spec.unknown_command") continue;
    session.say(problem);
    is_good = false;
  }
  return is_good;
}

// A copy of what stands there, beside it, that no other copy can be.
Result<std::string> back_up(const std::string& path, const std::string& text) {
  const auto seconds = static_cast<std::time_t>(wall_ns() / 1'000'000'000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  char stamp[32];
  std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H%M%SZ", &utc);
  const std::string copy = concat({path, ".", stamp, ".bak"});
  const int fd = open(copy.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (fd < 0) {
    return Error{Status::failed, "migrate.unwritable",
                 concat({"cannot write ", in_quotes(copy), ": ", std::strerror(errno)}),
                 "nothing was changed"};
  }
  close(fd);
  NewFile file(copy, "migrate.unwritable");
  if (auto written = file.write(text); !written) return written.error();
  if (auto finished = file.finish(); !finished) return finished.error();
  return copy;
}

// Writes where it is wanted and says so.
Result<void> put(const Console& console, const Arguments& arguments, const OldText& old,
                 const Wanted& wanted, const std::string& text) {
  if (wanted.to == "-") {
    console.out.write(text);
    return {};
  }
  std::error_code ignored;
  const bool replaces = !old.path.empty() && fs::equivalent(wanted.to, old.path, ignored);
  if (arguments.has("backup-original") && replaces) {
    auto copy = back_up(wanted.to, old.text);
    if (!copy) return copy.error();
    console.err.write(concat({"kept the old text as ", *copy, "\n"}));
  }
  NewFile file(wanted.to, "migrate.unwritable");
  if (auto written = file.write(text); !written) return written.error();
  if (auto finished = file.finish(); !finished) return finished.error();
  console.err.write(concat({"wrote ", wanted.to, ", as ", wanted.format, "\n"}));
  const std::string ending = fs::path(wanted.to).extension().string();
  const bool says_so =
      wanted.format == "line" ? ending == ".line" : ending == ".yaml" || ending == ".yml";
  if (!says_so) {
    console.err.write(concat(
        {"hint: its name does not say the format; read it with --format ", wanted.format, "\n"}));
  }
  return {};
}

}  // namespace

Exit migrate_convert(const Arguments& arguments, const Console& console) {
  auto opened = Session::open(arguments, console, {});
  if (!opened) return complain(console, opened.error());
  Session& session = **opened;
  const OldRead read = read_old(session, arguments);
  if (read.text.empty()) return read.exit;
  const OldText& old = read.text.front();
  auto wanted = wanted_of(arguments, old);
  if (!wanted) return complain(console, wanted.error());
  const Exit refused = refuse_old(session, old, arguments.has("allow-lossy"));
  if (refused != Exit::ok) return refused;
  auto text = new_text(session, old, wanted->format);
  if (!text) return std::max(complain(console, text.error()), Exit::invalid);
  if (!is_good(session, *text, *wanted)) {
    console.err.write("nothing is written, for the new definition would be wrong\n");
    return Exit::invalid;
  }
  const std::string_view called =
      wanted->to.empty() || wanted->to == "-" ? std::string_view("the new definition") : wanted->to;
  const std::string difference = unified({old.name, old.text}, {called, *text});
  (wanted->to == "-" ? console.err : console.out).write(difference);
  for (const std::string_view kind : {"assumed", "lost", "missing"}) {
    console.err.write(findings_text(console.err, old, kind));
  }
  if (arguments.has("dry-run") || wanted->to.empty()) {
    console.err.write(arguments.has("dry-run") ? "nothing is written, for this is a dry run\n"
                                               : "nothing is written; name a file with '-o'\n");
  } else if (auto done = put(console, arguments, old, *wanted, *text); !done) {
    return complain(console, done.error());
  }
  return old.count("missing") > 0 ? Exit::missing : Exit::ok;
}

}  // namespace weft::cli
