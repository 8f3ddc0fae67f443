#include "tree.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace tidy {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t file_bytes_max = 1u << 20;  // larger files are recorded data, not text

bool is_skipped(const std::string& path) {
  return path == ".git" || path == "build" || path == ".cache" || path == "tests/suites";
}

std::string text_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  return text.find('\0') == std::string::npos ? text : std::string();
}

}  // namespace

Tree::Tree(std::vector<File> files) : files_(std::move(files)) {
  std::sort(files_.begin(), files_.end(),
            [](const File& a, const File& b) { return a.path < b.path; });
  for (const File& file : files_) {
    for (auto folder = folder_of(file.path); !folder.empty(); folder = folder_of(folder)) {
      folders_.emplace_back(folder);
    }
  }
  std::sort(folders_.begin(), folders_.end());
  folders_.erase(std::unique(folders_.begin(), folders_.end()), folders_.end());
}

Tree Tree::load(const fs::path& root) {
  std::vector<File> files;
  for (auto at = fs::recursive_directory_iterator(root); at != fs::recursive_directory_iterator();
       ++at) {
    const std::string path = at->path().lexically_relative(root).generic_string();
    if (is_skipped(path)) {
      if (at->is_directory()) at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file()) continue;
    const bool is_text = at->file_size() <= file_bytes_max;
    files.push_back({path, is_text ? text_of(at->path()) : std::string()});
  }
  return Tree(std::move(files));
}

const File* Tree::find(std::string_view path) const {
  const auto at = std::lower_bound(files_.begin(), files_.end(), path,
                                   [](const File& a, std::string_view b) { return a.path < b; });
  return at != files_.end() && at->path == path ? &*at : nullptr;
}

bool Tree::has_folder(std::string_view path) const {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path.empty() || std::binary_search(folders_.begin(), folders_.end(), path);
}

std::string_view folder_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view name_of(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string_view extension_of(std::string_view path) {
  const auto name = name_of(path);
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : name.substr(dot);
}

std::string_view stem_of(std::string_view path) {
  const auto name = name_of(path);
  return name.substr(0, name.size() - extension_of(path).size());
}

bool is_below(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

bool is_header(std::string_view path) {
  const auto extension = extension_of(path);
  return extension == ".hpp" || extension == ".h";
}

bool is_source(std::string_view path) {
  const auto extension = extension_of(path);
  return extension == ".cpp" || extension == ".c";
}

std::string join(std::string_view folder, std::string_view relative) {
  const fs::path joined = (fs::path(folder) / relative).lexically_normal();
  const std::string path = joined.generic_string();
  return path.starts_with("..") ? std::string() : path;
}

}  // namespace tidy
