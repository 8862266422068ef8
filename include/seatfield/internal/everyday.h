// SPDX-License-Identifier: MIT
//
// The everyday transaction: one reserve, finalize, release or refund of a
// booking whose seats all stand in one section. It is decided by the same rules
// as every other (step_rules.h and the table of refusal.h) and written with the
// same parts, but it has nothing to sort, to merge or to look up twice, so it
// keeps no Decision.
//
// It looks before it acts: what turns out not to be everyday (another section,
// a hold that is due, a limit for each buyer) is left to CommitRun untouched.
//
// Locks: the section and then the booking's table, as layout.h says; a step
// that
//   names no section finds it through its booking, and then only tries the
//   section's lock.

#ifndef SEATFIELD_INTERNAL_EVERYDAY_H_
#define SEATFIELD_INTERNAL_EVERYDAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
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

class EverydayCommit {
 public:
  // Requires a transaction that RequestCheck passes, and a clear outcome.
  EverydayCommit(LedgerState& state, const Transaction& transaction, Time now,
                 Outcome& outcome)
      : state_(state),
        transaction_(transaction),
        step_(transaction.steps()[0]),
        now_(now),
        outcome_(outcome),
        kind_(step_.kind),
        from_(From(kind_)),
        to_(To(kind_)),
        hash_(
            HashKey({step_.booking.high(), step_.booking.low()}, state.seed)) {}

  // Whether the transaction is answered. If not, nothing has changed.
  bool Run();

 private:
  static constexpr std::uint32_t kSeatsMax = 64;

  // A seat that the step changes. Not initialized: there are many.
  struct Place {
    SeatIndex index;
    std::uint32_t at;  // in the step's list, if it has one
    std::uint32_t row;
    std::uint32_t number;

    Seat seat() const { return {row, number}; }
  };

  // A step of each kind changes seats from one state to one other.
  static constexpr SeatState From(StepKind kind) {
    return kind == StepKind::kReserve  ? SeatState::kAvailable
           : kind == StepKind::kRefund ? SeatState::kSold
                                       : SeatState::kReserved;
  }
  static constexpr SeatState To(StepKind kind) {
    return kind == StepKind::kReserve    ? SeatState::kReserved
           : kind == StepKind::kFinalize ? SeatState::kSold
                                         : SeatState::kAvailable;
  }

  // What follows returns false if the transaction is not everyday after all.
  bool IsEveryday() const;
  bool LockNamedSection();
  void Prefetch();
  bool LockBooking();
  bool LockSectionOfBooking();
  bool SettleTime();
  bool IsInOneSection() const;
  bool PlaceNamedSeats();
  bool PlaceHeldOrSoldSeats();
  void NameSeats();
  bool RunNamed();
  bool RunWholeBooking();
  bool Reserve();
  bool ChangeSeats();
  bool PrepareHold(bool notes_deadline);
  void Unlock();

  // Answers; these return true.
  bool AnswerWithoutSeats(Verdict verdict, RefusalDetail detail);
  bool NoSeats(Refusal code, RefusalDetail detail = RefusalDetail::kNone);
  bool Refused(Refusal code, RefusalDetail detail = RefusalDetail::kNone);
  bool Committed();

  bool JudgeSeats();
  BookingRecord& BookingToFill();
  void TakeSeats(BookingRecord& booking);
  void SellSeats();
  void FreeSeats();
  // These fill in place, field by field: a copy would read wider than was
  // written, and wait for that.
  void NoteSection() {
    SectionOutcome& section = outcome_.sections.emplace_back();
    section.name = section_.record->name.name;
    section.version = section_.record->version;
  }
  void NoteRefusal(Seat seat, Refusal code) {
    SeatRefusal& refusal = outcome_.refused_seats.emplace_back();
    refusal.section = section_.record->name.name;
    refusal.seat = seat;
    refusal.code = code;
  }
  void NoteChange(const Place& place, std::int64_t price) {
    SeatChange& change = outcome_.seats.emplace_back();
    change.seat = place.seat();
    change.from = from_;
    change.to = to_;
    change.price = Price(price);
  }
  void CloseOrKeep();
  void NoteHold(std::int64_t until, SeatIndex seat);
  void Stamp(bool may_end);

