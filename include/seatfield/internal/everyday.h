// SPDX-License-Identifier: MIT
//
// The everyday transactions, by a shorter way: a reserve of seats side by side
// for a booking that is new, and the finalize, release or refund of a whole
// booking whose seats stand in one section. They are most of an on-sale. What
// they do and answer is just what CommitRun would: they have nothing to sort,
// to merge or to look up twice, so they keep no Decision.
//
// Each looks before it acts. What turns out to be anything else (a request to
// be refused for its shape, a hold that is due, a booking with seats elsewhere)
// is left to CommitRun untouched.
//
// Locks: the section and then, but for a finalize, the booking's table, as
//   layout.h says. A step that names no section finds it through its booking,
//   and makes sure of both once the section is locked.

#ifndef SEATFIELD_INTERNAL_EVERYDAY_H_
#define SEATFIELD_INTERNAL_EVERYDAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <string_view>

#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/hot.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/prefetch.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/internal/step_rules.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/refusal.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// What both have in common: one step, one section, one booking.
class EverydayStep {
 protected:
  SEATFIELD_INLINE EverydayStep(LedgerState& state,
                                const Transaction& transaction, Time now,
                                Outcome& outcome)
      : state_(state),
        transaction_(transaction),
        step_(transaction.steps()[0]),
        outcome_(outcome),
        time_(now),
        hash_(
            HashKey({step_.booking.high(), step_.booking.low()}, state.seed)) {}

  SEATFIELD_INLINE void FindTable() {
    table_ = &event_->bookings[ShardOf(hash_)];
  }
  SEATFIELD_INLINE RecordTable Table() const { return state_.Table(*table_); }
  SEATFIELD_INLINE Line FindBooking() const {
    return Table().Find({step_.booking.high(), step_.booking.low()}, hash_);
  }

  // Makes room for the answer, so that what is written can be answered.
  SEATFIELD_INLINE void ReserveOutcome(std::size_t seats) {
    step_outcome_ = outcome_.steps.Refill(1);
    section_outcome_ = outcome_.sections.Refill(1);
    changes_ = outcome_.seats.Refill(seats);
  }

  // Takes the section's time into account; whether nothing is due in it.
  SEATFIELD_INLINE bool SettleTime() {
    const SectionRecord& record = *section_.record;
    time_ = std::max(time_, TimeFromMicros(record.time));
    return record.next_deadline > ToMicros(time_);
  }

  // Counts the commit as one change of the section, and answers it.
  SEATFIELD_INLINE void Commit(std::uint32_t seats, std::int64_t hold_until) {
    SectionRecord& record = *section_.record;
    StampChange(section_, ToMicros(time_));
    state_.watch.Update(section_);
    SharedStore(record.commits, record.commits + 1);
    ::new (step_outcome_) StepOutcome();
    step_outcome_->seat_count = seats;
    step_outcome_->hold_until = TimeFromMicros(hold_until);
    NoteSection();
  }

  // These fill in place, field by field: a copy would read wider than was
  // written, and wait for that.
  SEATFIELD_INLINE void NoteSection() {
    outcome_.time = time_;
    section_outcome_->name = section_.record->name.name;
    section_outcome_->version = section_.record->version;
  }
  SEATFIELD_INLINE static void NoteChange(SeatChange& change, Seat seat,
                                          SeatState from, SeatState to,
                                          Price price) {
    change.section = 0;
    change.seat = seat;
    change.from = from;
    change.to = to;
    change.price = price;
  }

  LedgerState& state_;
  const Transaction& transaction_;
  const Transaction::Step& step_;
  Outcome& outcome_;
  Time time_;
  const std::uint64_t hash_;  // of the booking's id
  EventRecord* event_ = nullptr;
  TableRecord* table_ = nullptr;  // of the booking
  SectionAccess section_;
  // Where the answer comes to stand; not initialized.
  StepOutcome* step_outcome_;
  SectionOutcome* section_outcome_;
  SeatChange* changes_;
};

// --- Reserve ----------------------------------------------------------------

class EverydayReserve : private EverydayStep {
 public:
  SEATFIELD_INLINE EverydayReserve(LedgerState& state,
                                   const Transaction& transaction, Time now,
                                   Outcome& outcome)
      : EverydayStep(state, transaction, now, outcome),
        seats_(transaction.seats(step_)),
        prices_(transaction.prices(step_)) {}

