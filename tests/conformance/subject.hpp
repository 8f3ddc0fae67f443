// Subject: the plugin that a conformance suite is run against, and the host it is given.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <weft/plugin.h>
#include <weft/value.hpp>

namespace weft::test {

// An arena that grows while the test lives.
class Memory final {
 public:
  Memory() : raw_{nullptr, nullptr, this} {}
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  weft_arena* raw() { return &raw_; }
  Arena arena() { return {&raw_, &Memory::grow, nullptr}; }
  static void* grow(void* h, weft_arena* arena, uint64_t n) noexcept;

 private:
  weft_arena raw_;
  std::vector<std::unique_ptr<uint64_t[]>> chunks_;
};

// A host with the seven functions and no services; keeps what is logged and what completes.
class FakeHost final {
 public:
  struct Completion {
    weft_status status = WEFT_PENDING;
    std::string text;  // the result as JSON, or the message
  };

  FakeHost();
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  const weft_host* raw() const { return &raw_; }
  std::vector<std::string> logged() const;
  void listen(uint32_t mask) { mask_ = mask; }

  // Operations that are not open complete with NOT_FOUND.
  void open(weft_op op);
  // Waits for it and closes it; PENDING when it took too long.
  Completion await(weft_op op);

 private:
  weft_status complete(weft_op op, Completion completion);
  static void log(void* h, uint32_t level, weft_str message, weft_val fields) noexcept;

  weft_host raw_{};
  uint32_t mask_ = ~0U;
  mutable std::mutex mutex_;
  std::condition_variable completed_;
  std::map<weft_op, Completion> open_;
  std::vector<std::string> lines_;
};

// One invocation as the kernel makes it.
class Invocation final {
 public:
  Invocation();
  Invocation(const Invocation&) = delete;
  Invocation& operator=(const Invocation&) = delete;

  const weft_call* call() const { return &call_; }
  void give(Value args, weft_op op = 1) {
    call_.args = args.raw();
    call_.op = op;
  }
  void cancel() { cancel_ = 1; }
  void end_by(uint64_t deadline_ns) { call_.deadline_ns = deadline_ns; }
  weft_out* out() { return &out_; }
  Value value() const { return Value(out_.val); }
  uint32_t flags() const { return out_.flags; }
  std::string_view message() const { return {error_.msg, error_.msg_len}; }
  Memory& memory() { return memory_; }

 private:
  Memory memory_;
  weft_error error_{};
  weft_call call_{};
  weft_out out_{};
  uint32_t cancel_ = 0;
};

// The plugin of this process: WEFT_PLUGIN_FILE, whose folder in the tree is WEFT_PLUGIN_FOLDER.
const weft_plugin& plugin();
std::filesystem::path plugin_folder();
// The folders below cases/<group>, sorted.
std::vector<std::filesystem::path> cases(std::string_view group);
bool updating();  // WEFT_UPDATE=1: expectations are rewritten

std::string read_text(const std::filesystem::path& file);
void write_text(const std::filesystem::path& file, std::string_view text);

// An instance of the first component.
class Instance final {
 public:
  explicit Instance(FakeHost& host, Value config = {});
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  weft_status status() const { return status_; }
  std::string_view message() const { return {error_.msg, error_.msg_len}; }
  void* self() const { return self_; }
  // Null when the component has no such table.
  template <class T>
  const T* table(std::string_view id) const {
    return static_cast<const T*>(iface(id));
  }

 private:
  const void* iface(std::string_view id) const;

  const weft_component* component_;
  void* self_ = nullptr;
  weft_status status_;
  weft_error error_{};
};

}  // namespace weft::test
