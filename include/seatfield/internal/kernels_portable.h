// SPDX-License-Identifier: MIT
//
// The kernels in plain C++, for every machine: 64-bit words as vectors of
// seats. What each does is said at the Kernels table, internal/kernels.h.
//
// Complexity: O(words).
// Source: population count in widening fields: Warren, Hacker's Delight
//   (2nd ed.), 5-1.

#ifndef SEATFIELD_INTERNAL_KERNELS_PORTABLE_H_
#define SEATFIELD_INTERNAL_KERNELS_PORTABLE_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// --- Count ------------------------------------------------------------------

// Adds neighbouring fields of 2 or 4 bits into fields of twice the width.
constexpr std::uint64_t WidenPairs(std::uint64_t sums) {
  return (sums & 0x3333'3333'3333'3333) + (sums >> 2 & 0x3333'3333'3333'3333);
}
constexpr std::uint64_t WidenNibbles(std::uint64_t sums) {
  return (sums & 0x0f0f'0f0f'0f0f'0f0f) + (sums >> 4 & 0x0f0f'0f0f'0f0f'0f0f);
}

// The sum of eight byte fields, whatever they hold.
constexpr std::uint64_t SumBytes(std::uint64_t sums) {
  sums = (sums & 0x00ff'00ff'00ff'00ff) + (sums >> 8 & 0x00ff'00ff'00ff'00ff);
  return sums * 0x0001'0001'0001'0001 >> 48;
}

// A count of the low bits, of the high bits and of seats with both: with the
// number of seats they give all four states. The same type holds partial sums
// in fields of any width.
struct PlaneSums {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint64_t both = 0;

  constexpr void Add(std::uint64_t word) {
    const std::uint64_t upper = word >> 1 & kSpaced;
    low += word & kSpaced;
    high += upper;
    both += word & upper;
  }

  constexpr void Add(const PlaneSums& other) {
    low += other.low;
    high += other.high;
    both += other.both;
  }

  template <typename Widen>
  constexpr PlaneSums Each(Widen widen) const {
    return {widen(low), widen(high), widen(both)};
  }

  constexpr SeatCounts Of(std::size_t seats) const {
    return {.available = seats - low - high + both,
            .reserved = low - both,
            .sold = high - both,
            .blocked = both};
  }
};

// Six words at once: each seat adds a bit to a field of 2 bits, three words
// fill it, six a nibble. What comes back are byte fields of at most 24.
struct SixWords {
  PlaneSums front;
  PlaneSums back;

  constexpr PlaneSums Bytes() const {
    PlaneSums nibbles = front.Each(WidenPairs);
    nibbles.Add(back.Each(WidenPairs));
    return nibbles.Each(WidenNibbles);
  }
};

// The four counts of `seats` seats in one word whose other seats are zero.
constexpr SeatCounts CountWord(std::uint64_t word, std::size_t seats) {
  SixWords one;
  one.front.Add(word);
  return one.Bytes().Each(SumBytes).Of(seats);
}

// The four counts of the first `seats` seats, in one pass. A block is as many
// groups of six words as byte fields can hold.
inline SeatCounts CountStatesPortable(const std::byte* bytes,
                                      std::size_t seats) {
  constexpr std::size_t kGroup = 6;
  constexpr std::size_t kGroupsPerBlock = 10;
  const std::size_t words = WordCount(seats);
  // The last group may be short, and its last word too.
  std::size_t groups = seats / (kGroup * kSeatsPerWord);
  std::size_t at = 0;
  PlaneSums total;
  while (groups != 0) {
    PlaneSums block;
    const std::size_t now = std::min(groups, kGroupsPerBlock);
    for (std::size_t group = 0; group < now; ++group, at += kGroup) {
      SixWords six;
      for (std::size_t i = at; i < at + kGroup / 2; ++i) {
        six.front.Add(LoadWord(bytes, i));
        six.back.Add(LoadWord(bytes, i + kGroup / 2));
      }
      block.Add(six.Bytes());
    }
    groups -= now;
    total.Add(block.Each(SumBytes));
  }
  SixWords rest;
  for (std::size_t i = 0; at + i < words; ++i) {
    const std::uint64_t word = LoadWord(bytes, seats, at + i);
    i < kGroup / 2 ? rest.front.Add(word) : rest.back.Add(word);
  }
  total.Add(rest.Bytes().Each(SumBytes));
  return total.Of(seats);
}

inline std::uint64_t CountMaskPortable(const std::uint64_t* mask,
                                       std::size_t words) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < words; ++i) {
    // In fields of two bits, then of four.
    const std::uint64_t pairs = mask[i] - (mask[i] >> 1 & kSpaced);
    count += SumBytes(WidenNibbles(WidenPairs(pairs)));
  }
  return count;
}

inline std::uint64_t CountAmongPortable(const std::byte* bytes,
                                        std::size_t seats, SeatState state,
                                        const std::uint64_t* among) {
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < WordCount(seats); ++i) {
    const std::uint64_t both =
        EqualSeats(InSeatOrder(LoadWord(bytes, seats, i)), state) &
        MaskBeside(among, i);
    count += SumBytes(WidenNibbles(WidenPairs(both)));
  }
  return count;
}

// --- Compare, decode, encode ------------------------------------------------

