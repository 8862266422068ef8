// SPDX-License-Identifier: MIT
//
// Limits and misuse as named checks: each limit at its edge, and requests that
// make no sense, which must be refused by name and change nothing.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_LIMITS_H_
#define SEATFIELD_TESTING_CONFORMANCE_LIMITS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/best_available.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_mask.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_scene.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

ConformanceReport RunLimits(const ConformanceOptions& options);

// --- Implementation: limits -------------------------------------------------

inline void CheckTransactionLimits(Scene& s) {
  Transaction steps = Scene::Tx();
  for (int i = 0; i < 3; ++i) steps.Unblock("A", {{1, 1}});
  s.Must(steps);
  s.Commit(steps.Unblock("A", {{1, 1}}));
  s.ExpectRefused(Refusal::kInvalidArgument, "too many steps",
                  RefusalDetail::kTooManySteps);
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}, {1, 3}, {1, 4}, {2, 1}}));
  s.Commit(Scene::Reserve(kTwo, {{2, 2}, {2, 3}, {2, 4}})
               .Block({"A", {{2, 2}, {2, 3}, {2, 4}}}));
  s.ExpectRefused(Refusal::kInvalidArgument, "too many seats over all steps",
                  RefusalDetail::kTooManySeats);
}

inline void CheckSeatsPerBooking(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}));
  s.Must(Scene::Tx().Finalize({kOne, "A", {{1, 1}}}));
  s.Must(Scene::Reserve(kOne, {{1, 2}, {1, 3}}));
  s.Commit(Scene::Reserve(kOne, {{1, 3}, {1, 4}}));
  s.ExpectRefused(Refusal::kLimitExceeded, "held and sold count together",
                  RefusalDetail::kSeatsPerBooking);
  s.ExpectSeats({{Name("A"), {1, 3}, Refusal::kLimitExceeded},
                 {Name("A"), {1, 4}, Refusal::kLimitExceeded}},
                "the whole step");
  s.Must(Scene::Reserve(kTwo, {{2, 1}, {2, 2}}));
  s.Commit(Scene::Tx().Transfer({kOne, kTwo, kBob}));
  s.ExpectRefused(Refusal::kLimitExceeded, "a transfer counts for its target",
                  RefusalDetail::kSeatsPerBooking);
  s.Must(Scene::Tx().Transfer({kOne, kTwo, kBob, "A", {{1, 2}}}));
}

inline void CheckSeatsPerBuyer(Scene& s) {
  s.Must(Scene::Reserve(kTwo, {{1, 1}, {1, 2}}));
  s.Must(Scene::Reserve(kThree, {{1, 3}}));
  s.Commit(Scene::Reserve(kThree, {{1, 4}}));
  s.ExpectRefused(Refusal::kLimitExceeded, "over all bookings of the buyer",
                  RefusalDetail::kSeatsPerBuyer);
  s.Must(Scene::Tx().Transfer({kTwo, kThree, kBob, "A", {{1, 1}}}));
  s.Must(Scene::Reserve(kOne, {{2, 1}}));
  s.Commit(Scene::Tx().Transfer({kOne, {0, 9}, kBob}));
  s.ExpectRefused(Refusal::kLimitExceeded, "a transfer from another buyer",
                  RefusalDetail::kSeatsPerBuyer);
  SeatRecord record{{2, 4}, SeatState::kSold};
  record.meta = SeatMeta{kThree, kBob, Price(1), s.now()};
  s.Commit(Scene::Tx().Load({"A", {record}}));
  s.ExpectRefused(Refusal::kLimitExceeded, "a load",
                  RefusalDetail::kSeatsPerBuyer);
  s.Must(Scene::Tx().Release({kTwo, "A", {{1, 2}}}));
  s.Must(Scene::Reserve(kThree, {{1, 4}}));
}

inline void CheckHoldLimits(Scene& s) {
  s.Commit(Scene::Reserve(kOne, {{1, 1}}, 1001));
  s.ExpectRefused(Refusal::kInvalidArgument, "longer than hold_max",
                  RefusalDetail::kHoldFor);
  s.Commit(Scene::Reserve(kOne, {{1, 1}}, 0));
  s.ExpectRefused(Refusal::kInvalidArgument, "no time at all",
                  RefusalDetail::kHoldFor);
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.Expect(s.outcome().steps[0].hold_until == Scene::At(800),
           "total_hold_max caps the first hold too");
  Transaction endless = Scene::Tx();
  endless.Reserve({kOne, kAnn, "A", {{1, 2}}, kForever});
  s.Must(endless);
  s.Expect(s.outcome().steps[0].hold_until == Scene::At(800),
           "adding seats for ever does not lift the cap");
}

