// SPDX-License-Identifier: MIT
//
// The kernels for 64-bit ARM, which always has NEON: a vector is 64 seats. What
// does not fill one, and searches, go the portable way.
// What each does is said at the Kernels table, internal/kernels.h.
//
// Complexity: O(vectors).
// Source: the planes of two vectors merged, so that three population counts
//   serve both.

#ifndef SEATFIELD_INTERNAL_KERNELS_NEON_H_
#define SEATFIELD_INTERNAL_KERNELS_NEON_H_

#if defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)

#include <arm_neon.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::size_t kBytesPerNeon = 16;
inline constexpr std::size_t kSeatsPerNeon = 64;
// Vectors whose set bits, two bytes of them a field, 16 bits hold for sure.
inline constexpr std::size_t kVectorsPerSumNeon = 4096 - 1;

inline uint8x16_t LoadNeon(const void* from) {
  return vld1q_u8(static_cast<const std::uint8_t*>(from));
}

inline uint16x8_t AddBitsNeon(uint16x8_t sums, uint8x16_t bits) {
  return vpadalq_u8(sums, vcntq_u8(bits));
}

inline SeatCounts CountStatesNeon(const std::byte* bytes, std::size_t seats) {
  const uint8x16_t even = vdupq_n_u8(0x55);
  std::size_t pairs = seats / (2 * kSeatsPerNeon);
  const std::size_t rest = seats % (2 * kSeatsPerNeon);
  PlaneSums total;
  while (pairs != 0) {
    const std::size_t now = std::min(pairs, kVectorsPerSumNeon);
    uint16x8_t lows = vdupq_n_u16(0);
    uint16x8_t highs = lows;
    uint16x8_t boths = lows;
    for (std::size_t i = 0; i < now; ++i, bytes += 2 * kBytesPerNeon) {
      const uint8x16_t a = LoadNeon(bytes);
      const uint8x16_t b = LoadNeon(bytes + kBytesPerNeon);
      const uint8x16_t low = vbslq_u8(even, a, vshlq_n_u8(b, 1));
      const uint8x16_t high = vbslq_u8(even, vshrq_n_u8(a, 1), b);
      lows = AddBitsNeon(lows, low);
      highs = AddBitsNeon(highs, high);
      boths = AddBitsNeon(boths, vandq_u8(low, high));
    }
    total.Add(
        PlaneSums{vaddlvq_u16(lows), vaddlvq_u16(highs), vaddlvq_u16(boths)});
    pairs -= now;
  }
  SeatCounts counts = total.Of(seats - rest);
  counts += CountStatesPortable(bytes, rest);
  return counts;
}

inline std::uint64_t CountMaskNeon(const std::uint64_t* mask,
                                   std::size_t words) {
  std::uint64_t count = 0;
  for (; words >= 2; words -= 2, mask += 2) {
    count += vaddvq_u8(vcntq_u8(LoadNeon(mask)));
  }
  return count + CountMaskPortable(mask, words);
}

// The seats of 16 bytes that are in the state which `state` repeats: four bits
// in the low half of every byte.
inline uint8x16_t EqualNeon(uint8x16_t seats, uint8x16_t state) {
  const uint8x16_t differs = veorq_u8(seats, state);
  const uint8x16_t spaced =
      vbicq_u8(vdupq_n_u8(0x55), vorrq_u8(differs, vshrq_n_u8(differs, 1)));
  const uint8x16_t pairs =
      vandq_u8(vorrq_u8(spaced, vshrq_n_u8(spaced, 1)), vdupq_n_u8(0x33));
  return vandq_u8(vorrq_u8(pairs, vshrq_n_u8(pairs, 2)), vdupq_n_u8(0x0f));
}

inline void EqualityMaskNeon(const std::byte* bytes, std::size_t seats,
                             SeatState state, std::uint64_t* mask) {
  const uint8x16_t sought =
      vdupq_n_u8(static_cast<std::uint8_t>(Broadcast(state) & 0xff));
  for (; seats >= 2 * kSeatsPerNeon; seats -= 2 * kSeatsPerNeon, mask += 2) {
    const uint8x16_t a = EqualNeon(LoadNeon(bytes), sought);
    const uint8x16_t b = EqualNeon(LoadNeon(bytes + kBytesPerNeon), sought);
    // The first byte of two becomes the high half.
    vst1q_u8(reinterpret_cast<std::uint8_t*>(mask),
             vorrq_u8(vshlq_n_u8(vuzp1q_u8(a, b), 4), vuzp2q_u8(a, b)));
    bytes += 2 * kBytesPerNeon;
  }
  EqualityMaskPortable(bytes, seats, state, mask);
}

inline void DecodeNeon(const std::byte* bytes, std::size_t seats,
                       SeatState* out) {
  const uint8x16_t state = vdupq_n_u8(3);
  for (; seats >= kSeatsPerNeon; seats -= kSeatsPerNeon) {
    const uint8x16_t fours = LoadNeon(bytes);
    vst4q_u8(reinterpret_cast<std::uint8_t*>(out),
             {{vshrq_n_u8(fours, 6), vandq_u8(vshrq_n_u8(fours, 4), state),
               vandq_u8(vshrq_n_u8(fours, 2), state), vandq_u8(fours, state)}});
    bytes += kBytesPerNeon;
    out += kSeatsPerNeon;
  }
  DecodePortable(bytes, seats, out);
}

inline void EncodeNeon(const SeatState* states, std::size_t seats,
                       std::byte* bytes) {
  for (; seats >= kSeatsPerNeon; seats -= kSeatsPerNeon) {
    const uint8x16x4_t fours =
        vld4q_u8(reinterpret_cast<const std::uint8_t*>(states));
    // Each shift in pushes what is not a state out of the byte before it.
    uint8x16_t packed = vsliq_n_u8(fours.val[1], fours.val[0], 2);
    packed = vsliq_n_u8(fours.val[2], packed, 2);
    packed = vsliq_n_u8(fours.val[3], packed, 2);
    vst1q_u8(reinterpret_cast<std::uint8_t*>(bytes), packed);
    states += kSeatsPerNeon;
    bytes += kBytesPerNeon;
  }
  EncodePortable(states, seats, bytes);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // defined(__aarch64__) && defined(__ARM_NEON) && ...

#endif  // SEATFIELD_INTERNAL_KERNELS_NEON_H_
