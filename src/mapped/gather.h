// SPDX-License-Identifier: MIT
//
// Waiting for company before a sync: who goes without those that are about to
// come makes them wait for a sync of their own.

#ifndef SEATFIELD_MAPPED_GATHER_H_
#define SEATFIELD_MAPPED_GATHER_H_

#include <cstdint>
#include <thread>
#include <utility>

#include "platform/system.h"

namespace seatfield::mapped {

struct GatherTimes {
  std::int64_t all = 0;    // microseconds at most
  std::int64_t pause = 0;  // microseconds without growth at most
};

// Waits, giving up the processor, while count() is less than `enough` and
// grows, or busy() says that it will.
template <typename Count, typename Busy>
void Gather(platform::System& system, std::uint64_t enough, GatherTimes times,
            const Count& count, const Busy& busy) {
  std::uint64_t there = count();
  if (there >= enough) return;
  const std::int64_t start = system.MonotonicMicros();
  std::int64_t grown = start;
  std::int64_t now = start;
  while (there < enough && now - start < times.all &&
         now - grown < times.pause) {
    std::this_thread::yield();
    now = system.MonotonicMicros();
    const std::uint64_t before = std::exchange(there, count());
    if (there != before || busy()) grown = now;
  }
}

}  // namespace seatfield::mapped

#endif  // SEATFIELD_MAPPED_GATHER_H_
