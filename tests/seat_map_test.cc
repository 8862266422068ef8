// SPDX-License-Identifier: MIT

#include "seatfield/seat_map.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "seatfield/internal/hash.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_state.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/plain_seats.h"
#include "support/seat_text.h"
#include "support/seed.h"
#include "support/sha256.h"

namespace seatfield {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)

constexpr SeatState kStates[] = {SeatState::kAvailable, SeatState::kReserved,
                                 SeatState::kSold, SeatState::kBlocked};

// Every length at which a word, a mask word or a group of words may end.
constexpr std::size_t kEveryLength = 520;

PlainSeats RandomSeats(Rng& rng, std::size_t size) {
  PlainSeats seats(size);
  for (SeatState& seat : seats) seat = static_cast<SeatState>(rng.Below(4));
  return seats;
}

SeatMap MapOf(const PlainSeats& seats) {
  SeatMap map(seats.size());
  for (std::size_t i = 0; i < seats.size(); ++i) map.Set(i, seats[i]);
  return map;
}

// Bytes in memory of exactly their size, `offset` bytes off any alignment, so
// that a sanitizer sees whoever reads past them.
class ExactBytes {
 public:
  ExactBytes(const std::vector<std::byte>& bytes, std::size_t offset)
      : memory_(new std::byte[bytes.size() + offset]),
        span_(memory_.get() + offset, bytes.size()) {
    std::ranges::copy(bytes, memory_.get() + offset);
  }
  std::span<const std::byte> span() const { return span_; }

 private:
  std::unique_ptr<std::byte[]> memory_;
  std::span<const std::byte> span_;
};

std::vector<std::size_t> SeatsIn(SeatMapView map, SeatState state) {
  std::vector<std::size_t> seats;
  map.ForEach(state, [&](std::size_t seat) { seats.push_back(seat); });
  return seats;
}

std::string Letters(const PlainSeats& seats) {
  std::string letters;
  for (const SeatState seat : seats) letters += SeatStateLetter(seat);
  return letters;
}

// The bits of the last word after the last seat.
std::uint64_t UnusedBits(const SeatMap& map) {
  std::uint64_t unused = 0;
  for (std::size_t seat = map.size(); seat % internal::kSeatsPerWord != 0;
       ++seat) {
    unused |= map.words().back() & std::uint64_t{3}
                                       << internal::SeatShift(seat);
  }
  return unused;
}

// Every reading member against the array, on a map or a view of one.
void CheckReads(SeatMapView map, const PlainSeats& seats) {
  REQUIRE(map.size() == seats.size());
  REQUIRE(map.empty() == seats.empty());
  const auto bytes = PlainBytes(seats);
  REQUIRE(map.size_bytes() == bytes.size());
  REQUIRE(std::ranges::equal(map.bytes(), bytes));
  const SeatCounts counts = PlainCounts(seats, 0, seats.size());
  REQUIRE(map.CountAll() == counts);
  REQUIRE(map.CountAll().total() == seats.size());
  for (std::size_t i = 0; i < seats.size(); ++i) {
    if (map.Get(i) != seats[i]) FAIL("seat " << i << " differs");
  }
  for (const SeatState state : kStates) {
    REQUIRE(map.Count(state) == counts[state]);
    const std::vector<std::size_t> expected = PlainSeatsIn(seats, state);
    REQUIRE(SeatsIn(map, state) == expected);
    SeatMask mask(seats.size());
    for (const std::size_t seat : expected) mask.Set(seat);
    REQUIRE(map.MaskOf(state) == mask);
  }
  PlainSeats decoded(seats.size(), SeatState::kBlocked);
  map.Decode(decoded);
  REQUIRE(decoded == seats);
  REQUIRE(map.ToString() == Letters(seats));
}

