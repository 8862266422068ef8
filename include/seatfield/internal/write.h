// SPDX-License-Identifier: MIT
//
// Writes what was decided. Prepare() takes all the memory that may be needed;
// nothing after it can fail.
//
// Requires the locks of every section and table that the decision touches.

#ifndef SEATFIELD_INTERNAL_WRITE_H_
#define SEATFIELD_INTERNAL_WRITE_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "seatfield/booking.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/decision.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/hold_heap.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/shared.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

class DecisionWriter {
 public:
  DecisionWriter(LedgerState& state, EventRecord& event, Decision& decision,
                 Time now)
      : state_(state), event_(event), decision_(decision), now_(now) {}

  // False: memory has run out, and nothing has changed.
  bool Prepare();

  // Undoes Prepare().
  void Cancel();

  void Write();

 private:
  RecordTable BookingTable(const TouchedBooking& booking) {
    return state_.Table(event_.bookings[ShardOf(booking.hash)]);
  }
  RecordTable BuyerTable(const TouchedBuyer& buyer) {
    return state_.Table(event_.buyers[ShardOf(buyer.hash)]);
  }
  BookingRecord& RecordOf(const TouchedBooking& booking) {
    return *state_.space.At<BookingRecord>(booking.line);
  }

  bool PrepareRecords();
  void WriteStep(std::span<const Change> changes);
  void DetachSeats(std::span<const Change> changes);
  void WriteSeat(const Change& change);
  void WriteBooking(BookingAt at);
  void NoteDeadlines(BookingAt at);
  void WriteBuyer(TouchedBuyer& buyer);
  void StampSection(TouchedSection& section);

  LedgerState& state_;
  EventRecord& event_;
  Decision& decision_;
  const Time now_;
};

inline bool DecisionWriter::Prepare() {
  const auto holds = static_cast<std::uint32_t>(decision_.bookings.size());
  for (TouchedSection& section : decision_.sections) {
    if (!HoldHeap(state_.space, section.access).Reserve(holds)) return false;
  }
  if (PrepareRecords()) return true;
  Cancel();
  return false;
}

inline void DecisionWriter::Cancel() {
  for (TouchedBooking& booking : decision_.bookings) {
    if (booking.is_new) BookingTable(booking).DeleteRecord(booking.line);
  }
  for (TouchedBuyer& buyer : decision_.buyers) {
    if (buyer.is_new) BuyerTable(buyer).DeleteRecord(buyer.line);
  }
}

// Records for the bookings and buyers that are met for the first time.
inline bool DecisionWriter::PrepareRecords() {
  for (TouchedBooking& booking : decision_.bookings) {
    if (booking.line != 0 || !booking.gained) continue;
    RecordTable table = BookingTable(booking);
    booking.line =
        table.Reserve(decision_.bookings.size()) ? table.NewRecord() : 0;
    booking.is_new = booking.line != 0;
    if (!booking.is_new) return false;
  }
  for (TouchedBuyer& buyer : decision_.buyers) {
    if (buyer.line != 0 || buyer.seat_count == 0) continue;
    RecordTable table = BuyerTable(buyer);
    buyer.line = table.Reserve(decision_.buyers.size()) ? table.NewRecord() : 0;
    buyer.is_new = buyer.line != 0;
    if (!buyer.is_new) return false;
  }
  return true;
}

inline void DecisionWriter::Write() {
  for (TouchedBooking& booking : decision_.bookings) {
    if (!booking.is_new) continue;
    RecordTable table = BookingTable(booking);
    if (booking.forgotten != 0) {
      table.Forget(booking.forgotten);
      table.Remove(booking.forgotten);
      table.DeleteRecord(booking.forgotten);
    }
    BookingRecord& record = RecordOf(booking);
    SharedStore(record.entry.key_high, booking.id.high());
    SharedStore(record.entry.key_low, booking.id.low());
    table.Insert(booking.line, booking.hash);
  }
  for (const StepOutcome& step : decision_.steps) {
    WriteStep(
        std::span(decision_.changes).subspan(step.first_seat, step.seat_count));
  }
  for (BookingAt i = 0; i < decision_.bookings.size(); ++i) WriteBooking(i);
  for (TouchedBuyer& buyer : decision_.buyers) WriteBuyer(buyer);
  for (TouchedSection& section : decision_.sections) StampSection(section);
}

