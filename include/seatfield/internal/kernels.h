// SPDX-License-Identifier: MIT
//
// The loops over two-bit seats, on plain memory: count, compare, fill, decode,
// encode, find a run. SeatMap and the ledger run them on their own words.
//
// Layout: byte i holds seats 4i..4i+3, first seat in the high bits. A word is
//   eight such bytes as the machine loads them; InSeatOrder() turns a word so
//   that its first seat stands in the highest two bits, and back. A mask word
//   is 64 seats, one bit each, laid out likewise. Within a 64-bit word of
//   seats "spaced" means one bit a seat, in the low bit of its pair.
// Units: seats, 0-based; ranges are half-open [first, last).
// Limits: kernels read no byte past (seats + 3) / 4 and no alignment is asked.
//   Bits after the last seat are ignored when read.
// Errors: none. Whatever does not fit the stated sizes breaks the contract.
// Thread safety: pure functions of the memory given, which no other thread may
//   write meanwhile: a reader of live words copies them first.
// Seam: the functions of the Kernels table are the ones worth an instruction
//   set of their own. Each stands here under a name that ends in it, and
//   ActiveKernels() chooses; results are equal bit for bit.
// Source: equality by xor and fold, population count in widening fields, first
//   run of ones by doubling shifts: Warren, Hacker's Delight (2nd ed.), 5-1,
//   6-3, 7-2.

#ifndef SEATFIELD_INTERNAL_KERNELS_H_
#define SEATFIELD_INTERNAL_KERNELS_H_

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::size_t kSeatsPerByte = 4;
inline constexpr std::size_t kSeatsPerWord = 32;
inline constexpr std::size_t kSeatsPerMaskWord = 64;
inline constexpr bool kLittleEndian =
    std::endian::native == std::endian::little;
static_assert(kLittleEndian || std::endian::native == std::endian::big);

// The low bit of every pair: all 32 seats, spaced.
inline constexpr std::uint64_t kSpaced = 0x5555'5555'5555'5555;

// --- One word ---------------------------------------------------------------

// What `seats` seats take, in whole units. No input overflows.
constexpr std::size_t ByteCount(std::size_t seats) {
  return seats / kSeatsPerByte + (seats % kSeatsPerByte != 0);
}
constexpr std::size_t WordCount(std::size_t seats) {
  return seats / kSeatsPerWord + (seats % kSeatsPerWord != 0);
}
constexpr std::size_t MaskWordCount(std::size_t seats) {
  return seats / kSeatsPerMaskWord + (seats % kSeatsPerMaskWord != 0);
}

// The word that holds a seat, and where in it the seat's pair of bits begins.
constexpr std::size_t WordIndex(std::size_t seat) {
  return seat / kSeatsPerWord;
}
constexpr unsigned SeatShift(std::size_t seat) {
  return 2 * (static_cast<unsigned>(seat % kSeatsPerWord) ^
              (kLittleEndian ? 3U : 31U));
}

// The same for the single bit of a seat in a mask.
constexpr std::size_t MaskWordIndex(std::size_t seat) {
  return seat / kSeatsPerMaskWord;
}
constexpr unsigned MaskShift(std::size_t seat) {
  return static_cast<unsigned>(seat % kSeatsPerMaskWord) ^
         (kLittleEndian ? 7U : 63U);
}

// Seat `seat` of the word that holds it; only seat % 32 counts.
constexpr SeatState GetSeat(std::uint64_t word, std::size_t seat) {
  return static_cast<SeatState>(word >> SeatShift(seat) & 3);
}
constexpr std::uint64_t WithSeat(std::uint64_t word, std::size_t seat,
                                 SeatState state) {
  const unsigned shift = SeatShift(seat);
  return (word & ~(std::uint64_t{3} << shift)) |
         std::uint64_t{static_cast<std::uint8_t>(state)} << shift;
}