  std::span<Place> places() { return {first_, count_}; }
  RecordTable Table() { return state_.Table(*table_); }
  bool has_seats() const { return booking_ != nullptr && booking_->open(); }
  std::int64_t hold_until() const {
    return has_seats() ? booking_->hold_until : ToMicros(kNever);
  }

  LedgerState& state_;
  const Transaction& transaction_;
  const Transaction::Step& step_;
  const Time now_;
  Outcome& outcome_;
  const StepKind kind_;
  const SeatState from_;
  const SeatState to_;
  const std::uint64_t hash_;  // of the booking's id

  EventRecord* event_ = nullptr;
  SectionAccess section_;         // locked iff it has a record
  TableRecord* table_ = nullptr;  // locked iff it is there
  Line line_ = 0;                 // of the booking
  BookingRecord* booking_ = nullptr;
  Time time_{};
  std::uint32_t count_ = 0;
  Place* first_ = places_;
  Place places_[kSeatsMax];
};

inline bool EverydayCommit::Run() {
  if (!IsEveryday()) return false;
  const bool answered = step_.all_seats ? RunWholeBooking() : RunNamed();
  Unlock();
  return answered;
}

inline bool EverydayCommit::IsEveryday() const {
  const bool known_kind =
      kind_ == StepKind::kReserve || kind_ == StepKind::kFinalize ||
      kind_ == StepKind::kRelease || kind_ == StepKind::kRefund;
  return known_kind && transaction_.steps().size() == 1 &&
         step_.seats.size <= kSeatsMax && transaction_.id().is_nil() &&
         transaction_.preconditions().empty() &&
         step_.policy.orphans == OrphanRule::kAllow &&
         state_.limits.seats_per_buyer_max == kNoLimit;
}

inline bool EverydayCommit::RunNamed() {
  if (!LockNamedSection() || !SettleTime() || !PlaceNamedSeats()) return false;
  if (!LockBooking() || !IsInOneSection()) return false;
  return kind_ == StepKind::kReserve ? Reserve() : ChangeSeats();
}

inline bool EverydayCommit::RunWholeBooking() {
  const auto event = state_.FindEvent(transaction_.event());
  if (!event) return false;
  event_ = &state_.EventAt(event->line);
  time_ = now_;
  if (!LockBooking()) return false;
  if (SharedLoad(event_->generation) != event->generation) return false;
  if (booking_ == nullptr) {
    return AnswerWithoutSeats({Verdict::Effect::kRefuse, Refusal::kNotFound},
                              RefusalDetail::kBooking);
  }
  if (!booking_->open()) {
    return AnswerWithoutSeats(
        Judge(kind_, RelationOfClosed(booking_->status())),
        RefusalDetail::kNone);
  }
  if (!LockSectionOfBooking() || !SettleTime()) return false;
  if (!PlaceHeldOrSoldSeats()) return false;
  if (count_ > 0) return ChangeSeats();
  const Verdict verdict = JudgeWithoutSeats(kind_, booking_->sold > 0);
  return verdict.effect == Verdict::Effect::kNoOp ? Committed()
                                                  : Refused(verdict.refusal);
}

// --- Finding and locking ----------------------------------------------------

inline bool EverydayCommit::LockNamedSection() {
  const SectionRef name = transaction_.section(step_.sections.first);
  SectionHandle handle;
  if (name.handle()) {
    handle = *name.handle();
  } else {
    const auto event = state_.FindEvent(transaction_.event());
    if (!event) return false;
    const auto found = state_.FindSection(event->line, name.name());
    if (!found) return false;
    handle = found->handle();
  }
  const auto line = static_cast<Line>(handle.place);
  if (line != handle.place || !IsLive(handle.generation) ||
      !state_.space.Contains(line, LineCount(sizeof(SectionRecord))) ||
      SharedLoad(state_.SectionAt(line).generation) != handle.generation) {
    return false;
  }
  SectionRecord& record = state_.SectionAt(line);
  record.lock.Lock();
  section_.line = line;
  section_.record = &record;
  if (section_.record->generation != handle.generation) return false;
  event_ = &state_.EventAt(section_.record->event);
  Prefetch();
  section_.Open(state_.space);
  return event_->id == Value(transaction_.event());
}

