// Shelf: the plugins found in the folders, and the names by which their components are asked for.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/blocks.hpp"
#include "base/mutex.hpp"
#include "plugin/manifest.hpp"
#include "plugin/registry.hpp"
#include "spec/catalog.hpp"

namespace weft::plugin {

// Loads nothing. Every function may be called from any thread; what is found once stays.
class Shelf final {
 public:
  void scan(std::span<const std::string> paths) WEFT_EXCLUDES(mutex_);

  std::vector<Entry> entries() const WEFT_EXCLUDES(mutex_);
  uint32_t size() const WEFT_EXCLUDES(mutex_);
  const Component& component(uint32_t number) const WEFT_EXCLUDES(mutex_);
  // Of the plugin of a component, and the place of the component in it.
  const Manifest& manifest(uint32_t number) const WEFT_EXCLUDES(mutex_);
  std::string file(uint32_t number) const WEFT_EXCLUDES(mutex_);
  uint32_t place(uint32_t number) const WEFT_EXCLUDES(mutex_);

  // By id or alias with an optional range; space is a kind, "form", "scheme" or "extension".
  Result<uint32_t> find(std::string_view space, std::string_view name) const WEFT_EXCLUDES(mutex_);
  const spec::Tool* tool(uint32_t number) const WEFT_EXCLUDES(mutex_);
  Result<const spec::Form*> form(std::string_view name) const WEFT_EXCLUDES(mutex_);

  // What became of the plugin of a component when it was first used.
  void mark_loaded(uint32_t number) WEFT_EXCLUDES(mutex_);
  void mark_refused(uint32_t number, const Error& error) WEFT_EXCLUDES(mutex_);

 private:
  struct Plugin {
    Entry entry;
    Manifest manifest;
  };
  // One meaning of a name: a component, and its form where the name is one of a form.
  struct Meaning {
    uint32_t component = 0;
    uint32_t form = 0;
  };
  // Names are kept folded, apart by space; ids come before aliases.
  struct Names {
    std::map<std::string, std::vector<Meaning>, std::less<>> ids, aliases;
    std::vector<std::string> shown;  // for 'did you mean'
  };

  void scan_folder(const std::string& folder) WEFT_REQUIRES(mutex_);
  void add_file(const std::string& file) WEFT_REQUIRES(mutex_);
  Result<void> judge(const Plugin& plugin) const WEFT_REQUIRES(mutex_);
  Result<void> offer(Plugin& plugin) WEFT_REQUIRES(mutex_);
  void name_component(const Component& component) WEFT_REQUIRES(mutex_);
  Result<Meaning> meaning(std::string_view space, std::string_view name) const
      WEFT_REQUIRES(mutex_);
  Error unknown(std::string_view space, std::string_view name) const WEFT_REQUIRES(mutex_);
  Error no_version(std::string_view space, std::string_view name,
                   const std::vector<Meaning>& there) const WEFT_REQUIRES(mutex_);
  const Version& version_of(const Meaning& meaning) const WEFT_REQUIRES(mutex_);

  mutable base::Mutex mutex_;
  base::Blocks blocks_ WEFT_GUARDED_BY(mutex_){base::limits::block_bytes_max / 4};
  std::deque<Plugin> plugins_ WEFT_GUARDED_BY(mutex_);
  std::deque<Component> components_ WEFT_GUARDED_BY(mutex_);
  std::deque<spec::Tool> tools_ WEFT_GUARDED_BY(mutex_);
  std::map<uint32_t, const spec::Tool*> tool_of_ WEFT_GUARDED_BY(mutex_);
  std::deque<spec::Form> forms_ WEFT_GUARDED_BY(mutex_);
  std::map<std::string, Names, std::less<>> spaces_ WEFT_GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> seen_ WEFT_GUARDED_BY(mutex_);  // files and folders
};

}  // namespace weft::plugin
