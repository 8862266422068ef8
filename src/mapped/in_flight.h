// SPDX-License-Identifier: MIT
//
// Counts the calls that are under way, so that a close can wait for them.
//
// Thread safety: every member from any thread.
// Cost: two atomic additions on a line that few threads share.

#ifndef SEATFIELD_MAPPED_IN_FLIGHT_H_
#define SEATFIELD_MAPPED_IN_FLIGHT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>

namespace seatfield::mapped {

class InFlight {
 public:
  // A call that is under way as long as this lives. Whoever stops calls stores
  // its sign first, and a call looks for the sign after it has made this.
  class Call {
   public:
    explicit Call(InFlight& all) : count_(all.Mine()) { count_.fetch_add(1); }
    ~Call() { count_.fetch_sub(1); }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;

   private:
    std::atomic<std::uint64_t>& count_;
  };

  // Returns when each call that had begun has ended.
  void WaitForAll() {
    for (Line& line : lines_) {
      while (line.count.load() != 0) std::this_thread::yield();
    }
  }

 private:
  static constexpr std::size_t kLines = 16;
  struct alignas(64) Line {
    std::atomic<std::uint64_t> count{0};
  };

  std::atomic<std::uint64_t>& Mine() {
    static std::atomic<std::size_t> threads = 0;
    thread_local const std::size_t mine =
        threads.fetch_add(1, std::memory_order_relaxed) % kLines;
    return lines_[mine].count;
  }

  std::array<Line, kLines> lines_;
};

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_IN_FLIGHT_H_
