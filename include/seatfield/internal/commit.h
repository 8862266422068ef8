// SPDX-License-Identifier: MIT
//
// One transaction from request to outcome: find its sections and bookings, lock
// them, expire what is due, decide, and write what was decided.
//
// Which sections a transaction touches: those its steps and preconditions name,
// and those in which the bookings that its steps name have seats. All of them
// are locked, by line, before any booking. Bookings can be looked up only in
// passing before that; if one has meanwhile come to other sections the attempt
// starts over with those locked as well.

#ifndef SEATFIELD_INTERNAL_COMMIT_H_
#define SEATFIELD_INTERNAL_COMMIT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hash.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/judge.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/replay.h"
#include "seatfield/internal/request_check.h"
#include "seatfield/internal/request_digest.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/write.h"
#include "seatfield/outcome.h"
#include "seatfield/refusal.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// What a thread keeps between transactions, so that they allocate nothing.
struct CommitScratch {
  Decision decision;
  std::vector<FoundSection> found;   // by the transaction's own numbering
  std::vector<SectionName> names;    // likewise, if they are needed
  std::vector<Line> more_sections;   // that earlier attempts have missed
  std::vector<TableRecord*> tables;  // locked
  std::vector<std::uint32_t> order;  // of sections, by name
};

class CommitRun {
 public:
  CommitRun(LedgerState& state, const Transaction& transaction, Time now,
            CommitScratch& scratch, Outcome& outcome)
      : state_(state),
        transaction_(transaction),
        now_(now),
        scratch_(scratch),
        decision_(scratch.decision),
        outcome_(outcome) {}

  // False: memory has run out, and nothing has changed. Requires a clear
  // outcome.
  bool Run();

 private:
  enum class Attempt { kDone, kAgain, kNoMemory };

  Attempt Try();
  Attempt TryWithBookings();
  Attempt Decide();

  // Finding. What returns bool is false with the refusal in the outcome.
  bool FindTheEvent();
  bool FindSections();
  bool CheckFits();
  void TouchSections();
  void AddSection(Line line);
  void AddSectionsOf(BookingId booking);
  void NameSections();

  // Locking. What returns bool is false if the attempt must start over, and has
  // then changed nothing.
  bool LockSections();
  void UnlockSections(std::size_t count);
  bool LockBookings();
  bool FindOwnedSections(const TouchedBooking& booking);
  void SettleSections();
  Time LatestTime() const;
  void ReadBooking(TouchedBooking& booking);
  void LockBuyers();
  void AddBuyer(std::int64_t buyer);
  void LockTables(std::size_t first);
  void UnlockTables();

  // Calls fn(id) for each booking that the steps name.
  template <typename Fn>
  void ForEachBookingId(Fn fn) const;

  Recorder::Room RoomToRecord() const {
    return state_.recorder == nullptr ? Recorder::Room::kEnough
                                      : state_.recorder->Reserve(decision_);
  }
  void Record();

  void ReserveOutcome();
  void RankSections();
  void FillOutcome();

  EventRecord& event() const { return state_.EventAt(event_.line); }
  TableRecord& TableOf(BookingId id) const {
    return event()
        .bookings[ShardOf(HashKey({id.high(), id.low()}, state_.seed))];
  }

  LedgerState& state_;
  const Transaction& transaction_;
  const Time now_;
  CommitScratch& scratch_;
  Decision& decision_;
  Outcome& outcome_;
  FoundEvent event_;
  Digest128 request_;
  std::size_t locked_tables_ = 0;  // the first ones of scratch_.tables
};

// --- From request to outcome ------------------------------------------------

inline bool CommitRun::Run() {
  scratch_.more_sections.clear();
  Attempt attempt = Attempt::kDone;
  if (RequestCheck(transaction_, state_.limits, outcome_).Run()) {
    while ((attempt = Try()) == Attempt::kAgain) {
      state_.loose.retries.fetch_add(1, std::memory_order_relaxed);
    }
  } else {
    outcome_.time = now_;
    state_.loose.Count(outcome_);
  }
  return attempt == Attempt::kDone;
}

