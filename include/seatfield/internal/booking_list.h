// SPDX-License-Identifier: MIT
//
// The seats of a booking: a list through their slots, in no order, over all
// sections of the booking.
//
// Every function requires the lock of the booking's table, and to change the
// list also those of the sections that the changed seats stand in.

#ifndef SEATFIELD_INTERNAL_BOOKING_LIST_H_
#define SEATFIELD_INTERNAL_BOOKING_LIST_H_

#include <cstdint>

#include "seatfield/internal/layout.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/space.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

inline SeatSlot& SlotAt(const Space& space, SeatLink link) {
  return space.At<SeatSlot>(
      space.At<SectionRecord>(link.section)->slots)[link.seat];
}

// Calls fn(link, slot) for each seat of the booking. fn must not change links.
template <typename Fn>
void ForEachSeat(const Space& space, const BookingRecord& booking, Fn fn) {
  if (!booking.open()) return;
  for (SeatLink link = booking.first; link.section != 0;) {
    const SeatSlot& slot = SlotAt(space, link);
    fn(link, slot);
    link = slot.next;
  }
}

// Gives a seat without an owner to the booking.
inline void LinkSeat(BookingRecord& booking, Line booking_line, SeatLink link,
                     SeatSlot& slot) {
  SharedStore(slot.booking, booking_line);
  SharedAssign(slot.next, booking.open() ? booking.first : SeatLink());
  SharedAssign(booking.first, link);
}

// Takes out of the list every seat whose slot no longer names the booking. The
// links of those slots are still the list's, and are left as they were.
inline void UnlinkStrangers(const Space& space, BookingRecord& booking,
                            Line booking_line) {
  for (SeatLink* at = &booking.first; at->section != 0;) {
    SeatSlot& slot = SlotAt(space, *at);
    if (slot.booking == booking_line) {
      at = &slot.next;
    } else {
      SharedAssign(*at, slot.next);
    }
  }
}

inline void ClearSlot(SeatSlot& slot) { SharedAssign(slot, SeatSlot{}); }

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_BOOKING_LIST_H_
