// The verbs of 'weft migrate': what is found in a text of an old dialect, and what comes of it.
#pragma once

#include <string>
#include <vector>

#include "session.hpp"
#include "verbs.hpp"

namespace weft::cli {

struct OldFinding {
  uint32_t line = 0, column = 0;
  std::string kind, text, what, becomes;
  double confidence = 1;
  std::string command;  // that a step calls
};

// An old text as the format 'legacy_report' reads it.
struct OldText {
  std::string name;  // as messages call it
  std::string path;  // empty where it is no file
  std::string text;
  std::string said;  // the dialect, as people say it
  Document report;
  std::vector<OldFinding> findings;  // by place; those of the kind 'missing' are of this machine
  std::string task;                  // the command of texts that name none; empty for 'task'

  size_t count(std::string_view kind) const;
  bool is_converted() const;
  // The definition as JSON and as YAML, with a row for the command of texts.
  std::string json() const;
  std::string yaml() const;
};

// The word behind the verb: a file, '-' for standard input, or the text itself when it holds a
// blank. Prints what is wrong and gives the exit when it cannot be read.
struct OldRead {
  std::vector<OldText> text;  // one, or none
  Exit exit = Exit::ok;
};
OldRead read_old(Session& session, const Arguments& arguments);

// The findings as a table; only those of a kind where one is named.
std::string findings_text(const Terminal& terminal, const OldText& old, std::string_view kind = {});

// Why nothing is made of a text that lacks a meaning, or would lose one without consent; ok when
// nothing is in the way.
Exit refuse_old(Session& session, const OldText& old, bool allows_loss);

std::vector<Verb> verbs_of_migration();
// '/migrate-workflow "verb text --flag" --flag', in words; empty when the word is no such line.
std::vector<std::string> words_of_migration(const std::string& line);

// migrate.cpp
Exit migrate_analyze(const Arguments& arguments, const Console& console);
// convert.cpp
Exit migrate_convert(const Arguments& arguments, const Console& console);
// agree.cpp
Exit migrate_validate(const Arguments& arguments, const Console& console);

}  // namespace weft::cli
