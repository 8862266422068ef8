// SPDX-License-Identifier: MIT
//
// The steps of a transaction as the reference model runs them: one after the
// other on a copy of the event's seats and bookings, each seeing what the ones
// before it did. The caller keeps the copy if all of them succeed.
//
// Thread safety: one object, one thread.

#ifndef SEATFIELD_TESTING_REFERENCE_STEPS_H_
#define SEATFIELD_TESTING_REFERENCE_STEPS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/testing/reference_best.h"
#include "seatfield/testing/reference_state.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace reference {

// What a transaction is decided on.
struct StepContext {
  const Transaction& transaction;
  const Limits& limits;
  const ModelEvent& event;           // as it was before the transaction
  Time time{};                       // the transaction's own
  std::vector<SectionName> names;    // of the transaction's sections
  std::vector<SectionName> touched;  // in the order of Outcome::sections
};

class Steps {
 public:
  // `work` starts as a copy of context.event.now.
  Steps(const StepContext& context, ModelSeats& work, Outcome& outcome)
      : context_(context), work_(work), outcome_(outcome) {}

  // Runs them all. False, with the refusal in the outcome, at the first that is
  // refused; `work` is then half done.
  bool Run();

  // The sections in which a seat changed or the deadline of a hold moved.
  const std::set<SectionName>& changed() const { return changed_; }

 private:
  using Step = Transaction::Step;

  bool RunStep(const Step& step);
  bool Reserve(const Step& step);
  bool ReserveBest(const Step& step);
  bool Finalize(const Step& step);
  bool GiveBack(const Step& step, BookingStatus left_by);
  bool Extend(const Step& step);
  bool Transfer(const Step& step);
  bool SetBlocked(const Step& step, SeatState state);
  bool Load(const Step& step);

  // --- Judging ---
  bool No(Refusal code, RefusalDetail detail = RefusalDetail::kNone);
  bool NoWholeStep(Refusal code, RefusalDetail detail = RefusalDetail::kNone);
  bool Admit(BookingId booking, BuyerId buyer);
  bool JudgeOrphans(const Step& step, const std::vector<SeatPlace>& taken);
  bool CheckLimits(BookingId booking, std::uint64_t to_booking, BuyerId buyer,
                   std::uint64_t to_buyer);
  std::optional<SeatRelation> ClosedAs(BookingId booking) const;
  SeatRelation RelationOf(BookingId booking, const SeatPlace& place) const;
  bool JudgeSeats(const Step& step, BookingId booking,
                  std::vector<SeatPlace>& apply);
  bool JudgeWholeBooking(const Step& step, SeatState needed,
                         std::vector<SeatPlace>& apply);
  bool SeatsToChange(const Step& step, SeatState needed,
                     std::vector<SeatPlace>& apply);
  struct RecordVerdict {
    Refusal refusal = Refusal::kNone;
    RefusalDetail detail = RefusalDetail::kNone;
  };
  RecordVerdict JudgeRecord(const SectionName& section,
                            const SeatRecord& record) const;

  // --- Changing ---
  void Change(const SeatPlace& place, const ModelSeat& to);
  void AddToHold(BookingId booking, BuyerId buyer, Duration hold_for);
  void MoveDeadline(BookingId booking, Time deadline);
  void ReserveSeat(const Step& step, const SeatPlace& place, Price price);
  void LoadRecord(const SectionName& section, const SeatRecord& record);

  // --- Looking ---
  const SectionName& NameOf(const Step& step) const {
    return context_.names[step.sections.first];
  }
  SeatPlace PlaceOf(const Step& step, Seat seat) const {
    const SectionName& name = NameOf(step);
    return {name, work_.sections.at(name).config.IndexOf(seat)};
  }
  Seat SeatOf(const SeatPlace& place) const {
    return work_.sections.at(place.section).config.SeatAt(place.index);
  }
  bool IsPaused(const SectionName& section) const {
    return context_.event.paused || work_.sections.at(section).paused;
  }
  bool HasSeats(BookingId booking) const {
    return !work_.SeatsOf(booking).empty();
  }
  Time HoldUntil(BookingId booking) const {
    const auto found = work_.bookings.find(booking);
    return found == work_.bookings.end() ? kNever : found->second.hold_until;
  }

