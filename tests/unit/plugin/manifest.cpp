#include "plugin/manifest.hpp"

#include "base/blocks.hpp"
#include "catch.hpp"
#include "made.hpp"
#include "plugin/library.hpp"

using namespace weft;
using namespace weft::plugin;

namespace {

std::string code_of(const std::string& file) {
  base::Blocks blocks;
  auto text = read_manifest_text(file);
  if (!text) return text.error().code;
  auto manifest = parse_manifest(*text, blocks.arena());
  return manifest ? "ok" : manifest.error().code;
}

}  // namespace

TEST_CASE("a manifest is read from its section, and by its magic without sections", "[manifest]") {
  made::Folder folder;
  std::string bytes = made::plugin(made::tool("x", "1.0.0"), 5'000);
  CHECK(code_of(folder.write("a.so", bytes)) == "ok");
  Elf64_Ehdr head{};
  std::memcpy(&head, bytes.data(), sizeof head);
  head.e_shoff = 0;
  head.e_shnum = 0;
  std::memcpy(bytes.data(), &head, sizeof head);
  CHECK(code_of(folder.write("b.so", bytes)) == "ok");
}

TEST_CASE("damaged files are told apart", "[manifest]") {
  made::Folder folder;
  const std::string good = made::plugin(made::tool("x", "1.0.0"));
  const auto changed = [&](size_t at, char to) {
    std::string bytes = good;
    bytes[at] = to;
    return folder.write("changed.so", bytes);
  };
  CHECK(code_of(folder.path() + "/absent.so") == "plugin.unreadable");
  CHECK(code_of(folder.path()) == "plugin.unreadable");
  CHECK(code_of(folder.write("empty.so", "")) == "plugin.not_elf");
  CHECK(code_of(changed(0, 'M')) == "plugin.not_elf");
  CHECK(code_of(changed(EI_CLASS, ELFCLASS32)) == "plugin.wrong_architecture");
  CHECK(code_of(changed(18, EM_S390)) == "plugin.wrong_architecture");
  CHECK(code_of(changed(16, ET_EXEC)) == "plugin.not_shared");
  CHECK(code_of(changed(good.find(".weft"), '_')) == "plugin.no_manifest");
  CHECK(code_of(changed(good.find("Makes"), 'm')) == "plugin.bad_manifest");  // the check sum
  CHECK(code_of(folder.write("cut.so", good.substr(0, good.size() - 1))) ==
        "plugin.truncated_file");
}

TEST_CASE("what a manifest must say is checked with the place", "[manifest]") {
  struct Row {
    const char *json, *says;
  };
  const auto row = GENERATE(values<Row>({
      {"[]", "not an object"},
      {"{\"id\":1}", "'id' is not a text"},
      {"{\"id\":\"a b\"}", "is not a name"},
      {R"({"id":"a","kind":"tol"})", "not a kind"},
      {R"({"id":"a","kind":"tool","version":"1"})", "not a version"},
      {R"({"id":"a","kind":"tool","version":"1.0.0"})", "no components"},
      {R"({"id":"a","kind":"tool","version":"1.0.0","min_host":-1})", "not a number"},
      {R"({"id":"a","kind":"tool","version":"1.0.0","components":[1]})", "not an object"},
      {R"({"id":"a","kind":"tool","version":"1.0.0","components":[{"id":"x"},{"id":"X"}]})",
       "offered twice"},
      {R"({"id":"a","id":"b"})", "not valid JSON"},
  }));
  base::Blocks blocks;
  auto manifest = parse_manifest({.json = row.json, .check = {}}, blocks.arena());
  REQUIRE_FALSE(manifest);
  INFO(manifest.error().message);
  CHECK_THAT(manifest.error().message, ContainsSubstring(row.says));
  CHECK_FALSE(manifest.error().hint.empty());
}

// Every byte of a small plugin changed in three ways, and every length: no answer but a clean one.
TEST_CASE("no change of a byte and no cut makes the reader fail", "[manifest]") {
  made::Folder folder;
  const std::string good = made::plugin(made::tool("x", "1.0.0"));
  size_t refused = 0;
  for (size_t at = 0; at < good.size(); ++at) {
    for (const int to : {0x00, 0x7f, 0xff}) {
      std::string bytes = good;
      bytes[at] = static_cast<char>(to);
      refused += code_of(folder.write("x.so", bytes)) != "ok" ? 1U : 0U;
    }
    refused += code_of(folder.write("x.so", good.substr(0, at))) != "ok" ? 1U : 0U;
  }
  CHECK(refused > good.size());
}

TEST_CASE("the words of the linker become a remedy", "[library]") {
  struct Row {
    const char *words, *code, *hint;
  };
  const auto row = GENERATE(values<Row>({
      {"libpq.so.5: cannot open shared object file: No such file or directory",
       "plugin.missing_library", "apt install libpq5"},
      {"libx.so.1: cannot open shared object file: No such file or directory",
       "plugin.missing_library", "apt-file search libx.so.1"},
      {"/p/a.so: undefined symbol: foo, version V1", "plugin.missing_symbol", "'foo'"},
      {"/lib/x86_64-linux-gnu/libc.so.6: version `GLIBC_2.40' not found (required by /p/a.so)",
       "plugin.old_library", "libc.so.6 is older than 'GLIBC_2.40'"},
      {"/p/a.so: wrong ELF class: ELFCLASS32", "plugin.wrong_architecture", "this machine"},
      {"/p/a.so: file too short", "plugin.load_failed", "build the plugin again"},
  }));
  const Error error = explain_load("/p/a.so", row.words);
  CHECK(error.code == row.code);
  CHECK_THAT(error.message, ContainsSubstring(row.words));
  CHECK_THAT(error.hint, ContainsSubstring(row.hint));
}
