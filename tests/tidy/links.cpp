// Every relative link of a document, and every path of ours that it quotes, leads somewhere.
#include <algorithm>
#include <array>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;

// Folders from which code is spoken of without their own name: base/json.hpp, weft/abi.h.
constexpr std::array<std::string_view, 5> bases{"kernel", "sdk/include", "plugin-api/include",
                                                "kernel/include", "tests"};

bool is_path(std::string_view span) {
  const bool plain = std::all_of(span.begin(), span.end(), [](char c) {
    return is_word_char(c) || c == '/' || c == '.' || c == '-' || c == '+';
  });
  const auto extension = extension_of(span);
  return plain && span.find('/') != npos && !span.starts_with('/') && !span.starts_with("build/") &&
         !span.ends_with('/') && extension.size() > 1;
}

class Document final {
 public:
  Document(const Tree& tree, const File& file) : tree_(tree), file_(file) {}

  Findings run() {
    bool fenced = false;
    for (std::string_view line : lines_of(file_.text)) {
      ++line_;
      if (trim(line).starts_with("```")) {
        fenced = !fenced;
      } else if (!fenced) {
        links(line);
        spans(line);
      }
    }
    return std::move(findings_);
  }

 private:
  void links(std::string_view line) {
    for (auto at = line.find("]("); at != npos; at = line.find("](", at + 1)) {
      const auto end = line.find(')', at);
      if (end != npos) link(line.substr(at + 2, end - at - 2));
    }
  }

  void link(std::string_view target) {
    target = target.substr(0, target.find_first_of("# "));
    if (target.empty() || target.find("://") != npos || target.starts_with("mailto:")) return;
    const bool from_root = target.starts_with('/');
    const std::string path =
        from_root ? std::string(target.substr(1)) : join(folder_of(file_.path), target);
    if (target != "." && (path.empty() || !tree_.exists(path == "." ? "" : path))) {
      add("link", target, "the link '" + std::string(target) + "' leads nowhere");
    }
  }

  void spans(std::string_view line) {
    for (auto open = line.find('`'); open != npos;) {
      const auto close = line.find('`', open + 1);
      if (close == npos) return;
      span(line.substr(open + 1, close - open - 1));
      open = line.find('`', close + 1);
    }
  }

  // A path is ours when its first folder is; 'reports/out.json' may be anybody's.
  void span(std::string_view span) {
    if (!is_path(span)) return;
    bool is_ours = false;
    for (const std::string& base : places()) {
      const std::string path = join(base, span);
      if (path.empty()) continue;
      if (tree_.exists(path)) return;
      const std::string first = join(base, span.substr(0, span.find('/')));
      is_ours = is_ours || (first != "." && !first.empty() && tree_.has_folder(first));
    }
    if (is_ours) add("span", span, std::string("'").append(span).append("' does not exist"));
  }

  std::vector<std::string> places() const {
    std::vector<std::string> places(bases.begin(), bases.end());
    for (auto folder = folder_of(file_.path);; folder = folder_of(folder)) {
      places.emplace_back(folder);
      if (folder.empty()) return places;
    }
  }

  void add(const char* rule, std::string_view target, const std::string& what) {
    findings_.push_back({file_.path, line_, std::string("links.") + rule, std::string(target), what,
                         "name a file that is there"});
  }

  const Tree& tree_;
  const File& file_;
  int line_ = 0;
  Findings findings_;
};

}  // namespace

Findings links(const Tree& tree) {
  Findings findings;
  for (const File& file : tree.files()) {
    if (extension_of(file.path) != ".md") continue;
    const Findings found = Document(tree, file).run();
    findings.insert(findings.end(), found.begin(), found.end());
  }
  return findings;
}

}  // namespace tidy
