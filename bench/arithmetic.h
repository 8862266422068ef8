// SPDX-License-Identifier: MIT
//
// What a second processor is worth on this machine: arithmetic in registers, of
// which threads share nothing but the processors themselves. Two that are
// halves of one core, or of which the host gives less than two, show it here.
//
// Source: the mixing step is that of splitmix64, Steele, Lea and Flood, "Fast
//   Splittable Pseudorandom Number Generators", OOPSLA 2014.

#ifndef SEATFIELD_BENCH_ARITHMETIC_H_
#define SEATFIELD_BENCH_ARITHMETIC_H_

#include <array>
#include <cstddef>
#include <cstdint>

#include "rounds.h"
#include "threads.h"

namespace seatfield::bench {

// Numbers that do not wait for one another, so that all of a core is busy.
inline std::uint64_t MixNumbers(std::uint64_t seed, std::uint64_t steps) {
  std::array<std::uint64_t, 8> numbers;
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = seed + i;
  for (std::uint64_t step = 0; step < steps; ++step) {
    for (std::uint64_t& number : numbers) {
      number = (number ^ number >> 30) * 0xbf58'476d'1ce4'e5b9;
    }
  }
  std::uint64_t sum = 0;
  for (const std::uint64_t number : numbers) sum += number;
  return sum;
}

// Nanoseconds a step, of `steps` that `threads` share.
inline double NanosecondsOfArithmetic(std::size_t threads,
                                      std::uint64_t steps) {
  const auto mix = [&](std::size_t thread, std::uint64_t part) {
    Keep(MixNumbers(thread, part / threads));
  };
  ThreadTimes times;
  int tries = 0;
  do {
    times = RunThreads(
        threads, [&](std::size_t thread) { mix(thread, steps / 16); },
        [&](std::size_t thread) { mix(thread, steps); });
  } while (times.disturbed && ++tries < kTriesMax);
  return 1e9 * times.seconds / static_cast<double>(steps);
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_ARITHMETIC_H_
