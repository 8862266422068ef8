// SPDX-License-Identifier: MIT
//
// Counts the calls that are under way, and lets none in once it is closed.
//
//   const Gate::Pass pass(gate);
//   if (!pass) return gate.Closed();
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_REDIS_GATE_H_
#define SEATFIELD_REDIS_GATE_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>

#include "absl/status/status.h"
#include "redis/socket.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(gate), entered_(gate.Enter(1)) {}
    ~Pass() {
      if (entered_) gate_.Leave(1);
    }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    explicit operator bool() const { return entered_; }

   private:
    Gate& gate_;
    const bool entered_;
  };

  bool Enter(std::uint64_t calls) {
    const std::lock_guard lock(mutex_);
    if (closed_) return false;
    calls_ += calls;
    return true;
  }

  void Leave(std::uint64_t calls) {
    const std::lock_guard lock(mutex_);
    calls_ -= calls;
    if (closed_ && calls_ == 0) changed_.notify_all();
  }

  // Lets none in any more, and waits until `deadline` for those inside. Returns
  // whether none is left.
  bool Close(SteadyTime deadline) {
    std::unique_lock lock(mutex_);
    closed_ = true;
    return changed_.wait_until(lock, deadline, [&] { return calls_ == 0; });
  }

  // Ends pauses and returns when none is left inside.
  void Empty() {
    std::unique_lock lock(mutex_);
    emptying_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return calls_ == 0; });
  }

  // Of a call inside. Returns false at once if the gate is being emptied.
  bool Pause(Duration duration) {
    std::unique_lock lock(mutex_);
    return !changed_.wait_until(lock, redis::After(duration),
                                [&] { return emptying_; });
  }

  static absl::Status Closed() {
    return internal::StatusOf(absl::StatusCode::kFailedPrecondition,
                              "redis: closed");
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t calls_ = 0;
  bool closed_ = false;
  bool emptying_ = false;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_GATE_H_
