// The suite of every event sink. What a sink writes is seen in the file of its setting 'path' and
// on the streams of the process.
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <weft/draft/sink.h>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "catch.hpp"
#include "subject.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

bool is_sink(std::string_view name) { return to_view(plugin().component(0)->id) == name; }

// A folder that goes away with the test.
class Folder final {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "weft-sink-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

// Sends what the process writes on stdout and stderr to a file.
class Captured final {
 public:
  explicit Captured(std::filesystem::path file) : file_(std::move(file)) {
    std::fflush(nullptr);
    const int fd = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    for (int stream : {1, 2}) {
      kept_[stream - 1] = ::dup(stream);
      ::dup2(fd, stream);
    }
    ::close(fd);
  }
  ~Captured() { stop(); }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;
  void stop() {
    std::fflush(nullptr);
    for (int stream : {1, 2}) {
      if (kept_[stream - 1] < 0) continue;
      ::dup2(kept_[stream - 1], stream);
      ::close(kept_[stream - 1]);
      kept_[stream - 1] = -1;
    }
  }

 private:
  std::filesystem::path file_;
  int kept_[2] = {-1, -1};
};

struct Settings {
  std::string format = "json";
  uint64_t rotate_bytes = 0, keep = 5;
  std::string fsync = "end", color = "never";
};

weft_event event_of(uint64_t seq, std::string_view type, std::string_view step, Value data = {}) {
  weft_event e{};
  e.size = sizeof e;
  e.kind = 1;
  e.seq = seq;
  e.time_ns = 1'772'366'400'000'000'000 + static_cast<int64_t>(seq) * 1'500'000;
  e.type = to_str(type);
  e.run = to_str("run-1");
  e.workflow = to_str("nightly");
  e.step = to_str(step);
  e.attempt = step.empty() ? 0 : 1;
  e.data = data.raw();
  return e;
}

// The sink under test with everything that it writes.
class Sink final {
 public:
  explicit Sink(const Settings& settings = {}, std::string_view file = "events")
      : path_(folder_ / file) {
    Builder b(memory_.arena());
    b.begin_object();
    if (is_sink("jsonl")) {
      b.set("path"_k, path_.string());
      b.set("rotate_bytes"_k, settings.rotate_bytes);
      b.set("keep"_k, settings.keep);
      b.set("fsync"_k, settings.fsync);
    } else if (is_sink("console")) {
      b.set("stream"_k, "stdout");
      b.set("format"_k, settings.format);
      b.set("color"_k, settings.color);
    }
    b.end_object();
    instance_ = std::make_unique<Instance>(host_, b.take_value());
    INFO(instance_->message());
    REQUIRE(instance_->status() == WEFT_OK);
    table_ = instance_->table<weft_sink>(WEFT_SINK_ID);
    REQUIRE(table_ != nullptr);
  }

  void consume(const std::vector<weft_event>& events, uint64_t dropped = 0) {
    std::vector<const weft_event*> pointers;
    for (const weft_event& e : events) pointers.push_back(&e);
    Captured captured(folder_ / "streams");
    table_->consume(instance_->self(), pointers.data(), static_cast<uint32_t>(pointers.size()),
                    dropped);
  }
  weft_status flush() {
    Invocation call;
    Captured captured(folder_ / "streams");
    return table_->flush(instance_->self(), call.call(), call.out());
  }
  void end() { instance_.reset(); }
  std::string text() const {
    std::string all;
    for (const auto& file : {path_, folder_ / "streams"}) {
      if (std::filesystem::exists(file)) all += read_text(file);
    }
    return all;
  }
  std::filesystem::path path() const { return path_; }
  FakeHost& host() { return host_; }

