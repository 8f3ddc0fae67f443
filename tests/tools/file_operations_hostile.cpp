#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file_bench.hpp"

using namespace weft;
using namespace weft::tests;

namespace {

constexpr uint64_t limit = uint64_t{100} << 20U;

}  // namespace

TEST_CASE("links are neither followed nor entered", "[file_operations]") {
  Bench bench;
  fs::create_symlink("loop", bench.at("loop"));
  fs::create_directories(bench.at("real/inner"));
  bench.put("real/inner/f", "keep");
  fs::create_directories(bench.at("d"));
  fs::create_directory_symlink("../real", bench.at("d/to_real"));
  fs::create_directory_symlink("..", bench.at("d/up"));
  check_refused(bench.on("read", "loop"), "permission.denied");
  check_refused(bench.on("list_dir", "d/to_real"), "permission.denied");
  check_refused(bench.on("read", "d/to_real/inner/f"), "permission.denied");
  check_refused(bench.on("write", "d/to_real/x", ", 'input': 'x'"), "permission.denied");
  check_refused(bench.on("write", "loop", ", 'input': 'x'"), "tool.conflict");
  CHECK(bench.on("list_dir", "d", ", 'recursive': true").result[key("count")].as_i64() == 2);
  CHECK(bench.on("delete", "d", ", 'recursive': true").result[key("count")].as_i64() == 3);
  CHECK(bench.get("real/inner/f") == "keep");
  CHECK(bench.on("delete", "loop").ok());
}

TEST_CASE("refuses_path_traversal", "[file_operations]") {
  Bench bench;
  for (const char* path : {"..", "../x", "a/../../x", "/etc/passwd", "/"}) {
    CAPTURE(path);
    for (const char* operation :
         {"read", "list_dir", "metadata", "exists", "delete", "create_dir"}) {
      check_refused(bench.on(operation, path), "permission.denied");
    }
    check_refused(bench.on("write", path, ", 'input': 'x'"), "permission.denied");
    check_refused(bench.between("copy", path, "x"), "permission.denied");
    check_refused(bench.between("move", "x", path),
                  bench.on("exists", "x").json() == R"({"exists":true})" ? "permission.denied"
                                                                         : "tool.not_found");
  }
  check_refused(bench.on("delete", "."), "tool.conflict");
}

