// SPDX-License-Identifier: MIT
//
// The table of kernels, the loops over two-bit seats that are worth an
// instruction set of their own: count, compare, decode, encode, find a run.
// SeatMap, SeatMask and the searches run them on plain memory.
//
//   ActiveKernels().count_states(bytes, seats);  // SeatCounts
//
// Units, layout: internal/words.h.
// Limits: a kernel reads and writes no byte but those of its seats, (seats + 3)
//   / 4 of a map and whole words of a mask, and asks for no alignment. Bits
//   after the last seat are ignored when read and zero when written.
// Errors: none. Whatever does not fit the stated sizes breaks the contract.
// Thread safety: pure functions of the memory given, which no other thread may
//   write meanwhile: a reader of live words copies them first.
// Choice: the names of functions say their instruction set, so that translation
//   units compiled for different processors agree on every one. The first call
//   of ActiveKernels() asks the processor, for good. The environment variable
//   SEATFIELD_ISA, read then, sets a limit: of portable, neon, popcnt, avx2 and
//   avx512, in this order, the last is taken that the machine has and that does
//   not come after the one named. Without it, or with any other value, the last
//   that the machine has. All give the same results, bit for bit.

#ifndef SEATFIELD_INTERNAL_KERNELS_H_
#define SEATFIELD_INTERNAL_KERNELS_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "seatfield/internal/kernels_avx2.h"
#include "seatfield/internal/kernels_avx512.h"
#include "seatfield/internal/kernels_neon.h"
#include "seatfield/internal/kernels_popcnt.h"
#include "seatfield/internal/kernels_portable.h"
#include "seatfield/internal/rows.h"
#include "seatfield/internal/words.h"
#include "seatfield/seat_state.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// The order of choice.
inline constexpr std::array<std::string_view, 5> kIsaNames = {
    "portable", "neon", "popcnt", "avx2", "avx512"};

// One implementation of each kernel, for one instruction set.
struct Kernels {
  std::string_view name;  // one of kIsaNames
  bool (*is_supported)();

  // How many of the first `seats` seats are in each state.
  SeatCounts (*count_states)(const std::byte* bytes, std::size_t seats);
  // The bits set in mask words.
  std::uint64_t (*count_mask)(const std::uint64_t* mask, std::size_t words);
  // How many seats of a mask of as many seats are in that state.
  std::uint64_t (*count_among)(const std::byte* bytes, std::size_t seats,
                               SeatState state, const std::uint64_t* among);
  // Writes MaskWordCount(seats) mask words: the seats in that state.
  void (*equality_mask)(const std::byte* bytes, std::size_t seats,
                        SeatState state, std::uint64_t* mask);
  // Writes one byte a seat.
  void (*decode)(const std::byte* bytes, std::size_t seats, SeatState* out);
  // Writes ByteCount(seats) bytes from one byte a seat, of which only the low
  // two bits are looked at.
  void (*encode)(const SeatState* states, std::size_t seats, std::byte* bytes);
  // The first seat in which two maps differ, or kNoSeat.
  std::size_t (*first_difference)(const std::byte* a, const std::byte* b,
                                  std::size_t seats);
  // The first seat of the first `run` (1 to seats_per_row) free seats side by
  // side in one row, or kNoSeat.
  std::size_t (*find_run)(const RowField& field, std::size_t run);
};

inline constexpr Kernels kPortableKernels = {
    .name = "portable",
    .is_supported = [] { return true; },
    .count_states = CountStatesPortable,
    .count_mask = CountMaskPortable,
    .count_among = CountAmongPortable,
    .equality_mask = EqualityMaskPortable,
    .decode = DecodePortable,
    .encode = EncodePortable,
    .first_difference = FirstDifferencePortable,
    .find_run = FindRunPortable,
};

// Every table there is for this processor family, in the order of kIsaNames.
#if defined(__GNUC__) && defined(__x86_64__)

