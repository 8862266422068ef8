// SPDX-License-Identifier: MIT
//
// Threads against one store. What they saw is kept apart, seat by seat, and
// compared with the store at the end. Made to be run under ThreadSanitizer.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/inventory.h"
#include "support/catch.h"
#include "support/fixture.h"
#include "support/seed.h"

namespace seatfield::test {
namespace {

using namespace std::chrono_literals;

constexpr int kThreads = 8;
constexpr const char* kSections[] = {"A", "B", "C"};
constexpr SectionConfig kConfig{.rows = 6, .seats_per_row = 11};

template <typename Fn>
void RunThreads(int count, Fn fn) {
  std::vector<std::thread> threads;
  for (int t = 0; t < count; ++t) threads.emplace_back([&fn, t] { fn(t); });
  for (std::thread& thread : threads) thread.join();
}

Seat AnySeat(Rng& rng) {
  return kConfig.SeatAt(
      static_cast<SeatIndex>(rng.Below(kConfig.seat_count())));
}

const char* AnySection(Rng& rng) { return kSections[rng.Below(3)]; }

TEST_CASE("No seat is sold twice, whoever races for it", "[concurrency]") {
  SEATFIELD_INFO_SEED();
  Fixture f;
  for (const char* const section : kSections) {
    f.Create(section, kConfig.rows, kConfig.seats_per_row);
  }
  using Sale = std::pair<std::string, Seat>;
  std::vector<std::map<Sale, BookingId>> sales(kThreads);
  std::atomic<int> failures = 0;
  RunThreads(kThreads, [&](int t) {
    Rng rng(TestSeed() + static_cast<std::uint64_t>(t));
    Transaction tx;
    Outcome outcome;
    const auto commit = [&] {
      if (!f.inventory.Commit(tx, outcome).ok()) ++failures;
      return outcome.committed();
    };
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const BookingId booking(static_cast<std::uint64_t>(t) + 1, i + 1);
      tx.Clear(kEvent);
      for (std::size_t s = rng.Between(1, 3); s > 0; --s) {
        tx.Reserve({.booking = booking,
                    .buyer = BuyerId{t},
                    .section = AnySection(rng),
                    .seats = {AnySeat(rng)},
                    .hold_for = 10min});
      }
      if (!commit()) continue;
      tx.Clear(kEvent);
      if (rng.Chance(0.1)) {
        tx.Finalize({.booking = booking});
        if (!commit()) ++failures;
        for (const SeatChange& change : outcome.seats) {
          const auto& name = outcome.sections[change.section].name;
          sales[static_cast<std::size_t>(t)][{name.ToString(), change.seat}] =
              booking;
        }
      } else if (rng.Chance(0.8)) {
        tx.Release({.booking = booking});
        if (!commit()) ++failures;
      }
    }
  });
  CHECK(failures == 0);
  std::map<Sale, BookingId> all;
  std::size_t count = 0;
  for (const auto& of_thread : sales) {
    all.insert(of_thread.begin(), of_thread.end());
    count += of_thread.size();
  }
  CHECK(all.size() == count);
  CHECK(f.inventory.CountEvent(kEvent)->sold == count);
  for (const auto& [sale, booking] : all) {
    const auto seat = f.inventory.ReadSeat(kEvent, sale.first, sale.second);
    REQUIRE(seat.ok());
    REQUIRE(seat->state == SeatState::kSold);
    REQUIRE(seat->meta->booking == booking);
  }
  const absl::Status verified = f.inventory.Verify(kEvent);
  CHECK(verified.ToString() == "OK");
}

TEST_CASE("A read is one version: counters, seats and metadata agree",
          "[concurrency]") {
  SEATFIELD_INFO_SEED();
  Fixture f;
  for (const char* const section : kSections) {
    f.Create(section, kConfig.rows, kConfig.seats_per_row);
  }
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  std::atomic<int> reads = 0;
  RunThreads(kThreads, [&](int t) {
    Rng rng(TestSeed() + static_cast<std::uint64_t>(t));
    if (t < 2) {
      SectionView view;
      while (!done) {
        const bool ok =
            f.inventory
                .ReadSection(kEvent, AnySection(rng), {.details = true}, view)
                .ok();
        std::size_t owned = 0;
        for (const SeatRecord& seat : view.details)
          owned += seat.meta.has_value();
        const SeatCounts& counts = view.stats.counts;
        // Whole rows are reserved by one transaction: a row is all or nothing.
        if (!ok || view.map.CountAll() != counts ||
            owned != counts.reserved + counts.sold ||
            (counts.reserved + counts.sold) % kConfig.seats_per_row != 0) {
          ++failures;
        }
        f.inventory.ReadBooking(kEvent, BookingId(3, 1 + rng.Below(2000)))
            .IgnoreError();
        f.inventory.ListHolds(kEvent, kStart, 5).IgnoreError();
        ++reads;
      }
      return;
    }
    Transaction tx;
    Outcome outcome;
    for (std::uint64_t i = 0; i < 2000; ++i) {
      const BookingId booking(static_cast<std::uint64_t>(t) + 1, i + 1);
      std::vector<Seat> row;
      const auto number = static_cast<std::uint32_t>(rng.Between(1, 6));
      for (std::uint32_t n = 1; n <= kConfig.seats_per_row; ++n) {
        row.push_back({number, n});
      }
      tx.Clear(kEvent);
      tx.Reserve({.booking = booking,
                  .section = AnySection(rng),
                  .seats = row,
                  .hold_for = Duration(rng.Below(50) + 1)});
      if (!f.inventory.Commit(tx, outcome).ok()) ++failures;
      if (outcome.committed() && rng.Chance(0.5)) {
        tx.Clear(kEvent);
        tx.Finalize({.booking = booking}).Refund({.booking = booking});
        if (!f.inventory.Commit(tx, outcome).ok()) ++failures;
      }
      if (rng.Chance(0.2)) f.clock->Advance(Duration(rng.Below(10)));
      if (rng.Chance(0.05) && !f.inventory.ExpireDue(3).ok()) ++failures;
    }
    if (t == 2) done = true;
  });
  CHECK(failures == 0);
  CHECK(reads > 0);
  CHECK(f.inventory.Verify(kEvent).ToString() == "OK");
}

TEST_CASE("A booking is read of one moment while its seats are sold",
          "[concurrency]") {
  Fixture f;
  f.Create("A", 1, 3);
  std::atomic<std::uint64_t> current = 1;
  std::atomic<bool> done = false;
  std::atomic<int> failures = 0;
  RunThreads(3, [&](int t) {
    if (t == 0) {
      for (std::uint64_t i = 1; i <= 20'000; ++i) {
        current = i;
        if (f.Reserve(B(i), "A", {{1, 1}, {1, 2}, {1, 3}}) != "committed" ||
            f.Finalize(B(i)) != "committed" ||
            !f.inventory.Refund(kEvent, {.booking = B(i)}).ok()) {
          ++failures;
        }
      }
      done = true;
      return;
    }
    while (!done) {
      const auto booking = f.inventory.ReadBooking(kEvent, B(current));
      if (booking.ok() && booking->status == BookingStatus::kOpen) {
        const auto sold =
            std::count_if(booking->seats.begin(), booking->seats.end(),
                          [](const BookedSeat& seat) {
                            return seat.state == SeatState::kSold;
                          });
        const bool held = booking->hold_until != kNever;
        if (booking->seats.size() != 3 || sold != (held ? 0 : 3)) ++failures;
      }
      const auto holds = f.inventory.ListHolds(kEvent, kStart, 5);
      if (!holds.ok()) {
        ++failures;
        continue;
      }
      for (const Hold& hold : *holds) {
        if (hold.hold_until == kNever || hold.seat_count != 3) ++failures;
      }
    }
  });
  CHECK(failures == 0);
  CHECK(f.inventory.Verify(kEvent).ToString() == "OK");
}

// A lapse, stopped where it has taken the seats out of their booking and the
// booking does not know yet how many it has left.
class HalfALapse {
 public:
  HalfALapse(internal::LedgerState& state, BookingId id,
             std::string_view section, internal::SeatLink first_left)
      : state_(state), event_(*state.FindEvent(kEvent)) {
    const internal::TableKey key{id.high(), id.low()};
    const std::uint64_t hash = internal::HashKey(key, state.seed);
    table_ = &state.EventAt(event_.line).bookings[internal::ShardOf(hash)];
    section_ = internal::SectionAccess(
        state.space, state.FindSection(event_.line, section)->line);
    section_.record->lock.Lock();
    table_->lock.Lock();
    section_.Open(state.space);
    const internal::Line line = state.Table(*table_).Find(key, hash);
    booking_ = state.space.At<internal::BookingRecord>(line);
    for (SeatIndex seat = 0; seat < section_.record->seat_count(); ++seat) {
      if (section_.slots[seat].booking != line) continue;
      section_.SetState(seat, SeatState::kReserved, SeatState::kAvailable);
      internal::ClearSlot(section_.slots[seat]);
      ++lapsed_;
    }
    internal::SharedAssign(booking_->first, first_left);
  }
  void Finish() {
    internal::SharedAssign(booking_->counts,
                           {.held = booking_->counts.held - lapsed_});
    internal::StampChange(section_, section_.record->time);
    internal::HoldHeap(state_.space, section_).SettleTop();
    table_->lock.Unlock();
    section_.record->lock.Unlock();
  }

