// SPDX-License-Identifier: MIT
//
// A histogram of durations, as HdrHistogram keeps them: 32 buckets for each
// doubling, so that a percentile is at most 3 % too high.

#ifndef SEATFIELD_EXAMPLES_ON_SALE_LATENCY_H_
#define SEATFIELD_EXAMPLES_ON_SALE_LATENCY_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace examples::on_sale {

class Latency {
 public:
  void Add(std::uint64_t nanoseconds) {
    ++buckets_[BucketOf(nanoseconds)];
    ++count_;
  }

  void Add(const Latency& other) {
    for (std::size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
    count_ += other.count_;
  }

  std::uint64_t count() const { return count_; }

  // The least that is not exceeded by `share` of what was added; 0 if nothing
  // was.
  std::uint64_t Percentile(double share) const {
    const double wanted = share * static_cast<double>(count_);
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += buckets_[i];
      if (seen > 0 && static_cast<double>(seen) >= wanted) return LastOf(i);
    }
    return 0;
  }

 private:
  static constexpr std::size_t kSteps = 32;  // of a doubling
  static constexpr std::size_t kBuckets = kSteps * 60;

  // The first 64 buckets are a nanosecond wide, then 32 are 2, 32 are 4, ...
  static std::size_t BucketOf(std::uint64_t nanoseconds) {
    if (nanoseconds < 2 * kSteps) return nanoseconds;
    const auto shift =
        static_cast<std::size_t>(std::bit_width(nanoseconds)) - 6;
    return shift * kSteps + (nanoseconds >> shift);
  }
  static std::uint64_t LastOf(std::size_t bucket) {
    if (bucket < 2 * kSteps) return bucket;
    const std::size_t shift = bucket / kSteps - 1;
    const std::uint64_t step = bucket % kSteps + kSteps;
    return ((step + 1) << shift) - 1;
  }

  std::array<std::uint64_t, kBuckets> buckets_{};
  std::uint64_t count_ = 0;
};

}  // namespace examples::on_sale

#endif  // SEATFIELD_EXAMPLES_ON_SALE_LATENCY_H_
