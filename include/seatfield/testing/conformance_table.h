// SPDX-License-Identifier: MIT
//
// The decision table, cell by cell, with the expectations written out here:
// what each kind of step meets at a seat, and what it does when it names none.
//
// Thread safety: one thread.

#ifndef SEATFIELD_TESTING_CONFORMANCE_TABLE_H_
#define SEATFIELD_TESTING_CONFORMANCE_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>

#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
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

// Every cell, on a fresh storage each.
ConformanceReport RunTable(const ConformanceOptions& options);

// --- Implementation ---------------------------------------------------------

inline constexpr Seat kSeat{1, 2};

inline constexpr std::string_view kRelationNames[] = {
    "held by it", "sold to it",        "lapsed",
    "released",   "refunded",          "free",
    "blocked",    "reserved by other", "sold to other"};
inline constexpr std::size_t kRelations = std::size(kRelationNames);

// What is expected of a step: "apply", "no-op", a refusal; "" is no such cell.
struct TableRow {
  StepKind kind;
  bool whole;  // names no seats
  std::string_view cells[kRelations];
};

// clang-format off
inline constexpr TableRow kTableRows[] = {
    {StepKind::kReserve, false,
     {"no-op", "already_sold", "hold_expired", "already_released", "already_released",
      "apply", "seat_blocked", "seat_reserved", "seat_sold"}},
    {StepKind::kReserveBest, true,
     {"apply", "apply", "hold_expired", "already_released", "already_released",
      "apply", "apply", "apply", "apply"}},
    {StepKind::kFinalize, false,
     {"apply", "no-op", "hold_expired", "already_released", "already_released",
      "not_held", "not_held", "not_owner", "not_owner"}},
    {StepKind::kFinalize, true,
     {"apply", "no-op", "hold_expired", "already_released", "already_released",
      "not_found", "not_found", "not_found", "not_found"}},
    {StepKind::kRelease, false,
     {"apply", "already_sold", "no-op", "no-op", "no-op",
      "no-op", "no-op", "not_owner", "not_owner"}},
    {StepKind::kRelease, true,
     {"apply", "already_sold", "no-op", "no-op", "no-op",
      "not_found", "not_found", "not_found", "not_found"}},
    {StepKind::kRefund, false,
     {"not_sold", "apply", "hold_expired", "already_released", "no-op",
      "not_held", "not_held", "not_owner", "not_owner"}},
    {StepKind::kRefund, true,
     {"not_sold", "apply", "hold_expired", "already_released", "no-op",
      "not_found", "not_found", "not_found", "not_found"}},
    {StepKind::kExtend, true,
     {"apply", "already_sold", "hold_expired", "already_released", "already_released",
      "not_found", "not_found", "not_found", "not_found"}},
    {StepKind::kTransfer, false,
     {"apply", "apply", "hold_expired", "already_released", "already_released",
      "not_held", "not_held", "not_owner", "not_owner"}},
    {StepKind::kTransfer, true,
     {"apply", "apply", "hold_expired", "already_released", "already_released",
      "not_found", "not_found", "not_found", "not_found"}},
    {StepKind::kBlock, false,
     {"seat_reserved", "seat_sold", "apply", "apply", "apply",
      "apply", "no-op", "seat_reserved", "seat_sold"}},
    {StepKind::kUnblock, false,
     {"seat_reserved", "seat_sold", "no-op", "no-op", "no-op",
      "no-op", "apply", "seat_reserved", "seat_sold"}},
    {StepKind::kLoad, false,
     {"seat_reserved", "seat_sold", "hold_expired", "already_released", "already_released",
      "apply", "seat_blocked", "seat_reserved", "seat_sold"}},
};
// clang-format on

// Brings kSeat and booking one into a relation. Time is 100 afterwards.
inline void SetUpRelation(Scene& s, std::size_t relation) {
  const std::string_view name = kRelationNames[relation];
  const Transaction finalize = Scene::Tx().Finalize({.booking = kOne});
  if (relation < 5) {
    s.Must(Scene::Reserve(kOne, {kSeat}, name == "lapsed" ? 50 : 1'000'000));
  }
  if (name == "sold to it" || name == "refunded") s.Must(finalize);
  if (name == "released") s.Must(Scene::Tx().Release({.booking = kOne}));
  if (name == "refunded") s.Must(Scene::Tx().Refund({.booking = kOne}));
  if (name == "blocked") {
    s.Must(Scene::Tx().Block({.section = "A", .seats = {kSeat}}));
  }
  if (relation >= 7) s.Must(Scene::Reserve(kTwo, {kSeat}));
  if (name == "sold to other") s.Must(Scene::Tx().Finalize({.booking = kTwo}));
  s.GoTo(100);
}

