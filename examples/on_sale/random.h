// SPDX-License-Identifier: MIT
//
// Random numbers that are the same everywhere for one seed: each buyer has a
// generator of its own, so that threads cannot disturb each other's draws.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_RANDOM_H_
#define SEATFIELD_EXAMPLES_ON_SALE_RANDOM_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <vector>

namespace examples::on_sale {

// One round of SplitMix64: a bijection that scatters its input.
constexpr std::uint64_t Mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// SplitMix64.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15u); }

  // In [0, 1).
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }

  // In [0, end), end > 0.
  std::size_t Below(std::size_t end) {
    return static_cast<std::size_t>(Unit() * static_cast<double>(end));
  }

  bool Chance(double probability) { return Unit() < probability; }

  double Exponential(double mean) { return -mean * std::log1p(-Unit()); }

  double Lognormal(double median, double sigma) {
    const double radius = std::sqrt(-2 * std::log1p(-Unit()));
    return median *
           std::exp(sigma * radius * std::cos(2 * std::numbers::pi * Unit()));
  }

 private:
  std::uint64_t state_;
};

// Picks rank r of [0, size) with a weight of 1 / (r + 1)^exponent.
class Zipf {
 public:
  Zipf(std::size_t size, double exponent) {
    double sum = 0;
    for (std::size_t rank = 0; rank < size; ++rank) {
      sum += std::pow(static_cast<double>(rank + 1), -exponent);
      sums_.push_back(sum);
    }
  }

  std::size_t Pick(Random& random) const {
    const double at = random.Unit() * sums_.back();
    const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
    return std::min(static_cast<std::size_t>(found - sums_.begin()),
                    sums_.size() - 1);
  }

 private:
  std::vector<double> sums_;  // of the weights so far
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_RANDOM_H_
