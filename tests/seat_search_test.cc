// SPDX-License-Identifier: MIT

#include "seatfield/seat_search.h"

#include <rapidcheck.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "seatfield/seat_map.h"
#include "seatfield/seat_mask.h"
#include "support/catch.h"
#include "support/golden.h"
#include "support/plain_seats.h"
#include "support/seat_text.h"
#include "support/seed.h"

namespace seatfield {
namespace {

using namespace seatfield::test;  // NOLINT(google-build-using-namespace)

// A map and a filter beside the arrays that say the same.
struct Case {
  PlainSeats seats;
  std::vector<bool> plain_filter;  // empty: none
  SeatMap map;
  SeatMask mask;

  const SeatMask* filter() const {
    return plain_filter.empty() ? nullptr : &mask;
  }
  std::vector<bool> Free(std::size_t first = 0) const {
    return PlainFree(seats, plain_filter, first);
  }
};

Case MakeCase(PlainSeats seats, std::vector<bool> filter = {}) {
  Case made{std::move(seats), std::move(filter), SeatMap(), SeatMask()};
  made.map = SeatMap::FromStates(made.seats);
  made.mask = SeatMask(made.plain_filter.size());
  for (std::size_t i = 0; i < made.plain_filter.size(); ++i) {
    made.mask.Set(i, made.plain_filter[i]);
  }
  return made;
}

PlainSeats RandomSeats(Rng& rng, std::size_t size, double taken) {
  PlainSeats seats(size, SeatState::kAvailable);
  for (SeatState& seat : seats) {
    if (rng.Chance(taken)) seat = static_cast<SeatState>(rng.Between(1, 3));
  }
  return seats;
}

Case RandomCase(Rng& rng, std::size_t size, double taken, bool filtered) {
  PlainSeats seats = RandomSeats(rng, size, taken);
  std::vector<bool> filter(filtered ? size : 0);
  for (std::size_t i = 0; i < filter.size(); ++i) filter[i] = rng.Chance(0.9);
  return MakeCase(std::move(seats), std::move(filter));
}

// FindRun against the loop. Counts nothing while they agree.
void CheckFindRun(const Case& c, std::size_t width, std::size_t k,
                  std::size_t first = 0) {
  const auto found = FindRun(c.map, width, k, c.filter(), first);
  const auto expected = PlainFindRun(c.Free(first), width, k);
  if (found == expected) return;
  CAPTURE(c.map.ToString(), width, k, first, c.filter() != nullptr);
  CHECK(found == expected);
}

using Runs = std::vector<std::pair<std::size_t, std::size_t>>;

Runs RunsOf(const Case& c, std::size_t width, std::size_t first = 0) {
  Runs runs;
  const auto add = [&](SeatRun run) { runs.emplace_back(run.first, run.last); };
  CHECK(ForEachRun(c.map, width, add, c.filter(), first));
  return runs;
}

void CheckRuns(const Case& c, std::size_t width, std::size_t first = 0) {
  const Runs runs = RunsOf(c, width, first);
  const Runs expected = PlainRuns(c.Free(first), width);
  if (runs == expected) return;
  CAPTURE(c.map.ToString(), width, first, c.filter() != nullptr);
  CHECK(runs == expected);
}

// LargestBlocks with scratch of its own.
std::vector<std::size_t> BlocksOf(const Case& c, std::size_t width,
                                  std::size_t count) {
  std::vector<SeatRun> scratch;
  std::vector<std::size_t> seats;
  const bool enough =
      LargestBlocks(c.map, width, count, c.filter(), scratch, seats);
  CHECK(enough == (seats.size() == count));
  CHECK(scratch.size() <= count);
  return seats;
}

constexpr double kTaken[] = {0.0, 0.05, 0.5, 0.8, 0.95, 1.0};

// --- FindRun ----------------------------------------------------------------

TEST_CASE(
    "A run is found where a loop over seats finds it, in rows of every "
    "width up to 300",
    "[seat_search]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t width = 1; width <= 300; ++width) {
    for (const double taken : kTaken) {
      // Rows enough to cross words, and often a last row cut short.
      const std::size_t size = rng.Between(1, 3 * width + 200);
      const Case c = RandomCase(rng, size, taken, width % 3 == 0);
      for (std::size_t k = 0; k <= std::min<std::size_t>(width, 9) + 1; ++k) {
        CheckFindRun(c, width, k);
      }
      for (int i = 0; i < 4; ++i) {
        CheckFindRun(c, width, rng.Between(1, width), rng.Below(size + 1));
      }
      CheckFindRun(c, width, width);
    }
  }
}

TEST_CASE(
    "Every way ten seats beside a word border can be taken is searched "
    "as the loop does",
    "[seat_search]") {
  constexpr std::size_t kBegin = 27;  // the border is at 32
  constexpr std::size_t kCount = 10;
  PlainSeats seats(70, SeatState::kSold);
  for (unsigned taken = 0; taken < 1U << kCount; ++taken) {
    for (std::size_t i = 0; i < kCount; ++i) {
      seats[kBegin + i] =
          (taken >> i & 1) != 0 ? SeatState::kReserved : SeatState::kAvailable;
    }
    const Case c = MakeCase(seats);
    for (const std::size_t width :
         {1u, 2u, 3u, 5u, 7u, 8u, 16u, 30u, 31u, 32u, 33u, 70u}) {
      for (std::size_t k = 1; k <= kCount; ++k) CheckFindRun(c, width, k);
      CheckRuns(c, width);
    }
  }
}

TEST_CASE("Runs of neighbouring words join where they touch and nowhere else",
          "[seat_search]") {
  // Which of the front, the middle and the end of each word is free.
  constexpr std::size_t kWords = 4;
  for (unsigned pattern = 0; pattern < 1U << 3 * kWords; ++pattern) {
    PlainSeats seats(kWords * 32, SeatState::kSold);
    for (std::size_t i = 0; i < seats.size(); ++i) {
      const std::size_t at = i % 32;
      const std::size_t part = i / 32 * 3 + (at < 3 ? 0 : at < 29 ? 1 : 2);
      if ((pattern >> part & 1) != 0) seats[i] = SeatState::kAvailable;
    }
    const Case c = MakeCase(seats);
    for (const std::size_t k :
         {2u, 4u, 6u, 7u, 32u, 33u, 35u, 38u, 64u, 67u, 70u, 128u}) {
      CheckFindRun(c, 128, k);
      CheckFindRun(c, 65, k);
    }
    CheckRuns(c, 128);
  }
}

TEST_CASE("One run of any length anywhere is found, and none longer",
          "[seat_search]") {
  constexpr std::size_t kSize = 200;
  for (std::size_t first = 0; first < kSize; ++first) {
    for (std::size_t last = first + 1; last <= kSize; ++last) {
      SeatMap map(kSize, SeatState::kSold);
      map.Fill(first, last, SeatState::kAvailable);
      const std::size_t length = last - first;
      if (FindRun(map, kSize, length) != first ||
          FindRun(map, kSize, length + 1).has_value() ||
          FindRun(map, kSize, (length + 1) / 2) != first) {
        FAIL("[" << first << ", " << last << ")");
      }
    }
  }
}

TEST_CASE("A search starts at its first seat and looks at none before",
          "[seat_search]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (const std::size_t width : {1u, 5u, 31u, 32u, 33u, 65u, 130u}) {
    const Case c = RandomCase(rng, 260, 0.3, width == 33);
    for (std::size_t first = 0; first <= 260; ++first) {
      for (const std::size_t k : {1u, 2u, 3u, 5u})
        CheckFindRun(c, width, k, first);
      CheckRuns(c, width, first);
    }
    CHECK_FALSE(FindRun(c.map, width, 1, nullptr, 300));
  }
}

