// SPDX-License-Identifier: MIT

#include "seatfield/memory_storage.h"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <vector>

#include "support/catch.h"
#include "support/fixture.h"

namespace {
std::atomic<std::uint64_t> allocations = 0;
}

// Every heap allocation of this program is counted. Not inlined: GCC would take
// the pair below for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     const std::nothrow_t&) noexcept {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::malloc(size);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

// Sells a house of ten sections in groups, releases and refunds all of it.
// Returns whether every answer was the expected one.
bool SellAndReturn(MemoryStorage& storage,
                   const std::vector<SectionHandle>& sections, Transaction& tx,
                   Outcome& outcome, std::uint64_t round) {
  bool as_expected = true;
  const auto commit = [&](Refusal expected) {
    as_expected &= storage.Commit(tx, kStart, {}, outcome).ok() &&
                   outcome.refusal == expected;
  };
  for (std::size_t s = 0; s < sections.size(); ++s) {
    for (std::uint32_t row = 1; row <= 20; ++row) {
      const BookingId booking(round, s * 100 + row);
      tx.Clear(kEvent);
      tx.Reserve({.booking = booking,
                  .section = sections[s],
                  .seats = {{row, 1}, {row, 2}, {row, 3}},
                  .hold_for = 10min});
      commit(Refusal::kNone);
      tx.Clear(kEvent);
      const Offer offers[] = {{.section = sections[s]}};
      tx.ReserveBest({.booking = booking,
                      .offers = std::span<const Offer>(offers),
                      .count = 2,
                      .hold_for = 10min});
      commit(Refusal::kNone);
      tx.Clear(kEvent);
      tx.Reserve({.booking = BookingId(0, 1),
                  .section = sections[s],
                  .seats = {{row, 2}, {row, 3}}});
      commit(Refusal::kSeatReserved);
      tx.Clear(kEvent);
      tx.Finalize(
          {.booking = booking, .section = sections[s], .seats = {{row, 1}}});
      commit(Refusal::kNone);
      tx.Clear(kEvent);
      tx.Release({.booking = booking});
      tx.Refund({.booking = booking});
      commit(Refusal::kNone);
    }
  }
  return as_expected;
}

TEST_CASE("A warm store allocates nothing to reserve, sell, return or refuse",
          "[memory]") {
  Limits limits;
  limits.tombstones_max = 1024;
  MemoryStorage storage({.limits = limits});
  std::vector<SectionSpec> specs;
  for (int i = 0; i < 10; ++i) specs.push_back({std::to_string(i), {20, 30}});
  REQUIRE(storage.CreateSections(kEvent, specs, kStart).ok());
  std::vector<SectionHandle> sections;
  for (const SectionSpec& spec : specs) {
    sections.push_back(*storage.Resolve(kEvent, spec.name));
  }
  Transaction tx;
  Outcome outcome;
  for (std::uint64_t round = 1; round <= 10; ++round) {
    REQUIRE(SellAndReturn(storage, sections, tx, outcome, round));
  }
  const std::uint64_t bytes = storage.bytes_in_use();
  const std::uint64_t before = allocations.load();
  const bool as_expected = SellAndReturn(storage, sections, tx, outcome, 11);
  const std::uint64_t after = allocations.load();
  CHECK(as_expected);
  CHECK(after == before);
  CHECK(storage.bytes_in_use() == bytes);
  CHECK(storage.Verify(kEvent).ok());
}

// Seats of every tier, one after the other and each from what an earlier step
// left, and refusals. Returns whether all answers were as expected.
bool ChooseEveryTier(Storage& storage, const Offer& offer, Transaction& tx,
                     Outcome& outcome, std::uint64_t round) {
  const Seat named[] = {{2, 6}};
  bool as_expected = true;
  std::uint64_t bookings = 0;
  const auto choose = [&](std::uint32_t count, OrphanRule rule) {
    const BookingId one(round, ++bookings);
    const BookingId two(round, ++bookings);
    tx.Clear(kEvent);
    tx.Reserve({.booking = two,
                .section = "A",
                .seats = std::span<const Seat>(named),
                .orphans = OrphanRule::kAvoid});
    tx.ReserveBest({.booking = one,
                    .offers = std::span<const Offer>(&offer, 1),
                    .count = count,
                    .policy = {.order = BestPolicy::Order::kBest,
                               .orphans = rule,
                               .allow_singles = true}});
    tx.Release({.booking = one});
    tx.Release({.booking = two});
    as_expected &= storage.Commit(tx, kStart, {}, outcome).ok();
    return outcome.committed() ? outcome.steps[1].tier : SeatingTier::kNone;
  };
  as_expected &= choose(2, OrphanRule::kAvoid) == SeatingTier::kTogether;
  as_expected &=
      choose(3, OrphanRule::kAllow) == SeatingTier::kTogetherWithOrphan;
  as_expected &= choose(5, OrphanRule::kAvoid) == SeatingTier::kSplit;
  as_expected &= choose(8, OrphanRule::kForbid) == SeatingTier::kSingles;
  as_expected &= choose(9, OrphanRule::kForbid) == SeatingTier::kNone;
  return as_expected;
}

