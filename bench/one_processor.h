// SPDX-License-Identifier: MIT
//
// Keeps the calling thread and another process on one processor, so that what
// goes between them waits for no other one to wake. For the thread that made
// it, which puts both back where that thread could run before.

#ifndef SEATFIELD_BENCH_ONE_PROCESSOR_H_
#define SEATFIELD_BENCH_ONE_PROCESSOR_H_

#include <sched.h>
#include <sys/types.h>

namespace seatfield::bench {

class OneProcessor {
 public:
  explicit OneProcessor(pid_t other) : other_(other) {
    if (sched_getaffinity(0, sizeof(before_), &before_) != 0) return;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    holds_ = Put(one);
  }
  ~OneProcessor() { Put(before_); }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;

  // False: the system does not let it.
  bool holds() const { return holds_; }

 private:
  bool Put(const cpu_set_t& set) const {
    return sched_setaffinity(0, sizeof(set), &set) == 0 &&
           sched_setaffinity(other_, sizeof(set), &set) == 0;
  }

  const pid_t other_;
  cpu_set_t before_{};
  bool holds_ = false;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_ONE_PROCESSOR_H_
