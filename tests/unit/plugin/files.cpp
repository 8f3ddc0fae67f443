#include "plugin/files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <weft/draft/service.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <thread>

#include "catch.hpp"
#include "made.hpp"
#include "tool_host.hpp"

namespace fs = std::filesystem;
using namespace weft;

namespace {

// A folder with data/a.txt in the root that is lent, and secret.txt beside that root.
class Lab final {
 public:
  explicit Lab(const std::string& manifest = "{}")
      : root_((fs::create_directories(folder_.path() + "/root/data"), folder_.path() + "/root")),
        host(nullptr, manifest, root_) {
    folder_.write("secret.txt", "secret");
    folder_.write("root/data/a.txt", "hello");
    table = static_cast<const weft_files*>(
        host.host()->service(host.host()->h, to_str(WEFT_SVC_FILES_ID)));
  }

  struct Opened {
    weft_status status;
    std::string message, code, hint, content;
  };
  Opened open(std::string_view path, uint32_t how = WEFT_FILE_READ) {
    plugin::CallArena memory;
    const weft_call call = host.make_call(memory, Value());
    weft_error error;
    plugin::prepare(error);
    int32_t fd = -1;
    Opened opened{table->open(table->h, &call, to_str(path), how, &fd, &error), {}, {}, {}, {}};
    opened.message.assign(error.msg, error.msg_len);
    opened.code = Value(error.detail)[Key(std::string_view("code"))].as_text();
    opened.hint = Value(error.detail)[Key(std::string_view("hint"))].as_text();
    CHECK((fd >= 0) == (opened.status == WEFT_OK));
    if (fd < 0) return opened;
    char bytes[64];
    const ssize_t n = how == WEFT_FILE_READ ? ::read(fd, bytes, sizeof bytes) : 0;
    opened.content.assign(bytes, n > 0 ? static_cast<size_t>(n) : 0);
    ::close(fd);
    return opened;
  }
  std::string root() const { return root_; }
  std::string outside() const { return folder_.path(); }

 private:
  made::Folder folder_;
  std::string root_;

 public:
  tests::ToolHost host;
  const weft_files* table = nullptr;
};

constexpr const char* all = R"({"fs": {"read": ["**"], "write": ["**"]}})";

}  // namespace

