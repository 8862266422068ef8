// SPDX-License-Identifier: MIT
//
// Heap allocations of a store that is warm: there are none, whatever it
// answers.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "seatfield/memory_storage.h"
#include "support/catch.h"
#include "support/fixture.h"

namespace {

std::atomic<std::uint64_t> allocations = 0;

void* Allocate(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  return std::aligned_alloc(alignment,
                            (size + alignment - 1) / alignment * alignment);
}

}  // namespace

// Every heap allocation of this program is counted. Not inlined: GCC would take
// the pairs below for mismatches.
[[gnu::noinline]] void* operator new(std::size_t size) {
  if (void* const memory = Allocate(size, alignof(std::max_align_t))) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     const std::nothrow_t&) noexcept {
  return Allocate(size, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     std::align_val_t alignment) {
  if (void* const memory =
          Allocate(size, static_cast<std::size_t>(alignment))) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void* operator new(std::size_t size,
                                     std::align_val_t alignment,
                                     const std::nothrow_t&) noexcept {
  return Allocate(size, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  operator delete(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  operator delete(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  operator delete(memory);
}

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSectionCount = 10;
constexpr std::size_t kBatchSize = 32;

// A store and everything that a caller uses again.
struct Scene {
  Scene() {
    const std::vector<SectionSpec> specs = {
        {"A", {20, 30}},   {"B", {20, 30}},    {"C", {20, 30}}, {"D", {20, 30}},
        {"E", {20, 30}},   {"F", {20, 30}},    {"G", {20, 30}}, {"H", {20, 30}},
        {"small", {2, 3}}, {"paused", {2, 3}},
    };
    REQUIRE(specs.size() == kSectionCount);
    REQUIRE(storage.CreateSections(kEvent, specs, kStart).ok());
    for (const SectionSpec& spec : specs) {
      sections.push_back(*storage.Resolve(kEvent, spec.name));
    }
    REQUIRE(storage.SetPaused({kEvent, "paused"}, true).ok());
    // Another's seats in the last row: two held for ever, one sold.
    Transaction taken(kEvent);
    taken
        .Reserve({.booking = B(1), .section = "A", .seats = {{20, 1}, {20, 2}}})
        .Reserve({.booking = B(2), .section = "A", .seats = {{20, 3}}})
        .Finalize({.booking = B(2)})
        .Block({.section = "A", .seats = {{20, 4}}, .reason = 1});
    REQUIRE(storage.Commit(taken, kStart, {}, outcome).ok());
    REQUIRE(outcome.committed());
  }

  static MemoryOptions Options() {
    MemoryOptions options{.hash_seed = 1};
    options.limits.tombstones_max = 1024;
    options.limits.ids_max = 64;
    options.limits.seats_per_booking_max = 20;
    return options;
  }

  // Commits what the transaction holds, and clears it.
  bool Answers(Refusal expected) {
    const bool ok = storage.Commit(tx, now, {}, outcome).ok() &&
                    outcome.refusal == expected;
    tx.Clear(kEvent);
    return ok;
  }

  // The booking of this round with this number.
  BookingId Mine(std::uint64_t number) const { return {round, number}; }

  bool Reserve(BookingId booking, SectionRef section, ListArg<Seat> seats,
               Refusal expected) {
    tx.Reserve({.booking = booking,
                .section = section,
                .seats = seats,
                .hold_for = 10min});
    return Answers(expected);
  }
  bool ReserveBest(BookingId booking, const Offer& offer, std::uint32_t count,
                   Refusal expected) {
    tx.ReserveBest({.booking = booking,
                    .offers = std::span<const Offer>(&offer, 1),
                    .count = count,
                    .hold_for = 10min});
    return Answers(expected);
  }
  bool Finalize(const SeatsOfBooking& step, Refusal expected) {
    tx.Finalize(step);
    return Answers(expected);
  }
  bool Release(const SeatsOfBooking& step, Refusal expected) {
    tx.Release(step);
    return Answers(expected);
  }
  bool Refund(const SeatsOfBooking& step, Refusal expected) {
    tx.Refund(step);
    return Answers(expected);
  }

  // A batch of one step of each of so many bookings.
  template <typename Build>
  bool Batch(Build build) {
    for (std::size_t i = 0; i < kBatchSize; ++i) {
      batch[i].Clear(kEvent);
      build(i, batch[i]);
    }
    bool ok = storage.CommitBatch(batch, now, {}, outcomes).ok();
    for (const Outcome& each : outcomes) ok &= each.committed();
    return ok;
  }

  MemoryStorage storage{Options()};
  std::vector<SectionHandle> sections;
  std::shared_ptr<const SeatMask> no_seat =
      std::make_shared<const SeatMask>(6);  // of "small"
  std::uint64_t round = 100;
  Time now = kStart;
  Transaction tx{kEvent};
  Outcome outcome;
  std::vector<Transaction> batch{kBatchSize};
  std::vector<Outcome> outcomes{kBatchSize};
  std::vector<SectionStats> stats;
  SectionView view;
};

// A call, or a few, and whether the answers were the expected ones.
struct Act {
  const char* name;
  std::function<bool(Scene&)> run;
};

// In this order; the round leaves the house as it was.
const Act kActs[] = {
    {"reserve",
     [](Scene& s) {
       return s.Reserve(s.Mine(1), s.sections[0], {{1, 1}, {1, 2}, {1, 3}},
                        Refusal::kNone);
     }},
    {"reserve by name",
     [](Scene& s) {
       return s.Reserve(s.Mine(2), "B", {{1, 1}, {1, 2}}, Refusal::kNone);
     }},
    {"reserve the best",
     [](Scene& s) {
       return s.ReserveBest(s.Mine(1), {.section = s.sections[0]}, 2,
                            Refusal::kNone);
     }},
    {"seat_reserved",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), s.sections[0], {{20, 1}, {20, 2}, {1, 1}},
                        Refusal::kSeatReserved);
     }},
    {"seat_sold",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), s.sections[0], {{20, 1}, {20, 3}},
                        Refusal::kSeatSold);
     }},
    {"seat_blocked",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), s.sections[0], {{20, 1}, {20, 4}},
                        Refusal::kSeatBlocked);
     }},
    {"not_found, a booking",
     [](Scene& s) {
       return s.Finalize({.booking = s.Mine(3)}, Refusal::kNotFound);
     }},
    {"not_found, a section",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), "nowhere", {{1, 1}}, Refusal::kNotFound);
     }},
    {"not_owner",
     [](Scene& s) {
       return s.Finalize(
           {.booking = s.Mine(1), .section = s.sections[0], .seats = {{20, 1}}},
           Refusal::kNotOwner);
     }},
    {"not_held",
     [](Scene& s) {
       return s.Finalize(
           {.booking = s.Mine(1), .section = s.sections[0], .seats = {{9, 9}}},
           Refusal::kNotHeld);
     }},
    {"not_sold",
     [](Scene& s) {
       return s.Refund(
           {.booking = s.Mine(1), .section = s.sections[0], .seats = {{1, 1}}},
           Refusal::kNotSold);
     }},
    {"paused",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), "paused", {{1, 1}}, Refusal::kPaused);
     }},
    {"limit_exceeded",
     [](Scene& s) {
       std::array<Seat, 21> seats;
       for (std::uint32_t i = 0; i < seats.size(); ++i) seats[i] = {5, i + 1};
       return s.Reserve(s.Mine(3), s.sections[0], std::span<const Seat>(seats),
                        Refusal::kLimitExceeded);
     }},
    {"no_best_available, too_few",
     [](Scene& s) {
       return s.ReserveBest(s.Mine(3), {.section = "small"}, 7,
                            Refusal::kNoBestAvailable);
     }},
    {"no_best_available, not_adjacent",
     [](Scene& s) {
       return s.ReserveBest(s.Mine(3), {.section = "small"}, 4,
                            Refusal::kNoBestAvailable);
     }},
    {"no_best_available, filtered",
     [](Scene& s) {
       return s.ReserveBest(s.Mine(3),
                            {.section = "small", .filter = s.no_seat}, 2,
                            Refusal::kNoBestAvailable);
     }},
    {"version_mismatch",
     [](Scene& s) {
       s.tx.IfVersion(s.sections[0], 0);
       return s.Reserve(s.Mine(3), s.sections[0], {{9, 9}},
                        Refusal::kVersionMismatch);
     }},
    {"invalid_argument, a seat",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), s.sections[0], {{21, 1}},
                        Refusal::kInvalidArgument);
     }},
    {"invalid_argument, a seat twice",
     [](Scene& s) {
       return s.Reserve(s.Mine(3), s.sections[0], {{9, 9}, {9, 9}},
                        Refusal::kInvalidArgument);
     }},
    {"finalize part",
     [](Scene& s) {
       return s.Finalize(
           {.booking = s.Mine(1), .section = s.sections[0], .seats = {{1, 1}}},
           Refusal::kNone);
     }},
    {"already_sold",
     [](Scene& s) {
       return s.Reserve(s.Mine(1), s.sections[0], {{1, 1}},
                        Refusal::kAlreadySold);
     }},
    {"finalize",
     [](Scene& s) {
       return s.Finalize({.booking = s.Mine(2)}, Refusal::kNone);
     }},
    {"release",
     [](Scene& s) {
       return s.Release(
           {.booking = s.Mine(1), .section = s.sections[0], .seats = {{1, 2}}},
           Refusal::kNone);
     }},
    {"release and refund in one",
     [](Scene& s) {
       s.tx.Release({.booking = s.Mine(1)});
       return s.Refund({.booking = s.Mine(1)}, Refusal::kNone);
     }},
    {"refund",
     [](Scene& s) { return s.Refund({.booking = s.Mine(2)}, Refusal::kNone); }},
    {"already_released",
     [](Scene& s) {
       return s.Finalize({.booking = s.Mine(1)}, Refusal::kAlreadyReleased);
     }},
    {"an id, its replay and id_reused",
     [](Scene& s) {
       const auto reserve = [&s](std::uint32_t row) {
         s.tx.SetId(TransactionId(s.round, 1));
         s.tx.Reserve({.booking = s.Mine(4),
                       .section = s.sections[0],
                       .seats = {{row, 1}}});
       };
       reserve(2);
       const bool first = s.Answers(Refusal::kNone) && !s.outcome.replayed;
       reserve(2);
       const bool again = s.Answers(Refusal::kNone) && s.outcome.replayed;
       reserve(3);
       const bool other = s.Answers(Refusal::kIdReused);
       return first && again && other &&
              s.Release({.booking = s.Mine(4)}, Refusal::kNone);
     }},
    {"hold_expired",
     [](Scene& s) {
       if (!s.Reserve(s.Mine(5), s.sections[0], {{4, 1}, {4, 2}},
                      Refusal::kNone)) {
         return false;
       }
       s.now += 20min;
       return s.Finalize({.booking = s.Mine(5)}, Refusal::kHoldExpired);
     }},
    {"reserve in a batch",
     [](Scene& s) {
       return s.Batch([&s](std::size_t i, Transaction& tx) {
         const auto row = static_cast<std::uint32_t>(i / 8 + 1);
         tx.Reserve({.booking = s.Mine(100 + i),
                     .section = s.sections[i % 8],
                     .seats = {{row, 5}, {row, 6}},
                     .hold_for = 10min});
       });
     }},
    {"finalize in a batch",
     [](Scene& s) {
       return s.Batch([&s](std::size_t i, Transaction& tx) {
         tx.Finalize({.booking = s.Mine(100 + i)});
       });
     }},
    {"refund in a batch",
     [](Scene& s) {
       return s.Batch([&s](std::size_t i, Transaction& tx) {
         tx.Refund({.booking = s.Mine(100 + i)});
       });
     }},
    {"refusals in a batch",
     [](Scene& s) {
       const bool all = s.Batch([&s](std::size_t i, Transaction& tx) {
         tx.Reserve({.booking = s.Mine(200 + i),
                     .section = s.sections[0],
                     .seats = {{20, 1}, {20, 2}}});
       });
       return !all && s.outcomes.back().refusal == Refusal::kSeatReserved;
     }},
    {"counters of the event",
     [](Scene& s) {
       return s.storage.ReadStats({kEvent}, s.stats).ok() &&
              s.stats.size() == kSectionCount;
     }},
    {"counters of a section",
     [](Scene& s) {
       return s.storage.ReadStats({kEvent, "A"}, s.stats).ok() &&
              s.stats[0].counts.sold == 1;
     }},
    {"bits of a section",
     [](Scene& s) {
       return s.storage.ReadSection(kEvent, s.sections[0], {}, s.view).ok() &&
              s.view.map.Get(19 * 30) == SeatState::kReserved;
     }},
};

