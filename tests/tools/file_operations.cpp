#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "file_bench.hpp"

using namespace weft;
using namespace weft::tests;

TEST_CASE("what is written is read back byte for byte", "[file_operations]") {
  Bench bench;
  CHECK(bench.on("write", "a.txt", ", 'input': 'h\\u00e9llo\\nworld'").json() ==
        R"({"path":"a.txt","size":12})");
  CHECK(bench.get("a.txt") == "h\xc3\xa9llo\nworld");
  const auto read = bench.on("read", "./a.txt");
  CHECK(read.result[key("input")].as_text() == "h\xc3\xa9llo\nworld");
  CHECK(read.result[key("size")].as_i64() == 12);
  const std::string binary("\x00\xff\xfe binary \x80", 12);
  bench.put("b.bin", binary);
  CHECK(bench.on("read", "b.bin").result[key("input")].as_bytes() == binary);
  const std::string damaged[] = {"\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "12345678\xff"};
  for (const std::string& bytes : damaged) {
    bench.put("d", bytes);
    CHECK(bench.on("read", "d").result[key("input")].tag() == Tag::bytes);
  }
  for (const char* text : {"", "1234567", "12345678", "123456789"}) {
    bench.put("t", text);
    CHECK(bench.on("read", "t").result[key("input")].as_text("?") == text);
  }
  plugin::CallArena memory;
  Builder b(memory.words());
  b.begin_object();
  b.set(key("operation"), "write");
  b.set(key("path"), "c.bin");
  b.key(key("input"));
  b.bytes(binary);
  b.end_object();
  CHECK(bench.host.call(b.take_value()).ok());
  CHECK(bench.get("c.bin") == binary);
  CHECK(bench.on("write", "j", ", 'input': {'a': [1, 2.5, null]}").ok());
  CHECK(bench.get("j") == R"({"a":[1,2.5,null]})");
  CHECK((bench.host.tool_flags() & WEFT_BLOCKING) != 0);
}

TEST_CASE("a file is replaced whole and keeps its permissions", "[file_operations]") {
  Bench bench;
  ::umask(022);
  CHECK(bench.on("write", "a", ", 'input': 'one'").ok());
  struct stat before{};
  REQUIRE(::stat(bench.at("a").c_str(), &before) == 0);
  CHECK((before.st_mode & 0777U) == 0644);
  REQUIRE(::chmod(bench.at("a").c_str(), 0600) == 0);
  const int held = ::open(bench.at("a").c_str(), O_RDONLY);
  CHECK(bench.on("write", "a", ", 'input': 'two and more'").ok());
  char old[8] = {};
  CHECK(::read(held, old, sizeof old) == 3);
  ::close(held);
  struct stat after{};
  REQUIRE(::stat(bench.at("a").c_str(), &after) == 0);
  CHECK((after.st_mode & 0777U) == 0600);
  CHECK(bench.get("a") == "two and more");
  CHECK(bench.names(".") == Names{"a"});
}

TEST_CASE("concurrent writers never leave a half file", "[file_operations]") {
  Bench bench;
  const std::string first(200'000, 'a'), second(300'000, 'b');
  bench.put("f", first);
  std::atomic<bool> done{false};
  std::atomic<int> failed{0};
  const auto writer = [&](const std::string& content) {
    plugin::CallArena memory;
    Builder b(memory.words());
    b.begin_object();
    b.set(key("operation"), "write");
    b.set(key("path"), "f");
    b.set(key("input"), std::string_view(content));
    b.end_object();
    const Value args = b.take_value();
    for (int i = 0; i < 40; ++i) {
      if (!bench.host.call(args).ok()) ++failed;
    }
  };
  std::thread one(writer, std::cref(first)), two(writer, std::cref(second));
  std::thread watcher([&] {
    while (!done) {
      const std::string seen = bench.get("f");
      if (seen != first && seen != second) ++failed;
    }
  });
  one.join();
  two.join();
  done = true;
  watcher.join();
  CHECK(failed == 0);
  CHECK(bench.names(".") == Names{"f"});
}

TEST_CASE("appending adds to the end and makes the file", "[file_operations]") {
  Bench bench;
  CHECK(bench.on("append", "log", ", 'input': 'a\\n'").json() ==
        R"({"path":"log","size":2,"appended":2})");
  CHECK(bench.on("append", "log", ", 'input': 'b\\n'").result[key("size")].as_i64() == 4);
  CHECK(bench.get("log") == "a\nb\n");
  check_refused(bench.on("append", "log"), "tool.invalid_argument");
  check_refused(bench.on("append", ".", ", 'input': 'x'"), "tool.conflict");
  std::thread other([&] {
    for (int i = 0; i < 50; ++i) bench.on("append", "log", ", 'input': '1234567\\n'");
  });
  for (int i = 0; i < 50; ++i) bench.on("append", "log", ", 'input': 'abcdefg\\n'");
  other.join();
  CHECK(bench.get("log").size() == 4 + 100 * 8);
}

TEST_CASE("directories are made, listed and removed", "[file_operations]") {
  Bench bench;
  CHECK(bench.on("create_dir", "d").json() == R"({"path":"d","created":true})");
  CHECK(bench.on("create_dir", "d/").json() == R"({"path":"d","created":false})");
  check_refused(bench.on("create_dir", "x/y/z"), "tool.not_found");
  CHECK(bench.on("create_dir", "x/y/z", ", 'recursive': true").ok());
  CHECK(fs::is_directory(bench.at("x/y/z")));
  bench.put("x/file", "12345");
  check_refused(bench.on("create_dir", "x/file"), "tool.conflict");
  fs::create_symlink("nowhere", bench.at("x/link"));
  const auto flat = bench.on("list_dir", "x");
  CHECK(flat.result[key("count")].as_i64() == 3);
  const Value entries = flat.result[key("entries")];
  CHECK(entries[0][key("name")].as_text() == "file");
  CHECK(entries[0][key("path")].as_text() == "x/file");
  CHECK(entries[0][key("size")].as_i64() == 5);
  CHECK(entries[0][key("modified")].tag() == Tag::time);
  CHECK(entries[1][key("type")].as_text() == "symlink");
  CHECK(entries[2][key("type")].as_text() == "directory");
  const auto deep = bench.on("list_dir", ".", ", 'recursive': true");
  CHECK(deep.result[key("count")].as_i64() == 6);
  CHECK(deep.result[key("entries")][0][key("path")].as_text() == "d");
  CHECK(deep.result[key("entries")][5][key("path")].as_text() == "x/y/z");
  check_refused(bench.on("list_dir", "x/file"), "tool.conflict");
  check_refused(bench.on("list_dir", "none"), "tool.not_found");
  check_refused(bench.on("delete", "x"), "tool.conflict");
  CHECK(bench.on("delete", "d").ok());
  CHECK(bench.on("delete", "x", ", 'recursive': true").result[key("count")].as_i64() == 5);
  CHECK(bench.names(".").empty());
  check_refused(bench.on("delete", "x"), "tool.not_found");
}

TEST_CASE("metadata and existence are told of any kind", "[file_operations]") {
  Bench bench;
  bench.put("f", "1234");
  fs::create_symlink("f", bench.at("l"));
  REQUIRE(::mkfifo(bench.at("p").c_str(), 0600) == 0);
  const auto file = bench.on("metadata", "f");
  CHECK(file.result[key("type")].as_text() == "file");
  CHECK(file.result[key("size")].as_i64() == 4);
  CHECK_FALSE(file.result[key("readonly")].as_bool(true));
  CHECK(file.result[key("modified")].tag() == Tag::time);
  CHECK(file.result[key("accessed")].tag() == Tag::time);
  REQUIRE(::chmod(bench.at("f").c_str(), 0444) == 0);
  CHECK(bench.on("metadata", "f").result[key("readonly")].as_bool());
  CHECK(bench.on("metadata", ".").result[key("type")].as_text() == "directory");
  CHECK(bench.on("metadata", "l").result[key("type")].as_text() == "symlink");
  CHECK(bench.on("metadata", "p").result[key("type")].as_text() == "other");
  check_refused(bench.on("metadata", "none"), "tool.not_found");
  CHECK(bench.on("exists", "f").json() == R"({"exists":true})");
  CHECK(bench.on("exists", "none").json() == R"({"exists":false})");
  CHECK(bench.on("exists", "f/x").json() == R"({"exists":false})");
  CHECK(bench.on("exists", "l").json() == R"({"exists":true})");
  check_refused(bench.on("read", "p"), "tool.conflict");
  check_refused(bench.on("write", "p", ", 'input': 'x'"), "tool.conflict");
  check_refused(bench.on("read", "."), "tool.conflict");
  check_refused(bench.on("read", "none"), "tool.not_found");
  check_refused(bench.on("write", ".", ", 'input': 'x'"), "tool.conflict");
  check_refused(bench.on("write", "none/x", ", 'input': 'x'"), "tool.not_found");
}

TEST_CASE("copies are exact, sparse, and never through links", "[file_operations]") {
  Bench bench;
  bench.put("a", "content");
  REQUIRE(::chmod(bench.at("a").c_str(), 0750) == 0);
  CHECK(bench.between("copy", "a", "b").json() == R"({"source":"a","target":"b","count":1})");
  CHECK(bench.get("b") == "content");
  struct stat about{};
  REQUIRE(::stat(bench.at("b").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0750);
  // 50 MB with 4 KB of data at two places
  const int sparse = ::open(bench.at("sparse").c_str(), O_CREAT | O_RDWR, 0600);
  const std::string page(4096, 'x');
  REQUIRE(::pwrite(sparse, page.data(), page.size(), 20 << 20) == 4096);
  REQUIRE(::pwrite(sparse, "y", 1, 40 << 20) == 1);
  REQUIRE(::ftruncate(sparse, 50 << 20) == 0);
  ::close(sparse);
  CHECK(bench.between("copy", "sparse", "copy").ok());
  REQUIRE(::stat(bench.at("copy").c_str(), &about) == 0);
  CHECK(about.st_size == 50 << 20);
  CHECK(about.st_blocks * 512 < 1 << 20);
  CHECK(bench.get("sparse") == bench.get("copy"));
  fs::create_directories(bench.at("tree/inner"));
  bench.put("tree/inner/f", "deep");
  fs::create_symlink("/etc/passwd", bench.at("tree/link"));
  check_refused(bench.between("copy", "tree", "t2"), "tool.conflict");
  CHECK(bench.between("copy", "tree", "t2", ", 'recursive': true").result[key("count")].as_i64() ==
        4);
  CHECK(bench.get("t2/inner/f") == "deep");
  CHECK(fs::read_symlink(bench.at("t2/link")) == "/etc/passwd");
  check_refused(bench.between("copy", "tree", "t2", ", 'recursive': true"), "tool.conflict");
  check_refused(bench.between("copy", "tree", "tree/inner/t", ", 'recursive': true"),
                "tool.invalid_argument");
  check_refused(bench.between("copy", "a", "./a"), "tool.invalid_argument");
  check_refused(bench.between("copy", "tree/link", "x"), "tool.conflict");
  check_refused(bench.between("copy", "none", "x"), "tool.not_found");
  check_refused(bench.between("copy", "a", "tree"), "tool.conflict");
  REQUIRE(::mkfifo(bench.at("tree/pipe").c_str(), 0600) == 0);
  check_refused(bench.between("copy", "tree", "t3", ", 'recursive': true"), "tool.conflict");
  CHECK(bench.names(".") == Names{"a", "b", "copy", "sparse", "t2", "tree"});
}

TEST_CASE("moves never destroy, and can be taken back", "[file_operations]") {
  Bench bench;
  bench.put("a", "A");
  const auto moved = bench.between("move", "a", "b");
  CHECK(moved.json() == R"({"source":"a","target":"b",)"
                        R"("undo":{"operation":"move","source_path":"b","target_path":"a"}})");
  CHECK(bench.names(".") == Names{"b"});
  CHECK(bench.host.call(moved.result[key("undo")]).ok());
  CHECK(bench.get("a") == "A");
  bench.put("b", "B");
  check_refused(bench.between("move", "a", "b"), "tool.conflict");
  CHECK(bench.get("b") == "B");
  const auto over = bench.between("move", "a", "b", ", 'trash': true");
  CHECK(bench.get("b") == "A");
  const std::string kept(over.result[key("trash")].as_text());
  CHECK(kept.starts_with(".weft-trash/20"));
  CHECK(bench.get(kept) == "B");
  CHECK_FALSE(fs::exists(bench.at("a")));
  fs::create_directories(bench.at("d/e"));
  check_refused(bench.between("move", "d", "d/e/f"), "tool.invalid_argument");
  CHECK(bench.between("move", "d", "g").ok());
  CHECK(fs::is_directory(bench.at("g/e")));
  check_refused(bench.between("move", "none", "x"), "tool.not_found");
}

TEST_CASE("what is deleted to the trash can be brought back", "[file_operations]") {
  Bench bench;
  fs::create_directories(bench.at("d/e"));
  bench.put("d/e/f", "precious");
  const auto gone = bench.on("delete", "d/e", ", 'trash': true");
  REQUIRE(gone.ok());
  CHECK(gone.result[key("trash")].as_text().starts_with("d/.weft-trash/20"));
  CHECK_FALSE(fs::exists(bench.at("d/e")));
  CHECK(bench.host.call(gone.result[key("undo")]).ok());
  CHECK(bench.get("d/e/f") == "precious");
  // The same name twice in the trash.
  CHECK(bench.on("delete", "d/e/f", ", 'trash': true").ok());
  bench.put("d/e/f", "again");
  CHECK(bench.on("delete", "d/e/f", ", 'trash': true").ok());
  CHECK(bench.names("d/e/.weft-trash").size() == 2);
  check_refused(bench.on("delete", "d/none", ", 'trash': true"), "tool.not_found");
}
