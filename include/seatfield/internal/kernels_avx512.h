// SPDX-License-Identifier: MIT
//
// The kernels for processors with AVX-512 as Ice Lake and Zen 4 brought it: BW,
// VL, VPOPCNTDQ, VBMI and VBMI2. A vector is 256 seats; what a memory does not
// fill of one is masked, and masked bytes are not touched.
// What each does is said at the Kernels table, internal/kernels.h.
//
// Complexity: O(vectors).
// Source: the planes of two vectors merged, so that three population counts
//   serve both; row starts by remainders that each step moves; runs by doubling
//   shifts in vectors that overlap by a word, so that nothing is carried.

#ifndef SEATFIELD_INTERNAL_KERNELS_AVX512_H_
#define SEATFIELD_INTERNAL_KERNELS_AVX512_H_

#if defined(__GNUC__) && defined(__x86_64__)

#include <immintrin.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "seatfield/internal/kernels_avx2.h"
#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

// A kernel, and a part of one: a part must be inlined, as its vectors have no
// place in the calling convention of other code.
#define SEATFIELD_AVX512                           \
  [[gnu::target(                                   \
      "avx512f,avx512bw,avx512vl,avx512vpopcntdq," \
      "avx512vbmi,avx512vbmi2,bmi,bmi2,popcnt")]] inline
#define SEATFIELD_AVX512_PART [[gnu::always_inline]] SEATFIELD_AVX512

// GCC 12 takes vectors that its own intrinsics leave undefined on purpose for
// mistakes (GCC bug 105593).
#if !defined(__clang__)
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline constexpr std::size_t kBytesPerAvx512 = 64;
inline constexpr std::size_t kWordsPerAvx512 = 8;
inline constexpr std::size_t kSeatsPerAvx512 = 256;

inline bool IsAvx512Supported() {
  return IsAvx2Supported() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512vpopcntdq") &&
         __builtin_cpu_supports("avx512vbmi") &&
         __builtin_cpu_supports("avx512vbmi2");
}

// --- Parts ------------------------------------------------------------------

SEATFIELD_AVX512_PART __m512i LoadAvx512(const void* from) {
  return _mm512_loadu_si512(from);
}

// A bit for each of the first `count` of 64 bytes; all of them beyond 63.
SEATFIELD_AVX512_PART __mmask64 FirstBytesAvx512(std::size_t count) {
  return _bzhi_u64(~std::uint64_t{0},
                   static_cast<unsigned>(std::min<std::size_t>(count, 64)));
}

// The bits of up to 256 seats, as bytes hold them: ones, then zeros.
SEATFIELD_AVX512_PART __m512i SeatBitsAvx512(std::size_t seats) {
  const __m512i whole =
      _mm512_movm_epi8(FirstBytesAvx512(seats / kSeatsPerByte));
  const __mmask64 last =
      FirstBytesAvx512(ByteCount(seats)) ^ FirstBytesAvx512(seats / 4);
  const auto bits = static_cast<char>(0xff00U >> 2 * (seats % 4) & 0xff);
  return _mm512_mask_set1_epi8(whole, last, bits);
}

// Up to 256 seats, all others available.
SEATFIELD_AVX512_PART __m512i LoadSeatsAvx512(const std::byte* from,
                                              std::size_t seats) {
  const __mmask64 bytes = FirstBytesAvx512(ByteCount(seats));
  return _mm512_and_si512(_mm512_maskz_loadu_epi8(bytes, from),
                          SeatBitsAvx512(seats));
}

// Where a bit of `mask` is set that of `then`, else that of `otherwise`.
SEATFIELD_AVX512_PART __m512i BlendAvx512(__m512i mask, __m512i then,
                                          __m512i otherwise) {
  return _mm512_ternarylogic_epi64(mask, then, otherwise, 0xca);
}

// The available seats, spaced, of those that `among` has.
SEATFIELD_AVX512_PART __m512i AvailableAvx512(__m512i seats, __m512i among) {
  return _mm512_ternarylogic_epi64(seats, _mm512_srli_epi64(seats, 1), among,
                                   0x02);
}

