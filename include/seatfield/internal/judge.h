// SPDX-License-Identifier: MIT
//
// Decides a transaction, step by step: refused, or the changes it makes. It
// reads sections under their locks, writes only the Decision and the Outcome,
// and takes time as an argument.

#ifndef SEATFIELD_INTERNAL_JUDGE_H_
#define SEATFIELD_INTERNAL_JUDGE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/internal/best_rows.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/space.h"
#include "seatfield/internal/step_rules.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class JudgeSteps {
 public:
  JudgeSteps(const Space& space, const Limits& limits, bool event_paused,
             const Transaction& transaction, Time now, Decision& decision,
             Outcome& outcome)
      : space_(space),
        limits_(limits),
        event_paused_(event_paused),
        transaction_(transaction),
        now_(now),
        decision_(decision),
        outcome_(outcome) {}

  // Whether nothing is refused. Requires every section and booking of the
  // transaction in the decision, and the buyers if they have a limit.
  bool Run();

 private:
  using Step = Transaction::Step;
  using Effect = Verdict::Effect;

  bool RunStep(const Step& step);
  bool Reserve(const Step& step);
  bool ReserveBest(const Step& step);
  bool ChangeSeats(const Step& step);
  bool Extend(const Step& step);
  bool BlockOrUnblock(const Step& step);
  bool Load(const Step& step);
  bool CheckVersions();

  // Refusals.
  bool No(Refusal code, RefusalDetail detail = RefusalDetail::kNone) {
    return Refuse(outcome_, step_index_, code, detail);
  }
  bool NoSeats(const Step& step, Refusal code,
               RefusalDetail detail = RefusalDetail::kNone);
  void NoSeat(SectionAt section, SeatIndex seat, Refusal code);
  bool NothingRefused();

  // Parts of steps.
  SectionAt SectionOf(const Step& step, std::size_t offer = 0) const {
    return decision_.section_of[step.sections.first + offer];
  }
  TouchedSection& Section(SectionAt at) { return decision_.sections[at]; }
  TouchedBooking& Booking(BookingAt at) { return decision_.bookings[at]; }
  SectionName NameOf(SectionAt at) {
    return Section(at).access.record->name.name;
  }
  bool IsPaused(SectionAt at) {
    return event_paused_ || Section(at).access.record->paused != 0;
  }
  void PlaceSeats(const Step& step);
  void PlaceAllSeats(BookingAt booking, StepKind kind);
  bool JudgePlacedSeats(BookingAt booking, StepKind kind);
  bool CheckTarget(const Step& step, BookingAt to);
  static SeatRelation RelationTo(BookingAt booking, const SeatNow& seat) {
    return RelationOf(seat.state, booking != kNobody && seat.owner == booking);
  }

  // Bookings and buyers.
  bool Admit(const Step& step, BookingAt booking, std::int64_t buyer);
  RefusalDetail FindExceeded(const TouchedBooking& booking, std::int64_t buyer,
                             std::uint64_t added, std::uint64_t added_to_buyer);
  bool CheckLimits(const Step& step, BookingAt booking, std::int64_t buyer,
                   std::uint64_t added, std::uint64_t added_to_buyer);
  static void MergeHold(const TouchedBooking& from, TouchedBooking& to);
  Refusal JoinLoaded(TouchedBooking& booking, const SeatRecord& record);
  void NoteDetail(Refusal code, RefusalDetail detail);
  void LoadSeat(SectionAt section, const SeatRecord& record);
  void Prolong(TouchedBooking& booking, bool starts, Duration hold_for);
  void CountFor(std::int64_t buyer, std::int64_t seats);
  void Gain(BookingAt booking, SeatState state);
  void Lose(BookingAt booking, SeatState state, BookingStatus how);
  void Take(BookingAt booking, SectionAt section, SeatIndex seat, Price price);
  bool JudgeOrphans(const Step& step, std::size_t first_change);
  void ApplyEarlierSteps(const Step& step, std::span<BestCandidate> candidates,
                         std::span<const std::uint32_t> offer_of);
  void MoveSeat(const Step& step, BookingAt booking, const PlacedSeat& seat);

  const Space& space_;
  const Limits& limits_;
  const bool event_paused_;
  const Transaction& transaction_;
  const Time now_;
  Decision& decision_;
  Outcome& outcome_;
  std::size_t step_index_ = 0;
  StepOutcome answer_;  // of the step
  Refusal load_refusal_ = Refusal::kNone;
  RefusalDetail load_detail_ = RefusalDetail::kNone;
};