  const StepContext& context_;
  ModelSeats& work_;
  Outcome& outcome_;
  std::set<SectionName> changed_;
  std::size_t step_ = 0;
  StepOutcome answer_;  // of the step
};

// --- Implementation: the run ------------------------------------------------

inline bool Steps::Run() {
  for (const Step& step : context_.transaction.steps()) {
    const auto first = static_cast<std::uint32_t>(outcome_.seats.size());
    answer_ = StepOutcome();
    if (!RunStep(step)) return false;
    work_.EndHoldIfEmpty(step.booking);
    answer_.first_seat = first;
    answer_.seat_count =
        static_cast<std::uint32_t>(outcome_.seats.size()) - first;
    answer_.hold_until = HoldUntil(step.booking);
    outcome_.steps.push_back(answer_);
    ++step_;
  }
  return true;
}

inline bool Steps::RunStep(const Step& step) {
  switch (step.kind) {
    case StepKind::kReserve:
      return Reserve(step);
    case StepKind::kReserveBest:
      return ReserveBest(step);
    case StepKind::kFinalize:
      return Finalize(step);
    case StepKind::kRelease:
      return GiveBack(step, BookingStatus::kReleased);
    case StepKind::kRefund:
      return GiveBack(step, BookingStatus::kRefunded);
    case StepKind::kExtend:
      return Extend(step);
    case StepKind::kTransfer:
      return Transfer(step);
    case StepKind::kBlock:
      return SetBlocked(step, SeatState::kBlocked);
    case StepKind::kUnblock:
      return SetBlocked(step, SeatState::kAvailable);
    case StepKind::kLoad:
      return Load(step);
  }
  return No(Refusal::kUnsupported);
}

// --- Implementation: refusals -----------------------------------------------

inline bool Steps::No(Refusal code, RefusalDetail detail) {
  outcome_.refusal = code;
  outcome_.detail = detail;
  outcome_.refused_step = static_cast<std::uint32_t>(step_);
  return false;
}

// Refuses every seat that the step names.
inline bool Steps::NoWholeStep(Refusal code, RefusalDetail detail) {
  const Step& step = context_.transaction.steps()[step_];
  for (const Seat seat : context_.transaction.seats(step)) {
    outcome_.refused_seats.push_back({NameOf(step), seat, code});
  }
  for (const SeatRecord& record : context_.transaction.records(step)) {
    outcome_.refused_seats.push_back({NameOf(step), record.seat, code});
  }
  return No(code, detail);
}

// How a closed booking that is still remembered stands to every seat.
inline std::optional<SeatRelation> Steps::ClosedAs(BookingId booking) const {
  if (work_.bookings.contains(booking)) return std::nullopt;
  const auto found = context_.event.closed.find(booking);
  if (found == context_.event.closed.end()) return std::nullopt;
  const Time forgotten_at = AddSaturating(found->second.closed_at,
                                          context_.limits.tombstone_retention);
  if (context_.time >= forgotten_at) return std::nullopt;
  switch (found->second.status) {
    case BookingStatus::kExpired:
      return SeatRelation::kLapsed;
    case BookingStatus::kRefunded:
      return SeatRelation::kRefunded;
    default:
      return SeatRelation::kReleased;
  }
}

inline SeatRelation Steps::RelationOf(BookingId booking,
                                      const SeatPlace& place) const {
  const ModelSeat& seat = work_.at(place);
  const bool own = seat.booking == booking;
  switch (seat.state) {
    case SeatState::kReserved:
      return own ? SeatRelation::kHeldByIt : SeatRelation::kReservedByOther;
    case SeatState::kSold:
      return own ? SeatRelation::kSoldToIt : SeatRelation::kSoldToOther;
    case SeatState::kBlocked:
      return SeatRelation::kBlocked;
    case SeatState::kAvailable:
      break;
  }
  return SeatRelation::kFree;
}

