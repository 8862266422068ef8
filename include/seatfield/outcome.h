// SPDX-License-Identifier: MIT
//
// An Outcome is every judgement on one transaction: committed, with the seats
// it changed, or refused, with every seat that stood in the way. The caller
// owns it and uses it again: it grows once and then allocates nothing.
//
//   Outcome outcome;
//   absl::Status status = inventory.Commit(tx, outcome);
//   if (!status.ok()) ...;                  // the environment failed
//   if (!outcome.committed()) log(Describe(outcome));
//
// Order: seats stand in the order of the steps; within a step as the request
//   lists them, and by section name and seat where it lists none.
// Thread safety: a plain value.

#ifndef SEATFIELD_OUTCOME_H_
#define SEATFIELD_OUTCOME_H_

#include <cstdint>
#include <span>
#include <string>

#include "seatfield/best_available.h"
#include "seatfield/commit_options.h"
#include "seatfield/internal/hot.h"
#include "seatfield/internal/text.h"
#include "seatfield/list.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// A seat that a step has changed. from == to where only the owner changed.
struct SeatChange {
  std::uint32_t section = 0;  // in Outcome::sections
  Seat seat;
  SeatState from = SeatState::kAvailable;
  SeatState to = SeatState::kAvailable;
  Price price;  // of a seat that is or was reserved or sold

  friend bool operator==(const SeatChange&, const SeatChange&) = default;
};

// A seat that a refused step could not take, and why. A refusal that is about
// no one seat lists none.
struct SeatRefusal {
  SectionName section;
  Seat seat;
  Refusal code = Refusal::kNone;

  friend bool operator==(const SeatRefusal&, const SeatRefusal&) = default;
};

struct StepOutcome {
  std::uint32_t first_seat = 0;  // of [first_seat, first_seat + seat_count)
  std::uint32_t seat_count = 0;  // in Outcome::seats
  Time hold_until = kNever;      // of the booking's holds after the step

  // Of a choice of best seats, what kind it is, and of one and of a Reserve
  // that judges orphans, whether it leaves one. First fit does not look.
  SeatingTier tier = SeatingTier::kNone;
  bool leaves_orphan = false;
  std::uint8_t reserved[6] = {};  // no byte of a kept answer is left unwritten

  friend bool operator==(const StepOutcome&, const StepOutcome&) = default;
};

// A section that the transaction looked at, and its version thereafter.
struct SectionOutcome {
  SectionName name;
  std::uint64_t version = 0;

  friend bool operator==(const SectionOutcome&,
                         const SectionOutcome&) = default;
};

struct Outcome {
  // kNone iff committed.
  Refusal refusal = Refusal::kNone;
  RefusalDetail detail = RefusalDetail::kNone;
  std::uint32_t refused_step = 0;  // of the first refused step

  // The answer of an earlier commit of the same transaction id and steps.
  bool replayed = false;

  Time time{};  // the transaction's own: max(clock, last change it rests on)
  Durability durability = Durability::kMemory;  // reached
  std::uint64_t sequence = 0;  // in the store's feed; 0 in a store without one

  List<SectionOutcome> sections;    // by name
  List<StepOutcome> steps;          // if committed, one a step
  List<SeatChange> seats;           // if committed
  List<SeatRefusal> refused_seats;  // if refused

  bool committed() const { return refusal == Refusal::kNone; }

  // The seats that one step has changed. Requires step < steps.size().
  std::span<const SeatChange> seats_of(std::size_t step) const {
    return {seats.data() + steps[step].first_seat, steps[step].seat_count};
  }

  // As new, with the memory kept.
  void Clear();

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

// One line for people: "refused seat_sold at step 0: A-1 3-4 seat_sold".
// Allocates.
std::string Describe(const Outcome& outcome);

// --- Implementation ---------------------------------------------------------

SEATFIELD_INLINE void Outcome::Clear() {
  refusal = Refusal::kNone;
  detail = RefusalDetail::kNone;
  refused_step = 0;
  replayed = false;
  time = Time();
  durability = Durability::kMemory;
  sequence = 0;
  sections.clear();
  steps.clear();
  seats.clear();
  refused_seats.clear();
}

inline std::string Describe(const Outcome& outcome) {
  using internal::Append;
  if (outcome.committed()) {
    std::string text = outcome.replayed ? "replayed:" : "committed:";
    for (const SeatChange& change : outcome.seats) {
      Append(text, " ");
      Append(text, outcome.sections[change.section].name.view());
      Append(text, " ");
      Append(text, change.seat.ToString());
      Append(text, " ");
      Append(text, SeatStateName(change.to));
    }
    if (outcome.seats.empty()) text += " nothing to do";
    for (const StepOutcome& step : outcome.steps) {
      if (step.tier > SeatingTier::kTogetherWithOrphan) {
        text += internal::Cat(" (", SeatingTierName(step.tier), ")");
      }
      if (step.leaves_orphan) text += " (leaves an orphan)";
    }
    return text;
  }
  std::string text = internal::Cat("refused ", RefusalName(outcome.refusal));
  if (outcome.detail != RefusalDetail::kNone) {
    text += internal::Cat(" (", RefusalDetailName(outcome.detail), ")");
  }
  text += internal::Cat(" at step ", outcome.refused_step);
  const char* separator = ": ";
  for (const SeatRefusal& refused : outcome.refused_seats) {
    text +=
        internal::Cat(separator, refused.section.view(), " ",
                      refused.seat.ToString(), " ", RefusalName(refused.code));
    separator = ", ";
  }
  return text;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_OUTCOME_H_
