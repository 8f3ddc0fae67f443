// hook.trace: writes one line per point that the kernel asks at, and never changes anything.
#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>

#include <weft/sdk/json.hpp>
#include <weft/sdk/plugin.hpp>

namespace weft::trace {
namespace {

using lit::operator""_k;

struct Point {
  uint32_t number;
  std::string_view name;
};

constexpr std::array<Point, 6> traced{{
    {WEFT_AT_BEFORE_TOOL_EXECUTION, "BeforeToolExecution"},
    {WEFT_AT_AFTER_TOOL_EXECUTION, "AfterToolExecution"},
    {WEFT_AT_TOOL_ERROR, "ToolError"},
    {WEFT_AT_BEFORE_WORKFLOW_START, "BeforeWorkflowStart"},
    {WEFT_AT_AFTER_WORKFLOW_COMPLETE, "AfterWorkflowComplete"},
    {WEFT_AT_WORKFLOW_ERROR, "WorkflowError"},
}};

void append_entry(std::string& line, std::string_view name, Value value) {
  if (value.is_null()) return;
  line.append(1, ' ').append(name).append(1, '=');
  sdk::append_json(line, value);
}

// Opens path for appending; -1 without a path.
int open_file(std::string_view path) {
  if (path.empty()) return -1;
  const std::string name(path);
  const int fd = ::open(name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd >= 0) return fd;
  throw sdk::failure("tool.io", "cannot open '" + name + "': " + std::strerror(errno));
}

}  // namespace

// Called inline and from several runs at once. Numbers are given under the mutex, so that the lines
// of the file are in their order.
class Trace final {
 public:
  static constexpr std::string_view id = "trace";
  static constexpr uint32_t flags = 0;
  static constexpr uint64_t points = sdk::at(
      {WEFT_AT_BEFORE_TOOL_EXECUTION, WEFT_AT_AFTER_TOOL_EXECUTION, WEFT_AT_TOOL_ERROR,
       WEFT_AT_BEFORE_WORKFLOW_START, WEFT_AT_AFTER_WORKFLOW_COMPLETE, WEFT_AT_WORKFLOW_ERROR});

  Trace(sdk::Host host, Value config) : host_(host), fd_(open_file(config["path"_k].as_text())) {}
  ~Trace() {
    if (fd_ >= 0) ::close(fd_);
  }
  Trace(const Trace&) = delete;
  Trace& operator=(const Trace&) = delete;

  Result<sdk::Verdict> on(uint32_t point, Value subject, sdk::Call&) {
    for (size_t i = 0; i < traced.size(); ++i) {
      if (traced[i].number == point) tell(i, subject);
    }
    return sdk::Verdict::go_on();
  }

 private:
  void tell(size_t point, Value subject) {
    const bool to_log = fd_ < 0;
    if (to_log && !host_.logs(WEFT_LOG_DEBUG)) {
      ++counts_[point];
      ++sequence_;
      return;
    }
    std::string told;
    for (const std::string_view name : {"run", "step", "tool"}) {
      append_entry(told, name, subject[Key(name)]);
    }
    const std::scoped_lock lock(mutex_);
    std::string line;
    sdk::append_json_number(line, ++sequence_);
    line.append(1, ' ').append(traced[point].name).append(told);
    sdk::append_json_number(line += " count=", ++counts_[point]);
    if (to_log) return host_.log(WEFT_LOG_DEBUG, line);
    write(line += '\n');
  }
  void write(std::string_view line) {
    while (!line.empty()) {
      const ssize_t n = ::write(fd_, line.data(), line.size());
      if (n >= 0) {
        line.remove_prefix(static_cast<size_t>(n));
      } else if (errno != EINTR) {
        if (!complained_) {
          host_.log(WEFT_LOG_WARN, std::string("cannot write the trace: ") + std::strerror(errno));
        }
        complained_ = true;
        return;
      }
    }
  }

  sdk::Host host_;
  int fd_;
  std::mutex mutex_;
  std::atomic<uint64_t> sequence_{0};
  std::array<std::atomic<uint64_t>, traced.size()> counts_{};
  bool complained_ = false;
};

}  // namespace weft::trace

WEFT_PLUGIN(weft::trace::Trace);