// A map against the array, and every way to make it again.
void CheckMap(const SeatMap& map, const PlainSeats& seats) {
  CheckReads(map, seats);
  REQUIRE(UnusedBits(map) == 0);
  REQUIRE(map.words().size() == internal::WordCount(seats.size()));
  for (std::size_t i = 0; i < seats.size(); ++i) {
    if (map.Get(i) != seats[i]) FAIL("seat " << i << " of the map differs");
  }
  REQUIRE(SeatMap::FromStates(seats) == map);
  REQUIRE(SeatMap::FromString(Letters(seats)).value() == map);
  REQUIRE(SeatMap::FromBytes(PlainBytes(seats), seats.size()).value() == map);
}

// --- States and counts ------------------------------------------------------

TEST_CASE("Names and letters of states parse back to them", "[seat_state]") {
  for (const SeatState state : kStates) {
    CHECK(ParseSeatState(SeatStateName(state)) == state);
    CHECK(SeatStateOfLetter(SeatStateLetter(state)) == state);
  }
  CHECK(SeatStateName(SeatState::kAvailable) == "available");
  CHECK(SeatStateName(SeatState::kReserved) == "reserved");
  CHECK(SeatStateName(SeatState::kSold) == "sold");
  CHECK(SeatStateName(SeatState::kBlocked) == "blocked");
  CHECK_FALSE(ParseSeatState("Sold"));
  CHECK_FALSE(ParseSeatState(""));
  CHECK_FALSE(SeatStateOfLetter('a'));
  CHECK_FALSE(SeatStateOfLetter('\0'));
}

TEST_CASE("Counts are read and written by state", "[seat_state]") {
  SeatCounts counts{.available = 1, .reserved = 2, .sold = 3, .blocked = 4};
  CHECK(counts[SeatState::kAvailable] == 1);
  CHECK(counts[SeatState::kReserved] == 2);
  CHECK(counts[SeatState::kSold] == 3);
  CHECK(counts[SeatState::kBlocked] == 4);
  CHECK(counts.total() == 10);
  counts[SeatState::kSold] += 7;
  CHECK(counts.sold == 10);
  counts += SeatCounts{.available = 1, .reserved = 1, .sold = 1, .blocked = 1};
  CHECK(counts ==
        SeatCounts{.available = 2, .reserved = 3, .sold = 11, .blocked = 5});
}

TEST_CASE("Counts of more seats than 32 bits hold do not wrap",
          "[seat_state]") {
  const SeatCounts counts{.available = UINT32_MAX, .sold = UINT32_MAX};
  CHECK(counts.total() == 2 * std::uint64_t{UINT32_MAX});
}

// --- Layout -----------------------------------------------------------------

TEST_CASE("Byte i holds seats 4i to 4i+3 and the first seat is highest",
          "[seat_map]") {
  SeatMap map(9);
  map.Set(0, SeatState::kReserved);
  map.Set(1, SeatState::kSold);
  map.Set(2, SeatState::kBlocked);
  map.Set(7, SeatState::kReserved);
  map.Set(8, SeatState::kBlocked);
  CHECK(Hex(map.bytes()) == "6c01c0");
}

TEST_CASE("A word loaded from memory has its seats where SeatShift says",
          "[seat_map]") {
  for (std::size_t seat = 0; seat < 64; ++seat) {
    SeatMap map(64);
    map.Set(seat, SeatState::kBlocked);
    std::uint64_t words[2];
    std::memcpy(words, map.bytes().data(), sizeof words);
    CHECK(words[internal::WordIndex(seat)] == std::uint64_t{3}
                                                  << internal::SeatShift(seat));
    CHECK(words[1 - internal::WordIndex(seat)] == 0);
    CHECK(internal::InSeatOrder(words[seat / 32]) ==
          std::uint64_t{3} << (62 - 2 * (seat % 32)));
  }
}

TEST_CASE("A seat set in a word is read back and moves no other",
          "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t seat = 0; seat < 32; ++seat) {
    for (const SeatState state : kStates) {
      const std::uint64_t before = rng.Next();
      const std::uint64_t after = internal::WithSeat(before, seat, state);
      CHECK(internal::GetSeat(after, seat) == state);
      CHECK(((before ^ after) &
             ~(std::uint64_t{3} << internal::SeatShift(seat))) == 0);
    }
  }
}

