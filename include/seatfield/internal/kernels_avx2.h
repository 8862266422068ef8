// SPDX-License-Identifier: MIT
//
// The kernels for processors with AVX2, and POPCNT and BMI2 as all of them
// have: a vector is 128 seats. What does not fill one goes the way of words.
// What each does is said at the Kernels table, internal/kernels.h.
//
// Complexity: O(vectors).
// Source: counts from tables of four bits by byte shuffles: Mula, Kurz and
//   Lemire, Faster Population Counts Using AVX2 Instructions (2018); rows and
//   runs as in internal/kernels_avx512.h.

#ifndef SEATFIELD_INTERNAL_KERNELS_AVX2_H_
#define SEATFIELD_INTERNAL_KERNELS_AVX2_H_

#if defined(__GNUC__) && defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "seatfield/internal/kernels_popcnt.h"
#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

// A kernel, and a part of one: a part must be inlined, as its vectors have no
// place in the calling convention of other code.
#define SEATFIELD_AVX2 [[gnu::target("avx2")]] inline
#define SEATFIELD_AVX2_PART [[gnu::always_inline]] SEATFIELD_AVX2

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::size_t kBytesPerAvx2 = 32;
inline constexpr std::size_t kWordsPerAvx2 = 4;
inline constexpr std::size_t kSeatsPerAvx2 = 128;

inline bool IsAvx2Supported() {
  return IsPopcntSupported() && __builtin_cpu_supports("avx2");
}

// --- Parts ------------------------------------------------------------------

SEATFIELD_AVX2_PART __m256i LoadAvx2(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}
SEATFIELD_AVX2_PART __m128i LoadHalfAvx2(const void* from) {
  return _mm_loadu_si128(static_cast<const __m128i*>(from));
}

SEATFIELD_AVX2_PART __m256i RepeatAvx2(std::uint64_t word) {
  return _mm256_set1_epi64x(static_cast<long long>(word));
}

// What a table has at every nibble: the low halves of bytes, their high halves.
SEATFIELD_AVX2_PART __m256i LookUpLowAvx2(__m256i table, __m256i bytes) {
  return _mm256_shuffle_epi8(table,
                             _mm256_and_si256(bytes, _mm256_set1_epi8(0x0f)));
}
SEATFIELD_AVX2_PART __m256i LookUpHighAvx2(__m256i table, __m256i bytes) {
  return LookUpLowAvx2(table, _mm256_srli_epi16(bytes, 4));
}

// A table of 16 bytes, the first lowest in `low`.
SEATFIELD_AVX2_PART __m256i TableAvx2(long long high, long long low) {
  return _mm256_broadcastsi128_si256(_mm_set_epi64x(high, low));
}

// Every word to seat order, and back.
SEATFIELD_AVX2_PART __m256i InSeatOrderAvx2(__m256i words) {
  return _mm256_shuffle_epi8(
      words, TableAvx2(0x0809'0a0b'0c0d'0e0f, 0x0001'0203'0405'0607));
}

// The available seats, spaced.
SEATFIELD_AVX2_PART __m256i AvailableAvx2(__m256i seats) {
  const __m256i taken = _mm256_or_si256(seats, _mm256_srli_epi64(seats, 1));
  return _mm256_andnot_si256(taken, _mm256_set1_epi8(0x55));
}

// The seats in the state that `state` repeats, spaced.
SEATFIELD_AVX2_PART __m256i EqualAvx2(__m256i seats, __m256i state) {
  return AvailableAvx2(_mm256_xor_si256(seats, state));
}

// 16 bytes of mask to spaced bits as the bytes of a map have them.
SEATFIELD_AVX2_PART __m256i SpreadAvx2(__m128i mask) {
  const __m256i pairs = _mm256_cvtepu8_epi16(mask);
  // The four seats in the high half of a mask byte are the first.
  const __m256i nibbles =
      _mm256_or_si256(_mm256_srli_epi16(pairs, 4), _mm256_slli_epi16(pairs, 8));
  return LookUpLowAvx2(TableAvx2(0x5554'5150'4544'4140, 0x1514'1110'0504'0100),
                       nibbles);
}

