// SPDX-License-Identifier: MIT
//
// The rules of transactions as named checks: atomicity, what a refusal names,
// precedence, exact retries, versions, exchange, transfer, pause, load.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_RULES_H_
#define SEATFIELD_TESTING_CONFORMANCE_RULES_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_meta.h"
#include "seatfield/section.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_scene.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

ConformanceReport RunRules(const ConformanceOptions& options);

// --- Implementation: all or nothing -----------------------------------------

inline void CheckAtomicity(Scene& s) {
  s.Must(Scene::Reserve(kTwo, {{2, 1}}));
  const std::string before = s.State();
  s.Commit(Scene::Reserve(kOne, {{1, 1}, {1, 2}})
               .Reserve({.booking = kOne,
                         .buyer = kAnn,
                         .section = "A",
                         .seats = {{1, 3}, {2, 1}}}));
  s.ExpectRefused(Refusal::kSeatReserved, "the second step",
                  RefusalDetail::kNone, 1);
  s.ExpectSeats({{Name("A"), {2, 1}, Refusal::kSeatReserved}},
                "only the seat in the way");
  s.ExpectText(before, s.State(), "a refused transaction changes nothing");
}

inline void CheckSeveralSections(Scene& s) {
  s.Must(Scene::Reserve(kTwo, {{1, 1}}, 1'000'000, "B"));
  const std::string before = s.State();
  Transaction tx = Scene::Reserve(kOne, {{1, 1}});
  tx.Reserve({kOne, kAnn, "B", {{1, 1}}});
  s.Commit(tx);
  s.ExpectRefused(Refusal::kSeatReserved, "taken in the other section",
                  RefusalDetail::kNone, 1);
  s.ExpectText(before, s.State(), "neither section changes");
  tx = Scene::Reserve(kOne, {{1, 1}});
  tx.Reserve({kOne, kAnn, "B", {{1, 2}}});
  s.Must(tx);
  s.Expect(s.outcome().sections ==
               std::vector<SectionOutcome>{{Name("A"), 1}, {Name("B"), 2}},
           "both sections by name with their versions");
  s.Expect(s.Read(kOne).seats.size() == 2, "one booking in two sections");
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
  s.ExpectText("SAAAAAAA RSAAAAAA", s.Letters("A") + " " + s.Letters("B"),
               "finalized in both");
}

inline void CheckRefusedSeats(Scene& s) {
  s.Must(Scene::Reserve(kTwo, {{1, 1}, {1, 2}}));
  s.Must(Scene::Tx().Finalize({kTwo, "A", {{1, 2}}}));
  s.Must(Scene::Tx().Block({"A", {{1, 3}}, 1}));
  s.Commit(Scene::Reserve(kOne, {{1, 4}, {1, 3}, {1, 2}, {1, 1}}));
  s.ExpectRefused(Refusal::kSeatBlocked, "the highest precedence");
  s.ExpectSeats({{Name("A"), {1, 3}, Refusal::kSeatBlocked},
                 {Name("A"), {1, 2}, Refusal::kSeatSold},
                 {Name("A"), {1, 1}, Refusal::kSeatReserved}},
                "every seat in the way, in the order of the request");
  s.Commit(Scene::Tx().Refund({kTwo, "A", {{2, 1}, {1, 1}, {1, 2}}}));
  s.ExpectRefused(Refusal::kNotHeld, "refund of a mixture");
  s.ExpectSeats({{Name("A"), {2, 1}, Refusal::kNotHeld},
                 {Name("A"), {1, 1}, Refusal::kNotSold}},
                "the sold seat is not in the way");
}

inline void CheckPrecedence(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 50));
  s.Must(Scene::Reserve(kTwo, {{1, 2}}));
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().SetPaused({kEvent, "A"}, true), "pause");
  s.GoTo(100);
  s.Commit(Scene::Reserve(kOne, {{1, 2}}));
  s.ExpectRefused(Refusal::kPaused, "paused before hold_expired");
  s.ExpectSeats({{Name("A"), {1, 2}, Refusal::kPaused}}, "the paused seat");
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().SetPaused({kEvent, "A"}, false), "resume");
  s.Commit(Scene::Reserve(kOne, {{1, 2}}));
  s.ExpectRefused(Refusal::kHoldExpired, "hold_expired before seat_reserved");
  Transaction other = Scene::Tx();
  other.Reserve({kTwo, kAnn, "A", {{1, 2}, {1, 3}}});
  s.Commit(other);
  s.ExpectRefused(Refusal::kNotOwner, "another buyer");
  s.ExpectSeats({{Name("A"), {1, 2}, Refusal::kNotOwner},
                 {Name("A"), {1, 3}, Refusal::kNotOwner}},
                "the whole step");
  s.Commit(Scene::Reserve(kThree, {{1, 2}}).IfVersion("A", 99));
  s.ExpectRefused(Refusal::kSeatReserved, "seats before the version");
  s.Commit(Scene::Reserve(kThree, {{1, 3}}).IfVersion("A", 99));
  s.ExpectRefused(Refusal::kVersionMismatch, "the version last");
}