 private:
  internal::LedgerState& state_;
  const internal::FoundEvent event_;
  internal::TableRecord* table_;
  internal::SectionAccess section_;
  internal::BookingRecord* booking_;
  std::uint32_t lapsed_ = 0;
};

TEST_CASE("A booking is not sold while its hold elsewhere is about to lapse",
          "[concurrency]") {
  internal::Ledger ledger(Limits{}, 1);
  const std::vector<SectionSpec> specs = {{"A", {1, 4}}, {"B", {1, 4}}};
  REQUIRE(ledger.CreateSections(kEvent, specs, kStart).ok());
  Transaction reserve(kEvent);
  for (const char* const section : {"A", "B"}) {
    reserve.Reserve({.booking = B(1),
                     .buyer = kBuyer,
                     .section = section,
                     .seats = {{1, 1}, {1, 2}},
                     .hold_for = 10min});
  }
  Outcome outcome;
  REQUIRE(ledger.Commit(reserve, kStart, outcome).ok());
  REQUIRE(outcome.committed());
  internal::LedgerState& state = ledger.state();
  const internal::Line a =
      state.FindSection(state.FindEvent(kEvent)->line, std::string_view("A"))
          ->line;
  HalfALapse lapse(state, B(1), "B", {a, 1});
  std::atomic<bool> answered = false;
  std::thread seller([&] {
    Transaction finalize(kEvent);
    finalize.Finalize({.booking = B(1)});
    if (!ledger.Commit(finalize, kStart, outcome).ok()) std::abort();
    answered = true;
  });
  std::this_thread::sleep_for(50ms);
  const bool early = answered;
  lapse.Finish();
  seller.join();
  CHECK_FALSE(early);
  CHECK(outcome.committed());
  CHECK(outcome.seats.size() == 2);
  CHECK(ledger.Verify(kEvent).ToString() == "OK");
}

TEST_CASE("Transactions over sections in any order do not wait for ever",
          "[concurrency]") {
  SEATFIELD_INFO_SEED();
  Limits limits;
  limits.seats_per_buyer_max = 1000;
  Fixture f(limits);
  for (const char* const section : kSections) {
    f.Create(section, kConfig.rows, kConfig.seats_per_row);
  }
  std::atomic<int> failures = 0;
  RunThreads(kThreads, [&](int t) {
    Rng rng(TestSeed() + static_cast<std::uint64_t>(t));
    for (int i = 0; i < 1000; ++i) {
      // A few bookings, shared by all threads, wander over the sections.
      const BookingId booking = B(1 + rng.Below(6));
      const BookingId other = B(1 + rng.Below(6));
      Transaction tx(kEvent);
      if (rng.Chance(0.3)) tx.SetId(TransactionId(9, 1 + rng.Below(200)));
      for (std::size_t s = rng.Between(1, 3); s > 0; --s) {
        switch (rng.Below(6)) {
          case 0:
            tx.Release({.booking = booking});
            break;
          case 1:
            tx.Finalize({.booking = booking}).Refund({.booking = booking});
            break;
          case 2:
            tx.Transfer({.booking = booking, .to_booking = other});
            break;
          case 3:
            tx.Extend(booking, Duration(rng.Below(100) + 1));
            break;
          default:
            tx.Reserve({.booking = booking,
                        .section = AnySection(rng),
                        .seats = {AnySeat(rng)},
                        .hold_for = Duration(rng.Below(100) + 1)});
        }
      }
      Outcome outcome;
      if (!f.inventory.Commit(tx, outcome).ok()) ++failures;
      if (rng.Chance(0.3)) f.clock->Advance(Duration(rng.Below(20)));
    }
  });
  CHECK(failures == 0);
  CHECK(f.inventory.Verify(kEvent).ToString() == "OK");
}

TEST_CASE("Events and sections come and go under transactions and reads",
          "[concurrency]") {
  SEATFIELD_INFO_SEED();
  Fixture f;
  std::atomic<int> failures = 0;
  RunThreads(kThreads, [&](int t) {
    Rng rng(TestSeed() + static_cast<std::uint64_t>(t));
    SectionView view;
    const auto accept = [&](const absl::Status& status,
                            std::initializer_list<absl::StatusCode> codes) {
      if (!status.ok() &&
          std::find(codes.begin(), codes.end(), status.code()) == codes.end()) {
        ++failures;
      }
    };
    for (int i = 0; i < 1000; ++i) {
      const EventId event{static_cast<std::int64_t>(rng.Below(3))};
      const char* const section = AnySection(rng);
      const bool small = rng.Chance(0.5);
      switch (rng.Below(t < 2 ? 8 : 5)) {
        case 0:
        case 1: {
          Transaction tx(event);
          tx.Reserve(
              {.booking = B(1 + rng.Below(50)),
               .section = section,
               .seats = {{1, 1 + static_cast<std::uint32_t>(rng.Below(4))}},
               .hold_for = 5us});
          accept(f.inventory.Commit(tx).status(), {});
          break;
        }
        case 2:
          accept(
              f.inventory.ReadSection(event, section, {.details = true}, view),
              {absl::StatusCode::kNotFound});
          break;
        case 3:
          accept(f.inventory.ReadStats(event).status(),
                 {absl::StatusCode::kNotFound});
          break;
        case 4:
          accept(f.inventory.ExpireDue().status(), {});
          accept(f.inventory.NextDeadline().status(), {});
          f.clock->Advance(1us);
          break;
        case 5:
          accept(f.inventory.CreateSection(
                     event, section,
                     small ? SectionConfig{1, 4} : SectionConfig{40, 40}),
                 {absl::StatusCode::kAlreadyExists});
          break;
        case 6:
          accept(f.inventory.Drop({event, section}, rng.Chance(0.5)),
                 {absl::StatusCode::kNotFound,
                  absl::StatusCode::kFailedPrecondition});
          break;
        default:
          accept(rng.Chance(0.5) ? f.inventory.Drop({event}, true)
                                 : f.inventory.Reset({event}, true),
                 {absl::StatusCode::kNotFound});
      }
    }
  });
  CHECK(failures == 0);
  const std::vector<EventId> events = *f.inventory.ListEvents();
  for (const EventId event : events) {
    CHECK(f.inventory.Verify(event).ToString() == "OK");
  }
}

}  // namespace
}  // namespace seatfield::test
