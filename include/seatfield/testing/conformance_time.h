// SPDX-License-Identifier: MIT
//
// The rules of time as named checks: deadlines, what expires and when, closed
// bookings and how long they are remembered.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_TIME_H_
#define SEATFIELD_TESTING_CONFORMANCE_TIME_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_scene.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

ConformanceReport RunTimeRules(const ConformanceOptions& options);

// --- Implementation ---------------------------------------------------------

inline void CheckDeadline(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.Must(Scene::Reserve(kTwo, {{1, 2}}, 1000));
  s.GoTo(999);
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
  s.GoTo(1000);
  s.Commit(Scene::Tx().Finalize({.booking = kTwo}));
  s.ExpectRefused(Refusal::kHoldExpired, "at the deadline finalize loses");
  s.ExpectText("SAAAAAAA", s.Letters(), "the lapsed seat is free");
  const Booking lapsed = s.Read(kTwo);
  s.Expect(lapsed.status == BookingStatus::kExpired &&
               lapsed.closed_at == Scene::At(1000) && lapsed.seats.empty(),
           "the booking has expired at its deadline");
}

inline void CheckExtend(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.Must(Scene::Tx().Extend(kOne, Duration(500)));
  s.Expect(
      s.outcome().steps[0].hold_until == Scene::At(1000) && s.Version() == 1,
      "it never shortens");
  s.GoTo(900);
  s.Must(Scene::Tx().Extend(kOne, Duration(500)));
  s.Expect(
      s.outcome().steps[0].hold_until == Scene::At(1400) && s.Version() == 2,
      "it moves the deadline, a change of its section");
  s.Must(Scene::Tx().Extend(kOne, Duration(1900)));
  s.Expect(s.Read(kOne).hold_until == Scene::At(2000),
           "up to total_hold_max from the first reservation");
  s.GoTo(1000);
  s.Commit(Scene::Tx().Extend(kOne, Duration(1900)));
  s.ExpectRefused(Refusal::kLimitExceeded, "and no further",
                  RefusalDetail::kTotalHold);
}

inline void CheckAddingSeats(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.GoTo(100);
  s.Must(Scene::Reserve(kOne, {{1, 2}}, 500));
  s.Expect(s.Read(kOne).hold_until == Scene::At(1000), "the later deadline");
  s.Must(Scene::Reserve(kOne, {{1, 3}}, 1500));
  s.Expect(s.Read(kOne).hold_until == Scene::At(1600), "moved for all seats");
  s.GoTo(1500);
  s.Must(Scene::Reserve(kOne, {{1, 4}}, 1900));
  s.Expect(s.Read(kOne).hold_until == Scene::At(2000), "within the cap");
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
  s.Must(Scene::Reserve(kOne, {{2, 1}}, 1000));
  s.Expect(s.Read(kOne).hold_until == Scene::At(2500) &&
               s.Read(kOne).first_reserved_at == Scene::At(1500),
           "a new hold after the sale begins anew");
}

inline void CheckEndlessHold(Scene& s) {
  Transaction tx = Scene::Tx();
  tx.Reserve(
      {.booking = kOne, .buyer = kAnn, .section = "A", .seats = {{1, 1}}});
  s.Must(tx);
  s.Must(Scene::Tx().Extend(kOne, Duration(5)));
  s.Must(Scene::Reserve(kOne, {{1, 2}}, 10));
  s.Expect(s.Read(kOne).hold_until == kNever, "it stays endless");
  s.GoTo(1'000'000'000);
  s.Expect(s.storage().ExpireDue(s.now(), UINT64_MAX).value_or(9) == 0,
           "it never expires");
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
}

inline void CheckExpiryIsAChange(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 10));
  s.Must(Scene::Reserve(kTwo, {{1, 2}, {1, 3}}, 20));
  s.GoTo(100);
  s.Expect(s.Stats().version == 2 && s.Stats().counts.reserved == 3 &&
               s.Stats().next_deadline == Scene::At(10),
           "a read never writes");
  s.Commit(Scene::Tx().Finalize({kThree, "A", {{2, 2}}}));
  s.ExpectRefused(Refusal::kNotHeld, "refused");
  s.Expect(s.outcome().sections == std::vector<SectionOutcome>{{Name("A"), 4}},
           "the version after expiry");
  const SectionStats stats = s.Stats();
  s.Expect(stats.version == 4, "one change for each hold");
  s.Expect(stats.updated_at == Scene::At(20), "at the time of the deadline");
  s.Expect(stats.counts.available == 8 && stats.next_deadline == kNever,
           "all seats are free");
  s.Expect(s.storage().counters().expired_holds == 2 &&
               s.storage().counters().expired_seats == 3,
           "the store has counted them");
}

inline void CheckExpiryOfUntouched(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 10));
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 10, "B"));
  s.GoTo(100);
  s.Must(Scene::Reserve(kTwo, {{1, 2}}));
  s.ExpectText("ARAAAAAA RAAAAAAA", s.Letters("A") + " " + s.Letters("B"),
               "only the touched section expires");
  const Booking left = s.Read(kOne);
  s.Expect(left.status == BookingStatus::kOpen && left.seats.size() == 1 &&
               left.hold_until == Scene::At(10),
           "the rest lapses later");
  s.Commit(Scene::Tx().Finalize({.booking = kOne}));
  s.ExpectRefused(Refusal::kHoldExpired, "but cannot be finalized");
  s.Expect(s.outcome().sections == std::vector<SectionOutcome>{{Name("B"), 2}},
           "the section of the booking is touched");
  s.ExpectText("AAAAAAAA", s.Letters("B"), "and expires");
}

