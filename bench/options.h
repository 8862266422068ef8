// SPDX-License-Identifier: MIT
//
// What the command line says, for every family of jobs.

#ifndef SEATFIELD_BENCH_OPTIONS_H_
#define SEATFIELD_BENCH_OPTIONS_H_

#include <algorithm>
#include <string>

namespace seatfield::bench {

struct Options {
  int rounds = 31;     // of each comparison
  bool quick = false;  // small sizes: shows that all runs, measures little
  std::string directory = ".";  // where the durable jobs write
  std::string program;          // this one, to be started again

  // For a job whose one round takes `times` as long as the everyday one.
  int RoundsOf(int times) const { return std::max(1, rounds / times); }

  // How often or how much, less of it when quick.
  template <typename T>
  T Scaled(T full) const {
    return quick ? std::max(T{1}, full / 16) : full;
  }
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_OPTIONS_H_
