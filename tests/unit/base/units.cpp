#include "base/units.hpp"

#include "base/time.hpp"
#include "sample.hpp"

using namespace weft;
using namespace weft::base;

TEST_CASE("durations are read in every spelling", "[units]") {
  constexpr int64_t ms = 1'000'000, s = 1000 * ms, m = 60 * s, h = 60 * m, d = 24 * h;
  struct Row {
    const char* json;
    int64_t ns;
  };
  const Row row =
      GENERATE_COPY(Row{"300", 300 * s}, Row{"0", 0}, Row{"0.25", 250 * ms},
                    Row{"\"300\"", 300 * s}, Row{"\"1.5\"", 1500 * ms}, Row{"\"250ms\"", 250 * ms},
                    Row{"\"5m\"", 5 * m}, Row{"\"5 min\"", 5 * m}, Row{"\"1h30m\"", h + 30 * m},
                    Row{"\"1h 30m 5s\"", h + 30 * m + 5 * s}, Row{"\"1.5s\"", 1500 * ms},
                    Row{"\"100us\"", 100'000}, Row{"\"100µs\"", 100'000}, Row{"\"7ns\"", 7},
                    Row{"\"2d\"", 2 * d}, Row{"\"1w\"", 7 * d}, Row{"\"PT5M\"", 5 * m},
                    Row{"\"PT0.5S\"", 500 * ms}, Row{"\"P1DT2H3M4S\"", d + 2 * h + 3 * m + 4 * s},
                    Row{"\"P2W\"", 14 * d}, Row{"\"PT36H\"", 36 * h});
  Sample sample;
  CAPTURE(row.json);
  const auto duration = parse_duration(sample(row.json));
  REQUIRE(duration);
  CHECK(*duration == row.ns);
  CHECK(*parse_duration(duration_text(row.ns)) == row.ns);
}

TEST_CASE("what is no duration is refused with a hint", "[units]") {
  const char* json = GENERATE("\"\"", "\"m\"", "\"5x\"", "\"5m1h\"", "\"1m1m\"", "\"1.5h30m\"",
                              "-1", "\"-5s\"", "\"P1Y\"", "\"P1M\"", "\"P\"", "\"PT\"", "\"P1DT\"",
                              "\"PT1M1H\"", "\"1h30\"", "\"5 \"", "\"300000000000d\"", "1e300",
                              "18446744073709551615", "null", "true", "\"5.s\"", "\"soon\"");
  Sample sample;
  CAPTURE(json);
  const auto duration = parse_duration(sample(json));
  REQUIRE_FALSE(duration);
  CHECK(duration.error().status == Status::bad_input);
  CHECK_FALSE(duration.error().hint.empty());
}

TEST_CASE("durations print with the fewest units", "[units]") {
  CHECK(duration_text(0) == "0s");
  CHECK(duration_text(5'400'000'000'000) == "1h30m");
  CHECK(duration_text(1'500'000'001) == "1s500ms1ns");
}

TEST_CASE("sizes are binary, in every spelling", "[units]") {
  struct Row {
    const char* json;
    uint64_t bytes;
  };
  const Row row =
      GENERATE(Row{"512", 512}, Row{"0", 0}, Row{"4096.0", 4096}, Row{"\"512\"", 512},
               Row{"\"512B\"", 512}, Row{"\"1KB\"", 1024}, Row{"\"50MB\"", 52'428'800},
               Row{"\"1.5 GB\"", 1'610'612'736}, Row{"\"64KiB\"", 65'536}, Row{"\"2k\"", 2048},
               Row{"\"1TB\"", 1'099'511'627'776}, Row{"\"0.5mb\"", 524'288});
  Sample sample;
  CAPTURE(row.json);
  const auto size = parse_size(sample(row.json));
  REQUIRE(size);
  CHECK(*size == row.bytes);
}

TEST_CASE("what is no size is refused with a hint", "[units]") {
  const char* json = GENERATE("\"\"", "\"MB\"", "\"5XB\"", "\"1MB2KB\"", "-1", "1.5", "\"-5\"",
                              "[]", "\"99999999999TB\"", "1e300");
  Sample sample;
  CAPTURE(json);
  const auto size = parse_size(sample(json));
  REQUIRE_FALSE(size);
  CHECK_FALSE(size.error().hint.empty());
}

TEST_CASE("sizes print for people", "[units]") {
  CHECK(size_text(0) == "0 B");
  CHECK(size_text(1023) == "1023 B");
  CHECK(size_text(1536) == "1.5 KB");
  CHECK(size_text(52'428'800) == "50 MB");
}

TEST_CASE("instants print and read as RFC 3339", "[time]") {
  struct Row {
    int64_t ns;
    const char* text;
  };
  const Row row =
      GENERATE(Row{0, "1970-01-01T00:00:00Z"}, Row{-1, "1969-12-31T23:59:59.999999999Z"},
               Row{1'700'000'000'250'000'000, "2023-11-14T22:13:20.25Z"},
               Row{951'782'400'000'000'000, "2000-02-29T00:00:00Z"},
               Row{4'107'542'400'000'000'000, "2100-03-01T00:00:00Z"},
               Row{INT64_MAX, "2262-04-11T23:47:16.854775807Z"},
               Row{INT64_MIN, "1677-09-21T00:12:43.145224192Z"});
  CHECK(time_text(row.ns) == row.text);
  const auto time = parse_time(row.text);
  REQUIRE(time);
  CHECK(*time == row.ns);
}

TEST_CASE("offsets and other spellings mean the same instant", "[time]") {
  const char* text = GENERATE("2023-11-14T22:13:20Z", "2023-11-14t22:13:20z",
                              "2023-11-14 22:13:20Z", "2023-11-14T23:13:20+01:00",
                              "2023-11-14T16:43:20-05:30", "2023-11-14T22:13:20.0000000000009Z");
  const auto time = parse_time(text);
  CAPTURE(text);
  REQUIRE(time);
  CHECK(*time == 1'700'000'000'000'000'000);
}

TEST_CASE("instants that do not exist or do not fit are refused", "[time]") {
  const char* text = GENERATE(
      "", "2023", "2023-11-14", "2023-11-14T22:13:20", "2023-02-29T00:00:00Z",
      "2023-13-01T00:00:00Z", "2023-00-01T00:00:00Z", "2023-01-32T00:00:00Z",
      "2023-01-01T24:00:00Z", "2023-01-01T00:60:00Z", "2023-01-01T00:00:61Z",
      "2023-01-01T00:00:00.Z", "2023-01-01T00:00:00+24:00", "2023-01-01T00:00:00Zx",
      "1600-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "2023-1-1T00:00:00Z", "+023-01-01T00:00:00Z");
  CAPTURE(text);
  CHECK_FALSE(parse_time(text));
}

TEST_CASE("days and dates agree over eight centuries", "[time]") {
  for (int64_t day = -150'000; day < 150'000; day += 1) {
    const Date date = date_of(day);
    REQUIRE(days_of(date) == day);
    REQUIRE((date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31));
  }
}