// --- Count ------------------------------------------------------------------

SEATFIELD_AVX2_PART std::uint64_t SumAvx2(__m256i lanes) {
  const __m128i halves = _mm_add_epi64(_mm256_castsi256_si128(lanes),
                                       _mm256_extracti128_si256(lanes, 1));
  return static_cast<std::uint64_t>(_mm_cvtsi128_si64(halves)) +
         static_cast<std::uint64_t>(_mm_extract_epi64(halves, 1));
}

// The sums of the byte fields, in fields of 64 bits.
SEATFIELD_AVX2_PART __m256i SumBytesAvx2(__m256i bytes) {
  return _mm256_sad_epu8(bytes, _mm256_setzero_si256());
}

// Of every byte, four seats: the seats with the low bit in the low half of what
// comes back, those with the high bit in the high half.
SEATFIELD_AVX2_PART __m256i CountPlanesAvx2(__m256i seats) {
  const __m256i planes =
      TableAvx2(0x2221'1211'2120'1110, 0x1211'0201'1110'0100);
  return _mm256_add_epi8(LookUpLowAvx2(planes, seats),
                         LookUpHighAvx2(planes, seats));
}

// Of every byte: the seats with both bits.
SEATFIELD_AVX2_PART __m256i CountBothAvx2(__m256i seats) {
  const __m256i both = TableAvx2(0x0201'0101'0100'0000, 0x0100'0000'0100'0000);
  return _mm256_add_epi8(LookUpLowAvx2(both, seats),
                         LookUpHighAvx2(both, seats));
}

SEATFIELD_AVX2 SeatCounts CountStatesAvx2(const std::byte* bytes,
                                          std::size_t seats) {
  // To set up vectors takes longer than to count a few words.
  constexpr std::size_t kSeatsMin = 1000;
  if (seats < kSeatsMin) return CountStatesPopcnt(bytes, seats);
  // A group fills the halves of a byte, a block the bytes.
  constexpr std::size_t kGroup = 3;
  constexpr std::size_t kGroupsPerBlock = 21;
  const __m256i half = _mm256_set1_epi8(0x0f);
  const __m256i zero = _mm256_setzero_si256();
  __m256i low = zero;
  __m256i high = zero;
  __m256i both = zero;
  std::size_t groups = seats / (kGroup * kSeatsPerAvx2);
  const std::size_t rest = seats % (kGroup * kSeatsPerAvx2);
  while (groups != 0) {
    const std::size_t now = std::min(groups, kGroupsPerBlock);
    __m256i block_low = zero;
    __m256i block_high = zero;
    __m256i block_both = zero;
    for (std::size_t group = 0; group < now; ++group) {
      __m256i planes = zero;
      for (std::size_t i = 0; i < kGroup; ++i) {
        const __m256i here = LoadAvx2(bytes);
        planes = _mm256_add_epi8(planes, CountPlanesAvx2(here));
        block_both = _mm256_add_epi8(block_both, CountBothAvx2(here));
        bytes += kBytesPerAvx2;
      }
      block_low = _mm256_add_epi8(block_low, _mm256_and_si256(planes, half));
      block_high = _mm256_add_epi8(
          block_high, _mm256_and_si256(_mm256_srli_epi16(planes, 4), half));
    }
    low = _mm256_add_epi64(low, SumBytesAvx2(block_low));
    high = _mm256_add_epi64(high, SumBytesAvx2(block_high));
    both = _mm256_add_epi64(both, SumBytesAvx2(block_both));
    groups -= now;
  }
  SeatCounts counts =
      PlaneSums{SumAvx2(low), SumAvx2(high), SumAvx2(both)}.Of(seats - rest);
  counts += CountStatesPopcnt(bytes, rest);
  return counts;
}

