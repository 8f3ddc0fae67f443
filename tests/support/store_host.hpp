// What a test needs to talk to a store plugin: an opened store, batches of operations, answers.
#pragma once

#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/draft/service.h>
#include <weft/plugin.h>
#include <weft/value.hpp>

namespace weft::test {

class Memory;
class Invocation;

// The operations of one commit. Everything given is copied, so a batch may be built anywhere.
class Batch final {
 public:
  Batch();
  ~Batch();
  Batch(Batch&&) noexcept;

  Batch& append(std::string_view run, uint64_t first, uint64_t last, std::string_view bytes);
  Batch& append(std::string_view run, uint64_t seq, std::string_view bytes) {
    return append(run, seq, seq, bytes);
  }
  Batch& summary(std::string_view run, std::string_view status);
  Batch& snapshot(std::string_view run, uint64_t seq, std::string_view bytes, uint64_t expect = 0);
  Batch& truncate(std::string_view run, uint64_t seq);
  Batch& put(std::string_view key, std::string_view bytes);
  Batch& put_new(std::string_view key, std::string_view bytes);
  Batch& forget(std::string_view run);
  // The first records of a fork.
  Batch& fork(std::string_view run, uint64_t seq, std::string_view bytes);
  Batch& erase(std::string_view key);
  Batch& outbox(std::string_view key, std::string_view bytes);
  Batch& timer(std::string_view run, uint64_t seq, int64_t at_ns);
  Batch& no_timer(std::string_view run, uint64_t seq);
  weft_sop& raw(uint32_t kind, std::string_view key, std::string_view bytes = {});

  std::vector<const weft_sop*> view() const;

 private:
  std::deque<std::string> texts_;
  std::deque<weft_sop> ops_;
  std::unique_ptr<Memory> memory_;
};

// The value lives as long as the answer.
struct Reply {
  weft_status status = WEFT_OK;
  std::string message, code;
  Value value;
  std::vector<std::pair<uint64_t, std::string>> snapshots;   // of load
  std::optional<std::pair<uint64_t, std::string>> snapshot;  // the last of them
  std::vector<std::string> records;                          // of load
  std::shared_ptr<Invocation> kept;

  std::vector<std::string> texts(Key list) const;  // of value[list]
};

// Where a store is, and how its files are reached.
struct Place {
  std::string path;
  std::string vfs;
};

// An instance of the store under test. It may be made of others, which are the plugins beside it:
// with WEFT_STORE_LAYERS="FIRST SECOND" a place is that of the first, and a document beside it
// lists both.
class StoreHost final {
 public:
  explicit StoreHost(const Place& place);
  ~StoreHost();
  StoreHost(const StoreHost&) = delete;
  StoreHost& operator=(const StoreHost&) = delete;

  bool is_open() const { return table_ != nullptr; }
  weft_status status() const { return status_; }
  std::string message() const { return {error_.msg, error_.msg_len}; }
  bool has(uint32_t flag) const { return is_open() && (table_->flags & flag) != 0; }

  // The owner of all later commits. Until then they come from nobody, epoch 0.
  weft_status acquire() { return own(WEFT_OWNER_ACQUIRE, owner); }
  weft_status own(uint32_t verb, weft_owner& who);
  Reply commit(const Batch& batch);
  Reply load(std::string_view run, uint64_t from_seq = 0);
  Reply claim(std::string_view run = {}, int64_t now_ns = 0, uint32_t max = 0);
  Reply get(std::string_view key);
  Reply scan(std::string_view prefix, std::string_view after = {}, uint32_t max = 0);
  Reply tend();
  Reply tell(std::string_view run, const std::vector<weft_event>& events);
  // Ends the instance in order, as a host does; there is none any more.
  weft_status stop();

  weft_owner owner{sizeof(weft_owner), 0, 0, 0};
  uint32_t room = UINT32_MAX;  // so many parts are taken; then emit answers BUSY

  // Sees what a store is made of, as it is opened, and may put a table in its place.
  using Watch = const weft_store* (*)(std::string_view url, const weft_store* table, void* self);
  static inline Watch watch = nullptr;

 private:
  struct Part {
    const weft_component* component;
    void* self;
  };
  static weft_status open(void* h, weft_str url, const weft_store** table, void** self,
                          weft_error* error) noexcept;
  void end();
  template <class F>
  Reply ask(F&& call);
  static weft_status emit(void* h, weft_op op, weft_val part) noexcept;

  weft_host host_{};
  weft_stores stores_{};
  std::vector<Part> parts_;
  uint32_t log_mask_ = 0;
  const weft_component* component_;
  void* self_ = nullptr;
  const weft_store* table_ = nullptr;
  weft_status status_;
  weft_error error_{};
  Reply* listening_ = nullptr;
};

// A folder that is gone with the object.
class Folder final {
 public:
  Folder();
  ~Folder();
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace weft::test
