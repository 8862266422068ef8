// SPDX-License-Identifier: MIT

#include "seatfield/internal/kernels.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "kernels_elsewhere.h"
#include "seatfield/seat_state.h"
#include "support/catch.h"
#include "support/guarded_bytes.h"
#include "support/plain_seats.h"
#include "support/seed.h"

namespace seatfield::internal {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)

constexpr SeatState kStates[] = {SeatState::kAvailable, SeatState::kReserved,
                                 SeatState::kSold, SeatState::kBlocked};

// Every length at which a word, a vector or a group of vectors may end.
constexpr std::size_t kEveryLength = 520;
constexpr std::size_t kEveryWidth = 300;

std::vector<const Kernels*> SupportedKernels() {
  std::vector<const Kernels*> supported;
  for (const Kernels* kernels : kAllKernels) {
    if (kernels->is_supported()) supported.push_back(kernels);
  }
  return supported;
}

PlainSeats RandomSeats(Rng& rng, std::size_t size, double available) {
  PlainSeats seats(size);
  for (SeatState& seat : seats) {
    seat = rng.Chance(available) ? SeatState::kAvailable
                                 : kStates[rng.Between(1, 3)];
  }
  return seats;
}

std::vector<bool> RandomBits(Rng& rng, std::size_t size, double set) {
  std::vector<bool> bits(size);
  for (std::size_t i = 0; i < size; ++i) bits[i] = rng.Chance(set);
  return bits;
}

// First seat in the high bit of the first byte, in whole words.
std::vector<std::byte> PlainMaskBytes(const std::vector<bool>& bits) {
  std::vector<std::byte> bytes((bits.size() + 63) / 64 * 8);
  for (std::size_t i = 0; i < bits.size(); ++i) {
    if (bits[i]) bytes[i / 8] |= std::byte{0x80} >> i % 8;
  }
  return bytes;
}

std::vector<bool> PlainBitsIn(const PlainSeats& seats, SeatState state) {
  std::vector<bool> bits(seats.size());
  for (std::size_t i = 0; i < seats.size(); ++i) bits[i] = seats[i] == state;
  return bits;
}

// Bytes against a guard. Those of seats have garbage after the last.
class Guarded : public GuardedBytes {
 public:
  Guarded(const std::vector<std::byte>& bytes, Guard guard)
      : GuardedBytes(bytes.size(), guard) {
    std::ranges::copy(bytes, data());
  }
  Guarded(const PlainSeats& seats, Guard guard)
      : Guarded(PlainBytes(seats), guard) {
    if (seats.size() % 4 == 0) return;
    span().back() |= std::byte{0x3f} >> 2 * (seats.size() % 4 - 1);
  }

  const std::uint64_t* words() const { return WordsOf(data()); }
  static std::uint64_t* WordsOf(std::byte* bytes) {
    return reinterpret_cast<std::uint64_t*>(bytes);
  }
};

// What a kernel writes, against a guard and over what was there before.
std::vector<std::byte> Written(std::size_t size, Guard guard, auto write) {
  const Guarded out(std::vector<std::byte>(size, std::byte{0xa5}), guard);
  write(out.data());
  return {out.span().begin(), out.span().end()};
}

std::vector<std::byte> BytesOfStates(const PlainSeats& seats) {
  std::vector<std::byte> bytes(seats.size());
  if (!seats.empty()) std::memcpy(bytes.data(), seats.data(), seats.size());
  return bytes;
}

void CheckCounts(const Kernels& kernels, const PlainSeats& seats, Guard guard) {
  const Guarded map(seats, guard);
  REQUIRE(kernels.count_states(map.data(), seats.size()) ==
          PlainCounts(seats, 0, seats.size()));
}

void CheckMasks(const Kernels& kernels, const PlainSeats& seats,
                const std::vector<bool>& among, Guard guard) {
  const Guarded map(seats, guard);
  const Guarded mask(PlainMaskBytes(among), guard);
  REQUIRE(kernels.count_mask(mask.words(), MaskWordCount(seats.size())) ==
          static_cast<std::uint64_t>(std::ranges::count(among, true)));
  for (const SeatState state : kStates) {
    const std::vector<bool> in_state = PlainBitsIn(seats, state);
    const std::vector<std::byte> expected = PlainMaskBytes(in_state);
    REQUIRE(Written(expected.size(), guard, [&](std::byte* out) {
              kernels.equality_mask(map.data(), seats.size(), state,
                                    Guarded::WordsOf(out));
            }) == expected);
    std::uint64_t count = 0;
    for (std::size_t i = 0; i < seats.size(); ++i) {
      count += in_state[i] && among[i];
    }
    REQUIRE(kernels.count_among(map.data(), seats.size(), state,
                                mask.words()) == count);
  }
}

