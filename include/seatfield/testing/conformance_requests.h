// SPDX-License-Identifier: MIT
//
// Random transactions over a few small sections, bookings and buyers, so that
// they collide often. The maker looks at a reference model to aim at seats and
// bookings as they stand, and misses on purpose now and then.
//
// Thread safety: one object, one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_REQUESTS_H_
#define SEATFIELD_TESTING_CONFORMANCE_REQUESTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/price.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_seating.h"
#include "seatfield/testing/reference_model.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

inline BookingId BookingOf(std::uint64_t number) { return {0, number}; }
inline TransactionId IdOf(std::uint64_t number) { return {0, number}; }

// What the requests of a trace are about.
struct RequestWorld {
  std::vector<EventId> events;
  std::vector<std::string_view> names;  // of sections, existing or not
  std::uint32_t bookings = 8;
  std::uint32_t buyers = 4;
  std::uint32_t ids = 12;
  std::uint32_t steps_max = 4;
  std::uint32_t misuse_percent = 3;
  // Otherwise a transaction keeps to one section, and so do a booking and an
  // id.
  bool several_sections = true;
  bool aim = true;  // look at the model
};

// A section that was resolved, on the storage that the request is for. It may
// have been dropped since.
struct ResolvedSection {
  EventId event{};
  std::string_view name;
  SectionHandle handle;
};

class RequestMaker {
 public:
  // Two makers with equal numbers, worlds and models make the same request, but
  // for the handles.
  RequestMaker(Random& random, const RequestWorld& world, ReferenceModel& model,
               std::span<const ResolvedSection> resolved)
      : random_(random), world_(world), model_(model), resolved_(resolved) {}

  Transaction Make(Time now);

 private:
  void AddStep(Transaction& tx);
  void AddReserve(Transaction& tx);
  void AddReserveBest(Transaction& tx);
  Offer PickOffer();
  SectionConfig PickShape();
  BestPolicy PickPolicy();
  void AddSeatsOfBooking(Transaction& tx, StepKind kind);
  void AddLoad(Transaction& tx);
  SeatRecord MakeRecord(Seat seat);
  SeatsOfBooking PickOwn(BookingId booking, std::vector<Seat>& seats);

  SectionRef PickSection();
  SectionRef RefTo(std::string_view name);
  void LookAt(std::string_view name);
  std::vector<Seat> PickSeats(std::uint32_t count_max);
  void Spoil(std::vector<Seat>& seats);
  TransactionId PickId();
  BookingId PickBooking();
  BuyerId PickBuyer(BookingId booking);
  Duration PickHold();
  Price PickPrice();
  bool Misuse() { return random_.Percent(world_.misuse_percent); }

  Random& random_;
  SeatingMaker seating_{random_};
  const RequestWorld& world_;
  ReferenceModel& model_;
  std::span<const ResolvedSection> resolved_;
  EventId event_{};
  Time now_{};
  std::uint32_t home_ = 0;      // of names: where a lone section is looked for
  std::string_view home_name_;  // of the lone section, or no section's
  SectionView view_;            // of the section picked last, if it exists
};

// --- Implementation ---------------------------------------------------------

// Names that no section has.
inline constexpr std::string_view kNoSections[] = {"", "no such", "Z", "a/b"};

inline Transaction RequestMaker::Make(Time now) {
  now_ = now;
  event_ = world_.events[random_.Below(
      static_cast<std::uint32_t>(world_.events.size()))];
  if (Misuse()) event_ = EventId{random_.Between(-1, 3)};
  home_ = random_.Below(static_cast<std::uint32_t>(world_.names.size()));
  home_name_ = Misuse() ? kNoSections[random_.Below(4)] : world_.names[home_];
  Transaction tx(event_);
  // A section that is not there remembers no id.
  const bool remembers =
      world_.several_sections || home_name_ == world_.names[home_];
  if (random_.Percent(35) && remembers) tx.SetId(PickId());
  PickSection();
  std::uint32_t steps = 1;
  while (steps < world_.steps_max && random_.Percent(30)) ++steps;
  if (Misuse()) steps = random_.Below(2) * (world_.steps_max + 4);
  for (std::uint32_t i = 0; i < steps; ++i) AddStep(tx);
  while (random_.Percent(8)) {
    const SectionRef section = PickSection();
    const std::uint64_t version = view_.stats.version;
    tx.IfVersion(section,
                 random_.Percent(70) ? version : version + random_.Below(3));
  }
  return tx;
}