// Holds each seat of the step against the table: those to change go to `apply`,
// those that refuse into the outcome.
inline bool Steps::JudgeSeats(const Step& step, BookingId booking,
                              std::vector<SeatPlace>& apply) {
  const std::optional<SeatRelation> closed =
      booking.is_nil() ? std::nullopt : ClosedAs(booking);
  Refusal worst = Refusal::kNone;
  for (const Seat seat : context_.transaction.seats(step)) {
    const SeatPlace place = PlaceOf(step, seat);
    const Verdict verdict =
        Judge(step.kind, closed ? *closed : RelationOf(booking, place));
    if (verdict.effect == Verdict::Effect::kApply) apply.push_back(place);
    if (verdict.effect != Verdict::Effect::kRefuse) continue;
    outcome_.refused_seats.push_back({place.section, seat, verdict.refusal});
    if (worst == Refusal::kNone || verdict.refusal < worst) {
      worst = verdict.refusal;
    }
  }
  return worst == Refusal::kNone || No(worst);
}

// All seats of the booking in the state that the step needs; if there are none,
// the other state decides.
inline bool Steps::JudgeWholeBooking(const Step& step, SeatState needed,
                                     std::vector<SeatPlace>& apply) {
  const auto judge = [&](SeatRelation relation) {
    const Verdict verdict = Judge(step.kind, relation);
    return verdict.effect != Verdict::Effect::kRefuse || No(verdict.refusal);
  };
  if (const auto closed = ClosedAs(step.booking)) return judge(*closed);
  if (!HasSeats(step.booking)) {
    return No(Refusal::kNotFound, RefusalDetail::kBooking);
  }
  if (step.kind == StepKind::kTransfer) {
    apply = work_.SeatsOf(step.booking);
    return true;
  }
  apply = work_.SeatsOf(step.booking, needed, needed);
  if (!apply.empty()) return true;
  return judge(needed == SeatState::kReserved ? SeatRelation::kSoldToIt
                                              : SeatRelation::kHeldByIt);
}

inline bool Steps::SeatsToChange(const Step& step, SeatState needed,
                                 std::vector<SeatPlace>& apply) {
  return step.all_seats ? JudgeWholeBooking(step, needed, apply)
                        : JudgeSeats(step, step.booking, apply);
}

// Whether the booking may take seats for that buyer.
inline bool Steps::Admit(BookingId booking, BuyerId buyer) {
  if (const auto closed = ClosedAs(booking)) {
    return NoWholeStep(Judge(StepKind::kReserve, *closed).refusal);
  }
  if (HasSeats(booking) && work_.bookings.at(booking).buyer != buyer) {
    return NoWholeStep(Refusal::kNotOwner);
  }
  return true;
}

// Whether a booking may have so many more seats, and a buyer.
inline bool Steps::CheckLimits(BookingId booking, std::uint64_t to_booking,
                               BuyerId buyer, std::uint64_t to_buyer) {
  const Limits& limits = context_.limits;
  if (to_booking > 0 && work_.SeatsOf(booking).size() + to_booking >
                            limits.seats_per_booking_max) {
    return NoWholeStep(Refusal::kLimitExceeded,
                       RefusalDetail::kSeatsPerBooking);
  }
  if (to_buyer > 0 && limits.seats_per_buyer_max != kNoLimit &&
      work_.CountOfBuyer(buyer) + to_buyer > limits.seats_per_buyer_max) {
    return NoWholeStep(Refusal::kLimitExceeded, RefusalDetail::kSeatsPerBuyer);
  }
  return true;
}

// --- Implementation: changes ------------------------------------------------

inline void Steps::Change(const SeatPlace& place, const ModelSeat& to) {
  ModelSeat& seat = work_.at(place);
  const auto section = static_cast<std::uint32_t>(
      std::find(context_.touched.begin(), context_.touched.end(),
                place.section) -
      context_.touched.begin());
  const bool was_owned = !seat.booking.is_nil();
  outcome_.seats.push_back({section, SeatOf(place), seat.state, to.state,
                            was_owned ? seat.price : to.price});
  seat = to;
  changed_.insert(place.section);
}

