// SPDX-License-Identifier: MIT
//
// Events, sections, handles and reads as named checks: creating, dropping,
// resetting, several events, and that all reads tell the same story.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_SECTIONS_H_
#define SEATFIELD_TESTING_CONFORMANCE_SECTIONS_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "seatfield/booking.h"
#include "seatfield/digest.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/conformance_compare.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_scene.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

ConformanceReport RunSectionRules(const ConformanceOptions& options);

// --- Implementation: creating and dropping ----------------------------------

inline absl::Status CreateIn(Scene& s, EventId event,
                             std::vector<SectionSpec> specs) {
  return s.storage().CreateSections(event, specs, s.now());
}

inline void CheckCreate(Scene& s) {
  using enum absl::StatusCode;
  s.Must(Scene::Reserve(kOne, {{1, 1}}));
  s.GoTo(50);
  s.ExpectStatus(kOk, CreateIn(s, kEvent, {{"A", {2, 4}}}),
                 "again, of the same shape");
  s.ExpectText("RAAAAAAA", s.Letters(), "which changes nothing");
  s.ExpectStatus(kAlreadyExists,
                 CreateIn(s, kEvent, {{"N", {1, 1}}, {"A", {4, 2}}}),
                 "of another shape");
  std::vector<SectionStats> stats;
  s.ExpectStatus(kNotFound, s.storage().ReadStats({kEvent, "N"}, stats),
                 "all of them or none");
  s.ExpectStatus(kInvalidArgument, CreateIn(s, kEvent, {{"a b", {1, 1}}}),
                 "a bad name");
  s.ExpectStatus(kInvalidArgument, CreateIn(s, kEvent, {{"N", {0, 1}}}),
                 "no rows");
  s.ExpectStatus(kInvalidArgument,
                 CreateIn(s, kEvent, {{"N", {1u << 31, 1u << 31}}}),
                 "a product that overflows");
  s.ExpectStatus(kInvalidArgument, CreateIn(s, EventId{-1}, {{"N", {1, 1}}}),
                 "a bad event");
  s.ExpectStatus(kOk, CreateIn(s, kEvent, {{"N", {3, 5}}}), "a new one");
  const SectionStats fresh = s.Stats("N");
  s.Expect(fresh.version == 0 && fresh.updated_at == Scene::At(50) &&
               fresh.counts.available == 15 && fresh.counts.total() == 15,
           "as new");
}

inline void CheckDrop(Scene& s) {
  using enum absl::StatusCode;
  const auto handle = s.storage().Resolve(kEvent, "A");
  s.ExpectStatus(kOk, handle.status(), "resolve");
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 100));
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 100, "B"));
  s.ExpectStatus(kFailedPrecondition,
                 s.storage().Drop({kEvent, "A"}, false, s.now()),
                 "while a hold lives");
  s.ExpectStatus(kFailedPrecondition,
                 s.storage().Drop({kEvent}, false, s.now()), "the event too");
  s.ExpectText("RAAAAAAA", s.Letters(), "which changes nothing");
  s.ExpectStatus(kOk, s.storage().Drop({kEvent, "A"}, true, s.now()), "forced");
  s.Expect(s.Read(kOne).seats.size() == 1, "the other section keeps its seat");
  SectionView view;
  s.ExpectStatus(kNotFound, s.storage().ReadSection(kEvent, "A", {}, view),
                 "gone by name");
  s.ExpectStatus(kNotFound,
                 s.storage().ReadSection(
                     kEvent, handle.value_or(SectionHandle()), {}, view),
                 "gone by handle");
  s.Create("A", 2, 4);
  s.ExpectStatus(kNotFound,
                 s.storage().ReadSection(
                     kEvent, handle.value_or(SectionHandle()), {}, view),
                 "an old handle is none of the new section");
  s.GoTo(100);
  s.ExpectStatus(kOk, s.storage().Drop({kEvent, "B"}, false, s.now()),
                 "once the hold has ended");
  s.ExpectStatus(kNotFound, s.storage().Drop({kEvent, "B"}, false, s.now()),
                 "twice");
  s.Create("B", 2, 4);
}

