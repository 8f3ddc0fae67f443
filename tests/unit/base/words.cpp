#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <cmath>

#include "base/check.hpp"
#include "base/encode.hpp"
#include "base/id.hpp"
#include "base/mutex.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "catch.hpp"

using namespace weft::base;

TEST_CASE("UTF-8 is accepted in shortest form and refused in any other", "[text]") {
  struct Row {
    std::string bytes;
    bool good;
  };
  const std::vector<Row> rows = {
      {"", true},
      {"plain text of more than eight bytes", true},
      {"é", true},
      {"日本語 with ascii behind it", true},
      {"😀", true},
      {"\xf4\x8f\xbf\xbf", true},
      {std::string("a\0b", 3), true},
      {"\x80", false},
      {"\xc0\x80", false},
      {"\xc1\xbf", false},
      {"\xe0\x80\x80", false},
      {"\xe0\x9f\xbf", false},
      {"\xed\xa0\x80", false},
      {"\xf0\x8f\xbf\xbf", false},
      {"\xf4\x90\x80\x80", false},
      {"\xf5\x80\x80\x80", false},
      {"\xff", false},
      {"eight ascii \xe2\x82", false},
      {"abcdefgh\xc3", false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.bytes);
    CHECK(is_utf8(row.bytes) == row.good);
    CHECK(is_utf8("12345678" + row.bytes + "abc") == row.good);
  }
  CHECK(count_code_points("aé日😀") == 4);
  std::string text;
  for (const char32_t c : {U'a', U'é', U'日', U'😀'}) append_utf8(text, c);
  CHECK(text == "aé日😀");
}

TEST_CASE("spellings of one name fold alike", "[text]") {
  for (const char* name : {"first_success", "first-success", "FirstSuccess", "FIRST_SUCCESS"}) {
    CHECK(fold_name(name) == "firstsuccess");
  }
}

TEST_CASE("the nearest name is found, and none where none is near", "[text]") {
  const std::vector<std::string_view> names = {"upper", "lower", "first_success", "http_request",
                                               "if"};
  struct Row {
    const char* word;
    const char* nearest;
  };
  const Row row = GENERATE(Row{"uper", "upper"}, Row{"Upper", "upper"}, Row{"uppre", "upper"},
                           Row{"FirstSuccess", "first_success"},
                           Row{"frist-succes", "first_success"}, Row{"http_reqest", "http_request"},
                           Row{"banana", ""}, Row{"xy", ""}, Row{"", ""}, Row{"IF", "if"});
  CAPTURE(row.word);
  CHECK(nearest(row.word, names) == row.nearest);
  CHECK(did_you_mean("uper", names) == "did you mean 'upper'?");
  CHECK(did_you_mean("banana", names).empty());
}

TEST_CASE("distances count swaps as one edit", "[text]") {
  CHECK(edit_distance("", "abc") == 3);
  CHECK(edit_distance("abc", "") == 3);
  CHECK(edit_distance("abcd", "abdc") == 1);
  CHECK(edit_distance("kitten", "sitting") == 3);
  CHECK(edit_distance(std::string(300, 'a'), "b") == UINT32_MAX);
}

TEST_CASE("a quoted name is cut on a code point and shows no control characters", "[text]") {
  CHECK(quoted("a") == "'a'");
  CHECK(quoted("a\nb") == "'a?b'");
  CHECK(quoted(std::string(100, 'x')) == "'" + std::string(60, 'x') + "...'");
  std::string accents;
  for (int i = 0; i < 40; ++i) accents += i == 0 ? "a" : "é";
  CHECK(is_utf8(quoted(accents)));
}

