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
// Locks: the section and then the booking's table, as layout.h says. A step
//   that names no section finds it through its booking.

#ifndef SEATFIELD_INTERNAL_EVERYDAY_H_
#define SEATFIELD_INTERNAL_EVERYDAY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>

#include "seatfield/best_available.h"
#include "seatfield/booking.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
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
  EverydayStep(LedgerState& state, const Transaction& transaction, Time now,
               Outcome& outcome)
      : state_(state),
        transaction_(transaction),
        step_(transaction.steps()[0]),
        outcome_(outcome),
        time_(now),
        hash_(
            HashKey({step_.booking.high(), step_.booking.low()}, state.seed)) {}

  void LockTable() {
    table_ = &event_->bookings[ShardOf(hash_)];
    table_->lock.Lock();
  }
  RecordTable Table() { return state_.Table(*table_); }
  Line FindBooking() {
    return Table().Find({step_.booking.high(), step_.booking.low()}, hash_);
  }

  // So that what is written can be answered.
  void ReserveOutcome(std::size_t seats) {
    outcome_.steps.reserve(1);
    outcome_.sections.reserve(1);
    outcome_.seats.reserve(seats);
  }

  // Takes the section's time into account; whether nothing is due in it.
  bool SettleTime() {
    const SectionRecord& record = *section_.record;
    time_ = std::max(time_, TimeFromMicros(record.time));
    return record.next_deadline > ToMicros(time_);
  }

  // Counts the commit as one change of the section, and answers it.
  void Commit(std::uint32_t seats, std::int64_t hold_until) {
    SectionRecord& record = *section_.record;
    StampChange(section_, ToMicros(time_));
    state_.watch.Update(section_);
    SharedStore(record.commits, record.commits + 1);
    StepOutcome& step = outcome_.steps.emplace_back();
    step.seat_count = seats;
    step.hold_until = TimeFromMicros(hold_until);
    NoteSection();
  }

  // These fill in place, field by field: a copy would read wider than was
  // written, and wait for that.
  void NoteSection() {
    outcome_.time = time_;
    SectionOutcome& section = outcome_.sections.emplace_back();
    section.name = section_.record->name.name;
    section.version = section_.record->version;
  }
  void NoteChange(Seat seat, SeatState from, SeatState to, Price price) {
    SeatChange& change = outcome_.seats.emplace_back();
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
};

// --- Reserve ----------------------------------------------------------------