// --- Implementation: exact retries ------------------------------------------

inline void CheckReplay(Scene& s) {
  Transaction best = Scene::Tx().SetId({0, 7});
  best.ReserveBest({.booking = kOne,
                    .buyer = kAnn,
                    .offers = {{.section = "A", .price = Price(5)}},
                    .count = 2,
                    .hold_for = Duration(1000)});
  const Outcome first = s.Must(best);
  s.Expect(!first.replayed, "the first answer is no replay");
  s.GoTo(10);
  s.Must(Scene::Tx().Release({.booking = kOne}));
  s.Must(Scene::Reserve(kTwo, {{1, 1}, {1, 2}}));
  const std::string before = s.State();
  s.Commit(best);
  Outcome expected = first;
  expected.replayed = true;
  s.Expect(IsEqual(expected, s.outcome()),
           "the first answer again, after the seats have moved on");
  s.ExpectText(before, s.State(), "a replay changes nothing");
  Transaction other = Scene::Reserve(kThree, {{2, 1}}).SetId({0, 7});
  s.Commit(other);
  s.ExpectRefused(Refusal::kIdReused, "another body");
  s.Expect(s.outcome().time == s.now(), "decided at the time of the call");
  s.ExpectText(before, s.State(), "id_reused changes nothing");
}

inline void CheckReplayBeforeChecks(Scene& s) {
  const Transaction tx = Scene::Reserve(kOne, {{1, 1}}, 50).SetId({0, 7});
  s.Must(tx);
  s.ExpectStatus(absl::StatusCode::kOk, s.storage().SetPaused({kEvent}, true),
                 "pause");
  s.GoTo(100);
  s.Commit(tx);
  s.Expect(s.outcome().committed() && s.outcome().replayed,
           "replayed although paused and lapsed");
  s.Expect(s.Version() == 1, "a replay expires nothing");
}

inline void CheckRefusalIsDecidedAnew(Scene& s) {
  s.Must(Scene::Reserve(kTwo, {{1, 1}}));
  const Transaction tx = Scene::Reserve(kOne, {{1, 1}}).SetId({0, 7});
  s.Commit(tx);
  s.ExpectRefused(Refusal::kSeatReserved, "taken");
  s.Must(Scene::Tx().Release({.booking = kTwo}));
  s.Commit(tx);
  s.Expect(s.outcome().committed() && !s.outcome().replayed,
           "a refusal is not remembered");
}

inline void CheckIdsOfEvents(Scene& s) {
  s.Create("A", 1, 2, EventId{2});
  s.Must(Scene::Reserve(kOne, {{1, 1}}).SetId({0, 7}));
  Transaction tx(EventId{2});
  tx.SetId({0, 7}).Reserve({kOne, kAnn, "A", {{1, 2}}});
  s.Must(tx);
  s.Expect(!s.outcome().replayed, "an id belongs to its event");
  s.Expect(s.Stats("A", EventId{2}).counts.reserved == 1 &&
               s.Stats("A").counts.reserved == 1,
           "each event has its own seats");
}

inline void CheckIdRetention(Scene& s) {
  const Transaction tx = Scene::Reserve(kOne, {{1, 1}}).SetId({0, 7});
  s.Must(tx);
  s.GoTo(999);
  s.Commit(tx);
  s.Expect(s.outcome().replayed, "remembered until the retention ends");
  s.GoTo(1000);
  s.Commit(tx);
  s.Expect(s.outcome().committed() && !s.outcome().replayed &&
               s.outcome().seats.empty(),
           "decided anew then: already reserved, nothing to do");
}

// --- Implementation: preconditions, exchange, transfer ----------------------

