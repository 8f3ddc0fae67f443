// Reader: which dialect a text is in, and what it means there.
#include "reading.hpp"

#include <algorithm>
#include <array>

#include "flagged.hpp"

namespace weft::legacy {
namespace {

// What stands at the beginning of a definition of today.
constexpr std::array<std::string_view, 12> keys{"id",      "type",   "pattern",     "steps",
                                                "version", "name",   "description", "conditions",
                                                "stages",  "agents", "branches",    "workflows"};
constexpr std::array<std::string_view, 8> names_of_lines{
    "chain", "flow", "auto", "swarm", "pipeline", "stream", "streaming", "migrate-workflow"};

class Reader final {
 public:
  Reader(std::string_view text, Reading& reading)
      : parts_(text), maker_(parts_, reading), reading_(reading) {}

  bool read() {
    body_ = parts_.trim(parts_.whole());
    while (!body_.is_empty() && parts_.view(body_).starts_with('#')) {
      const size_t end = parts_.view(body_).find('\n');
      body_.at = end == std::string_view::npos ? body_.end : body_.at + static_cast<uint32_t>(end);
      body_ = parts_.trim(body_);
    }
    if (body_.is_empty()) return maker_.refuse(body_.at, "the text says nothing");
    if (is_of_today()) return false;
    return choose();
  }

 private:
  bool is_of_today() {
    const std::string_view words = parts_.view(body_);
    const std::string_view line = words.substr(0, words.find('\n'));
    const size_t colon = line.find(':');
    const bool is_key = colon != line.npos && parts_.arrow_at(0) == 0 &&
                        line.find("->") == line.npos && line.find("→") == line.npos &&
                        std::find(keys.begin(), keys.end(), line.substr(0, colon)) != keys.end();
    if (words[0] == '{' || is_key) {
      return not_old("this begins like a definition of today", "'weft validate' reads it");
    }
    const size_t end = std::min(line.find_first_of(" \t"), line.size());
    const bool is_name =
        words[0] == '/' && std::find(names_of_lines.begin(), names_of_lines.end(),
                                     line.substr(1, end - 1)) != names_of_lines.end();
    const size_t quote = line.find_first_not_of(" \t", end);
    if (!is_name || quote == line.npos || (line[quote] != '"' && line[quote] != '\'')) return false;
    return not_old("this is a line of today, no old text", "'weft explain' tells what it does");
  }

  bool not_old(std::string message, std::string hint) {
    reading_.fault = {Status::bad_input, "format.not_legacy", std::move(message), std::move(hint),
                      body_.at};
    return true;
  }

  bool choose() {
    const std::string_view words = parts_.view(body_);
    const size_t end = std::min(words.find_first_of(" \t\r\n"), words.size());
    const size_t next = words.find_first_not_of(" \t\r\n", end);
    const bool is_flagged = is_mode(words.substr(0, end)) &&
                            (next == words.npos || words.substr(next).starts_with("--"));
    uint32_t at = 0;
    // Quotes and brackets that are not closed are wrong in every dialect.
    if (!parts_.find(body_, [](uint32_t) { return 0U; }, at)) {
      reading_.fault = parts_.fault;
      return false;
    }
    if (is_flagged) {
      reading_.dialect = Dialect::flagged;
      const uint32_t behind = body_.at + static_cast<uint32_t>(end);
      return Flagged(maker_, reading_).read({body_.at, behind}, {behind, body_.end});
    }
    if (parts_.has_arrow(body_)) return chain(Dialect::arrows, 95);
    if (has_only_commands()) return commands();
    const bool is_mixed = words.find("\n/") != words.npos;
    if (is_mixed) {
      maker_.found(Kind::assumed, body_, "some lines are commands, others are not",
                   "one step behind the other", 40);
    }
    return chain(Dialect::prose, 80);
  }

  bool chain(Dialect dialect, uint32_t confidence) {
    reading_.dialect = dialect;
    reading_.confidence = confidence;
    Chain chain(body_);
    if (!maker_.sequence(body_, chain)) return false;
    // One step is a list of one, and may be any other text as well.
    if (dialect == Dialect::prose && chain.size() == 1) reading_.confidence = 50;
    reading_.definition = maker_.chain(std::move(chain));
    return true;
  }

  // Every line begins with '/', and a line of its own is no list of several.
  bool has_only_commands() {
    std::vector<Span> lines;
    parts_.split(body_, '\n', lines);
    const bool is_all = std::all_of(lines.begin(), lines.end(), [&](Span line) {
      const std::string_view words = parts_.view(line);
      return words.empty() || words[0] == '/' || words[0] == '#';
    });
    if (!is_all || lines.size() > 1) return is_all;
    std::vector<Span> items;
    const auto separator = [&](uint32_t at) -> uint32_t {
      return parts_.view({at, at + 1}) == "," ? 1 : parts_.is_word_at(at, "then") ? 4 : 0;
    };
    parts_.split(body_, separator, items);
    return std::count_if(items.begin(), items.end(),
                         [&](Span item) { return parts_.view(item).starts_with('/'); }) == 1;
  }

  bool commands() {
    reading_.dialect = Dialect::commands;
    std::vector<Span> lines;
    parts_.split(body_, '\n', lines);
    Chain chain(body_);
    for (const Span line : lines) {
      const std::string_view words = parts_.view(line);
      if (words.empty() || words[0] == '#') continue;
      Tree step;
      if (!maker_.step(line, {}, step)) return false;
      chain.add(std::move(step));
    }
    reading_.confidence = chain.size() > 1 ? 95 : 80;
    reading_.definition = maker_.chain(std::move(chain));
    return true;
  }

  Parts parts_;
  Maker maker_;
  Reading& reading_;
  Span body_;
};

}  // namespace

std::string_view name_of(Dialect dialect) {
  static constexpr std::string_view names[] = {"prose_list", "flagged_chain", "arrow_line",
                                               "slash_commands"};
  return names[static_cast<size_t>(dialect)];
}

std::string_view words_of(Dialect dialect) {
  static constexpr std::string_view words[] = {"a prose list", "a flagged chain", "an arrow line",
                                               "one slash command per line"};
  return words[static_cast<size_t>(dialect)];
}

std::string_view name_of(Kind kind) {
  static constexpr std::string_view names[] = {"step", "shape", "assumed", "lost", "refused"};
  return names[static_cast<size_t>(kind)];
}

const Finding* Reading::first(Kind kind) const {
  const auto found = std::find_if(findings.begin(), findings.end(),
                                  [&](const Finding& one) { return one.kind == kind; });
  return found != findings.end() ? &*found : nullptr;
}

bool read(std::string_view text, Reading& reading) {
  reading.definition = Tree::of_kind(Tree::Kind::object, {});
  if (!Reader(text, reading).read()) return false;
  std::stable_sort(reading.findings.begin(), reading.findings.end(),
                   [](const Finding& a, const Finding& b) { return a.place.at < b.place.at; });
  for (const Finding& one : reading.findings) {
    reading.confidence = std::min(reading.confidence, one.confidence);
  }
  return true;
}

}  // namespace weft::legacy
