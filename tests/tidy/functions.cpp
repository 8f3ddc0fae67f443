#include "functions.hpp"

#include <algorithm>
#include <array>

#include "lex.hpp"

namespace tidy {
namespace {

constexpr auto npos = std::string_view::npos;

// What a '{' opens, told by the words since the last ';', '{' or '}'.
enum class Opens { scope, function, value, member_value };

bool ends_with_word(std::string_view text, std::string_view word) {
  return text.ends_with(word) &&
         (text.size() == word.size() || !is_word_char(text[text.size() - word.size() - 1]));
}

// Drops 'template <...>', 'public:' and the like from the front.
std::string_view without_prefix(std::string_view head) {
  for (;;) {
    head = trim(head);
    if (head.starts_with("template") && find_word(head, "template") == 0) {
      std::size_t at = head.find('<');
      if (at == npos) return head;
      int depth = 0;
      for (; at < head.size(); ++at) {
        if (head[at] == '<') ++depth;
        if (head[at] == '>' && --depth == 0) break;
      }
      head = head.substr(std::min(at + 1, head.size()));
      continue;
    }
    bool dropped = false;
    for (std::string_view label : {"public:", "private:", "protected:", "typedef ", "static ",
                                   "inline ", "constexpr ", "export "}) {
      if (head.starts_with(label)) {
        head.remove_prefix(label.size());
        dropped = true;
      }
    }
    if (!dropped) return head;
  }
}

bool is_type_or_namespace(std::string_view head) {
  constexpr std::array<std::string_view, 6> words{"namespace", "class", "struct",
                                                  "union",     "enum",  "extern"};
  const bool named = std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return head.starts_with(word) && find_word(head, word) == 0;
  });
  constexpr std::array<std::string_view, 4> ends{"const", "noexcept", "override", "&"};
  const bool is_call =
      head.ends_with(')') || std::any_of(ends.begin(), ends.end(), [&](std::string_view end) {
        return head.find('(') != npos && ends_with_word(head, end);
      });
  return named && !is_call;
}

// A position outside of parentheses where c stands alone, before 'end'; npos when nowhere.
std::size_t find_bare(std::string_view head, char c, std::size_t from) {
  int depth = 0;
  for (std::size_t at = 0; at < head.size(); ++at) {
    if (head[at] == '(' || head[at] == '[') ++depth;
    if (head[at] == ')' || head[at] == ']') --depth;
    if (at < from || depth != 0 || head[at] != c) continue;
    const bool doubled =
        (at + 1 < head.size() && head[at + 1] == c) || (at > 0 && head[at - 1] == c);
    if (!doubled) return at;
  }
  return npos;
}

Opens what_opens(std::string_view full) {
  const std::string_view head = without_prefix(full);
  if (head.empty() || is_type_or_namespace(head)) return Opens::scope;
  // f(A a = {}): the braces stand inside the parentheses.
  if (std::count(head.begin(), head.end(), '(') > std::count(head.begin(), head.end(), ')')) {
    return Opens::value;
  }
  const auto parenthesis = head.find('(');
  const auto assigned = find_bare(head, '=', 0);
  const auto lambda = head.find('[', assigned == npos ? head.size() : assigned);
  if (assigned != npos && find_word(head, "operator") == npos &&
      (parenthesis == npos || assigned < parenthesis)) {
    return lambda != npos && lambda < parenthesis && head.find('(', lambda) != npos
               ? Opens::function
               : Opens::value;
  }
  if (parenthesis == npos) return Opens::value;
  // Foo(int a) : a_{a}, b_{} {...}: the first braces belong to members.
  const auto colon = find_bare(head, ':', head.find(')'));
  const bool after_name = is_word_char(head.back()) || head.back() == '>';
  return colon != npos && after_name ? Opens::member_value : Opens::function;
}

// The word before the first parenthesis, with its qualification.
std::string name_in(std::string_view full) {
  const std::string_view head = without_prefix(full);
  const auto word = find_word(head, "operator");
  auto end = word != npos ? head.find('(', word + 9) : head.find('(');
  if (end == npos) end = head.size();
  while (end > 0 && head[end - 1] == ' ') --end;
  auto start = word != npos ? word : end;
  while (start > 0 &&
         (is_word_char(head[start - 1]) || head[start - 1] == ':' || head[start - 1] == '~')) {
    --start;
  }
  return start == end ? "a lambda" : std::string(head.substr(start, end - start));
}

std::size_t closing(std::string_view code, std::size_t open) {
  int depth = 0;
  for (std::size_t at = open; at < code.size(); ++at) {
    if (code[at] == '{') ++depth;
    if (code[at] == '}' && --depth == 0) return at;
  }
  return code.size() - 1;
}

std::size_t first_word(std::string_view code, std::size_t from) {
  const auto at = code.find_first_not_of(" \t\r\n", from);
  return at == npos ? from : at;
}

}  // namespace

std::vector<Function> functions_of(std::string_view code) {
  std::vector<Function> functions;
  std::size_t start = 0;  // of the declaration that may come next
  for (std::size_t at = 0; at < code.size(); ++at) {
    const char c = code[at];
    if (c == ';' || c == '}') start = at + 1;
    if (c != '{') continue;
    const std::string_view head = code.substr(start, at - start);
    const Opens opens = what_opens(head);
    if (opens == Opens::scope) {
      start = at + 1;
      continue;
    }
    const std::size_t end = closing(code, at);
    if (opens == Opens::function) {
      functions.push_back(
          {name_in(head), line_at(code, first_word(code, start)), line_at(code, end)});
    }
    at = end;
    // Braces of a member or a value end no declaration: 'int a{1};' goes on to its ';'.
    if (opens == Opens::function) start = end + 1;
  }
  return functions;
}

}  // namespace tidy