TEST_CASE("Every first seat of every run is found by searching on",
          "[seat_search]") {
  const Drawing drawing = Draw("A A R A A A|A R A A A A");
  std::vector<std::size_t> firsts;
  auto found = FindRun(drawing.map, drawing.seats_per_row, 2);
  while (found) {
    firsts.push_back(*found);
    found = FindRun(drawing.map, drawing.seats_per_row, 2, nullptr, *found + 1);
  }
  CHECK(firsts == std::vector<std::size_t>{0, 3, 4, 8, 9, 10});
}

TEST_CASE("Seats after the last are never offered", "[seat_search]") {
  for (std::size_t size = 0; size <= 130; ++size) {
    CAPTURE(size);
    const SeatMap map(size);
    CHECK(FindRun(map, 200, size == 0 ? 1 : size).has_value() == (size != 0));
    CHECK_FALSE(FindRun(map, 200, size + 1));
    CHECK_FALSE(FindRun(map, 200, 1, nullptr, size));
  }
}

TEST_CASE("Bits after the last seat are not taken for available seats",
          "[seat_search]") {
  // The seats after `size` are in the words, and available.
  SeatMap map(96, SeatState::kSold);
  map.Fill(40, 96, SeatState::kAvailable);
  for (std::size_t size = 40; size < 96; ++size) {
    const SeatMapView view = SeatMapView::FromWords(map.words(), size);
    CHECK_FALSE(FindRun(view, 96, size - 40 + 1));
    CHECK(FindRun(view, 96, size - 40).has_value() == (size > 40));
  }
}