inline CommitRun::Attempt CommitRun::Try() {
  outcome_.Clear();
  outcome_.time = now_;
  decision_.Clear();
  scratch_.tables.clear();
  const auto answered = [this] {
    state_.loose.Count(outcome_);
    return Attempt::kDone;
  };
  if (!FindTheEvent()) return answered();
  if (!transaction_.id().is_nil()) {
    NameSections();
    request_ = DigestRequest(transaction_, [this](std::size_t section) {
      return scratch_.names[section].view();
    });
    const IdPlace place(state_, event(), transaction_.id());
    const SeqLockGuard guard(place.table->lock);
    if (SharedLoad(event().generation) != event_.generation) {
      return Attempt::kAgain;
    }
    if (AnswerFromMemory(state_, place, request_, now_, outcome_)) {
      return answered();
    }
  }
  if (!FindSections() || !CheckFits()) return answered();
  TouchSections();
  if (!LockSections()) return Attempt::kAgain;
  Attempt attempt = Attempt::kNoMemory;
  try {
    attempt = LockBookings() ? TryWithBookings() : Attempt::kAgain;
  } catch (const std::bad_alloc&) {
    // Nothing that the transaction does has been written.
  }
  UnlockTables();
  UnlockSections(decision_.sections.size());
  return attempt;
}

inline CommitRun::Attempt CommitRun::TryWithBookings() {
  if (!transaction_.id().is_nil()) {
    const IdPlace place(state_, event(), transaction_.id());
    scratch_.tables.push_back(place.table);
    LockTables(scratch_.tables.size() - 1);
    if (AnswerFromMemory(state_, place, request_, now_, outcome_)) {
      state_.loose.Count(outcome_);
      return Attempt::kDone;
    }
  }
  SettleSections();
  outcome_.time = LatestTime();
  for (TouchedSection& section : decision_.sections) {
    ExpireSection(state_, section.access, outcome_.time,
                  std::numeric_limits<std::uint64_t>::max(), TableLocks::kHeld);
  }
  for (TouchedBooking& booking : decision_.bookings) ReadBooking(booking);
  LockBuyers();
  return Decide();
}

inline CommitRun::Attempt CommitRun::Decide() {
  JudgeSteps judge(state_.space, state_.limits, SharedLoad(event().paused) != 0,
                   transaction_, outcome_.time, decision_, outcome_);
  bool accepted = judge.Run();
  if (accepted) {
    const Recorder::Room room = RoomToRecord();
    if (room == Recorder::Room::kNoMemory) return Attempt::kNoMemory;
    accepted = room == Recorder::Room::kEnough ||
               Refuse(outcome_, 0, Refusal::kInvalidArgument,
                      RefusalDetail::kTooManySeats);
  }
  SectionRecord* const first = decision_.sections.empty()
                                   ? nullptr
                                   : decision_.sections[0].access.record;
  if (!accepted) {
    FillOutcome();
    if (first == nullptr) {
      state_.loose.Count(outcome_);
    } else {
      std::uint64_t& count =
          first->tally.refusals[static_cast<std::size_t>(outcome_.refusal)];
      SharedStore(count, count + 1);
    }
    return Attempt::kDone;
  }
  ReserveOutcome();
  DecisionWriter writer(state_, event(), decision_, outcome_.time);
  if (!writer.Prepare()) return Attempt::kNoMemory;
  Line remembered = 0;
  if (!transaction_.id().is_nil()) {
    const IdPlace place(state_, event(), transaction_.id());
    remembered = NewIdRecord(state_, place, decision_.sections.size(),
                             decision_.steps.size(), decision_.changes.size());
    if (remembered == 0) {
      writer.Cancel();
      return Attempt::kNoMemory;
    }
  }
  writer.Write();
  FillOutcome();
  Record();
  if (remembered != 0) {
    RememberAnswer(state_, IdPlace(state_, event(), transaction_.id()),
                   request_, remembered, outcome_);
  }
  if (first == nullptr) {
    state_.loose.Count(outcome_);
  } else {
    SharedStore(first->commits, first->commits + 1);
  }
  return Attempt::kDone;
}

// --- Finding ----------------------------------------------------------------

inline bool CommitRun::FindTheEvent() {
  const auto found = state_.FindEvent(transaction_.event());
  if (!found) {
    return Refuse(outcome_, 0, Refusal::kNotFound, RefusalDetail::kEvent);
  }
  event_ = *found;
  return true;
}

