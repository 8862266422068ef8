// SPDX-License-Identifier: MIT
//
// What fuzzers make of the bytes they are given: a few numbers, then bytes.

#ifndef SEATFIELD_TESTS_FUZZ_INPUT_H_
#define SEATFIELD_TESTS_FUZZ_INPUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <span>

namespace seatfield::test {

inline void Expect(bool holds) {
  if (!holds) std::abort();
}

// Numbers from the front of the input, then zeros; what is left are the bytes.
class Input {
 public:
  explicit Input(std::span<const std::byte> bytes) : left_(bytes) {}

  std::size_t Below(std::size_t end) {
    std::size_t value = 0;
    for (int i = 0; i < 2 && !left_.empty(); ++i) {
      value = value << 8 | std::to_integer<std::size_t>(left_.front());
      left_ = left_.subspan(1);
    }
    return value % end;
  }

  // The next `count` bytes, or all there are.
  std::span<const std::byte> Take(std::size_t count) {
    const auto taken = left_.first(std::min(count, left_.size()));
    left_ = left_.subspan(taken.size());
    return taken;
  }

 private:
  std::span<const std::byte> left_;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_FUZZ_INPUT_H_
