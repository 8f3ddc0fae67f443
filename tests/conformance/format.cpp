// The suite of every definition format.
#include <weft/draft/format.h>

#include <algorithm>
#include <random>
#include <weft/sdk/json.hpp>

#include "catch.hpp"
#include "subject.hpp"

namespace weft::test {
namespace {

struct Parsed {
  weft_status status = WEFT_OK;
  std::string json;
  std::string complaint;  // line:column: message, and the hint on a line of its own
  weft_place at{sizeof(weft_place), 0, 0, 0};
};

// The format under test with one instance.
class Format final {
 public:
  Format() : instance_(host_), table_(instance_.table<weft_format>(WEFT_FORMAT_ID)) {
    REQUIRE(instance_.status() == WEFT_OK);
    REQUIRE(table_ != nullptr);
  }

  // The text is copied to memory of exactly its size, so that a sanitizer sees what reads behind
  // it.
  Parsed parse(std::string_view text) const {
    const std::vector<char> exact(text.begin(), text.end());
    Memory memory;
    weft_error error{};
    error.size = sizeof error;
    weft_val value{nullptr, 0};
    Parsed parsed;
    parsed.status = table_->parse(instance_.self(), {exact.data(), exact.size()}, memory.raw(),
                                  &value, &parsed.at, &error);
    if (parsed.status == WEFT_OK) {
      parsed.json = sdk::json_text(Value(value));
      return parsed;
    }
    using namespace lit;
    parsed.complaint = std::to_string(parsed.at.line) + ":" + std::to_string(parsed.at.column) +
                       ": " + std::string(error.msg, error.msg_len) + "\n";
    const std::string_view hint = Value(error.detail)["hint"_k].as_text();
    if (!hint.empty()) parsed.complaint.append("hint: ").append(hint).append("\n");
    return parsed;
  }

  weft_status locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    at = {sizeof at, 0, 0, 0};
    return table_->locate(instance_.self(), to_str(text), to_str(pointer), &at);
  }
  // The value of a text, for tests that walk it.
  Value value(std::string_view text, Memory& memory) const {
    weft_val value{nullptr, 0};
    const auto status =
        table_->parse(instance_.self(), to_str(text), memory.raw(), &value, nullptr, nullptr);
    return status == WEFT_OK ? Value(value) : Value();
  }

 private:
  FakeHost host_;
  Instance instance_;
  const weft_format* table_;
};

struct Case {
  std::filesystem::path folder;
  std::string name, input;
  bool is_valid;
};

std::vector<Case> parse_cases() {
  std::vector<Case> found;
  for (const auto& folder : cases("parse")) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().stem() != "input") continue;
      found.push_back({folder, folder.filename(), read_text(entry.path()),
                       !std::filesystem::exists(folder / "error.txt")});
    }
  }
  return found;
}

void expect(const std::filesystem::path& file, const std::string& actual) {
  if (updating()) return write_text(file, actual);
  CHECK(actual == read_text(file));
}

// What holds of every answer to any text.
void check_sane(const Format& format, const std::string& text) {
  const Parsed parsed = format.parse(text);
  if (parsed.status == WEFT_OK) return;
  INFO(text);
  const bool is_refusal = parsed.status == WEFT_BAD_INPUT || parsed.status == WEFT_LIMIT;
  if (!is_refusal) CHECK(parsed.status == WEFT_BAD_INPUT);
  if (parsed.at.line == 0 || parsed.at.column == 0) CHECK(parsed.at.line > 0);
  const auto lines =
      std::count(text.begin(), text.end(), '\n') + std::count(text.begin(), text.end(), '\r') + 1;
  if (parsed.at.line > lines) CHECK(parsed.at.line <= lines);
}

std::string escaped(std::string_view key) {
  std::string token;
  for (const char c : key) {
    if (c == '~' || c == '/') {
      token.append(c == '~' ? "~0" : "~1");
    } else {
      token += c;
    }
  }
  return token;
}

void pointers_of(Value value, const std::string& base, std::vector<std::string>& out) {
  out.push_back(base);
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (value.is_array()) pointers_of(value[i], base + "/" + std::to_string(i), out);
    if (!value.is_object()) continue;
    const std::string entry = base + "/" + escaped(value.key(i));
    out.push_back(entry + "~");
    pointers_of(value[i], entry, out);
  }
}

}  // namespace