// --- The transaction --------------------------------------------------------

inline bool JudgeSteps::Run() {
  const auto steps = transaction_.steps();
  for (step_index_ = 0; step_index_ < steps.size(); ++step_index_) {
    const std::size_t first = decision_.changes.size();
    answer_ = StepOutcome();
    if (!RunStep(steps[step_index_])) return false;
    if (step_index_ + 1 < steps.size()) {
      decision_.last_change.Add(decision_.changes, first);
    }
    const BookingAt booking = decision_.FindBooking(steps[step_index_].booking);
    answer_.first_seat = static_cast<std::uint32_t>(first);
    answer_.seat_count =
        static_cast<std::uint32_t>(decision_.changes.size() - first);
    if (booking != kNobody) {
      answer_.hold_until = TimeFromMicros(Booking(booking).hold_until);
    }
    decision_.steps.push_back(answer_);
  }
  return CheckVersions();
}

inline bool JudgeSteps::RunStep(const Step& step) {
  switch (step.kind) {
    case StepKind::kReserve:
      return Reserve(step);
    case StepKind::kReserveBest:
      return ReserveBest(step);
    case StepKind::kFinalize:
    case StepKind::kRelease:
    case StepKind::kRefund:
    case StepKind::kTransfer:
      return ChangeSeats(step);
    case StepKind::kExtend:
      return Extend(step);
    case StepKind::kBlock:
    case StepKind::kUnblock:
      return BlockOrUnblock(step);
    case StepKind::kLoad:
      return Load(step);
  }
  return No(Refusal::kUnsupported);
}

inline bool JudgeSteps::CheckVersions() {
  step_index_ = 0;
  for (const auto& precondition : transaction_.preconditions()) {
    const SectionAt at = decision_.section_of[precondition.section];
    if (Section(at).access.record->version != precondition.version) {
      return No(Refusal::kVersionMismatch);
    }
  }
  return true;
}

// --- Refusals ---------------------------------------------------------------

inline void JudgeSteps::NoSeat(SectionAt section, SeatIndex seat,
                               Refusal code) {
  outcome_.refused_seats.push_back(
      {NameOf(section), Section(section).config.SeatAt(seat), code});
}

// Refuses the step as a whole, and so every seat that it names.
inline bool JudgeSteps::NoSeats(const Step& step, Refusal code,
                                RefusalDetail detail) {
  for (const Seat seat : transaction_.seats(step)) {
    outcome_.refused_seats.push_back({NameOf(SectionOf(step)), seat, code});
  }
  return No(code, detail);
}

// Sums up the seats refused in this step.
inline bool JudgeSteps::NothingRefused() {
  if (outcome_.refused_seats.empty()) return true;
  return No(WorstOf(outcome_.refused_seats));
}

// The seats that the step names, in its order.
inline void JudgeSteps::PlaceSeats(const Step& step) {
  decision_.seats.clear();
  const SectionAt section = SectionOf(step);
  const SectionConfig& config = Section(section).config;
  for (const Seat seat : transaction_.seats(step)) {
    const SeatIndex index = config.IndexOf(seat);
    decision_.seats.push_back({section, index, decision_.Now(section, index)});
  }
}

// --- Bookings and buyers ----------------------------------------------------

inline void JudgeSteps::CountFor(std::int64_t buyer, std::int64_t seats) {
  for (TouchedBuyer& touched : decision_.buyers) {
    if (touched.buyer == buyer) touched.seat_count += seats;
  }
}

