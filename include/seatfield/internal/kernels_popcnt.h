// SPDX-License-Identifier: MIT
//
// The kernels for processors with POPCNT and BMI2: 64-bit words, whose seats
// PEXT brings to one bit each and PDEP to one byte each. Zen 1 and 2 have PEXT
// in microcode, slowly; they have AVX2 too, whose kernels do without.
// What each does is said at the Kernels table, internal/kernels.h.
//
// Complexity: O(words).
// Source: the planes of two words merged, so that three population counts serve
//   both.

#ifndef SEATFIELD_INTERNAL_KERNELS_POPCNT_H_
#define SEATFIELD_INTERNAL_KERNELS_POPCNT_H_

#if defined(__GNUC__) && defined(__x86_64__)

#include <immintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

#define SEATFIELD_POPCNT [[gnu::target("popcnt,bmi,bmi2")]] inline

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline bool IsPopcntSupported() {
  __builtin_cpu_init();
  return __builtin_cpu_supports("popcnt") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

SEATFIELD_POPCNT std::uint64_t CountBitsPopcnt(std::uint64_t word) {
  return static_cast<std::uint64_t>(_mm_popcnt_u64(word));
}

SEATFIELD_POPCNT SeatCounts CountStatesPopcnt(const std::byte* bytes,
                                              std::size_t seats) {
  const std::size_t words = WordCount(seats);
  const std::size_t whole = seats / kSeatsPerWord;
  PlaneSums sums;
  for (std::size_t at = 0; at < words; at += 2) {
    std::uint64_t a;
    std::uint64_t b = 0;
    if (at + 2 <= whole) {
      a = LoadWord(bytes, at);
      b = LoadWord(bytes, at + 1);
    } else {
      a = LoadWord(bytes, seats, at);
      if (at + 1 < words) b = LoadWord(bytes, seats, at + 1);
    }
    const std::uint64_t low = Blend(kSpaced, a, b << 1);
    const std::uint64_t high = Blend(kSpaced, a >> 1, b);
    sums.low += CountBitsPopcnt(low);
    sums.high += CountBitsPopcnt(high);
    sums.both += CountBitsPopcnt(low & high);
  }
  return sums.Of(seats);
}

SEATFIELD_POPCNT std::uint64_t CountMaskPopcnt(const std::uint64_t* mask,
                                               std::size_t words) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < words; ++i) count += CountBitsPopcnt(mask[i]);
  return count;
}

// 64 seats from that mask word on, those in that state: a bit each, in seat
// order; undefined after the last.
SEATFIELD_POPCNT std::uint64_t EqualPopcnt(const std::byte* bytes,
                                           std::size_t seats, SeatState state,
                                           std::size_t index) {
  const std::size_t word = 2 * index;
  std::uint64_t a;
  std::uint64_t b = 0;
  if (word + 2 <= seats / kSeatsPerWord) {
    a = LoadWord(bytes, word);
    b = LoadWord(bytes, word + 1);
  } else {
    a = LoadWord(bytes, seats, word);
    if (word + 1 < WordCount(seats)) b = LoadWord(bytes, seats, word + 1);
  }
  return _pext_u64(EqualSeats(InSeatOrder(a), state), kSpaced) << 32 |
         _pext_u64(EqualSeats(InSeatOrder(b), state), kSpaced);
}

SEATFIELD_POPCNT std::uint64_t CountAmongPopcnt(const std::byte* bytes,
                                                std::size_t seats,
                                                SeatState state,
                                                const std::uint64_t* among) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < MaskWordCount(seats); ++i) {
    count += CountBitsPopcnt(EqualPopcnt(bytes, seats, state, i) &
                             InSeatOrder(among[i]));
  }
  return count;
}

SEATFIELD_POPCNT void EqualityMaskPopcnt(const std::byte* bytes,
                                         std::size_t seats, SeatState state,
                                         std::uint64_t* mask) {
  for (std::size_t i = 0; i < MaskWordCount(seats); ++i) {
    mask[i] = InSeatOrder(EqualPopcnt(bytes, seats, state, i));
  }
  ClearMaskTail(mask, seats);
}

// The low two bits of every byte.
inline constexpr std::uint64_t kStateBytes = 0x0303'0303'0303'0303;

SEATFIELD_POPCNT void DecodePopcnt(const std::byte* bytes, std::size_t seats,
                                   SeatState* out) {
  for (; seats >= sizeof(std::uint64_t); seats -= sizeof(std::uint64_t)) {
    std::uint16_t two;
    std::memcpy(&two, bytes, sizeof two);
    const std::uint64_t states =
        InSeatOrder(_pdep_u64(__builtin_bswap16(two), kStateBytes));
    std::memcpy(out, &states, sizeof states);
    bytes += sizeof two;
    out += sizeof states;
  }
  DecodePortable(bytes, seats, out);
}

SEATFIELD_POPCNT void EncodePopcnt(const SeatState* states, std::size_t seats,
                                   std::byte* bytes) {
  for (; seats >= sizeof(std::uint64_t); seats -= sizeof(std::uint64_t)) {
    std::uint64_t eight;
    std::memcpy(&eight, states, sizeof eight);
    const std::uint16_t two = __builtin_bswap16(
        static_cast<std::uint16_t>(_pext_u64(InSeatOrder(eight), kStateBytes)));
    std::memcpy(bytes, &two, sizeof two);
    states += sizeof eight;
    bytes += sizeof two;
  }
  EncodePortable(states, seats, bytes);
}

template <bool kFiltered>
SEATFIELD_POPCNT std::size_t FindLinksPopcnt(const RowField& field,
                                             std::size_t links) {
  const std::size_t words = MaskWordCount(field.seats);
  const std::size_t begin = MaskWordIndex(field.first);
  RowStarts<kSeatsPerMaskWord> starts(
      SeatsToRow(begin * kSeatsPerMaskWord, field.seats_per_row),
      field.seats_per_row);
  LinkSearch<1> search(links);
  std::uint64_t usable = ~std::uint64_t{0} >> field.first % kSeatsPerMaskWord;
  std::uint64_t last_free = 0;
  for (std::size_t word = begin; word < words; ++word) {
    const std::size_t base = word * kSeatsPerMaskWord;
    if (field.seats - base < kSeatsPerMaskWord) {
      usable &= FirstMaskSeats(field.seats - base);
    }
    std::uint64_t free =
        EqualPopcnt(field.bytes, field.seats, SeatState::kAvailable, word) &
        usable;
    if constexpr (kFiltered) free &= InSeatOrder(field.filter[word]);
    const std::uint64_t before = free >> 1 | last_free << 63;
    if (search.Take(base, free & before & ~starts.Next())) break;
    last_free = free;
    usable = ~std::uint64_t{0};
  }
  return search.found();
}

SEATFIELD_POPCNT std::size_t FindRunPopcnt(const RowField& field,
                                           std::size_t run) {
  if (run == 1) return FindRunPortable(field, run);
  return field.filter != nullptr ? FindLinksPopcnt<true>(field, run - 1)
                                 : FindLinksPopcnt<false>(field, run - 1);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#undef SEATFIELD_POPCNT

#endif  // defined(__GNUC__) && defined(__x86_64__)

#endif  // SEATFIELD_INTERNAL_KERNELS_POPCNT_H_
