// SPDX-License-Identifier: MIT

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "seatfield/inventory.h"
#include "support/catch.h"
#include "support/fixture.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("65,000 holds ending at one instant all end", "[expiry]") {
  Fixture f;
  std::vector<SectionSpec> specs;
  for (int i = 0; i < 100; ++i) {
    specs.push_back({"S-" + std::to_string(i), {26, 25}});
  }
  REQUIRE(f.inventory.CreateSections(kEvent, specs).ok());
  Transaction tx;
  Outcome outcome;
  std::uint64_t booking = 0;
  for (const SectionSpec& spec : specs) {
    for (SeatIndex seat = 0; seat < spec.config.seat_count(); ++seat) {
      tx.Clear(kEvent);
      tx.Reserve({.booking = B(++booking),
                  .buyer = kBuyer,
                  .section = spec.name,
                  .seats = {spec.config.SeatAt(seat)},
                  .hold_for = 10min});
      REQUIRE(f.inventory.Commit(tx, outcome).ok());
      REQUIRE(outcome.committed());
    }
  }
  CHECK(f.inventory.CountEvent(kEvent)->reserved == 65'000);
  CHECK(*f.inventory.NextDeadline() == kStart + 10min);
  CHECK(*f.inventory.ExpireDue() == 0);
  f.clock->Advance(10min);

  SECTION("in one go") { CHECK(*f.inventory.ExpireDue() == 65'000); }
  SECTION("a thousand at a time") {
    for (int i = 0; i < 65; ++i) REQUIRE(*f.inventory.ExpireDue(1000) == 1000);
  }
  SECTION("in each section when it is written to") {
    for (std::uint64_t i = 0; i < specs.size(); ++i) {
      CHECK(f.Reserve(B(1'000'000 + i), specs[i].name, {{1, 1}}) ==
            "committed");
    }
    CHECK(f.inventory.CountEvent(kEvent)->reserved == 100);
    f.clock->Advance(10min);
    CHECK(*f.inventory.ExpireDue() == 100);
  }
  CHECK(*f.inventory.ExpireDue() == 0);
  CHECK(*f.inventory.NextDeadline() == kNever);
  CHECK(f.inventory.CountEvent(kEvent)->available == 65'000);
  CHECK(f.inventory.counters().expired_seats ==
        f.inventory.counters().expired_holds);
  CHECK(f.inventory.Verify(kEvent).ok());
}

TEST_CASE("Holds end in order of their deadlines, each a change of its own",
          "[expiry]") {
  Fixture f;
  f.Create("A", 1, 9);
  f.Create("B", 1, 9);
  CHECK(f.Reserve(B(1), "A", {{1, 1}}, 30s) == "committed");
  CHECK(f.Reserve(B(2), "A", {{1, 2}, {1, 3}}, 10s) == "committed");
  CHECK(f.Reserve(B(3), "B", {{1, 1}}, 20s) == "committed");
  CHECK(f.Reserve(B(4), "A", {{1, 4}}, kForever) == "committed");
  CHECK(f.inventory.ReadStats(kEvent, "A")->version == 3);
  f.clock->Advance(40s);
  CHECK(*f.inventory.ExpireDue(1) == 1);
  CHECK(f.States("A") == "RAARAAAAA");
  CHECK(f.inventory.ReadStats(kEvent, "A")->version == 4);
  CHECK(f.inventory.ReadStats(kEvent, "A")->updated_at == kStart + 10s);
  CHECK(*f.inventory.ExpireDue(1) == 1);
  CHECK(f.States("B") == "AAAAAAAAA");
  CHECK(*f.inventory.NextDeadline() == kStart + 30s);
  CHECK(*f.inventory.ExpireDue() == 1);
  CHECK(f.States("A") == "AAARAAAAA");
  CHECK(*f.inventory.NextDeadline() == kNever);
  CHECK(f.inventory.Verify(kEvent).ok());
}

TEST_CASE("A hold over several sections ends in each when it is touched",
          "[expiry]") {
  Fixture f;
  f.Create("A", 1, 3);
  f.Create("B", 1, 3);
  CHECK(f.Reserve(B(1), "A", {{1, 1}}, 10s) == "committed");
  CHECK(f.Reserve(B(1), "B", {{1, 1}}, 10s) == "committed");
  f.clock->Advance(10s);
  CHECK(f.Reserve(B(2), "A", {{1, 1}}) == "committed");
  CHECK(f.States("B") == "RAA");
  CHECK(f.inventory.ReadBooking(kEvent, B(1))->seats.size() == 1);
  CHECK(f.inventory.Verify(kEvent).ok());
  // Whoever touches the booking touches its sections.
  CHECK(f.Finalize(B(1)) == "hold_expired");
  CHECK(f.States("B") == "AAA");
  CHECK(f.inventory.Verify(kEvent).ok());
}

TEST_CASE(
    "The next deadline is that of the next hold to end, whatever ends "
    "early",
    "[expiry]") {
  Fixture f;
  f.Create("A", 10, 10);
  SEATFIELD_INFO_SEED();
  Rng rng;
  std::vector<Time> deadlines(100, kNever);
  for (int i = 0; i < 20'000; ++i) {
    const std::size_t seat = rng.Below(100);
    const BookingId booking = B(seat + 100 * static_cast<std::size_t>(i + 1));
    static thread_local std::vector<BookingId> owner(100);
    if (deadlines[seat] == kNever) {
      const Duration hold_for = Duration(1 + rng.Below(1000));
      REQUIRE(f.Reserve(booking, "A",
                        {Seat{static_cast<std::uint32_t>(seat / 10 + 1),
                              static_cast<std::uint32_t>(seat % 10 + 1)}},
                        hold_for) == "committed");
      owner[seat] = booking;
      deadlines[seat] = f.clock->Now() + hold_for;
    } else {
      REQUIRE(f.Release(owner[seat]) == "committed");
      deadlines[seat] = kNever;
    }
    if (rng.Chance(0.2)) f.clock->Advance(Duration(rng.Below(50)));
    f.inventory.ExpireDue().value();
    for (Time& deadline : deadlines) {
      if (deadline <= f.clock->Now()) deadline = kNever;
    }
    REQUIRE(*f.inventory.NextDeadline() ==
            *std::min_element(deadlines.begin(), deadlines.end()));
  }
  CHECK(f.inventory.Verify(kEvent).ok());
}

}  // namespace
}  // namespace seatfield::test