// Native word to seat order, first seat highest; its own inverse.
constexpr std::uint64_t InSeatOrder(std::uint64_t word) {
  if constexpr (!kLittleEndian) return word;
#if defined(__GNUC__)
  return __builtin_bswap64(word);
#else
  constexpr std::uint64_t kBytes = 0x00ff'00ff'00ff'00ff;
  constexpr std::uint64_t kPairs = 0x0000'ffff'0000'ffff;
  word = (word >> 8 & kBytes) | (word & kBytes) << 8;
  word = (word >> 16 & kPairs) | (word & kPairs) << 16;
  return word >> 32 | word << 32;
#endif
}

// The bits of the first `seats` (0 to 32) seats of a word in seat order, and
// of the first `seats` (0 to 64) of a mask word.
constexpr std::uint64_t FirstSeats(std::size_t seats) {
  return seats == 0 ? 0 : ~std::uint64_t{0} << (64 - 2 * seats);
}
constexpr std::uint64_t FirstMaskSeats(std::size_t seats) {
  return seats == 0 ? 0 : ~std::uint64_t{0} << (64 - seats);
}

// The bits of `then` where `mask` is set, of `otherwise` elsewhere.
constexpr std::uint64_t Blend(std::uint64_t mask, std::uint64_t then,
                              std::uint64_t otherwise) {
  return (then & mask) | (otherwise & ~mask);
}

// A word of 32 seats in one state.
constexpr std::uint64_t Broadcast(SeatState state) {
  return kSpaced * static_cast<std::uint8_t>(state);
}

// The seats of `word` in that state, spaced.
constexpr std::uint64_t EqualSeats(std::uint64_t word, SeatState state) {
  const std::uint64_t differs = word ^ Broadcast(state);
  return ~(differs | differs >> 1) & kSpaced;
}

// The seats of `word` that are available, spaced: the commonest question.
constexpr std::uint64_t AvailableSeats(std::uint64_t word) {
  return ~(word | word >> 1) & kSpaced;
}

// 32 spaced bits to the low half of a word, and back. Order is kept.
constexpr std::uint64_t Gather(std::uint64_t spaced) {
  spaced = (spaced | spaced >> 1) & 0x3333'3333'3333'3333;
  spaced = (spaced | spaced >> 2) & 0x0f0f'0f0f'0f0f'0f0f;
  spaced = (spaced | spaced >> 4) & 0x00ff'00ff'00ff'00ff;
  spaced = (spaced | spaced >> 8) & 0x0000'ffff'0000'ffff;
  return (spaced | spaced >> 16) & 0x0000'0000'ffff'ffff;
}
constexpr std::uint64_t Spread(std::uint64_t low_half) {
  low_half = (low_half | low_half << 16) & 0x0000'ffff'0000'ffff;
  low_half = (low_half | low_half << 8) & 0x00ff'00ff'00ff'00ff;
  low_half = (low_half | low_half << 4) & 0x0f0f'0f0f'0f0f'0f0f;
  low_half = (low_half | low_half << 2) & 0x3333'3333'3333'3333;
  return (low_half | low_half << 1) & kSpaced;
}

// In a nonzero word in seat order: its first seat with either bit set.
constexpr std::size_t FirstSeat(std::uint64_t word) {
  return static_cast<std::size_t>(std::countl_zero(word)) / 2;
}

// Clears the bit of a seat among spaced bits in seat order.
constexpr std::uint64_t WithoutSeat(std::uint64_t spaced, std::size_t seat) {
  return spaced & ~(std::uint64_t{1} << (62 - 2 * seat));
}

// Among spaced bits in seat order: how many seats from the front, or back to
// the end, are set without a gap.
constexpr std::size_t LeadingSeats(std::uint64_t spaced) {
  return static_cast<std::size_t>(std::countl_one(spaced | ~kSpaced)) / 2;
}
constexpr std::size_t TrailingSeats(std::uint64_t spaced) {
  return static_cast<std::size_t>(std::countr_one(spaced | ~kSpaced)) / 2;
}

// --- Words in memory --------------------------------------------------------

