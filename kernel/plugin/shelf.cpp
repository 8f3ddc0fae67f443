#include "plugin/shelf.hpp"

#include <weft/plugin.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include "base/check.hpp"
#include "base/text.hpp"
#include "plugin/describe.hpp"

namespace weft::plugin {

using namespace weft::lit;

namespace {

#ifdef __APPLE__
constexpr std::string_view library_suffix = ".dylib";
#else
constexpr std::string_view library_suffix = ".so";
#endif

void refuse(Entry& entry, const Error& error) {
  entry.state = State::refused;
  entry.reason = error.message;
  entry.hint = error.hint;
  if (error.where.line != 0) {
    entry.reason += " (" + error.where.file + ":" + std::to_string(error.where.line) + ":" +
                    std::to_string(error.where.column) + ")";
  } else if (!error.where.pointer.empty()) {
    entry.reason += " (" + error.where.file + " " + error.where.pointer + ")";
  }
}

Error taken(std::string message, std::string hint) {
  return Error{.status = Status::conflict,
               .code = "plugin.duplicate",
               .message = std::move(message),
               .hint = std::move(hint)};
}

}  // namespace

void Shelf::scan(std::span<const std::string> paths) {
  const base::Lock lock(mutex_);
  for (const std::string& path : paths) scan_folder(path);
}

void Shelf::scan_folder(const std::string& folder) {
  std::error_code problem;
  std::vector<std::string> files;
  std::filesystem::directory_iterator at(folder, problem);
  while (!problem && at != std::filesystem::directory_iterator()) {
    if (at->path().extension() == library_suffix) files.push_back(at->path().string());
    at.increment(problem);
  }
  if (problem && seen_.insert(folder).second) {
    Plugin& plugin = plugins_.emplace_back();
    plugin.entry.file = folder;
    refuse(plugin.entry, Error{.message = "the folder cannot be read: " + problem.message(),
                               .hint = "create it, or take it from the search path"});
  }
  std::sort(files.begin(), files.end());
  for (const std::string& file : files) {
    if (seen_.insert(file).second) add_file(file);
  }
}

void Shelf::add_file(const std::string& file) {
  Plugin& plugin = plugins_.emplace_back();
  plugin.entry.file = file;
  auto text = read_manifest_text(file);
  if (!text) return refuse(plugin.entry, text.error());
  auto manifest = parse_manifest(*text, blocks_.arena());
  if (!manifest) return refuse(plugin.entry, manifest.error());
  plugin.entry.id = manifest->id;
  plugin.entry.version = manifest->version_text;
  plugin.entry.kind = manifest->kind;
  plugin.entry.description = manifest->description;
  plugin.manifest = std::move(*manifest);
  if (auto fine = judge(plugin); !fine) return refuse(plugin.entry, fine.error());
  if (auto fine = offer(plugin); !fine) refuse(plugin.entry, fine.error());
}

// Whether a plugin may stand beside those that were found before.
Result<void> Shelf::judge(const Plugin& plugin) const {
  const Manifest& mine = plugin.manifest;
  if (mine.min_host > WEFT_HOST_MINOR) {
    return Error{.status = Status::unsupported,
                 .code = "plugin.newer_host_needed",
                 .message = "the plugin needs host minor " + std::to_string(mine.min_host) +
                            ", this is " + std::to_string(WEFT_HOST_MINOR),
                 .hint = "install a later weft, or an earlier version of the plugin"};
  }
  for (const Plugin& other : plugins_) {
    if (&other == &plugin || other.entry.components.empty()) continue;
    if (other.manifest.id == mine.id) {
      if (other.manifest.version != mine.version) continue;
      return taken("plugin '" + mine.id + "' " + mine.version_text + " is already there as '" +
                       other.entry.file + "'",
                   "remove one of the two files, or give it another version");
    }
    for (const Offer& offer : mine.components) {
      const bool clash = std::any_of(
          other.manifest.components.begin(), other.manifest.components.end(), [&](const Offer& o) {
            return o.kind == offer.kind && base::fold_name(o.id) == base::fold_name(offer.id);
          });
      if (!clash) continue;
      return taken("plugin '" + other.manifest.id + "' already offers the " + offer.kind + " '" +
                       offer.id + "' ('" + other.entry.file + "')",
                   "remove one of the two files, or name the component differently");
    }
  }
  return {};
}

// All of a plugin or nothing: names are given when every component is understood.
Result<void> Shelf::offer(Plugin& plugin) {
  std::vector<Component> components;
  std::vector<spec::Tool> tools;
  std::vector<spec::Form> forms;
  for (const Offer& offer : plugin.manifest.components) {
    components.push_back({.number = static_cast<uint32_t>(components_.size() + components.size()),
                          .entry = static_cast<uint32_t>(plugins_.size() - 1),
                          .id = offer.id,
                          .version = plugin.manifest.version_text,
                          .kind = offer.kind,
                          .description = offer.description,
                          .aliases = offer.aliases,
                          .manifest = offer.object});
    if (offer.kind == "tool") {
      auto tool = describe_tool(components.back());
      if (!tool) return tool.error();
      tools.push_back(std::move(*tool));
    } else if (offer.kind == "pattern") {
      auto own = describe_forms(components.back());
      if (!own) return own.error();
      std::move(own->begin(), own->end(), std::back_inserter(forms));
    }
  }
  for (Component& component : components) {
    plugin.entry.components.push_back(component.number);
    name_component(components_.emplace_back(std::move(component)));
  }
  for (spec::Tool& tool : tools) {
    const spec::Tool& kept = tools_.emplace_back(std::move(tool));
    tool_of_.emplace(kept.component, &kept);
  }
  Names& names = spaces_["form"];
  for (spec::Form& form : forms) {
    const spec::Form& kept = forms_.emplace_back(std::move(form));
    const Meaning meaning{kept.component, static_cast<uint32_t>(forms_.size() - 1)};
    names.ids[base::fold_name(kept.name)].push_back(meaning);
    names.shown.push_back(kept.name);
  }
  return {};
}

void Shelf::name_component(const Component& component) {
  const Meaning meaning{component.number, 0};
  Names& names = spaces_[component.kind];
  names.ids[base::fold_name(component.id)].push_back(meaning);
  names.shown.push_back(component.id);
  for (const std::string& alias : component.aliases) {
    names.aliases[base::fold_name(alias)].push_back(meaning);
    names.shown.push_back(alias);
  }
  for (const auto& [space, key] :
       {std::pair("scheme", "schemes"_k), {"extension", "extensions"_k}}) {
    for (const std::string& text : texts_of(component.manifest[key])) {
      Names& own = spaces_[space];
      own.ids[base::fold_name(text)].push_back(meaning);
      own.shown.push_back(text);
    }
  }
}

const Version& Shelf::version_of(const Meaning& meaning) const {
  return plugins_[components_[meaning.component].entry].manifest.version;
}

// Of several plugins that share an alias or a form, the first one found is meant; of its versions
// the highest that fits. Without a range, releases come before versions that lead to them.
Result<Shelf::Meaning> Shelf::meaning(std::string_view space, std::string_view name) const {
  const size_t at = name.rfind('@');
  const std::string_view bare = name.substr(0, at);
  const auto names = spaces_.find(space);
  if (names == spaces_.end()) return unknown(space, bare);
  const std::string folded = base::fold_name(bare);
  auto found = names->second.ids.find(folded);
  if (found == names->second.ids.end()) {
    found = names->second.aliases.find(folded);
    if (found == names->second.aliases.end()) return unknown(space, bare);
  }
  Range range;
  if (at != std::string_view::npos) {
    auto parsed = parse_range(name.substr(at + 1));
    if (!parsed) return parsed.error();
    range = std::move(*parsed);
  }
  const Meaning* best = nullptr;
  const std::string& first = components_[found->second.front().component].id;
  for (const Meaning& candidate : found->second) {
    const Version& version = version_of(candidate);
    if (components_[candidate.component].id != first) continue;
    if (at != std::string_view::npos && !range.fits(version)) continue;
    if (best == nullptr) {
      best = &candidate;
      continue;
    }
    const Version& before = version_of(*best);
    const bool better =
        version.is_release() != before.is_release() ? version.is_release() : version > before;
    if (better) best = &candidate;
  }
  if (best == nullptr) return no_version(space, name, found->second);
  return *best;
}

Error Shelf::no_version(std::string_view space, std::string_view name,
                        const std::vector<Meaning>& there) const {
  std::string versions;
  for (const Meaning& meaning : there) {
    versions += (versions.empty() ? "" : ", ") + components_[meaning.component].version;
  }
  return Error{.status = Status::not_found,
               .code = "plugin.no_version",
               .message = "no installed version of the " + std::string(space) + " fits " +
                          base::quoted(name),
               .hint = "there is " + versions};
}

// A name may be unknown because the plugin that offers it was refused; then that is the reason.
Error Shelf::unknown(std::string_view space, std::string_view name) const {
  const std::string folded = base::fold_name(name);
  Error error{.status = Status::not_found,
              .code = "plugin.unknown_" + std::string(space),
              .message = "there is no " + std::string(space) + " " + base::quoted(name)};
  for (const Plugin& plugin : plugins_) {
    if (plugin.entry.state != State::refused) continue;
    for (const Offer& offer : plugin.manifest.components) {
      if (offer.kind != space || base::fold_name(offer.id) != folded) continue;
      error.message +=
          ": plugin '" + plugin.manifest.id + "' was refused because " + plugin.entry.reason;
      error.hint = plugin.entry.hint;
      return error;
    }
  }
  std::vector<std::string_view> candidates;
  if (const auto names = spaces_.find(space); names != spaces_.end()) {
    const auto& shown = names->second.shown;
    const size_t n = std::min<size_t>(shown.size(), base::limits::candidates);
    candidates.assign(shown.begin(), shown.begin() + static_cast<std::ptrdiff_t>(n));
  }
  error.hint = base::did_you_mean(name, candidates);
  if (error.hint.empty()) error.hint = "'weft plugin list' shows what is installed";
  return error;
}

std::vector<Entry> Shelf::entries() const {
  const base::Lock lock(mutex_);
  std::vector<Entry> entries;
  entries.reserve(plugins_.size());
  for (const Plugin& plugin : plugins_) entries.push_back(plugin.entry);
  return entries;
}

uint32_t Shelf::size() const {
  const base::Lock lock(mutex_);
  return static_cast<uint32_t>(components_.size());
}

const Component& Shelf::component(uint32_t number) const {
  const base::Lock lock(mutex_);
  base::check(number < components_.size(), "numbers of components come from the registry");
  return components_[number];
}

const Manifest& Shelf::manifest(uint32_t number) const {
  const base::Lock lock(mutex_);
  return plugins_[components_[number].entry].manifest;
}

std::string Shelf::file(uint32_t number) const {
  const base::Lock lock(mutex_);
  return plugins_[components_[number].entry].entry.file;
}

uint32_t Shelf::place(uint32_t number) const {
  const base::Lock lock(mutex_);
  return number - plugins_[components_[number].entry].entry.components.front();
}

Result<uint32_t> Shelf::find(std::string_view space, std::string_view name) const {
  const base::Lock lock(mutex_);
  auto found = meaning(space, name);
  if (!found) return found.error();
  return found->component;
}

const spec::Tool* Shelf::tool(uint32_t number) const {
  const base::Lock lock(mutex_);
  const auto found = tool_of_.find(number);
  return found != tool_of_.end() ? found->second : nullptr;
}

Result<const spec::Form*> Shelf::form(std::string_view name) const {
  const base::Lock lock(mutex_);
  auto found = meaning("form", name);
  if (!found) return found.error();
  return &forms_[found->form];
}

void Shelf::mark_loaded(uint32_t number) {
  const base::Lock lock(mutex_);
  plugins_[components_[number].entry].entry.state = State::loaded;
}

void Shelf::mark_refused(uint32_t number, const Error& error) {
  const base::Lock lock(mutex_);
  refuse(plugins_[components_[number].entry].entry, error);
}

}  // namespace weft::plugin