inline Transaction StepOf(const TableRow& row) {
  Transaction tx(kEvent);
  SeatsOfBooking own{.booking = kOne};
  static constexpr Seat kSeats[] = {kSeat};
  if (!row.whole) {
    own.section = "A";
    own.seats = std::span<const Seat>(kSeats);
  }
  switch (row.kind) {
    case StepKind::kReserve:
      return Scene::Reserve(kOne, {kSeat}, 1'000'000);
    case StepKind::kReserveBest:
      return tx.ReserveBest({.booking = kOne,
                             .buyer = kAnn,
                             .offers = {{.section = "A", .price = Price(5)}},
                             .count = 1,
                             .hold_for = Duration(1'000'000)});
    case StepKind::kFinalize:
      return tx.Finalize(own);
    case StepKind::kRelease:
      return tx.Release(own);
    case StepKind::kRefund:
      return tx.Refund(own);
    case StepKind::kExtend:
      return tx.Extend(kOne, Duration(2'000'000));
    case StepKind::kTransfer:
      return tx.Transfer({kOne, kThree, kBob, own.section, own.seats});
    case StepKind::kBlock:
      return tx.Block({.section = "A", .seats = {kSeat}, .reason = 7});
    case StepKind::kUnblock:
      return tx.Unblock("A", {kSeat});
    case StepKind::kLoad:
      break;
  }
  SeatRecord record{kSeat, SeatState::kSold};
  record.meta = SeatMeta{kOne, kAnn, Price(9), Scene::At(0)};
  return tx.Load({.section = "A", .records = {record}});
}

// The state of kSeat after the step has applied.
inline SeatState StateAfter(StepKind kind, SeatState before) {
  switch (kind) {
    case StepKind::kReserve:
    case StepKind::kReserveBest:
      return SeatState::kReserved;
    case StepKind::kFinalize:
    case StepKind::kLoad:
      return SeatState::kSold;
    case StepKind::kBlock:
      return SeatState::kBlocked;
    case StepKind::kExtend:
    case StepKind::kTransfer:
      return before;
    default:
      return SeatState::kAvailable;
  }
}

inline void ExpectApplied(Scene& s, const TableRow& row, SeatState before,
                          std::uint64_t version) {
  s.ExpectCommitted("the cell");
  s.Expect(s.outcome().steps.size() == 1, "one step outcome");
  s.Expect(s.Version() == version + 1, "the version is one more");
  if (row.kind == StepKind::kExtend) {
    s.Expect(s.outcome().seats.empty(), "extend changes no seat");
    s.Expect(s.Read(kOne).hold_until == Scene::At(2'000'100), "the deadline");
    return;
  }
  s.Expect(s.outcome().seats.size() == 1, "one seat changes");
  if (s.outcome().seats.size() != 1) return;
  const SeatChange& change = s.outcome().seats[0];
  const SeatState to = StateAfter(row.kind, before);
  s.Expect(change.to == to, "the new state in the outcome");
  s.Expect(s.View().map.Get(s.View().stats.config.IndexOf(change.seat)) == to,
           "the new state in the section");
  if (row.kind == StepKind::kReserveBest) return;
  s.Expect(change.seat == kSeat && change.from == before,
           "the seat and its old state");
}

inline void RunCell(Scene& s, const TableRow& row, std::size_t relation) {
  SetUpRelation(s, relation);
  // What is due ends by itself first, whatever becomes of the step.
  s.ExpectStatus(absl::StatusCode::kOk,
                 s.storage().ExpireDue(s.now(), UINT64_MAX).status(), "expire");
  const std::string before = s.State();
  const SeatState state = s.View().map.Get(1);
  const std::uint64_t version = s.Version();
  const std::string_view expected = row.cells[relation];
  const Outcome outcome = s.Commit(StepOf(row));
  if (expected == "apply") return ExpectApplied(s, row, state, version);
  s.ExpectText(before, s.State(), "nothing may change");
  if (expected == "no-op") {
    s.ExpectCommitted("the cell");
    s.Expect(outcome.seats.empty(), "a no-op lists no seats");
    return;
  }
  s.ExpectText(expected, RefusalName(outcome.refusal), "the cell");
  if (row.whole) {
    s.Expect(outcome.refused_seats.empty(), "no seat named, none listed");
  } else {
    s.ExpectSeats({{Name("A"), kSeat, outcome.refusal}}, "the refused seat");
  }
}

inline ConformanceReport RunTable(const ConformanceOptions& options) {
  ConformanceReport report;
  for (const TableRow& row : kTableRows) {
    for (std::size_t relation = 0; relation < kRelations; ++relation) {
      if (report.failures.size() >= options.failures_max) return report;
      Scene scene(options, report,
                  internal::Cat("the table: ", StepKindName(row.kind),
                                row.whole ? " of no named seat, " : ", ",
                                kRelationNames[relation]));
      RunCell(scene, row, relation);
    }
  }
  return report;
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_TABLE_H_