TEST_CASE("every path that is touched needs its grant", "[file_operations]") {
  Bench bench;
  fs::create_directories(bench.at("in/deep"));
  fs::create_directories(bench.at("out"));
  bench.put("in/a.csv", "1");
  bench.put("in/deep/secret", "s");
  bench.host.grant(R"({"fs": {"read": ["in/*"], "write": ["out/*"]}})");
  CHECK(bench.on("read", "in/a.csv").ok());
  check_refused(bench.on("read", "in/deep/secret"), "permission.denied");
  check_refused(bench.on("write", "in/a.csv", ", 'input': 'x'"), "permission.denied");
  check_refused(bench.on("list_dir", "in"), "permission.denied");
  CHECK(bench.between("copy", "in/a.csv", "out/a.csv").ok());
  check_refused(bench.between("copy", "in/deep", "out/deep", ", 'recursive': true"),
                "permission.denied");
  check_refused(bench.between("move", "in/a.csv", "out/b.csv"), "permission.denied");
  check_refused(bench.on("read", "out/a.csv"), "permission.denied");
  CHECK(bench.on("exists", "out/a.csv").json() == R"({"exists":true})");
  check_refused(bench.on("delete", "out/a.csv", ", 'trash': true"), "permission.denied");
  fs::create_directories(bench.at("out/d"));
  bench.put("out/d/f", "x");
  check_refused(bench.on("delete", "out/d", ", 'recursive': true"), "permission.denied");
  CHECK(fs::exists(bench.at("out/d/f")));
  const auto refused = bench.on("write", "new/x", ", 'input': 'x'");
  CHECK(refused.message == "no grant to write 'new/x'; it needs fs.write: [\"new/x\"]");
  CHECK(refused.hint.find("--allow-write 'new/x'") != std::string::npos);
  CHECK(refused.status == WEFT_DENIED);
  CHECK(bench.names("out") == Names{"a.csv", "d"});
}

TEST_CASE("files above 100 MB and crowded directories are refused", "[file_operations]") {
  Bench bench;
  bench.put("big", "");
  fs::resize_file(bench.at("big"), limit + 1);
  check_refused(bench.on("read", "big"), "limit.size");
  check_refused(bench.between("copy", "big", "copy"), "limit.size");
  check_refused(bench.on("append", "big", ", 'input': 'x'"), "limit.size");
  fs::resize_file(bench.at("big"), limit);
  CHECK(bench.between("copy", "big", "copy").ok());
  const auto read = bench.on("read", "big");
  CHECK(read.result[key("input")].size() == limit);
  check_refused(bench.on("append", "big", ", 'input': 'x'"), "limit.size");
  fs::remove(bench.at("big"));
  fs::create_directories(bench.at("crowd"));
  for (int i = 0; i < 10'000; ++i) bench.put("crowd/" + std::to_string(i), "");
  CHECK(bench.on("list_dir", "crowd").result[key("count")].as_i64() == 10'000);
  bench.put("crowd/more", "");
  check_refused(bench.on("list_dir", "crowd"), "limit.count");
  check_refused(bench.on("delete", "crowd", ", 'recursive': true"), "limit.count");
  CHECK(bench.names("crowd").size() == 10'001);
  std::string deep("deep");
  for (int i = 0; i < 102; ++i) deep.append("/d");
  fs::create_directories(bench.at(deep));
  check_refused(bench.on("list_dir", "deep", ", 'recursive': true"), "limit.depth");
}

TEST_CASE("names that are not UTF-8 are listed, copied and removed", "[file_operations]") {
  Bench bench;
  fs::create_directories(bench.at("d"));
  bench.put("d/odd\xff", "odd");
  const auto listed = bench.on("list_dir", "d");
  const Value entry = listed.result[key("entries")][0];
  CHECK(entry[key("name")].as_text() == "odd\xef\xbf\xbd");
  CHECK(entry[key("name_bytes")].as_bytes() == "odd\xff");
  CHECK(bench.between("copy", "d", "e", ", 'recursive': true").ok());
  CHECK(bench.get("e/odd\xff") == "odd");
  CHECK(bench.on("delete", "d", ", 'recursive': true").ok());
  CHECK(bench.names(".") == Names{"e"});
}

TEST_CASE("arguments that make no sense are refused", "[file_operations]") {
  Bench bench;
  for (const char* args :
       {"", "'operation': 'format'", "'operation': 'read'", "'operation': 'read', 'path': ''",
        "'operation': 'read', 'path': 7", "'operation': 'read', 'path': 'a', 'mode': 1",
        "'operation': 'copy', 'path': 'a'", "'operation': 'copy', 'source_path': 'a'",
        "'operation': 'write', 'path': 'a'",
        "'operation': 'delete', 'path': 'a', 'recursive': 'yes'"}) {
    CAPTURE(args);
    CHECK(bench.ask(args).code == "tool.invalid_argument");
  }
  check_refused(bench.on("write", std::string(300, 'n'), ", 'input': 'x'"),
                "tool.invalid_argument");
  check_refused(bench.on("exists", "a\\u0000b"), "tool.invalid_argument");
  check_refused(bench.on("create_dir", "a/.."), "tool.conflict");
  CHECK(bench.ask("'operation': 'exists', 'file_path': 'a'").ok());
}

TEST_CASE("a call that was cancelled stops and leaves nothing", "[file_operations]") {
  Bench bench;
  bench.put("a", std::string(1000, 'a'));
  bench.host.cancel = 1;
  CHECK(bench.between("copy", "a", "b").status == WEFT_CANCELLED);
  CHECK(bench.on("read", "a").code == "cancelled");
  CHECK(bench.on("write", "a", ", 'input': 'x'").status == WEFT_CANCELLED);
  bench.host.cancel = 0;
  CHECK(bench.names(".") == Names{"a"});
  CHECK(bench.get("a").size() == 1000);
}

TEST_CASE("a full disk is resource.disk and spoils nothing", "[file_operations]") {
  Bench bench;
  fs::create_directories(bench.at("small"));
  if (::mount("none", bench.at("small").c_str(), "tmpfs", 0, "size=256k") != 0) {
    WARN("skipped: a file system of 256 KB cannot be mounted without root");
    return;
  }
  bench.put("small/f", "before");
  bench.put("large", std::string(1'000'000, 'x'));
  const auto copied = bench.between("copy", "large", "small/large");
  const std::string input(1'000'000, 'x');
  const auto written = bench.on("write", "small/f", ", 'input': '" + input + "'");
  const auto appended = bench.on("append", "small/log", ", 'input': '" + input + "'");
  const auto moved = bench.between("move", "large", "small/large");
  const std::string kept = bench.get("small/f");
  const Names left = bench.names("small");
  const auto across = bench.between("move", "small/f", "f");
  const bool unmounted = ::umount(bench.at("small").c_str()) == 0;
  CHECK(unmounted);
  check_refused(copied, "resource.disk");
  check_refused(written, "resource.disk");
  check_refused(appended, "resource.disk");
  check_refused(moved, "resource.disk");
  CHECK(appended.details[key("written")].as_i64() > 0);
  CHECK(kept == "before");
  CHECK(left == Names{"f", "log"});
  CHECK(across.ok());
  CHECK(bench.get("f") == "before");
  CHECK(fs::exists(bench.at("large")));
}
