#include "travel/archive.hpp"

#include <vector>

#include "base/encode.hpp"
#include "catch.hpp"

using namespace weft;
using travel::ArchiveReader;
using travel::ArchiveWriter;
using travel::Part;
using travel::PartKind;

namespace {

std::string written(const std::vector<Part>& parts, std::string* head = nullptr) {
  std::string file;
  const ArchiveWriter::Write write = [&](std::string_view bytes) {
    file.append(bytes);
    return Result<void>();
  };
  ArchiveWriter writer(write);
  for (const Part& part : parts) REQUIRE(writer.add(part));
  REQUIRE(writer.finish());
  if (head != nullptr) *head = base::to_hex(writer.head());
  return file;
}

const std::vector<Part> some{{PartKind::definition, "abc", "a definition"},
                             {PartKind::run, "run-1", "a summary"},
                             {PartKind::record, "", "the first record"},
                             {PartKind::record, "", "the second"}};

// How many parts can be read, and the error behind them.
std::pair<size_t, std::string> read(std::string_view file) {
  ArchiveReader reader(file);
  for (size_t parts = 0;; ++parts) {
    const auto part = reader.next();
    if (!part) return {parts, part.error().message};
    if (reader.done()) return {parts, ""};
  }
}

}  // namespace

TEST_CASE("the parts of a file come back as they were written", "[travel]") {
  std::string head;
  const std::string file = written(some, &head);
  ArchiveReader reader(file);
  for (const Part& part : some) {
    const auto found = reader.next();
    REQUIRE(found);
    CHECK(found->kind == part.kind);
    CHECK(found->name == part.name);
    CHECK(found->body == part.body);
    CHECK_FALSE(reader.done());
  }
  const auto last = reader.next();
  REQUIRE(last);
  CHECK(last->kind == PartKind::head);
  CHECK(reader.done());
  CHECK(base::to_hex(reader.head()) == head);
}

TEST_CASE("whichever byte of a file changes, the part that holds it is refused", "[travel]") {
  const std::string file = written(some);
  std::vector<size_t> ends;  // of the parts
  for (size_t count = 1; count <= some.size(); ++count) {
    constexpr size_t of_head = 48 + 8;
    ends.push_back(written({some.begin(), some.begin() + static_cast<ptrdiff_t>(count)}).size() -
                   of_head);
  }
  for (size_t at = 0; at < file.size(); ++at) {
    std::string changed = file;
    changed[at] = static_cast<char>(changed[at] ^ 0x20);
    const auto [parts, error] = read(changed);
    INFO("byte " << at << ": " << error);
    REQUIRE(error != "");
    size_t holder = 0;
    while (holder < ends.size() && at >= ends[holder]) ++holder;
    REQUIRE(parts == holder);
  }
}

TEST_CASE("a file that is cut anywhere, or goes on behind its head, is refused", "[travel]") {
  const std::string file = written(some);
  for (size_t size = 0; size < file.size(); ++size) {
    INFO(size << " bytes");
    REQUIRE(read(std::string_view(file).substr(0, size)).second != "");
  }
  CHECK(read(file + std::string(8, '\0')).second != "");
  CHECK(read(file + file).second != "");
}

TEST_CASE("parts that are exchanged, left out or doubled break the chain", "[travel]") {
  const std::string whole = written(some);
  // The headers and bodies of the two records, 64 and 64 bytes, before the head of 56.
  const size_t second = whole.size() - 56 - 64, first = second - 64;
  const std::string a = whole.substr(first, 64), b = whole.substr(second, 64);
  const std::string before = whole.substr(0, first), head = whole.substr(second + 64);
  REQUIRE(read(before + a + b + head).second == "");
  CHECK(read(before + b + a + head).first == 2);
  CHECK(read(before + b + head).first == 2);
  CHECK(read(before + a + head).second.find("the head") != std::string::npos);
  CHECK(read(before + a + a + b + head).second.find("record 2 of run 'run-1'") !=
        std::string::npos);
}