// Fetches ahead what a reserve will need last, so that the misses overlap.
inline void EverydayCommit::Prefetch() {
  SectionRecord& record = *section_.record;
  state_.Table(event_->bookings[ShardOf(hash_)]).Prefetch(hash_);
  PrefetchToRead(&record.name);
  PrefetchToWrite(&record.counters);
  if (record.heap_size > 0) {
    PrefetchToWrite(state_.space.At<HoldEntry>(record.heap));
  }
}

// Locks the booking's table and looks the booking up, unless it is to be
// forgotten.
inline bool EverydayCommit::LockBooking() {
  const TableKey key{step_.booking.high(), step_.booking.low()};
  TableRecord& table = event_->bookings[ShardOf(hash_)];
  table.lock.Lock();
  table_ = &table;
  line_ = Table().Find(key, hash_);
  if (line_ == 0) return true;
  booking_ = state_.space.At<BookingRecord>(line_);
  return booking_->open() ||
         !IsForgotten(booking_->hold_until, state_.limits.tombstone_retention,
                      time_);
}

// Against the order of locks, so it must not wait.
inline bool EverydayCommit::LockSectionOfBooking() {
  SectionRecord& record = state_.SectionAt(booking_->first.section);
  if (!record.lock.TryLock()) return false;
  section_.line = booking_->first.section;
  section_.record = &record;
  section_.Open(state_.space);
  return true;
}

inline void EverydayCommit::Unlock() {
  if (table_ != nullptr) table_->lock.Unlock();
  if (section_.record != nullptr) section_.record->lock.Unlock();
}

// Whether nothing is due in the section.
inline bool EverydayCommit::SettleTime() {
  time_ = std::max(now_, TimeFromMicros(section_.record->time));
  return section_.record->next_deadline > ToMicros(time_);
}

inline bool EverydayCommit::IsInOneSection() const {
  if (!has_seats()) return true;
  for (SeatLink link = booking_->first; link.section != 0;
       link = section_.slots[link.seat].next) {
    if (link.section != section_.line) return false;
  }
  return true;
}

// --- Placing seats ----------------------------------------------------------

inline bool EverydayCommit::PlaceNamedSeats() {
  const SectionConfig config = section_.record->config();
  for (const Seat seat : transaction_.seats(step_)) {
    if (!config.Contains(seat)) return false;
    const SeatIndex index = config.IndexOf(seat);
    PrefetchToWrite(&section_.slots[index]);
    PrefetchToWrite(&section_.words[WordIndex(index)]);
    places_[count_] = {index, count_, seat.row, seat.number};
    ++count_;
  }
  return true;
}

// The booking's seats in the state that the step changes, by index.
inline bool EverydayCommit::PlaceHeldOrSoldSeats() {
  if (booking_->held + booking_->sold > kSeatsMax) return false;
  // The list is mostly the reverse of the order in which seats were taken.
  Place* const end = places_ + kSeatsMax;
  Place* place = end;
  SeatIndex after = std::numeric_limits<SeatIndex>::max();
  bool sorted = true;
  for (SeatLink link = booking_->first; link.section != 0;
       link = section_.slots[link.seat].next) {
    if (link.section != section_.line) return false;
    if (section_.StateOf(link.seat) != from_) continue;
    sorted &= link.seat < after;
    after = link.seat;
    (--place)->index = link.seat;
  }
  first_ = place;
  count_ = static_cast<std::uint32_t>(end - place);
  if (!sorted) {
    std::sort(place, end,
              [](const Place& a, const Place& b) { return a.index < b.index; });
  }
  NameSeats();
  return true;
}

// Seats side by side spare a division.
inline void EverydayCommit::NameSeats() {
  const SectionConfig config = section_.record->config();
  SeatIndex next = 0;
  Seat seat;
  for (Place& place : places()) {
    seat = place.index == next && seat.number - 1 < config.seats_per_row - 1
               ? Seat{seat.row, seat.number + 1}
               : config.SeatAt(place.index);
    next = place.index + 1;
    place.row = seat.row;
    place.number = seat.number;
  }
}

// --- Answers ----------------------------------------------------------------

inline bool EverydayCommit::Refused(Refusal code, RefusalDetail detail) {
  SectionRecord& record = *section_.record;
  Refuse(outcome_, 0, code, detail);
  outcome_.time = time_;
  NoteSection();
  std::uint64_t& count =
      record.counters.refusals[static_cast<std::size_t>(code)];
  SharedStore(count, count + 1);
  return true;
}

