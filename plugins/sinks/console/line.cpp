#include "line.hpp"

#include <algorithm>

#include <weft/sdk/json.hpp>

namespace weft::console {
namespace {

using lit::operator""_k;

constexpr std::string_view dim = "\x1B[2m", red = "\x1B[31m", green = "\x1B[32m",
                           yellow = "\x1B[33m", plain = "\x1B[0m";
constexpr size_t text_max = 200;

// Names and messages come from outside: what could steer a terminal is shown as '?'.
void append_shown(std::string& out, std::string_view text) {
  const size_t end = std::min(text.size(), text_max);
  for (size_t i = 0; i < end; ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
    const bool steers = c < 0x20U || c == 0x7FU || (c == 0xC2U && next < 0xA0U);
    out += steers ? '?' : text[i];
    if (steers && c == 0xC2U) ++i;
  }
  if (text.size() <= text_max) return;
  while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
  if (!out.empty() && static_cast<unsigned char>(out.back()) >= 0xC0U) out.pop_back();
  out += "...";
}

void pad(std::string& out, size_t from, size_t width) {
  const size_t n = out.size() - from;
  if (n < width) out.append(width - n, ' ');
}

// 950 us, 35.2 ms, 4.10 s, 12:05 min
void append_duration(std::string& out, int64_t ns) {
  const auto us = static_cast<uint64_t>(std::max<int64_t>(ns, 0)) / 1'000;
  const auto decimal = [&](uint64_t whole, uint64_t rest, size_t digits, const char* unit) {
    sdk::append_json_number(out, whole);
    sdk::append_padded(out += '.', rest, digits);
    out += unit;
  };
  if (us < 1'000) {
    sdk::append_json_number(out, us);
    out += " us";
  } else if (us < 1'000'000) {
    decimal(us / 1'000, us % 1'000 / 100, 1, " ms");
  } else if (us < 60'000'000) {
    decimal(us / 1'000'000, us % 1'000'000 / 10'000, 2, " s");
  } else {
    sdk::append_json_number(out, us / 60'000'000);
    sdk::append_padded(out += ':', us / 1'000'000 % 60, 2);
    out += " min";
  }
}

std::string_view last_word(std::string_view type) { return type.substr(type.rfind('.') + 1); }

std::string_view color_of(std::string_view fact) {
  constexpr std::string_view good[] = {"succeeded", "completed"};
  constexpr std::string_view bad[] = {"failed", "timed_out", "lost", "dropped", "doubted"};
  constexpr std::string_view odd[] = {
      "retried", "waiting", "skipped", "cancelled", "paused", "compensated", "partially_completed",
      "bypassed"};
  const auto among = [&](const auto& words) {
    return std::find(std::begin(words), std::end(words), fact) != std::end(words);
  };
  if (among(good)) return green;
  if (among(bad)) return red;
  return among(odd) ? yellow : std::string_view();
}

// The sentence of an error: data itself, or its entry 'error'.
std::string_view message_of(Value data) {
  const std::string_view own = data["message"_k].as_text();
  return own.empty() ? data["error"_k]["message"_k].as_text() : own;
}

// workflow.step.started is 'step started'; areas that are no workflow keep their name.
std::string subject_of(std::string_view type) {
  constexpr std::string_view workflow = "workflow.";
  std::string text(type.starts_with(workflow) ? type.substr(workflow.size()) : type);
  std::replace(text.begin(), text.end(), '.', ' ');
  return text;
}

}  // namespace

void Lines::paint(std::string& out, std::string_view color, std::string_view text) const {
  const bool colored = colored_ && !color.empty();
  if (colored) out += color;
  append_shown(out, text);
  if (colored) out += plain;
}

// How long what ends took, or -1 when that is not known.
int64_t Lines::duration_of(const weft_event& event, std::string_view fact) {
  constexpr std::string_view ends[] = {"succeeded", "completed", "partially_completed",
                                       "failed",    "cancelled", "timed_out"};
  const bool of_run = to_view(event.type).starts_with("workflow.run.");
  const bool of_step = to_view(event.type).starts_with("workflow.step.");
  if (!of_run && !of_step) return -1;
  const std::string_view step = of_step ? to_view(event.step) : std::string_view();
  auto run = runs_.find(to_view(event.run));
  if (fact == "started" && started_ < started_max) {
    if (run == runs_.end()) run = runs_.try_emplace(std::string(to_view(event.run))).first;
    if (run->second.insert_or_assign(std::string(step), event.time_ns).second) ++started_;
    return -1;
  }
  if (std::find(std::begin(ends), std::end(ends), fact) == std::end(ends)) return -1;
  if (run == runs_.end()) return -1;
  const auto start = run->second.find(step);
  const int64_t duration = start != run->second.end() ? event.time_ns - start->second : -1;
  if (of_run) {
    started_ -= run->second.size();
    runs_.erase(run);
  } else if (start != run->second.end()) {
    run->second.erase(start);
    --started_;
    if (run->second.empty()) runs_.erase(run);
  }
  return duration;
}

void Lines::append(std::string& out, const weft_event& event) {
  const std::string_view type = to_view(event.type), fact = last_word(type);
  const int64_t duration = duration_of(event, fact);
  std::string time;
  sdk::append_json_time(time, event.time_ns - event.time_ns % 1'000'000);
  std::string clock = time.substr(11, time.size() - 12);  // without the date and the 'Z'
  clock.resize(12, clock.size() > 8 ? '0' : ' ');
  if (clock[8] == ' ') clock.replace(8, 4, ".000");
  paint(out, dim, clock);
  const std::string_view run = to_view(event.run);
  out += ' ';
  size_t from = out.size();
  append_shown(out, run.size() > 8 ? run.substr(run.size() - 8) : run);
  pad(out, from, 8);
  out += ' ';
  from = out.size();
  paint(out, color_of(fact), subject_of(type));
  pad(out, from,
      colored_ && !color_of(fact).empty() ? 16 + color_of(fact).size() + plain.size() : 16);
  out += ' ';
  append_shown(out, to_view(event.step.n != 0 ? event.step : event.workflow));
  if (event.attempt > 1) sdk::append_json_number(out += "  attempt ", event.attempt);
  if (duration >= 0) append_duration(out += "  ", duration);
  if (const std::string_view message = message_of(Value(event.data)); !message.empty()) {
    append_shown(out += "  ", message);
  }
  out += '\n';
}

void Lines::append_dropped(std::string& out, uint64_t count) const {
  std::string text;
  sdk::append_json_number(text, count);
  paint(out, red, text += count == 1 ? " event was dropped" : " events were dropped");
  out += '\n';
}

}  // namespace weft::console