  // Whether the transaction is answered. If not, nothing has changed.
  bool Run(Fetched fetched);

 private:
  bool IsSound() const;
  bool HasPrices() const;
  SectionHandle FindSection() const;
  static SectionHandle FindSectionByName(const LedgerState& state,
                                         EventId event, std::string_view name);
  bool Look(Fetched fetched);
  bool PlaceSeats();
  void Prefetch() const;
  bool Decide();
  bool DecideLocked();
  void Refuse();
  bool Reserve();
  void Record(const HoldTerms& terms);
  void TakeSeats(BookingRecord& booking, Line line);
  void NoteSeats();
  SEATFIELD_INLINE Price PriceOf(std::size_t seat) const {
    return prices_[prices_.size() == 1 ? 0 : seat];
  }
  SEATFIELD_INLINE std::uint32_t count() const {
    return static_cast<std::uint32_t>(seats_.size());
  }
  SEATFIELD_INLINE SeatWindow window() const {
    return SeatWindow(section_.words, first_, count());
  }

  const std::span<const Seat> seats_;
  const std::span<const Price> prices_;
  SectionHandle handle_;
  SeatIndex first_ = 0;  // of the seats, which are side by side
};

// What needs no lock comes before it, while the lines that were asked for are
// on their way.
SEATFIELD_INLINE bool EverydayReserve::Run(Fetched fetched) {
  if (!IsSound() || !Look(fetched)) return false;
  if (fetched == Fetched::kNo) Prefetch();
  ReserveOutcome(seats_.size());
  NoteSeats();
  const SeqLockGuard guard(section_.record->lock);
  return Decide();
}

// What RequestCheck asks of such a step, but for what PlaceSeats() asks.
SEATFIELD_INLINE bool EverydayReserve::IsSound() const {
  const Duration hold_for = step_.hold_for;
  return count() - 1 < state_.everyday_seats_max && !step_.booking.is_nil() &&
         IsValid(step_.buyer) &&
         (hold_for == kForever || (hold_for > Duration::zero() &&
                                   hold_for <= state_.limits.hold_max)) &&
         HasPrices();
}

SEATFIELD_INLINE bool EverydayReserve::HasPrices() const {
  if (prices_.size() == 1) return prices_[0].is_valid();
  return prices_.size() == seats_.size() &&
         std::all_of(prices_.begin(), prices_.end(),
                     [](Price price) { return price.is_valid(); });
}

SEATFIELD_INLINE SectionHandle EverydayReserve::FindSection() const {
  const SectionRef section = transaction_.section(step_.sections.first);
  const auto handle = section.handle();
  return handle
             ? *handle
             : FindSectionByName(state_, transaction_.event(), section.name());
}

SEATFIELD_APART SectionHandle EverydayReserve::FindSectionByName(
    const LedgerState& state, EventId event, std::string_view name) {
  const auto found_event = state.FindEvent(event);
  if (!found_event) return {};
  const auto found = state.FindSection(found_event->line, name);
  return found ? found->handle() : SectionHandle();
}

// Finds everything that the step is about without a lock: true as long as the
// section's generation stands.
SEATFIELD_INLINE bool EverydayReserve::Look(Fetched fetched) {
  handle_ = FindSection();
  if (!state_.IsThere(handle_)) return false;
  const auto line = static_cast<Line>(handle_.place);
  SectionRecord& record = state_.SectionAt(line);
  section_.Enter(line, record);
  const Line event = SharedLoad(record.event);
  if (event == 0) return false;
  event_ = &state_.EventAt(event);
  FindTable();
  if (fetched == Fetched::kNo) Table().Prefetch(hash_);
  section_.words = state_.space.At<std::uint64_t>(SharedLoad(record.words));
  section_.slots = state_.space.At<SeatSlot>(SharedLoad(record.slots));
  return PlaceSeats();
}

// Whether the seats stand side by side in a row of the section.
SEATFIELD_INLINE bool EverydayReserve::PlaceSeats() {
  const SectionConfig config{SharedLoad(section_.record->rows),
                             SharedLoad(section_.record->seats_per_row)};
  const Seat first = seats_[0];
  if (!config.Contains(first) ||
      count() > config.seats_per_row - first.number + 1) {
    return false;
  }
  first_ = config.IndexOf(first);
  for (std::uint32_t i = 1; i < count(); ++i) {
    IsShortLoop();
    if (seats_[i] != Seat{first.row, first.number + i}) return false;
  }
  return true;
}

