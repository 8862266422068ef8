// SPDX-License-Identifier: MIT
//
// What the kernels are compared with: the least that reading their words costs,
// counts by the processor's population count a word at a time, and one loop a
// seat. Each on the same two-bit seats as the kernels.

#ifndef SEATFIELD_BENCH_PEERS_PLAIN_LOOPS_H_
#define SEATFIELD_BENCH_PEERS_PLAIN_LOOPS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"

namespace seatfield::bench {

#if defined(__x86_64__)

// With four accumulators, so that no addition waits for another.
[[gnu::target("avx512f")]] inline std::uint64_t SumAvx512(
    std::span<const std::uint64_t> words) {
  using Vector [[gnu::vector_size(64), gnu::may_alias, gnu::aligned(8)]] =
      std::uint64_t;
  constexpr std::size_t kWords = 8;
  Vector a = {}, b = {}, c = {}, d = {};
  std::size_t at = 0;
  for (; at + 4 * kWords <= words.size(); at += 4 * kWords) {
    const auto* const from = reinterpret_cast<const Vector*>(words.data() + at);
    a += from[0];
    b += from[1];
    c += from[2];
    d += from[3];
  }
  a += b + c + d;
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < kWords; ++i) sum += a[i];
  for (; at < words.size(); ++at) sum += words[at];
  return sum;
}

[[gnu::target("popcnt")]] inline SeatCounts CountScalarPopcnt(
    std::span<const std::uint64_t> words, std::size_t seats) {
  constexpr std::uint64_t kLow = 0x5555'5555'5555'5555;
  std::uint64_t reserved_or_blocked = 0;
  std::uint64_t sold_or_blocked = 0;
  std::uint64_t blocked = 0;
  for (const std::uint64_t word : words) {
    const std::uint64_t low = word & kLow;
    const std::uint64_t high = word >> 1 & kLow;
    reserved_or_blocked += std::uint64_t(__builtin_popcountll(low));
    sold_or_blocked += std::uint64_t(__builtin_popcountll(high));
    blocked += std::uint64_t(__builtin_popcountll(low & high));
  }
  return {.available = seats - reserved_or_blocked - sold_or_blocked + blocked,
          .reserved = reserved_or_blocked - blocked,
          .sold = sold_or_blocked - blocked,
          .blocked = blocked};
}

#endif  // defined(__x86_64__)

// As the compiler makes it a vector's work, for any processor.
inline std::uint64_t Sum(std::span<const std::uint64_t> words) {
  std::uint64_t sum = 0;
  for (const std::uint64_t word : words) sum += word;
  return sum;
}

// The first run of `run` available seats, seat by seat and row by row.
inline std::optional<std::size_t> FindRunBySeat(SeatMapView map,
                                                std::size_t seats_per_row,
                                                std::size_t run,
                                                std::size_t first = 0) {
  std::size_t length = 0;
  std::size_t column = first % seats_per_row;
  for (std::size_t seat = first; seat < map.size(); ++seat) {
    if (column == seats_per_row) {
      column = 0;
      length = 0;
    }
    ++column;
    length = map.Get(seat) == SeatState::kAvailable ? length + 1 : 0;
    if (length == run) return seat + 1 - run;
  }
  return std::nullopt;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_PLAIN_LOOPS_H_
