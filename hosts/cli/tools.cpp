// Verbs 'tools list', 'tools info' and 'tools call'.
#include <algorithm>

#include "outcome.hpp"
#include "pool.hpp"
#include "table.hpp"
#include "text.hpp"
#include "values.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

std::string list_text(Value list) {
  if (list.is_text()) return printable(list.as_text());
  std::string out;
  for (const Value one : list) {
    out += out.empty() ? "" : ", ";
    out += one.is_text() ? printable(one.as_text()) : to_json(one);
  }
  return out;
}

bool holds(Value list, std::string_view text) {
  for (const Value one : list) {
    if (one.as_text() == text) return true;
  }
  return false;
}

std::string line(const Terminal& terminal, std::string_view name, std::string_view text) {
  if (text.empty()) return {};
  return terminal.paint(Style::bold, pad(name, 13)) + std::string(text) + "\n";
}

std::string effect_of(Value manifest) {
  if (manifest["effect"_k].is_text()) return std::string(manifest["effect"_k].as_text());
  const Value operations = manifest["operations"_k];
  std::string out;
  for (uint32_t i = 0; i < operations.size(); ++i) {
    out += (out.empty() ? "" : ", ") + printable(operations.key(i)) + ": " +
           printable(operations[i]["effect"_k].as_text());
  }
  return out;
}

std::string parameters_of(Value schema, const Terminal& terminal) {
  Table table({"PARAMETER", "TYPE", "DEFAULT", "DESCRIPTION"});
  const Value properties = schema["properties"_k];
  for (uint32_t i = 0; i < properties.size(); ++i) {
    const Value property = properties[i];
    const bool is_required = holds(schema["required"_k], properties.key(i));
    const Value fallback = property["default"_k];
    std::string type = list_text(property["type"_k]);
    if (property["enum"_k].exists()) type = list_text(property["enum"_k]);
    std::string text = printable(property["description"_k].as_text());
    const std::string aliases = list_text(property["aliases"_k]);
    if (!aliases.empty()) text += (text.empty() ? "also " : "; also ") + aliases;
    table.add({printable(properties.key(i)), type.empty() ? "any" : type,
               is_required ? "required" : (fallback.exists() ? to_json(fallback) : ""), text});
  }
  return table.is_empty() ? std::string() : "\n" + table.text(terminal);
}

bool is_name(std::string_view text) {
  if (text.empty() || (text.front() >= '0' && text.front() <= '9')) return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string reference_to(std::string_view key) {
  if (is_name(key)) return concat({"{{ $input.", key, " }}"});
  Pool pool;
  Builder b(pool.arena());
  b.text(key);
  return "{{ $input[" + to_json(b.take_value()) + "] }}";
}

// What is looked at while the definition is loaded must stand in it as it is.
bool is_literal(Value tool, std::string_view key, Value value) {
  if (!value.is_text()) return false;
  const Value property = tool["parameters"_k]["properties"_k][Key(key)];
  return key == "operation" || property["template"_k].exists();
}

// Everything else goes by reference, so that a text with '{{' in it is not taken for a template.
Document definition_of(const ComponentEntry& tool, Value input) {
  Pool pool;
  Builder b(pool.arena());
  b.begin_object();
  b.set("id"_k, "call");
  b.key("steps"_k);
  b.begin_array();
  b.begin_object();
  b.set("id"_k, std::string_view(tool.id));
  b.set("tool"_k, std::string_view(tool.id + "@" + tool.version));
  b.key("parameters"_k);
  b.begin_object();
  for (uint32_t i = 0; i < input.size(); ++i) {
    b.key(Key(input.key(i)));
    if (is_literal(tool.manifest, input.key(i), input[i])) {
      b.link(input[i]);
    } else {
      b.text(reference_to(input.key(i)));
    }
  }
  b.end_object();
  b.end_object();
  b.end_array();
  b.end_object();
  return Document::copy(b.take_value());
}

// The definition was not written by the caller, so its places say nothing; its parameters do.
Error about_call(Error error) {
  constexpr std::string_view prefix = "/steps/0/parameters/";
  const bool is_parameter = error.where.pointer.starts_with(prefix);
  const std::string parameter = is_parameter ? error.where.pointer.substr(prefix.size()) : "";
  const bool is_named = error.message.find(in_quotes(parameter)) != std::string::npos;
  if (is_parameter && !is_named)
    error.message = "parameter " + in_quotes(parameter) + ": " + error.message;
  error.where = {};
  return error;
}

}  // namespace