class EverydayReserve : private EverydayStep {
 public:
  EverydayReserve(LedgerState& state, const Transaction& transaction, Time now,
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
  bool LockSection(Fetched fetched);
  void Prefetch(const SectionRecord& record);
  bool PlaceSeats();
  bool RunLocked();
  bool RunWithTable();
  void Refuse();
  bool Reserve();
  void Record(const HoldTerms& terms);
  void TakeSeats(BookingRecord& booking, Line line);
  void NoteSeats();
  Price PriceOf(std::size_t seat) const {
    return prices_[prices_.size() == 1 ? 0 : seat];
  }
  std::uint32_t count() const {
    return static_cast<std::uint32_t>(seats_.size());
  }

  const std::span<const Seat> seats_;
  const std::span<const Price> prices_;
  SeatIndex first_ = 0;  // of the seats, which are side by side
  bool all_free_ = false;
};

inline bool EverydayReserve::Run(Fetched fetched) {
  if (!IsSound()) return false;
  ReserveOutcome(seats_.size());
  if (!LockSection(fetched)) return false;
  bool answered = false;
  {
    const SeqLockGuard guard(section_.record->lock, std::adopt_lock);
    answered = RunLocked();
  }
  // What needs no lock is left until nobody waits for it.
  if (answered && outcome_.committed()) NoteSeats();
  return answered;
}

// What RequestCheck asks of such a step, but for what PlaceSeats() asks.
inline bool EverydayReserve::IsSound() const {
  const Duration hold_for = step_.hold_for;
  return count() - 1 < state_.everyday_seats_max && !step_.booking.is_nil() &&
         IsValid(step_.buyer) &&
         (hold_for == kForever || (hold_for > Duration::zero() &&
                                   hold_for <= state_.limits.hold_max)) &&
         HasPrices();
}

inline bool EverydayReserve::HasPrices() const {
  if (prices_.size() == 1) return prices_[0].is_valid();
  return prices_.size() == seats_.size() &&
         std::all_of(prices_.begin(), prices_.end(),
                     [](Price price) { return price.is_valid(); });
}

inline SectionHandle EverydayReserve::FindSection() const {
  const SectionRef section = transaction_.section(step_.sections.first);
  if (section.handle()) return *section.handle();
  const auto event = state_.FindEvent(transaction_.event());
  if (!event) return {};
  const auto found = state_.FindSection(event->line, section.name());
  return found ? found->handle() : SectionHandle();
}

inline bool EverydayReserve::LockSection(Fetched fetched) {
  const SectionHandle handle = FindSection();
  if (!state_.IsThere(handle)) return false;
  const auto line = static_cast<Line>(handle.place);
  SectionRecord& record = state_.SectionAt(line);
  const Line event = SharedLoad(record.event);
  if (event == 0) return false;
  event_ = &state_.EventAt(event);
  if (fetched == Fetched::kNo) Prefetch(record);
  record.lock.Lock();
  section_.Enter(line, record);
  if (record.generation == handle.generation &&
      event_->id == Value(transaction_.event())) {
    section_.Open(state_.space);
    return true;
  }
  record.lock.Unlock();
  return false;
}

// Lines that another core has written come slowly, so they are asked for before
// anything waits for them.
inline void EverydayReserve::Prefetch(const SectionRecord& record) {
  state_.Table(event_->bookings[ShardOf(hash_)]).Prefetch(hash_);
  PrefetchToRead(&record.name);
  FetchSeats(state_.space, record, seats_);
}

inline bool EverydayReserve::RunLocked() {
  if (!SettleTime() || !PlaceSeats() ||
      (SharedLoad(event_->paused) | section_.record->paused) != 0) {
    return false;
  }
  LockTable();
  const SeqLockGuard guard(table_->lock, std::adopt_lock);
  return RunWithTable();
}

// Whether the seats stand side by side in a row of the section.
inline bool EverydayReserve::PlaceSeats() {
  const SectionConfig config = section_.record->config();
  const Seat first = seats_[0];
  if (!config.Contains(first) ||
      count() > config.seats_per_row - first.number + 1) {
    return false;
  }
  const SeatIndex first_index = config.IndexOf(first);
  std::uint64_t states = 0;
  bool side_by_side = true;
  for (std::uint32_t i = 0; i < count(); ++i) {
    side_by_side &= seats_[i] == Seat{first.row, first.number + i};
    const SeatIndex index = first_index + i;
    states |= section_.words[WordIndex(index)] >> SeatShift(index);
  }
  first_ = first_index;
  all_free_ = (states & 3) == 0;
  return side_by_side;
}

inline bool EverydayReserve::RunWithTable() {
  if (FindBooking() != 0) return false;
  if (all_free_) return Reserve();
  Refuse();
  return true;
}

// Some seats are not free, and none is the booking's own.
inline void EverydayReserve::Refuse() {
  for (std::uint32_t i = 0; i < count(); ++i) {
    const Verdict verdict = Judge(
        StepKind::kReserve, RelationOf(section_.StateOf(first_ + i), false));
    if (verdict.effect != Verdict::Effect::kRefuse) continue;
    SeatRefusal& refusal = outcome_.refused_seats.emplace_back();
    refusal.section = section_.record->name.name;
    refusal.seat = seats_[i];
    refusal.code = verdict.refusal;
  }
  outcome_.refusal = WorstOf(outcome_.refused_seats);
  NoteSection();
  std::uint64_t& refusals =
      section_.record->tally
          .refusals[static_cast<std::size_t>(outcome_.refusal)];
  SharedStore(refusals, refusals + 1);
}

inline bool EverydayReserve::Reserve() {
  HoldHeap heap(state_.space, section_);
  RecordTable table = Table();
  if (!heap.Reserve(1) || !table.Reserve(1)) return false;
  const Line line = table.NewRecord();
  if (line == 0) return false;
  const HoldTerms terms =
      StartOrExtendHold(HoldTerms(), /*starts=*/true, time_, step_.hold_for,
                        state_.limits.total_hold_max);
  if (state_.recorder != nullptr) [[unlikely]]
    Record(terms);
  auto& booking = *state_.space.At<BookingRecord>(line);
  SharedStore(booking.entry.key_high, step_.booking.high());
  SharedStore(booking.entry.key_low, step_.booking.low());
  SharedStore(booking.buyer, Value(step_.buyer));
  SharedStore(booking.hold_until, terms.hold_until);
  SharedStore(booking.first_reserved_at, terms.first_reserved_at);
  SharedStore(booking.held, count());
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

inline void EverydayReserve::Record(const HoldTerms& terms) {
  outcome_.sequence = state_.recorder->Reserved(
      {transaction_.event(), time_, section_.record, step_.booking, step_.buyer,
       terms.hold_until, terms.first_reserved_at, first_, count(), prices_});
}

inline void EverydayReserve::TakeSeats(BookingRecord& booking, Line line) {
  SeatLink next;
  for (std::uint32_t i = 0; i < count(); ++i) {
    SeatSlot& slot = section_.slots[first_ + i];
    SharedStore(slot.booking, line);
    SharedAssign(slot.next, next);
    SharedStore(slot.price, PriceOf(i).minor_units());
    SharedStore(slot.reserved_at, ToMicros(time_));
    next = {section_.line, first_ + i};
    section_.MarkSeat(first_ + i, SeatState::kReserved);
  }
  SharedAssign(booking.first, next);
  section_.MoveCounts(SeatState::kAvailable, SeatState::kReserved, count());
}

inline void EverydayReserve::NoteSeats() {
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    NoteChange(seats_[i], SeatState::kAvailable, SeatState::kReserved,
               PriceOf(i));
  }
}

// --- Finalize, Release, Refund ----------------------------------------------

class EverydayBooking : private EverydayStep {
 public:
  EverydayBooking(LedgerState& state, const Transaction& transaction, Time now,
                  Outcome& outcome)
      : EverydayStep(state, transaction, now, outcome),
        from_(step_.kind == StepKind::kRefund ? SeatState::kSold
                                              : SeatState::kReserved),
        to_(step_.kind == StepKind::kFinalize ? SeatState::kSold
                                              : SeatState::kAvailable) {}

