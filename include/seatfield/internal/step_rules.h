// SPDX-License-Identifier: MIT
//
// The rules of a step that need no ledger: how a seat stands to a booking,
// which seats a step is about, and when a hold ends. With the table of
// refusal.h they are all that decides a seat, however the seat was found.
//
// Thread safety: pure functions.

#ifndef SEATFIELD_INTERNAL_STEP_RULES_H_
#define SEATFIELD_INTERNAL_STEP_RULES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "seatfield/booking.h"
#include "seatfield/list.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// How every seat stands to a booking that is closed but remembered.
constexpr SeatRelation RelationOfClosed(BookingStatus status) {
  switch (status) {
    case BookingStatus::kExpired:
      return SeatRelation::kLapsed;
    case BookingStatus::kRefunded:
      return SeatRelation::kRefunded;
    default:
      return SeatRelation::kReleased;
  }
}

// How a seat stands to an open booking.
constexpr SeatRelation RelationOf(SeatState state, bool its_own) {
  using enum SeatRelation;
  constexpr SeatRelation kRelations[2][kSeatStateCount] = {
      {kFree, kReservedByOther, kSoldToOther, kBlocked},
      {kFree, kHeldByIt, kSoldToIt, kBlocked}};
  return kRelations[its_own][static_cast<std::size_t>(state)];
}

// Which seats of its booking a step without seats is about.
constexpr bool Needs(StepKind kind, SeatState state) {
  switch (kind) {
    case StepKind::kFinalize:
    case StepKind::kRelease:
      return state == SeatState::kReserved;
    case StepKind::kRefund:
      return state == SeatState::kSold;
    default:
      return state == SeatState::kReserved || state == SeatState::kSold;
  }
}

// What it gets to hear if it has none of them: all are in the other state.
constexpr Verdict JudgeWithoutSeats(StepKind kind, bool has_sold) {
  return Judge(kind,
               has_sold ? SeatRelation::kSoldToIt : SeatRelation::kHeldByIt);
}

// The refusal of a step, by the seats of it that are refused: at least one.
inline Refusal WorstOf(const List<SeatRefusal>& seats) {
  Refusal worst = seats.front().code;
  for (const SeatRefusal& seat : seats) worst = std::min(worst, seat.code);
  return worst;
}

// When the holds of a booking end, and since when it has had any.
struct HoldTerms {
  std::int64_t hold_until = ToMicros(kNever);
  std::int64_t first_reserved_at = 0;
};

// The terms of a booking that comes to hold more seats, or wants to hold them
// longer. `starts`: it has held none before.
inline HoldTerms StartOrExtendHold(HoldTerms terms, bool starts, Time now,
                                   Duration hold_for, Duration total_hold_max) {
  const std::int64_t wanted =
      ToMicros(hold_for == kForever ? kNever : AddSaturating(now, hold_for));
  if (starts) {
    terms = {std::numeric_limits<std::int64_t>::min(), ToMicros(now)};
  }
  const std::int64_t latest =
      starts && hold_for == kForever
          ? ToMicros(kNever)
          : ToMicros(AddSaturating(TimeFromMicros(terms.first_reserved_at),
                                   total_hold_max));
  terms.hold_until = std::max(terms.hold_until, std::min(wanted, latest));
  return terms;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_STEP_RULES_H_