// The whole word at that index.
inline std::uint64_t LoadWord(const std::byte* bytes, std::size_t index) {
  std::uint64_t word;
  std::memcpy(&word, bytes + index * sizeof word, sizeof word);
  return word;
}

// The word at that index of a map of `seats` seats, which may end within it:
// then the bits after its last seat are zero.
inline std::uint64_t LoadWord(const std::byte* bytes, std::size_t seats,
                              std::size_t index) {
  const std::size_t left = seats - index * kSeatsPerWord;
  if (left >= kSeatsPerWord) return LoadWord(bytes, index);
  std::uint64_t word = 0;
  std::memcpy(&word, bytes + index * sizeof word, ByteCount(left));
  return word & InSeatOrder(FirstSeats(left));
}

// Up to 32 seats from `first` on, in seat order, zero after the last.
inline std::uint64_t LoadSeats(const std::byte* bytes, std::size_t seats,
                               std::size_t first) {
  const std::size_t index = WordIndex(first);
  const std::size_t offset = first % kSeatsPerWord;
  const std::uint64_t word = InSeatOrder(LoadWord(bytes, seats, index));
  if (offset == 0) return word;
  std::uint64_t next = 0;
  if ((index + 1) * kSeatsPerWord < seats) {
    next = InSeatOrder(LoadWord(bytes, seats, index + 1));
  }
  return word << 2 * offset | next >> (64 - 2 * offset);
}

// Puts the first `count` (1 to 32) seats of `word`, in seat order, at `first`.
inline void StoreSeats(std::uint64_t* words, std::size_t first,
                       std::size_t count, std::uint64_t word) {
  const std::size_t index = WordIndex(first);
  const std::size_t offset = first % kSeatsPerWord;
  const std::uint64_t mask = FirstSeats(count);
  words[index] = Blend(InSeatOrder(mask >> 2 * offset),
                       InSeatOrder(word >> 2 * offset), words[index]);
  if (offset + count <= kSeatsPerWord) return;
  words[index + 1] =
      Blend(InSeatOrder(mask << (64 - 2 * offset)),
            InSeatOrder(word << (64 - 2 * offset)), words[index + 1]);
}

// Sets [first, last) of native words to one value: `head` and `tail` are the
// bits to write in the first and the last word, `value` what to write.
inline void FillWords(std::uint64_t* words, std::size_t first_word,
                      std::size_t last_word, std::uint64_t head,
                      std::uint64_t tail, std::uint64_t value) {
  if (first_word == last_word) head &= tail;
  words[first_word] = Blend(head, value, words[first_word]);
  if (first_word == last_word) return;
  std::fill(words + first_word + 1, words + last_word, value);
  words[last_word] = Blend(tail, value, words[last_word]);
}

// Puts seats [first, last) of native words into one state.
inline void FillSeats(std::uint64_t* words, std::size_t first, std::size_t last,
                      SeatState state) {
  if (first == last) return;
  const std::size_t last_word = WordIndex(last - 1);
  FillWords(words, WordIndex(first), last_word,
            InSeatOrder(~std::uint64_t{0} >> 2 * (first % kSeatsPerWord)),
            InSeatOrder(FirstSeats(last - last_word * kSeatsPerWord)),
            Broadcast(state));
}

// The same for the bits of a mask.
inline void FillMask(std::uint64_t* words, std::size_t first, std::size_t last,
                     bool value) {
  if (first == last) return;
  const std::size_t last_word = MaskWordIndex(last - 1);
  FillWords(words, MaskWordIndex(first), last_word,
            InSeatOrder(~std::uint64_t{0} >> first % kSeatsPerMaskWord),
            InSeatOrder(FirstMaskSeats(last - last_word * kSeatsPerMaskWord)),
            value ? ~std::uint64_t{0} : 0);
}

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
  if (const std::size_t tail = seats % kSeatsPerMaskWord; tail != 0) {
    mask[seats / kSeatsPerMaskWord] &= InSeatOrder(FirstMaskSeats(tail));
  }
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

