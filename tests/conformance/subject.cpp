#include "subject.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <weft/sdk/json.hpp>

namespace weft::test {
namespace {

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

const weft_plugin* load() {
  const std::string file = from_environment("WEFT_PLUGIN_FILE");
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto* found = static_cast<const weft_plugin*>(dlsym(library, "weft_plugin_v1"));
  if (found == nullptr) throw std::runtime_error(file + " exports no weft_plugin_v1");
  return found;
}

}  // namespace

void* Memory::grow(void*, weft_arena* arena, uint64_t n) noexcept {
  auto& self = *static_cast<Memory*>(arena->impl);
  const uint64_t bytes = std::max<uint64_t>(n, 64U << 10U);
  auto& chunk = self.chunks_.emplace_back(std::make_unique<uint64_t[]>(bytes / 8 + 1));
  auto* start = reinterpret_cast<char*>(chunk.get());
  arena->cur = start + n;
  arena->end = start + bytes;
  return start;
}

FakeHost::FakeHost() {
  raw_.size = sizeof raw_;
  raw_.minor = WEFT_HOST_MINOR;
  raw_.h = this;
  raw_.name = to_str("conformance");
  raw_.version = to_str("1");
  raw_.log_mask = &mask_;
  raw_.log = &FakeHost::log;
  raw_.complete = [](void* h, weft_op op, weft_status status, weft_val result,
                     const weft_error* err) noexcept {
    Completion completion{status, status == WEFT_OK ? sdk::json_text(Value(result)) : ""};
    if (err != nullptr) completion.text.assign(err->msg, err->msg_len);
    return static_cast<FakeHost*>(h)->complete(op, std::move(completion));
  };
  raw_.complete_doc = [](void* h, weft_op op, weft_doc* result) noexcept {
    Completion completion{WEFT_OK, sdk::json_text(Value(result->val))};
    result->release(result);
    return static_cast<FakeHost*>(h)->complete(op, std::move(completion));
  };
  raw_.emit = [](void*, weft_op, weft_val) noexcept { return weft_status{WEFT_NOT_FOUND}; };
  raw_.arena_grow = &Memory::grow;
  raw_.service = [](void*, weft_str) noexcept -> const void* { return nullptr; };
  raw_.post = [](void*, void (*)(void*), void*, uint32_t) noexcept {
    return weft_status{WEFT_BUSY};
  };
}

void FakeHost::log(void* h, uint32_t, weft_str message, weft_val) noexcept {
  auto& self = *static_cast<FakeHost*>(h);
  const std::scoped_lock lock(self.mutex_);
  self.lines_.emplace_back(to_view(message));
}

void FakeHost::open(weft_op op) {
  const std::scoped_lock lock(mutex_);
  open_[op] = {};
}

weft_status FakeHost::complete(weft_op op, Completion completion) {
  const std::scoped_lock lock(mutex_);
  const auto found = open_.find(op);
  if (found == open_.end() || found->second.status != WEFT_PENDING) return WEFT_NOT_FOUND;
  found->second = std::move(completion);
  completed_.notify_all();
  return WEFT_OK;
}

FakeHost::Completion FakeHost::await(weft_op op) {
  std::unique_lock lock(mutex_);
  completed_.wait_for(lock, std::chrono::seconds(20),
                      [&] { return open_[op].status != WEFT_PENDING; });
  Completion completion = std::move(open_[op]);
  open_.erase(op);
  return completion;
}

std::vector<std::string> FakeHost::logged() const {
  const std::scoped_lock lock(mutex_);
  return lines_;
}

Invocation::Invocation() {
  error_.size = sizeof error_;
  call_.size = sizeof call_;
  call_.attempt = 1;
  call_.op = 1;
  call_.arena = memory_.raw();
  call_.cancel = &cancel_;
  out_.size = sizeof out_;
  out_.err = &error_;
}

const weft_plugin& plugin() {
  static const weft_plugin* const loaded = load();
  return *loaded;
}

std::filesystem::path plugin_folder() { return from_environment("WEFT_PLUGIN_FOLDER"); }

std::vector<std::filesystem::path> cases(std::string_view group) {
  std::vector<std::filesystem::path> found;
  const auto folder = plugin_folder() / "cases" / group;
  if (!std::filesystem::exists(folder)) return found;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.is_directory()) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

bool updating() { return std::getenv("WEFT_UPDATE") != nullptr; }

std::string read_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void write_text(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary) << text;
}

Instance::Instance(FakeHost& host, Value config) : component_(plugin().component(0)) {
  error_.size = sizeof error_;
  status_ = component_->create(host.raw(), config.raw(), &self_, &error_);
}

Instance::~Instance() {
  if (status_ != WEFT_OK) return;
  Invocation invocation;
  if (component_->stop != nullptr) {
    static_cast<void>(component_->stop(self_, invocation.call(), invocation.out()));
  }
  component_->destroy(self_);
}

const void* Instance::iface(std::string_view id) const {
  return component_->iface(self_, to_str(id));
}

}  // namespace weft::test