TEST_CASE("A warm choice of best seats allocates nothing", "[memory]") {
  const SectionConfig shape{2, 6};
  Limits limits;
  limits.tombstones_max = 64;
  MemoryStorage storage({.limits = limits});
  const SectionSpec spec{"A", shape};
  REQUIRE(storage.CreateSections(kEvent, {&spec, 1}, kStart).ok());
  Transaction tx(kEvent);
  Outcome outcome;
  //   . . . . x .
  //   . . . x x .   the last of which the first step takes
  tx.Block({"A", {{1, 5}, {2, 4}, {2, 5}}});
  REQUIRE(storage.Commit(tx, kStart, {}, outcome).ok());
  Offer offer{.section = "A"};
  offer.plan = std::make_shared<const SeatingPlan>(
      *SeatingPlan::Create(shape, {.focal_column = 2}));
  for (std::uint64_t round = 1; round <= 50; ++round) {
    CHECK(ChooseEveryTier(storage, offer, tx, outcome, round));
  }
  const std::uint64_t before = allocations.load();
  const bool as_expected = ChooseEveryTier(storage, offer, tx, outcome, 51);
  const std::uint64_t after = allocations.load();
  CHECK(as_expected);
  CHECK(after == before);
}

TEST_CASE("The memory of a dropped event is used again", "[memory]") {
  MemoryStorage storage;
  std::uint64_t in_use_once = 0;
  for (std::int64_t i = 1; i <= 50; ++i) {
    const EventId event{i};
    const std::vector<SectionSpec> specs = {{"A", {30, 40}}, {"B", {10, 10}}};
    REQUIRE(storage.CreateSections(event, specs, kStart).ok());
    Transaction tx;
    Outcome outcome;
    for (std::uint32_t row = 1; row <= 30; ++row) {
      tx.Clear(event);
      tx.SetId(TransactionId(7, row));
      tx.Reserve({.booking = BookingId(1, row),
                  .section = "A",
                  .seats = {{row, 1}, {row, 2}},
                  .hold_for = 1min});
      REQUIRE(storage.Commit(tx, kStart, {}, outcome).ok());
      REQUIRE(outcome.committed());
    }
    if (i == 1) in_use_once = storage.bytes_in_use();
    CHECK(storage.bytes_in_use() == in_use_once);
    REQUIRE(storage.Drop({event}, /*force=*/true, kStart).ok());
  }
  CHECK(storage.ListEvents()->empty());
  CHECK(storage.counters().commits == 50 * 30);
}

TEST_CASE("What is remembered is bounded in number and in time", "[memory]") {
  Limits limits;
  limits.tombstones_max = 64;
  limits.ids_max = 64;
  Fixture f(limits);
  f.Create("A", 1, 1);
  const auto& storage =
      dynamic_cast<const MemoryStorage&>(f.inventory.storage());
  std::uint64_t bytes = 0;
  for (std::uint64_t i = 1; i <= 20'000; ++i) {
    Transaction tx(kEvent);
    tx.SetId(TransactionId(1, i))
        .Reserve({.booking = B(i), .section = "A", .seats = {{1, 1}}})
        .Release({.booking = B(i)});
    REQUIRE(f.Commit(tx) == "committed");
    if (i == 10'000) bytes = storage.bytes_in_use();
  }
  CHECK(storage.bytes_in_use() <= bytes);
  CHECK(f.Release(B(20'000)) == "committed");  // remembered: nothing to do
  CHECK(f.Release(B(1)) == "not_found/booking");
  f.clock->Advance(limits.tombstone_retention);
  CHECK(f.Release(B(20'000)) == "not_found/booking");
  CHECK(f.inventory.Verify(kEvent).ok());
}

}  // namespace
}  // namespace seatfield::test