TEST_CASE("A warm store allocates nothing, whatever is asked and answered",
          "[allocation]") {
  constexpr std::uint64_t kWarmRounds = 100;
  Scene scene;
  std::uint64_t bytes_in_use = 0;
  for (std::uint64_t i = 0; i < kWarmRounds + 5; ++i) {
    if (i == kWarmRounds) bytes_in_use = scene.storage.bytes_in_use();
    for (const Act& act : kActs) {
      const std::uint64_t before = allocations.load();
      const bool as_expected = act.run(scene);
      const std::uint64_t after = allocations.load();
      INFO("round " << i << ": " << act.name);
      REQUIRE(as_expected);
      if (i >= kWarmRounds) CHECK(after == before);
    }
    ++scene.round;
  }
  CHECK(scene.storage.bytes_in_use() == bytes_in_use);
  CHECK(scene.storage.Verify(kEvent).ok());
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

TEST_CASE("A warm choice of best seats allocates nothing", "[allocation]") {
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

TEST_CASE("What is counted includes aligned memory", "[allocation]") {
  const std::uint64_t before = allocations.load();
  const auto line = std::align_val_t{64};
  ::operator delete(::operator new(64, line, std::nothrow), line);
  CHECK(allocations.load() == before + 1);
}

}  // namespace
}  // namespace seatfield::test