TEST_CASE("Five hundred seats are 125 bytes", "[seat_map]") {
  CHECK(SeatMap(500).size_bytes() == 125);
  CHECK(SeatMap(500).bytes().size() == 125);
  CHECK(SeatMap(501).size_bytes() == 126);
  CHECK(SeatMap().size_bytes() == 0);
}

// --- Against the array ------------------------------------------------------

TEST_CASE("A new map has every seat in its first state", "[seat_map]") {
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    CAPTURE(size);
    for (const SeatState state : kStates) {
      CheckMap(SeatMap(size, state), PlainSeats(size, state));
    }
  }
}

TEST_CASE("A map agrees with an array at every length up to 520",
          "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    CAPTURE(size);
    const PlainSeats seats = RandomSeats(rng, size);
    CheckMap(MapOf(seats), seats);
  }
}

TEST_CASE("A map agrees with an array at random large lengths", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (int round = 0; round < 8; ++round) {
    const std::size_t size = rng.Between(kEveryLength, 70'000);
    CAPTURE(size);
    const PlainSeats seats = RandomSeats(rng, size);
    CheckMap(MapOf(seats), seats);
  }
}

TEST_CASE("A count of one state fills every field of its sums", "[seat_map]") {
  // Long enough for byte fields to overflow if blocks were one group longer.
  for (const std::size_t size : {60u * 32, 61u * 32, 66u * 32, 200u * 32 + 7}) {
    for (const SeatState state : kStates) {
      SeatCounts expected;
      expected[state] = size;
      CHECK(SeatMap(size, state).CountAll() == expected);
    }
  }
}

TEST_CASE("A view reads bytes of any alignment and none past them",
          "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    CAPTURE(size);
    const PlainSeats seats = RandomSeats(rng, size);
    const ExactBytes bytes(PlainBytes(seats), size % 8);
    const auto view = SeatMapView::FromBytes(bytes.span(), size);
    REQUIRE(view.ok());
    CheckReads(*view, seats);
    CHECK(*view == MapOf(seats));
    CHECK(SeatMap(*view) == MapOf(seats));
  }
}

TEST_CASE("A first difference is the lowest seat that differs", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= kEveryLength; ++size) {
    const PlainSeats seats = RandomSeats(rng, size);
    const SeatMap map = MapOf(seats);
    const ExactBytes bytes(PlainBytes(seats), size % 8);
    const auto view = SeatMapView::FromBytes(bytes.span(), size);
    REQUIRE(view.ok());
    REQUIRE_FALSE(map.FirstDifference(*view));
    REQUIRE(*view == map.view());
    if (size == 0) continue;
    const std::size_t first = rng.Below(size);
    SeatMap other = map;
    for (const std::size_t seat : {first, rng.Between(first, size - 1)}) {
      other.Set(seat, kStates[(static_cast<std::size_t>(seats[seat]) + 1) % 4]);
    }
    REQUIRE(view->FirstDifference(other) == first);
    REQUIRE(other.FirstDifference(*view) == first);
    REQUIRE_FALSE(*view == other.view());
  }
}

TEST_CASE("Encoding looks at two bits of a byte only", "[seat_map]") {
  const PlainSeats dirty(9, static_cast<SeatState>(0xfe));
  CHECK(SeatMap::FromStates(dirty) == SeatMap(9, SeatState::kSold));
}

TEST_CASE("A fill changes its range and nothing else", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const std::size_t size = 130;
  for (std::size_t first = 0; first <= size; ++first) {
    for (std::size_t last = first; last <= size; ++last) {
      PlainSeats seats = RandomSeats(rng, size);
      SeatMap map = MapOf(seats);
      const SeatState state = kStates[(first + last) % 4];
      map.Fill(first, last, state);
      std::fill(seats.begin() + std::ptrdiff_t(first),
                seats.begin() + std::ptrdiff_t(last), state);
      if (map != MapOf(seats)) FAIL("[" << first << ", " << last << ")");
    }
  }
}