inline void JudgeSteps::Gain(BookingAt at, SeatState state) {
  TouchedBooking& booking = Booking(at);
  ++(state == SeatState::kSold ? booking.sold : booking.held);
  booking.gained = true;
  booking.holds_changed |= state == SeatState::kReserved;
  CountFor(booking.buyer, 1);
}

inline void JudgeSteps::Lose(BookingAt at, SeatState state, BookingStatus how) {
  TouchedBooking& booking = Booking(at);
  --(state == SeatState::kSold ? booking.sold : booking.held);
  if (state == SeatState::kReserved) {
    booking.holds_changed = true;
    if (booking.held == 0) booking.hold_until = ToMicros(kNever);
  }
  booking.lost = true;
  booking.left = how;
  CountFor(booking.buyer, -1);
}

// Whether the booking may take seats for the buyer at all.
inline bool JudgeSteps::Admit(const Step& step, BookingAt at,
                              std::int64_t buyer) {
  TouchedBooking& booking = Booking(at);
  if (booking.closed != BookingStatus::kOpen) {
    const Verdict verdict =
        Judge(StepKind::kReserve, RelationOfClosed(booking.closed));
    return NoSeats(step, verdict.refusal);
  }
  if (booking.has_seats() && booking.buyer != buyer) {
    return NoSeats(step, Refusal::kNotOwner);
  }
  booking.buyer = buyer;
  return true;
}

// The limit that so many more seats would pass, if any.
inline RefusalDetail JudgeSteps::FindExceeded(const TouchedBooking& booking,
                                              std::int64_t buyer,
                                              std::uint64_t added,
                                              std::uint64_t added_to_buyer) {
  if (booking.held + booking.sold + added > limits_.seats_per_booking_max) {
    return RefusalDetail::kSeatsPerBooking;
  }
  for (const TouchedBuyer& touched : decision_.buyers) {
    if (touched.buyer == buyer &&
        touched.seat_count + static_cast<std::int64_t>(added_to_buyer) >
            std::int64_t{limits_.seats_per_buyer_max}) {
      return RefusalDetail::kSeatsPerBuyer;
    }
  }
  return RefusalDetail::kNone;
}

inline bool JudgeSteps::CheckLimits(const Step& step, BookingAt at,
                                    std::int64_t buyer, std::uint64_t added,
                                    std::uint64_t added_to_buyer) {
  const RefusalDetail exceeded =
      FindExceeded(Booking(at), buyer, added, added_to_buyer);
  return exceeded == RefusalDetail::kNone ||
         NoSeats(step, Refusal::kLimitExceeded, exceeded);
}

inline void JudgeSteps::Prolong(TouchedBooking& booking, bool starts,
                                Duration hold_for) {
  const HoldTerms terms =
      StartOrExtendHold({booking.hold_until, booking.first_reserved_at}, starts,
                        now_, hold_for, limits_.total_hold_max);
  booking.deadline_moved |= starts || terms.hold_until != booking.hold_until;
  booking.hold_until = terms.hold_until;
  booking.first_reserved_at = terms.first_reserved_at;
}

// Held seats are about to move from one booking to another: theirs is the
// earlier deadline, so that a transfer never buys time.
inline void JudgeSteps::MergeHold(const TouchedBooking& from,
                                  TouchedBooking& to) {
  const bool joins = to.held > 0;
  const std::int64_t until =
      joins ? std::min(from.hold_until, to.hold_until) : from.hold_until;
  to.first_reserved_at =
      joins ? std::min(from.first_reserved_at, to.first_reserved_at)
            : from.first_reserved_at;
  to.deadline_moved |= joins && until != to.hold_until;
  to.hold_until = until;
}

// --- Reserve ----------------------------------------------------------------

inline void JudgeSteps::Take(BookingAt booking, SectionAt section,
                             SeatIndex seat, Price price) {
  decision_.changes.push_back({.section = section,
                               .seat = seat,
                               .from = SeatState::kAvailable,
                               .to = SeatState::kReserved,
                               .step = static_cast<std::uint16_t>(step_index_),
                               .owner_after = booking,
                               .price = price.minor_units(),
                               .reserved_at = ToMicros(now_)});
  Gain(booking, SeatState::kReserved);
}

