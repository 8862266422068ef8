// SPDX-License-Identifier: MIT
//
// Why a transaction is refused, and the table that decides it: what a step of a
// booking meets at a seat. A refusal is a value and an everyday event; a
// refused transaction has changed nothing.
//
// Thread safety: constants and pure functions.

#ifndef SEATFIELD_REFUSAL_H_
#define SEATFIELD_REFUSAL_H_

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Highest precedence first: where several apply to a step, the outcome carries
// the one with the smallest number.
enum class Refusal : std::uint8_t {
  kNone = 0,
  // Fix the call: RefusalDetail says what is malformed.
  kInvalidArgument,
  // Use a fresh transaction id: this one stands for another request.
  kIdReused,
  // Split the transaction, or use a storage with the capability.
  kUnsupported,
  // Create it, or resolve it anew: no such event, section or booking.
  kNotFound,
  // Wait until the host resumes sales.
  kPaused,
  // Start over with a new booking: the deadline has passed.
  kHoldExpired,
  // The seat is the booking's own and sold: stop, or refund it.
  kAlreadySold,
  // Start over with a new booking: this one gave its seats back.
  kAlreadyReleased,
  // Fix the booking or the buyer: the seat is another's.
  kNotOwner,
  // Reserve first: the booking does not hold the seat.
  kNotHeld,
  // Release instead: the seat is held, not sold.
  kNotSold,
  // Choose other seats: not for sale.
  kSeatBlocked,
  // Choose other seats: gone.
  kSeatSold,
  // Choose other seats, or try again after the hold's deadline.
  kSeatReserved,
  // The booking, the buyer or the hold has reached its limit.
  kLimitExceeded,
  // Ask for fewer seats or other sections: RefusalDetail says why none fit.
  kNoBestAvailable,
  // Read again and decide anew: the section has changed since.
  kVersionMismatch,
};
inline constexpr std::size_t kRefusalCount = 18;

// What a refusal is about, where its code leaves that open.
enum class RefusalDetail : std::uint8_t {
  kNone = 0,
  // invalid_argument: the request
  kEventId,       // negative
  kNoSteps,       // a transaction without steps
  kTooManySteps,  // more than Limits::steps_per_transaction_max
  kTooManySeats,  // more than Limits::seats_per_transaction_max
  kSectionName,   // not a section name
  kBookingId,     // nil, or both sides of a transfer the same
  kBuyerId,       // negative
  kNoSeats,       // an empty list where seats are needed
  kSeatRow,       // row 0 or past the section
  kSeatNumber,    // seat 0 or past the row
  kSeatRepeated,  // twice in one step
  kPrice,         // outside 0 to 2^53 - 1
  kPriceCount,    // neither one price nor one for each seat
  kHoldFor,       // not positive, or longer than Limits::hold_max
  kOffers,        // none, more than kOfferCountMax, or a section twice
  kSeatCount,     // of best seats: 0, or more than a transaction may take
  kFilterSize,    // a mask that does not fit the section
  kPlanShape,     // a seating plan for a section of another shape
  kPolicy,        // what one order of best seats offers asked of the other
  kMinRun,        // the shortest run that is no orphan: 0
  kLoadRecord,    // a record that contradicts itself, its booking or the rest
  // not_found
  kEvent,
  kSection,
  kBooking,
  // limit_exceeded
  kSeatsPerBooking,
  kSeatsPerBuyer,
  kTotalHold,
  // unsupported
  kSeveralSections,
  // no_best_available
  kTooFew,       // not so many available seats in any offered section
  kNotAdjacent,  // enough, but not as close to each other as they must be
  kWouldOrphan,  // only by leaving an orphan
  kFiltered,     // they would fit but for the filter
};
inline constexpr std::size_t kRefusalDetailCount = 33;

// "seat_sold" and the like: stable, for logs and machines.
std::string_view RefusalName(Refusal code);
std::string_view RefusalDetailName(RefusalDetail detail);

enum class StepKind : std::uint8_t {
  kReserve = 0,
  kReserveBest,
  kFinalize,
  kRelease,
  kRefund,
  kExtend,
  kTransfer,
  kBlock,
  kUnblock,
  kLoad,
};
inline constexpr std::size_t kStepKindCount = 10;
std::string_view StepKindName(StepKind kind);

// How a seat stands to the booking of a step. A booking that is closed but
// still remembered stands in its own way to every seat.
enum class SeatRelation : std::uint8_t {
  kHeldByIt = 0,
  kSoldToIt,
  kLapsed,    // the booking closed when its holds expired
  kReleased,  // ... when its seats were released or transferred away
  kRefunded,  // ... when its seats were refunded
  kFree,
  kReservedByOther,
  kSoldToOther,
  kBlocked,
};
inline constexpr std::size_t kSeatRelationCount = 9;

// What a step does with a seat.
struct Verdict {
  enum class Effect : std::uint8_t { kApply, kNoOp, kRefuse };
  Effect effect = Effect::kApply;
  Refusal refusal = Refusal::kNone;

  friend constexpr bool operator==(Verdict, Verdict) = default;
};

