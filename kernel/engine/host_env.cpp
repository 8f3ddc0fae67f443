#include "engine/host_env.hpp"

#include <sys/random.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>

#include "base/check.hpp"
#include "base/limits.hpp"

namespace weft::engine {

struct HostEnv::Pool {
  explicit Pool(unsigned threads) : executor(threads) {}
  boost::asio::thread_pool executor;
  std::atomic<uint32_t> waiting{0};
};

namespace {

int64_t wall_ns(void*) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
}

uint64_t mono_ns(void*) {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(now).count());
}

void random_bytes(void*, void* to, size_t bytes) {
  auto* at = static_cast<char*>(to);
  while (bytes > 0) {
    const ssize_t got = getrandom(at, bytes, 0);
    base::check(got > 0, "the system gives random bytes");
    at += got;
    bytes -= static_cast<size_t>(got);
  }
}

}  // namespace

HostEnv::HostEnv(unsigned threads) {
  if (threads > 0) pool_ = std::make_unique<Pool>(threads);
}

HostEnv::~HostEnv() { join(); }

void HostEnv::join() {
  if (pool_ != nullptr) pool_->executor.join();
}

Env HostEnv::env() {
  const auto hand_off = [](void* self, void (*fn)(void*), void* arg) {
    auto* pool = static_cast<Pool*>(self);
    if (pool == nullptr) return false;
    if (pool->waiting.fetch_add(1) >= base::limits::worker_queue) {
      pool->waiting.fetch_sub(1);
      return false;
    }
    boost::asio::post(pool->executor, [pool, fn, arg] {
      pool->waiting.fetch_sub(1);
      fn(arg);
    });
    return true;
  };
  return {pool_.get(), wall_ns, mono_ns, random_bytes, hand_off};
}

}  // namespace weft::engine
