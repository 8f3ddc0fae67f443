#include "definition.hpp"

#include <algorithm>

#include "values.hpp"

namespace weft::cli {

namespace {

// '/name "...' is no path, and nothing that YAML begins with.
bool is_line(std::string_view text) {
  if (!text.starts_with('/')) return false;
  const size_t end = text.find_first_of(" /:\t\r\n", 1);
  if (end == std::string_view::npos || text[end] != ' ') return false;
  const size_t next = text.find_first_not_of(' ', end);
  return next != std::string_view::npos && (text[next] == '"' || text[next] == '\'');
}

// Where the first line begins that is no remark.
size_t behind_remarks(std::string_view text) {
  size_t at = text.find_first_not_of(" \t\r\n");
  while (at != std::string_view::npos && text[at] == '#') {
    const size_t end = text.find('\n', at);
    at = end == std::string_view::npos ? end : text.find_first_not_of(" \t\r\n", end);
  }
  return at;
}

}  // namespace

Result<Definition> read_definition(const std::string& file, std::string_view format) {
  if (is_line(file)) return Definition{"the line", file, "line"};
  auto text = read_text(file);
  if (!text) return text.error();
  Definition definition{file, std::move(*text), std::string(format)};
  if (file != "-") return definition;
  definition.file = "standard input";
  const size_t first = behind_remarks(definition.text);
  const bool is_json = first != std::string::npos && definition.text[first] == '{';
  const bool is_one_line = first != std::string::npos && is_line(definition.text.substr(first));
  if (definition.format.empty()) {
    definition.format = is_json ? "json" : is_one_line ? "line" : "yaml";
  }
  return definition;
}

Checked check(Session& session, const Definition& definition) {
  session.diagnostics().add_source(definition.file, definition.text);
  Loaded loaded = session.kernel().load(definition.text, definition.file, definition.format);
  for (const Error& warning : loaded.warnings) session.say(warning, Severity::warning);
  for (const Error& problem : loaded.problems) session.say(problem);
  Checked checked;
  if (!loaded.workflow.empty()) {
    checked.workflow = std::move(loaded.workflow.front());
    return checked;
  }
  const bool lacks_plugin =
      std::all_of(loaded.problems.begin(), loaded.problems.end(),
                  [](const Error& e) { return e.code.starts_with("plugin."); });
  checked.exit = lacks_plugin ? Exit::missing : Exit::invalid;
  return checked;
}

}  // namespace weft::cli
