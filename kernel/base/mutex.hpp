// Mutex and Lock, with the annotations that let clang prove who holds what.
#pragma once

#include <condition_variable>
#include <mutex>

#ifdef __clang__
#define WEFT_THREAD(attribute) __attribute__((attribute))
#else
#define WEFT_THREAD(attribute)
#endif
// On a member: read and written only under this mutex. On a function: called only with it held, or
// only without.
#define WEFT_GUARDED_BY(mutex) WEFT_THREAD(guarded_by(mutex))
#define WEFT_REQUIRES(...) WEFT_THREAD(requires_capability(__VA_ARGS__))
#define WEFT_EXCLUDES(...) WEFT_THREAD(locks_excluded(__VA_ARGS__))

namespace weft::base {

class WEFT_THREAD(capability("mutex")) Mutex final {
 public:
  Mutex() = default;
  Mutex(const Mutex&) = delete;
  Mutex& operator=(const Mutex&) = delete;

  void lock() WEFT_THREAD(acquire_capability()) { mutex_.lock(); }
  bool try_lock() WEFT_THREAD(try_acquire_capability(true)) { return mutex_.try_lock(); }
  void unlock() WEFT_THREAD(release_capability()) { mutex_.unlock(); }

 private:
  friend class Lock;
  std::mutex mutex_;
};

// Holds a mutex for a scope. Waiting gives it up meanwhile, as a condition variable does.
class WEFT_THREAD(scoped_lockable) Lock final {
 public:
  explicit Lock(Mutex& mutex) WEFT_THREAD(acquire_capability(mutex)) : lock_(mutex.mutex_) {}
  ~Lock() WEFT_THREAD(release_capability()) = default;
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  // Spurious wake-ups happen: call it in a loop over the condition.
  void wait(std::condition_variable& condition) { condition.wait(lock_); }
  template <class Clock, class Duration>
  std::cv_status wait_until(std::condition_variable& condition,
                            std::chrono::time_point<Clock, Duration> when) {
    return condition.wait_until(lock_, when);
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace weft::base