void CheckCoding(const Kernels& kernels, const PlainSeats& seats, Guard guard) {
  const Guarded map(seats, guard);
  const std::vector<std::byte> states = BytesOfStates(seats);
  REQUIRE(Written(states.size(), guard, [&](std::byte* out) {
            kernels.decode(map.data(), seats.size(),
                           reinterpret_cast<SeatState*>(out));
          }) == states);
  std::vector<std::byte> dirty = states;
  for (std::byte& state : dirty) state |= std::byte{0xa4};
  const Guarded from(dirty, guard);
  const std::vector<std::byte> expected = PlainBytes(seats);
  REQUIRE(Written(expected.size(), guard, [&](std::byte* out) {
            kernels.encode(reinterpret_cast<const SeatState*>(from.data()),
                           seats.size(), out);
          }) == expected);
}

void CheckDifference(const Kernels& kernels, Rng& rng, const PlainSeats& seats,
                     Guard guard) {
  const Guarded map(seats, guard);
  const Guarded clean(PlainBytes(seats), guard);
  REQUIRE(kernels.first_difference(map.data(), clean.data(), seats.size()) ==
          kNoSeat);
  if (seats.empty()) return;
  const std::size_t first = rng.Below(seats.size());
  PlainSeats changed = seats;
  for (std::size_t i = first; i < seats.size(); ++i) {
    if (i == first || rng.Chance(0.1)) {
      changed[i] = kStates[(static_cast<std::size_t>(seats[i]) + 1) % 4];
    }
  }
  const Guarded other(changed, guard);
  REQUIRE(kernels.first_difference(map.data(), other.data(), seats.size()) ==
          first);
}

// A search, and what the loop says of it.
struct Search {
  PlainSeats seats;
  std::vector<bool> filter;  // empty: none
  std::size_t first = 0;
  std::size_t width = 1;
  std::size_t run = 1;

  std::size_t Plain() const {
    return PlainFindRun(PlainFree(seats, filter, first), width, run)
        .value_or(kNoSeat);
  }
};

void CheckSearch(const Search& search) {
  const std::size_t expected = search.Plain();
  for (const Guard guard : {Guard::kBefore, Guard::kBehind}) {
    const Guarded map(search.seats, guard);
    const Guarded filter(PlainMaskBytes(search.filter), guard);
    const RowField field = {
        .bytes = map.data(),
        .seats = search.seats.size(),
        .seats_per_row = search.width,
        .filter = search.filter.empty() ? nullptr : filter.words(),
        .first = search.first};
    const auto check = [&](std::string_view name, std::size_t found) {
      if (found == expected) return;
      FAIL(name << " found " << found << ", not " << expected << ": "
                << search.seats.size() << " seats, width " << search.width
                << ", run " << search.run << ", first " << search.first
                << (search.filter.empty() ? "" : ", filtered"));
    };
    for (const Kernels* kernels : SupportedKernels()) {
      check(kernels->name, kernels->find_run(field, search.run));
    }
    check("FindRunInRows", FindRunInRows(field, search.run));
  }
}

// --- Against the loop -------------------------------------------------------

TEST_CASE("Each instruction set agrees with the loop at every length",
          "[kernels]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    CAPTURE(size);
    const PlainSeats seats = RandomSeats(rng, size, 0.25);
    const std::vector<bool> among = RandomBits(rng, size, 0.5);
    for (const Kernels* kernels : SupportedKernels()) {
      CAPTURE(kernels->name);
      for (const Guard guard : {Guard::kBefore, Guard::kBehind}) {
        CheckCounts(*kernels, seats, guard);
        CheckMasks(*kernels, seats, among, guard);
        CheckCoding(*kernels, seats, guard);
        CheckDifference(*kernels, rng, seats, guard);
      }
    }
  }
}