TEST_CASE("A count of a range agrees with an array", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const PlainSeats seats = RandomSeats(rng, 260);
  const ExactBytes bytes(PlainBytes(seats), 3);
  const auto view = SeatMapView::FromBytes(bytes.span(), seats.size());
  REQUIRE(view.ok());
  for (std::size_t first = 0; first <= seats.size(); ++first) {
    for (std::size_t last = first; last <= seats.size(); ++last) {
      if (view->CountAll(first, last) != PlainCounts(seats, first, last)) {
        FAIL("[" << first << ", " << last << ")");
      }
    }
  }
}

TEST_CASE("A slice is its range as a map of its own", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const PlainSeats seats = RandomSeats(rng, 150);
  const ExactBytes bytes(PlainBytes(seats), 5);
  const auto view = SeatMapView::FromBytes(bytes.span(), seats.size());
  REQUIRE(view.ok());
  for (std::size_t first = 0; first <= seats.size(); ++first) {
    for (std::size_t last = first; last <= seats.size(); ++last) {
      const PlainSeats part(seats.begin() + std::ptrdiff_t(first),
                            seats.begin() + std::ptrdiff_t(last));
      const SeatMap slice = view->Slice(first, last);
      if (slice != MapOf(part)) FAIL("[" << first << ", " << last << ")");
    }
  }
}

TEST_CASE("A write puts a row at any place and changes nothing else",
          "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 100; ++size) {
    for (std::size_t first = 0; first <= 40; ++first) {
      PlainSeats seats = RandomSeats(rng, 150);
      const PlainSeats row = RandomSeats(rng, size);
      SeatMap map = MapOf(seats);
      map.Write(first, MapOf(row));
      std::ranges::copy(row, seats.begin() + std::ptrdiff_t(first));
      if (map != MapOf(seats)) FAIL(size << " seats at " << first);
    }
  }
}

TEST_CASE("A list of seats is set, in any order and of any index type",
          "[seat_map]") {
  SeatMap expected(70);
  expected.Set(3, SeatState::kSold);
  expected.Set(64, SeatState::kSold);
  expected.Set(0, SeatState::kSold);
  SeatMap map(70);
  map.Set({64, 3, 0, 3}, SeatState::kSold);
  CHECK(map == expected);
  map.Assign(70);
  map.Set(std::vector<std::uint32_t>{3, 0, 64}, SeatState::kSold);
  CHECK(map == expected);
  map.Assign(70);
  map.Set(std::vector<int>{0, 3, 64}, SeatState::kSold);
  CHECK(map == expected);
  map.Set(std::vector<int>{}, SeatState::kBlocked);
  CHECK(map == expected);
}

TEST_CASE("A mask of seats is counted and set at once", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 200; ++size) {
    CAPTURE(size);
    PlainSeats seats = RandomSeats(rng, size);
    SeatMap map = MapOf(seats);
    SeatMask mask(size);
    const SeatState state = kStates[size % 4];
    for (std::size_t seat = 0; seat < size; ++seat) {
      if (!rng.Chance(0.3)) continue;
      mask.Set(seat);
      seats[seat] = state;
    }
    for (const SeatState counted : kStates) {
      REQUIRE(map.Count(counted, mask) == (map.MaskOf(counted) & mask).Count());
    }
    map.Set(mask, state);
    REQUIRE(map == MapOf(seats));
    REQUIRE(map.Count(state, mask) == mask.Count());
  }
}

TEST_CASE("A map assigned anew keeps nothing of what it was", "[seat_map]") {
  SeatMap map(300, SeatState::kBlocked);
  for (const std::size_t size : {299u, 33u, 0u, 64u, 300u}) {
    map.Assign(size, SeatState::kReserved);
    CHECK(map == SeatMap(size, SeatState::kReserved));
    map.Assign(size);
    CHECK(map == SeatMap(size));
  }
}