inline bool JudgeSteps::Reserve(const Step& step) {
  const SectionAt section = SectionOf(step);
  if (IsPaused(section)) return NoSeats(step, Refusal::kPaused);
  const BookingAt at = decision_.FindBooking(step.booking);
  if (!Admit(step, at, Value(step.buyer))) return false;
  const bool starts = Booking(at).held == 0;
  const std::size_t first = decision_.changes.size();
  const auto prices = transaction_.prices(step);
  const auto seats = transaction_.seats(step);
  for (std::size_t i = 0; i < seats.size(); ++i) {
    const SeatIndex seat = Section(section).config.IndexOf(seats[i]);
    const Verdict verdict =
        Judge(StepKind::kReserve, RelationTo(at, decision_.Now(section, seat)));
    if (verdict.effect == Effect::kApply) {
      Take(at, section, seat, prices[prices.size() == 1 ? 0 : i]);
    } else if (verdict.effect == Effect::kRefuse) {
      NoSeat(section, seat, verdict.refusal);
    }
  }
  if (!NothingRefused()) return false;
  if (decision_.changes.size() == first) return true;
  if (!CheckLimits(step, at, Value(step.buyer), 0, 0)) return false;
  if (!JudgeOrphans(step, first)) return false;
  Prolong(Booking(at), starts, step.hold_for);
  return true;
}

// Judges the step as a whole, whose changes are those from `first_change` on
// and not seen by Now() yet.
inline bool JudgeSteps::JudgeOrphans(const Step& step,
                                     std::size_t first_change) {
  if (step.policy.orphans == OrphanRule::kAllow) return true;
  const SectionAt section = SectionOf(step);
  auto& taken = decision_.best.seats;
  taken.clear();
  for (std::size_t i = first_change; i < decision_.changes.size(); ++i) {
    taken.push_back(decision_.changes[i].seat);
  }
  std::sort(taken.begin(), taken.end());
  answer_.leaves_orphan = LeavesOrphan(
      std::span<const std::size_t>(taken),
      Section(section).config.seats_per_row, transaction_.plan(step),
      step.policy.min_run, [&](std::size_t seat) {
        const SeatNow now =
            decision_.Now(section, static_cast<SeatIndex>(seat));
        return now.state == SeatState::kAvailable;
      });
  return !answer_.leaves_orphan || step.policy.orphans == OrphanRule::kAvoid ||
         NoSeats(step, Refusal::kNoBestAvailable, RefusalDetail::kWouldOrphan);
}

// Lets a choice see what earlier steps have changed: it is made on copies.
inline void JudgeSteps::ApplyEarlierSteps(
    const Step& step, std::span<BestCandidate> candidates,
    std::span<const std::uint32_t> offer_of) {
  if (decision_.changes.empty()) return;
  if (decision_.copies.size() < candidates.size()) {
    decision_.copies.resize(candidates.size());
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    SeatMap& copy = decision_.copies[i];
    copy.Assign(candidates[i].map.size());
    copy.Write(0, candidates[i].map);
    for (const Change& change : decision_.changes) {
      if (change.section == SectionOf(step, offer_of[i])) {
        copy.Set(change.seat, change.to);
      }
    }
    candidates[i].map = copy;
  }
}

inline bool JudgeSteps::ReserveBest(const Step& step) {
  BestCandidate candidates[kOfferCountMax];
  std::uint32_t offer_of[kOfferCountMax];
  std::size_t count = 0;
  for (std::uint32_t offer = 0; offer < step.sections.size; ++offer) {
    const SectionAt section = SectionOf(step, offer);
    if (IsPaused(section)) continue;
    const SectionAccess& access = Section(section).access;
    offer_of[count] = offer;
    candidates[count++] = {access.map(), access.record->seats_per_row,
                           transaction_.filter(step, offer),
                           transaction_.plan(step, offer)};
  }
  if (count == 0) return No(Refusal::kPaused);
  const BookingAt at = decision_.FindBooking(step.booking);
  if (!Admit(step, at, Value(step.buyer))) return false;
  if (!CheckLimits(step, at, Value(step.buyer), step.count, step.count)) {
    return false;
  }
  ApplyEarlierSteps(step, std::span(candidates, count),
                    std::span(offer_of, count));
  BestChoice& best = decision_.best;
  ChooseBest(std::span(candidates, count), step.count, step.policy, best);
  if (best.refused != RefusalDetail::kNone) {
    return No(Refusal::kNoBestAvailable, best.refused);
  }
  answer_.tier = best.tier;
  answer_.leaves_orphan = best.leaves_orphan;
  Prolong(Booking(at), Booking(at).held == 0, step.hold_for);
  const std::uint32_t offer = offer_of[best.offer];
  for (const std::size_t seat : best.seats) {
    Take(at, SectionOf(step, offer), static_cast<SeatIndex>(seat),
         transaction_.prices(step)[offer]);
  }
  return true;
}