TEST_CASE("Each instruction set agrees with the loop on large maps",
          "[kernels]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (int round = 0; round < 6; ++round) {
    const std::size_t size = rng.Between(10'000, 400'000);
    CAPTURE(size);
    const PlainSeats seats = RandomSeats(rng, size, 0.3);
    const std::vector<bool> among = RandomBits(rng, size, 0.7);
    for (const Kernels* kernels : SupportedKernels()) {
      CAPTURE(kernels->name);
      CheckCounts(*kernels, seats, Guard::kBehind);
      CheckMasks(*kernels, seats, among, Guard::kBehind);
      CheckCoding(*kernels, seats, Guard::kBehind);
      CheckDifference(*kernels, rng, seats, Guard::kBehind);
    }
  }
}

TEST_CASE("A count of one state fills every field of its sums", "[kernels]") {
  // Long enough for the narrowest fields to overflow if a block were longer.
  constexpr std::size_t kSize = 2'000'003;
  for (const SeatState state : kStates) {
    const std::vector<std::byte> bytes(
        ByteCount(kSize), std::byte{static_cast<std::uint8_t>(
                              0x55U * static_cast<std::uint8_t>(state))});
    SeatCounts expected;
    expected[state] = kSize;
    for (const Kernels* kernels : SupportedKernels()) {
      CAPTURE(kernels->name);
      CHECK(kernels->count_states(bytes.data(), kSize) == expected);
    }
  }
  const std::vector<std::uint64_t> ones(10'001, ~std::uint64_t{0});
  const std::vector<std::byte> none(64 * ones.size() / 4);
  for (const Kernels* kernels : SupportedKernels()) {
    CAPTURE(kernels->name);
    CHECK(kernels->count_mask(ones.data(), ones.size()) == 64 * ones.size());
    CHECK(kernels->count_among(none.data(), 64 * ones.size(),
                               SeatState::kAvailable,
                               ones.data()) == 64 * ones.size());
  }
}

// --- Runs -------------------------------------------------------------------

constexpr double kShares[] = {0.03, 0.2, 0.5, 0.8, 0.95, 1};

TEST_CASE("Each instruction set finds the runs of the loop in every width",
          "[kernels]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t width = 1; width <= kEveryWidth; ++width) {
    for (const double share : kShares) {
      Search search{.seats = RandomSeats(rng, rng.Below(2500), share),
                    .width = width};
      const std::size_t size = search.seats.size();
      const std::vector<bool> filter = RandomBits(rng, size, 0.9);
      for (const std::size_t run :
           {std::size_t{1}, std::size_t{2}, std::size_t{4},
            rng.Between(1, width), rng.Between(1, std::min(width, 40UL))}) {
        search.run = std::min(run, width);
        search.filter.clear();
        search.first = 0;
        CheckSearch(search);
        search.first = rng.Below(size + 1);
        CheckSearch(search);
        search.filter = filter;
        CheckSearch(search);
      }
    }
  }
}

TEST_CASE("Each instruction set finds the runs of the loop at every length",
          "[kernels]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    for (const double share : kShares) {
      const std::size_t width = rng.Between(1, 80);
      Search search{.seats = RandomSeats(rng, size, share),
                    .first = rng.Below(size + 1) / 2,
                    .width = width,
                    .run = rng.Between(1, width)};
      CheckSearch(search);
      search.run = std::min<std::size_t>(width, 3);
      search.filter = RandomBits(rng, size, 0.7);
      CheckSearch(search);
    }
  }
}

TEST_CASE("One run of every length is found wherever it stands", "[kernels]") {
  // Nothing else is free, so that a run missed is a search without an end.
  constexpr std::size_t kSize = 600;
  for (std::size_t run = 1; run <= 70; ++run) {
    for (std::size_t at = 0; at + run <= kSize; at += 1 + run / 16) {
      Search search{.seats = PlainSeats(kSize, SeatState::kSold),
                    .width = kSize,
                    .run = run};
      std::fill_n(search.seats.begin() + std::ptrdiff_t(at), run,
                  SeatState::kAvailable);
      CheckSearch(search);
      // The rows part it in two.
      search.width = std::max(run, at + run / 2);
      CheckSearch(search);
    }
  }
}