// The decision table. ReserveBest meets free seats only, so it asks just for
// the columns of a closed booking. Extend meets no seats: its column is how the
// booking itself stands.
constexpr Verdict Judge(StepKind kind, SeatRelation relation);

// --- Implementation ---------------------------------------------------------

namespace internal {

struct DecisionTable {
  Verdict cells[kStepKindCount][kSeatRelationCount];
};

constexpr DecisionTable MakeDecisionTable() {
  constexpr Verdict kApply{Verdict::Effect::kApply, Refusal::kNone};
  constexpr Verdict kNoOp{Verdict::Effect::kNoOp, Refusal::kNone};
  constexpr auto no = [](Refusal code) {
    return Verdict{Verdict::Effect::kRefuse, code};
  };
  constexpr Verdict kLapsed = no(Refusal::kHoldExpired);
  constexpr Verdict kSoldBefore = no(Refusal::kAlreadySold);
  constexpr Verdict kGivenBack = no(Refusal::kAlreadyReleased);
  constexpr Verdict kNotHeld = no(Refusal::kNotHeld);
  constexpr Verdict kNotOwner = no(Refusal::kNotOwner);
  constexpr Verdict kNotSold = no(Refusal::kNotSold);
  constexpr Verdict kReserved = no(Refusal::kSeatReserved);
  constexpr Verdict kSold = no(Refusal::kSeatSold);
  constexpr Verdict kBlocked = no(Refusal::kSeatBlocked);

  // clang-format off
  return {{
      // held by it, sold to it,  lapsed,  released,   refunded,   free,      reserved,  sold,      blocked
      {kNoOp,     kSoldBefore, kLapsed, kGivenBack, kGivenBack, kApply,    kReserved, kSold,     kBlocked},  // Reserve
      {kNoOp,     kSoldBefore, kLapsed, kGivenBack, kGivenBack, kApply,    kReserved, kSold,     kBlocked},  // ReserveBest
      {kApply,    kNoOp,       kLapsed, kGivenBack, kGivenBack, kNotHeld,  kNotOwner, kNotOwner, kNotHeld},  // Finalize
      {kApply,    kSoldBefore, kNoOp,   kNoOp,      kNoOp,      kNoOp,     kNotOwner, kNotOwner, kNoOp},     // Release
      {kNotSold,  kApply,      kLapsed, kGivenBack, kNoOp,      kNotHeld,  kNotOwner, kNotOwner, kNotHeld},  // Refund
      {kApply,    kSoldBefore, kLapsed, kGivenBack, kGivenBack, kNotHeld,  kNotHeld,  kNotHeld,  kNotHeld},  // Extend
      {kApply,    kApply,      kLapsed, kGivenBack, kGivenBack, kNotHeld,  kNotOwner, kNotOwner, kNotHeld},  // Transfer
      {kReserved, kSold,       kApply,  kApply,     kApply,     kApply,    kReserved, kSold,     kNoOp},     // Block
      {kReserved, kSold,       kNoOp,   kNoOp,      kNoOp,      kNoOp,     kReserved, kSold,     kApply},    // Unblock
      {kReserved, kSold,       kLapsed, kGivenBack, kGivenBack, kApply,    kReserved, kSold,     kBlocked},  // Load
  }};
  // clang-format on
}

inline constexpr DecisionTable kDecisionTable = MakeDecisionTable();

}  // namespace internal

constexpr Verdict Judge(StepKind kind, SeatRelation relation) {
  return internal::kDecisionTable
      .cells[static_cast<int>(kind)][static_cast<int>(relation)];
}

inline std::string_view RefusalName(Refusal code) {
  static constexpr std::string_view kNames[kRefusalCount] = {
      "none",           "invalid_argument",  "id_reused",
      "unsupported",    "not_found",         "paused",
      "hold_expired",   "already_sold",      "already_released",
      "not_owner",      "not_held",          "not_sold",
      "seat_blocked",   "seat_sold",         "seat_reserved",
      "limit_exceeded", "no_best_available", "version_mismatch"};
  return kNames[static_cast<std::size_t>(code)];
}

inline std::string_view RefusalDetailName(RefusalDetail detail) {
  static constexpr std::string_view kNames[kRefusalDetailCount] = {
      "",
      "event_id",
      "no_steps",
      "too_many_steps",
      "too_many_seats",
      "section_name",
      "booking_id",
      "buyer_id",
      "no_seats",
      "seat_row",
      "seat_number",
      "seat_repeated",
      "price",
      "price_count",
      "hold_for",
      "offers",
      "seat_count",
      "filter_size",
      "plan_shape",
      "policy",
      "min_run",
      "load_record",
      "event",
      "section",
      "booking",
      "seats_per_booking",
      "seats_per_buyer",
      "total_hold",
      "several_sections",
      "too_few",
      "not_adjacent",
      "would_orphan",
      "filtered"};
  return kNames[static_cast<std::size_t>(detail)];
}

inline std::string_view StepKindName(StepKind kind) {
  static constexpr std::string_view kNames[kStepKindCount] = {
      "reserve", "reserve_best", "finalize", "release", "refund",
      "extend",  "transfer",     "block",    "unblock", "load"};
  return kNames[static_cast<std::size_t>(kind)];
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_REFUSAL_H_