inline void CheckHandles(Scene& s) {
  const auto handle = s.storage().Resolve(kEvent, "A");
  s.ExpectStatus(absl::StatusCode::kOk, handle.status(), "resolve");
  const SectionHandle a = handle.value_or(SectionHandle());
  Transaction tx = Scene::Tx().SetId({0, 3});
  tx.Reserve({kOne, kAnn, a, {{1, 1}}});
  s.Must(tx);
  Transaction named = Scene::Tx().SetId({0, 3});
  named.Reserve({kOne, kAnn, "A", {{1, 1}}});
  s.Commit(named);
  s.Expect(s.outcome().replayed, "by name or by handle is the same request");
  s.Create("A", 1, 1, EventId{2});
  Transaction other(EventId{2});
  s.Commit(other.Reserve({kOne, kAnn, a, {{1, 1}}}));
  s.ExpectRefused(Refusal::kNotFound, "a handle of another event",
                  RefusalDetail::kSection);
  s.Commit(Scene::Tx().Reserve({kTwo, kBob, SectionHandle{}, {{1, 2}}}));
  s.ExpectRefused(Refusal::kNotFound, "a default handle",
                  RefusalDetail::kSection);
  s.ExpectStatus(absl::StatusCode::kNotFound,
                 s.storage().Resolve(kEvent, "none").status(), "no section");
  s.ExpectStatus(absl::StatusCode::kInvalidArgument,
                 s.storage().Resolve(kEvent, "a b").status(), "no name");
}

// What was committed by a handle is known by the name once the handle leads
// nowhere.
inline void CheckStaleHandles(Scene& s) {
  const auto handle = s.storage().Resolve(kEvent, "A");
  s.ExpectStatus(absl::StatusCode::kOk, handle.status(), "resolve");
  const auto reserve = [](SectionRef section) {
    Transaction tx = Scene::Tx().SetId({0, 3});
    tx.Reserve({kOne, kAnn, section, {{1, 1}}});
    return tx;
  };
  const Transaction by_handle = reserve(handle.value_or(SectionHandle()));
  const Transaction by_name = reserve("A");
  s.Must(by_handle);
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().Drop({kEvent, "A"}, true, s.now()), "dropped");
  for (const std::string_view when : {"while dropped", "once made again"}) {
    s.Commit(by_handle);
    s.ExpectRefused(Refusal::kIdReused, internal::Cat("by handle, ", when));
    s.Commit(by_name);
    s.Expect(s.outcome().replayed, internal::Cat("by name, ", when));
    s.Create("A", 2, 4);
  }
}

inline void CheckReset(Scene& s) {
  using enum absl::StatusCode;
  const Transaction sale =
      Scene::Reserve(kOne, {{1, 1}}).SetId({0, 5}).Finalize({.booking = kOne});
  s.Must(sale);
  s.Must(Scene::Tx().Block({"A", {{2, 4}}, 3}));
  s.Must(Scene::Reserve(kTwo, {{1, 1}}, 1000, "B"));
  s.ExpectStatus(kFailedPrecondition,
                 s.storage().Reset({kEvent, "A"}, false, s.now()),
                 "while a sale lives");
  s.GoTo(10);
  s.ExpectStatus(kOk, s.storage().Reset({kEvent, "A"}, true, s.now()),
                 "forced");
  s.ExpectText("AAAAAAAA", s.Letters(), "every seat is available");
  s.Expect(s.Version() == 3 && s.Stats().updated_at == Scene::At(10),
           "a change");
  s.Expect(s.Read(kOne).status == BookingStatus::kReleased,
           "the booking has lost its seats");
  s.Commit(sale);
  s.Expect(s.outcome().replayed, "ids outlive the reset of a section");
  s.ExpectStatus(kOk, s.storage().Reset({kEvent}, true, s.now()), "the event");
  s.Expect(s.Version() == 4, "a change of every section");
  s.ExpectText("AAAAAAAA", s.Letters("B"), "every section");
  s.ExpectStatus(kNotFound, s.storage().ReadBooking(kEvent, kOne).status(),
                 "bookings are forgotten");
  s.Commit(sale);
  s.Expect(s.outcome().committed() && !s.outcome().replayed,
           "ids are forgotten");
}

inline void CheckEvents(Scene& s) {
  s.Create("A", 1, 3, EventId{7});
  const auto events = s.storage().ListEvents();
  s.Expect(events.ok() && *events == std::vector<EventId>{kEvent, EventId{7}},
           "both events");
  s.Must(Scene::Reserve(kOne, {{1, 1}}));
  Transaction tx(EventId{7});
  tx.Reserve({kOne, kBob, "A", {{1, 1}, {1, 2}}});
  s.Must(tx);
  s.Expect(s.Read(kOne).seats.size() == 1 && s.Read(kOne).buyer == kAnn,
           "a booking id belongs to its event");
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().Drop({EventId{7}}, true, s.now()), "drop");
  s.Expect(s.storage().ListEvents().value_or(std::vector<EventId>{}) ==
               std::vector<EventId>{kEvent},
           "one event is left");
  s.Commit(tx);
  s.ExpectRefused(Refusal::kNotFound, "the dropped event",
                  RefusalDetail::kEvent);
  s.Expect(s.Stats().counts.reserved == 1, "the other is as it was");
}