// Sets the deadline of what the booking holds.
inline void Steps::MoveDeadline(BookingId booking, Time deadline) {
  Time& hold_until = work_.bookings.at(booking).hold_until;
  if (hold_until == deadline) return;
  for (const SeatPlace& place : work_.HeldBy(booking)) {
    changed_.insert(place.section);
  }
  hold_until = deadline;
}

// The deadline of a booking that is about to hold more seats.
inline void Steps::AddToHold(BookingId booking, BuyerId buyer,
                             Duration hold_for) {
  const bool holds = !work_.HeldBy(booking).empty();
  ModelBooking& entry = work_.bookings[booking];
  entry.buyer = buyer;
  if (!holds) {
    entry.first_reserved_at = context_.time;
    entry.hold_until = kNever;
    if (hold_for == kForever) return;
  }
  const Time asked = AddSaturating(context_.time, hold_for);
  const Time cap =
      AddSaturating(entry.first_reserved_at, context_.limits.total_hold_max);
  const Time capped = std::min(asked, cap);
  MoveDeadline(booking, holds ? std::max(entry.hold_until, capped) : capped);
}

inline void Steps::ReserveSeat(const Step& step, const SeatPlace& place,
                               Price price) {
  Change(place, {SeatState::kReserved, step.booking, price, context_.time, 0});
}

// --- Implementation: the steps ----------------------------------------------

inline bool Steps::Reserve(const Step& step) {
  if (IsPaused(NameOf(step))) return NoWholeStep(Refusal::kPaused);
  if (!Admit(step.booking, step.buyer)) return false;
  std::vector<SeatPlace> apply;
  if (!JudgeSeats(step, step.booking, apply)) return false;
  if (!CheckLimits(step.booking, apply.size(), step.buyer, apply.size())) {
    return false;
  }
  if (apply.empty()) return true;
  if (!JudgeOrphans(step, apply)) return false;
  AddToHold(step.booking, step.buyer, step.hold_for);
  const auto seats = context_.transaction.seats(step);
  const auto prices = context_.transaction.prices(step);
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const SeatPlace place = PlaceOf(step, seats[i]);
    if (work_.at(place).state != SeatState::kAvailable) continue;
    ReserveSeat(step, place, prices.size() == 1 ? prices[0] : prices[i]);
  }
  return true;
}

inline bool Steps::JudgeOrphans(const Step& step,
                                const std::vector<SeatPlace>& taken) {
  if (step.policy.orphans == OrphanRule::kAllow) return true;
  const ModelSection& section = work_.sections.at(NameOf(step));
  std::vector<SeatIndex> seats(taken.size());
  std::transform(taken.begin(), taken.end(), seats.begin(),
                 [](const SeatPlace& place) { return place.index; });
  answer_.leaves_orphan =
      MakesOrphan(section.config, context_.transaction.plan(step),
                  AvailableIn(section), seats, step.policy.min_run);
  return !answer_.leaves_orphan || step.policy.orphans == OrphanRule::kAvoid ||
         NoWholeStep(Refusal::kNoBestAvailable, RefusalDetail::kWouldOrphan);
}