TEST_CASE("No run spans rows, however many end beside each other",
          "[kernels]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t width = 2; width <= kEveryWidth; width += 7) {
    // The last two and the first two seats of every row: a run of three or four
    // in every border but in none of the rows, then one at the very end.
    Search search{.seats = PlainSeats(20 * width, SeatState::kReserved),
                  .width = width,
                  .run = std::min<std::size_t>(width, 4)};
    for (std::size_t seat = 0; seat < search.seats.size(); ++seat) {
      const std::size_t column = seat % width;
      if (width > 4 && (column < 2 || column + 2 >= width)) {
        search.seats[seat] = SeatState::kAvailable;
      }
    }
    CheckSearch(search);
    std::fill_n(search.seats.end() - std::ptrdiff_t(search.run), search.run,
                SeatState::kAvailable);
    CheckSearch(search);
  }
}

TEST_CASE("Rows wider than any map are one row", "[kernels]") {
  Search search{.seats = PlainSeats(1000, SeatState::kAvailable),
                .width = SIZE_MAX,
                .run = 30};
  CheckSearch(search);
  search.first = 777;
  CheckSearch(search);
  search.seats[790] = SeatState::kSold;
  CheckSearch(search);
}

TEST_CASE("A search for nothing, or for more than a row, finds nothing",
          "[kernels]") {
  const std::vector<std::byte> free(25);
  const RowField field = {
      .bytes = free.data(), .seats = 100, .seats_per_row = 10};
  CHECK(FindRunInRows(field, 0) == kNoSeat);
  CHECK(FindRunInRows(field, 11) == kNoSeat);
  CHECK(FindRunInRows(field, SIZE_MAX) == kNoSeat);
  CHECK(FindRunInRows(field, 10) == 0);
}

// --- Choice -----------------------------------------------------------------

std::size_t RankOf(std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(kIsaNames, name) -
                                  kIsaNames.begin());
}

TEST_CASE("The best instruction set is chosen up to the one named",
          "[kernels]") {
  const Kernels& best = *SupportedKernels().back();
  CHECK(&ChooseKernels("portable") == &kPortableKernels);
  for (const std::string_view name : kIsaNames) {
    CAPTURE(name);
    const Kernels& chosen = ChooseKernels(name);
    CHECK(chosen.is_supported());
    CHECK(RankOf(chosen.name) <= RankOf(name));
    for (const Kernels* kernels : SupportedKernels()) {
      const std::size_t rank = RankOf(kernels->name);
      CHECK((rank > RankOf(name) || rank <= RankOf(chosen.name)));
    }
  }
  for (const std::string_view unknown : {"", "sse9", "AVX2", "avx2 ", "none"}) {
    CAPTURE(unknown);
    CHECK(&ChooseKernels(unknown) == &best);
  }
}

TEST_CASE("Tables stand in the order of their names", "[kernels]") {
  CHECK(kAllKernels.front() == &kPortableKernels);
  CHECK(kPortableKernels.is_supported());
  CHECK(std::ranges::is_sorted(kAllKernels, {}, [](const Kernels* kernels) {
    return RankOf(kernels->name);
  }));
}

TEST_CASE("The environment limits the choice", "[kernels]") {
  const char* const isa = std::getenv("SEATFIELD_ISA");
  CHECK(&ActiveKernels() == &ChooseKernels(isa != nullptr ? isa : ""));
}

// --- Other translation units ------------------------------------------------

TEST_CASE("A translation unit for another processor has the same kernels",
          "[kernels]") {
  CHECK(&ActiveElsewhere() == &ActiveKernels());
  const std::vector<const Kernels*> elsewhere = KernelsElsewhere();
  CHECK(std::ranges::equal(elsewhere, kAllKernels));
  SEATFIELD_INFO_SEED();
  Rng rng;
  const PlainSeats seats = RandomSeats(rng, 5000, 0.1);
  const std::vector<std::byte> bytes = PlainBytes(seats);
  CHECK(CountElsewhere(bytes.data(), seats.size()) ==
        PlainCounts(seats, 0, seats.size()));
  const RowField field = {
      .bytes = bytes.data(), .seats = seats.size(), .seats_per_row = 33};
  CHECK(FindRunElsewhere(field, 2) ==
        PlainFindRun(PlainFree(seats, {}, 0), 33, 2).value_or(kNoSeat));
}

}  // namespace
}  // namespace seatfield::internal