 private:
  Folder folder_;
  std::filesystem::path path_;
  Memory memory_;
  FakeHost host_;
  std::unique_ptr<Instance> instance_;
  const weft_sink* table_ = nullptr;
};

size_t count_of(std::string_view text, std::string_view part) {
  size_t n = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++n;
  return n;
}

std::string sequence_text(uint64_t seq) { return "\"sequence\":" + std::to_string(seq) + ","; }

// A limit of the process on the size of files, which makes writes fail with EFBIG.
class SmallDisk final {
 public:
  explicit SmallDisk(rlim_t bytes) {
    getrlimit(RLIMIT_FSIZE, &before_);
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("events come out in the order they went in", "[sink]") {
  Sink sink;
  uint64_t seq = 0;
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<weft_event> events;
    for (int i = 0; i < 100; ++i) {
      events.push_back(event_of(++seq, "workflow.step.succeeded", "fetch"));
    }
    sink.consume(events);
  }
  CHECK(sink.flush() == WEFT_OK);
  const std::string text = sink.text();
  size_t at = 0;
  for (uint64_t i = 1; i <= seq && at != text.npos; ++i) at = text.find(sequence_text(i), at);
  CHECK(at != text.npos);
  CHECK(count_of(text, "\n") == seq);
}

TEST_CASE("an event of an unknown kind does no harm to its neighbours", "[sink]") {
  Sink sink;
  weft_event unknown = event_of(2, "future.thing.happened", "");
  unknown.kind = 999'999;
  sink.consume({event_of(1, "workflow.run.started", ""), unknown,
                event_of(3, "workflow.run.completed", "")});
  CHECK(sink.flush() == WEFT_OK);
  CHECK(count_of(sink.text(), sequence_text(1)) == 1);
  CHECK(count_of(sink.text(), sequence_text(3)) == 1);
}

TEST_CASE("an event with no data and empty texts is taken", "[sink]") {
  Sink sink;
  weft_event bare{};
  bare.size = sizeof bare;
  sink.consume({bare, event_of(7, "workflow.run.started", "")});
  sink.consume({});
  CHECK(sink.flush() == WEFT_OK);
  CHECK(count_of(sink.text(), sequence_text(7)) == 1);
}

TEST_CASE("an event with a large value is whole", "[sink]") {
  Sink sink;
  Memory memory;
  Builder b(memory.arena());
  b.text(std::string(8U << 20U, 'x'));
  sink.consume({event_of(1, "tool.call.ended", "fetch", b.take_value()),
                event_of(2, "workflow.run.completed", "")});
  CHECK(sink.flush() == WEFT_OK);
  const std::string text = sink.text();
  CHECK(count_of(text, "\n") == 2);
  CHECK(text.size() > (8U << 20U));
  CHECK(count_of(text, sequence_text(2)) == 1);
}

TEST_CASE("every_drop_is_counted_and_reported", "[sink]") {
  Sink sink;
  sink.consume({event_of(1, "workflow.run.started", "")});
  sink.consume({event_of(14, "workflow.run.completed", "")}, 12);
  sink.consume({}, 5);
  CHECK(sink.flush() == WEFT_OK);
  const std::string text = sink.text();
  const size_t first = text.find("{\"type\":\"events.dropped\",\"count\":12}\n");
  CHECK(first < text.find(sequence_text(14)));
  CHECK(text.find("{\"type\":\"events.dropped\",\"count\":5}\n") != text.npos);
}

TEST_CASE("what was consumed is written when the sink ends without a flush", "[sink]") {
  Sink sink;
  sink.consume({event_of(1, "workflow.run.started", "")});
  sink.end();
  CHECK(count_of(sink.text(), sequence_text(1)) == 1);
}

TEST_CASE("a line holds the whole envelope and values that JSON lacks", "[sink]") {
  Sink sink;
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("text"_k, "a\"b\\\n\x01é");
  b.set("large"_k, UINT64_MAX);
  b.set("exact"_k, 0.1);
  b.set("bad"_k, std::numeric_limits<double>::quiet_NaN());
  b.key("bytes"_k);
  b.bytes(std::string_view("\x00\xff\x10\x20", 4));
  b.key("time"_k);
  b.time(-1);
  b.end_object();
  weft_event e = event_of(3, "workflow.step.retried", "outer/inner#2", b.take_value());
  e.attempt = 2;
  sink.consume({e});
  CHECK(sink.flush() == WEFT_OK);
  CHECK(sink.text() ==
        "{\"sequence\":3,\"type\":\"workflow.step.retried\",\"time\":\"2026-03-01T12:00:00.0045Z\","
        "\"source\":\"weft\",\"run\":\"run-1\",\"workflow\":\"nightly\",\"step\":\"outer/inner#2\","
        "\"attempt\":2,\"data\":{\"text\":\"a\\\"b\\\\\\n\\u0001é\",\"large\":18446744073709551615,"
        "\"exact\":0.1,\"bad\":null,\"bytes\":\"AP8QIA==\","
        "\"time\":\"1969-12-31T23:59:59.999999999Z\"}}\n");
}

TEST_CASE("a wrong setting is refused when the sink is made", "[sink]") {
  FakeHost host;
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  for (const Key name : {"fsync"_k, "format"_k, "stream"_k}) b.set(name, "nonsense");
  b.end_object();
  const Instance instance(host, b.take_value());
  CHECK(instance.status() == WEFT_BAD_INPUT);
  CHECK(instance.message().size() > 10);
}

TEST_CASE("a file is rotated between lines and the oldest goes away", "[sink][jsonl]") {
  if (!is_sink("jsonl")) {
    WARN("skipped: the sink rotates no file");
    return;
  }
  Settings settings;
  settings.rotate_bytes = 1000;
  settings.keep = 2;
  Sink sink(settings, "logs/events.jsonl");
  for (uint64_t i = 1; i <= 40; ++i) sink.consume({event_of(i, "workflow.step.started", "a")});
  CHECK(sink.flush() == WEFT_OK);
  std::string all;
  for (const char* end : {".2", ".1", ""}) {
    const std::string text = read_text(sink.path().string() + end);
    CHECK(text.size() <= 1000);
    CHECK(text.ends_with("}\n"));
    all += text;
  }
  CHECK(!std::filesystem::exists(sink.path().string() + ".3"));
  CHECK(all.ends_with("}\n"));
  CHECK(count_of(all, sequence_text(40)) == 1);
  CHECK(count_of(all, sequence_text(1)) == 0);
}

TEST_CASE("a write that fails is told once and made good with the next batch", "[sink][jsonl]") {
  if (!is_sink("jsonl")) {
    WARN("skipped: the sink writes no file");
    return;
  }
  Settings settings;
  settings.fsync = "batch";
  Sink sink(settings);
  {
    const SmallDisk disk(1000);
    for (uint64_t i = 1; i <= 20; ++i) sink.consume({event_of(i, "workflow.step.started", "a")});
    CHECK(sink.flush() == WEFT_FAILED);
    CHECK(sink.host().logged().size() == 1);
  }
  sink.consume({event_of(21, "workflow.step.started", "a")});
  CHECK(sink.flush() == WEFT_OK);
  const std::string text = sink.text();
  for (uint64_t i = 1; i <= 21; ++i) CHECK(count_of(text, sequence_text(i)) == 1);
  CHECK(count_of(text, "\n") == 21);
}

TEST_CASE("lines that no longer fit are dropped and told when there is room", "[sink][jsonl]") {
  if (!is_sink("jsonl")) {
    WARN("skipped: the sink writes no file");
    return;
  }
  Sink sink;
  Memory memory;
  Builder b(memory.arena());
  b.text(std::string(1U << 20U, 'x'));
  const Value large = b.take_value();
  {
    const SmallDisk disk(100);
    for (uint64_t i = 1; i <= 20; ++i) {
      sink.consume({event_of(i, "tool.call.ended", "a", large)});
    }
  }
  sink.consume({event_of(21, "workflow.run.completed", "")});
  CHECK(sink.flush() == WEFT_OK);
  const std::string text = sink.text();
  const size_t kept = count_of(text, "tool.call.ended");
  CHECK(kept >= 7);
  CHECK(text.find("\"count\":" + std::to_string(20 - kept) + "}") < text.find(sequence_text(21)));
}

TEST_CASE("a line for people says step, attempt, duration and error", "[sink][console]") {
  if (!is_sink("console")) {
    WARN("skipped: the sink writes no lines for people");
    return;
  }
  Settings settings;
  settings.format = "pretty";
  Memory memory;
  Builder b(memory.arena());
  b.begin_object();
  b.set("message"_k, "the disk\x1B[2J is full");
  b.end_object();
  Sink sink(settings);
  weft_event failed = event_of(24, "workflow.step.failed", "store", b.take_value());
  failed.attempt = 2;
  sink.consume(
      {event_of(0, "workflow.run.started", ""), event_of(1, "workflow.step.started", "store"),
       failed, event_of(41, "workflow.run.failed", "")},
      1);
  CHECK(sink.text() ==
        "1 event was dropped\n"
        "12:00:00.000 run-1    run started      nightly\n"
        "12:00:00.001 run-1    step started     store\n"
        "12:00:00.036 run-1    step failed      store  attempt 2  34.5 ms  the disk?[2J is full\n"
        "12:00:00.061 run-1    run failed       nightly  61.5 ms\n");
}

TEST_CASE("colors are written only when they are wanted", "[sink][console]") {
  if (!is_sink("console")) {
    WARN("skipped: the sink writes no colors");
    return;
  }
  const auto [color, expected] =
      GENERATE(table<std::string, bool>({{"always", true}, {"never", false}, {"auto", false}}));
  Settings settings;
  settings.format = "pretty";
  settings.color = color;
  Sink sink(settings);
  sink.consume({event_of(1, "workflow.run.completed", "")});
  CHECK((sink.text().find('\x1B') != std::string::npos) == expected);
}

}  // namespace weft::test
