#include "exceptions.hpp"

#include <algorithm>
#include <sstream>

#include "checks.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

bool permits(const Exception& exception, const Finding& finding) {
  const bool same_path =
      exception.path == finding.path ||
      (exception.path.ends_with('/') && finding.path.starts_with(exception.path));
  return same_path && exception.rule == finding.rule &&
         (exception.subject.empty() || exception.subject == finding.subject);
}

}  // namespace

std::vector<Exception> exceptions_of(const Tree& tree) {
  std::vector<Exception> exceptions;
  const File* file = tree.find(exceptions_path);
  if (!file) return exceptions;
  int line = 0;
  for (std::string_view text : lines_of(file->text)) {
    ++line;
    const auto hash = text.find('#');
    Exception exception{line, {}, {}, {}, {}};
    std::istringstream words{std::string(trim(text.substr(0, hash)))};
    words >> exception.rule >> exception.path >> exception.subject;
    if (hash != std::string_view::npos) exception.reason = trim(text.substr(hash + 1));
    if (!exception.rule.empty()) exceptions.push_back(std::move(exception));
  }
  return exceptions;
}

Findings run_check(const Check& check, const Tree& tree) {
  Findings findings = check.run(tree);
  Findings about_list;
  const std::string path(exceptions_path);
  for (const Exception& exception : exceptions_of(tree)) {
    const bool known = std::any_of(std::begin(checks), std::end(checks), [&](const Check& one) {
      return exception.rule.starts_with(std::string(one.name) + ".");
    });
    if (!known && check.name == "text") {
      about_list.push_back({path, exception.line, "text.exception", exception.rule,
                            "no check is called '" + exception.rule + "'",
                            "write rule, path, subject and # reason"});
    }
    if (!exception.rule.starts_with(std::string(check.name) + ".")) continue;
    if (exception.reason.empty()) {
      about_list.push_back({path, exception.line, exception.rule, exception.path,
                            "an exception without a reason", "end the line with # and why"});
    }
    const auto removed = std::erase_if(
        findings, [&](const Finding& finding) { return permits(exception, finding); });
    if (removed == 0) {
      about_list.push_back({path, exception.line, exception.rule, exception.path,
                            "this exception is not needed any more", "delete the line"});
    }
  }
  findings.insert(findings.end(), about_list.begin(), about_list.end());
  return findings;
}

}  // namespace tidy