inline constexpr std::size_t kNoSeat = SIZE_MAX;

// Where to look for seats side by side. Row r is [r * seats_per_row,
// (r + 1) * seats_per_row); the last may be cut short by `seats`.
struct RowField {
  const std::byte* bytes = nullptr;
  std::size_t seats = 0;
  std::size_t seats_per_row = 1;          // at least 1
  const std::uint64_t* filter = nullptr;  // mask words of as many seats
  std::size_t first = 0;                  // no seat before it is looked at
};

// How rows of a width fall on words: row starts repeat from word to word,
// shifted. Rows wider than a word share the last entry.
struct RowRhythm {
  std::uint64_t starts;  // of a word whose first seat begins a row; spaced
  std::size_t step;      // seats by which a word brings the next row nearer
};

inline constexpr auto kRowRhythms = [] {
  std::array<RowRhythm, kSeatsPerWord + 2> rhythms{};
  for (std::size_t width = 1; width < rhythms.size(); ++width) {
    for (std::size_t at = 0; at < kSeatsPerWord; at += width) {
      rhythms[width].starts |= std::uint64_t{1} << (62 - 2 * at);
    }
    rhythms[width].step = kSeatsPerWord % width;
  }
  return rhythms;
}();

constexpr const RowRhythm& RhythmOf(std::size_t width) {
  return kRowRhythms[std::min(width, kRowRhythms.size() - 1)];
}

// The available seats of the last, incomplete word of a map; spaced.
inline std::uint64_t AvailableInTail(const std::byte* bytes,
                                     std::size_t seats) {
  const std::size_t word = seats / kSeatsPerWord;
  return AvailableSeats(InSeatOrder(LoadWord(bytes, seats, word))) &
         FirstSeats(seats % kSeatsPerWord);
}