inline void CheckStoreLimits(Scene& s) {
  using enum absl::StatusCode;
  const auto create = [&](EventId event, std::string_view name,
                          SectionConfig config) {
    const SectionSpec spec{std::string(name), config};
    return s.storage().CreateSections(event, {&spec, 1}, s.now());
  };
  s.ExpectStatus(kInvalidArgument, create(kEvent, "C", {3, 4}),
                 "seats_per_section_max");
  s.ExpectStatus(kOk, create(kEvent, "C", {1, 2}), "the third section");
  s.ExpectStatus(kResourceExhausted, create(kEvent, "D", {1, 1}),
                 "sections_per_event_max");
  s.ExpectStatus(kOk, create(EventId{2}, "A", {1, 2}), "the fourth section");
  s.ExpectStatus(kResourceExhausted, create(EventId{2}, "B", {2, 2}),
                 "seats_max");
  s.ExpectStatus(kOk, create(EventId{2}, "B", {1, 2}), "the last seats");
  s.ExpectStatus(kResourceExhausted, create(EventId{3}, "A", {1, 1}),
                 "sections_max");
  s.ExpectStatus(kOk, s.storage().Drop({EventId{2}}, false, s.now()), "drop");
  s.ExpectStatus(kOk, create(EventId{3}, "A", {2, 2}), "room again");
}

// How many of the ids 1 to `count` are remembered. Asking changes nothing: the
// request differs and is refused if the id is free.
inline std::uint64_t CountRemembered(Scene& s, std::uint64_t count) {
  std::uint64_t remembered = 0;
  for (std::uint64_t i = 1; i <= count; ++i) {
    s.Commit(Scene::Tx().SetId({0, i}).Extend({7, 7}, Duration(1)));
    remembered += s.outcome().refusal == Refusal::kIdReused ? 1 : 0;
  }
  return remembered;
}

inline void CheckIdCount(Scene& s) {
  constexpr std::uint64_t kCount = 1000;
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    s.Must(Scene::Tx().SetId({0, i}).Unblock("A", {{1, 1}}));
  }
  s.Commit(Scene::Tx().SetId({0, kCount}).Unblock("A", {{1, 1}}));
  s.Expect(s.outcome().replayed, "the newest id is remembered");
  const std::uint64_t remembered = CountRemembered(s, kCount);
  s.Expect(remembered > 0 && remembered <= s.storage().info().limits.ids_max,
           internal::Cat("at most ids_max, not ", remembered));
}

inline void CheckTombstoneCount(Scene& s) {
  constexpr std::uint64_t kCount = 1000;
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    s.Must(Scene::Reserve({5, i}, {{1, 1}}).Release({.booking = {5, i}}));
  }
  std::uint64_t remembered = 0;
  for (std::uint64_t i = 1; i <= kCount; ++i) {
    s.Commit(Scene::Tx().Extend({5, i}, Duration(1)));
    remembered += s.outcome().refusal == Refusal::kAlreadyReleased ? 1 : 0;
  }
  s.Expect(s.outcome().refusal == Refusal::kAlreadyReleased,
           "the newest is remembered");
  s.Expect(remembered <= s.storage().info().limits.tombstones_max,
           internal::Cat("at most tombstones_max, not ", remembered));
}

// --- Implementation: misuse -------------------------------------------------

inline void ExpectInvalid(Scene& s, const Transaction& transaction,
                          RefusalDetail detail, std::string_view what,
                          std::uint32_t step = 0) {
  const std::string before = s.State();
  s.Commit(transaction);
  s.ExpectRefused(Refusal::kInvalidArgument, what, detail, step);
  s.Expect(s.outcome().sections.empty() && s.outcome().time == s.now(),
           "refused before anything is touched");
  s.ExpectText(before, s.State(), what);
}

inline void CheckBadParties(Scene& s) {
  using enum RefusalDetail;
  Transaction tx(EventId{-1});
  ExpectInvalid(s, tx.Extend(kOne, Duration(1)), kEventId, "negative event");
  ExpectInvalid(s, Scene::Tx(), kNoSteps, "no steps");
  ExpectInvalid(s, Scene::Reserve({}, {{1, 1}}), kBookingId, "nil booking");
  tx = Scene::Tx();
  ExpectInvalid(s, tx.Reserve({kOne, BuyerId{-5}, "A", {{1, 1}}}), kBuyerId,
                "negative buyer");
  tx = Scene::Tx();
  ExpectInvalid(s, tx.Transfer({kOne, kOne, kAnn}), kBookingId,
                "a transfer to itself");
  tx = Scene::Tx();
  ExpectInvalid(s, tx.Transfer({kOne, {}, kAnn}), kBookingId,
                "a transfer to nobody");
  tx = Scene::Reserve(kOne, {{1, 1}});
  ExpectInvalid(s, tx.Finalize({.booking = {}}), kBookingId,
                "in the second step", 1);
  tx = Scene::Tx();
  ExpectInvalid(s, tx.Reserve({kOne, kAnn, "A", {{1, 1}}, kForever, Price(-1)}),
                kPrice, "a negative price");
  tx = Scene::Tx();
  tx.Reserve({.booking = kOne,
              .buyer = kAnn,
              .section = "A",
              .seats = {{1, 1}, {1, 2}, {1, 3}},
              .prices = {Price(1), Price(2)}});
  ExpectInvalid(s, tx, kPriceCount, "two prices for three seats");
}