// The names of the transaction's sections; empty for a handle that is stale.
inline void CommitRun::NameSections() {
  scratch_.names.clear();
  for (std::size_t i = 0; i < transaction_.section_count(); ++i) {
    const SectionRef section = transaction_.section(i);
    scratch_.names.push_back(
        section.handle()
            ? state_.NameOf(*section.handle())
            : SectionName::Parse(section.name()).value_or(SectionName()));
  }
}

inline bool CommitRun::FindSections() {
  scratch_.found.clear();
  for (std::size_t i = 0; i < transaction_.section_count(); ++i) {
    const auto found = state_.FindSection(event_.line, transaction_.section(i));
    if (!found) {
      return Refuse(outcome_, transaction_.StepOfSection(i), Refusal::kNotFound,
                    RefusalDetail::kSection);
    }
    scratch_.found.push_back(*found);
  }
  return true;
}

inline bool CommitRun::CheckFits() {
  const auto steps = transaction_.steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto sections =
        std::span(scratch_.found)
            .subspan(steps[i].sections.first, steps[i].sections.size);
    for (std::size_t offer = 0; offer < sections.size(); ++offer) {
      const auto is_same = [&](const FoundSection& other) {
        return other.line == sections[offer].line;
      };
      const auto earlier = sections.first(offer);
      if (std::any_of(earlier.begin(), earlier.end(), is_same)) {
        return Refuse(outcome_, i, Refusal::kInvalidArgument,
                      RefusalDetail::kOffers);
      }
      const auto name = [&] { return state_.NameOf(sections[offer].handle()); };
      if (!CheckFitsSection(transaction_, i, offer, sections[offer].config,
                            name, outcome_)) {
        return false;
      }
    }
  }
  return true;
}

template <typename Fn>
void CommitRun::ForEachBookingId(Fn fn) const {
  for (const Transaction::Step& step : transaction_.steps()) {
    if (TakesBooking(step.kind)) fn(step.booking);
    if (step.kind == StepKind::kTransfer) fn(step.to_booking);
    for (const SeatRecord& record : transaction_.records(step)) {
      if (record.meta) fn(record.meta->booking);
    }
  }
}

// Notes every section to be locked, by line.
inline void CommitRun::TouchSections() {
  auto& sections = decision_.sections;
  for (const FoundSection& found : scratch_.found) {
    sections.push_back({.line = found.line,
                        .generation = found.generation,
                        .config = found.config,
                        .wanted = true});
  }
  for (const Transaction::Step& step : transaction_.steps()) {
    // A booking that reserves mostly has nothing yet: it is looked at later.
    if (!TakesBooking(step.kind) || TakesPrice(step.kind)) continue;
    AddSectionsOf(step.booking);
    if (step.kind == StepKind::kTransfer) AddSectionsOf(step.to_booking);
  }
  for (const Line line : scratch_.more_sections) AddSection(line);
  if (sections.size() == 1) return;
  std::sort(sections.begin(), sections.end(),
            [](const TouchedSection& a, const TouchedSection& b) {
              return a.line != b.line ? a.line < b.line : a.wanted > b.wanted;
            });
  sections.erase(
      std::unique(sections.begin(), sections.end(),
                  [](const TouchedSection& a, const TouchedSection& b) {
                    return a.line == b.line;
                  }),
      sections.end());
}

inline void CommitRun::AddSection(Line line) {
  const auto found = ReadFound(state_.SectionAt(line), line);
  if (!found) return;
  decision_.sections.push_back(
      {.line = line, .generation = found->generation, .config = found->config});
}

// The sections that a booking has seats in just now.
inline void CommitRun::AddSectionsOf(BookingId id) {
  const TableKey key{id.high(), id.low()};
  TableRecord& table = TableOf(id);
  const SeqLockGuard guard(table.lock);
  if (SharedLoad(event().generation) != event_.generation) return;
  const Line line = state_.Table(table).Find(key, HashKey(key, state_.seed));
  if (line == 0) return;
  ForEachSeat(state_.space, *state_.space.At<BookingRecord>(line),
              [&](SeatLink link, const SeatSlot&) {
                auto& sections = decision_.sections;
                if (!sections.empty() && sections.back().line == link.section) {
                  return;
                }
                AddSection(link.section);
              });
}

// --- Locking ----------------------------------------------------------------

