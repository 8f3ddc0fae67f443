#include "expr/redact.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.hpp"

namespace weft::expr {

using namespace weft::lit;

namespace {

constexpr std::array<std::string_view, 9> secret_words{
    "password", "secret", "token", "key", "auth", "cookie", "ssn", "card", "apikey"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_upper(c) || (c >= 'a' && c <= 'z'); }
bool is_word(char c) { return is_digit(c) || is_letter(c); }
bool is_of_token(char c) { return is_word(c) || c == '_' || c == '-'; }
char lower(char c) { return is_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c; }

// Calls see(first, end) for each word of a name such as apiKey, API_KEY or api-key.
template <class See>
void each_word(std::string_view name, const See& see) {
  size_t first = 0;
  for (size_t i = 0; i <= name.size(); ++i) {
    const bool ends = i == name.size() || !is_word(name[i]);
    const bool is_hump = !ends && i > first && is_upper(name[i]) && !is_upper(name[i - 1]);
    if (!ends && !is_hump) continue;
    if (i > first) see(name.substr(first, i - first));
    first = is_hump ? i : i + 1;
  }
}

bool is_same(std::string_view written, std::string_view word) {
  return written.size() == word.size() && std::equal(written.begin(), written.end(), word.begin(),
                                                     [](char a, char b) { return lower(a) == b; });
}

// How a credential begins, and how many more characters it has at least.
struct Shape {
  std::string_view begin, kind;
  size_t more;
};
constexpr std::array<Shape, 18> shapes{{{"AKIA", "aws_key", 16},
                                        {"ASIA", "aws_key", 16},
                                        {"ghp_", "github_token", 20},
                                        {"gho_", "github_token", 20},
                                        {"ghu_", "github_token", 20},
                                        {"ghs_", "github_token", 20},
                                        {"ghr_", "github_token", 20},
                                        {"github_pat_", "github_token", 20},
                                        {"glpat-", "gitlab_token", 20},
                                        {"xoxb-", "slack_token", 10},
                                        {"xoxp-", "slack_token", 10},
                                        {"xoxa-", "slack_token", 10},
                                        {"xoxs-", "slack_token", 10},
                                        {"sk-", "api_key", 20},
                                        {"sk_live_", "api_key", 16},
                                        {"sk_test_", "api_key", 16},
                                        {"rk_live_", "api_key", 16},
                                        {"AIza", "google_key", 35}}};

struct Secret {
  size_t first, end;
  std::string_view kind;
};

size_t token_end(std::string_view text, size_t at) {
  while (at < text.size() && is_of_token(text[at])) ++at;
  return at;
}

// Three parts of eight characters or more with points between.
std::optional<Secret> signed_token(std::string_view text, size_t at) {
  size_t end = at;
  for (int part = 0; part < 3; ++part) {
    const size_t first = end;
    end = token_end(text, first);
    if (end - first < 8) return {};
    if (part == 2) return Secret{at, end, "signed_token"};
    if (end == text.size() || text[end] != '.') return {};
    ++end;
  }
  return {};
}

std::optional<Secret> private_key(std::string_view text, size_t at) {
  const size_t line = std::min(text.find('\n', at), text.size());
  if (text.substr(at, line - at).find("PRIVATE KEY-----") == std::string_view::npos) return {};
  const size_t end = text.find("-----END", line);
  if (end == std::string_view::npos) return Secret{at, text.size(), "private_key"};
  const size_t last = text.find('\n', end);
  return Secret{at, std::min(last, text.size()), "private_key"};
}

// The password of ://name:password@host.
std::optional<Secret> in_url(std::string_view text, size_t at) {
  size_t colon = 0;
  for (size_t i = at + 3; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '@' && colon != 0 && i > colon + 1) return Secret{colon + 1, i, "password"};
    if (c == '/' || c == '?' || c == '#' || c == '@' || c == '"' || static_cast<uint8_t>(c) <= ' ')
      return {};
    if (c == ':' && colon == 0) colon = i;
  }
  return {};
}

std::optional<Secret> secret_at(std::string_view text, size_t at) {
  const std::string_view rest = text.substr(at);
  if (rest[0] == ':') return rest.starts_with("://") ? in_url(text, at) : std::nullopt;
  if (at > 0 && is_word(text[at - 1])) return {};
  if (rest[0] == '-') return rest.starts_with("-----BEGIN") ? private_key(text, at) : std::nullopt;
  if (rest.starts_with("eyJ")) return signed_token(text, at);
  if (rest.size() > 7 && is_same(rest.substr(0, 7), "bearer ")) {
    const size_t end = token_end(text, at + 7);
    return end - at >= 7 + 16 ? std::optional(Secret{at + 7, end, "token"}) : std::nullopt;
  }
  for (const Shape& shape : shapes) {
    if (!rest.starts_with(shape.begin)) continue;
    const size_t end = token_end(text, at + shape.begin.size());
    if (end - at >= shape.begin.size() + shape.more) return Secret{at, end, shape.kind};
  }
  return {};
}

constexpr std::string_view beginnings = "ABagxsrbe-:";

std::optional<Secret> next_secret(std::string_view text, size_t from) {
  for (size_t at = text.find_first_of(beginnings, from); at != std::string_view::npos;
       at = text.find_first_of(beginnings, at + 1)) {
    if (auto found = secret_at(text, at)) return found;
  }
  return {};
}

std::string mark(std::string_view kind) {
  return "\xe2\x80\xb9redacted:" + std::string(kind) + "\xe2\x80\xba";
}

// The name under which a member stands. Of a change that is told as {path, old, new}, of an
// operation of a patch and of a conflict it is the path.
std::string_view name_of(Value object, uint32_t entry) {
  const std::string_view name = object.key(entry);
  const bool is_changed =
      name == "old" || name == "new" || name == "value" || name == "base" || name == "values";
  return is_changed && object["path"_k].is_text() ? object["path"_k].as_text() : name;
}

bool is_container(Value value) { return value.is_object() || value.is_array(); }

}  // namespace

