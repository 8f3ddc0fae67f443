#include "tree.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "names.hpp"

namespace weft::files {

namespace {

struct Closer {
  void operator()(DIR* stream) const { ::closedir(stream); }
};

std::unique_ptr<DIR, Closer> stream_of(const Fd& directory, std::string_view path) {
  // A descriptor of its own: where it stands in the list is shared by duplicates.
  const int own = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR* stream = own >= 0 ? ::fdopendir(own) : nullptr;
  if (stream != nullptr) return std::unique_ptr<DIR, Closer>(stream);
  const int error = errno;
  if (own >= 0) ::close(own);
  fail(error, "list", path);
}

class Survey final {
 public:
  Survey(const Access& access, const Visit& visit, bool deep)
      : access_(access), visit_(visit), deep_(deep) {}

  void go(const Fd& directory, const std::string& path, uint32_t level) {
    if (level > levels_max) {
      refuse("limit.depth", quoted(path).append(" lies more than 100 directories deep"),
             "begin further down", {{"path", whole_text(path)}, {"most", levels_max}});
    }
    for (const Entry& entry : entries_of(directory, path)) {
      access_.pause();
      if (++count_ > entries_max) {
        refuse("limit.count", "there are more than 10,000 entries",
               "begin further down, or take one directory at a time", {{"most", entries_max}});
      }
      const std::string inner = joined(path, entry.name);
      visit_(inner, entry.about);
      if (!deep_ || kind_of(entry.about) != Kind::directory) continue;
      go(open_inner(directory, entry.name, inner), inner, level + 1);
    }
  }
  uint32_t count() const { return count_; }

 private:
  const Access& access_;
  const Visit& visit_;
  const bool deep_;
  uint32_t count_ = 0;
};

}  // namespace

std::vector<Entry> entries_of(const Fd& directory, std::string_view path) {
  const auto stream = stream_of(directory, path);
  std::vector<Entry> entries;
  for (;;) {
    errno = 0;
    const dirent* found = ::readdir(stream.get());
    if (found == nullptr && errno != 0) fail(errno, "list", path);
    if (found == nullptr) break;
    Entry entry{found->d_name, {}};
    if (entry.name == "." || entry.name == "..") continue;
    if (::fstatat(directory.get(), found->d_name, &entry.about, AT_SYMLINK_NOFOLLOW) == 0) {
      entries.push_back(std::move(entry));
    } else if (errno != ENOENT) {
      fail(errno, "look at", joined(path, entry.name));
    }
    if (entries.size() > entries_max) break;  // the count is judged by the caller
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

Fd open_inner(const Fd& directory, const std::string& name, std::string_view path) {
  Fd inner(
      ::openat(directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!inner.is_open()) fail(errno, "open the directory", path);
  return inner;
}

uint32_t survey(const Access& access, const Fd& directory, const std::string& path, bool deep,
                const Visit& visit) {
  Survey survey(access, visit, deep);
  survey.go(directory, path, 0);
  return survey.count();
}

void remove_tree(const Fd& directory, const std::string& name, std::string_view path) {
  if (::unlinkat(directory.get(), name.c_str(), 0) == 0) return;
  if (errno != EISDIR && errno != EPERM) fail(errno, "delete", path);
  const int error = errno;
  struct stat about{};
  const bool known = ::fstatat(directory.get(), name.c_str(), &about, AT_SYMLINK_NOFOLLOW) == 0;
  if (!known || !S_ISDIR(about.st_mode)) fail(error, "delete", path);
  const Fd inner = open_inner(directory, name, path);
  for (const Entry& entry : entries_of(inner, path)) {
    remove_tree(inner, entry.name, joined(path, entry.name));
  }
  if (::unlinkat(directory.get(), name.c_str(), AT_REMOVEDIR) != 0) fail(errno, "delete", path);
}

}  // namespace weft::files