  // Whether the transaction is answered. If not, nothing has changed.
  bool Run();

 private:
  bool LockBooking();
  bool LockSection();
  bool RunLocked();
  bool PlaceSeats();
  void Change();
  void NameSeats();
  void FreeSeats();

  std::span<const SeatIndex> places() const { return {first_, count_}; }

  const SeatState from_;
  const SeatState to_;
  Line line_ = 0;
  BookingRecord* booking_ = nullptr;
  std::uint32_t count_ = 0;
  SeatIndex* first_ = nullptr;           // in places_, which fills from behind
  SeatIndex places_[kEverydaySeatsMax];  // not initialized
};

inline bool EverydayBooking::Run() {
  if (!LockBooking() || !LockSection()) return false;
  const SeqLockGuard table_guard(table_->lock, std::adopt_lock);
  const SeqLockGuard section_guard(section_.record->lock, std::adopt_lock);
  return RunLocked();
}

// Finds the booking, and locks its table if it has seats.
inline bool EverydayBooking::LockBooking() {
  const auto event = state_.FindEvent(transaction_.event());
  if (!event || step_.booking.is_nil()) return false;
  event_ = &state_.EventAt(event->line);
  LockTable();
  line_ =
      SharedLoad(event_->generation) == event->generation ? FindBooking() : 0;
  if (line_ != 0) {
    booking_ = state_.space.At<BookingRecord>(line_);
    if (booking_->open()) return true;
  }
  table_->lock.Unlock();
  return false;
}

// Against the order of locks, so it must not wait: if it had to, both are
// locked anew in their order. Then the booking may have moved; if so, neither
// is.
inline bool EverydayBooking::LockSection() {
  const Line line = booking_->first.section;
  SectionRecord& record = state_.SectionAt(line);
  section_.Enter(line, record);
  if (record.lock.TryLock()) return true;
  table_->lock.Unlock();
  record.lock.Lock();
  if (LockBooking()) {
    if (booking_->first.section == line) return true;
    table_->lock.Unlock();
  }
  record.lock.Unlock();
  return false;
}

inline bool EverydayBooking::RunLocked() {
  section_.Open(state_.space);
  if (!SettleTime() || !PlaceSeats()) return false;
  ReserveOutcome(count_);
  Change();
  return true;
}

// Whether all seats of the booking are here, in the state that the step
// changes, and linked by falling index, as a reserve links them.
inline bool EverydayBooking::PlaceSeats() {
  count_ = booking_->held + booking_->sold;
  const std::uint32_t changing =
      from_ == SeatState::kSold ? booking_->sold : booking_->held;
  if (count_ > kEverydaySeatsMax || changing != count_) return false;
  first_ = places_ + kEverydaySeatsMax;
  SeatLink link = booking_->first;
  for (std::uint64_t after = UINT64_MAX; link.section != 0;
       after = link.seat, link = section_.slots[*first_].next) {
    if (link.section != section_.line || link.seat >= after) return false;
    *--first_ = link.seat;
  }
  return true;
}

inline void EverydayBooking::Change() {
  HoldHeap heap(state_.space, section_);
  if (state_.recorder != nullptr) [[unlikely]] {
    outcome_.sequence = state_.recorder->Settled(
        {transaction_.event(), time_, section_.record, booking_, from_, to_,
         places(), section_.slots});
  }
  NameSeats();
  section_.MoveCounts(from_, to_, count_);
  const bool held = from_ == SeatState::kReserved;
  if (held) SharedStore(booking_->hold_until, ToMicros(kNever));
  SharedStore(held ? booking_->held : booking_->sold, std::uint32_t{0});
  if (to_ == SeatState::kSold) {
    SharedStore(booking_->sold, count_);
  } else {
    FreeSeats();
  }
  if (held) heap.SettleTopAfter(line_);
  Commit(count_, ToMicros(kNever));
}

// Marks the seats, and names them: seats side by side spare a division.
inline void EverydayBooking::NameSeats() {
  const SectionConfig config = section_.record->config();
  Seat seat = config.SeatAt(first_[0]);
  SeatIndex next = first_[0];
  for (const SeatIndex index : places()) {
    if (index != next || seat.number > config.seats_per_row) {
      seat = config.SeatAt(index);
    }
    section_.MarkSeat(index, to_);
    NoteChange(seat, from_, to_, Price(section_.slots[index].price));
    ++seat.number;
    next = index + 1;
  }
}

inline void EverydayBooking::FreeSeats() {
  for (const SeatIndex index : places()) ClearSlot(section_.slots[index]);
  CloseBooking(state_, Table(), line_,
               step_.kind == StepKind::kRelease ? BookingStatus::kReleased
                                                : BookingStatus::kRefunded,
               time_);
}

// --- Either -----------------------------------------------------------------

// Whether the transaction was an everyday one and is answered. If not, nothing
// has changed. Requires a clear outcome.
inline bool CommitEveryday(LedgerState& state, const Transaction& transaction,
                           Time now, Outcome& outcome, Fetched fetched) {
  if (transaction.steps().size() != 1 || state.everyday_seats_max == 0 ||
      !transaction.id().is_nil() || !transaction.preconditions().empty()) {
    return false;
  }
  const Transaction::Step& step = transaction.steps()[0];
  switch (step.kind) {
    case StepKind::kReserve:
      return step.policy.orphans == OrphanRule::kAllow &&
             EverydayReserve(state, transaction, now, outcome).Run(fetched);
    case StepKind::kFinalize:
    case StepKind::kRelease:
    case StepKind::kRefund:
      return step.all_seats &&
             EverydayBooking(state, transaction, now, outcome).Run();
    default:
      return false;
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_EVERYDAY_H_