// The 32 seats of a mask that lie beside that word of a map; spaced.
inline std::uint64_t MaskBeside(const std::uint64_t* mask, std::size_t word) {
  const std::uint64_t both = InSeatOrder(mask[word / 2]);
  return Spread(word % 2 == 0 ? both >> 32 : both & 0xffff'ffff);
}

// Walks a field word by word and calls visit(base, free, linked) for each until
// it returns true. `base` is the index of the word's first seat; `free` are its
// available seats that the filter lets through; `linked` are those of them
// whose neighbour before them in the same row is free too. Both are spaced and
// in seat order.
template <bool kFiltered, typename Visit>
void WalkRows(const RowField& field, Visit visit) {
  assert(field.seats_per_row > 0);
  const std::size_t width = field.seats_per_row;
  const RowRhythm rhythm = RhythmOf(width);
  const std::size_t whole = field.seats / kSeatsPerWord;
  const std::size_t end = WordCount(field.seats);
  std::size_t word = WordIndex(field.first);
  std::size_t to_row = 0;  // seats from the front of the word to a row's
  if (word != 0) {
    const std::size_t past = word * kSeatsPerWord % width;
    if (past != 0) to_row = width - past;
  }
  std::uint64_t usable = ~std::uint64_t{0} >> 2 * (field.first % kSeatsPerWord);
  std::uint64_t last_free = 0;
  for (; word < end; ++word) {
    std::uint64_t free =
        word < whole ? AvailableSeats(InSeatOrder(LoadWord(field.bytes, word)))
                     : AvailableInTail(field.bytes, field.seats);
    free &= usable;
    if constexpr (kFiltered) free &= MaskBeside(field.filter, word);
    const std::uint64_t starts =
        to_row < kSeatsPerWord ? rhythm.starts >> 2 * to_row : 0;
    const std::uint64_t before = free >> 2 | last_free << 62;
    if (visit(word * kSeatsPerWord, free, free & before & ~starts)) return;
    to_row += to_row >= rhythm.step ? 0 : width;
    to_row -= rhythm.step;
    last_free = free;
    usable = ~std::uint64_t{0};
  }
}

// The starts of runs of `count` (at least 1) set seats within `spaced`.
constexpr std::uint64_t RunStarts(std::uint64_t spaced, std::size_t count) {
  while (count > 1 && spaced != 0) {
    const std::size_t half = count / 2;
    spaced &= spaced << 2 * half;
    count -= half;
  }
  return spaced;
}

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

// A run of n seats is n - 1 links, and links know nothing of rows: what is
// sought is a plain run of ones.
template <bool kFiltered>
std::size_t FindLinksPortable(const RowField& field, std::size_t links) {
  std::size_t found = kNoSeat;
  std::size_t carried = 0;  // links without a gap up to this word
  WalkRows<kFiltered>(
      field, [&](std::size_t base, std::uint64_t, std::uint64_t linked) {
        if (linked == 0) {
          carried = 0;
          return false;
        }
        if (carried + LeadingSeats(linked) >= links) {
          found = base - carried - 1;
          return true;
        }
        if (links < kSeatsPerWord) {
          const std::uint64_t starts = RunStarts(linked, links);
          if (starts != 0) {
            found = base + FirstSeat(starts) - 1;
            return true;
          }
        }
        carried =
            linked == kSpaced ? carried + kSeatsPerWord : TrailingSeats(linked);
        return false;
      });
  return found;
}

// FindRunPortable within the first word of an unfiltered field that is looked
// at from its start; run is at least 1. Most searches of a map with room end
// here, and to set up a walk would cost them more than the search.
inline std::size_t FindRunInFirstWord(const RowField& field, std::size_t run) {
  if (field.seats < kSeatsPerWord || run > kSeatsPerWord) return kNoSeat;
  const std::uint64_t free =
      AvailableSeats(InSeatOrder(LoadWord(field.bytes, 0)));
  const std::uint64_t linked =
      free & free >> 2 & ~RhythmOf(field.seats_per_row).starts;
  const std::uint64_t starts =
      run == 1 ? free : RunStarts(linked, run - 1) << 2;
  return starts != 0 ? FirstSeat(starts) : kNoSeat;
}

// The first seat of the first `run` free seats side by side in one row, or
// kNoSeat; also if run is 0 or no row is so wide.
inline std::size_t FindRunPortable(const RowField& field, std::size_t run) {
  if (run == 0 || run > field.seats_per_row) return kNoSeat;
  if (field.filter != nullptr) {
    return run == 1 ? FindSeatPortable<true>(field)
                    : FindLinksPortable<true>(field, run - 1);
  }
  if (field.first == 0) {
    const std::size_t found = FindRunInFirstWord(field, run);
    if (found != kNoSeat) return found;
  }
  return run == 1 ? FindSeatPortable<false>(field)
                  : FindLinksPortable<false>(field, run - 1);
}

// --- Seam -------------------------------------------------------------------

// One implementation of each kernel, for one instruction set.
struct Kernels {
  const char* name;
  SeatCounts (*count_states)(const std::byte* bytes, std::size_t seats);
  void (*equality_mask)(const std::byte* bytes, std::size_t seats,
                        SeatState state, std::uint64_t* mask);
  void (*decode)(const std::byte* bytes, std::size_t seats, SeatState* out);
  void (*encode)(const SeatState* states, std::size_t seats, std::byte* bytes);
  std::size_t (*find_run)(const RowField& field, std::size_t run);
};

inline constexpr Kernels kPortableKernels = {
    .name = "portable",
    .count_states = CountStatesPortable,
    .equality_mask = EqualityMaskPortable,
    .decode = DecodePortable,
    .encode = EncodePortable,
    .find_run = FindRunPortable,
};

// The fastest table that this machine can run.
constexpr const Kernels& ActiveKernels() { return kPortableKernels; }

// The bytes of native words, for kernels that take bytes.
inline const std::byte* BytesOf(const std::uint64_t* words) {
  return reinterpret_cast<const std::byte*>(words);
}
inline std::byte* BytesOf(std::uint64_t* words) {
  return reinterpret_cast<std::byte*>(words);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_KERNELS_H_