// The set bits, in sums of bytes.
SEATFIELD_AVX2_PART __m256i CountBitsAvx2(__m256i bits) {
  const __m256i ones = TableAvx2(0x0403'0302'0302'0201, 0x0302'0201'0201'0100);
  return _mm256_add_epi8(LookUpLowAvx2(ones, bits), LookUpHighAvx2(ones, bits));
}

SEATFIELD_AVX2 std::uint64_t CountMaskAvx2(const std::uint64_t* mask,
                                           std::size_t words) {
  __m256i sum = _mm256_setzero_si256();
  for (; words >= kWordsPerAvx2; words -= kWordsPerAvx2) {
    sum = _mm256_add_epi64(sum, SumBytesAvx2(CountBitsAvx2(LoadAvx2(mask))));
    mask += kWordsPerAvx2;
  }
  return SumAvx2(sum) + CountMaskPortable(mask, words);
}

SEATFIELD_AVX2 std::uint64_t CountAmongAvx2(const std::byte* bytes,
                                            std::size_t seats, SeatState state,
                                            const std::uint64_t* among) {
  const __m256i sought = RepeatAvx2(Broadcast(state));
  __m256i sum = _mm256_setzero_si256();
  for (; seats >= kSeatsPerAvx2; seats -= kSeatsPerAvx2) {
    const __m256i both = _mm256_and_si256(EqualAvx2(LoadAvx2(bytes), sought),
                                          SpreadAvx2(LoadHalfAvx2(among)));
    sum = _mm256_add_epi64(sum, SumBytesAvx2(CountBitsAvx2(both)));
    bytes += kBytesPerAvx2;
    among += kSeatsPerAvx2 / kSeatsPerMaskWord;
  }
  return SumAvx2(sum) + CountAmongPortable(bytes, seats, state, among);
}

// --- Compare, decode, encode ------------------------------------------------

// 32 bytes of four spaced bits each to as many of mask, each in 16 bits.
SEATFIELD_AVX2_PART __m256i GatherAvx2(__m256i spaced) {
  const __m256i pairs =
      _mm256_and_si256(_mm256_or_si256(spaced, _mm256_srli_epi64(spaced, 1)),
                       _mm256_set1_epi8(0x33));
  const __m256i nibbles =
      _mm256_and_si256(_mm256_or_si256(pairs, _mm256_srli_epi64(pairs, 2)),
                       _mm256_set1_epi8(0x0f));
  // The first byte of two becomes the high half.
  return _mm256_maddubs_epi16(nibbles, _mm256_set1_epi16(0x0110));
}

SEATFIELD_AVX2 void EqualityMaskAvx2(const std::byte* bytes, std::size_t seats,
                                     SeatState state, std::uint64_t* mask) {
  const __m256i sought = RepeatAvx2(Broadcast(state));
  for (; seats >= 2 * kSeatsPerAvx2; seats -= 2 * kSeatsPerAvx2) {
    const __m256i a = GatherAvx2(EqualAvx2(LoadAvx2(bytes), sought));
    const __m256i b =
        GatherAvx2(EqualAvx2(LoadAvx2(bytes + kBytesPerAvx2), sought));
    // The packing takes turns between a and b; the permutation undoes it.
    const __m256i packed =
        _mm256_permute4x64_epi64(_mm256_packus_epi16(a, b), 0xd8);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(mask), packed);
    bytes += 2 * kBytesPerAvx2;
    mask += 2 * kSeatsPerAvx2 / kSeatsPerMaskWord;
  }
  EqualityMaskPortable(bytes, seats, state, mask);
}

