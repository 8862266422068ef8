// SPDX-License-Identifier: MIT
//
// Threads that are timed, on a machine that may be doing other things too.
//
// Each thread first warms up, untimed: what it has in its caches and what the
// system has given it is then what it has in a long run. Several threads stand
// on a processor each, and are timed from the moment when all of them are warm
// until the last is done. If the system has taken a processor from one of them
// meanwhile, the others have not had its company, and the run says so: it is to
// be repeated. One thread alone is timed by its processor's time, which does
// not run while others have the processor.
//
// On a busy machine real-time priority gives the figures of a quiet one:
// chrt -f 20 build/release/bench/bench.
//
// Source: getrusage(2), RUSAGE_THREAD; clock_gettime(2),
//   CLOCK_THREAD_CPUTIME_ID. Elsewhere than on Linux the wall clock is all.

#ifndef SEATFIELD_BENCH_THREADS_H_
#define SEATFIELD_BENCH_THREADS_H_

#include <cstddef>
#include <functional>

namespace seatfield::bench {

// The time that the calling thread has had a processor.
double OwnSeconds();

// The calling thread stays on the `at`th processor that the process may use, if
// there are so many.
void StayOnProcessor(std::size_t at);

struct ThreadTimes {
  double seconds = 0;
  bool disturbed = false;
};

// Of a run that was disturbed.
inline constexpr int kTriesMax = 25;

using ThreadWork = std::function<void(std::size_t thread)>;

ThreadTimes RunThreads(std::size_t thread_count, const ThreadWork& warm_up,
                       const ThreadWork& timed);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_THREADS_H_
