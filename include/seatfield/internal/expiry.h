// SPDX-License-Identifier: MIT
//
// How holds end: a booking's held seats in one section at a time, in order of
// their deadlines, each a committed change of its own whose time is the
// deadline. What a booking holds in other sections ends when those are looked
// at.

#ifndef SEATFIELD_INTERNAL_EXPIRY_H_
#define SEATFIELD_INTERNAL_EXPIRY_H_

#include <algorithm>
#include <cstdint>
#include <optional>

#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/recorder.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Whether what was kept since `since` is past its retention.
inline bool IsForgotten(std::int64_t since, Duration retention, Time now) {
  return AddSaturating(TimeFromMicros(since), retention) <= now;
}

// Drops from a table's queue what is more than its share of `kept_max`, and
// what was kept for twice the retention: whether something is forgotten is for
// each transaction to say by its own time, and times may run back a little
// between sections. `since_of` gives when an entry was kept, and `remove` takes
// it away. Requires the table's lock.
template <typename SinceOf, typename Delete>
void TrimRemembered(RecordTable table, std::uint32_t kept_max,
                    Duration retention, Time now, SinceOf since_of,
                    Delete remove) {
  const std::uint32_t share = std::max(kept_max / kTableShards, 1u);
  const auto is_outdated = [&](Line line) {
    const Time kept_until =
        AddSaturating(TimeFromMicros(since_of(line)), retention);
    return IsForgotten(ToMicros(kept_until), retention, now);
  };
  while (table.oldest() != 0 &&
         (table.remembered() > share || is_outdated(table.oldest()))) {
    const Line line = table.oldest();
    table.Forget(line);
    table.Remove(line);
    remove(line);
  }
}

// Turns a booking that has no seat left into the memory of one. Requires the
// lock of its table.
inline void CloseBooking(LedgerState& state, RecordTable table, Line line,
                         BookingStatus how, Time now) {
  auto& booking = *state.space.At<BookingRecord>(line);
  SharedAssign(booking.first, SeatLink{0, static_cast<SeatIndex>(how)});
  SharedStore(booking.hold_until, ToMicros(now));
  table.Remember(line);
  TrimRemembered(
      table, state.limits.tombstones_max, state.limits.tombstone_retention, now,
      [&](Line at) { return state.space.At<BookingRecord>(at)->hold_until; },
      [&](Line at) { table.DeleteRecord(at); });
}

// A buyer's count of seats, which is kept only where it is limited.
inline void CountSeatsOfBuyer(LedgerState& state, EventRecord& event,
                              std::int64_t buyer, std::uint32_t seats_lost) {
  if (state.limits.seats_per_buyer_max == kNoLimit) return;
  const TableKey key{0, static_cast<std::uint64_t>(buyer)};
  const std::uint64_t hash = HashKey(key, state.seed);
  TableRecord& record = event.buyers[ShardOf(hash)];
  RecordTable table = state.Table(record);
  const SeqLockGuard guard(record.lock);
  const Line line = table.Find(key, hash);
  auto& count = *state.space.At<BuyerRecord>(line);
  SharedStore(count.seat_count, count.seat_count - seats_lost);
  if (count.seat_count != 0) return;
  table.Remove(line);
  table.DeleteRecord(line);
}

// The table of a booking that has seats in the section.
inline TableRecord& TableOfBooking(LedgerState& state,
                                   const SectionAccess& section, Line line) {
  const BookingId id = state.space.At<BookingRecord>(line)->id();
  return state.EventAt(section.record->event)
      .bookings[ShardOf(HashKey({id.high(), id.low()}, state.seed))];
}

// Frees every seat of one booking in one section for which taken(state) holds,
// and returns how many. A booking left with nothing closes as `how` at `now`.
// Requires the locks of the section and of the booking's table.
template <typename Taken>
std::uint32_t FreeSeats(LedgerState& state, SectionAccess& section, Line line,
                        BookingStatus how, Time now, Taken taken) {
  EventRecord& event = state.EventAt(section.record->event);
  auto& booking = *state.space.At<BookingRecord>(line);
  const std::int64_t buyer = booking.buyer;

  std::uint32_t held = 0;
  std::uint32_t sold = 0;
  // Links are read while they are still the list's, and slots are cleared
  // behind them.
  for (SeatLink* at = &booking.first; at->section != 0;) {
    const SeatLink link = *at;
    SeatSlot& slot = SlotAt(state.space, link);
    if (link.section != section.line || !taken(section.StateOf(link.seat))) {
      at = &slot.next;
      continue;
    }
    const SeatState from = section.StateOf(link.seat);
    ++(from == SeatState::kSold ? sold : held);
    section.SetState(link.seat, from, SeatState::kAvailable);
    SharedAssign(*at, slot.next);
    ClearSlot(slot);
  }
  // The counts last: who sells what is left, with the lock of its section
  // alone, knows by them that a lapse elsewhere is done.
  const BookedCounts left = {booking.counts.held - held,
                             booking.counts.sold - sold};
  if (left.held == 0) SharedStore(booking.hold_until, ToMicros(kNever));
  SharedAssign(booking.counts, left);
  if (left.all() == 0) {
    CloseBooking(state, state.Table(TableOfBooking(state, section, line)), line,
                 how, now);
  }
  CountSeatsOfBuyer(state, event, buyer, held + sold);
  return held + sold;
}

// One committed change of a section. Requires its lock.
SEATFIELD_INLINE void StampChange(SectionAccess& section, std::int64_t time) {
  SectionRecord& record = *section.record;
  SharedStore(record.version, record.version + 1);
  SharedStore(record.time, std::max(record.time, time));
}

// Whether the caller holds the locks of the bookings' tables, or none of them.
enum class TableLocks { kHeld, kNotHeld };

// Ends the holds of a section whose deadline is `until` or earlier, at most
// `holds_max`, and returns how many. Requires the section's lock.
inline std::uint64_t ExpireSection(LedgerState& state, SectionAccess& section,
                                   Time until, std::uint64_t holds_max,
                                   TableLocks locks = TableLocks::kNotHeld) {
  std::uint64_t expired = 0;
  SectionRecord& record = *section.record;
  while (expired < holds_max && record.next_deadline <= ToMicros(until) &&
         record.next_deadline != ToMicros(kNever)) {
    HoldHeap heap(state.space, section);
    const std::int64_t deadline = record.next_deadline;
    const Line booking = heap.top().booking;
    std::optional<SeqLockGuard> guard;
    if (locks == TableLocks::kNotHeld) {
      guard.emplace(TableOfBooking(state, section, booking).lock);
    }
    if (state.recorder != nullptr) {
      state.recorder->Expired({EventId{state.EventAt(record.event).id},
                               deadline, &state.space, &section,
                               state.space.At<BookingRecord>(booking)});
    }
    const std::uint32_t seats =
        FreeSeats(state, section, booking, BookingStatus::kExpired,
                  TimeFromMicros(deadline),
                  [](SeatState seat) { return seat == SeatState::kReserved; });
    StampChange(section, deadline);
    heap.SettleTop();
    SharedStore(record.tally.expired_holds, record.tally.expired_holds + 1);
    SharedStore(record.tally.expired_seats, record.tally.expired_seats + seats);
    ++expired;
  }
  return expired;
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_EXPIRY_H_