inline void CheckBadSeats(Scene& s) {
  using enum RefusalDetail;
  const auto reserve = [](const std::vector<Seat>& seats) {
    return Scene::Reserve(kOne, seats);
  };
  ExpectInvalid(s, reserve({}), kNoSeats, "no seats");
  ExpectInvalid(s, reserve({{1, 1}, {0, 1}}), kSeatRow, "row 0");
  s.ExpectSeats({{Name("A"), {0, 1}, Refusal::kInvalidArgument}}, "named");
  ExpectInvalid(s, reserve({{1, 0}}), kSeatNumber, "seat 0");
  ExpectInvalid(s, reserve({{3, 1}}), kSeatRow, "past the last row");
  s.ExpectSeats({{Name("A"), {3, 1}, Refusal::kInvalidArgument}}, "named");
  ExpectInvalid(s, reserve({{1, 5}}), kSeatNumber, "past the end of the row");
  ExpectInvalid(s, reserve({{UINT32_MAX, UINT32_MAX}}), kSeatRow, "far away");
  ExpectInvalid(s, reserve({{1, UINT32_MAX}}), kSeatNumber, "a long row");
  ExpectInvalid(s, reserve({{1, 2}, {1, 1}, {1, 2}}), kSeatRepeated, "twice");
  s.ExpectSeats({{Name("A"), {1, 2}, Refusal::kInvalidArgument}}, "named");
  std::vector<Seat> many;
  for (std::uint32_t i = 1; i <= 5000; ++i) many.push_back({i, 1});
  ExpectInvalid(s, reserve(many), kTooManySeats, "more than a transaction may");
}

inline void CheckBadSections(Scene& s) {
  const auto reserve = [](SectionRef section) {
    return Scene::Tx().Reserve({kOne, kAnn, section, {{1, 1}}});
  };
  const std::string long_name(65, 'x');
  for (const std::string_view name :
       {std::string_view(), std::string_view("a b"), std::string_view("a/b"),
        std::string_view(long_name), std::string_view("a\0b", 3)}) {
    ExpectInvalid(s, reserve(name), RefusalDetail::kSectionName, "a bad name");
  }
  s.Commit(reserve("none"));
  s.ExpectRefused(Refusal::kNotFound, "no such section",
                  RefusalDetail::kSection);
  s.Commit(reserve(SectionHandle{UINT64_MAX, UINT64_MAX}));
  s.ExpectRefused(Refusal::kNotFound, "a wild handle", RefusalDetail::kSection);
  if (s.several_sections()) {
    s.Commit(
        Scene::Tx().Unblock("A", {{1, 1}}).Finalize({kOne, "none", {{1, 1}}}));
    s.ExpectRefused(Refusal::kNotFound, "in the second step",
                    RefusalDetail::kSection, 1);
    s.Commit(Scene::Tx().Unblock("A", {{1, 1}}).IfVersion("none", 0));
    s.ExpectRefused(Refusal::kNotFound, "a precondition",
                    RefusalDetail::kSection);
  }
  Transaction other(EventId{99});
  s.Commit(other.Extend(kOne, Duration(1)));
  s.ExpectRefused(Refusal::kNotFound, "no such event", RefusalDetail::kEvent);
  s.Commit(Scene::Tx().Extend(kOne, Duration(1)));
  s.ExpectRefused(Refusal::kNotFound, "no such booking",
                  RefusalDetail::kBooking);
}

inline void CheckBadBest(Scene& s) {
  using enum RefusalDetail;
  const auto best = [](const std::vector<Offer>& offers, std::uint32_t count) {
    return Scene::Tx().ReserveBest(
        {.booking = kOne, .buyer = kAnn, .offers = offers, .count = count});
  };
  ExpectInvalid(s, best({}, 1), kOffers, "no offers");
  ExpectInvalid(s, best(std::vector<Offer>(17, Offer{"A"}), 1), kOffers,
                "too many offers");
  ExpectInvalid(s, best({{"A"}, {"A"}}, 1), kOffers, "a section twice");
  ExpectInvalid(s, best({{"A"}}, 0), kSeatCount, "no seats");
  ExpectInvalid(s, best({{"A"}}, UINT32_MAX), kTooManySeats, "too many seats");
  Offer offer{"A"};
  offer.filter = std::make_shared<SeatMask>(9);
  ExpectInvalid(s, best({offer}, 1), kFilterSize, "a filter of another size");
}