inline void RequestMaker::AddStep(Transaction& tx) {
  const std::uint32_t kind = random_.Below(100);
  if (kind < 26) return AddReserve(tx);
  if (kind < 38) return AddReserveBest(tx);
  if (kind < 50) return AddSeatsOfBooking(tx, StepKind::kFinalize);
  if (kind < 62) return AddSeatsOfBooking(tx, StepKind::kRelease);
  if (kind < 74) return AddSeatsOfBooking(tx, StepKind::kRefund);
  if (kind < 84) return AddSeatsOfBooking(tx, StepKind::kTransfer);
  if (kind < 89) {
    // In this order with every compiler.
    const Duration hold_for = PickHold();
    tx.Extend(PickBooking(), hold_for);
  } else if (kind < 95) {
    const bool block = random_.Percent(40);
    const SectionRef section = PickSection();
    const std::vector<Seat> seats = PickSeats(3);
    if (block) {
      tx.Block({section, seats, random_.Below(4)});
    } else {
      tx.Unblock(section, seats);
    }
  } else {
    AddLoad(tx);
  }
}

inline void RequestMaker::AddReserve(Transaction& tx) {
  const BookingId booking = PickBooking();
  const SectionRef section = PickSection();
  const std::vector<Seat> seats = PickSeats(4);
  std::vector<Price> prices;
  const bool each = random_.Percent(30);
  for (std::size_t i = 0; each && i < seats.size(); ++i) {
    prices.push_back(PickPrice());
  }
  if (each && Misuse()) prices.push_back(PickPrice());
  ReserveStep step{.booking = booking,
                   .buyer = PickBuyer(booking),
                   .section = section,
                   .seats = seats,
                   .hold_for = PickHold(),
                   .price = PickPrice(),
                   .prices = prices};
  if (random_.Percent(25)) {
    step.orphans = seating_.PickRule();
    step.min_run = Misuse() ? 0 : seating_.PickMinRun();
    if (random_.Percent(60)) step.plan = seating_.MakePlan(PickShape());
  }
  tx.Reserve(step);
}

// That of the section picked last, so that a plan fits it.
inline SectionConfig RequestMaker::PickShape() {
  SectionConfig shape =
      view_.map.empty() ? SectionConfig{1, 1} : view_.stats.config;
  if (Misuse()) ++shape.rows;
  return shape;
}

inline Offer RequestMaker::PickOffer() {
  Offer offer;
  offer.section = PickSection();
  offer.price = PickPrice();
  if (random_.Percent(30)) {
    offer.filter = seating_.MakeFilter(view_.map.size() + (Misuse() ? 1 : 0));
  }
  if (random_.Percent(40)) offer.plan = seating_.MakePlan(PickShape());
  return offer;
}

inline BestPolicy RequestMaker::PickPolicy() {
  BestPolicy policy = seating_.PickPolicy();
  if (Misuse()) policy.largest_blocks_fallback = true;
  if (Misuse()) policy.allow_singles = true;
  if (Misuse()) policy.min_run = 0;
  return policy;
}