// Refuses the step as a whole, and so every seat that it names.
inline bool EverydayCommit::NoSeats(Refusal code, RefusalDetail detail) {
  for (const Seat seat : transaction_.seats(step_)) {
    NoteRefusal(seat, code);
  }
  return Refused(code, detail);
}

inline bool EverydayCommit::Committed() {
  SectionCounters& counters = section_.record->counters;
  outcome_.time = time_;
  NoteSection();
  StepOutcome& step = outcome_.steps.emplace_back();
  step.seat_count = count_;
  step.hold_until = TimeFromMicros(hold_until());
  SharedStore(counters.commits, counters.commits + 1);
  return true;
}

// For a booking that has no seats, and so no sections.
inline bool EverydayCommit::AnswerWithoutSeats(Verdict verdict,
                                               RefusalDetail detail) {
  outcome_.time = time_;
  if (verdict.effect == Verdict::Effect::kRefuse) {
    Refuse(outcome_, 0, verdict.refusal, detail);
  } else {
    outcome_.steps.push_back({0, 0, kNever});
  }
  state_.loose.Count(outcome_);
  return true;
}

// Whether none of the placed seats refuses; those that need no change are taken
// off.
inline bool EverydayCommit::JudgeSeats() {
  const bool closed = booking_ != nullptr && !booking_->open();
  const SeatSlot* const owned = has_seats() ? section_.slots : nullptr;
  std::uint32_t kept = 0;
  for (std::uint32_t i = 0; i < count_; ++i) {
    const Place& place = places_[i];
    const bool its_own =
        owned != nullptr && owned[place.index].booking == line_;
    const Verdict verdict = Judge(
        kind_, closed ? RelationOfClosed(booking_->status())
                      : RelationOf(section_.StateOf(place.index), its_own));
    if (verdict.effect == Verdict::Effect::kApply) {
      if (kept != i) places_[kept] = place;
      ++kept;
    } else if (verdict.effect == Verdict::Effect::kRefuse) {
      NoteRefusal(place.seat(), verdict.refusal);
    }
  }
  count_ = kept;
  if (outcome_.refused_seats.empty()) return true;
  Refused(WorstOf(outcome_.refused_seats));
  return false;
}

// --- Reserve ----------------------------------------------------------------

inline bool EverydayCommit::Reserve() {
  if ((SharedLoad(event_->paused) | section_.record->paused) != 0) {
    return NoSeats(Refusal::kPaused);
  }
  if (booking_ != nullptr && !booking_->open()) {
    return NoSeats(Judge(kind_, RelationOfClosed(booking_->status())).refusal);
  }
  if (has_seats() && booking_->buyer != Value(step_.buyer)) {
    return NoSeats(Refusal::kNotOwner);
  }
  if (!JudgeSeats()) return true;
  if (count_ == 0) return Committed();
  const std::uint32_t had = has_seats() ? booking_->held + booking_->sold : 0;
  if (std::uint64_t{had} + count_ > state_.limits.seats_per_booking_max) {
    return NoSeats(Refusal::kLimitExceeded, RefusalDetail::kSeatsPerBooking);
  }
  const bool starts = !has_seats() || booking_->held == 0;
  const HoldTerms terms = StartOrExtendHold(
      starts ? HoldTerms()
             : HoldTerms{booking_->hold_until, booking_->first_reserved_at},
      starts, time_, step_.hold_for, state_.limits.total_hold_max);
  // A deadline that stays is known to the section.
  const bool moves = starts || terms.hold_until != booking_->hold_until;
  if (!PrepareHold(moves)) return false;
  BookingRecord& booking = BookingToFill();
  SharedStore(booking.hold_until, terms.hold_until);
  SharedStore(booking.first_reserved_at, terms.first_reserved_at);
  SharedStore(booking.held, booking.held + count_);
  TakeSeats(booking);
  if (moves) NoteHold(terms.hold_until, first_->index);
  Stamp(/*may_end=*/!starts);
  return Committed();
}

// Takes the memory that a reserve or the rest of a hold needs; false, with
// nothing changed, if there is none.
inline bool EverydayCommit::PrepareHold(bool notes_deadline) {
  if (notes_deadline && !HoldHeap(state_.space, section_).Reserve(1)) {
    return false;
  }
  if (booking_ != nullptr) return true;
  RecordTable table = Table();
  line_ = table.Reserve() ? table.NewRecord() : 0;
  return line_ != 0;
}

