// SPDX-License-Identifier: MIT
//
// Tells the threads that wait for a group that it is finished.
//
// Thread safety: every member from any thread. What is written before a
//   Finish() is seen by those it lets go.
// Cost: a wait is one sleep, without a turn of spinning: what is waited for is
//   a disk. Waking is one system call for all, and none if nobody sleeps.

#ifndef SEATFIELD_MAPPED_GROUP_SIGNAL_H_
#define SEATFIELD_MAPPED_GROUP_SIGNAL_H_

#include <atomic>
#include <cstdint>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#endif

namespace seatfield::mapped {

class GroupSignal {
 public:
  // Marks `group` and those before it as finished.
  void Finish(std::uint64_t group) {
    finished_.store(static_cast<std::uint32_t>(group));
  }
  // Wakes those whom a Finish() has let go.
  void WakeAll() {
    if (sleepers_.load() != 0) Wake();
  }

  // Returns when `group` is finished. Requires that less than 2^31 groups lie
  // between it and the last one.
  void Wait(std::uint64_t group) {
    const auto awaited = static_cast<std::uint32_t>(group);
    for (;;) {
      const std::uint32_t seen = finished_.load();
      if (static_cast<std::int32_t>(seen - awaited) >= 0) return;
      sleepers_.fetch_add(1);
      Sleep(seen);
      sleepers_.fetch_sub(1);
    }
  }

 private:
#if defined(__linux__)
  // The standard library's wait() gives up its turn several times before it
  // sleeps, which costs each of many waiters several changes of threads.
  void Sleep(std::uint32_t seen) {
    static_assert(sizeof finished_ == 4);
    syscall(SYS_futex, &finished_, FUTEX_WAIT_PRIVATE, seen, nullptr);
  }
  void Wake() { syscall(SYS_futex, &finished_, FUTEX_WAKE_PRIVATE, INT_MAX); }
#else
  void Sleep(std::uint32_t seen) { finished_.wait(seen); }
  void Wake() { finished_.notify_all(); }
#endif

  std::atomic<std::uint32_t> finished_ = 0;
  std::atomic<std::uint32_t> sleepers_ = 0;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_GROUP_SIGNAL_H_