// --- Implementation: reads --------------------------------------------------

inline void SetUpReads(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 2}, {1, 1}}, 500));
  s.Must(Scene::Tx().Finalize({kOne, "A", {{1, 1}}}));
  s.Must(Scene::Reserve(kTwo, {{2, 1}}, 300));
  s.Must(Scene::Reserve(kThree, {{2, 2}}, 400));
  s.Must(Scene::Tx().Block({"A", {{2, 4}}, 12}));
}

inline void CheckReadsAgree(Scene& s) {
  SetUpReads(s);
  const SectionView view = s.View();
  s.ExpectText("SRAARRAB", view.map.ToString(), "the map");
  s.Expect(view.map.CountAll() == view.stats.counts &&
               view.stats == s.Stats() && view.stats.counts.total() == 8,
           "the counters are those of the map");
  s.Expect(view.details.size() == 5 && view.details[4].block_reason == 12 &&
               !view.details[4].meta &&
               view.details[0].meta->hold_until == kNever &&
               view.details[1].meta->hold_until == Scene::At(500),
           "the details are those of the seats");
  const Booking one = s.Read(kOne);
  s.Expect(one.seats.size() == 2 && one.seats[0].seat == Seat{1, 1} &&
               one.seats[0].state == SeatState::kSold &&
               one.seats[1].state == SeatState::kReserved &&
               one.hold_until == Scene::At(500),
           "the booking, by seat");
  s.Expect(view.stats.next_deadline == Scene::At(300), "the next deadline");
}

inline void CheckLists(Scene& s) {
  SetUpReads(s);
  const auto bobs = s.storage().ListBookings(kEvent, kBob);
  s.Expect(bobs.ok() && bobs->size() == 2 && (*bobs)[0] == s.Read(kTwo) &&
               (*bobs)[1] == s.Read(kThree),
           "the bookings of a buyer, by id");
  s.Must(Scene::Tx().Release({.booking = kThree}));
  s.Expect(s.storage().ListBookings(kEvent, kBob).value().size() == 1,
           "open ones only");
  const auto holds = s.storage().ListHolds(kEvent, Time::min(), 9);
  s.Expect(holds.ok() && holds->size() == 2 && (*holds)[0].booking == kTwo &&
               (*holds)[1] == Hold{kEvent, kOne, kAnn, Scene::At(500), 1},
           "the holds, by deadline");
  const auto later = s.storage().ListHolds(kEvent, Scene::At(301), 9);
  s.Expect(later.ok() && later->size() == 1, "from a time on");
  s.Expect(s.storage().ListHolds(kEvent, Scene::At(300), 1).value().size() == 1,
           "so many at most");
}

inline void CheckRanges(Scene& s) {
  using enum absl::StatusCode;
  SetUpReads(s);
  SectionView view;
  ReadOptions options{.range = SeatRange{1, 5}, .details = true};
  s.ExpectStatus(kOk, s.storage().ReadSection(kEvent, "A", options, view),
                 "read");
  s.ExpectText("RAAR", view.map.ToString(), "part of the map");
  s.Expect(view.details.size() == 2 && view.details[0].seat == Seat{1, 2} &&
               view.stats.counts.total() == 8 && view.range.first == 1 &&
               view.range.last == 5,
           "details of the range, counters of the section");
  options.range = SeatRange{3, 3};
  s.ExpectStatus(kOk, s.storage().ReadSection(kEvent, "A", options, view),
                 "an empty range");
  s.Expect(view.map.empty() && view.details.empty(), "has no seats");
  for (const SeatRange bad :
       {SeatRange{0, 9}, SeatRange{5, 4}, SeatRange{UINT32_MAX, UINT32_MAX}}) {
    options.range = bad;
    options.expire_due = Scene::At(10'000);
    s.ExpectStatus(kInvalidArgument,
                   s.storage().ReadSection(kEvent, "A", options, view),
                   "a range past the section");
  }
  s.Expect(s.Stats().counts.reserved == 3, "a refused read expires nothing");
  std::vector<SectionStats> stats;
  s.ExpectStatus(kNotFound, s.storage().ReadStats({EventId{9}}, stats),
                 "event");
  s.ExpectStatus(kNotFound, s.storage().Verify(EventId{9}), "event");
  s.ExpectStatus(kNotFound, s.storage().ListBookings(EventId{9}, kAnn).status(),
                 "event");
  s.ExpectStatus(kNotFound,
                 s.storage().ListHolds(EventId{9}, Time(), 1).status(),
                 "event");
}

inline void CheckDigests(Scene& s) {
  const auto digest = [&](Time now) {
    return DigestOf(s.storage(), kEvent, now).value_or(Digest128());
  };
  const Digest128 empty = digest(s.now());
  s.Must(Scene::Reserve(kOne, {{1, 1}}, 100));
  const Digest128 held = digest(s.now());
  s.Expect(empty != held, "what is held is part of it");
  s.Expect(digest(Scene::At(100)) == empty, "what is due is not");
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().ExpireDue(Scene::At(100), 9).status(), "expire");
  s.Expect(digest(Scene::At(100)) == empty, "nor are versions and tombstones");
}