TEST_CASE("A visit ends when its function says so", "[seat_map]") {
  SeatMap map(200);
  map.Set({1, 40, 41, 199}, SeatState::kSold);
  std::vector<std::size_t> seen;
  const auto until_40 = [&](std::size_t seat) {
    seen.push_back(seat);
    return seat < 40;
  };
  CHECK_FALSE(map.ForEach(SeatState::kSold, until_40));
  CHECK(seen == std::vector<std::size_t>{1, 40});
  CHECK(map.ForEach(SeatState::kSold, [](std::size_t) { return true; }));
  CHECK(map.ForEach(SeatState::kBlocked, [](std::size_t) { return false; }));
}

TEST_CASE("Any history of writes leaves what an array holds", "[seat_map]") {
  CHECK(rc::check([] {
    const auto size = *rc::gen::inRange<std::size_t>(1, 200);
    PlainSeats seats(size, SeatState::kAvailable);
    SeatMap map(size);
    const auto writes = *rc::gen::inRange<int>(0, 60);
    for (int i = 0; i < writes; ++i) {
      const auto state = static_cast<SeatState>(*rc::gen::inRange(0, 4));
      const auto first = *rc::gen::inRange<std::size_t>(0, size);
      const auto last = *rc::gen::inRange<std::size_t>(first, size + 1);
      if (*rc::gen::arbitrary<bool>()) {
        map.Set(first, state);
        seats[first] = state;
      } else {
        map.Fill(first, last, state);
        std::fill(seats.begin() + std::ptrdiff_t(first),
                  seats.begin() + std::ptrdiff_t(last), state);
      }
    }
    RC_ASSERT(std::ranges::equal(map.bytes(), PlainBytes(seats)));
    RC_ASSERT(map.CountAll() == PlainCounts(seats, 0, size));
    RC_ASSERT(UnusedBits(map) == std::uint64_t{0});
  }));
}

// --- Bytes from outside -----------------------------------------------------

TEST_CASE("Short bytes are extended by available seats", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 150; ++size) {
    const std::vector<std::byte> all = PlainBytes(RandomSeats(rng, size));
    for (std::size_t given = 0; given <= all.size(); ++given) {
      const std::vector<std::byte> some(all.begin(),
                                        all.begin() + std::ptrdiff_t(given));
      const auto map = SeatMap::FromBytes(some, size);
      REQUIRE(map.ok());
      if (*map != MapOf(PlainFromBytes(some, size))) {
        FAIL(given << " bytes of " << size << " seats");
      }
    }
  }
}

TEST_CASE("More bytes than the seats take are refused", "[seat_map]") {
  const std::vector<std::byte> bytes(4);
  for (const std::size_t size : {0u, 1u, 11u, 12u}) {
    CAPTURE(size);
    CHECK(SeatMap::FromBytes(bytes, size).status().code() ==
          absl::StatusCode::kInvalidArgument);
    CHECK(SeatMapView::FromBytes(bytes, size).status().code() ==
          absl::StatusCode::kInvalidArgument);
  }
  CHECK(SeatMap::FromBytes(bytes, 12).status().message() ==
        "12 seats take 3 bytes, not 4");
  for (const std::size_t size : {13u, 16u}) {
    CHECK(SeatMap::FromBytes(bytes, size).ok());
    CHECK(SeatMapView::FromBytes(bytes, size).ok());
  }
}