// --- Finalize, Release, Refund, Transfer ------------------------------------

// Every seat of the booking in a state that the step needs, by section name and
// seat.
inline void JudgeSteps::PlaceAllSeats(BookingAt booking, StepKind kind) {
  auto& seats = decision_.seats;
  seats.clear();
  const auto place = [&](SectionAt section, SeatIndex seat) {
    const SeatNow now = decision_.Now(section, seat);
    if (now.owner == booking && Needs(kind, now.state)) {
      seats.push_back({section, seat, now});
    }
  };
  const Line line = Booking(booking).line;
  if (line != 0) {
    ForEachSeat(
        space_, *space_.At<BookingRecord>(line),
        [&](SeatLink link, const SeatSlot&) {
          const TouchedSection& section = decision_.SectionAtLine(link.section);
          place(static_cast<SectionAt>(&section - decision_.sections.data()),
                link.seat);
        });
  }
  for (std::size_t i = 0; i < decision_.changes.size(); ++i) {
    // Seats that came to it in this transaction, each at its last change.
    const Change& change = decision_.changes[i];
    const SectionAccess& access = Section(change.section).access;
    const bool last =
        decision_.last_change.Find(decision_.changes, change.section,
                                   change.seat) == &change;
    const bool listed = line != 0 && access.slots[change.seat].booking == line;
    if (last && !listed) place(change.section, change.seat);
  }
  const auto before = [this](const PlacedSeat& a, const PlacedSeat& b) {
    if (a.section == b.section) return a.seat < b.seat;
    return Section(a.section).access.record->name_view() <
           Section(b.section).access.record->name_view();
  };
  // The list is mostly the reverse of the order in which seats were taken.
  std::reverse(seats.begin(), seats.end());
  if (!std::is_sorted(seats.begin(), seats.end(), before)) {
    std::sort(seats.begin(), seats.end(), before);
  }
}

// Whether no placed seat refuses; seats that need no change are taken off.
inline bool JudgeSteps::JudgePlacedSeats(BookingAt at, StepKind kind) {
  const BookingStatus closed = Booking(at).closed;
  auto kept = decision_.seats.begin();
  for (const PlacedSeat& seat : decision_.seats) {
    const SeatRelation relation = closed != BookingStatus::kOpen
                                      ? RelationOfClosed(closed)
                                      : RelationTo(at, seat.now);
    const Verdict verdict = Judge(kind, relation);
    if (verdict.effect == Effect::kRefuse) {
      NoSeat(seat.section, seat.seat, verdict.refusal);
    }
    if (verdict.effect == Effect::kApply) *kept++ = seat;
  }
  decision_.seats.erase(kept, decision_.seats.end());
  return NothingRefused();
}

// Whether the booking that a transfer goes to may take the placed seats.
inline bool JudgeSteps::CheckTarget(const Step& step, BookingAt to) {
  if (!Admit(step, to, Value(step.to_buyer))) return false;
  const BookingAt from = decision_.FindBooking(step.booking);
  const std::size_t moved = decision_.seats.size();
  const bool same_buyer = Booking(from).buyer == Value(step.to_buyer);
  return CheckLimits(step, to, Value(step.to_buyer), moved,
                     same_buyer ? 0 : moved);
}

