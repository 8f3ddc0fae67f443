#include "condition.hpp"

#include <algorithm>
#include <array>

#include <weft/sdk/json.hpp>

#include "parts.hpp"

namespace weft::legacy {
namespace {

bool is_one_of(std::string_view word, const auto& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_name_char);
}

// Calls visit with every name that stands outside of quotes, and with every other byte alone.
void for_each_token(std::string_view text, const auto& visit) {
  for (size_t at = 0; at < text.size();) {
    size_t end = at + 1;
    if (text[at] == '"' || text[at] == '\'') {
      while (end < text.size() && text[end] != text[at]) end += text[end] == '\\' ? 2U : 1U;
      end = std::min(end + 1, text.size());
    } else if (is_name_char(text[at])) {
      while (end < text.size() && is_name_char(text[end])) ++end;
    }
    visit(text.substr(at, end - at), at);
    at = end;
  }
}

bool is_expression(std::string_view text) {
  static constexpr std::array<std::string_view, 2> words{"contains", "matches"};
  bool is_found = false;
  for_each_token(text, [&](std::string_view token, size_t at) {
    const char next = at + 1 < text.size() ? text[at + 1] : ' ';
    const bool is_comparison =
        token == "<" || token == ">" || ((token == "=" || token == "!") && next == '=');
    is_found = is_found || is_comparison || token == "(" || is_one_of(token, words);
  });
  return is_found;
}

// 'result' of before is the result of the step that is judged.
std::string with_subject(std::string_view text, const std::string& result) {
  std::string out;
  for_each_token(text, [&](std::string_view token, size_t) {
    const bool is_result = token == "result" || token.starts_with("result.");
    if (is_result && !result.empty()) {
      out.append(result).append(token.substr(6));
    } else {
      out += token;
    }
  });
  return out;
}

Condition made(std::string expression, std::string becomes, uint32_t confidence) {
  Condition condition;
  condition.expression = std::move(expression);
  condition.becomes = std::move(becomes);
  condition.confidence = confidence;
  return condition;
}

}  // namespace

std::string names(const std::string& result, std::string_view word) {
  std::string text = "default(string(" + result + ") contains ";
  sdk::append_json_text(text, word);
  return text + ", false)";
}

Condition condition_of(std::string_view words, const Subject& subject) {
  static constexpr std::array<std::string_view, 3> others{"else", "default", "otherwise"};
  static constexpr std::array<std::string_view, 4> good{"success", "succeeded", "ok", "passed"};
  static constexpr std::array<std::string_view, 4> bad{"failure", "failed", "error", "fail"};
  if (is_one_of(words, others)) {
    Condition condition = made({}, "what runs when no condition holds", 100);
    condition.kind = Kind::shape;
    condition.is_otherwise = true;
    return condition;
  }
  if (!subject.step.empty() && is_one_of(words, good)) {
    return made("default(" + subject.step + ".success, false)",
                "holds when step '" + subject.step + "' succeeded", 80);
  }
  if (!subject.step.empty() && is_one_of(words, bad)) {
    return made("default(" + subject.step + ".success, true) == false",
                "holds when step '" + subject.step + "' failed", 80);
  }
  if (is_expression(words)) {
    return made(with_subject(words, subject.result), "an expression, 'result' is what is judged",
                80);
  }
  if (is_word(words) && !subject.result.empty()) {
    return made(names(subject.result, words),
                "holds when the result contains '" + std::string(words) + "'", 50);
  }
  if (is_word(words)) {
    return made("default(" + std::string(words) + " == true, false)",
                "holds when '" + std::string(words) + "' of the input is true", 50);
  }
  Condition lost = made("false", "nothing can judge it, so it never holds", 0);
  lost.kind = Kind::lost;
  return lost;
}

}  // namespace weft::legacy
