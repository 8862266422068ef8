// SPDX-License-Identifier: MIT
//
// Wakes one thread that sleeps until there is something to do.
//
// Thread safety: Wake() from any thread, Sleep() from one. What is written
//   before a Wake() is seen after the Sleep() that it ends.
// Cost: Wake() is a system call only if the thread sleeps.

#ifndef SEATFIELD_MAPPED_WAKE_SIGNAL_H_
#define SEATFIELD_MAPPED_WAKE_SIGNAL_H_

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "seatfield/time.h"

namespace seatfield::mapped {

class WakeSignal {
 public:
  void Wake() {
    if (woken_.load() || woken_.exchange(true)) return;
    const std::lock_guard lock(mutex_);
    signal_.notify_one();
  }

  // Returns after a Wake() since the last return, or after `time`.
  void Sleep(Duration time) {
    std::unique_lock lock(mutex_);
    signal_.wait_for(lock, time, [&] { return woken_.load(); });
    woken_.store(false);
  }

 private:
  std::atomic<bool> woken_ = false;
  std::mutex mutex_;
  std::condition_variable signal_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_WAKE_SIGNAL_H_
