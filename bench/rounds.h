// SPDX-License-Identifier: MIT
//
// How figures are taken: all sides of a comparison do the same work in each
// round, one after the other and in the next round the other way round, so that
// a machine whose speed drifts does not decide between them. Ratios are of
// rounds and not of runs; what is quoted is the median.
//
//   const Measured m = RunRounds(31, {ours, peer});   // each returns a figure
//   m.figure(0).median; m.ratio(1, 0).median;         // of the peer to ours
//
// Units: as the sides return them; NanosecondsEach() is nanoseconds.

#ifndef SEATFIELD_BENCH_ROUNDS_H_
#define SEATFIELD_BENCH_ROUNDS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "threads.h"

namespace seatfield::bench {

struct Spread {
  double median = 0;
  double low = 0;
  double high = 0;
};

// The value that `per_mille` thousandths of them do not pass. Requires values;
// orders them anew.
template <typename T>
T Percentile(std::vector<T>& values, std::size_t per_mille) {
  const std::size_t at = (values.size() - 1) * per_mille / 1000;
  const auto nth = values.begin() + static_cast<std::ptrdiff_t>(at);
  std::nth_element(values.begin(), nth, values.end());
  return *nth;
}

inline Spread SpreadOf(std::vector<double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  Spread spread{.low = *low, .high = *high};
  spread.median = Percentile(values, 500);
  return spread;
}

// The figures of several sides in the same rounds.
class Measured {
 public:
  explicit Measured(std::size_t sides) : figures_(sides) {}

  void Add(std::size_t side, double figure) {
    figures_[side].push_back(figure);
  }

  void AddAll(std::size_t side, const std::vector<double>& figures) {
    for (const double figure : figures) Add(side, figure);
  }

  Spread figure(std::size_t side) const { return SpreadOf(figures_[side]); }

  // Of each round, figure a to figure b.
  Spread ratio(std::size_t a, std::size_t b) const {
    std::vector<double> ratios;
    for (std::size_t i = 0; i < figures_[a].size(); ++i) {
      ratios.push_back(figures_[a][i] / figures_[b][i]);
    }
    return SpreadOf(std::move(ratios));
  }

 private:
  std::vector<std::vector<double>> figures_;
};

using Side = std::function<double(int round)>;

// What stands around the sides of a round, untimed: what they share is made
// before, what they have left behind is compared after.
struct Around {
  std::function<void(int round)> before = [](int) {};
  std::function<void(int round)> after = [](int) {};
};

// Runs each side once.
inline void AddRound(Measured& measured, int round,
                     const std::vector<Side>& sides) {
  for (std::size_t i = 0; i < sides.size(); ++i) {
    const std::size_t side = round % 2 == 0 ? i : sides.size() - 1 - i;
    measured.Add(side, sides[side](round));
  }
}

// Runs each side once a round. Requires rounds > 0.
inline Measured RunRounds(int rounds, const std::vector<Side>& sides,
                          const Around& around = {}) {
  Measured measured(sides.size());
  for (int round = 0; round < rounds; ++round) {
    around.before(round);
    AddRound(measured, round, sides);
    around.after(round);
  }
  return measured;
}

// Makes the compiler believe that somebody looks at the value.
template <typename T>
void Keep(const T& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// The time of one call of fn, over `calls` of them, on this thread.
template <typename Fn>
double NanosecondsEach(std::uint64_t calls, Fn fn) {
  const double start = OwnSeconds();
  for (std::uint64_t i = 0; i < calls; ++i) fn();
  return (OwnSeconds() - start) * 1e9 / static_cast<double>(calls);
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_ROUNDS_H_