TEST_CASE("A view cannot extend short bytes and refuses them", "[seat_map]") {
  const std::vector<std::byte> bytes(3);
  CHECK(SeatMapView::FromBytes(bytes, 13).status().message() ==
        "13 seats take 4 bytes, not 3");
  CHECK(SeatMapView::FromBytes({}, 1).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(SeatMapView::FromBytes({}, 0).ok());
}

TEST_CASE("Any bit set after the last seat is refused", "[seat_map]") {
  for (std::size_t size = 1; size <= 40; ++size) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      std::vector<std::byte> bytes((size + 3) / 4);
      bytes.back() = static_cast<std::byte>(1U << bit);
      const bool used = size % 4 == 0 || bit >= 8 - 2 * (size % 4);
      CAPTURE(size, bit);
      CHECK(SeatMap::FromBytes(bytes, size).ok() == used);
      CHECK(SeatMapView::FromBytes(bytes, size).ok() == used);
    }
  }
  const std::vector<std::byte> bytes = {std::byte{1}};
  CHECK(SeatMap::FromBytes(bytes, 3).status().message() ==
        "a bit after the last of 3 seats is set");
}

TEST_CASE("More seats than a map can have are refused before memory is taken",
          "[seat_map]") {
  if constexpr (sizeof(std::size_t) > 4) {
    for (const std::size_t size : {kSeatCountMax + 1, SIZE_MAX}) {
      CHECK(SeatMap::FromBytes({}, size).status().code() ==
            absl::StatusCode::kInvalidArgument);
      CHECK(SeatMapView::FromBytes({}, size).status().code() ==
            absl::StatusCode::kInvalidArgument);
      CHECK(SeatMask::FromBytes({}, size).status().code() ==
            absl::StatusCode::kInvalidArgument);
    }
  }
}

TEST_CASE("A letter that is no state is refused by seat", "[seat_map]") {
  CHECK(SeatMap::FromString("ARSB")->ToString() == "ARSB");
  CHECK(SeatMap::FromString("")->empty());
  CHECK(SeatMap::FromString("AR SB").status().message() ==
        "seat 2 is ' ', not one of A, R, S, B");
  CHECK(SeatMap::FromString("a").status().code() ==
        absl::StatusCode::kInvalidArgument);
}

// --- One-bit rows -----------------------------------------------------------

TEST_CASE("One-bit rows of either bit order give the same seats",
          "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t size = 0; size <= 300; ++size) {
    CAPTURE(size);
    PlainSeats seats(size, SeatState::kAvailable);
    std::vector<std::byte> high((size + 7) / 8), low((size + 7) / 8);
    for (std::size_t i = 0; i < size; ++i) {
      if (!rng.Chance(0.5)) continue;
      seats[i] = SeatState::kReserved;
      high[i / 8] |= std::byte{0x80} >> (i % 8);
      low[i / 8] |= std::byte{0x01} << (i % 8);
    }
    const SeatMap expected = MapOf(seats);
    REQUIRE(SeatMap::FromOneBitRow(high, size, BitOrder::kFirstSeatHigh,
                                   SeatState::kReserved)
                .value() == expected);
    REQUIRE(SeatMap::FromOneBitRow(low, size, BitOrder::kFirstSeatLow,
                                   SeatState::kReserved)
                .value() == expected);
  }
}