inline void CheckBadSeating(Scene& s) {
  using enum RefusalDetail;
  const auto plan = SeatingPlan::Create({4, 2}, {});
  s.Expect(plan.ok(), "a plan of four rows");
  if (!plan.ok()) return;
  Offer offer{"A"};
  offer.plan = std::make_shared<const SeatingPlan>(*plan);
  ReserveBestStep best{.booking = kOne,
                       .buyer = kAnn,
                       .offers = std::span<const Offer>(&offer, 1),
                       .count = 1};
  const auto invalid = [&](RefusalDetail detail, std::string_view what) {
    ExpectInvalid(s, Scene::Tx().ReserveBest(best), detail, what);
  };
  invalid(kPlanShape, "a plan of another shape");
  offer.plan = nullptr;
  best.policy = {.orphans = OrphanRule::kForbid};
  invalid(kPolicy, "first fit that forbids orphans");
  best.policy = {.allow_singles = true};
  invalid(kPolicy, "first fit of singles");
  best.policy = {.order = BestPolicy::Order::kBest,
                 .largest_blocks_fallback = true};
  invalid(kPolicy, "best with the fallback");
  best.policy = {.order = BestPolicy::Order::kBest, .min_run = 0};
  invalid(kMinRun, "runs of no seats");
  const Seat first{1, 1};
  ReserveStep named{.booking = kOne,
                    .buyer = kAnn,
                    .section = "A",
                    .seats = std::span<const Seat>(&first, 1),
                    .orphans = OrphanRule::kAvoid,
                    .min_run = 0};
  ExpectInvalid(s, Scene::Tx().Reserve(named), kMinRun, "the same of Reserve");
  named.min_run = 2;
  named.plan = std::make_shared<const SeatingPlan>(*plan);
  ExpectInvalid(s, Scene::Tx().Reserve(named), kPlanShape, "and its plan");
}

inline void CheckBadRecords(Scene& s) {
  const auto load = [&](const SeatRecord& record, std::string_view what) {
    ExpectInvalid(s, Scene::Tx().Load({"A", {record}}),
                  RefusalDetail::kLoadRecord, what);
  };
  SeatRecord record{{1, 1}, SeatState::kSold};
  load(record, "sold to nobody");
  record.meta = SeatMeta{BookingId(), kAnn};
  load(record, "sold to no booking");
  record.meta = SeatMeta{kOne, BuyerId{-1}};
  load(record, "sold to no buyer");
  record.meta = SeatMeta{kOne, kAnn, Price(-1)};
  load(record, "at no price");
  record.meta = SeatMeta{kOne, kAnn};
  record.block_reason = 1;
  load(record, "sold and blocked");
  record = {{1, 1}, SeatState::kAvailable};
  record.meta = SeatMeta{kOne, kAnn};
  load(record, "available and owned");
}

inline ConformanceReport RunLimits(const ConformanceOptions& options) {
  Limits transaction, booking, buyer, hold, store, ids;
  transaction.steps_per_transaction_max = 3;
  transaction.seats_per_transaction_max = 5;
  booking.seats_per_booking_max = 3;
  buyer.seats_per_buyer_max = 3;
  hold.hold_max = Duration(1000);
  hold.total_hold_max = Duration(800);
  store.sections_per_event_max = 3;
  store.sections_max = 5;
  store.seats_per_section_max = 8;
  store.seats_max = 22;
  ids.ids_max = 256;
  ids.tombstones_max = 256;
  const NamedCheck checks[] = {
      {"A transaction has limits", CheckTransactionLimits, false, transaction},
      {"A booking has a limit", CheckSeatsPerBooking, false, booking},
      {"A buyer has a limit", CheckSeatsPerBuyer, true, buyer},
      {"Holds have limits", CheckHoldLimits, false, hold},
      {"A store has limits", CheckStoreLimits, false, store},
      {"So many ids are remembered", CheckIdCount, false, ids},
      {"So many closed bookings are remembered", CheckTombstoneCount, false,
       ids},
      {"Senseless ids and prices are refused", CheckBadParties},
      {"No seat reaches past its section", CheckBadSeats},
      {"Unknown names are refused", CheckBadSections},
      {"Senseless offers are refused", CheckBadBest},
      {"Senseless policies and plans are refused", CheckBadSeating},
      {"Contradictory records are refused", CheckBadRecords},
  };
  return RunChecks(options, checks);
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_LIMITS_H_