SEATFIELD_AVX2 void DecodeAvx2(const std::byte* bytes, std::size_t seats,
                               SeatState* out) {
  // A byte in 32 bits, shifted so that each seat has its byte: the first by 6
  // down, the others by 4, 14 and 24 up.
  const __m256i up = _mm256_set1_epi32(1 << 4 | 1 << 14 | 1 << 24);
  for (; seats >= 32; seats -= 32, out += 32, bytes += 8) {
    const __m256i fours = _mm256_cvtepu8_epi32(
        _mm_loadl_epi64(reinterpret_cast<const __m128i*>(bytes)));
    const __m256i moved = _mm256_or_si256(_mm256_mullo_epi32(fours, up),
                                          _mm256_srli_epi32(fours, 6));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                        _mm256_and_si256(moved, _mm256_set1_epi8(3)));
  }
  DecodePortable(bytes, seats, out);
}

SEATFIELD_AVX2 void EncodeAvx2(const SeatState* states, std::size_t seats,
                               std::byte* bytes) {
  // The low bytes of a half's 32-bit fields to its front, the halves together.
  const __m256i fronts =
      TableAvx2(-1, static_cast<long long>(0xffff'ffff'0c08'0400));
  const __m256i together = _mm256_setr_epi32(0, 4, 1, 1, 1, 1, 1, 1);
  for (; seats >= 32; seats -= 32, states += 32, bytes += 8) {
    const __m256i bits =
        _mm256_and_si256(LoadAvx2(states), _mm256_set1_epi8(3));
    const __m256i twos = _mm256_maddubs_epi16(bits, _mm256_set1_epi16(0x0104));
    const __m256i fours =
        _mm256_madd_epi16(twos, _mm256_set1_epi32(0x0001'0010));
    const __m256i packed = _mm256_permutevar8x32_epi32(
        _mm256_shuffle_epi8(fours, fronts), together);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(bytes),
                     _mm256_castsi256_si128(packed));
  }
  EncodePortable(states, seats, bytes);
}

SEATFIELD_AVX2 std::size_t FirstDifferenceAvx2(const std::byte* a,
                                               const std::byte* b,
                                               std::size_t seats) {
  const std::size_t whole = seats / kSeatsPerAvx2 * kBytesPerAvx2;
  for (std::size_t at = 0; at < whole; at += kBytesPerAvx2) {
    const __m256i equal = _mm256_cmpeq_epi8(LoadAvx2(a + at), LoadAvx2(b + at));
    const std::uint32_t differ =
        ~static_cast<std::uint32_t>(_mm256_movemask_epi8(equal));
    if (differ == 0) continue;
    const std::size_t byte =
        at + static_cast<std::size_t>(std::countr_zero(differ));
    return FirstDifferenceInByte(a[byte], b[byte], byte, seats);
  }
  const std::size_t rest = FirstDifferencePortable(
      a + whole, b + whole, seats - whole * kSeatsPerByte);
  return rest == kNoSeat ? kNoSeat : whole * kSeatsPerByte + rest;
}

// --- Runs inside rows -------------------------------------------------------

// Neighbouring vectors share a word: what ends in the second to last word of
// one begins there or one word before, if it is no longer than this.
inline constexpr std::size_t kWordsPerStepAvx2 = kWordsPerAvx2 - 1;
inline constexpr std::size_t kRunMaxAvx2 = kSeatsPerWord + 1;

// Where rows start in the words of a vector. Lengths are in bits.
struct RowStartsAvx2 {
  __m256i starts;  // RowRhythm's
  __m256i to_row;  // from the front of each word to the next row's
  __m256i step;    // by which the next vector's words are nearer
  __m256i width;
};

SEATFIELD_AVX2_PART RowStartsAvx2 StartRowsAvx2(const RowField& field,
                                                std::size_t word) {
  // All rows wider than the field are one.
  const std::size_t width = std::min(field.seats_per_row, field.seats);
  const RowRhythm rhythm = RhythmOf(width);
  const auto nearer = [&](std::size_t to_row) {
    return to_row >= rhythm.step ? to_row - rhythm.step
                                 : to_row + width - rhythm.step;
  };
  const std::size_t first = SeatsToRow(word * kSeatsPerWord, width);
  const std::size_t second = nearer(first);
  const std::size_t third = nearer(second);
  const std::size_t fourth = nearer(third);
  const std::size_t step =
      first >= fourth ? first - fourth : first + width - fourth;
  const auto bits = [](std::size_t seats) {
    return 2 * static_cast<long long>(seats);
  };
  return {.starts = RepeatAvx2(rhythm.starts),
          .to_row = _mm256_setr_epi64x(bits(first), bits(second), bits(third),
                                       bits(fourth)),
          .step = RepeatAvx2(2 * step),
          .width = RepeatAvx2(2 * width)};
}

SEATFIELD_AVX2_PART void NextRowsAvx2(RowStartsAvx2& rows) {
  const __m256i nearer = _mm256_sub_epi64(rows.to_row, rows.step);
  const __m256i passed = _mm256_cmpgt_epi64(_mm256_setzero_si256(), nearer);
  rows.to_row = _mm256_add_epi64(nearer, _mm256_and_si256(passed, rows.width));
}

// A number of seats (1 to 31) by which to shift across words.
struct ShiftAvx2 {
  __m128i right;  // of a word, as bits
  __m128i left;   // of the word before
};

SEATFIELD_AVX2_PART ShiftAvx2 MakeShiftAvx2(std::size_t seats) {
  const auto bits = 2 * static_cast<long long>(seats);
  return {_mm_cvtsi64_si128(bits), _mm_cvtsi64_si128(64 - bits)};
}

// The spaced bits of the seats that lie so many before, across words; none
// before the first word.
SEATFIELD_AVX2_PART __m256i BeforeAvx2(__m256i spaced, ShiftAvx2 shift) {
  const __m256i words_before = _mm256_blend_epi32(
      _mm256_permute4x64_epi64(spaced, 0x90), _mm256_setzero_si256(), 0x03);
  return _mm256_or_si256(_mm256_srl_epi64(spaced, shift.right),
                         _mm256_sll_epi64(words_before, shift.left));
}

// The shifts that leave of bits in seat order those that end a run, as in
// RunStarts().
struct RunShiftsAvx2 {
  std::size_t count = 0;
  ShiftAvx2 shifts[6];
};

SEATFIELD_AVX2_PART void SetRunAvx2(RunShiftsAvx2& shifts, std::size_t run) {
  shifts.count = 0;
  for (; run > 1; run -= run / 2) {
    shifts.shifts[shifts.count++] = MakeShiftAvx2(run / 2);
  }
}

SEATFIELD_AVX2_PART __m256i RunEndsAvx2(__m256i spaced,
                                        const RunShiftsAvx2& shifts) {
  for (std::size_t i = 0; i < shifts.count; ++i) {
    spaced = _mm256_and_si256(spaced, BeforeAvx2(spaced, shifts.shifts[i]));
  }
  return spaced;
}

// The free seats of four words from `word` on, spaced and in seat order.
template <bool kFiltered>
SEATFIELD_AVX2_PART __m256i FreeAvx2(const RowField& field, std::size_t word) {
  if (word + kWordsPerAvx2 <= field.seats / kSeatsPerWord) {
    __m256i free =
        AvailableAvx2(LoadAvx2(field.bytes + word * sizeof(std::uint64_t)));
    if constexpr (kFiltered) {
      const std::byte* const filter =
          BytesOf(field.filter) + word * sizeof(std::uint32_t);
      free = _mm256_and_si256(free, SpreadAvx2(LoadHalfAvx2(filter)));
    }
    return InSeatOrderAvx2(free);
  }
  const std::size_t end = WordCount(field.seats);
  const auto free = [&](std::size_t i) {
    return word + i < end
               ? static_cast<long long>(FreeSeats<kFiltered>(field, word + i))
               : 0;
  };
  return _mm256_setr_epi64x(free(0), free(1), free(2), free(3));
}

// All seats from field.first on in the vector that has it in its first word.
SEATFIELD_AVX2_PART __m256i UsableAvx2(const RowField& field) {
  const std::uint64_t front =
      ~std::uint64_t{0} >> 2 * (field.first % kSeatsPerWord);
  return _mm256_setr_epi64x(static_cast<long long>(front), -1, -1, -1);
}

// The first seat that a vector of spaced bits in seat order has, which is not
// empty.
SEATFIELD_AVX2_PART std::size_t FirstSeatAvx2(__m256i spaced) {
  std::array<std::uint64_t, kWordsPerAvx2> words;
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(words.data()), spaced);
  std::size_t word = 0;
  while (words[word] == 0) ++word;
  return word * kSeatsPerWord + FirstSeat(words[word]);
}

// Looks for `run` free seats side by side, whether in one row or not. Returns
// the first word of the vector in which they end, or kNoSeat.
template <bool kFiltered>
SEATFIELD_AVX2_PART std::size_t FindNearAvx2(const RowField& field,
                                             std::size_t run) {
  const std::size_t end = WordCount(field.seats);
  RunShiftsAvx2 shifts;
  SetRunAvx2(shifts, run);
  __m256i usable = UsableAvx2(field);
  for (std::size_t word = WordIndex(field.first); word < end;
       word += kWordsPerStepAvx2) {
    const __m256i free =
        _mm256_and_si256(FreeAvx2<kFiltered>(field, word), usable);
    const __m256i ends = RunEndsAvx2(free, shifts);
    if (!_mm256_testz_si256(ends, ends)) return word;
    usable = _mm256_set1_epi64x(-1);
  }
  return kNoSeat;
}

// Looks for `run` free seats side by side in one row.
template <bool kFiltered>
SEATFIELD_AVX2 std::size_t FindRunInRowsAvx2(const RowField& field,
                                             std::size_t run) {
  // Few runs cross from row to row: up to the first run rows do not matter.
  std::size_t word = FindNearAvx2<kFiltered>(field, run);
  if (word == kNoSeat) return kNoSeat;
  __m256i usable = word == WordIndex(field.first) ? UsableAvx2(field)
                                                  : _mm256_set1_epi64x(-1);
  RowStartsAvx2 rows = StartRowsAvx2(field, word);
  RunShiftsAvx2 shifts;
  SetRunAvx2(shifts, run - 1);
  const ShiftAvx2 one = MakeShiftAvx2(1);
  const std::size_t end = WordCount(field.seats);
  for (; word < end; word += kWordsPerStepAvx2) {
    const __m256i free =
        _mm256_and_si256(FreeAvx2<kFiltered>(field, word), usable);
    // A run of n seats is n - 1 links, and links know nothing of rows.
    const __m256i links =
        _mm256_andnot_si256(_mm256_srlv_epi64(rows.starts, rows.to_row),
                            _mm256_and_si256(free, BeforeAvx2(free, one)));
    const __m256i ends = run == 1 ? free : RunEndsAvx2(links, shifts);
    if (!_mm256_testz_si256(ends, ends)) {
      return word * kSeatsPerWord + FirstSeatAvx2(ends) - (run - 1);
    }
    NextRowsAvx2(rows);
    usable = _mm256_set1_epi64x(-1);
  }
  return kNoSeat;
}

SEATFIELD_AVX2 std::size_t FindRunAvx2(const RowField& field, std::size_t run) {
  if (run > kRunMaxAvx2) return FindRunPortable(field, run);
  return field.filter != nullptr ? FindRunInRowsAvx2<true>(field, run)
                                 : FindRunInRowsAvx2<false>(field, run);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#undef SEATFIELD_AVX2
#undef SEATFIELD_AVX2_PART

#endif  // defined(__GNUC__) && defined(__x86_64__)

#endif  // SEATFIELD_INTERNAL_KERNELS_AVX2_H_
