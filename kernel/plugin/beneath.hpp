// beneath: opens a path under a directory so that no rename and no link leads out of it.
#pragma once

#include <string>

namespace weft::plugin {

// How a path is opened.
struct OpenWay {
  int flags = 0;              // of open(2); O_CLOEXEC is added
  bool follow_links = false;  // of those that stay beneath the directory
  bool with_openat2 = true;   // false: part by part, as where the system call is missing
};

// A descriptor, or the negative errno. path is relative and plain; empty is the directory itself.
// -ELOOP: a part is a link. -EXDEV: a link leads out.
int open_beneath(int directory, const std::string& path, const OpenWay& way);

}  // namespace weft::plugin