// Lines that another core has written come slowly, so they are asked for before
// anything waits for them.
SEATFIELD_INLINE void EverydayReserve::Prefetch() const {
  PrefetchToWrite(&section_.record->lock);
  PrefetchToWrite(section_.words + WordIndex(first_));
  PrefetchToWrite(section_.slots + first_);
  PrefetchToWrite(section_.slots + first_ + count() - 1);
  PrefetchToRead(&section_.record->name);
}

// Requires the section's lock.
SEATFIELD_INLINE bool EverydayReserve::Decide() {
  const SectionRecord& record = *section_.record;
  if (SharedLoad(record.generation) != handle_.generation ||
      event_->id != Value(transaction_.event()) || !SettleTime() ||
      (SharedLoad(event_->paused) | record.paused) != 0) {
    return false;
  }
  const SeqLockGuard guard(table_->lock);
  return DecideLocked();
}

// The same with that of the booking's table.
SEATFIELD_INLINE bool EverydayReserve::DecideLocked() {
  if (FindBooking() != 0) return false;
  if (window().AllAvailable()) return Reserve();
  Refuse();
  return true;
}

// Some seats are not free, and none is the booking's own.
SEATFIELD_INLINE void EverydayReserve::Refuse() {
  outcome_.steps.clear();
  outcome_.seats.clear();
  Refusal worst = Refusal::kVersionMismatch;
  for (std::uint32_t i = 0; i < count(); ++i) {
    const Verdict verdict = Judge(
        StepKind::kReserve, RelationOf(section_.StateOf(first_ + i), false));
    if (verdict.effect != Verdict::Effect::kRefuse) continue;
    SeatRefusal& refusal = *outcome_.refused_seats.Extend(1);
    refusal.section = section_.record->name.name;
    refusal.seat = seats_[i];
    refusal.code = verdict.refusal;
    worst = std::min(worst, verdict.refusal);
  }
  outcome_.refusal = worst;
  NoteSection();
  std::uint64_t& refusals =
      section_.record->tally.refusals[static_cast<std::size_t>(worst)];
  SharedStore(refusals, refusals + 1);
}

SEATFIELD_INLINE bool EverydayReserve::Reserve() {
  HoldHeap heap(state_.space, section_);
  RecordTable table = Table();
  if (!heap.Reserve(1) || !table.Reserve(1)) return false;
  const Line line = table.NewRawRecord();
  if (line == 0) return false;
  const HoldTerms terms =
      StartOrExtendHold(HoldTerms(), /*starts=*/true, time_, step_.hold_for,
                        state_.limits.total_hold_max);
  if (state_.recorder != nullptr) [[unlikely]]
    EverydayReserve(*this).Record(terms);
  auto& booking = *state_.space.At<BookingRecord>(line);
  SharedStore(booking.entry.key_high, step_.booking.high());
  SharedStore(booking.entry.key_low, step_.booking.low());
  SharedStore(booking.entry.newer, Line{0});
  SharedStore(booking.buyer, Value(step_.buyer));
  SharedStore(booking.hold_until, terms.hold_until);
  SharedStore(booking.first_reserved_at, terms.first_reserved_at);
  SharedAssign(booking.counts, {.held = count()});
  TakeSeats(booking, line);
  table.Insert(line, hash_);
  if (terms.hold_until != ToMicros(kNever)) {
    heap.Push({terms.hold_until, step_.booking.high(), step_.booking.low(),
               line, first_});
    heap.NoteTop();
  }
  Commit(count(), terms.hold_until);
  return true;
}

SEATFIELD_COLD void EverydayReserve::Record(const HoldTerms& terms) {
  outcome_.sequence = state_.recorder->Reserved(
      {transaction_.event(), time_, section_.record, step_.booking, step_.buyer,
       terms.hold_until, terms.first_reserved_at, first_, count(), prices_});
}

