// SPDX-License-Identifier: MIT

#include "seatfield/memory_storage.h"

#include <chrono>
#include <cstdint>
#include <vector>

#include "support/catch.h"
#include "support/fixture.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

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