inline void CheckCounters(Scene& s) {
  s.Must(Scene::Reserve(kOne, {{1, 1}}).SetId({0, 1}));
  s.Must(Scene::Reserve(kOne, {{1, 1}}).SetId({0, 1}));
  s.Commit(Scene::Reserve(kTwo, {{1, 1}}));
  s.Commit(Scene::Reserve(kTwo, {{0, 1}}));
  const StoreCounters counters = s.storage().counters();
  s.Expect(counters.commits == 1 && counters.replays == 1, "commits, replays");
  const auto refused = [&](Refusal code) {
    return counters.refusals[static_cast<std::size_t>(code)];
  };
  s.Expect(refused(Refusal::kSeatReserved) == 1 &&
               refused(Refusal::kInvalidArgument) == 1,
           "refusals by code");
}

inline void CheckBatch(Scene& s) {
  const std::vector<Transaction> batch = {Scene::Reserve(kOne, {{1, 1}}),
                                          Scene::Reserve(kTwo, {{1, 1}}),
                                          Scene::Reserve(kTwo, {{1, 2}})};
  std::vector<Outcome> outcomes(3);
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().CommitBatch(batch, s.now(), {}, outcomes),
                 "a batch");
  s.Expect(outcomes[0].committed() && outcomes[2].committed() &&
               outcomes[1].refusal == Refusal::kSeatReserved,
           "each by itself, in order");
  s.ExpectStatus(
      absl::StatusCode::kInvalidArgument,
      s.storage().CommitBatch(batch, s.now(), {}, std::span(outcomes).first(2)),
      "too few outcomes");
}

inline void CheckClose(Scene& s) {
  using enum absl::StatusCode;
  Storage& storage = s.storage();
  s.ExpectStatus(kOk, storage.Close(), "Close");
  Outcome outcome;
  SectionView view;
  std::vector<SectionStats> stats;
  const absl::Status answers[] = {
      storage.Commit(Scene::Reserve(kOne, {{1, 1}}), s.now(), {}, outcome),
      CreateIn(s, kEvent, {{"N", {1, 1}}}),
      storage.Drop({kEvent}, true, s.now()),
      storage.Reset({kEvent}, true, s.now()),
      storage.SetPaused({kEvent}, true),
      storage.Resolve(kEvent, "A").status(),
      storage.ListEvents().status(),
      storage.ExpireDue(s.now(), 1).status(),
      storage.NextDeadline().status(),
      storage.ReadSection(kEvent, "A", {}, view),
      storage.ReadStats({kEvent}, stats),
      storage.ReadBooking(kEvent, kOne).status(),
      storage.ListBookings(kEvent, kAnn).status(),
      storage.ListHolds(kEvent, Time(), 1).status(),
      storage.Verify(kEvent)};
  for (const absl::Status& answer : answers) {
    s.ExpectStatus(kFailedPrecondition, answer, "a call after Close");
  }
}

// Close is the last thing that a storage does, so not even Verify follows.
inline ConformanceReport RunClose(const ConformanceOptions& options) {
  ConformanceReport report;
  Scene scene(options, report, "A closed storage answers so");
  CheckClose(scene);
  return report;
}

inline ConformanceReport RunSectionRules(const ConformanceOptions& options) {
  const NamedCheck checks[] = {
      {"Creating is idempotent, or a conflict", CheckCreate},
      {"Dropping spares what lives", CheckDrop, true},
      {"Handles lead to their section only", CheckHandles},
      {"A handle of a dropped section names none", CheckStaleHandles, true},
      {"Resetting makes all seats available", CheckReset},
      {"Events are apart", CheckEvents},
      {"All reads tell the same story", CheckReadsAgree},
      {"Bookings and holds are listed in order", CheckLists},
      {"A range reads part of a section", CheckRanges},
      {"The digest is of what is sold and held", CheckDigests},
      {"The store counts what it did", CheckCounters},
      {"A batch is not atomic", CheckBatch},
  };
  ConformanceReport report = RunChecks(options, checks);
  report.Add(RunClose(options));
  return report;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_SECTIONS_H_
