// SPDX-License-Identifier: MIT
//
// Requests and answers as text, so that a failure can be read and rerun.
//
// Thread safety: pure functions.

#ifndef SEATFIELD_TESTING_CONFORMANCE_TEXT_H_
#define SEATFIELD_TESTING_CONFORMANCE_TEXT_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/text.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seating_plan.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace conformance {

// The ids of the suite are small: the low half says which.
template <typename Id>
std::string IdText(const Id& id) {
  if (id.is_nil()) return "nil";
  return id.high() == 0 ? internal::Cat("#", id.low()) : id.ToString();
}

inline std::string TimeText(Time time) {
  return time == kNever ? "never" : internal::Cat(ToMicros(time));
}

inline std::string SectionText(SectionRef section) {
  if (!section.handle()) return internal::Quoted(section.name());
  return internal::Cat("handle ", section.handle()->place, "/",
                       section.handle()->generation);
}

inline std::string RecordText(const SeatRecord& record) {
  std::string text =
      internal::Cat(record.seat.ToString(), " ", SeatStateName(record.state));
  if (record.block_reason != 0) {
    text += internal::Cat(" reason ", record.block_reason);
  }
  if (record.meta) {
    text += internal::Cat(" booking ", IdText(record.meta->booking), " buyer ",
                          Value(record.meta->buyer), " price ",
                          record.meta->price.minor_units(), " reserved_at ",
                          TimeText(record.meta->reserved_at), " until ",
                          TimeText(record.meta->hold_until));
  }
  return text;
}

inline std::string PlanText(const SeatingPlan& plan) {
  const SeatingPlanSpec& spec = plan.spec();
  std::string text =
      internal::Cat(" plan ", plan.config().rows, "x",
                    plan.config().seats_per_row, " focus ", spec.focal_column);
  const auto list = [&text](std::string_view name, const auto& items) {
    if (items.empty()) return;
    text += internal::Cat(" ", name);
    for (const auto item : items) text += internal::Cat(" ", item);
  };
  list("columns", spec.focal_columns);
  list("ranks", spec.row_ranks);
  list("aisles", spec.aisles);
  list("scores", spec.scores);
  return text;
}

inline std::string PolicyText(const BestPolicy& policy) {
  return internal::Cat(" ", BestOrderName(policy.order), " orphans ",
                       OrphanRuleName(policy.orphans), " min_run ",
                       policy.min_run, policy.allow_split ? " split" : "",
                       policy.allow_singles ? " singles" : "",
                       policy.largest_blocks_fallback ? " fallback" : "");
}

inline std::string StepText(const Transaction& tx,
                            const Transaction::Step& step) {
  std::string text(StepKindName(step.kind));
  if (!step.booking.is_nil()) text += " booking " + IdText(step.booking);
  text += internal::Cat(" buyer ", Value(step.buyer));
  if (step.kind == StepKind::kTransfer) {
    text += internal::Cat(" to booking ", IdText(step.to_booking), " buyer ",
                          Value(step.to_buyer));
  }
  for (std::uint32_t i = 0; i < step.sections.size; ++i) {
    text += " in " + SectionText(tx.section(step.sections.first + i));
    if (step.filters.size > i && tx.filter(step, i) != nullptr) {
      text += internal::Cat(" filter ", tx.filter(step, i)->Count(), "/",
                            tx.filter(step, i)->size());
    }
    if (tx.plan(step, i) != nullptr) text += PlanText(*tx.plan(step, i));
  }
  for (const Seat seat : tx.seats(step)) text += " " + seat.ToString();
  for (const SeatRecord& record : tx.records(step)) {
    text += " [" + RecordText(record) + "]";
  }
  for (const Price price : tx.prices(step)) {
    text += internal::Cat(" price ", price.minor_units());
  }
  if (step.count != 0) text += internal::Cat(" count ", step.count);
  if (step.policy != Transaction::Step().policy) {
    text += PolicyText(step.policy);
  }
  if (step.reason != 0) text += internal::Cat(" reason ", step.reason);
  if (step.hold_for != kForever) {
    text += internal::Cat(" hold_for ", step.hold_for.count());
  }
  return text;
}

inline std::string TransactionText(const Transaction& tx, Time now) {
  std::string text = internal::Cat("at ", TimeText(now), " event ",
                                   Value(tx.event()), " id ", IdText(tx.id()));
  for (const auto& step : tx.steps()) text += "; " + StepText(tx, step);
  for (const auto& precondition : tx.preconditions()) {
    text +=
        internal::Cat("; if ", SectionText(tx.section(precondition.section)),
                      " is at ", precondition.version);
  }
  return text;
}

inline std::string OutcomeText(const Outcome& outcome) {
  std::string text = internal::Cat(Describe(outcome), " {time ",
                                   TimeText(outcome.time), ", sections");
  for (const SectionOutcome& section : outcome.sections) {
    text += internal::Cat(" ", section.name.view(), "@", section.version);
  }
  text += ", steps";
  for (const StepOutcome& step : outcome.steps) {
    text += internal::Cat(" ", step.first_seat, "+", step.seat_count, " until ",
                          TimeText(step.hold_until), " ",
                          SeatingTierName(step.tier),
                          step.leaves_orphan ? " orphan" : "");
  }
  text += ", seats";
  for (const SeatChange& seat : outcome.seats) {
    text += internal::Cat(" ", seat.section, ":", seat.seat.ToString(), " ",
                          SeatStateName(seat.from), "-", SeatStateName(seat.to),
                          " price ", seat.price.minor_units());
  }
  return text + "}";
}

inline std::string StatsText(const SectionStats& stats) {
  return internal::Cat(
      stats.key.ToString(), " ", stats.config.rows, "x",
      stats.config.seats_per_row, " counts ", stats.counts.available, "/",
      stats.counts.reserved, "/", stats.counts.sold, "/", stats.counts.blocked,
      " version ", stats.version, " updated_at ", TimeText(stats.updated_at),
      " next_deadline ", TimeText(stats.next_deadline),
      stats.paused ? " paused" : "");
}

inline std::string ViewText(const SectionView& view) {
  std::string text =
      internal::Cat(StatsText(view.stats), " [", view.range.first, ",",
                    view.range.last, ") ", view.map.ToString());
  for (const SeatRecord& record : view.details) {
    text += " [" + RecordText(record) + "]";
  }
  return text;
}

inline std::string BookingText(const Booking& booking) {
  std::string text = internal::Cat(
      "booking ", IdText(booking.id), " of event ", Value(booking.event),
      " buyer ", Value(booking.buyer), " ", BookingStatusName(booking.status),
      " until ", TimeText(booking.hold_until), " first_reserved_at ",
      TimeText(booking.first_reserved_at), " closed_at ",
      TimeText(booking.closed_at));
  for (const BookedSeat& seat : booking.seats) {
    text += internal::Cat(" [", seat.section.view(), " ", seat.seat.ToString(),
                          " ", SeatStateName(seat.state), " price ",
                          seat.price.minor_units(), " reserved_at ",
                          TimeText(seat.reserved_at), "]");
  }
  return text;
}

inline std::string HoldText(const Hold& hold) {
  return internal::Cat("[hold of ", IdText(hold.booking), " event ",
                       Value(hold.event), " buyer ", Value(hold.buyer),
                       " until ", TimeText(hold.hold_until), " seats ",
                       hold.seat_count, "]");
}

}  // namespace conformance
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_TEXT_H_