// Every word to seat order, and back.
SEATFIELD_AVX512_PART __m512i InSeatOrderAvx512(__m512i words) {
  const __m512i order = _mm512_set_epi64(
      0x08090a0b0c0d0e0f, 0x0001020304050607, 0x08090a0b0c0d0e0f,
      0x0001020304050607, 0x08090a0b0c0d0e0f, 0x0001020304050607,
      0x08090a0b0c0d0e0f, 0x0001020304050607);
  return _mm512_shuffle_epi8(words, order);
}

// Mask bits of 256 seats from 32 bytes, of which only those of `bytes` are
// read, to spaced bits as the bytes of a map have them.
SEATFIELD_AVX512_PART __m512i SpreadAvx512(const std::byte* from,
                                           std::size_t bytes) {
  const __m512i pairs = _mm512_cvtepu8_epi16(_mm256_maskz_loadu_epi8(
      static_cast<__mmask32>(
          FirstBytesAvx512(std::min<std::size_t>(bytes, 32))),
      from));
  // The four seats in the high half of a mask byte are the first.
  const __m512i nibbles = _mm512_ternarylogic_epi64(
      _mm512_srli_epi16(pairs, 4), _mm512_slli_epi16(pairs, 8),
      _mm512_set1_epi16(0x0f0f), 0xa8);
  const __m512i spaced = _mm512_broadcast_i32x4(
      _mm_set_epi64x(0x5554515045444140, 0x1514111005040100));
  return _mm512_shuffle_epi8(spaced, nibbles);
}

// --- Count ------------------------------------------------------------------

// Sums of planes, as PlaneSums, of which each lane has a part.
struct PlaneSumsAvx512 {
  __m512i low;
  __m512i high;
  __m512i both;
};

// Adds 512 seats: those of `a` in the even bits, those of `b` in the odd.
SEATFIELD_AVX512_PART void AddSeatsAvx512(PlaneSumsAvx512& sums, __m512i a,
                                          __m512i b) {
  const __m512i even = _mm512_set1_epi8(0x55);
  const __m512i low = BlendAvx512(even, a, _mm512_add_epi64(b, b));
  const __m512i high = BlendAvx512(even, _mm512_srli_epi64(a, 1), b);
  const __m512i both = _mm512_and_si512(low, high);
  sums.low = _mm512_add_epi64(sums.low, _mm512_popcnt_epi64(low));
  sums.high = _mm512_add_epi64(sums.high, _mm512_popcnt_epi64(high));
  sums.both = _mm512_add_epi64(sums.both, _mm512_popcnt_epi64(both));
}

SEATFIELD_AVX512_PART std::uint64_t SumAvx512(__m512i lanes) {
  return static_cast<std::uint64_t>(_mm512_reduce_add_epi64(lanes));
}

SEATFIELD_AVX512 SeatCounts CountStatesAvx512(const std::byte* bytes,
                                              std::size_t seats) {
  const __m512i zero = _mm512_setzero_si512();
  PlaneSumsAvx512 sums = {zero, zero, zero};
  std::size_t left = seats;
  // Vectors that lie across cache lines take two reads each: in long maps what
  // is before the first line border goes first.
  constexpr std::size_t kLongMap = 16 * kSeatsPerAvx512;
  if (left >= kLongMap) {
    const std::size_t head =
        -reinterpret_cast<std::uintptr_t>(bytes) % kBytesPerAvx512;
    AddSeatsAvx512(sums, LoadSeatsAvx512(bytes, head * kSeatsPerByte), zero);
    bytes += head;
    left -= head * kSeatsPerByte;
  }
  for (; left >= 2 * kSeatsPerAvx512; left -= 2 * kSeatsPerAvx512) {
    AddSeatsAvx512(sums, LoadAvx512(bytes),
                   LoadAvx512(bytes + kBytesPerAvx512));
    bytes += 2 * kBytesPerAvx512;
  }
  if (left != 0) {
    const std::size_t front = std::min(left, kSeatsPerAvx512);
    AddSeatsAvx512(
        sums, LoadSeatsAvx512(bytes, front),
        LoadSeatsAvx512(bytes + front / kSeatsPerByte, left - front));
  }
  return PlaneSums{SumAvx512(sums.low), SumAvx512(sums.high),
                   SumAvx512(sums.both)}
      .Of(seats);
}