TEST_CASE("nothing is opened before it is granted", "[files]") {
  Lab lab;
  REQUIRE(lab.table != nullptr);
  const auto refused = lab.open("data/a.txt");
  CHECK(refused.status == WEFT_DENIED);
  CHECK(refused.code == "permission.denied");
  CHECK(refused.message == "no grant to read 'data/a.txt'; it needs fs.read: [\"data/a.txt\"]");
  CHECK(refused.hint ==
        "add policy: {fs: {read: [\"data/a.txt\"]}} to the workflow, or run it with --allow-read "
        "'data/a.txt'");
  CHECK(lab.open("new.txt", WEFT_FILE_APPEND).hint.find("--allow-write 'new.txt'") !=
        std::string::npos);
  CHECK_FALSE(fs::exists(lab.root() + "/new.txt"));
  lab.host.grant(R"({"fs": {"read": ["data/*.txt"]}})");
  CHECK(lab.open("data/a.txt").content == "hello");
  CHECK(lab.open("./data//a.txt").content == "hello");
  CHECK(lab.open("data", WEFT_FILE_DIR).status == WEFT_DENIED);
  CHECK(lab.open("data/a.txt", WEFT_FILE_APPEND).status == WEFT_DENIED);
  CHECK(lab.open("data/a.txt", WEFT_FILE_PARENT).status == WEFT_DENIED);
}

TEST_CASE("grants of a strange shape grant nothing", "[files]") {
  Lab lab;
  for (const char* grants : {"{}", "null", R"({"fs": []})", R"({"fs": {"read": "**"}})",
                             R"({"fs": {"read": [1, null, [], ""]}})"}) {
    CAPTURE(grants);
    lab.host.grant(grants);
    CHECK(lab.open("data/a.txt").status == WEFT_DENIED);
  }
}

TEST_CASE("a manifest narrows what a plugin may open", "[files]") {
  Lab lab(R"({"permissions": {"fs": {"read": ["data/*.csv"]}}})");
  std::ofstream(lab.root() + "/data/b.csv") << "1,2";
  lab.host.grant(all);
  CHECK(lab.open("data/b.csv").content == "1,2");
  const auto refused = lab.open("data/a.txt");
  CHECK(refused.status == WEFT_DENIED);
  CHECK(refused.message.find("the manifest of 'probe' does not ask for fs.read") == 0);
  CHECK(lab.open("data/b.csv", WEFT_FILE_APPEND).status == WEFT_DENIED);
}

TEST_CASE("refuses_path_traversal", "[files]") {
  Lab lab;
  lab.host.grant(all);
  for (const bool by_parts : {false, true}) {
    if (by_parts) lab.host.files.use_no_openat2();
    for (const char* path : {"..", "../secret.txt", "data/../../secret.txt", "data/../..",
                             "./../secret.txt", "data/./../../secret.txt", "/etc/passwd"}) {
      CAPTURE(path, by_parts);
      CHECK(lab.open(path).status == WEFT_DENIED);
      CHECK(lab.open(path, WEFT_FILE_PARENT).status == WEFT_DENIED);
      CHECK(lab.open(path, WEFT_FILE_STAT).status == WEFT_DENIED);
    }
    CHECK(lab.open("nothing/../data/a.txt").content == "hello");
    CHECK(lab.open(std::string_view("data/a.txt\0x", 12)).status == WEFT_BAD_INPUT);
    CHECK(lab.open("").status == WEFT_BAD_INPUT);
    CHECK(lab.open(std::string(5000, 'a')).status == WEFT_BAD_INPUT);
  }
}

TEST_CASE("an absolute path needs an absolute grant", "[files]") {
  Lab lab;
  lab.host.grant(all);
  const std::string secret = lab.outside() + "/secret.txt";
  CHECK(lab.open(secret).status == WEFT_DENIED);
  CHECK(lab.open(lab.root() + "/data/a.txt").status == WEFT_DENIED);
  lab.host.grant(R"({"fs": {"read": [")" + lab.outside() + R"(/*.txt"]}})");
  CHECK(lab.open(secret).content == "secret");
  CHECK(lab.open(lab.root() + "/data/a.txt").status == WEFT_DENIED);
  CHECK(lab.open("data/a.txt").status == WEFT_DENIED);
}

TEST_CASE("refuses_symlink_escape", "[files]") {
  Lab lab;
  fs::create_symlink("../../secret.txt", lab.root() + "/data/out");
  fs::create_directory_symlink("../..", lab.root() + "/data/up");
  fs::create_symlink("a.txt", lab.root() + "/data/near");
  fs::create_symlink("loop", lab.root() + "/data/loop");
  fs::create_symlink(lab.outside() + "/secret.txt", lab.root() + "/data/absolute");
  fs::create_directory_symlink("data", lab.root() + "/other");
  for (const bool by_parts : {false, true}) {
    if (by_parts) lab.host.files.use_no_openat2();
    CAPTURE(by_parts);
    lab.host.grant(all);
    for (const char* path : {"data/out", "data/up/secret.txt", "data/near", "data/loop",
                             "data/absolute", "other/a.txt", "/proc/self/root/etc/passwd"}) {
      CAPTURE(path);
      const auto refused = lab.open(path);
      CHECK(refused.status == WEFT_DENIED);
      CHECK(lab.open(path, WEFT_FILE_APPEND).status == WEFT_DENIED);
    }
    CHECK(lab.open("data/up/x", WEFT_FILE_PARENT).status == WEFT_DENIED);
    CHECK(lab.open("data/near", WEFT_FILE_STAT).status == WEFT_OK);
    lab.host.grant(R"({"fs": {"read": ["other/**"]}})");
    CHECK(lab.open("other/a.txt").status == WEFT_DENIED);
  }
}

TEST_CASE("links that were granted stay beneath the prefix of the grant", "[files]") {
  Lab lab;
  fs::create_symlink("../../secret.txt", lab.root() + "/data/out");
  fs::create_symlink("../above.txt", lab.root() + "/data/above");
  fs::create_symlink("a.txt", lab.root() + "/data/near");
  std::ofstream(lab.root() + "/above.txt") << "above";
  lab.host.grant(R"({"fs": {"read": ["data/**"], "follow_symlinks": true}})");
  CHECK(lab.open("data/near").content == "hello");
  CHECK(lab.open("data/above").status == WEFT_DENIED);
  CHECK(lab.open("data/out").status == WEFT_DENIED);
  lab.host.grant(R"({"fs": {"read": ["**"], "follow_symlinks": true}})");
  CHECK(lab.open("data/above").content == "above");
  CHECK(lab.open("data/out").status == WEFT_DENIED);
}

TEST_CASE("refuses_rename_race_between_check_and_open", "[files]") {
  Lab lab;
  // 'data/d' is now a real directory, now a link to the folder with the secret.
  const std::string real = lab.root() + "/data/d", parked = lab.root() + "/data/parked";
  const std::string link = lab.root() + "/data/link";
  fs::create_directory(real);
  std::ofstream(real + "/secret.txt") << "public";
  fs::create_directory_symlink(lab.outside(), link);
  const bool by_parts = GENERATE(false, true);
  if (by_parts) lab.host.files.use_no_openat2();
  lab.host.grant(all);
  std::atomic<bool> done{false};
  std::thread swapper([&] {
    for (int i = 0; i < 2000; ++i) {
      ::rename(real.c_str(), parked.c_str());
      ::rename(link.c_str(), real.c_str());
      std::this_thread::yield();
      ::rename(real.c_str(), link.c_str());
      ::rename(parked.c_str(), real.c_str());
      std::this_thread::yield();
    }
    done = true;
  });
  int opened = 0, leaked = 0;
  do {
    const auto got = lab.open("data/d/secret.txt");
    if (got.content == "secret") ++leaked;
    if (got.status == WEFT_OK) ++opened;
  } while (!done);
  swapper.join();
  CHECK(leaked == 0);
  CHECK(lab.open("data/d/secret.txt").content == "public");
  INFO("opened " << opened);
}

TEST_CASE("only regular files are opened for reading and appending", "[files]") {
  Lab lab;
  lab.host.grant(all);
  const std::string pipe = lab.root() + "/pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(lab.open("pipe").code == "tool.conflict");
  CHECK(lab.open("pipe", WEFT_FILE_APPEND).status == WEFT_CONFLICT);
  CHECK(lab.open("pipe", WEFT_FILE_STAT).status == WEFT_OK);
  CHECK(lab.open("data").status == WEFT_CONFLICT);
  CHECK(lab.open("data", WEFT_FILE_APPEND).status == WEFT_CONFLICT);
  CHECK(lab.open("data/a.txt", WEFT_FILE_DIR).status == WEFT_CONFLICT);
  CHECK(lab.open("data/a.txt/x").status == WEFT_NOT_FOUND);
  CHECK(lab.open("missing").code == "tool.not_found");
  CHECK(lab.open("missing/x", WEFT_FILE_PARENT).status == WEFT_NOT_FOUND);
  CHECK(lab.open(".", WEFT_FILE_PARENT).status == WEFT_CONFLICT);
  CHECK(lab.open(".", WEFT_FILE_DIR).status == WEFT_OK);
  CHECK(lab.open("data/a.txt", 0).status == WEFT_BAD_INPUT);
  CHECK(lab.open("data/a.txt", WEFT_FILE_READ | WEFT_FILE_DIR).status == WEFT_BAD_INPUT);
}

TEST_CASE("a file that is appended to is made with mode 0644", "[files]") {
  Lab lab;
  lab.host.grant(R"({"fs": {"write": ["out/**"]}})");
  CHECK(lab.open("out", WEFT_FILE_PARENT).status == WEFT_OK);
  fs::create_directory(lab.root() + "/out");
  CHECK(lab.open("out/log", WEFT_FILE_APPEND).status == WEFT_OK);
  struct stat about{};
  REQUIRE(::stat((lab.root() + "/out/log").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U & ~0644U) == 0);
  CHECK(lab.open("out/log").status == WEFT_DENIED);
  CHECK(lab.open("out/log", WEFT_FILE_STAT).status == WEFT_OK);
}

TEST_CASE("the root stays the directory it was opened with", "[files]") {
  Lab lab;
  lab.host.grant(all);
  fs::rename(lab.root(), lab.outside() + "/moved");
  fs::create_directories(lab.root() + "/data");
  std::ofstream(lab.root() + "/data/a.txt") << "other";
  CHECK(lab.open("data/a.txt").content == "hello");
}

TEST_CASE("names that are not UTF-8 are opened and shown harmlessly", "[files]") {
  Lab lab;
  std::ofstream(lab.root() + "/data/\xff\n") << "odd";
  const auto refused = lab.open("data/\xff\n");
  CHECK(refused.message == "no grant to read 'data/?\?'; it needs fs.read: [\"data/?\?\"]");
  lab.host.grant(R"({"fs": {"read": ["data/?*"]}})");
  CHECK(lab.open("data/\xff\n").content == "odd");
}

TEST_CASE("a table outlives the files it was lent by", "[files]") {
  plugin::Port port;
  tests::Text text;
  const Value grants = text.json(all);
  port.self = const_cast<weft_slot*>(grants.slot());
  port.grants = [](void* self, weft_op) noexcept {
    return weft_val{static_cast<const weft_slot*>(self), 0};
  };
  auto files = std::make_unique<plugin::Files>();
  plugin::Instance instance(&port, files->services(), {nullptr, "probe", "1.0.0", {}});
  const auto* table = static_cast<const weft_files*>(
      instance.host()->service(instance.host()->h, to_str(WEFT_SVC_FILES_ID)));
  CHECK(instance.host()->service(instance.host()->h, to_str("weft.svc.other/1")) == nullptr);
  plugin::CallArena memory;
  weft_call call{};
  call.size = sizeof call;
  call.arena = memory.raw();
  int32_t fd = -1;
  REQUIRE(table->open(table->h, &call, to_str("."), WEFT_FILE_DIR, &fd, nullptr) == WEFT_OK);
  ::close(fd);
  CHECK(table->open(table->h, nullptr, to_str("."), WEFT_FILE_DIR, &fd, nullptr) == WEFT_DENIED);
  CHECK(table->open(table->h, &call, to_str("."), WEFT_FILE_DIR, nullptr, nullptr) ==
        WEFT_BAD_INPUT);
  files.reset();
  CHECK(table->open(table->h, &call, to_str("."), WEFT_FILE_DIR, &fd, nullptr) == WEFT_UNSUPPORTED);
}
