// SPDX-License-Identifier: MIT
//
// A Clock is where an Inventory gets its time from. The ledger itself reads no
// clock: time is an argument of everything it does.
//
// Thread safety: Now() may be called from any thread.

#ifndef SEATFIELD_CLOCK_H_
#define SEATFIELD_CLOCK_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time Now() const = 0;
};

// The wall clock as it stood when this object was made, advanced by the
// monotonic clock: it never steps back and never jumps. Cost: one read of the
// monotonic clock.
class SystemClock final : public Clock {
 public:
  Time Now() const override {
    return opened_at_ + std::chrono::duration_cast<Duration>(
                            std::chrono::steady_clock::now() - steady_origin_);
  }

 private:
  const std::chrono::steady_clock::time_point steady_origin_ =
      std::chrono::steady_clock::now();
  const Time opened_at_ =
      std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
};

// A clock that stands still until it is told to move: for tests, simulations
// and replays.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time now) : now_micros_(ToMicros(now)) {}

  Time Now() const override {
    return TimeFromMicros(now_micros_.load(std::memory_order_acquire));
  }
  void Set(Time now) {
    now_micros_.store(ToMicros(now), std::memory_order_release);
  }
  void Advance(Duration by) {
    now_micros_.fetch_add(by.count(), std::memory_order_acq_rel);
  }

 private:
  std::atomic<std::int64_t> now_micros_;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_CLOCK_H_