inline void CheckExpireDue(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 30));
  s.Must(Scene::Reserve(kTwo, {{1, 2}}, 10, "B"));
  s.Must(Scene::Reserve(kThree, {{1, 3}}, 20));
  s.Expect(s.storage().NextDeadline().value_or(kNever) == Scene::At(10),
           "the earliest of all sections");
  s.Expect(s.storage().ExpireDue(Scene::At(9), 9).value_or(9) == 0,
           "nothing before its time");
  s.GoTo(25);
  s.Expect(s.storage().ExpireDue(s.now(), 1).value_or(9) == 1, "one at most");
  s.ExpectText("AAAAAAAA", s.Letters("B"), "the earliest went first");
  s.Expect(s.storage().ExpireDue(s.now(), 9).value_or(9) == 1, "what is due");
  s.ExpectText("RAAAAAAA", s.Letters("A"), "the next; one is left");
  s.Expect(s.storage().NextDeadline().value_or(kNever) == Scene::At(30),
           "the one left");
  s.GoTo(30);
  s.Expect(s.storage().ExpireDue(s.now(), 0).value_or(9) == 0, "none at all");
  s.Expect(s.storage().ExpireDue(s.now(), 9).value_or(9) == 1, "the last");
  s.Expect(s.storage().NextDeadline().value_or(Time()) == kNever, "none left");
}

inline void CheckReadFresh(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 10));
  SectionView view;
  ReadOptions options;
  options.expire_due = Scene::At(10);
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().ReadSection(kEvent, "A", options, view), "read");
  s.Expect(view.stats.version == 2 && view.stats.counts.available == 8,
           "what was due has ended");
  s.Expect(s.Read(kOne).status == BookingStatus::kExpired, "the booking too");
}

inline void CheckTimeNeverGoesBack(Scene& s) {
  s.GoTo(500);
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.GoTo(100);
  s.Must(Scene::Reserve(kTwo, {{1, 2}}, 1000));
  s.Expect(s.outcome().time == Scene::At(500) &&
               s.Stats().updated_at == Scene::At(500) &&
               s.Read(kTwo).hold_until == Scene::At(1500),
           "a transaction is never earlier than its sections");
}

inline void CheckClosedBookings(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}));
  s.Must(Scene::Tx().Release({kOne, "A", {{1, 1}}}));
  s.Expect(s.Read(kOne).status == BookingStatus::kOpen, "a seat is left");
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
  s.GoTo(10);
  s.Must(Scene::Tx().Refund({.booking = kOne}));
  const Booking closed = s.Read(kOne);
  s.Expect(closed.status == BookingStatus::kRefunded && closed.buyer == kAnn &&
               closed.closed_at == Scene::At(10) && closed.seats.empty() &&
               closed.hold_until == kNever,
           "how and when it closed");
  s.GoTo(1009);
  s.Commit(Scene::Reserve(kOne, {{1, 1}}));
  s.ExpectRefused(Refusal::kAlreadyReleased, "it takes no new seats");
  s.GoTo(1010);
  s.Must(Scene::Reserve(kOne, {{1, 1}}));
  s.Expect(s.Read(kOne).status == BookingStatus::kOpen,
           "until it is forgotten");
}

inline void CheckRefundThenRelease(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}));
  s.Must(Scene::Tx().Finalize({kOne, "A", {{1, 1}}}));
  Transaction tx = Scene::Tx().Refund({.booking = kOne});
  tx.Release({.booking = kOne});
  s.Must(tx);
  s.Expect(s.Read(kOne).status == BookingStatus::kReleased,
           "the last seat decides how it closed");
  s.Must(Scene::Reserve(kTwo, {{1, 1}}).Release({.booking = kTwo}));
  s.Expect(s.Read(kTwo).status == BookingStatus::kReleased,
           "opened and closed in one transaction");
}

inline ConformanceReport RunTimeRules(const ConformanceOptions& options) {
  Limits capped;
  capped.total_hold_max = Duration(2000);
  Limits forgetful;
  forgetful.tombstone_retention = Duration(1000);
  const NamedCheck checks[] = {
      {"At the deadline finalize loses", CheckDeadline},
      {"Extend moves the deadline within its cap", CheckExtend, false, capped},
      {"Adding seats moves the deadline", CheckAddingSeats, false, capped},
      {"A hold without deadline never ends", CheckEndlessHold},
      {"Expiry is a change of its own", CheckExpiryIsAChange},
      {"A write expires what it touches", CheckExpiryOfUntouched, true},
      {"ExpireDue ends the earliest first", CheckExpireDue},
      {"A fresh read expires first", CheckReadFresh},
      {"Time never goes back in a section", CheckTimeNeverGoesBack},
      {"A closed booking is remembered for a time", CheckClosedBookings, false,
       forgetful},
      {"The last seat decides how a booking closed", CheckRefundThenRelease},
  };
  return RunChecks(options, checks);
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_TIME_H_