SEATFIELD_INLINE void EverydayReserve::TakeSeats(BookingRecord& booking,
                                                 Line line) {
  SeatLink next;
  for (std::uint32_t i = 0; i < count(); ++i) {
    SeatSlot& slot = section_.slots[first_ + i];
    SharedStore(slot.booking, line);
    SharedAssign(slot.next, next);
    SharedStore(slot.price, PriceOf(i).minor_units());
    SharedStore(slot.reserved_at, ToMicros(time_));
    next = {section_.line, first_ + i};
  }
  SharedAssign(booking.first, next);
  window().Mark(SeatState::kReserved);
  section_.MoveCounts(SeatState::kAvailable, SeatState::kReserved, count());
}

SEATFIELD_INLINE void EverydayReserve::NoteSeats() {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    IsShortLoop();
    NoteChange(changes_[i], seats_[i], SeatState::kAvailable,
               SeatState::kReserved, PriceOf(i));
  }
}

// --- Finalize, Release, Refund ----------------------------------------------

class EverydayBooking : private EverydayStep {
 public:
  SEATFIELD_INLINE EverydayBooking(LedgerState& state,  // NOLINT
                                   const Transaction& transaction, Time now,
                                   SeatIndex (&places)[kEverydaySeatsMax],
                                   Outcome& outcome)
      : EverydayStep(state, transaction, now, outcome),
        places_(places),
        from_(step_.kind == StepKind::kRefund ? SeatState::kSold
                                              : SeatState::kReserved),
        to_(step_.kind == StepKind::kFinalize ? SeatState::kSold
                                              : SeatState::kAvailable) {}

  // Whether the transaction is answered. If not, nothing has changed.
  bool Run();

 private:
  bool Look();
  bool IsItsSection();
  bool RunLocked();
  bool PlaceSeats();
  void Change();
  void Record();
  void ChangeSeats();
  void NameSeats();
  void FreeSeats();

  std::span<const SeatIndex> places() const { return {first_, count_}; }
  SEATFIELD_INLINE bool side_by_side() const {
    return first_[count_ - 1] - first_[0] == count_ - 1;
  }

  SeatIndex* const places_;  // kEverydaySeatsMax, which fill from behind
  const SeatState from_;
  const SeatState to_;
  Line event_line_ = 0;
  Line line_ = 0;
  BookingRecord* booking_ = nullptr;
  SeatLink first_seat_;  // of the booking, when it was looked for
  std::uint32_t count_ = 0;
  SeatIndex* first_ = nullptr;  // in places_
};

SEATFIELD_INLINE bool EverydayBooking::Run() {
  if (!Look()) return false;
  const SeqLockGuard guard(section_.record->lock);
  if (!IsItsSection() || !SettleTime()) return false;
  if (to_ == SeatState::kSold) return RunLocked();
  const SeqLockGuard table_guard(table_->lock);
  return RunLocked();
}

// Finds the booking and its section without a lock. The booking may be another
// one by now, but is a booking's record, and the section is one's.
SEATFIELD_INLINE bool EverydayBooking::Look() {
  const auto event = state_.FindEvent(transaction_.event());
  if (!event || step_.booking.is_nil()) return false;
  event_line_ = event->line;
  event_ = &state_.EventAt(event_line_);
  FindTable();
  const RecordTable table = Table();
  const std::uint32_t epoch = table.epoch();
  line_ = table.Guess(hash_, epoch);
  if (line_ == 0) return false;
  booking_ = state_.space.At<BookingRecord>(line_);
  first_seat_ = SharedRead(booking_->first);
  if (first_seat_.section == 0 || table.epoch() != epoch) return false;
  section_.Enter(first_seat_.section, state_.SectionAt(first_seat_.section));
  return true;
}

// Whether what was found is the booking, and a seat of it stands here: then it
// cannot become another. Requires the section's lock.
SEATFIELD_INLINE bool EverydayBooking::IsItsSection() {
  const SectionRecord& record = *section_.record;
  if (record.event != event_line_ ||
      event_->id != Value(transaction_.event()) ||
      first_seat_.seat >= record.seat_count()) {
    return false;
  }
  section_.Open(state_.space);
  return section_.slots[first_seat_.seat].booking == line_ &&
         booking_->id() == step_.booking;
}

SEATFIELD_INLINE bool EverydayBooking::RunLocked() {
  if (!PlaceSeats()) return false;
  ReserveOutcome(count_);
  Change();
  return true;
}