Exit tools_list(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  const std::vector<ComponentEntry> tools = (*session)->kernel().components("tool");
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_array();
    for (const ComponentEntry& tool : tools) b.link(tool.manifest);
    b.end_array();
    console.out.write(to_json(b.take_value(), true) + "\n");
    return Exit::ok;
  }
  Table table({"TOOL", "VERSION", "DESCRIPTION"});
  for (const ComponentEntry& tool : tools) {
    table.add({printable(tool.id), printable(tool.version), printable(tool.description)});
  }
  console.out.write(table.text(console.out));
  return Exit::ok;
}

Exit tools_about(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  auto tool = (*session)->kernel().find_component("tool", arguments.words().front());
  if (!tool) return complain(console, tool.error());
  const Value manifest = tool->manifest;
  if (arguments.has("json")) {
    console.out.write(to_json(manifest, true) + "\n");
    return Exit::ok;
  }
  const Terminal& out = console.out;
  std::string text = out.paint(Style::bold, tool->id) + " " + tool->version + ": " +
                     printable(tool->description) + "\n\n";
  text += line(out, "plugin", tool->plugin);
  text += line(out, "also called", list_text(manifest["aliases"_k]));
  text += line(out, "effect", effect_of(manifest));
  text += line(out, "level", manifest["level"_k].as_text());
  const Value permissions = manifest["permissions"_k];
  text += line(out, "permissions", permissions.size() != 0 ? to_json(permissions) : "");
  text += line(out, "result", manifest["result"_k]["description"_k].as_text());
  console.out.write(text + parameters_of(manifest["parameters"_k], out));
  return Exit::ok;
}

Exit tools_call(const Arguments& arguments, const Console& console) {
  Diagnostics sources(console.err);
  const auto wrong = [&](const Error& error) {
    console.err.write(sources.render(error));
    return exit_of(error);
  };
  auto given = read_value("input", arguments.value("input", "{}"), sources);
  if (!given) return wrong(given.error());
  auto input = with_settings(*given, arguments.values("set"));
  if (!input) return wrong(input.error());
  if (!input->view().is_object()) {
    return wrong(usage_error("the input of a tool is an object of its parameters",
                             "'weft tools info " + arguments.words().front() + "' lists them"));
  }
  // A call with the name of a tool is quick to see; a list of one step would only flicker.
  const bool is_stored = arguments.has("store");
  auto session = Session::open(arguments, console, {true, is_stored, ProgressMode::nothing});
  if (!session) return wrong(session.error());
  Kernel& kernel = (*session)->kernel();
  auto tool = kernel.find_component("tool", arguments.words().front());
  if (!tool) return wrong(tool.error());
  const Document definition = definition_of(*tool, input->view());
  Loaded loaded = kernel.load(definition.to_json(), "call", "json");
  for (const Error& problem : loaded.problems) (*session)->say(about_call(problem));
  if (loaded.workflow.empty()) return Exit::invalid;

  const Document grants =
      grants_of(arguments.values("allow-read"), arguments.values("allow-write"));
  RunOptions options;
  options.input = input->view();
  options.grants = grants.view();
  options.with_detail = arguments.has("json");
  const Go go = [&](const Told& told) -> Result<Outcome> {
    auto id = kernel.start(loaded.workflow.front(), options);
    if (!id) return id.error();
    told(*id);
    return kernel.wait(*id);
  };
  return conduct(**session, go, {arguments.has("json"), true});
}

}  // namespace weft::cli