inline bool CommitRun::LockSections() {
  auto& sections = decision_.sections;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    sections[i].access = SectionAccess(state_.space, sections[i].line);
    SectionRecord& record = *sections[i].access.record;
    record.lock.Lock();
    if (SharedLoad(record.generation) != sections[i].generation ||
        record.event != event_.line) {
      UnlockSections(i + 1);
      return false;
    }
    sections[i].access.Open(state_.space);
  }
  return true;
}

inline void CommitRun::UnlockSections(std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    decision_.sections[i].access.record->lock.Unlock();
  }
}

// Lets go of sections that were locked for a booking's sake and in which none
// has seats any more, so that they count for nothing. Then the transaction's
// own numbers are known.
inline void CommitRun::SettleSections() {
  auto& sections = decision_.sections;
  for (const TouchedSection& section : sections) {
    if (!section.wanted) section.access.record->lock.Unlock();
  }
  std::erase_if(sections,
                [](const TouchedSection& section) { return !section.wanted; });
  for (const FoundSection& found : scratch_.found) {
    decision_.section_of.push_back(static_cast<SectionAt>(
        &decision_.SectionAtLine(found.line) - sections.data()));
  }
}

// No earlier than the clock and every change that the transaction rests on.
inline Time CommitRun::LatestTime() const {
  std::int64_t time = ToMicros(now_);
  for (const TouchedSection& section : decision_.sections) {
    time = std::max(time, section.access.record->time);
  }
  return TimeFromMicros(time);
}

inline void CommitRun::LockTables(std::size_t first) {
  auto& tables = scratch_.tables;
  const auto begin = tables.begin() + static_cast<std::ptrdiff_t>(first);
  if (tables.size() > first + 1) {
    std::sort(begin, tables.end());
    tables.erase(std::unique(begin, tables.end()), tables.end());
  }
  for (std::size_t i = first; i < tables.size(); ++i) tables[i]->lock.Lock();
  locked_tables_ = tables.size();
}

inline void CommitRun::UnlockTables() {
  for (std::size_t i = 0; i < locked_tables_; ++i) {
    scratch_.tables[i]->lock.Unlock();
  }
  scratch_.tables.clear();
  locked_tables_ = 0;
}

// Locks the tables of the bookings that the steps name and of those whose holds
// may be due, before anything is changed; false if a booking has seats where
// nothing is locked, or if the event is gone.
inline bool CommitRun::LockBookings() {
  ForEachBookingId([this](BookingId id) {
    if (decision_.FindBooking(id) != kNobody) return;
    TouchedBooking& booking = decision_.bookings.emplace_back();
    booking.id = id;
    booking.hash = HashKey({id.high(), id.low()}, state_.seed);
    scratch_.tables.push_back(&event().bookings[ShardOf(booking.hash)]);
  });
  const std::int64_t latest = ToMicros(LatestTime());
  for (const TouchedSection& section : decision_.sections) {
    if (section.access.record->next_deadline > latest) continue;
    HoldHeap(state_.space, section.access)
        .ForEachDue(latest, [this](const HoldEntry& entry) {
          scratch_.tables.push_back(
              &TableOf({entry.booking_high, entry.booking_low}));
        });
  }
  LockTables(0);
  if (SharedLoad(event().generation) != event_.generation) return false;
  bool covered = true;
  for (const TouchedBooking& booking : decision_.bookings) {
    covered &= FindOwnedSections(booking);
  }
  return covered;
}

// Marks the sections in which a booking has seats; false if one is not locked.
inline bool CommitRun::FindOwnedSections(const TouchedBooking& booking) {
  const Line line =
      state_.Table(event().bookings[ShardOf(booking.hash)])
          .Find({booking.id.high(), booking.id.low()}, booking.hash);
  if (line == 0) return true;
  bool covered = true;
  ForEachSeat(state_.space, *state_.space.At<BookingRecord>(line),
              [&](SeatLink link, const SeatSlot&) {
                if (decision_.Touches(link.section)) {
                  decision_.SectionAtLine(link.section).wanted = true;
                } else {
                  scratch_.more_sections.push_back(link.section);
                  covered = false;
                }
              });
  return covered;
}