TEST_CASE("each case gives its tree or its error", "[format]") {
  const Format format;
  const auto all = parse_cases();
  CHECK(all.size() >= 10);
  for (const Case& one : all) {
    INFO(one.name << "\n" << one.input);
    const Parsed parsed = format.parse(one.input);
    INFO(parsed.complaint);
    CHECK((parsed.status == WEFT_OK) == one.is_valid);
    if (parsed.status == WEFT_OK) {
      if (one.is_valid) expect(one.folder / "output.json", parsed.json + "\n");
    } else if (!one.is_valid) {
      expect(one.folder / "error.txt", parsed.complaint);
    }
  }
}

TEST_CASE("places.txt of a case says where its pointers lead", "[format]") {
  const Format format;
  size_t checked = 0;
  for (const Case& one : parse_cases()) {
    const auto file = one.folder / "places.txt";
    if (!std::filesystem::exists(file)) continue;
    std::string actual;
    const std::string expected = read_text(file);
    for (size_t from = 0; from < expected.size(); from = expected.find('\n', from) + 1) {
      const std::string pointer = expected.substr(from, expected.find(' ', from) - from);
      weft_place at;
      const weft_status status = format.locate(one.input, pointer, at);
      actual += pointer + " " + (status == WEFT_OK ? "" : "nearest ") + std::to_string(at.line) +
                ":" + std::to_string(at.column) + " " + std::to_string(at.length) + "\n";
      ++checked;
    }
    INFO(one.name);
    expect(file, actual);
  }
  CHECK(checked > 0);
}

TEST_CASE("every value and every key of a valid text has a place", "[format]") {
  const Format format;
  for (const Case& one : parse_cases()) {
    if (!one.is_valid) continue;
    Memory memory;
    std::vector<std::string> pointers;
    pointers_of(format.value(one.input, memory), "", pointers);
    for (const std::string& pointer : pointers) {
      INFO(one.name << ": " << pointer);
      weft_place at;
      CHECK(format.locate(one.input, pointer, at) == WEFT_OK);
      CHECK(at.line >= 1);
      CHECK(at.column >= 1);
    }
    weft_place at;
    CHECK(format.locate(one.input, "/no such key", at) == WEFT_NOT_FOUND);
    CHECK(format.locate(one.input, "no pointer", at) == WEFT_NOT_FOUND);
  }
}

TEST_CASE("a valid text cut anywhere is parsed or refused with a place", "[format]") {
  const Format format;
  for (const Case& one : parse_cases()) {
    for (size_t n = 0; n < one.input.size() && n < 2000; ++n) {
      check_sane(format, one.input.substr(0, n));
      check_sane(format, one.input.substr(n, 2000));
    }
  }
}

TEST_CASE("random bytes are parsed or refused with a place", "[format]") {
  const Format format;
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 200, ' ');
    for (char& c : text) c = static_cast<char>(random() % 256);
    check_sane(format, text);
  }
}

TEST_CASE("valid texts with random changes are parsed or refused with a place", "[format]") {
  const Format format;
  std::mt19937 random(2);
  constexpr std::string_view letters = " \t\n\r:-?,[]{}#&*!|>'\"%@`~\\a1.0x";
  const auto all = parse_cases();
  for (int i = 0; i < 20'000; ++i) {
    std::string text = all[random() % all.size()].input.substr(0, 2000);
    for (uint32_t k = 1 + random() % 4; k > 0 && !text.empty(); --k) {
      const size_t at = random() % text.size();
      const char letter = letters[random() % letters.size()];
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 3);
      } else if (random() % 2 == 0) {
        text.insert(at, 1, letter);
      } else {
        text[at] = letter;
      }
    }
    check_sane(format, text);
  }
}

TEST_CASE("endless nesting is refused and does not exhaust the stack", "[format]") {
  const Format format;
  for (const std::string_view piece : {"[", "{", "- ", "? ", "{a: ", "[[", "{\"a\":"}) {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += piece;
    check_sane(format, text);
    CHECK(format.parse(text).status != WEFT_OK);
  }
}

TEST_CASE("a text of control characters or broken UTF-8 is refused at its byte", "[format]") {
  const Format format;
  for (const std::string_view bad :
       {"\x01", "\xC3\x28", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\xC0\xAF", "\x80"}) {
    const Parsed parsed = format.parse(bad);
    CHECK(parsed.status == WEFT_BAD_INPUT);
    CHECK(parsed.at.line == 1);
    CHECK(parsed.at.column == 1);
  }
}

TEST_CASE("an instance parses from several sides at once without state between texts", "[format]") {
  const Format format;
  const auto all = parse_cases();
  REQUIRE(!all.empty());
  const std::string first = format.parse(all.front().input).json;
  for (const Case& one : all) static_cast<void>(format.parse(one.input));
  CHECK(format.parse(all.front().input).json == first);
}

}  // namespace weft::test
