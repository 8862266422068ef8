// SPDX-License-Identifier: MIT
//
// How long to wait before the next attempt: at random up to a bound that
// doubles, so that those who failed together do not come back together.
//
// Thread safety: every member from any thread.
// Source: "full jitter", Brooker, Exponential Backoff and Jitter, AWS
//   Architecture Blog, 2015; SplitMix64, Steele et al., OOPSLA 2014.

#ifndef SEATFIELD_REDIS_BACKOFF_H_
#define SEATFIELD_REDIS_BACKOFF_H_

#include <algorithm>
#include <atomic>
#include <cstdint>

#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace redis {

class Backoff {
 public:
  // Requires 0 < min <= max.
  Backoff(Duration min, Duration max, std::uint64_t seed)
      : min_(min), max_(max), state_(seed) {}

  // After the failure of the attempt of this number, from 1.
  Duration After(std::uint32_t attempt) {
    Duration bound = min_;
    for (std::uint32_t i = 1; i < attempt && bound < max_; ++i) bound *= 2;
    bound = std::min(bound, max_);
    return Duration(static_cast<std::int64_t>(
        Random() % (static_cast<std::uint64_t>(bound.count()) + 1)));
  }

  std::uint64_t Random() {
    std::uint64_t x =
        state_.fetch_add(0x9e3779b97f4a7c15u, std::memory_order_relaxed);
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
  }

 private:
  const Duration min_;
  const Duration max_;
  std::atomic<std::uint64_t> state_;
};

}  // namespace redis
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REDIS_BACKOFF_H_
