#include "trouble.hpp"

namespace weft::tests {
namespace {

constexpr const char* how_words[] = {
    "answers",   "answers an envelope", "answers twice",    "fails", "is busy",      "refuses",
    "is denied", "finds no room",       "answers nonsense", "hangs", "never answers"};
constexpr const char* crash_words[] = {"at commit", "after the turn of commit", "failed commit",
                                       "at a time, commit"};

}  // namespace

std::string to_text(const Trouble& t) {
  std::string text = "seed " + std::to_string(t.seed) + (t.has_threads ? "" : ", no threads");
  for (const auto& [step, acts] : t.table) {
    text += '\n' + step + ':';
    for (const SimAct& act : acts) {
      text += std::string(" ") + how_words[static_cast<size_t>(act.how)];
      if (act.after_ns != 0) text += " after " + std::to_string(act.after_ns) + " ns";
      text += ';';
    }
  }
  for (const Crash& c : t.crashes) {
    text += std::string("\ncrash ") + crash_words[static_cast<size_t>(c.when)] + ' ' +
            std::to_string(c.commit) + ", after " + std::to_string(c.after_ns) + " ns, down for " +
            std::to_string(c.down_ns) + " ns";
  }
  for (const auto& [after, by] : t.wall_jumps) {
    text += "\nwall clock jumps after " + std::to_string(after) + " ns by " + std::to_string(by);
  }
  if (t.cancel_after_ns) text += "\ncancelled after " + std::to_string(*t.cancel_after_ns) + " ns";
  if (!t.calls_again) text += "\ndoubts are given up";
  return text;
}

}  // namespace weft::tests