inline void RequestMaker::AddReserveBest(Transaction& tx) {
  const BookingId booking = PickBooking();
  std::vector<Offer> offers;
  std::uint32_t count = 1;
  while (count < 3 && random_.Percent(40)) ++count;
  if (Misuse()) count = random_.Below(2) * (kOfferCountMax + 1);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Offer offer = PickOffer();
    // A section offered twice is misuse, and rare.
    const bool twice =
        std::any_of(offers.begin(), offers.end(), [&](const Offer& other) {
          return !offer.section.handle() && !other.section.handle() &&
                 other.section.name() == offer.section.name();
        });
    if (!twice || Misuse()) offers.push_back(offer);
  }
  tx.ReserveBest({.booking = booking,
                  .buyer = PickBuyer(booking),
                  .offers = offers,
                  .count = Misuse() ? 0 : 1 + random_.Below(5),
                  .policy = PickPolicy(),
                  .hold_for = PickHold()});
}

// Seats of a booking: all of them, some that it has, or any.
inline SeatsOfBooking RequestMaker::PickOwn(BookingId booking,
                                            std::vector<Seat>& seats) {
  if (random_.Percent(45)) return {.booking = booking};
  const auto own = model_.ReadBooking(event_, booking);
  const bool aimed =
      random_.Percent(75) && world_.aim && own.ok() && !own->seats.empty();
  if (!aimed) {
    const SectionRef section = PickSection();
    seats = PickSeats(3);
    return {booking, section, seats};
  }
  const auto pick =
      random_.Below(static_cast<std::uint32_t>(own->seats.size()));
  const SectionName name = own->seats[pick].section;
  for (const BookedSeat& seat : own->seats) {
    if (seat.section == name && random_.Percent(60)) seats.push_back(seat.seat);
  }
  if (seats.empty()) seats.push_back(own->seats[pick].seat);
  for (const std::string_view known : world_.names) {
    if (!world_.several_sections && known != home_name_) continue;
    if (known == name.view()) return {booking, RefTo(known), seats};
  }
  return {.booking = booking};
}

inline void RequestMaker::AddSeatsOfBooking(Transaction& tx, StepKind kind) {
  const BookingId booking = PickBooking();
  std::vector<Seat> seats;
  const SeatsOfBooking own = PickOwn(booking, seats);
  if (kind == StepKind::kFinalize) tx.Finalize(own);
  if (kind == StepKind::kRelease) tx.Release(own);
  if (kind == StepKind::kRefund) tx.Refund(own);
  if (kind != StepKind::kTransfer) return;
  const BookingId target = PickBooking();
  tx.Transfer({booking, target, PickBuyer(target), own.section, own.seats});
}

inline void RequestMaker::AddLoad(Transaction& tx) {
  const SectionRef section = PickSection();
  std::vector<SeatRecord> records;
  for (const Seat seat : PickSeats(4)) records.push_back(MakeRecord(seat));
  tx.Load({section, records});
}

inline SeatRecord RequestMaker::MakeRecord(Seat seat) {
  SeatRecord record;
  record.seat = seat;
  record.state = static_cast<SeatState>(random_.Below(4));
  if (record.state == SeatState::kBlocked)
    record.block_reason = random_.Below(3);
  const bool owned =
      record.state == SeatState::kReserved || record.state == SeatState::kSold;
  if (owned != Misuse()) {
    SeatMeta meta;
    meta.booking = PickBooking();
    meta.buyer = PickBuyer(meta.booking);
    meta.price = PickPrice();
    meta.reserved_at = now_ - Duration(random_.Between(0, 500));
    const auto booking = model_.ReadBooking(event_, meta.booking);
    if (booking.ok() && random_.Percent(60)) {
      meta.hold_until = booking->hold_until;
    } else if (random_.Percent(90)) {
      meta.hold_until = now_ + Duration(random_.Between(-20, 80) * 10);
    }
    record.meta = meta;
  }
  return record;
}

inline void RequestMaker::LookAt(std::string_view name) {
  if (!model_.ReadSection(event_, name, {}, view_).ok()) view_ = SectionView();
}