inline bool Steps::ReserveBest(const Step& step) {
  std::vector<ModelOffer> offers;
  std::vector<std::size_t> indexes;  // of the offers that are not paused
  for (std::size_t i = 0; i < step.sections.size; ++i) {
    const SectionName& name = context_.names[step.sections.first + i];
    if (IsPaused(name)) continue;
    offers.push_back({&work_.sections.at(name),
                      context_.transaction.filter(step, i),
                      context_.transaction.plan(step, i)});
    indexes.push_back(i);
  }
  if (offers.empty()) return No(Refusal::kPaused);
  if (!Admit(step.booking, step.buyer) ||
      !CheckLimits(step.booking, step.count, step.buyer, step.count)) {
    return false;
  }
  const ModelChoice choice = ChooseSeats(offers, step.count, step.policy);
  if (choice.seats.empty()) {
    return No(Refusal::kNoBestAvailable, choice.refused);
  }
  answer_.tier = choice.tier;
  answer_.leaves_orphan = choice.leaves_orphan;
  AddToHold(step.booking, step.buyer, step.hold_for);
  const std::size_t offer = indexes[choice.offer];
  for (const SeatIndex seat : choice.seats) {
    ReserveSeat(step, {context_.names[step.sections.first + offer], seat},
                context_.transaction.prices(step)[offer]);
  }
  return true;
}

inline bool Steps::Finalize(const Step& step) {
  std::vector<SeatPlace> apply;
  if (!SeatsToChange(step, SeatState::kReserved, apply)) return false;
  for (const SeatPlace& place : apply) {
    ModelSeat sold = work_.at(place);
    sold.state = SeatState::kSold;
    Change(place, sold);
  }
  return true;
}

// Release and Refund.
inline bool Steps::GiveBack(const Step& step, BookingStatus left_by) {
  const SeatState needed = left_by == BookingStatus::kReleased
                               ? SeatState::kReserved
                               : SeatState::kSold;
  std::vector<SeatPlace> apply;
  if (!SeatsToChange(step, needed, apply)) return false;
  for (const SeatPlace& place : apply) Change(place, ModelSeat());
  if (!apply.empty()) work_.bookings.at(step.booking).left_by = left_by;
  return true;
}

inline bool Steps::Extend(const Step& step) {
  if (const auto closed = ClosedAs(step.booking)) {
    return No(Judge(StepKind::kExtend, *closed).refusal);
  }
  if (!HasSeats(step.booking)) {
    return No(Refusal::kNotFound, RefusalDetail::kBooking);
  }
  if (work_.HeldBy(step.booking).empty()) return No(Refusal::kAlreadySold);
  const ModelBooking& booking = work_.bookings.at(step.booking);
  const Time asked = AddSaturating(context_.time, step.hold_for);
  if (asked <= booking.hold_until) return true;
  const Time cap =
      AddSaturating(booking.first_reserved_at, context_.limits.total_hold_max);
  if (std::min(asked, cap) <= booking.hold_until) {
    return No(Refusal::kLimitExceeded, RefusalDetail::kTotalHold);
  }
  MoveDeadline(step.booking, std::min(asked, cap));
  return true;
}

inline bool Steps::Transfer(const Step& step) {
  std::vector<SeatPlace> apply;
  if (!SeatsToChange(step, SeatState::kReserved, apply)) return false;
  if (!Admit(step.to_booking, step.to_buyer)) return false;
  const ModelBooking from = work_.bookings.at(step.booking);
  if (!CheckLimits(step.to_booking, apply.size(), step.to_buyer,
                   from.buyer != step.to_buyer ? apply.size() : 0)) {
    return false;
  }
  const bool target_holds = !work_.HeldBy(step.to_booking).empty();
  const bool moves_held =
      std::any_of(apply.begin(), apply.end(), [&](const SeatPlace& place) {
        return work_.at(place).state == SeatState::kReserved;
      });
  ModelBooking& to = work_.bookings[step.to_booking];
  to.buyer = step.to_buyer;
  if (moves_held && target_holds) {
    MoveDeadline(step.to_booking, std::min(to.hold_until, from.hold_until));
    to.first_reserved_at =
        std::min(to.first_reserved_at, from.first_reserved_at);
  } else if (moves_held) {
    to.hold_until = from.hold_until;
    to.first_reserved_at = from.first_reserved_at;
  }
  for (const SeatPlace& place : apply) {
    ModelSeat moved = work_.at(place);
    moved.booking = step.to_booking;
    Change(place, moved);
  }
  work_.bookings.at(step.booking).left_by = BookingStatus::kReleased;
  return true;
}

