#include "engine/secrets.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>

#include "base/limits.hpp"
#include "run/retry.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

constexpr std::string_view opening = "‹secret:";
constexpr std::string_view redacted = "‹redacted:secret›";
// A shorter secret would be found everywhere, and redacting it would tell more than it hides.
constexpr size_t redactable = 4;

std::string handle_of(std::string_view name, uint64_t seed) {
  constexpr std::string_view digits = "0123456789abcdef";
  uint64_t number =
      run::mix(seed, 0x736563726574, name.size(), std::hash<std::string_view>()(name));
  std::string handle(opening);
  handle.append(name).append(":");
  for (int i = 0; i < 16; ++i, number >>= 4U) handle += digits[number & 15U];
  return handle.append("›");
}

bool holds_text(Value value, const std::function<bool(std::string_view)>& is_it) {
  if (value.is_text()) return is_it(value.as_text());
  if (!value.is_array() && !value.is_object()) return false;
  for (const Value one : value) {
    if (holds_text(one, is_it)) return true;
  }
  return false;
}

// Writes the value anew with every text replaced by what change makes of it.
void rewrite(Value value, const std::function<std::string(std::string_view)>& change, Builder& to) {
  if (value.is_text()) {
    return to.text(change(value.as_text()));
  }
  if (value.is_array()) {
    to.begin_array();
    for (const Value one : value) rewrite(one, change, to);
    return to.end_array();
  }
  if (!value.is_object()) return to.link(value);
  to.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    to.key(Key(value.key(i)));
    rewrite(value[i], change, to);
  }
  to.end_object();
}

std::string replaced(std::string_view text, std::string_view what, std::string_view with) {
  std::string out;
  for (size_t at = 0;;) {
    const size_t found = text.find(what, at);
    out.append(text.substr(at, found - at));
    if (found == std::string_view::npos) return out;
    out.append(with);
    at = found + what.size();
  }
}

}  // namespace

Value secret_handles(Value grants, uint64_t seed, Arena arena) {
  const Value names = grants["env"_k]["secrets"_k];
  if (!names.is_array() || names.size() == 0) return {};
  Builder b(arena);
  b.begin_object();
  for (uint32_t i = 0; i < names.size(); ++i) {
    const std::string_view name = names[i].as_text();
    bool is_first = !name.empty();
    for (uint32_t k = 0; k < i; ++k) is_first = is_first && names[k].as_text() != name;
    if (is_first) b.set(Key(name), std::string_view(handle_of(name, seed)));
  }
  b.end_object();
  return b.take_value();
}

Result<std::string> read_secret(std::string_view name) {
  const std::string wanted(name);
  if (const char* text = std::getenv(wanted.c_str())) return std::string(text);
  const std::string variable = wanted + "_FILE";
  const char* path = std::getenv(variable.c_str());
  if (path == nullptr) {
    return Error{Status::not_found,
                 "secret.not_found",
                 "there is no secret '" + wanted + "'",
                 "set it in the environment, or set " + variable + " to the file that holds it",
                 {},
                 WEFT_ERR_BAD_INPUT};
  }
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) {
    return Error{Status::not_found,
                 "secret.not_found",
                 "the file of the secret '" + wanted + "' cannot be read",
                 variable + " names it; check that it exists and may be read",
                 {},
                 WEFT_ERR_BAD_INPUT};
  }
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

Result<Value> reveal(Value value, Value handles, std::vector<Secret>& used, Arena arena) {
  const auto has_handle = [](std::string_view text) {
    return text.find(opening) != std::string_view::npos;
  };
  if (!handles.exists() || !holds_text(value, has_handle)) return value;
  for (uint32_t i = 0; i < handles.size(); ++i) {
    const std::string_view handle = handles[i].as_text();
    const auto is_here = [&](std::string_view text) {
      return text.find(handle) != std::string_view::npos;
    };
    if (!holds_text(value, is_here)) continue;
    auto text = read_secret(handles.key(i));
    if (!text) return text.error();
    used.push_back({std::string(handle), std::move(*text)});
  }
  if (used.empty()) return value;
  Builder b(arena);
  rewrite(
      value,
      [&](std::string_view text) {
        std::string out(text);
        for (const Secret& secret : used) out = replaced(out, secret.handle, secret.text);
        return out;
      },
      b);
  return b.take_value();
}

Value redact(Value value, const std::vector<Secret>& used, Arena arena) {
  const auto tells = [&](std::string_view text) {
    return std::any_of(used.begin(), used.end(), [&](const Secret& secret) {
      return secret.text.size() >= redactable && text.find(secret.text) != std::string_view::npos;
    });
  };
  if (!holds_text(value, tells)) return value;
  Builder b(arena);
  rewrite(
      value,
      [&](std::string_view text) {
        std::string out(text);
        for (const Secret& secret : used) {
          if (secret.text.size() >= redactable) out = replaced(out, secret.text, redacted);
        }
        return out;
      },
      b);
  return b.take_value();
}

void redact(char* text, uint32_t* size, const std::vector<Secret>& used) {
  std::string out(text, *size);
  for (const Secret& secret : used) {
    if (secret.text.size() >= redactable) out = replaced(out, secret.text, redacted);
  }
  *size = static_cast<uint32_t>(std::min<size_t>(out.size(), sizeof(weft_error::msg) - 1));
  out.copy(text, *size);
}

}  // namespace weft::engine