SEATFIELD_AVX512 std::uint64_t CountMaskAvx512(const std::uint64_t* mask,
                                               std::size_t words) {
  __m512i sum = _mm512_setzero_si512();
  for (; words >= kWordsPerAvx512; words -= kWordsPerAvx512) {
    sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(LoadAvx512(mask)));
    mask += kWordsPerAvx512;
  }
  const auto rest = static_cast<__mmask8>(FirstBytesAvx512(words));
  const __m512i last = _mm512_maskz_loadu_epi64(rest, mask);
  return SumAvx512(_mm512_add_epi64(sum, _mm512_popcnt_epi64(last)));
}

// The seats in the state that `state` repeats, spaced.
SEATFIELD_AVX512_PART __m512i EqualAvx512(__m512i seats, __m512i state) {
  const __m512i differs = _mm512_xor_si512(seats, state);
  return AvailableAvx512(differs, _mm512_set1_epi8(0x55));
}

SEATFIELD_AVX512_PART __m512i BroadcastAvx512(SeatState state) {
  return _mm512_set1_epi64(static_cast<long long>(Broadcast(state)));
}

SEATFIELD_AVX512 std::uint64_t CountAmongAvx512(const std::byte* bytes,
                                                std::size_t seats,
                                                SeatState state,
                                                const std::uint64_t* among) {
  const __m512i sought = BroadcastAvx512(state);
  const std::byte* mask = BytesOf(among);
  __m512i sum = _mm512_setzero_si512();
  // The mask has no seat after the last.
  for (std::size_t left = ByteCount(seats); left != 0;) {
    const __m512i here = EqualAvx512(
        _mm512_maskz_loadu_epi8(FirstBytesAvx512(left), bytes), sought);
    const __m512i both =
        _mm512_and_si512(here, SpreadAvx512(mask, (left + 1) / 2));
    sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(both));
    left -= std::min(left, kBytesPerAvx512);
    bytes += kBytesPerAvx512;
    mask += kBytesPerAvx512 / 2;
  }
  return SumAvx512(sum);
}

// --- Compare, decode, encode ------------------------------------------------

// 64 bytes of four spaced bits each to 32 bytes of mask.
SEATFIELD_AVX512_PART __m256i GatherAvx512(__m512i spaced) {
  const __m512i pairs =
      _mm512_and_si512(_mm512_or_si512(spaced, _mm512_srli_epi64(spaced, 1)),
                       _mm512_set1_epi8(0x33));
  const __m512i nibbles =
      _mm512_and_si512(_mm512_or_si512(pairs, _mm512_srli_epi64(pairs, 2)),
                       _mm512_set1_epi8(0x0f));
  // The first byte of two becomes the high half.
  return _mm512_cvtepi16_epi8(
      _mm512_maddubs_epi16(nibbles, _mm512_set1_epi16(0x0110)));
}

SEATFIELD_AVX512 void EqualityMaskAvx512(const std::byte* bytes,
                                         std::size_t seats, SeatState state,
                                         std::uint64_t* mask) {
  const __m512i sought = BroadcastAvx512(state);
  for (; seats >= kSeatsPerAvx512; seats -= kSeatsPerAvx512) {
    const __m512i here = EqualAvx512(LoadAvx512(bytes), sought);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(mask), GatherAvx512(here));
    bytes += kBytesPerAvx512;
    mask += kSeatsPerAvx512 / kSeatsPerMaskWord;
  }
  const __m512i last = EqualAvx512(LoadSeatsAvx512(bytes, seats), sought);
  const auto words =
      static_cast<__mmask8>(FirstBytesAvx512(MaskWordCount(seats)));
  _mm256_mask_storeu_epi64(
      mask, words, GatherAvx512(_mm512_and_si512(last, SeatBitsAvx512(seats))));
}