// Block and Unblock.
inline bool Steps::SetBlocked(const Step& step, SeatState state) {
  std::vector<SeatPlace> apply;
  if (!JudgeSeats(step, BookingId(), apply)) return false;
  ModelSeat seat;
  seat.state = state;
  seat.reason = state == SeatState::kBlocked ? step.reason : 0;
  for (const SeatPlace& place : apply) Change(place, seat);
  return true;
}

// --- Implementation: Load ---------------------------------------------------

// Records are written as they are judged, so that each sees those before it; a
// refusal drops the whole copy.
inline bool Steps::Load(const Step& step) {
  Refusal worst = Refusal::kNone;
  RefusalDetail detail = RefusalDetail::kNone;
  for (const SeatRecord& record : context_.transaction.records(step)) {
    if (record.state == SeatState::kAvailable) continue;
    const RecordVerdict verdict = JudgeRecord(NameOf(step), record);
    if (verdict.refusal == Refusal::kNone) {
      LoadRecord(NameOf(step), record);
      continue;
    }
    outcome_.refused_seats.push_back(
        {NameOf(step), record.seat, verdict.refusal});
    if (worst != Refusal::kNone && verdict.refusal >= worst) continue;
    worst = verdict.refusal;
    detail = verdict.detail;
  }
  return worst == Refusal::kNone || No(worst, detail);
}

inline Steps::RecordVerdict Steps::JudgeRecord(const SectionName& section,
                                               const SeatRecord& record) const {
  const SeatPlace place{section,
                        work_.sections.at(section).config.IndexOf(record.seat)};
  if (!record.meta) {
    return {Judge(StepKind::kLoad, RelationOf(BookingId(), place)).refusal};
  }
  const SeatMeta& meta = *record.meta;
  const Verdict verdict =
      Judge(StepKind::kLoad,
            ClosedAs(meta.booking).value_or(RelationOf(meta.booking, place)));
  if (verdict.effect == Verdict::Effect::kRefuse) return {verdict.refusal};

  const std::size_t owned = work_.SeatsOf(meta.booking).size();
  const bool holds = !work_.HeldBy(meta.booking).empty();
  const auto booking = work_.bookings.find(meta.booking);
  if (owned > 0 && booking->second.buyer != meta.buyer) {
    return {Refusal::kInvalidArgument, RefusalDetail::kLoadRecord};
  }
  if (holds && record.state == SeatState::kReserved &&
      booking->second.hold_until != meta.hold_until) {
    return {Refusal::kInvalidArgument, RefusalDetail::kLoadRecord};
  }
  const Limits& limits = context_.limits;
  if (owned + 1 > limits.seats_per_booking_max) {
    return {Refusal::kLimitExceeded, RefusalDetail::kSeatsPerBooking};
  }
  if (limits.seats_per_buyer_max != kNoLimit &&
      work_.CountOfBuyer(meta.buyer) + 1 > limits.seats_per_buyer_max) {
    return {Refusal::kLimitExceeded, RefusalDetail::kSeatsPerBuyer};
  }
  return {};
}

inline void Steps::LoadRecord(const SectionName& section,
                              const SeatRecord& record) {
  const SeatPlace place{section,
                        work_.sections.at(section).config.IndexOf(record.seat)};
  ModelSeat seat;
  seat.state = record.state;
  seat.reason = record.block_reason;
  if (record.meta) {
    seat.booking = record.meta->booking;
    seat.price = record.meta->price;
    seat.reserved_at = record.meta->reserved_at;
    const bool holds = !work_.HeldBy(seat.booking).empty();
    ModelBooking& booking = work_.bookings[seat.booking];
    booking.buyer = record.meta->buyer;
    if (record.state == SeatState::kReserved) {
      booking.hold_until = record.meta->hold_until;
      booking.first_reserved_at =
          holds ? std::min(booking.first_reserved_at, seat.reserved_at)
                : seat.reserved_at;
    }
  }
  Change(place, seat);
}

}  // namespace reference
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_STEPS_H_