inline void CommitRun::ReadBooking(TouchedBooking& booking) {
  const Line line =
      state_.Table(event().bookings[ShardOf(booking.hash)])
          .Find({booking.id.high(), booking.id.low()}, booking.hash);
  if (line == 0) return;
  const BookingRecord& record = *state_.space.At<BookingRecord>(line);
  if (!record.open() &&
      IsForgotten(record.hold_until, state_.limits.tombstone_retention,
                  outcome_.time)) {
    booking.forgotten = line;
    return;
  }
  booking.line = line;
  booking.closed = record.status();
  booking.buyer = record.buyer;
  if (!record.open()) return;
  booking.hold_until = record.hold_until;
  booking.first_reserved_at = record.first_reserved_at;
  booking.held = record.counts.held;
  booking.sold = record.counts.sold;
}

inline void CommitRun::AddBuyer(std::int64_t buyer) {
  for (const TouchedBuyer& touched : decision_.buyers) {
    if (touched.buyer == buyer) return;
  }
  TouchedBuyer& touched = decision_.buyers.emplace_back();
  touched.buyer = buyer;
  touched.hash = HashKey({0, static_cast<std::uint64_t>(buyer)}, state_.seed);
  scratch_.tables.push_back(&event().buyers[ShardOf(touched.hash)]);
}

// Where buyers are limited: reads how many seats each has.
inline void CommitRun::LockBuyers() {
  if (state_.limits.seats_per_buyer_max == kNoLimit) return;
  const std::size_t first = scratch_.tables.size();
  for (const TouchedBooking& booking : decision_.bookings) {
    if (booking.has_seats()) AddBuyer(booking.buyer);
  }
  for (const Transaction::Step& step : transaction_.steps()) {
    if (TakesPrice(step.kind)) AddBuyer(Value(step.buyer));
    if (step.kind == StepKind::kTransfer) AddBuyer(Value(step.to_buyer));
    for (const SeatRecord& record : transaction_.records(step)) {
      if (record.meta) AddBuyer(Value(record.meta->buyer));
    }
  }
  LockTables(first);
  for (TouchedBuyer& touched : decision_.buyers) {
    touched.line =
        state_.Table(event().buyers[ShardOf(touched.hash)])
            .Find({0, static_cast<std::uint64_t>(touched.buyer)}, touched.hash);
    if (touched.line != 0) {
      touched.seat_count =
          state_.space.At<BuyerRecord>(touched.line)->seat_count;
    }
  }
}

// --- The answer -------------------------------------------------------------

// Tells the recorder, if the transaction changed anything or is remembered.
inline void CommitRun::Record() {
  if (state_.recorder == nullptr) return;
  const bool changed = std::any_of(
      decision_.sections.begin(), decision_.sections.end(),
      [](const TouchedSection& section) { return section.changed; });
  if (!changed && transaction_.id().is_nil()) return;
  outcome_.sequence =
      state_.recorder->Committed({transaction_.event(), outcome_.time,
                                  transaction_.id(), request_, &decision_});
}

// Numbers the touched sections by name.
inline void CommitRun::RankSections() {
  auto& sections = decision_.sections;
  auto& order = scratch_.order;
  order.resize(sections.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  if (order.size() > 1) {
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) {
                return sections[a].access.record->name_view() <
                       sections[b].access.record->name_view();
              });
  }
  for (std::uint32_t rank = 0; rank < order.size(); ++rank) {
    sections[order[rank]].rank = rank;
  }
}

// So that what is written can be answered.
inline void CommitRun::ReserveOutcome() {
  scratch_.order.reserve(decision_.sections.size());
  outcome_.sections.reserve(decision_.sections.size());
  outcome_.steps.reserve(decision_.steps.size());
  outcome_.seats.reserve(decision_.changes.size());
}

inline void CommitRun::FillOutcome() {
  RankSections();
  for (const std::uint32_t at : scratch_.order) {
    const SectionRecord& record = *decision_.sections[at].access.record;
    outcome_.sections.push_back({record.name.name, record.version});
  }
  if (!outcome_.committed()) return;
  outcome_.steps = decision_.steps;
  for (const Change& change : decision_.changes) {
    const TouchedSection& section = decision_.sections[change.section];
    outcome_.seats.push_back({section.rank, section.config.SeatAt(change.seat),
                              change.from, change.to, Price(change.price)});
  }
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_COMMIT_H_
