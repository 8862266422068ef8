// SPDX-License-Identifier: MIT
//
// Where random tests get their numbers from. A failure prints the seed; the
// same test run with SEATFIELD_SEED set to it fails in the same way.
//
//   SEATFIELD_INFO_SEED();
//   Rng rng;
//   const std::size_t seats = rng.Below(1000);

#ifndef SEATFIELD_TESTS_SUPPORT_SEED_H_
#define SEATFIELD_TESTS_SUPPORT_SEED_H_

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <random>

// Makes whatever fails from here to the end of the scope print the seed.
#define SEATFIELD_INFO_SEED() \
  INFO("SEATFIELD_SEED=" << ::seatfield::test::TestSeed())

namespace seatfield::test {

// One number for the whole run: of the environment, otherwise a new one.
inline std::uint64_t TestSeed() {
  static const std::uint64_t seed = [] {
    const char* const text = std::getenv("SEATFIELD_SEED");
    if (text != nullptr && *text != '\0') {
      return static_cast<std::uint64_t>(std::strtoull(text, nullptr, 0));
    }
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  }();
  return seed;
}

// A test makes its own, so that it draws the same numbers run alone or not.
class Rng {
 public:
  explicit Rng(std::uint64_t seed = TestSeed()) : engine_(seed) {}

  std::uint64_t Next() { return engine_(); }

  // 0 to `end` - 1; `end` is at least 1.
  std::size_t Below(std::size_t end) {
    return static_cast<std::size_t>(Next() % end);
  }

  // `low` to `high`, both included.
  std::size_t Between(std::size_t low, std::size_t high) {
    return low + Below(high - low + 1);
  }

  bool Chance(double probability) {
    return std::bernoulli_distribution(probability)(engine_);
  }

  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_SEED_H_