inline void DecisionWriter::WriteStep(std::span<const Change> changes) {
  DetachSeats(changes);
  for (const Change& change : changes) WriteSeat(change);
}

// Takes seats out of the list of the booking that gives them up. A step has at
// most one such booking.
inline void DecisionWriter::DetachSeats(std::span<const Change> changes) {
  BookingAt giver = kNobody;
  for (const Change& change : changes) {
    if (change.owner_before == change.owner_after) continue;
    if (change.owner_before == kNobody) continue;
    giver = change.owner_before;
    SectionAccess& section = decision_.sections[change.section].access;
    SharedStore(section.slots[change.seat].booking, Line{0});
  }
  if (giver == kNobody) return;
  const TouchedBooking& booking = decision_.bookings[giver];
  UnlinkStrangers(state_.space, RecordOf(booking), booking.line);
}

inline void DecisionWriter::WriteSeat(const Change& change) {
  TouchedSection& touched = decision_.sections[change.section];
  SectionAccess& section = touched.access;
  SeatSlot& slot = section.slots[change.seat];
  touched.changed = true;
  if (change.from != change.to) {
    section.SetState(change.seat, change.from, change.to);
  }
  if (change.owner_after == kNobody) {
    ClearSlot(slot);
    SharedStore(slot.reason, change.reason);
  } else if (change.owner_after != change.owner_before) {
    const TouchedBooking& owner = decision_.bookings[change.owner_after];
    SharedStore(slot.price, change.price);
    SharedStore(slot.reserved_at, change.reserved_at);
    LinkSeat(RecordOf(owner), owner.line, {section.line, change.seat}, slot);
  }
}

inline void DecisionWriter::WriteBooking(BookingAt at) {
  const TouchedBooking& booking = decision_.bookings[at];
  const bool changed = booking.holds_changed || booking.deadline_moved ||
                       booking.gained || booking.lost;
  if (booking.line == 0 || !changed) return;
  BookingRecord& record = RecordOf(booking);
  SharedStore(record.buyer, booking.buyer);
  SharedStore(record.hold_until, booking.hold_until);
  SharedStore(record.first_reserved_at, booking.first_reserved_at);
  SharedAssign(record.counts, {booking.held, booking.sold});
  if (!booking.has_seats()) {
    CloseBooking(state_, BookingTable(booking), booking.line, booking.left,
                 now_);
  } else if (booking.held > 0) {
    NoteDeadlines(at);
  }
}

// Sees to it that every section which is concerned knows when the booking's
// holds in it end.
inline void DecisionWriter::NoteDeadlines(BookingAt at) {
  const TouchedBooking& booking = decision_.bookings[at];
  if (!booking.holds_changed && !booking.deadline_moved) return;
  ForEachSeat(state_.space, RecordOf(booking),
              [&](SeatLink link, const SeatSlot&) {
                TouchedSection& section = decision_.SectionAtLine(link.section);
                if (section.pushed_for == at ||
                    section.access.StateOf(link.seat) != SeatState::kReserved) {
                  return;
                }
                if (booking.deadline_moved) section.changed = true;
                section.pushed_for = at;
                if (booking.hold_until == ToMicros(kNever)) return;
                HoldHeap(state_.space, section.access)
                    .Push({booking.hold_until, booking.id.high(),
                           booking.id.low(), booking.line, link.seat});
              });
}

inline void DecisionWriter::WriteBuyer(TouchedBuyer& buyer) {
  if (buyer.line == 0) return;
  RecordTable table = BuyerTable(buyer);
  auto& record = *state_.space.At<BuyerRecord>(buyer.line);
  if (buyer.is_new) {
    SharedStore(record.entry.key_low, static_cast<std::uint64_t>(buyer.buyer));
    table.Insert(buyer.line, buyer.hash);
  }
  SharedStore(record.seat_count, static_cast<std::uint32_t>(buyer.seat_count));
  if (buyer.seat_count != 0) return;
  table.Remove(buyer.line);
  table.DeleteRecord(buyer.line);
}

inline void DecisionWriter::StampSection(TouchedSection& section) {
  if (!section.changed) return;
  StampChange(section.access, ToMicros(now_));
  HoldHeap(state_.space, section.access).SettleTop();
  state_.watch.Update(section.access);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_WRITE_H_