// Writes MaskWordCount(seats) mask words: the seats in that state.
inline void EqualityMaskPortable(const std::byte* bytes, std::size_t seats,
                                 SeatState state, std::uint64_t* mask) {
  const auto spaced = [=](std::size_t index) {
    return EqualSeats(InSeatOrder(LoadWord(bytes, seats, index)), state);
  };
  const std::size_t words = WordCount(seats);
  for (std::size_t at = 0; at < words; at += 2) {
    std::uint64_t seats_of_mask = Gather(spaced(at)) << 32;
    if (at + 1 < words) seats_of_mask |= Gather(spaced(at + 1));
    mask[at / 2] = InSeatOrder(seats_of_mask);
  }
  ClearMaskTail(mask, seats);
}

// Which of `seats` seats is the first to differ, if bytes `a` and `b` at that
// index do, and none before.
inline std::size_t FirstDifferenceInByte(std::byte a, std::byte b,
                                         std::size_t index, std::size_t seats) {
  const int bit = std::countl_zero(std::to_integer<std::uint8_t>(a ^ b));
  const std::size_t seat =
      index * kSeatsPerByte + static_cast<std::size_t>(bit) / 2;
  return seat < seats ? seat : kNoSeat;
}

inline std::size_t FirstDifferencePortable(const std::byte* a,
                                           const std::byte* b,
                                           std::size_t seats) {
  for (std::size_t i = 0; i < WordCount(seats); ++i) {
    const std::uint64_t differ =
        InSeatOrder(LoadWord(a, seats, i) ^ LoadWord(b, seats, i));
    if (differ != 0) return i * kSeatsPerWord + FirstSeat(differ);
  }
  return kNoSeat;
}

// The four seats of every byte, a byte each.
inline constexpr auto kDecodedBytes = [] {
  std::array<std::array<SeatState, kSeatsPerByte>, 256> decoded{};
  for (unsigned byte = 0; byte < decoded.size(); ++byte) {
    for (unsigned seat = 0; seat < kSeatsPerByte; ++seat) {
      decoded[byte][seat] = static_cast<SeatState>(byte >> (6 - 2 * seat) & 3);
    }
  }
  return decoded;
}();

// Writes one byte a seat.
inline void DecodePortable(const std::byte* bytes, std::size_t seats,
                           SeatState* out) {
  const std::size_t whole = seats / kSeatsPerByte;
  for (std::size_t i = 0; i < whole; ++i) {
    const auto& four = kDecodedBytes[std::to_integer<std::size_t>(bytes[i])];
    std::memcpy(out + i * kSeatsPerByte, four.data(), kSeatsPerByte);
  }
  if (const std::size_t tail = seats % kSeatsPerByte; tail != 0) {
    const auto& four =
        kDecodedBytes[std::to_integer<std::size_t>(bytes[whole])];
    std::memcpy(out + whole * kSeatsPerByte, four.data(), tail);
  }
}

// Four states, as loaded from memory, to one byte. One multiplication moves the
// four pairs of bits side by side; no two of its terms meet.
constexpr std::byte EncodeFour(std::uint32_t four) {
  if constexpr (!kLittleEndian) {
    four =
        four >> 24 | (four >> 8 & 0xff00) | (four & 0xff00) << 8 | four << 24;
  }
  const std::uint64_t moved = std::uint64_t{four & 0x0303'0303} * 0x4010'0401;
  return static_cast<std::byte>(moved >> 24 & 0xff);
}

// Writes ByteCount(seats) bytes from one byte a seat, of which only the low two
// bits are looked at.
inline void EncodePortable(const SeatState* states, std::size_t seats,
                           std::byte* bytes) {
  const std::size_t whole = seats / kSeatsPerByte;
  for (std::size_t i = 0; i < whole; ++i) {
    std::uint32_t four;
    std::memcpy(&four, states + i * kSeatsPerByte, kSeatsPerByte);
    bytes[i] = EncodeFour(four);
  }
  if (const std::size_t tail = seats % kSeatsPerByte; tail != 0) {
    std::uint32_t four = 0;
    std::memcpy(&four, states + whole * kSeatsPerByte, tail);
    bytes[whole] = EncodeFour(four);
  }
}

// --- Runs inside rows -------------------------------------------------------

template <bool kFiltered>
std::size_t FindSeatPortable(const RowField& field) {
  std::size_t found = kNoSeat;
  WalkRows<kFiltered>(field,
                      [&](std::size_t base, std::uint64_t free, std::uint64_t) {
                        if (free == 0) return false;
                        found = base + FirstSeat(free);
                        return true;
                      });
  return found;
}

template <bool kFiltered>
std::size_t FindLinksPortable(const RowField& field, std::size_t links) {
  LinkSearch<2> search(links);
  WalkRows<kFiltered>(
      field, [&](std::size_t base, std::uint64_t, std::uint64_t linked) {
        return search.Take(base, linked);
      });
  return search.found();
}

// The first seat of the first `run` (1 to seats_per_row) free seats side by
// side in one row, or kNoSeat.
inline std::size_t FindRunPortable(const RowField& field, std::size_t run) {
  if (field.filter != nullptr) {
    return run == 1 ? FindSeatPortable<true>(field)
                    : FindLinksPortable<true>(field, run - 1);
  }
  return run == 1 ? FindSeatPortable<false>(field)
                  : FindLinksPortable<false>(field, run - 1);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_KERNELS_PORTABLE_H_
