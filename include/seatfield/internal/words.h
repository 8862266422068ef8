// SPDX-License-Identifier: MIT
//
// Two-bit seats in 64-bit words, and one-bit seats in mask words: where a seat
// stands, what a word says, loads and stores.
//
// Layout: byte i holds seats 4i..4i+3, first seat in the high bits. A word is
//   eight such bytes as the machine loads them; InSeatOrder() turns a word so
//   that its first seat stands in the highest two bits, and back. A mask word
//   is 64 seats, one bit each, laid out likewise. Within a 64-bit word of
//   seats "spaced" means one bit a seat, in the low bit of its pair.
// Units: seats, 0-based; ranges are half-open [first, last).
// Limits: no byte past (seats + 3) / 4 is read and no alignment is asked.
// Errors: none. Whatever does not fit the stated sizes breaks the contract.
// Thread safety: pure functions of the memory given, which no other thread may
//   write meanwhile: a reader of live words copies them first.
// Complexity: O(1), a fill O(1) a word.
// Source: equality by xor and fold, gathering and spreading by halves: Warren,
//   Hacker's Delight (2nd ed.), 6-1, 7-2 and 7-4.

#ifndef SEATFIELD_INTERNAL_WORDS_H_
#define SEATFIELD_INTERNAL_WORDS_H_

#include <algorithm>
#include <bit>
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

// No seat: what a search that finds none returns.
inline constexpr std::size_t kNoSeat = SIZE_MAX;

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

// The first `count` (0 to 7) bytes of a word, the rest zero. In pieces of known
// sizes: to copy what is only known at run time would be a call.
inline std::uint64_t LoadPartOfWord(const std::byte* bytes, std::size_t count) {
  std::uint64_t word = 0;
  std::size_t at = 0;
  const auto load = [&](auto piece) {
    std::memcpy(&piece, bytes + at, sizeof piece);
    word |= std::uint64_t{piece}
            << 8 * (kLittleEndian ? at : sizeof word - sizeof piece - at);
    at += sizeof piece;
  };
  if ((count & 4) != 0) load(std::uint32_t{});
  if ((count & 2) != 0) load(std::uint16_t{});
  if ((count & 1) != 0) load(std::uint8_t{});
  return word;
}

// The word at that index of a map of `seats` seats, which may end within it:
// then the bits after its last seat are zero.
inline std::uint64_t LoadWord(const std::byte* bytes, std::size_t seats,
                              std::size_t index) {
  const std::size_t left = seats - index * kSeatsPerWord;
  if (left >= kSeatsPerWord) return LoadWord(bytes, index);
  const std::size_t count = ByteCount(left);
  const std::byte* const from = bytes + index * sizeof(std::uint64_t);
  const std::uint64_t word = count == sizeof(std::uint64_t)
                                 ? LoadWord(bytes, index)
                                 : LoadPartOfWord(from, count);
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

// The 32 seats of a mask that lie beside that word of a map; spaced.
inline std::uint64_t MaskBeside(const std::uint64_t* mask, std::size_t word) {
  const std::uint64_t both = InSeatOrder(mask[word / 2]);
  return Spread(word % 2 == 0 ? both >> 32 : both & 0xffff'ffff);
}

// The 32 seats of a mask from `first` on, which lies in it, zero after its
// `seats`; spaced and in seat order.
inline std::uint64_t LoadMaskSeats(const std::uint64_t* mask, std::size_t seats,
                                   std::size_t first) {
  const std::size_t index = MaskWordIndex(first);
  const std::size_t offset = first % kSeatsPerMaskWord;
  std::uint64_t bits = InSeatOrder(mask[index]) << offset;
  if (offset > 32 && index + 1 < MaskWordCount(seats)) {
    bits |= InSeatOrder(mask[index + 1]) >> (64 - offset);
  }
  return Spread(bits >> 32);
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

// The bytes of native words, for kernels that take bytes.
inline const std::byte* BytesOf(const std::uint64_t* words) {
  return reinterpret_cast<const std::byte*>(words);
}
inline std::byte* BytesOf(std::uint64_t* words) {
  return reinterpret_cast<std::byte*>(words);
}

// Makes zero what mask words have after the last of `seats` seats.
inline void ClearMaskTail(std::uint64_t* mask, std::size_t seats) {
  if (const std::size_t tail = seats % kSeatsPerMaskWord; tail != 0) {
    mask[seats / kSeatsPerMaskWord] &= InSeatOrder(FirstMaskSeats(tail));
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_WORDS_H_
