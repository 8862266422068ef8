// SPDX-License-Identifier: MIT
//
// Threads that are timed, on a machine that may be doing other things too.
//
// Several threads stand on a processor each, and are timed from the moment when
// all of them run until the last is done. If the system has taken a processor
// from one of them meanwhile, the others have not had it for company, and the
// run says so: it is to be repeated. One thread alone is timed by its
// processor's time, which does not run while others have the processor.
//
// Source: getrusage(2), RUSAGE_THREAD; clock_gettime(2),
//   CLOCK_THREAD_CPUTIME_ID. Elsewhere than on Linux the wall clock is all.

#ifndef SEATFIELD_BENCH_THREADS_H_
#define SEATFIELD_BENCH_THREADS_H_

#include <cstddef>
#include <functional>

namespace seatfield::bench {

struct ThreadTimes {
  double seconds = 0;
  bool disturbed = false;
};

// Runs work(t) on so many threads.
ThreadTimes RunThreads(std::size_t thread_count,
                       const std::function<void(std::size_t)>& work);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_THREADS_H_
