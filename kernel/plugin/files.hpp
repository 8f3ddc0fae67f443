// Files: the service weft.svc.files/1, which opens files for plugins as far as they are granted.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/mutex.hpp"
#include "plugin/instance.hpp"

namespace weft::plugin {

// Every kernel has one. Relative paths are resolved beneath the directory it was opened with,
// whatever happens to its name; PERMISSIONS.md tells what is granted.
class Files final {
 public:
  Files();  // the working directory
  explicit Files(const std::string& directory);
  // Tables that were lent answer UNSUPPORTED afterwards.
  ~Files();
  Files(const Files&) = delete;
  Files& operator=(const Files&) = delete;

  // Lends each instance a table of its own, which lives as long as the process.
  Services services();

  // Resolves part by part from now on, as it happens anyway where openat2 is missing.
  void use_no_openat2();

 private:
  struct Root;
  struct Lent;
  friend struct FilesService;
  const void* lend(Instance& instance, std::string_view id) WEFT_EXCLUDES(mutex_);

  std::shared_ptr<Root> root_;
  base::Mutex mutex_;
  std::vector<Lent*> lent_ WEFT_GUARDED_BY(mutex_);
};

}  // namespace weft::plugin
