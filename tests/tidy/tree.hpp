// The repository as data: every file with its text, so that a check can also be given a made-up
// one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct File {
  std::string path;  // from the root, with '/'
  std::string text;
};

// One thing that is wrong. rule and subject are what an exception names.
struct Finding {
  std::string path;
  int line = 1;
  std::string rule;     // such as text.function
  std::string subject;  // such as the name of that function; may be empty
  std::string what;
  std::string instead;
};

class Tree final {
 public:
  explicit Tree(std::vector<File> files);

  // Reads all that is ours below root: not .git, not build, not the public suites.
  static Tree load(const std::filesystem::path& root);

  const std::vector<File>& files() const { return files_; }
  const File* find(std::string_view path) const;
  bool has_folder(std::string_view path) const;
  bool exists(std::string_view path) const { return find(path) || has_folder(path); }

 private:
  std::vector<File> files_;           // sorted by path
  std::vector<std::string> folders_;  // sorted
};

std::string_view folder_of(std::string_view path);
std::string_view name_of(std::string_view path);
std::string_view stem_of(std::string_view path);
std::string_view extension_of(std::string_view path);
bool is_below(std::string_view path, std::string_view folder);
bool is_header(std::string_view path);
bool is_source(std::string_view path);
inline bool is_code(std::string_view path) { return is_header(path) || is_source(path); }

// 'a/b' and '../c.hpp' make 'a/c.hpp'; a path that leaves the root makes ''.
std::string join(std::string_view folder, std::string_view relative);

}  // namespace tidy
