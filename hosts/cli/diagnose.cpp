#include "diagnose.hpp"

#include <algorithm>
#include <optional>

#include "text.hpp"
#include "utf8.hpp"

namespace weft::cli {
namespace {

// Of a line that does not fit, so much is shown before the place.
constexpr uint32_t lead_columns = 30;
constexpr uint32_t width_where_unknown = 120;

std::string line_of(std::string_view text, uint32_t number) {
  for (uint32_t line = 1; line < number; ++line) {
    const size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  std::string line(text);
  std::replace(line.begin(), line.end(), '\t', ' ');  // one column, as places count it
  return line;
}

bool is_word(char c) {
  const auto u = static_cast<unsigned char>(c);
  const bool is_letter = (u | 0x20U) >= 'a' && (u | 0x20U) <= 'z';
  return is_letter || (u >= '0' && u <= '9') || u >= 0x80 || c == '_' || c == '-' || c == '.';
}

// The quoted text or the word that begins here; nothing where the text does not show its end.
size_t token_bytes(std::string_view rest) {
  if (rest.empty()) return 0;
  if (rest.front() == '"' || rest.front() == '\'') {
    for (size_t i = 1; i < rest.size(); ++i) {
      if (rest[i] == '\\' && rest.front() == '"') {
        ++i;
      } else if (rest[i] == rest.front()) {
        return i + 1;
      }
    }
    return 0;
  }
  return static_cast<size_t>(std::find_if_not(rest.begin(), rest.end(), is_word) - rest.begin());
}

std::optional<int64_t> length_in(const Error& error) {
  for (const Detail& detail : error.details) {
    if (detail.name == "length" && std::holds_alternative<int64_t>(detail.value)) {
      return std::get<int64_t>(detail.value);
    }
  }
  return {};
}

// What is shown of a line: its bytes before the place, those that are meant, and those behind.
struct Cut {
  std::string before, meant, after;
};

Cut cut_line(std::string_view line, const Error& error) {
  std::string_view rest = line;
  for (uint32_t column = 1; column < error.where.column && !rest.empty(); ++column) {
    take_code_point(rest);
  }
  const std::string_view before = line.substr(0, line.size() - rest.size());
  std::string_view behind = rest;
  if (const auto length = length_in(error)) {
    for (int64_t i = 0; i < *length && !behind.empty(); ++i) take_code_point(behind);
  } else {
    behind.remove_prefix(token_bytes(rest));
  }
  return {printable(before), printable(rest.substr(0, rest.size() - behind.size())),
          printable(behind)};
}

// Only the end of a long text, with '…' for what is left out.
std::string tail(std::string_view text, uint32_t columns) {
  if (columns_of(text) <= columns) return std::string(text);
  while (columns_of(text) > columns - 1) take_code_point(text);
  return concat({"…", text});
}

}  // namespace

void Diagnostics::add_source(std::string_view file, std::string_view text) {
  sources_.insert_or_assign(std::string(file), std::string(text));
}

std::string Diagnostics::render(const Error& error, Severity severity) const {
  std::string out;
  const Where& where = error.where;
  if (!where.file.empty()) {
    std::string place = where.file;
    if (where.line != 0) place += ':' + std::to_string(where.line);
    if (where.line != 0 && where.column != 0) place += ':' + std::to_string(where.column);
    out += terminal_->paint(Style::bold, printable(place) + ":") + " ";
  }
  const bool is_error = severity == Severity::error;
  std::string word = is_error ? "error" : "warning";
  if (!error.code.empty()) word += "[" + error.code + "]";
  out += terminal_->paint(is_error ? Style::red : Style::yellow, word + ":") + " ";
  out += terminal_->paint(Style::bold, printable(error.message)) + "\n";
  const auto source = sources_.find(where.file);
  if (source != sources_.end() && where.line != 0) out += excerpt(error, source->second);
  if (!error.hint.empty()) {
    out += terminal_->paint(Style::cyan, "hint:") + " " + printable(error.hint) + "\n";
  }
  return out;
}

std::string Diagnostics::excerpt(const Error& error, std::string_view text) const {
  const std::string line = line_of(text, error.where.line);
  const std::string number = std::to_string(error.where.line);
  const std::string margin(std::max<size_t>(number.size(), 4), ' ');
  const std::string bar = terminal_->paint(Style::dim, margin + " | ");
  const std::string head = terminal_->paint(
      Style::dim, pad("", static_cast<uint32_t>(margin.size() - number.size())) + number + " | ");
  if (error.where.column == 0) return head + printable(line) + "\n";

  const uint32_t width = terminal_->width() != 0 ? terminal_->width() : width_where_unknown;
  const uint32_t used = static_cast<uint32_t>(margin.size()) + 3;
  const uint32_t room = width > used + lead_columns + 10 ? width - used : lead_columns + 10;
  Cut shown = cut_line(line, error);
  const bool fits = columns_of(shown.before + shown.meant + shown.after) <= room;
  if (!fits) shown.before = tail(shown.before, lead_columns);
  const std::string all = cut(shown.before + shown.meant + shown.after, room);
  const uint32_t at = columns_of(shown.before);
  const uint32_t left = columns_of(all) > at ? columns_of(all) - at : 1;
  const uint32_t marks = std::clamp(columns_of(shown.meant), 1U, left);
  return head + all + "\n" + bar + std::string(at, ' ') +
         terminal_->paint(Style::green, concat({"^", std::string(marks - 1, '~')})) + "\n";
}

}  // namespace weft::cli