inline void CheckIfVersion(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 50).IfVersion("A", 0));
  s.Commit(Scene::Reserve(kTwo, {{1, 2}}).IfVersion("A", 0));
  s.ExpectRefused(Refusal::kVersionMismatch, "the section has moved on");
  s.GoTo(100);
  s.Commit(Scene::Reserve(kTwo, {{1, 2}}).IfVersion("A", 1));
  s.ExpectRefused(Refusal::kVersionMismatch, "expiry comes before if_version");
  s.Expect(s.Version() == 2, "and is made although the write is refused");
  s.Must(Scene::Reserve(kTwo, {{1, 2}}).IfVersion("A", 2));
}

inline void CheckExchange(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}));
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
  const std::uint64_t version = s.Version();
  Transaction tx = Scene::Tx().Refund({.booking = kOne});
  tx.Reserve({kOne, kAnn, "A", {{1, 2}, {1, 3}}, kForever, Price(7)});
  tx.Finalize({.booking = kOne});
  s.Must(tx);
  s.ExpectText("ASSAAAAA", s.Letters(), "the seats after the exchange");
  s.Expect(s.Version() == version + 1, "one transaction, one version");
  s.Expect(s.outcome().seats.size() == 6 &&
               s.outcome().seats_of(1).size() == 2 &&
               s.outcome().seats_of(0)[0].price == Price(100),
           "each step lists what it changed");
  s.Expect(s.Read(kOne).status == BookingStatus::kOpen,
           "a booking that is empty only between steps stays open");
}

inline void CheckTransfer(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}, 1000));
  s.Must(Scene::Tx().Finalize({kOne, "A", {{1, 2}}}));
  s.GoTo(10);
  s.Must(Scene::Reserve(kTwo, {{2, 1}}, 500));
  s.Must(Scene::Tx().Transfer({kOne, kTwo, kBob}));
  const Booking to = s.Read(kTwo);
  s.Expect(to.seats.size() == 3 && to.buyer == kBob, "all seats have moved");
  s.Expect(to.hold_until == Scene::At(510), "the earlier deadline");
  s.Expect(to.first_reserved_at == Scene::At(0), "the earlier beginning");
  s.Expect(s.Read(kOne).status == BookingStatus::kReleased &&
               s.Read(kOne).closed_at == Scene::At(10),
           "the emptied booking has closed");
  s.Expect(s.outcome().seats.size() == 2 &&
               s.outcome().seats[0].from == s.outcome().seats[0].to,
           "states stay");
  s.Commit(Scene::Tx().Transfer({kTwo, kOne, kAnn}));
  s.ExpectRefused(Refusal::kAlreadyReleased, "not to a closed booking");
  s.Must(Scene::Reserve(kThree, {{2, 4}}));
  s.Commit(Scene::Tx().Transfer({kTwo, kThree, kAnn, "A", {{1, 1}}}));
  s.ExpectRefused(Refusal::kNotOwner, "not to another buyer's booking");
  s.ExpectSeats({{Name("A"), {1, 1}, Refusal::kNotOwner}}, "of the target");
}

inline void CheckNoOps(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 1000));
  s.GoTo(10);
  Transaction again = Scene::Tx();
  again.Reserve({kOne, kAnn, "A", {{1, 1}}, Duration(5000), Price(3)});
  s.Must(again);
  s.Expect(s.outcome().seats.empty() && s.Version() == 1, "nothing to do");
  s.Expect(s.Read(kOne).hold_until == Scene::At(1000) &&
               s.Read(kOne).seats[0].price == Price(100),
           "deadline and price stay");
  s.Must(Scene::Tx().Unblock("A", {{2, 2}}));
  s.Expect(s.Version() == 1, "unblocking an available seat");
  s.Must(Scene::Tx().Block({"A", {{2, 2}}, 4}));
  s.Must(Scene::Tx().Block({"A", {{2, 2}}, 5}));
  s.Expect(s.Version() == 2 && s.View().details.size() == 2 &&
               s.View().details[1].block_reason == 4,
           "the first reason stays");
}

inline void CheckPrices(Scene& s) {
  Transaction tx = Scene::Tx();
  tx.Reserve({.booking = kOne,
              .buyer = kAnn,
              .section = "A",
              .seats = {{1, 3}, {1, 1}},
              .prices = {Price(30), Price(10)}});
  s.Must(tx);
  const Booking booking = s.Read(kOne);
  s.Expect(booking.seats.size() == 2 && booking.seats[0].price == Price(10) &&
               booking.seats[1].price == Price(30),
           "prices in the order of the request, read in the order of seats");
  s.Expect(booking.hold_until == kNever, "a hold without end");
  s.GoTo(1'000'000'000'000);
  s.Must(Scene::Tx().Finalize({.booking = kOne}));
}

