// Layer: one store among several, and the calls that are made to it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <weft/sdk/store.hpp>

#include "document.hpp"
#include "files.hpp"

namespace weft::layered {

// Whoever commits to a layer that holds no runs: nothing there is anybody's.
inline constexpr weft_owner nobody{sizeof nobody, 0, 0, 0};

// Each call hands on token and arena of the call that led to it, so that what a layer emits reaches
// the host, and what it answers lives as long. An error begins with the name of the layer. A store
// that answers later is UNSUPPORTED as a layer.
class Layer final {
 public:
  // What the host opened for it; it outlives the layer.
  struct Opened {
    const weft_store* table = nullptr;
    void* self = nullptr;
  };
  Layer(Described about, Opened store) : about_(std::move(about)), store_(store) {}
  explicit Layer(Described about)
      : about_(std::move(about)), files_(Files(about_.folder(), about_.keys.front())) {}

  const std::string& name() const { return about_.name; }
  const std::string& at() const { return about_.at; }
  bool is_read_only() const { return about_.is_read_only; }
  uint32_t flags() const;
  Result<void> check() const;
  bool is_same(const Opened& other) const {
    return !files_ && other.table == store_.table && other.self == store_.self;
  }

  using Ops = std::span<const weft_sop* const>;
  Result<void> commit(const weft_owner& owner, Ops ops, const sdk::Call& call) const;
  Result<Value> load(std::string_view run, uint64_t from_seq, const sdk::Call& call) const;
  Result<void> own(uint32_t verb, weft_owner& owner, const sdk::Call& call) const;
  Result<Value> claim(const weft_owner& owner, const sdk::Claim& what, const sdk::Call& call) const;
  Result<Value> get(std::string_view key, const sdk::Call& call) const;
  Result<Value> scan(const sdk::Scan& what, const sdk::Call& call) const;
  Result<void> tend(const sdk::Call& call) const;
  using Events = std::span<const weft_event* const>;
  Result<void> tell(std::string_view run, Events events, const sdk::Call& call) const;

 private:
  template <class F>
  Result<Value> ask(const char* what, const sdk::Call& call, F&& start) const;
  Error failed(const char* what, weft_status status, const weft_error& raw) const;
  Error named(Error error) const;

  Described about_;
  Opened store_;
  std::optional<Files> files_;
};

}  // namespace weft::layered