// The booking, put into its table if it is new.
inline BookingRecord& EverydayCommit::BookingToFill() {
  if (booking_ != nullptr) return *booking_;
  booking_ = state_.space.At<BookingRecord>(line_);
  SharedStore(booking_->entry.key_high, step_.booking.high());
  SharedStore(booking_->entry.key_low, step_.booking.low());
  SharedStore(booking_->buyer, Value(step_.buyer));
  Table().Insert(line_, hash_);
  return *booking_;
}

inline void EverydayCommit::TakeSeats(BookingRecord& booking) {
  const auto prices = transaction_.prices(step_);
  const bool one_price = prices.size() == 1;
  SeatLink next = booking.open() ? booking.first : SeatLink();
  for (const Place& place : places()) {
    const std::int64_t price = prices[one_price ? 0 : place.at].minor_units();
    SeatSlot& slot = section_.slots[place.index];
    SharedStore(slot.booking, line_);
    SharedAssign(slot.next, next);
    SharedStore(slot.price, price);
    SharedStore(slot.reserved_at, ToMicros(time_));
    next = {section_.line, place.index};
    section_.MarkSeat(place.index, SeatState::kReserved);
    NoteChange(place, price);
  }
  SharedAssign(booking.first, next);
  section_.MoveCounts(SeatState::kAvailable, SeatState::kReserved, count_);
}

// --- Finalize, Release, Refund ----------------------------------------------

inline bool EverydayCommit::ChangeSeats() {
  if (!step_.all_seats) {
    if (!JudgeSeats()) return true;
    if (count_ == 0) return Committed();
  }
  const bool was_held = from_ == SeatState::kReserved;
  const bool holds_on = was_held && booking_->held > count_;
  if (!PrepareHold(holds_on)) return false;
  std::uint32_t& left = was_held ? booking_->held : booking_->sold;
  SharedStore(left, left - count_);
  if (booking_->held == 0) SharedStore(booking_->hold_until, ToMicros(kNever));
  section_.MoveCounts(from_, to_, count_);
  if (to_ == SeatState::kSold) {
    SellSeats();
  } else {
    FreeSeats();
  }
  if (holds_on) {
    // What the section knows the hold by may have been among these seats.
    SeatIndex seat = booking_->first.seat;
    while (section_.StateOf(seat) != SeatState::kReserved) {
      seat = section_.slots[seat].next.seat;
    }
    NoteHold(booking_->hold_until, seat);
  }
  Stamp(/*may_end=*/true);
  return Committed();
}

inline void EverydayCommit::SellSeats() {
  for (const Place& place : places()) {
    section_.MarkSeat(place.index, SeatState::kSold);
    NoteChange(place, section_.slots[place.index].price);
  }
  SharedStore(booking_->sold, booking_->sold + count_);
}

inline void EverydayCommit::FreeSeats() {
  const bool all = booking_->held + booking_->sold == 0;
  if (!all) {
    for (const Place& place : places()) {
      SharedStore(section_.slots[place.index].booking, Line{0});
    }
    UnlinkStrangers(state_.space, *booking_, line_);
  }
  for (const Place& place : places()) {
    SeatSlot& slot = section_.slots[place.index];
    section_.MarkSeat(place.index, SeatState::kAvailable);
    NoteChange(place, slot.price);
    ClearSlot(slot);
  }
  if (all) {
    CloseBooking(state_, Table(), line_,
                 kind_ == StepKind::kRelease ? BookingStatus::kReleased
                                             : BookingStatus::kRefunded,
                 time_);
  }
}

// --- The section ------------------------------------------------------------

inline void EverydayCommit::NoteHold(std::int64_t until, SeatIndex seat) {
  if (until == ToMicros(kNever)) return;
  HoldHeap(state_.space, section_)
      .Push({until, step_.booking.high(), step_.booking.low(), line_, seat});
}

// `may_end`: a hold of the booking that the section knew may have ended or
// moved.
inline void EverydayCommit::Stamp(bool may_end) {
  StampChange(section_, ToMicros(time_));
  HoldHeap heap(state_.space, section_);
  if (may_end) {
    heap.SettleTopAfter(line_);
  } else {
    heap.NoteTop();
  }
  state_.watch.Update(section_);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_EVERYDAY_H_