// --- Implementation: pause, load --------------------------------------------

inline void CheckPause(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}, {1, 2}}, 1000));
  s.ExpectStatus(absl::StatusCode::kOk, s.storage().SetPaused({kEvent}, true),
                 "pause the event");
  s.Expect(s.Stats("A").paused && s.Stats("B").paused, "both are paused");
  s.Commit(Scene::Reserve(kOne, {{1, 1}}));
  s.ExpectRefused(Refusal::kPaused, "even of its own seat");
  s.Must(Scene::Tx().Finalize({kOne, "A", {{1, 1}}}));
  s.Must(Scene::Tx().Extend(kOne, Duration(2000)));
  s.Must(Scene::Tx().Release({kOne, "A", {{1, 2}}}));
  s.Must(Scene::Tx().Refund({.booking = kOne}));
  s.Must(Scene::Tx().Block({"A", {{1, 1}}}));
  s.ExpectStatus(absl::StatusCode::kOk, s.storage().SetPaused({kEvent}, false),
                 "resume the event");
  s.Must(Scene::Reserve(kTwo, {{1, 2}}));
}

inline SeatRecord Record(Seat seat, SeatState state, BookingId booking,
                         BuyerId buyer, Time until = kNever) {
  return {seat, state, 0,
          SeatMeta{booking, buyer, Price(5), Scene::At(-500), until}};
}

inline void CheckLoad(Scene& s) {
  const Time until = Scene::At(500);
  s.Must(Scene::Tx().Load(
      {"A",
       {Record({1, 1}, SeatState::kSold, kOne, kAnn),
        Record({1, 2}, SeatState::kReserved, kTwo, kBob, until),
        {{1, 3}, SeatState::kBlocked, 6},
        {{1, 4}, SeatState::kAvailable}}}));
  s.ExpectText("SRBAAAAA", s.Letters(), "states as they are");
  const Booking held = s.Read(kTwo);
  s.Expect(
      held.hold_until == until && held.first_reserved_at == Scene::At(-500),
      "times as they are");
  s.Expect(s.Stats().next_deadline == until, "the hold is live");
  const std::string before = s.State();
  s.Commit(
      Scene::Tx().Load({"A", {Record({2, 1}, SeatState::kSold, kTwo, kAnn)}}));
  s.ExpectRefused(Refusal::kInvalidArgument, "another buyer",
                  RefusalDetail::kLoadRecord);
  s.Commit(Scene::Tx().Load(
      {"A",
       {Record({2, 1}, SeatState::kReserved, kTwo, kBob, Scene::At(600))}}));
  s.ExpectRefused(Refusal::kInvalidArgument, "another deadline",
                  RefusalDetail::kLoadRecord);
  s.Commit(Scene::Tx().Load(
      {"A", {Record({1, 1}, SeatState::kSold, kThree, kBob)}}));
  s.ExpectRefused(Refusal::kSeatSold, "a seat that is taken");
  s.ExpectText(before, s.State(), "refused loads change nothing");
  s.GoTo(500);
  s.Commit(Scene::Tx().Finalize({.booking = kTwo}));
  s.ExpectRefused(Refusal::kHoldExpired, "a loaded hold ends like any other");
}

inline ConformanceReport RunRules(const ConformanceOptions& options) {
  Limits short_ids;
  short_ids.id_retention = Duration(1000);
  const NamedCheck checks[] = {
      {"A refused transaction changes nothing", CheckAtomicity},
      {"A transaction over sections is all or nothing", CheckSeveralSections,
       true},
      {"A refusal names every seat in the way", CheckRefusedSeats},
      {"The highest precedence is the answer", CheckPrecedence},
      {"An id gives the first answer again", CheckReplay},
      {"An id is looked up before every check", CheckReplayBeforeChecks},
      {"A refusal is decided anew", CheckRefusalIsDecidedAnew},
      {"An id belongs to its event", CheckIdsOfEvents},
      {"An id is forgotten after its retention", CheckIdRetention, false,
       short_ids},
      {"A precondition compares versions after expiry", CheckIfVersion},
      {"An exchange is one transaction", CheckExchange},
      {"A transfer leaves no gap", CheckTransfer},
      {"What is already so changes nothing", CheckNoOps},
      {"Each seat keeps its price", CheckPrices},
      {"Pause refuses new reservations only", CheckPause},
      {"Load writes what it is given", CheckLoad},
  };
  return RunChecks(options, checks);
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_RULES_H_
