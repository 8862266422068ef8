// SPDX-License-Identifier: MIT
//
// The time of jobs whose work is another process's: by the wall clock.

#ifndef SEATFIELD_BENCH_WALL_TIME_H_
#define SEATFIELD_BENCH_WALL_TIME_H_

#include <chrono>

#include "job.h"

namespace seatfield::bench {

// Nanoseconds an operation. `job` returns a JobResult.
template <typename Job>
double WallTimeOf(Job job) {
  const auto start = std::chrono::steady_clock::now();
  const JobResult result = job();
  const std::chrono::duration<double, std::nano> time =
      std::chrono::steady_clock::now() - start;
  return time.count() / static_cast<double>(result.operations);
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_WALL_TIME_H_
