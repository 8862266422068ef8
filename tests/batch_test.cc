// SPDX-License-Identifier: MIT
//
// A batch is its transactions, one after the other: two stores are given the
// same ones, one in batches and one by one.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "seatfield/memory_storage.h"
#include "support/catch.h"
#include "support/fixture.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kNames[] = {"A", "B", "none"};

// A store that outgrows every cache, so that its batches are fetched ahead,
// with two small sections where all happens and one handle gone stale.
class Store {
 public:
  Store() {
    Create("filler", {600, 500});
    Create("A", {4, 10});
    Create("B", {3, 70});
    Create("dropped", {2, 2});
    for (const std::string_view name : {"A", "B", "dropped"}) {
      handles_.push_back(storage_.Resolve(kEvent, name).value());
    }
    REQUIRE(storage_.Drop({kEvent, "dropped"}, false, kStart).ok());
  }

  MemoryStorage& operator*() { return storage_; }
  SectionHandle handle(std::size_t at) const { return handles_[at]; }

 private:
  void Create(std::string name, SectionConfig config) {
    const SectionSpec spec{std::move(name), config};
    REQUIRE(storage_.CreateSections(kEvent, {&spec, 1}, kStart).ok());
  }

  MemoryStorage storage_{{.hash_seed = 1}};
  std::vector<SectionHandle> handles_;
};

// Mostly everyday transactions, on few enough seats and bookings to collide.
Transaction Draw(Rng& rng, const Store& store) {
  Transaction tx(rng.Chance(0.02) ? EventId{99} : kEvent);
  if (rng.Chance(0.1)) tx.SetId(TransactionId(1, rng.Below(20) + 1));
  for (std::size_t steps = rng.Chance(0.9) ? 1 : 2; steps > 0; --steps) {
    const BookingId booking(0, rng.Below(40));
    const std::size_t at = rng.Below(3);
    const SectionRef section =
        rng.Chance(0.7) ? SectionRef(store.handle(at)) : SectionRef(kNames[at]);
    std::vector<Seat> seats;
    const auto row = static_cast<std::uint32_t>(rng.Below(5));
    const auto first = static_cast<std::uint32_t>(rng.Below(12));
    for (std::uint32_t i = 0; i <= rng.Below(4); ++i) {
      seats.push_back({row, first + i});
    }
    switch (rng.Below(8)) {
      case 0:
        tx.Finalize({.booking = booking});
        break;
      case 1:
        tx.Release({.booking = booking});
        break;
      case 2:
        tx.Refund({.booking = booking});
        break;
      case 3:
        tx.Release({.booking = booking, .section = section, .seats = seats});
        break;
      case 4:
        tx.Extend(booking, 3min);
        break;
      default:
        tx.Reserve({.booking = booking,
                    .section = section,
                    .seats = seats,
                    .hold_for = rng.Chance(0.1) ? kForever : 1min});
    }
  }
  return tx;
}

TEST_CASE("A batch answers as its transactions do one by one", "[memory]") {
  SEATFIELD_INFO_SEED();
  Rng rng;
  Store batched, single;
  Time now = kStart;
  std::vector<Outcome> outcomes;
  Outcome expected;
  for (int round = 0; round < 300; ++round) {
    std::vector<Transaction> batch;
    for (std::size_t size = rng.Below(100); size > 0; --size) {
      batch.push_back(Draw(rng, batched));
    }
    outcomes.resize(batch.size());
    REQUIRE((*batched).CommitBatch(batch, now, {}, outcomes).ok());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      REQUIRE((*single).Commit(batch[i], now, {}, expected).ok());
      INFO("round " << round << ", transaction " << i);
      REQUIRE(Describe(outcomes[i]) == Describe(expected));
      REQUIRE(outcomes[i] == expected);
    }
    now += std::chrono::seconds(rng.Below(30));
  }
  CHECK((*batched).Verify(kEvent).ok());
  CHECK((*batched).counters().commits == (*single).counters().commits);
  CHECK((*batched).counters().commits > 1000);
}

TEST_CASE("A batch without an outcome for each transaction is refused",
          "[memory]") {
  MemoryStorage storage;
  std::vector<Transaction> batch(2);
  std::vector<Outcome> outcomes(1);
  CHECK(storage.CommitBatch(batch, kStart, {}, outcomes).message() ==
        "CommitBatch: 2 transactions but 1 outcomes");
}

}  // namespace
}  // namespace seatfield::test