// 16 bytes to 64 seats, a byte each.
SEATFIELD_AVX512_PART __m512i DecodeSeatsAvx512(__m128i bytes) {
  const __m512i fours = _mm512_cvtepu8_epi32(bytes);
  const __m512i offsets = _mm512_set1_epi64(0x2022'2426'0002'0406);
  return _mm512_and_si512(_mm512_multishift_epi64_epi8(offsets, fours),
                          _mm512_set1_epi8(3));
}

SEATFIELD_AVX512 void DecodeAvx512(const std::byte* bytes, std::size_t seats,
                                   SeatState* out) {
  for (; seats >= 64; seats -= 64, out += 64, bytes += 16) {
    const __m128i coded =
        _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
    _mm512_storeu_si512(out, DecodeSeatsAvx512(coded));
  }
  const auto rest = static_cast<__mmask16>(FirstBytesAvx512(ByteCount(seats)));
  _mm512_mask_storeu_epi8(out, FirstBytesAvx512(seats),
                          DecodeSeatsAvx512(_mm_maskz_loadu_epi8(rest, bytes)));
}

// 64 seats, a byte each, to 16 bytes.
SEATFIELD_AVX512_PART __m128i EncodeSeatsAvx512(__m512i seats) {
  const __m512i states = _mm512_and_si512(seats, _mm512_set1_epi8(3));
  const __m512i twos = _mm512_maddubs_epi16(states, _mm512_set1_epi16(0x0104));
  return _mm512_cvtepi32_epi8(
      _mm512_madd_epi16(twos, _mm512_set1_epi32(0x0001'0010)));
}

SEATFIELD_AVX512 void EncodeAvx512(const SeatState* states, std::size_t seats,
                                   std::byte* bytes) {
  for (; seats >= 64; seats -= 64, states += 64, bytes += 16) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes),
                     EncodeSeatsAvx512(LoadAvx512(states)));
  }
  const auto rest = static_cast<__mmask16>(FirstBytesAvx512(ByteCount(seats)));
  _mm_mask_storeu_epi8(bytes, rest,
                       EncodeSeatsAvx512(_mm512_maskz_loadu_epi8(
                           FirstBytesAvx512(seats), states)));
}

SEATFIELD_AVX512 std::size_t FirstDifferenceAvx512(const std::byte* a,
                                                   const std::byte* b,
                                                   std::size_t seats) {
  for (std::size_t at = 0; at < seats; at += kSeatsPerAvx512) {
    const std::size_t offset = at / kSeatsPerByte;
    const __mmask64 bytes = FirstBytesAvx512(ByteCount(seats) - offset);
    const __mmask64 differ =
        _mm512_cmpneq_epi8_mask(_mm512_maskz_loadu_epi8(bytes, a + offset),
                                _mm512_maskz_loadu_epi8(bytes, b + offset));
    if (differ == 0) continue;
    const std::size_t byte =
        offset + static_cast<std::size_t>(std::countr_zero(differ));
    return FirstDifferenceInByte(a[byte], b[byte], byte, seats);
  }
  return kNoSeat;
}

// --- Runs inside rows -------------------------------------------------------

// Neighbouring vectors share a word: what ends in the second to last word of
// one begins there or one word before, if it is no longer than this.
inline constexpr std::size_t kWordsPerStepAvx512 = kWordsPerAvx512 - 1;
inline constexpr std::size_t kRunMaxAvx512 = kSeatsPerWord + 1;

// Where rows start in the words of a vector. Lengths are in bits.
struct RowStartsAvx512 {
  __m512i starts;  // RowRhythm's
  __m512i to_row;  // from the front of each word to the next row's
  __m512i step;    // by which the next vector's words are nearer
  __m512i width;
};

// a - b where `lanes` are set, both less than `width`, and never below zero:
// one width more then.
SEATFIELD_AVX512_PART __m512i NearerAvx512(__m512i a, __mmask8 lanes, __m512i b,
                                           __m512i width) {
  const __m512i nearer = _mm512_mask_sub_epi64(a, lanes, a, b);
  return _mm512_min_epu64(nearer, _mm512_add_epi64(nearer, width));
}

SEATFIELD_AVX512_PART __m512i BitsAvx512(std::size_t seats) {
  return _mm512_set1_epi64(2 * static_cast<long long>(seats));
}

SEATFIELD_AVX512_PART RowStartsAvx512 StartRowsAvx512(const RowField& field,
                                                      std::size_t word) {
  // All rows wider than the field are one.
  const std::size_t width = std::min(field.seats_per_row, field.seats);
  const RowRhythm rhythm = RhythmOf(width);
  const auto twice = [width](std::size_t step) {
    return 2 * step < width ? 2 * step : 2 * step - width;
  };
  const std::size_t one = rhythm.step;
  const std::size_t two = twice(one);
  const std::size_t four = twice(two);
  const __m512i bits = BitsAvx512(width);
  RowStartsAvx512 rows;
  rows.starts = _mm512_set1_epi64(static_cast<long long>(rhythm.starts));
  rows.width = bits;
  rows.to_row = BitsAvx512(SeatsToRow(word * kSeatsPerWord, width));
  rows.to_row = NearerAvx512(rows.to_row, 0xaa, BitsAvx512(one), bits);
  rows.to_row = NearerAvx512(rows.to_row, 0xcc, BitsAvx512(two), bits);
  rows.to_row = NearerAvx512(rows.to_row, 0xf0, BitsAvx512(four), bits);
  std::size_t step = twice(four) + width - one;
  if (step >= width) step -= width;
  rows.step = BitsAvx512(step);
  return rows;
}

// The spaced bits of the seats that lie `seats` (1 to 31, as bits in each lane)
// before, across words; none before the first word.
SEATFIELD_AVX512_PART __m512i BeforeAvx512(__m512i spaced, __m512i bits) {
  const __m512i words_before =
      _mm512_alignr_epi64(spaced, _mm512_setzero_si512(), 7);
  return _mm512_shrdv_epi64(spaced, words_before, bits);
}

// The shifts that leave of bits in seat order those that end a run, as in
// RunStarts().
struct RunShiftsAvx512 {
  std::size_t count = 0;
  __m512i bits[6];
};

SEATFIELD_AVX512_PART void SetRunAvx512(RunShiftsAvx512& shifts,
                                        std::size_t run) {
  shifts.count = 0;
  for (; run > 1; run -= run / 2) {
    shifts.bits[shifts.count++] = BitsAvx512(run / 2);
  }
}

SEATFIELD_AVX512_PART __m512i RunEndsAvx512(__m512i spaced,
                                            const RunShiftsAvx512& shifts) {
  for (std::size_t i = 0; i < shifts.count; ++i) {
    spaced = _mm512_and_si512(spaced, BeforeAvx512(spaced, shifts.bits[i]));
  }
  return spaced;
}

// The free seats of eight words from `word` on, spaced and in seat order.
template <bool kFiltered>
SEATFIELD_AVX512_PART __m512i FreeAvx512(const RowField& field,
                                         std::size_t word, __m512i among) {
  const std::byte* const from = field.bytes + word * sizeof(std::uint64_t);
  const std::size_t left = field.seats - word * kSeatsPerWord;
  __m512i seats;
  if (left >= kSeatsPerAvx512) {
    seats = LoadAvx512(from);
  } else {
    seats = _mm512_maskz_loadu_epi8(FirstBytesAvx512(ByteCount(left)), from);
    among = _mm512_and_si512(among, InSeatOrderAvx512(SeatBitsAvx512(left)));
  }
  if constexpr (kFiltered) {
    const __m512i filter = SpreadAvx512(
        BytesOf(field.filter) + word * sizeof(std::uint32_t), (left + 7) / 8);
    among = _mm512_and_si512(among, InSeatOrderAvx512(filter));
  }
  return AvailableAvx512(InSeatOrderAvx512(seats), among);
}

// The first seat that a vector of spaced bits in seat order has, which is not
// empty.
SEATFIELD_AVX512_PART std::size_t FirstSeatAvx512(__m512i spaced,
                                                  __mmask8 words) {
  const auto word = static_cast<std::size_t>(std::countr_zero(words));
  const __m512i front = _mm512_maskz_compress_epi64(words, spaced);
  const auto bits = static_cast<std::uint64_t>(
      _mm_cvtsi128_si64(_mm512_castsi512_si128(front)));
  return word * kSeatsPerWord + FirstSeat(bits);
}

// All seats from field.first on in the vector that has it in its first word.
SEATFIELD_AVX512_PART __m512i UsableAvx512(const RowField& field) {
  const std::uint64_t front = kSpaced >> 2 * (field.first % kSeatsPerWord);
  return _mm512_mask_set1_epi64(_mm512_set1_epi8(0x55), 1,
                                static_cast<long long>(front));
}

// Looks for `run` free seats side by side, whether in one row or not, from
// `word` on. Returns the first word of the vector in which they end, or
// kNoSeat.
template <bool kFiltered>
SEATFIELD_AVX512_PART std::size_t FindNearAvx512(const RowField& field,
                                                 std::size_t run) {
  const std::size_t end = WordCount(field.seats);
  RunShiftsAvx512 shifts;
  SetRunAvx512(shifts, run);
  __m512i among = UsableAvx512(field);
  for (std::size_t word = WordIndex(field.first); word < end;
       word += kWordsPerStepAvx512) {
    const __m512i ends =
        RunEndsAvx512(FreeAvx512<kFiltered>(field, word, among), shifts);
    if (_mm512_test_epi64_mask(ends, ends) != 0) return word;
    among = _mm512_set1_epi8(0x55);
  }
  return kNoSeat;
}

// Looks for `run` free seats side by side in one row.
template <bool kFiltered>
SEATFIELD_AVX512 std::size_t FindRunInRowsAvx512(const RowField& field,
                                                 std::size_t run) {
  // Few runs cross from row to row: up to the first run rows do not matter.
  std::size_t word = FindNearAvx512<kFiltered>(field, run);
  if (word == kNoSeat) return kNoSeat;
  __m512i among = word == WordIndex(field.first) ? UsableAvx512(field)
                                                 : _mm512_set1_epi8(0x55);
  RowStartsAvx512 rows = StartRowsAvx512(field, word);
  RunShiftsAvx512 shifts;
  SetRunAvx512(shifts, run - 1);
  const std::size_t end = WordCount(field.seats);
  for (; word < end; word += kWordsPerStepAvx512) {
    const __m512i free = FreeAvx512<kFiltered>(field, word, among);
    // A run of n seats is n - 1 links, and links know nothing of rows.
    const __m512i links = _mm512_ternarylogic_epi64(
        free, BeforeAvx512(free, BitsAvx512(1)),
        _mm512_srlv_epi64(rows.starts, rows.to_row), 0x40);
    const __m512i ends = run == 1 ? free : RunEndsAvx512(links, shifts);
    const __mmask8 found = _mm512_test_epi64_mask(ends, ends);
    if (found != 0) {
      return word * kSeatsPerWord + FirstSeatAvx512(ends, found) - (run - 1);
    }
    rows.to_row = NearerAvx512(rows.to_row, 0xff, rows.step, rows.width);
    among = _mm512_set1_epi8(0x55);
  }
  return kNoSeat;
}

SEATFIELD_AVX512 std::size_t FindRunAvx512(const RowField& field,
                                           std::size_t run) {
  if (run > kRunMaxAvx512) return FindRunPortable(field, run);
  return field.filter != nullptr ? FindRunInRowsAvx512<true>(field, run)
                                 : FindRunInRowsAvx512<false>(field, run);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#if !defined(__clang__)
#pragma GCC diagnostic pop
#endif

#undef SEATFIELD_AVX512
#undef SEATFIELD_AVX512_PART

#endif  // defined(__GNUC__) && defined(__x86_64__)

#endif  // SEATFIELD_INTERNAL_KERNELS_AVX512_H_