inline constexpr Kernels kPopcntKernels = {
    .name = "popcnt",
    .is_supported = IsPopcntSupported,
    .count_states = CountStatesPopcnt,
    .count_mask = CountMaskPopcnt,
    .count_among = CountAmongPopcnt,
    .equality_mask = EqualityMaskPopcnt,
    .decode = DecodePopcnt,
    .encode = EncodePopcnt,
    .first_difference = FirstDifferencePortable,
    .find_run = FindRunPopcnt,
};

inline constexpr Kernels kAvx2Kernels = {
    .name = "avx2",
    .is_supported = IsAvx2Supported,
    .count_states = CountStatesAvx2,
    .count_mask = CountMaskAvx2,
    .count_among = CountAmongAvx2,
    .equality_mask = EqualityMaskAvx2,
    .decode = DecodeAvx2,
    .encode = EncodeAvx2,
    .first_difference = FirstDifferenceAvx2,
    .find_run = FindRunAvx2,
};

inline constexpr Kernels kAvx512Kernels = {
    .name = "avx512",
    .is_supported = IsAvx512Supported,
    .count_states = CountStatesAvx512,
    .count_mask = CountMaskAvx512,
    .count_among = CountAmongAvx512,
    .equality_mask = EqualityMaskAvx512,
    .decode = DecodeAvx512,
    .encode = EncodeAvx512,
    .first_difference = FirstDifferenceAvx512,
    .find_run = FindRunAvx512,
};

inline constexpr std::array kAllKernels = {&kPortableKernels, &kPopcntKernels,
                                           &kAvx2Kernels, &kAvx512Kernels};

#elif defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)

inline constexpr Kernels kNeonKernels = {
    .name = "neon",
    .is_supported = [] { return true; },
    .count_states = CountStatesNeon,
    .count_mask = CountMaskNeon,
    .count_among = CountAmongPortable,
    .equality_mask = EqualityMaskNeon,
    .decode = DecodeNeon,
    .encode = EncodeNeon,
    .first_difference = FirstDifferencePortable,
    .find_run = FindRunPortable,
};

inline constexpr std::array kAllKernels = {&kPortableKernels, &kNeonKernels};

#else

inline constexpr std::array kAllKernels = {&kPortableKernels};

#endif

// What that value of SEATFIELD_ISA chooses here.
inline const Kernels& ChooseKernels(std::string_view isa) {
  const auto rank = [](std::string_view name) {
    return std::find(kIsaNames.begin(), kIsaNames.end(), name);
  };
  const Kernels* chosen = &kPortableKernels;
  for (const Kernels* kernels : kAllKernels) {
    if (rank(kernels->name) <= rank(isa) && kernels->is_supported()) {
      chosen = kernels;
    }
  }
  return *chosen;
}

// Null until the first call of ActiveKernels(). Tables are constants: whoever
// sees a pointer sees what it points to.
inline constinit std::atomic<const Kernels*> active_kernels = nullptr;

[[gnu::cold, gnu::noinline]] inline const Kernels& ChooseActiveKernels() {
  const char* const isa = std::getenv("SEATFIELD_ISA");
  const Kernels& chosen = ChooseKernels(isa != nullptr ? isa : "");
  active_kernels.store(&chosen, std::memory_order_relaxed);
  return chosen;
}

// The table that this process uses.
inline const Kernels& ActiveKernels() {
  const Kernels* const active = active_kernels.load(std::memory_order_relaxed);
  return active != nullptr ? *active : ChooseActiveKernels();
}

// What Kernels::find_run does, for a `run` of any length: kNoSeat if it is 0 or
// no row is so wide.
inline std::size_t FindRunInRows(const RowField& field, std::size_t run) {
  if (run == 0 || run > field.seats_per_row) return kNoSeat;
  const std::size_t found = FindRunInFirstSeats(field, run);
  return found != kNoSeat ? found : ActiveKernels().find_run(field, run);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_KERNELS_H_