// Whether all seats of the booking are here, in the state that the step
// changes, and linked by falling index, as a reserve links them. The counts
// come last: a lapse elsewhere that they do not know of yet is seen by them.
SEATFIELD_INLINE bool EverydayBooking::PlaceSeats() {
  first_ = places_ + kEverydaySeatsMax;
  SeatLink link = SharedRead(booking_->first);
  std::uint64_t after = UINT64_MAX;
  do {
    if (link.section != section_.line || link.seat >= after ||
        first_ == places_) {
      return false;
    }
    *--first_ = link.seat;
    after = link.seat;
    link = SharedRead(section_.slots[link.seat].next);
  } while (link.section != 0);
  count_ = static_cast<std::uint32_t>(places_ + kEverydaySeatsMax - first_);
  const BookedCounts counts = SharedRead(booking_->counts);
  return counts.all() == count_ &&
         (from_ == SeatState::kSold ? counts.sold : counts.held) == count_;
}

SEATFIELD_INLINE void EverydayBooking::Change() {
  if (state_.recorder != nullptr) [[unlikely]]
    EverydayBooking(*this).Record();
  HoldHeap heap(state_.space, section_);
  NameSeats();
  ChangeSeats();
  const bool sells = to_ == SeatState::kSold;
  SharedAssign(booking_->counts, {.sold = sells ? count_ : 0});
  if (from_ == SeatState::kReserved) {
    // Behind the counts, so that nobody reads of a hold without an end.
    SharedStore(booking_->hold_until, ToMicros(kNever));
  }
  if (!sells) FreeSeats();
  if (from_ == SeatState::kReserved) heap.SettleTopAfter(line_);
  Commit(count_, ToMicros(kNever));
}

SEATFIELD_COLD void EverydayBooking::Record() {
  outcome_.sequence = state_.recorder->Settled(
      {transaction_.event(), time_, section_.record, booking_, from_, to_,
       places(), section_.slots});
}

SEATFIELD_INLINE void EverydayBooking::ChangeSeats() {
  if (side_by_side()) [[likely]] {
    SeatWindow(section_.words, first_[0], count_).Mark(to_);
  } else {
    for (const SeatIndex index : places()) section_.MarkSeat(index, to_);
  }
  section_.MoveCounts(from_, to_, count_);
}

// Seats side by side spare a division.
SEATFIELD_INLINE void EverydayBooking::NameSeats() {
  const SectionConfig config = section_.record->config();
  SeatChange* change = changes_;
  Seat seat = config.SeatAt(first_[0]);
  SeatIndex next = first_[0];
  for (const SeatIndex index : places()) {
    if (index != next || seat.number > config.seats_per_row) {
      seat = config.SeatAt(index);
    }
    NoteChange(*change++, seat, from_, to_, Price(section_.slots[index].price));
    ++seat.number;
    next = index + 1;
  }
}

SEATFIELD_INLINE void EverydayBooking::FreeSeats() {
  for (const SeatIndex index : places()) ClearSlot(section_.slots[index]);
  CloseBooking(state_, Table(), line_,
               step_.kind == StepKind::kRelease ? BookingStatus::kReleased
                                                : BookingStatus::kRefunded,
               time_);
}

// --- Either -----------------------------------------------------------------

// Whether the transaction was an everyday one and is answered. If not, nothing
// has changed, and the outcome is to be cleared again. Requires a clear one.
//
// What holds a step lives in registers: it is given to no function that is not
// inlined, but for a copy.
SEATFIELD_HOT bool CommitEveryday(LedgerState& state,
                                  const Transaction& transaction, Time now,
                                  Outcome& outcome, Fetched fetched) {
  if (transaction.steps().size() != 1 || state.everyday_seats_max == 0 ||
      !transaction.id().is_nil() || !transaction.preconditions().empty()) {
    return false;
  }
  const Transaction::Step& step = transaction.steps()[0];
  SeatIndex places[kEverydaySeatsMax];
  switch (step.kind) {
    case StepKind::kReserve:
      return step.policy.orphans == OrphanRule::kAllow &&
             EverydayReserve(state, transaction, now, outcome).Run(fetched);
    case StepKind::kFinalize:
    case StepKind::kRelease:
    case StepKind::kRefund:
      return step.all_seats &&
             EverydayBooking(state, transaction, now, places, outcome).Run();
    default:
      return false;
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_EVERYDAY_H_