TEST_CASE("No group of none and none wider than a row is found",
          "[seat_search]") {
  const SeatMap map(100);
  CHECK_FALSE(FindRun(map, 10, 0));
  CHECK_FALSE(FindRun(map, 10, 11));
  CHECK_FALSE(FindRun(map, 10, SIZE_MAX));
  CHECK_FALSE(FindRun(map, 0, 0));
  CHECK_FALSE(FindRun(map, 0, 1));
  CHECK_FALSE(FindRun(SeatMap(), 10, 1));
  CHECK(FindRun(map, 10, 10) == std::optional<std::size_t>(0));
  CHECK(FindRun(map, SIZE_MAX, 100) == std::optional<std::size_t>(0));
}

TEST_CASE("A row of a hundred thousand seats is one run", "[seat_search]") {
  SeatMap map(200'000);
  map.Set(50'000, SeatState::kSold);
  CHECK(FindRun(map, 100'000, 50'000) == std::optional<std::size_t>(0));
  CHECK(FindRun(map, 100'000, 50'001) == std::optional<std::size_t>(100'000));
  CHECK(FindRun(map, 100'000, 100'000) == std::optional<std::size_t>(100'000));
}

TEST_CASE("A filter lets through its seats alone", "[seat_search]") {
  SeatMap map(100);
  SeatMask filter(100);
  CHECK_FALSE(FindRun(map, 50, 1, &filter));
  filter.Fill(48, 53);
  CHECK(FindRun(map, 50, 2, &filter) == std::optional<std::size_t>(48));
  CHECK(FindRun(map, 50, 3, &filter) == std::optional<std::size_t>(50));
  map.Set(51, SeatState::kBlocked);
  CHECK_FALSE(FindRun(map, 50, 3, &filter));
}

TEST_CASE("A search agrees with the loop on any map", "[seat_search]") {
  CHECK(rc::check([](const std::vector<bool>& taken) {
    PlainSeats seats;
    for (const bool t : taken) {
      seats.push_back(t ? SeatState::kSold : SeatState::kAvailable);
    }
    const Case c = MakeCase(seats);
    const auto width = *rc::gen::inRange<std::size_t>(1, 80);
    const auto k = *rc::gen::inRange<std::size_t>(0, width + 2);
    const auto first = *rc::gen::inRange<std::size_t>(0, seats.size() + 1);
    RC_ASSERT(FindRun(c.map, width, k, nullptr, first) ==
              PlainFindRun(c.Free(first), width, k));
    RC_ASSERT(RunsOf(c, width, first) == PlainRuns(c.Free(first), width));
  }));
}

// --- Maximal runs -----------------------------------------------------------

TEST_CASE(
    "Maximal runs are those of a loop over seats, in rows of every "
    "width up to 300",
    "[seat_search]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (std::size_t width = 1; width <= 300; ++width) {
    for (const double taken : kTaken) {
      const std::size_t size = rng.Between(0, 3 * width + 200);
      const Case c = RandomCase(rng, size, taken, width % 3 == 1);
      CheckRuns(c, width);
      CheckRuns(c, width, rng.Below(size + 1));
    }
  }
}

TEST_CASE("A visit of runs ends when its function says so", "[seat_search]") {
  const SeatMap map(100);  // ten runs of ten
  for (std::size_t wanted = 1; wanted <= 10; ++wanted) {
    std::size_t seen = 0;
    CHECK(ForEachRun(map, 10, [&](SeatRun run) {
            CHECK(run == SeatRun{seen * 10, seen * 10 + 10});
            return ++seen < wanted;
          }) == false);
    CHECK(seen == wanted);
  }
}

// --- Largest blocks ---------------------------------------------------------

TEST_CASE("Largest blocks are those of a sorted list of all runs",
          "[seat_search]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  for (int round = 0; round < 500; ++round) {
    const std::size_t width = rng.Between(1, 80);
    const std::size_t size = rng.Between(0, 400);
    const Case c = RandomCase(rng, size, 0.2 + 0.1 * (round % 7), round % 2);
    for (const std::size_t count : {0u, 1u, 2u, 3u, 10u, 50u, 400u}) {
      CAPTURE(c.map.ToString(), width, count);
      REQUIRE(BlocksOf(c, width, count) ==
              PlainLargestBlocks(c.Free(), width, count));
    }
  }
}

TEST_CASE("Equal blocks are taken in seat order", "[seat_search]") {
  const Drawing drawing = Draw("A A R A A A|A A A R A A");
  const Case c = MakeCase(PlainFromBytes(
      {drawing.map.bytes().begin(), drawing.map.bytes().end()}, 12));
  CHECK(BlocksOf(c, 6, 8) == std::vector<std::size_t>{3, 4, 5, 6, 7, 8, 0, 1});
}

TEST_CASE("Too few seats give all there are, and say so", "[seat_search]") {
  const Case c = MakeCase({SeatState::kAvailable, SeatState::kSold,
                           SeatState::kAvailable, SeatState::kAvailable});
  std::vector<SeatRun> scratch;
  std::vector<std::size_t> seats = {99};
  CHECK_FALSE(LargestBlocks(c.map, 4, 4, nullptr, scratch, seats));
  CHECK(seats == std::vector<std::size_t>{2, 3, 0});
  CHECK(LargestBlocks(c.map, 4, 3, nullptr, scratch, seats));
  CHECK(LargestBlocks(c.map, 4, 0, nullptr, scratch, seats));
  CHECK(seats.empty());
}

TEST_CASE("Scratch that has grown once does not grow again", "[seat_search]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  std::vector<SeatRun> scratch;
  std::vector<std::size_t> seats;
  LargestBlocks(SeatMap(2'000), 1, 20, nullptr, scratch, seats);
  const SeatRun* const runs_at = scratch.data();
  const std::size_t* const seats_at = seats.data();
  for (int round = 0; round < 50; ++round) {
    const Case c = RandomCase(rng, 2'000, 0.5, false);
    LargestBlocks(c.map, 40, 20, nullptr, scratch, seats);
    CHECK(scratch.data() == runs_at);
    CHECK(seats.data() == seats_at);
  }
}

// --- Golden -----------------------------------------------------------------

// The tickets of the seats that `find` gives in every section of the list.
template <typename Find>
void CheckGoldenList(std::string_view name, Find find) {
  std::size_t checked = 0;
  for (const auto& element : Golden(name).as_array()) {
    const auto& entry = element.as_object();
    if (!entry.contains("rows")) continue;
    const std::string rows = Text(entry.at("rows"));
    const Drawing drawing = Draw(rows);
    REQUIRE(drawing.rows > 0);
    std::vector<std::string> tickets;
    for (const std::size_t seat : find(drawing, Number(entry.at("count")))) {
      tickets.push_back(TicketText(seat, drawing.seats_per_row));
    }
    CAPTURE(rows);
    CHECK(tickets == Texts(entry.at("seats")));
    ++checked;
  }
  CHECK(checked > 0);
}

TEST_CASE("First fit gives the seats of existing services", "[golden]") {
  CheckGoldenList("first_fit", [](const Drawing& drawing, std::size_t count) {
    std::vector<std::size_t> seats;
    const auto first = FindRun(drawing.map, drawing.seats_per_row, count);
    for (std::size_t i = 0; first && i < count; ++i) {
      seats.push_back(*first + i);
    }
    return seats;
  });
}

TEST_CASE("Largest blocks give the seats of existing services", "[golden]") {
  CheckGoldenList(
      "largest_blocks_fallback", [](const Drawing& drawing, std::size_t count) {
        CHECK_FALSE(FindRun(drawing.map, drawing.seats_per_row, count));
        std::vector<SeatRun> scratch;
        std::vector<std::size_t> seats;
        CHECK(LargestBlocks(drawing.map, drawing.seats_per_row, count, nullptr,
                            scratch, seats));
        return seats;
      });
}

TEST_CASE("A drawing that is not a rectangle of states has no rows",
          "[support]") {
  CHECK(Draw("A R|S B").rows == 2);
  CHECK(Draw("A R|S B").map.ToString() == "ARSB");
  CHECK(Draw("").rows == 0);
  CHECK(Draw("A A|A").rows == 0);
  CHECK(Draw("A|A A").rows == 0);
  CHECK(Draw("A A|").rows == 0);
  CHECK(Draw("A X").rows == 0);
}

}  // namespace
}  // namespace seatfield
