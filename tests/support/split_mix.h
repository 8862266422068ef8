// SPDX-License-Identifier: MIT
//
// A generator that costs nothing to seed, for tests that seed millions.
// Source: SplitMix64, Steele, Lea and Flood (OOPSLA 2014).

#ifndef SEATFIELD_TESTS_SUPPORT_SPLIT_MIX_H_
#define SEATFIELD_TESTS_SUPPORT_SPLIT_MIX_H_

#include <cstdint>

namespace seatfield::test {

class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
  }

  // 0 to `end` - 1; `end` is at least 1.
  std::uint64_t Below(std::uint64_t end) { return Next() % end; }

  // 0 up to, but not, 1.
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1p-53; }
  bool Chance(double probability) { return Unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SPLIT_MIX_H_
