#include "base/time.hpp"

#include "base/text.hpp"

namespace weft::base {
namespace {

constexpr int64_t second_ns = 1'000'000'000;
constexpr int64_t day_s = 86'400;

void append_digits(std::string& out, uint32_t number, uint32_t width) {
  char text[10];
  for (uint32_t i = width; i-- != 0; number /= 10) text[i] = static_cast<char>('0' + number % 10);
  out.append(text, width);
}

int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Reads fixed fields from the left; once something is missing it stays bad.
class Fields final {
 public:
  explicit Fields(std::string_view text) : text_(text) {}

  uint32_t digits(size_t width) {
    uint32_t number = 0;
    if (text_.size() < at_ + width) bad_ = true;
    for (size_t i = 0; i < width && !bad_; ++i, ++at_) {
      if (text_[at_] < '0' || text_[at_] > '9') bad_ = true;
      number = number * 10 + static_cast<uint32_t>(text_[at_] - '0');
    }
    return number;
  }
  // The character that comes, if it is one of these; 0 otherwise.
  char take(std::string_view any) {
    if (at_ >= text_.size() || any.find(text_[at_]) == std::string_view::npos) return 0;
    return text_[at_++];
  }
  void expect(std::string_view any) { bad_ = take(any) == 0 || bad_; }
  bool at_digit() const { return at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9'; }
  void fail() { bad_ = true; }
  bool complete() const { return !bad_ && at_ == text_.size(); }

 private:
  std::string_view text_;
  size_t at_ = 0;
  bool bad_ = false;
};

uint32_t days_in(int32_t year, uint32_t month) {
  constexpr uint32_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

int64_t read_fraction_ns(Fields& fields) {
  int64_t ns = 0;
  if (fields.take(".") == 0) return 0;
  if (!fields.at_digit()) fields.fail();
  for (int64_t unit = second_ns / 10; fields.at_digit(); unit /= 10) ns += fields.digits(1) * unit;
  return ns;
}

int64_t read_offset_s(Fields& fields) {
  if (fields.take("Zz") != 0) return 0;
  const char sign = fields.take("+-");
  const uint32_t hours = fields.digits(2);
  fields.expect(":");
  const uint32_t minutes = fields.digits(2);
  if (sign == 0 || hours > 23 || minutes > 59) fields.fail();
  const int64_t seconds = int64_t{hours} * 3600 + int64_t{minutes} * 60;
  return sign == '-' ? -seconds : seconds;
}

Error bad_time(std::string_view text, Status status, const char* why) {
  return {.status = status,
          .code = "time.invalid",
          .message = quoted(text) + " is not a time: " + why,
          .hint = "write RFC 3339, such as 2026-03-01T12:00:00Z"};
}

}  // namespace

// Years are counted from March of year 0, so that the leap day is the last of its year.
Date date_of(int64_t unix_days) {
  const int64_t days = unix_days + 719'468;
  const int64_t era = floor_div(days, 146'097);
  const auto in_era = static_cast<uint32_t>(days - era * 146'097);
  const uint32_t year = (in_era - in_era / 1'460 + in_era / 36'524 - in_era / 146'096) / 365;
  const uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
  const uint32_t from_march = (5 * in_year + 2) / 153;
  const uint32_t month = from_march < 10 ? from_march + 3 : from_march - 9;
  return {static_cast<int32_t>(era * 400 + year + (month <= 2 ? 1 : 0)), month,
          in_year - (153 * from_march + 2) / 5 + 1};
}

int64_t days_of(Date date) {
  const int64_t year = int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const int64_t era = floor_div(year, 400);
  const auto in_era = static_cast<uint32_t>(year - era * 400);
  const uint32_t from_march = date.month > 2 ? date.month - 3 : date.month + 9;
  const uint32_t in_year = (153 * from_march + 2) / 5 + date.day - 1;
  return era * 146'097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719'468;
}

void append_time(std::string& out, int64_t unix_ns) {
  const int64_t seconds = floor_div(unix_ns, second_ns);
  auto fraction = static_cast<uint32_t>(unix_ns - seconds * second_ns);
  const int64_t days = floor_div(seconds, day_s);
  const auto in_day = static_cast<uint32_t>(seconds - days * day_s);
  const Date date = date_of(days);
  append_digits(out, static_cast<uint32_t>(date.year), 4);
  out += '-';
  append_digits(out, date.month, 2);
  out += '-';
  append_digits(out, date.day, 2);
  out += 'T';
  append_digits(out, in_day / 3600, 2);
  out += ':';
  append_digits(out, in_day / 60 % 60, 2);
  out += ':';
  append_digits(out, in_day % 60, 2);
  if (fraction != 0) {
    uint32_t width = 9;
    for (; fraction % 10 == 0; fraction /= 10) --width;
    out += '.';
    append_digits(out, fraction, width);
  }
  out += 'Z';
}

std::string time_text(int64_t unix_ns) {
  std::string text;
  append_time(text, unix_ns);
  return text;
}

Result<int64_t> parse_time(std::string_view text) {
  Fields fields(text);
  Date date{};
  date.year = static_cast<int32_t>(fields.digits(4));
  fields.expect("-");
  date.month = fields.digits(2);
  fields.expect("-");
  date.day = fields.digits(2);
  fields.expect("Tt ");
  const uint32_t hour = fields.digits(2);
  fields.expect(":");
  const uint32_t minute = fields.digits(2);
  fields.expect(":");
  const uint32_t second = fields.digits(2);
  const int64_t fraction = read_fraction_ns(fields);
  const int64_t offset = read_offset_s(fields);
  if (!fields.complete()) return bad_time(text, Status::bad_input, "its form is wrong");
  const bool right_date = date.month >= 1 && date.month <= 12 && date.day >= 1 &&
                          date.day <= days_in(date.year, date.month);
  // A leap second is the first of the next minute: 64 bits have no room for it.
  if (!right_date || hour > 23 || minute > 59 || second > 60) {
    return bad_time(text, Status::bad_input, "there is no such day or hour");
  }
  const int64_t in_day = int64_t{hour} * 3600 + int64_t{minute} * 60 + second;
  const int64_t seconds = days_of(date) * day_s + in_day - offset;
  // Negative instants near the lower end only fit when the fraction is taken from the next second.
  const int64_t carried = seconds < 0 && fraction != 0 ? 1 : 0;
  int64_t ns = 0;
  if (__builtin_mul_overflow(seconds + carried, second_ns, &ns) ||
      __builtin_add_overflow(ns, fraction - carried * second_ns, &ns)) {
    return bad_time(text, Status::bad_input, "only the years 1677 to 2262 can be told");
  }
  return ns;
}

}  // namespace weft::base
