// LentHost: a weft_host for tests, with an arena that counts and a record of what was completed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <weft/sdk.hpp>

// Invariant: not moved, because the host and the arena point into it.
class LentHost final {
 public:
  explicit LentHost(size_t first_piece = 4096) : memory_(first_piece) {
    arena = {memory_.data(), memory_.data() + memory_.size(), nullptr};
    raw.size = sizeof raw;
    raw.h = this;
    raw.log_mask = &log_mask;
    raw.log = [](void* h, uint32_t, weft_str text, weft_val) noexcept {
      self(h).lines.emplace_back(weft::to_view(text));
    };
    raw.complete = [](void* h, weft_op op, weft_status status, weft_val result,
                      const weft_error* err) noexcept -> weft_status {
      self(h).completed.push_back({op, status, weft::Value(result), text_of(err), code_of(err)});
      return WEFT_OK;
    };
    raw.arena_grow = [](void* h, weft_arena*, uint64_t n) noexcept -> void* {
      LentHost& host = self(h);
      if (host.is_full) return nullptr;
      ++host.grown;
      host.pieces_.push_back(std::make_unique<uint64_t[]>(n / 8 + 1));
      return host.pieces_.back().get();
    };
    raw.post = [](void* h, void (*fn)(void*), void* arg, uint32_t) noexcept -> weft_status {
      self(h).posted.push_back({fn, arg});
      return WEFT_OK;
    };
  }
  LentHost(const LentHost&) = delete;
  LentHost& operator=(const LentHost&) = delete;

  weft::sdk::Host host() const { return weft::sdk::Host(&raw); }
  weft::Arena memory() { return host().arena(&arena); }
  void run_posted() {
    for (const auto& [fn, arg] : std::exchange(posted, {})) fn(arg);
  }

  struct Completed {
    weft_op op;
    weft_status status;
    weft::Value result;
    std::string message, code;
  };
  static std::string text_of(const weft_error* e) {
    return e != nullptr ? std::string(e->msg, e->msg_len) : std::string();
  }
  static std::string code_of(const weft_error* e) {
    using namespace weft::lit;
    if (e == nullptr) return {};
    return std::string(weft::Value(e->detail)["code"_k].as_text());
  }

  weft_host raw{};
  weft_arena arena{};
  uint32_t log_mask = ~0U;
  bool is_full = false;
  int grown = 0;
  std::vector<std::string> lines;
  std::vector<Completed> completed;
  std::vector<std::pair<void (*)(void*), void*>> posted;

 private:
  static LentHost& self(void* h) { return *static_cast<LentHost*>(h); }
  std::vector<char> memory_;
  std::vector<std::unique_ptr<uint64_t[]>> pieces_;
};

// An instance of a component with one call at a time, as a host would drive it.
template <class T>
class Driven final {
 public:
  explicit Driven(LentHost& lent, weft_val config = {}) : lent_(lent) {
    error.size = sizeof error;
    error.msg_len = 0;
    error.detail = {};
    created = component.create(&lent.raw, config, &self, &error);
    if (created == WEFT_OK) {
      table = static_cast<const weft_tool*>(component.iface(self, weft::to_str(WEFT_TOOL_ID)));
    }
  }
  ~Driven() {
    if (self != nullptr) component.destroy(self);
  }
  Driven(const Driven&) = delete;
  Driven& operator=(const Driven&) = delete;

  weft_status start(weft::Value args) {
    call.size = sizeof call;
    call.attempt = 1;
    call.op = 7;
    call.args = args.raw();
    call.arena = &lent_.arena;
    call.cancel = &cancel;
    out = {sizeof out, 0, {}, &error};
    error.detail = {};
    return table->start(self, &call, &out);
  }
  weft::Value result() const { return weft::Value(out.val); }
  std::string message() const { return LentHost::text_of(&error); }
  std::string code() const { return LentHost::code_of(&error); }

  weft_component component = weft::sdk::Component<T>::describe();
  weft_status created = WEFT_FAILED;
  void* self = nullptr;
  const weft_tool* table = nullptr;
  uint32_t cancel = 0;
  weft_call call{};
  weft_out out{};
  weft_error error;

 private:
  LentHost& lent_;
};
