// Verbs 'plugin list', 'plugin info' and 'plugin why'.
#include <algorithm>
#include <filesystem>

#include "pool.hpp"
#include "session.hpp"
#include "suggest.hpp"
#include "table.hpp"
#include "text.hpp"
#include "verbs.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

std::string name_of(const PluginState& plugin) {
  return plugin.id.empty() ? std::filesystem::path(plugin.file).filename().string() : plugin.id;
}

std::string painted(const Terminal& terminal, std::string_view state) {
  return terminal.paint(state == "refused" ? Style::red : Style::green, state);
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + printable(word);
  return out;
}

void add_plugin(const PluginState& plugin, Builder& b) {
  b.begin_object();
  b.set("id"_k, std::string_view(plugin.id));
  b.set("version"_k, std::string_view(plugin.version));
  b.set("kind"_k, std::string_view(plugin.kind));
  b.set("description"_k, std::string_view(plugin.description));
  b.set("file"_k, std::string_view(plugin.file));
  b.set("state"_k, std::string_view(plugin.state));
  if (!plugin.reason.empty()) b.set("reason"_k, std::string_view(plugin.reason));
  if (!plugin.hint.empty()) b.set("hint"_k, std::string_view(plugin.hint));
  b.key("components"_k);
  b.begin_array();
  for (const std::string& component : plugin.components) b.text(component);
  b.end_array();
  b.end_object();
}

// By id or by file, written in full or as it lies in its folder; several versions may be there.
std::vector<PluginState> matching(const std::vector<PluginState>& all, std::string_view word) {
  std::vector<PluginState> found;
  const auto fits = [word](const PluginState& plugin) {
    std::error_code why;
    return plugin.id == word || plugin.file == word ||
           std::filesystem::path(plugin.file).filename() == word ||
           std::filesystem::equivalent(plugin.file, word, why);
  };
  std::copy_if(all.begin(), all.end(), std::back_inserter(found), fits);
  return found;
}

Error not_found(const std::vector<PluginState>& all, std::string_view word) {
  std::vector<std::string_view> known;
  known.reserve(all.size());
  for (const PluginState& plugin : all) known.push_back(plugin.id);
  Error error{Status::not_found, "plugin.not_found", "there is no plugin " + in_quotes(word),
              did_you_mean(word, known)};
  if (error.hint.empty()) error.hint = "'weft plugin list' shows all, --plugins DIR adds a folder";
  return error;
}

void tell(const PluginState& plugin, const Console& console) {
  const Terminal& out = console.out;
  const auto line = [&](std::string_view name, const std::string& text) {
    return text.empty() ? "" : concat({"  ", pad(name, 12), printable(text), "\n"});
  };
  std::string text = out.paint(Style::bold, printable(name_of(plugin)));
  if (!plugin.version.empty()) text += " " + printable(plugin.version);
  text += ": " + painted(out, plugin.state) + "\n";
  text += line("about", plugin.description) + line("kind", plugin.kind);
  text += line("file", plugin.file) + line("components", joined(plugin.components));
  text += line("reason", plugin.reason) + line("hint", plugin.hint);
  out.write(text);
}

std::string verdict(const PluginState& plugin) {
  if (plugin.state == "refused") return "is refused: " + plugin.reason;
  if (plugin.state == "loaded") return "is loaded";
  return "is available, and is loaded when a step first needs it";
}

}  // namespace

Exit plugin_list(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  const std::vector<PluginState> plugins = (*session)->kernel().plugins();
  if (arguments.has("json")) {
    Pool pool;
    Builder b(pool.arena());
    b.begin_array();
    for (const PluginState& plugin : plugins) add_plugin(plugin, b);
    b.end_array();
    console.out.write(to_json(b.take_value(), true) + "\n");
    return Exit::ok;
  }
  Table table({"PLUGIN", "VERSION", "STATE", "DESCRIPTION"});
  for (const PluginState& plugin : plugins) {
    const bool is_refused = plugin.state == "refused";
    table.add({printable(name_of(plugin)), printable(plugin.version),
               painted(console.out, plugin.state),
               printable(is_refused ? plugin.reason : plugin.description)});
  }
  console.out.write(table.text(console.out));
  return Exit::ok;
}

Exit plugin_about(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  const std::vector<PluginState> plugins = (*session)->kernel().plugins();
  const auto found = matching(plugins, arguments.words().front());
  if (found.empty()) return complain(console, not_found(plugins, arguments.words().front()));
  if (!arguments.has("json")) {
    for (const PluginState& plugin : found) tell(plugin, console);
    return Exit::ok;
  }
  Pool pool;
  Builder b(pool.arena());
  add_plugin(found.front(), b);
  console.out.write(to_json(b.take_value(), true) + "\n");
  return Exit::ok;
}

Exit plugin_why(const Arguments& arguments, const Console& console) {
  auto session = Session::open(arguments, console, {});
  if (!session) return complain(console, session.error());
  const std::vector<PluginState> plugins = (*session)->kernel().plugins();
  const auto found = matching(plugins, arguments.words().front());
  if (found.empty()) return complain(console, not_found(plugins, arguments.words().front()));
  Exit exit = Exit::missing;
  for (const PluginState& plugin : found) {
    if (plugin.state != "refused") exit = Exit::ok;
    std::string text = printable(name_of(plugin) + " " + verdict(plugin)) + "\n";
    text += "  file " + printable(plugin.file) + "\n";
    if (!plugin.hint.empty()) {
      text += console.out.paint(Style::cyan, "hint:") + " " + printable(plugin.hint) + "\n";
    }
    console.out.write(text);
  }
  return exit;
}

}  // namespace weft::cli
