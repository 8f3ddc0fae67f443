// Draft: a new file that nobody sees before it is complete and on the disk.
#pragma once

#include <string>

#include "access.hpp"

namespace weft::files {

// Nameless where the file system can do that, else under a name of its own. What was not published
// is gone with the object.
class Draft final {
 public:
  Draft(const Spot& spot, mode_t mode);
  ~Draft();
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  int fd() const { return file_.get(); }
  // Syncs the file, puts it where a file was or nothing, and syncs the directory.
  void publish();

 private:
  bool link_as(const std::string& name) const;

  const Spot& spot_;
  Fd file_;
  std::string temporary_;  // empty while the file is nameless
};

// The permissions of the file that is replaced, or those of a new one. Throws when something else
// than a file stands there.
mode_t mode_for(const Spot& spot);

}  // namespace weft::files