inline void JudgeSteps::MoveSeat(const Step& step, BookingAt at,
                                 const PlacedSeat& seat) {
  const SeatNow& now = seat.now;
  Change change{.section = seat.section,
                .seat = seat.seat,
                .from = now.state,
                .to = now.state,
                .step = static_cast<std::uint16_t>(step_index_),
                .owner_before = at,
                .owner_after = at,
                .price = now.price,
                .reserved_at = now.reserved_at};
  switch (step.kind) {
    case StepKind::kFinalize:
      change.to = SeatState::kSold;
      Lose(at, SeatState::kReserved, BookingStatus::kOpen);
      Gain(at, SeatState::kSold);
      break;
    case StepKind::kTransfer:
      change.owner_after = decision_.FindBooking(step.to_booking);
      Lose(at, now.state, BookingStatus::kReleased);
      Gain(change.owner_after, now.state);
      break;
    default:
      change.to = SeatState::kAvailable;
      change.owner_after = kNobody;
      Lose(at, now.state,
           step.kind == StepKind::kRelease ? BookingStatus::kReleased
                                           : BookingStatus::kRefunded);
  }
  decision_.changes.push_back(change);
}

inline bool JudgeSteps::ChangeSeats(const Step& step) {
  const BookingAt at = decision_.FindBooking(step.booking);
  if (!step.all_seats) {
    PlaceSeats(step);
  } else {
    const TouchedBooking& booking = Booking(at);
    if (booking.closed != BookingStatus::kOpen) {
      const Verdict verdict =
          Judge(step.kind, RelationOfClosed(booking.closed));
      return verdict.effect == Effect::kNoOp || No(verdict.refusal);
    }
    if (!booking.has_seats()) {
      return No(Refusal::kNotFound, RefusalDetail::kBooking);
    }
    PlaceAllSeats(at, step.kind);
    if (decision_.seats.empty()) {
      const Verdict verdict = JudgeWithoutSeats(step.kind, booking.sold > 0);
      return verdict.effect == Effect::kNoOp || No(verdict.refusal);
    }
  }
  // Seats found through the booking are in a state that the step needs.
  if (!step.all_seats && !JudgePlacedSeats(at, step.kind)) return false;
  if (step.kind == StepKind::kTransfer) {
    const BookingAt to = decision_.FindBooking(step.to_booking);
    if (!CheckTarget(step, to)) return false;
    const bool any_held =
        std::any_of(decision_.seats.begin(), decision_.seats.end(),
                    [](const PlacedSeat& seat) {
                      return seat.now.state == SeatState::kReserved;
                    });
    if (any_held) MergeHold(Booking(at), Booking(to));
  }
  for (const PlacedSeat& seat : decision_.seats) MoveSeat(step, at, seat);
  return true;
}

// --- Extend -----------------------------------------------------------------

inline bool JudgeSteps::Extend(const Step& step) {
  TouchedBooking& booking = Booking(decision_.FindBooking(step.booking));
  const bool closed = booking.closed != BookingStatus::kOpen;
  if (!closed && !booking.has_seats()) {
    return No(Refusal::kNotFound, RefusalDetail::kBooking);
  }
  const Verdict verdict =
      Judge(StepKind::kExtend, closed ? RelationOfClosed(booking.closed)
                               : booking.held > 0 ? SeatRelation::kHeldByIt
                                                  : SeatRelation::kSoldToIt);
  if (verdict.effect == Effect::kRefuse) return No(verdict.refusal);
  const std::int64_t before = booking.hold_until;
  const bool shorter = step.hold_for != kForever &&
                       ToMicros(AddSaturating(now_, step.hold_for)) <= before;
  if (before == ToMicros(kNever) || shorter) return true;
  Prolong(booking, /*starts=*/false, step.hold_for);
  return booking.hold_until > before ||
         No(Refusal::kLimitExceeded, RefusalDetail::kTotalHold);
}

// --- Block, Unblock, Load ---------------------------------------------------

