// SPDX-License-Identifier: MIT
//
// Random requests of every kind on two small events, so that they collide
// often: what a store is made to do while it is broken.
//
// Thread safety: one object, one thread.

#ifndef SEATFIELD_TESTS_SUPPORT_RANDOM_SALES_H_
#define SEATFIELD_TESTS_SUPPORT_RANDOM_SALES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "support/seed.h"

namespace seatfield::test {

class RandomSales {
 public:
  explicit RandomSales(Rng& rng) : rng_(rng) {}

  Time now() const { return now_; }
  void MoveTime() { now_ += Duration(rng_.Below(60'000)); }

  static std::vector<SectionSpec> Sections() {
    return {{"A", {2, 8}}, {"B", {1, 16}}};
  }
  EventId PickEvent() {
    return EventId{static_cast<std::int64_t>(rng_.Below(2))};
  }
  std::string_view PickSection() { return rng_.Chance(.6) ? "A" : "B"; }

  Transaction MakeTransaction() {
    Transaction tx(PickEvent());
    if (rng_.Chance(.4)) tx.SetId({7, ++last_id_});
    do {
      AddStep(tx);
    } while (rng_.Chance(.25));
    return tx;
  }

 private:
  void AddStep(Transaction& tx) {
    switch (rng_.Below(16)) {
      case 0:
        return AddReserveBest(tx);
      case 1:
      case 2:
        tx.Finalize({.booking = PickBooking()});
        return;
      case 3:
        tx.Release({.booking = PickBooking()});
        return;
      case 4:
        tx.Refund({.booking = PickBooking()});
        return;
      case 5:
        tx.Transfer({.booking = PickBooking(),
                     .to_booking = PickBooking(),
                     .to_buyer = BuyerId{3}});
        return;
      case 6:
        return AddExtend(tx);
      case 7:
        tx.Block({.section = PickSection(), .seats = PickSeats(), .reason = 5});
        return;
      case 8:
        return AddUnblock(tx);
      case 9:
        return AddLoad(tx);
      default:
        return AddReserve(tx);
    }
  }

  // Picks stand in an order of their own, not in that of a compiler's
  // arguments.
  void AddExtend(Transaction& tx) {
    const Duration hold_for = PickHold();
    tx.Extend(PickBooking(), hold_for);
  }
  void AddUnblock(Transaction& tx) {
    const std::vector<Seat> seats = PickSeats();
    tx.Unblock(PickSection(), seats);
  }
  void AddReserve(Transaction& tx) {
    tx.Reserve({.booking = PickBooking(),
                .buyer = BuyerId{2},
                .section = PickSection(),
                .seats = PickSeats(),
                .hold_for = PickHold(),
                .price = Price(static_cast<std::int64_t>(rng_.Below(900)))});
  }
  void AddReserveBest(Transaction& tx) {
    const Offer offer{.section = PickSection(), .price = Price(100)};
    tx.ReserveBest({.booking = PickBooking(),
                    .buyer = BuyerId{2},
                    .offers = {offer},
                    .count = static_cast<std::uint32_t>(rng_.Between(1, 4)),
                    .hold_for = PickHold()});
  }
  void AddLoad(Transaction& tx) {
    SeatRecord record;
    record.seat = PickSeats().front();
    record.state = SeatState::kSold;
    record.meta.emplace();
    record.meta->booking = PickBooking();
    record.meta->buyer = BuyerId{2};
    record.meta->price = Price(50);
    record.meta->reserved_at = now_;
    tx.Load({.section = PickSection(), .records = {record}});
  }

  BookingId PickBooking() { return {1, rng_.Between(1, 12)}; }
  Duration PickHold() {
    if (rng_.Chance(.2)) return kForever;
    return Duration(static_cast<std::int64_t>(rng_.Between(1'000, 1'000'000)));
  }
  // Side by side, in the first row.
  std::vector<Seat> PickSeats() {
    std::vector<Seat> seats;
    const std::size_t first = rng_.Between(1, 8);
    const std::size_t last = std::min<std::size_t>(8, first + rng_.Below(3));
    for (std::size_t i = first; i <= last; ++i) {
      seats.push_back({1, static_cast<std::uint32_t>(i)});
    }
    return seats;
  }

  Rng& rng_;
  Time now_ = TimeFromMicros(1'700'000'000'000'000);
  std::uint64_t last_id_ = 0;
};

}  // namespace seatfield::test

#endif  // SEATFIELD_TESTS_SUPPORT_RANDOM_SALES_H_
