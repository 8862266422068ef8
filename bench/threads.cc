// SPDX-License-Identifier: MIT

#include "threads.h"

#if defined(__linux__)
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <time.h>
#endif

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

namespace seatfield::bench {
namespace {

using Clock = std::chrono::steady_clock;

#if defined(__linux__)

// How often the system has taken the processor from the calling thread.
long Preemptions() {
  rusage usage{};
  getrusage(RUSAGE_THREAD, &usage);
  return usage.ru_nivcsw;
}

#else

long Preemptions() { return 0; }

#endif

double RunAlone(const ThreadWork& warm_up, const ThreadWork& timed) {
  double seconds = 0;
  std::thread([&] {
    warm_up(0);
    const double start = OwnSeconds();
    timed(0);
    seconds = OwnSeconds() - start;
  }).join();
  return seconds;
}

}  // namespace

double OwnSeconds() {
#if defined(__linux__)
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) +
         static_cast<double>(time.tv_nsec) * 1e-9;
#else
  return std::chrono::duration<double>(Clock::now().time_since_epoch()).count();
#endif
}

void StayOnProcessor([[maybe_unused]] std::size_t at) {
#if defined(__linux__)
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0) return;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed) || at-- > 0) continue;
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(cpu, &own);
    pthread_setaffinity_np(pthread_self(), sizeof(own), &own);
    return;
  }
#endif
}

ThreadTimes RunThreads(std::size_t thread_count, const ThreadWork& warm_up,
                       const ThreadWork& timed) {
  if (thread_count == 1) return {.seconds = RunAlone(warm_up, timed)};
  std::vector<Clock::time_point> starts(thread_count), ends(thread_count);
  std::atomic<std::size_t> ready = 0;
  std::atomic<long> preemptions = 0;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < thread_count; ++t) {
    threads.emplace_back([&, t] {
      StayOnProcessor(t);
      warm_up(t);
      const long before = Preemptions();
      ++ready;
      while (ready < thread_count) {
      }
      starts[t] = Clock::now();
      timed(t);
      ends[t] = Clock::now();
      preemptions += Preemptions() - before;
    });
  }
  for (std::thread& thread : threads) thread.join();
  const std::chrono::duration<double> time =
      *std::max_element(ends.begin(), ends.end()) -
      *std::min_element(starts.begin(), starts.end());
  return {.seconds = time.count(), .disturbed = preemptions != 0};
}

}  // namespace seatfield::bench