inline bool JudgeSteps::BlockOrUnblock(const Step& step) {
  PlaceSeats(step);
  for (const PlacedSeat& seat : decision_.seats) {
    const Verdict verdict = Judge(step.kind, RelationTo(kNobody, seat.now));
    if (verdict.effect == Effect::kRefuse) {
      NoSeat(seat.section, seat.seat, verdict.refusal);
    } else if (verdict.effect == Effect::kApply) {
      const bool block = step.kind == StepKind::kBlock;
      decision_.changes.push_back(
          {.section = seat.section,
           .seat = seat.seat,
           .from = seat.now.state,
           .to = block ? SeatState::kBlocked : SeatState::kAvailable,
           .step = static_cast<std::uint16_t>(step_index_),
           .reason = block ? step.reason : 0});
    }
  }
  return NothingRefused();
}

// Why the booking that a record names cannot have the seat; kNone once it has
// been joined. The detail goes to the outcome.
inline Refusal JudgeSteps::JoinLoaded(TouchedBooking& booking,
                                      const SeatRecord& record) {
  const SeatMeta& meta = *record.meta;
  const std::int64_t buyer = Value(meta.buyer);
  const bool held = record.state == SeatState::kReserved;
  const std::int64_t until = ToMicros(meta.hold_until);
  if ((booking.has_seats() && booking.buyer != buyer) ||
      (held && booking.held > 0 && booking.hold_until != until)) {
    NoteDetail(Refusal::kInvalidArgument, RefusalDetail::kLoadRecord);
    return Refusal::kInvalidArgument;
  }
  const RefusalDetail exceeded = FindExceeded(booking, buyer, 1, 1);
  if (exceeded != RefusalDetail::kNone) {
    NoteDetail(Refusal::kLimitExceeded, exceeded);
    return Refusal::kLimitExceeded;
  }
  booking.buyer = buyer;
  if (held) {
    const std::int64_t reserved_at = ToMicros(meta.reserved_at);
    booking.first_reserved_at =
        booking.held > 0 ? std::min(booking.first_reserved_at, reserved_at)
                         : reserved_at;
    booking.hold_until = until;
  }
  return Refusal::kNone;
}

// Keeps the detail of the refusal with the highest precedence so far.
inline void JudgeSteps::NoteDetail(Refusal code, RefusalDetail detail) {
  if (load_refusal_ != Refusal::kNone && load_refusal_ <= code) return;
  load_refusal_ = code;
  load_detail_ = detail;
}

inline void JudgeSteps::LoadSeat(SectionAt section, const SeatRecord& record) {
  const SeatIndex seat = Section(section).config.IndexOf(record.seat);
  const BookingAt owner =
      record.meta ? decision_.FindBooking(record.meta->booking) : kNobody;
  const BookingStatus closed =
      owner == kNobody ? BookingStatus::kOpen : Booking(owner).closed;
  const Verdict verdict = Judge(
      StepKind::kLoad, closed != BookingStatus::kOpen
                           ? RelationOfClosed(closed)
                           : RelationTo(kNobody, decision_.Now(section, seat)));
  if (verdict.effect == Effect::kRefuse) {
    return NoSeat(section, seat, verdict.refusal);
  }
  Change change{.section = section,
                .seat = seat,
                .to = record.state,
                .step = static_cast<std::uint16_t>(step_index_),
                .reason = record.block_reason};
  if (record.meta) {
    const Refusal refusal = JoinLoaded(Booking(owner), record);
    if (refusal != Refusal::kNone) return NoSeat(section, seat, refusal);
    change.owner_after = owner;
    change.price = record.meta->price.minor_units();
    change.reserved_at = ToMicros(record.meta->reserved_at);
    Gain(owner, record.state);
  }
  decision_.changes.push_back(change);
}

inline bool JudgeSteps::Load(const Step& step) {
  load_refusal_ = Refusal::kNone;
  for (const SeatRecord& record : transaction_.records(step)) {
    if (record.state == SeatState::kAvailable) continue;
    LoadSeat(SectionOf(step), record);
  }
  if (NothingRefused()) return true;
  if (outcome_.refusal == load_refusal_) outcome_.detail = load_detail_;
  return false;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_JUDGE_H_
