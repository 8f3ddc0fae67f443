// What weft draws on a terminal, and what it leaves behind when it is interrupted there.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "catch.hpp"
#include "pty.hpp"

namespace {

constexpr std::string_view hide = "\x1b[?25l", show = "\x1b[?25h", interrupt = "\x03";

// A definition in a folder of its own, removed afterwards with all that came to lie there.
class File final {
 public:
  explicit File(std::string_view text) {
    if (mkdtemp(folder_.data()) == nullptr) std::abort();
    std::ofstream(path()) << text;
  }
  ~File() { std::filesystem::remove_all(folder_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  std::string path() const { return folder_ + "/workflow.json"; }
  std::string store() const { return folder_ + "/runs.db"; }

 private:
  std::string folder_ = std::filesystem::temp_directory_path() / "weft-cli-XXXXXX";
};

constexpr std::string_view quick = R"({"id": "quick", "steps": [
  {"id": "a_rather_long_name_of_a_step", "tool": "echo", "parameters": {"input": 1}},
  {"id": "second", "tool": "echo", "parameters": {"input": "done"}}]})";

std::string patient(std::string_view stubborn) {
  return R"({"id": "slow", "steps": [{"id": "first", "tool": "echo", "parameters": {"input": 1}},
    {"id": "waits", "tool": "patient", "parameters": {"stubborn": )" +
         std::string(stubborn) + "}}]}";
}

PtyOptions options_for(const File& file) {
  PtyOptions options;
  options.words = {"run", file.path()};
  options.environment = {std::string("WEFT_PLUGINS=") + WEFT_CLI_PLUGINS, "WEFT_STORE=memory",
                         "TERM=xterm-256color", "NO_COLOR="};
  return options;
}

bool has_escape(std::string_view text) { return text.find('\x1b') != std::string_view::npos; }

// The columns of the widest line, escape codes left out; every line ends with a line feed.
size_t widest_line(std::string_view text) {
  size_t widest = 0, columns = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == 0x1b) {
      while (i + 1 < text.size() && (text[i] < '@' || text[i] > '~' || text[i] == '[')) ++i;
    } else if (c == '\n') {
      columns = 0;
    } else if (c != '\r' && (c & 0xc0U) != 0x80U) {
      widest = std::max(widest, ++columns);
    }
  }
  return widest;
}

}  // namespace

TEST_CASE("on a terminal the steps are drawn as a list and the cursor comes back", "[cli]") {
  const File file(quick);
  Pty pty(options_for(file));
  CHECK(pty.wait() == 0);
  const std::string& out = pty.output();
  INFO(out);
  CHECK(out.find("✓") != std::string::npos);
  CHECK(out.find("second") != std::string::npos);
  REQUIRE(out.find(hide) != std::string::npos);
  CHECK(out.rfind(show) > out.rfind(hide));
  CHECK(out.rfind("done") > out.rfind(show));  // the result comes when the list has been left
}

TEST_CASE("with NO_COLOR, or a terminal that is dumb, no escape code is written", "[cli]") {
  const File file(quick);
  PtyOptions options = options_for(file);
  options.environment.push_back(GENERATE(as<std::string>(), "NO_COLOR=1", "TERM=dumb"));
  Pty pty(options);
  CHECK(pty.wait() == 0);
  INFO(pty.output());
  CHECK_FALSE(has_escape(pty.output()));
  CHECK(pty.output().find("second: succeeded in") != std::string::npos);
}

TEST_CASE("no line of the list is wider than a narrow terminal", "[cli]") {
  const File file(quick);
  PtyOptions options = options_for(file);
  options.columns = 24;

  Pty pty(options);
  CHECK(pty.wait() == 0);
  const std::string& out = pty.output();
  const std::string list = out.substr(0, out.rfind(show));
  INFO(out);
  CHECK(list.find("…") != std::string::npos);
  CHECK(widest_line(list) <= 24);
}

TEST_CASE("a running step is drawn again in its place", "[cli]") {
  const File file(patient("false"));
  Pty pty(options_for(file));
  REQUIRE(pty.wait_for("\x1b[2A"));  // two lines, drawn over
  pty.resize(30, 24);
  REQUIRE(pty.wait_for("\x1b[2A", 3));
  pty.type(interrupt);
  pty.wait();
}

TEST_CASE("an interrupt cancels the run and gives the cursor back", "[cli]") {
  const File file(patient("false"));
  Pty pty(options_for(file));
  REQUIRE(pty.wait_for("waits"));
  pty.type(interrupt);
  CHECK(pty.wait() == 12);
  const std::string& out = pty.output();
  INFO(out);
  CHECK(out.find("interrupt again to leave") != std::string::npos);
  CHECK(out.find("reason: interrupted") != std::string::npos);
  CHECK(out.rfind(show) > out.rfind(hide));
}

TEST_CASE("a run that was left is gone on with by resume", "[cli]") {
  const File file(patient("true"));
  PtyOptions options = options_for(file);
  options.words.insert(options.words.end(), {"--store", file.store()});
  {
    Pty pty(options);
    REQUIRE(pty.wait_for("waits"));
    pty.type(interrupt);
    REQUIRE(pty.wait_for("resume later"));
    pty.type(interrupt);
    CHECK(pty.wait() == 130);
    INFO(pty.output());
    CHECK(pty.output().find("go on with: weft resume ") != std::string::npos);
  }
  options.words = {"resume", "last", "--store", file.store()};
  Pty pty(options);
  CHECK(pty.wait_for("waits"));
  CHECK(pty.output().find("first") == std::string::npos);  // it has succeeded before
}

TEST_CASE("a second interrupt leaves at once and gives the cursor back", "[cli]") {
  const File file(patient("true"));
  Pty pty(options_for(file));
  REQUIRE(pty.wait_for("waits"));
  pty.type(interrupt);
  REQUIRE(pty.wait_for("interrupt again to leave"));
  pty.type(interrupt);
  CHECK(pty.wait() == 130);
  const std::string& out = pty.output();
  INFO(out);
  CHECK(out.find("left the run as it is") != std::string::npos);
  CHECK(out.rfind(show) > out.rfind(hide));
}
