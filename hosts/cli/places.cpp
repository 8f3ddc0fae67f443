#include "places.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "arguments.hpp"
#include "text.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

std::string_view environment(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr ? value : "";
}

// 'sqlite:', but not the drive of a path.
bool has_scheme(std::string_view text) {
  const size_t colon = text.find(':');
  if (colon == std::string_view::npos || colon < 2) return false;
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '-';
  });
}

Result<std::string> default_store() {
  fs::path base(environment("XDG_STATE_HOME"));
  if (!base.is_absolute()) {
    const std::string_view home = environment("HOME");
    if (home.empty()) {
      return usage_error("there is no place for runs, since neither HOME nor XDG_STATE_HOME is set",
                         "name one: --store PATH, or --store memory");
    }
    base = fs::path(home) / ".local" / "state";
  }
  base /= "weft";
  std::error_code why;
  fs::create_directories(base, why);
  if (why) {
    return Error{Status::failed, "store.io",
                 "cannot make the folder " + in_quotes(base.string()) + ": " + why.message(),
                 "name another store: --store PATH, or --store memory"};
  }
  return "sqlite:" + (base / "weft.db").string();
}

}  // namespace

std::vector<std::string> plugin_paths(std::vector<std::string> given) {
  std::string_view listed = environment("WEFT_PLUGINS");
  while (!listed.empty()) {
    const std::string_view one = listed.substr(0, listed.find(':'));
    listed.remove_prefix(std::min(one.size() + 1, listed.size()));
    if (!one.empty()) given.emplace_back(one);
  }
  std::error_code why;
  const fs::path program = fs::read_symlink("/proc/self/exe", why);
  if (why) return given;
  const fs::path prefix = program.parent_path().parent_path();
  for (const fs::path& path : {prefix / "plugins", prefix / "lib" / "weft" / "plugins"}) {
    if (fs::is_directory(path, why)) given.push_back(path.string());
  }
  return given;
}

Result<std::string> store_url(std::string_view given) {
  if (given.empty()) given = environment("WEFT_STORE");
  if (given.empty()) return default_store();
  if (given == "memory") return std::string("memory:");
  if (has_scheme(given)) return std::string(given);
  return concat({"sqlite:", given});
}

}  // namespace weft::cli
