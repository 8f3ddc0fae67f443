// Functions of texts, and those that make text.
#include <cstring>
#include <string>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "expr/functions.hpp"
#include "expr/machine.hpp"
#include "expr/render.hpp"

namespace weft::expr::fn {
namespace {

constexpr std::string_view blanks = " \t\n\r\f\v";

// Whether all arguments are texts; otherwise the machine has failed.
bool are_texts(Machine& machine, std::string_view function, Arguments arguments) {
  for (const Value argument : arguments) {
    if (argument.is_text()) continue;
    machine.fail_type(std::string(function) + "() wants a string, not " + type_phrase(argument),
                      "write string(…) around it");
    return false;
  }
  return machine.spend_bytes(arguments[0].size());
}

// The text with each byte of the range first to first + 25 shifted by distance.
Value shift_letters(Machine& machine, std::string_view text, char first, int distance) {
  auto* bytes = static_cast<char*>(machine.allocate(text.size() + 1));
  if (bytes == nullptr) return {};
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    bytes[i] = c >= first && c < first + 26 ? static_cast<char>(c + distance) : c;
  }
  bytes[text.size()] = 0;
  return machine.built_text(bytes, text.size());
}

uint64_t count_of(std::string_view text, std::string_view part) {
  uint64_t count = 0;
  for (size_t at = text.find(part); at != std::string_view::npos;
       at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

Value fail_empty(Machine& machine, std::string_view function, std::string_view what) {
  return machine.fail(
      "expr.arguments",
      std::string(function) + "() wants " + std::string(what) + " that is not empty",
      "give at least one character");
}

}  // namespace

Value lower(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "lower", arguments)) return {};
  return shift_letters(machine, arguments[0].as_text(), 'A', 'a' - 'A');
}

Value upper(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "upper", arguments)) return {};
  return shift_letters(machine, arguments[0].as_text(), 'a', 'A' - 'a');
}

Value trim(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "trim", arguments)) return {};
  const std::string_view text = arguments[0].as_text();
  const size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return machine.text("");
  return machine.text(text.substr(begin, text.find_last_not_of(blanks) + 1 - begin));
}

Value split(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "split", arguments)) return {};
  const std::string_view text = arguments[0].as_text(), separator = arguments[1].as_text();
  if (separator.empty()) return fail_empty(machine, "split", "a separator");
  const uint64_t count = count_of(text, separator) + 1;
  auto* parts = static_cast<Value*>(machine.allocate(count * sizeof(Value)));
  if (parts == nullptr) return {};
  size_t from = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t to = text.find(separator, from);
    parts[i] = machine.text(text.substr(from, to - from));
    if (!parts[i].exists()) return {};
    from = to + separator.size();
  }
  return machine.list({parts, count});
}

Value join(Machine& machine, Arguments arguments) {
  const bool separated = arguments.size() == 2;
  if (!arguments[0].is_array() || (separated && !arguments[1].is_text())) {
    return machine.fail_type("join() wants a list and a string, not " + type_phrase(arguments[0]) +
                             (separated ? " and " + type_phrase(arguments[1]) : ""));
  }
  if (!machine.spend_items(arguments[0].size())) return {};
  Render out(machine);
  uint32_t i = 0;
  for (const Value item : arguments[0]) {
    if (item.is_null() || item.is_array() || item.is_object()) {
      return machine.fail_type("join() wants strings, numbers or booleans in the list; item " +
                                   std::to_string(i) + " is " + type_phrase(item),
                               "write string(…) or json(…) around it");
    }
    if (i++ != 0 && separated) out.append(arguments[1].as_text());
    out.value(item);
  }
  return out.take();
}

Value replace(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "replace", arguments)) return {};
  const std::string_view text = arguments[0].as_text(), part = arguments[1].as_text(),
                         other = arguments[2].as_text();
  if (part.empty()) return fail_empty(machine, "replace", "a second text");
  const uint64_t count = count_of(text, part);
  const uint64_t size = text.size() - count * part.size() + count * other.size();
  auto* bytes = static_cast<char*>(machine.allocate(size + 1));
  if (bytes == nullptr) return {};
  char* to = bytes;
  const auto copy = [&to](std::string_view piece) {
    if (!piece.empty()) std::memcpy(to, piece.data(), piece.size());
    to += piece.size();
  };
  size_t from = 0;
  for (size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, from)) {
    copy(text.substr(from, at - from));
    copy(other);
    from = at + part.size();
  }
  copy(text.substr(from));
  *to = 0;
  return machine.built_text(bytes, size);
}

Value starts_with(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "starts_with", arguments)) return {};
  return machine.boolean(arguments[0].as_text().starts_with(arguments[1].as_text()));
}

Value ends_with(Machine& machine, Arguments arguments) {
  if (!are_texts(machine, "ends_with", arguments)) return {};
  return machine.boolean(arguments[0].as_text().ends_with(arguments[1].as_text()));
}

Value to_string(Machine& machine, Arguments arguments) {
  if (arguments[0].is_text()) return arguments[0];
  Render out(machine);
  out.value(arguments[0]);
  return out.take();
}

Value json(Machine& machine, Arguments arguments) {
  Render out(machine);
  out.json(arguments[0]);
  return out.take();
}

Value now(Machine& machine, Arguments) {
  return machine.text(base::time_text(machine.scope().now_ns));
}

// The first 16 bytes of the digest of the seed and a number that counts in this evaluation.
Value uuid(Machine& machine, Arguments) {
  char source[16];
  const uint64_t seed = machine.scope().seed, number = machine.next_uuid();
  std::memcpy(source, &seed, sizeof seed);
  std::memcpy(source + sizeof seed, &number, sizeof number);
  base::Digest digest = base::sha256({source, sizeof source});
  digest[6] = static_cast<uint8_t>((digest[6] & 0x0FU) | 0x40U);
  digest[8] = static_cast<uint8_t>((digest[8] & 0x3FU) | 0x80U);
  constexpr std::string_view hex = "0123456789abcdef";
  char text[36];
  char* to = text;
  for (size_t i = 0; i < 16; ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) *to++ = '-';
    *to++ = hex[digest[i] >> 4U];
    *to++ = hex[digest[i] & 15U];
  }
  return machine.text({text, sizeof text});
}

}  // namespace weft::expr::fn
