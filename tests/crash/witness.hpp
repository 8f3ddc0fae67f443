// Witness: a ledger kept by another process than those that are killed. It is the one that kills,
// so it can do so between an effect and its answer.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crash {

// What is known of one step.
struct Entry {
  uint64_t calls = 0;
  uint64_t doubts = 0;  // times that its run said of it that nobody knows
  std::vector<std::string> keys;
  std::vector<uint32_t> attempts;
};
using Ledger = std::map<std::string, Entry>;

// When the processes under watch are killed.
struct Blow {
  enum class When : uint8_t {
    never,
    after_time,  // micros after they began
    in_call,     // when the call was written down and not answered yet
    after_call,  // micros after it was answered
  } when = When::never;
  uint64_t micros = 0;
  uint32_t call = 1;  // of this life
};

// One process that ended: its exit code, or none when it was killed.
using Exit = std::optional<int>;

class Witness final {
 public:
  explicit Witness(const std::string& folder);
  ~Witness();
  Witness(const Witness&) = delete;
  Witness& operator=(const Witness&) = delete;

  const std::string& address() const { return address_; }
  // Forks a process for each and serves their calls until all have ended.
  std::vector<Exit> watch(const std::vector<std::function<int()>>& lives, const Blow& blow);

  Ledger ledger;
  std::vector<std::string> order;  // the steps as they were called, over all lives

 private:
  struct Alive;
  void serve(const Blow& blow, std::vector<Alive>& alive);

  std::string address_;
  int socket_ = -1;
  uint32_t calls_ = 0;  // of this life
  bool falls_now_ = false;
  std::optional<uint64_t> falls_at_;  // microseconds of the steady clock
};

// From a process under watch: that a step is in doubt.
void tell_doubt(const std::string& address, const std::string& step);

}  // namespace crash