Result<Redactor> Redactor::make(Value said) {
  Redactor made;
  for (const Value one : said["keys"_k]) made.names_.push_back(base::fold_name(one.as_text()));
  uint32_t number = 0;
  for (const Value one : said["values"_k]) {
    auto pattern = Regexp::compile(one.as_text());
    if (!pattern) {
      Error error = pattern.error();
      error.where.pointer = "/values/" + std::to_string(number);
      return error;
    }
    made.patterns_.push_back(std::move(*pattern));
    ++number;
  }
  return made;
}

Redactor::Secrecy Redactor::secrecy_of(std::string_view name) const {
  Secrecy found;
  each_word(name, [&](std::string_view word) {
    for (const std::string_view secret : secret_words) {
      if (is_same(word, secret)) found = {secret, false};
      const bool is_many = word.size() > 1 && lower(word.back()) == 's';
      if (is_many && found.kind.empty() && is_same(word.substr(0, word.size() - 1), secret)) {
        found = {secret, true};
      }
    }
  });
  if (!found.kind.empty() || names_.empty()) return found;
  const std::string folded = base::fold_name(name);
  const bool is_named = std::find(names_.begin(), names_.end(), folded) != names_.end();
  return {is_named ? std::string_view("named") : std::string_view(), false};
}

bool Redactor::is_clean(std::string_view text) const {
  return !next_secret(text, 0) &&
         std::none_of(patterns_.begin(), patterns_.end(),
                      [text](const Regexp& one) { return one.search(text); });
}

bool Redactor::is_clean(Secrecy under, Value value) const {
  const bool is_secret = !under.kind.empty();
  if (value.is_text()) return !is_secret && is_clean(value.as_text());
  if (is_secret && !under.of_texts && (value.is_number() || is_container(value))) return false;
  for (uint32_t i = 0; is_container(value) && i < value.size(); ++i) {
    const bool stays = is_secret || value.is_array();
    const Secrecy below = stays ? under : secrecy_of(name_of(value, i));
    if (!is_clean(below, value[i])) return false;
  }
  return true;
}

void Redactor::write(Secrecy under, Value value, Builder& out) const {
  const bool is_secret = !under.kind.empty();
  if (is_clean(under, value)) return out.link(value);
  if (!is_container(value) || (is_secret && !under.of_texts)) {
    if (is_secret) return out.text(mark(under.kind));
    return out.text(shown(value.as_text()));
  }
  value.is_array() ? out.begin_array() : out.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    const bool stays = is_secret || value.is_array();
    const Secrecy below = stays ? under : secrecy_of(name_of(value, i));
    if (value.is_object()) out.key(Key(value.key(i)));
    write(below, value[i], out);
  }
  value.is_array() ? out.end_array() : out.end_object();
}

Value Redactor::shown(std::string_view name, Value value, Arena arena) const {
  const Secrecy under = secrecy_of(name);
  if (!value.exists() || is_clean(under, value)) return value;
  Builder out(arena);
  write(under, value, out);
  return out.take_value();
}

std::string Redactor::shown(std::string_view text) const {
  for (const Regexp& pattern : patterns_) {
    if (pattern.search(text)) return mark("pattern");
  }
  std::string out;
  size_t from = 0;
  for (auto secret = next_secret(text, 0); secret; secret = next_secret(text, from)) {
    out.append(text.substr(from, secret->first - from)).append(mark(secret->kind));
    from = secret->end;
  }
  return out.append(text.substr(from));
}

}  // namespace weft::expr