inline SectionRef RequestMaker::RefTo(std::string_view name) {
  LookAt(name);
  if (!random_.Percent(25)) return name;
  // The handle resolved last, which may be stale.
  for (std::size_t i = resolved_.size(); i-- > 0;) {
    const ResolvedSection& known = resolved_[i];
    if (known.event == event_ && known.name == name) return known.handle;
  }
  return name;
}

inline SectionRef RequestMaker::PickSection() {
  if (!world_.several_sections) return RefTo(home_name_);
  if (Misuse()) {
    if (random_.Percent(50)) return kNoSections[random_.Below(4)];
    if (resolved_.empty()) return SectionHandle{};
    return resolved_[random_.Below(
                         static_cast<std::uint32_t>(resolved_.size()))]
        .handle;
  }
  std::string_view name = world_.names[random_.Below(
      static_cast<std::uint32_t>(world_.names.size()))];
  LookAt(name);
  if (view_.map.empty()) {
    name = world_.names[random_.Below(
        static_cast<std::uint32_t>(world_.names.size()))];
  }
  return RefTo(name);
}

// Distinct seats of the section looked at last, often side by side.
inline std::vector<Seat> RequestMaker::PickSeats(std::uint32_t count_max) {
  std::vector<Seat> seats;
  const SectionConfig config =
      view_.map.empty() ? SectionConfig{2, 3} : view_.stats.config;
  const std::uint32_t count = 1 + random_.Below(count_max);
  std::uint32_t at = random_.Below(config.seat_count());
  const std::uint32_t stride = random_.Percent(60) ? 1 : 1 + random_.Below(5);
  for (std::uint32_t i = 0; i < count; ++i, at += stride) {
    const Seat seat = config.SeatAt(at % config.seat_count());
    if (std::find(seats.begin(), seats.end(), seat) == seats.end()) {
      seats.push_back(seat);
    }
  }
  if (Misuse()) Spoil(seats);
  return seats;
}

inline void RequestMaker::Spoil(std::vector<Seat>& seats) {
  switch (random_.Below(6)) {
    case 0:
      seats.clear();
      break;
    case 1:
      seats.push_back(seats.front());
      break;
    case 2:
      seats.back().row = 0;
      break;
    case 3:
      seats.back().number = 0;
      break;
    case 4:
      seats.back().row += 7;
      break;
    default:
      seats.back().number = UINT32_MAX;
      break;
  }
}

inline TransactionId RequestMaker::PickId() {
  if (world_.several_sections) return IdOf(1 + random_.Below(world_.ids));
  const auto homes = static_cast<std::uint32_t>(world_.names.size());
  return IdOf(1 + home_ + homes * random_.Below(world_.ids / homes));
}

inline BookingId RequestMaker::PickBooking() {
  if (Misuse() && random_.Percent(30)) return BookingId();
  if (world_.several_sections) {
    return BookingOf(1 + random_.Below(world_.bookings));
  }
  const auto homes = static_cast<std::uint32_t>(world_.names.size());
  return BookingOf(1 + home_ + homes * random_.Below(world_.bookings / homes));
}

inline BuyerId RequestMaker::PickBuyer(BookingId booking) {
  if (Misuse() && random_.Percent(30)) return BuyerId{-1};
  const std::uint64_t usual = booking.low() % world_.buyers;
  return BuyerId{static_cast<std::int64_t>(
      random_.Percent(88) ? usual : random_.Below(world_.buyers))};
}

inline Duration RequestMaker::PickHold() {
  if (Misuse()) return Duration(random_.Between(-1, 0));
  if (random_.Percent(8)) return kForever;
  const std::int64_t most = model_.limits().hold_max.count();
  return Duration(
      std::max<std::int64_t>(1, std::min(most, random_.Between(1, 100) * 10)));
}

inline Price RequestMaker::PickPrice() {
  if (Misuse() && random_.Percent(20)) return Price(-1);
  return Price(random_.Between(0, 9999));
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_REQUESTS_H_