TEST_CASE("numbers print shortest and read only in JSON's form", "[number]") {
  const auto text = [](auto number) {
    std::string out;
    append_number(out, number);
    return out;
  };
  CHECK(text(0.1) == "0.1");
  CHECK(text(1e300) == "1e+300");
  CHECK(text(int64_t{-5}) == "-5");
  CHECK(text(UINT64_MAX) == "18446744073709551615");
  CHECK(text(std::nan("")) == "nan");
  CHECK(to_f64("-1.5e3") == -1500.0);
  CHECK(to_i64("-9223372036854775808") == INT64_MIN);
  CHECK(to_u64("18446744073709551615") == UINT64_MAX);
  for (const char* bad : {"", "-", "+1", ".5", "5.", "01", "1e", "inf", "nan", "0x1", " 1", "1 "}) {
    CAPTURE(bad);
    CHECK_FALSE(to_f64(bad).has_value());
  }
  CHECK_FALSE(to_i64("1.0").has_value());
  CHECK_FALSE(to_i64("9223372036854775808").has_value());
  CHECK_FALSE(to_u64("-1").has_value());
}

TEST_CASE("base64 and hexadecimal agree with RFC 4648 both ways", "[encode]") {
  struct Row {
    const char* bytes;
    const char* base64;
    const char* hex;
  };
  const Row row =
      GENERATE(Row{"", "", ""}, Row{"f", "Zg==", "66"}, Row{"fo", "Zm8=", "666f"},
               Row{"foo", "Zm9v", "666f6f"}, Row{"foob", "Zm9vYg==", "666f6f62"},
               Row{"fooba", "Zm9vYmE=", "666f6f6261"}, Row{"\xfb\xff\xbf", "+/+/", "fbffbf"});
  std::string text;
  append_base64(text, row.bytes);
  CHECK(text == row.base64);
  CHECK(from_base64(row.base64) == row.bytes);
  CHECK(to_hex(row.bytes) == row.hex);
  CHECK(from_hex(row.hex) == row.bytes);
}

TEST_CASE("base64 and hexadecimal refuse every other spelling", "[encode]") {
  for (const char* bad :
       {"Z", "Zg", "Zg=", "Zg===", "====", "Zh==", "Zm9=", "Zm 9", "Zm-_", "=Zg="}) {
    CAPTURE(bad);
    CHECK_FALSE(from_base64(bad).has_value());
  }
  CHECK(from_hex("aB") == "\xab");
  CHECK_FALSE(from_hex("abc").has_value());
  CHECK_FALSE(from_hex("xy").has_value());
}

TEST_CASE("ids sort by time and read back", "[id]") {
  const std::array<uint8_t, 10> zeros{}, ones{0xff, 0xff, 0xff, 0xff, 0xff};
  const std::string early = id_text(id_bytes(1'700'000'000'000, ones));
  const std::string late = id_text(id_bytes(1'700'000'000'001, zeros));
  CHECK(early.size() == 17);
  CHECK(early < late);
  CHECK(late.substr(10) == "-000000");
  CHECK(early.substr(10) == "-zzzzzz");
  CHECK(id_time_ms(late) == 1'700'000'000'001);
  CHECK(is_id("01jd3x5k8w-7qk2mv"));
  for (const char* bad : {"", "01jd3x5k8w7qk2mv", "01JD3X5K8W-7QK2MV", "01jd3x5k8w-7qk2ml",
                          "zzzzzzzzzz-000000", "01jd3x5k8w-7qk2mv1"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_id(bad));
  }
}

TEST_CASE("a check that fails ends the process, and one that holds does nothing", "[check]") {
  check(true, "nothing happens");
  const pid_t child = fork();
  if (child == 0) {
    close(STDERR_FILENO);
    std::signal(SIGABRT, SIG_DFL);
    check(false, "this process ends");
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == SIGABRT);
}

TEST_CASE("a lock holds its mutex for its scope", "[mutex]") {
  Mutex mutex;
  {
    Lock lock(mutex);
    std::condition_variable condition;
    CHECK(lock.wait_until(condition, std::chrono::steady_clock::time_point{}) ==
          std::cv_status::timeout);
  }
  const bool free = mutex.try_lock();
  CHECK(free);
  if (free) mutex.unlock();
}
