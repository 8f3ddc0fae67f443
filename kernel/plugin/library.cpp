// Loading is a matter of the process, not of a kernel: dlopen is not safe from several threads on
// every system, and a handle that is dropped would unload. So there is one lock and one list of
// handles for the process, both made on first use and never destroyed.
#include "plugin/library.hpp"

#define BOOST_DLL_USE_STD_FS
#include <dlfcn.h>

#include <boost/dll/shared_library.hpp>
#include <exception>
#include <memory>
#include <vector>

#include "base/mutex.hpp"

namespace weft::plugin {

namespace {

struct Loader {
  base::Mutex mutex;
  std::vector<std::unique_ptr<boost::dll::shared_library>> handles WEFT_GUARDED_BY(mutex);
};

Loader& process_loader() {
  static auto* const loader = new Loader;
  return *loader;
}

// RTLD_DEEPBIND and RTLD_GLOBAL are left out on purpose: one breaks streams and sanitizers, the
// other lets plugins see each other's libraries.
constexpr auto load_flags =
    static_cast<boost::dll::load_mode::type>(RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

// The packages of libraries that plugins commonly need, by the start of the file name.
struct Package {
  std::string_view library, package;
};
constexpr Package packages[] = {
    {"libsqlite3.so", "libsqlite3-0"},
    {"libpq.so", "libpq5"},
    {"libre2.so", "libre2-9"},
    {"libyaml-cpp.so", "libyaml-cpp0.7"},
    {"libyaml-0.so", "libyaml-0-2"},
    {"libcurl.so", "libcurl4"},
    {"libssl.so", "libssl3"},
    {"libcrypto.so", "libssl3"},
    {"libfmt.so", "libfmt9"},
    {"libspdlog.so", "libspdlog1.10"},
    {"libz.so", "zlib1g"},
    {"libzstd.so", "libzstd1"},
    {"libxml2.so", "libxml2"},
    {"libboost_json.so", "libboost-json1.81.0"},
    {"libstdc++.so", "libstdc++6"},
    {"libgcc_s.so", "libgcc-s1"},
};

std::string package_hint(std::string_view library) {
  for (const Package& known : packages) {
    if (library.starts_with(known.library)) {
      return "install the package that brings it, on Debian: apt install " +
             std::string(known.package);
    }
  }
  return "install the package that brings it; 'apt-file search " + std::string(library) +
         "' names it";
}

std::string_view before(std::string_view text, std::string_view mark) {
  return text.substr(0, text.find(mark));
}

std::string_view last_word(std::string_view text) {
  const size_t blank = text.find_last_of(" \t");
  return blank == std::string_view::npos ? text : text.substr(blank + 1);
}

// Boost says what it was doing, then the words of dlerror in brackets or after a colon.
std::string_view linker_words(std::string_view what) {
  constexpr std::string_view mark = "(dlerror system message: ";
  const size_t at = what.find(mark);
  if (at == std::string_view::npos) return what;
  what.remove_prefix(at + mark.size());
  return what.substr(0, what.rfind(')'));
}

}  // namespace

Error explain_load(const std::string& file, std::string_view words) {
  Error error{.status = Status::failed,
              .code = "plugin.load_failed",
              .message = "the library cannot be loaded: " + std::string(words),
              .where = {.file = file}};
  constexpr std::string_view missing = ": cannot open shared object file";
  constexpr std::string_view undefined = "undefined symbol: ";
  constexpr std::string_view version = ": version `";
  if (words.find(missing) != std::string_view::npos) {
    const std::string_view library = before(words, ":");
    error.code = "plugin.missing_library";
    error.hint = package_hint(library);
  } else if (const size_t at = words.find(undefined); at != std::string_view::npos) {
    const std::string_view symbol = before(words.substr(at + undefined.size()), " ");
    error.code = "plugin.missing_symbol";
    error.hint = "link the library that defines '" + std::string(before(symbol, ",")) +
                 "' to the plugin, and link with -Wl,-z,defs to see it when it is built";
  } else if (const size_t v = words.find(version); v != std::string_view::npos) {
    const std::string_view wanted = before(words.substr(v + version.size()), "'");
    error.code = "plugin.old_library";
    error.hint = "this system's " + std::string(last_word(before(words.substr(0, v), ":"))) +
                 " is older than '" + std::string(wanted) +
                 "'; build the plugin on the oldest system it must run on";
  } else if (words.find("wrong ELF class") != std::string_view::npos) {
    error.code = "plugin.wrong_architecture";
    error.hint = "build the plugin for this machine";
  } else {
    error.hint = "build the plugin again, with weft_add_plugin";
  }
  return error;
}

Result<const void*> load_symbol(const std::string& file, std::string_view symbol) {
  Loader& loader = process_loader();
  const base::Lock lock(loader.mutex);
  auto library = std::make_unique<boost::dll::shared_library>();
  try {
    library->load(file, load_flags);
  } catch (const std::exception& e) {
    return explain_load(file, linker_words(e.what()));
  }
  const std::string name(symbol);
  // dlsym itself: the typed getters of the wrapper throw and lose the linker's words.
  const void* found = dlsym(library->native(), name.c_str());
  loader.handles.push_back(std::move(library));
  if (found != nullptr) return found;
  return Error{.status = Status::failed,
               .code = "plugin.no_entry",
               .message = "the library does not export '" + name + "'",
               .hint = "say WEFT_PLUGIN(...) once in its source, or define weft_plugin_v1",
               .where = {.file = file}};
}

}  // namespace weft::plugin