TEST_CASE("One-bit rows are extended and refused like bytes of seats",
          "[seat_map]") {
  const std::vector<std::byte> one = {std::byte{0x80}};
  const auto extended = SeatMap::FromOneBitRow(one, 65);
  REQUIRE(extended.ok());
  CHECK(extended->Count(SeatState::kSold) == 1);
  CHECK(extended->Get(0) == SeatState::kSold);
  CHECK(
      SeatMap::FromOneBitRow(std::vector<std::byte>(2), 8).status().message() ==
      "8 seats take 1 bytes, not 2");
  const std::vector<std::byte> tail = {std::byte{0x10}};
  CHECK(SeatMap::FromOneBitRow(tail, 4).ok());
  CHECK(SeatMap::FromOneBitRow(tail, 3).status().message() ==
        "a bit after the last of 3 seats is set");
  CHECK(SeatMap::FromOneBitRow(tail, 4, BitOrder::kFirstSeatLow)
            .status()
            .code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("One-bit rows written one after the other make a section",
          "[seat_map]") {
  const std::vector<std::byte> row = {
      std::byte{0xc0}, std::byte{}, std::byte{}, std::byte{},    std::byte{},
      std::byte{},     std::byte{}, std::byte{}, std::byte{0x80}};
  SeatMap section(3 * 65);
  for (std::size_t at = 0; at < 3; ++at) {
    const auto seats = SeatMap::FromOneBitRow(row, 65);
    REQUIRE(seats.ok());
    section.Write(at * 65, *seats);
  }
  CHECK(SeatsIn(section, SeatState::kSold) ==
        std::vector<std::size_t>{0, 1, 64, 65, 66, 129, 130, 131, 194});
}

// --- Value ------------------------------------------------------------------

TEST_CASE("A copied map is independent", "[seat_map]") {
  SeatMap map(40);
  SeatMap copy = map;
  copy.Set(39, SeatState::kSold);
  CHECK(map == SeatMap(40));
  CHECK(copy != map);
  map = copy;
  CHECK(copy == map);
}

TEST_CASE("A map moved from has no seats", "[seat_map]") {
  SeatMap map(40, SeatState::kSold);
  SeatMap moved = std::move(map);
  CHECK(moved == SeatMap(40, SeatState::kSold));
  CHECK(map == SeatMap());  // NOLINT(bugprone-use-after-move)
  map.Assign(3);
  moved = std::move(map);
  CHECK(moved == SeatMap(3));
  CHECK(map.CountAll() == SeatCounts{});  // NOLINT(bugprone-use-after-move)
}

TEST_CASE("Maps of other sizes differ even where their bytes are equal",
          "[seat_map]") {
  CHECK(SeatMap(3) != SeatMap(4));
  CHECK(SeatMapView(SeatMap(3)) != SeatMapView(SeatMap(4)));
  CHECK(SeatMap(3).Digest() == SeatMap(4).Digest());
}

TEST_CASE("Equal maps and views hash alike", "[seat_map]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  const SeatMap map = MapOf(RandomSeats(rng, 333));
  const SeatMap copy(map.view());
  CHECK(map == map.view());
  CHECK(map.view() == copy);
  CHECK(std::hash<SeatMap>()(map) == std::hash<SeatMap>()(copy));
  CHECK(std::hash<SeatMap>()(map) == std::hash<SeatMapView>()(map));
  std::unordered_set<SeatMap> set = {map, copy, SeatMap(3), SeatMap(4)};
  CHECK(set.size() == 3);
}

TEST_CASE("A view of words reads them in place", "[seat_map]") {
  SeatMap map(70);
  map.Set(69, SeatState::kBlocked);
  const SeatMapView view = SeatMapView::FromWords(map.words(), 70);
  CHECK(view == map);
  map.Set(0, SeatState::kSold);
  CHECK(view.Get(0) == SeatState::kSold);
}

// --- Digests ----------------------------------------------------------------

// Digests that xxhsum -H2 prints.
TEST_CASE("A digest is XXH3-128 of the bytes", "[hash]") {
  CHECK(SeatMap().Digest().ToString() == "99aa06d3014798d86001c324468d497f");
  CHECK(SeatMap(500).Digest() == internal::Hash128(SeatMap(500).bytes()));
  CHECK(Digest128{.low = 0x0123456789abcdef, .high = 0xf}.ToString() ==
        "000000000000000f0123456789abcdef");
  SeatMap map(9);
  const Digest128 before = map.Digest();
  map.Set(8, SeatState::kReserved);
  CHECK(map.Digest() != before);
}

TEST_CASE("A digest does not depend on how its input is cut", "[hash]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::uint64_t round = 0; round < 100; ++round) {
    const SeatMap map = MapOf(RandomSeats(rng, rng.Below(8'000)));
    internal::Hasher128 hasher;
    hasher.UpdateUint64(round);
    hasher.Reset();
    auto left = map.bytes();
    while (!left.empty()) {
      const std::size_t piece = rng.Between(1, left.size());
      hasher.Update(left.first(piece));
      left = left.subspan(piece);
    }
    REQUIRE(hasher.Digest() == map.Digest());
    REQUIRE(hasher.Digest() == map.Digest());
  }
}

TEST_CASE("A number is digested as eight little-endian bytes", "[hash]") {
  internal::Hasher128 hasher;
  hasher.UpdateUint64(0x0102030405060708);
  std::vector<std::byte> bytes;
  for (int i = 8; i >= 1; --i) bytes.push_back(static_cast<std::byte>(i));
  CHECK(hasher.Digest() == internal::Hash128(bytes));
}

TEST_CASE("A seed changes a hash", "[hash]") {
  const SeatMap map(100);
  CHECK(internal::Hash64(map.bytes(), 1) == internal::Hash64(map.bytes(), 1));
  CHECK(internal::Hash64(map.bytes(), 1) != internal::Hash64(map.bytes(), 2));
}

// --- Golden -----------------------------------------------------------------

TEST_CASE("A life cycle gives the bytes of a live server", "[golden]") {
  const auto& golden = Golden("life_cycle").as_object();
  const std::size_t width = Number(golden.at("seats_per_row"));
  SeatMap map(Number(golden.at("rows")) * width);
  for (const auto& element : golden.at("steps").as_array()) {
    const auto& step = element.as_object();
    const std::string what = Text(step.at("do"));
    if (step.contains("seats")) {
      for (const std::string& ticket : Texts(step.at("seats"))) {
        map.Set(SeatIndexOf(ticket, width),
                what == "reserve"    ? SeatState::kReserved
                : what == "finalize" ? SeatState::kSold
                                     : SeatState::kAvailable);
      }
    }
    CAPTURE(what);
    CHECK(Hex(map.bytes()) == Text(step.at("hex")));
  }
  CHECK(Hex(SeatMap(map.size(), SeatState::kReserved).bytes()) ==
        Text(golden.at("all_reserved")));
  CHECK(Hex(SeatMap(map.size(), SeatState::kSold).bytes()) ==
        Text(golden.at("all_sold")));
}

TEST_CASE("A section of 25 by 20 has the bytes of a live server", "[golden]") {
  const auto& golden = Golden("large").as_object();
  SeatMap map(Number(golden.at("rows")) * Number(golden.at("seats_per_row")));
  CHECK(map.size_bytes() == Number(golden.at("bytes")));
  for (std::size_t seat = 0; seat < map.size(); seat += 3) {
    map.Set(seat, SeatState::kReserved);
  }
  CHECK(Hex(map.bytes())
            .starts_with(Text(golden.at("reserve_every_third_starts"))));
  CHECK(Sha256(map.bytes()) == Text(golden.at("reserve_every_third_sha256")));
  for (std::size_t seat = 0; seat < map.size(); seat += 6) {
    map.Set(seat, SeatState::kSold);
  }
  CHECK(Hex(map.bytes())
            .starts_with(Text(golden.at("then_sell_every_sixth_starts"))));
  CHECK(Sha256(map.bytes()) == Text(golden.at("then_sell_every_sixth_sha256")));
  const SeatCounts counts = map.CountAll();
  CHECK(counts.reserved + counts.sold ==
        Number(golden.at("bitcount_at_the_end")));
}

TEST_CASE("One-bit rows of a live server are imported", "[golden]") {
  const auto& golden = Golden("one_bit_rows").as_object();
  const auto row = [&](const char* name) {
    std::vector<std::byte> bytes;
    const std::string hex = Text(golden.at(name));
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      bytes.push_back(
          static_cast<std::byte>(std::stoul(hex.substr(i, 2), nullptr, 16)));
    }
    return SeatMap::FromOneBitRow(bytes, 65).value();
  };
  CHECK(row("empty") == SeatMap(65));
  CHECK(row("full") == SeatMap(65, SeatState::kSold));
  SeatMap two(65);
  two.Set({0, 1}, SeatState::kSold);
  CHECK(row("first_two_taken") == two);
}

}  // namespace
}  // namespace seatfield
