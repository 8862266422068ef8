// SPDX-License-Identifier: MIT
//
// What a transaction will do, worked out before anything is written: the
// sections and bookings it touches and the changes it makes. A Decision reads
// the ledger and its own earlier changes, never writes, and is used again, so
// that deciding allocates nothing after warm-up.

#ifndef SEATFIELD_INTERNAL_DECISION_H_
#define SEATFIELD_INTERNAL_DECISION_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/internal/booking_list.h"
#include "seatfield/internal/layout.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/space.h"
#include "seatfield/outcome.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace internal {

// Places in the vectors of a Decision.
using SectionAt = std::uint32_t;
using BookingAt = std::uint32_t;
using BuyerAt = std::uint32_t;

// Owners that are no booking of the transaction.
inline constexpr BookingAt kNobody = UINT32_MAX;
inline constexpr BookingAt kAnother = UINT32_MAX - 1;

struct TouchedSection {
  Line line = 0;
  std::uint64_t generation = 0;
  SectionConfig config;
  SectionAccess access{};
  bool wanted = false;             // named, or a booking has seats in it
  std::uint32_t rank = 0;          // by name
  bool changed = false;            // its version moves
  BookingAt pushed_for = kNobody;  // the booking whose deadline was noted last
};

// A booking as the steps so far leave it.
struct TouchedBooking {
  BookingId id;
  std::uint64_t hash = 0;
  Line line = 0;       // 0: unknown or forgotten
  Line forgotten = 0;  // what is left of it in the latter case
  BookingStatus closed = BookingStatus::kOpen;  // else how it closed before
  BookingStatus left = BookingStatus::kOpen;    // how it closes if left empty
  std::int64_t buyer = 0;
  std::int64_t hold_until = ToMicros(kNever);
  std::int64_t first_reserved_at = 0;
  std::uint32_t held = 0;
  std::uint32_t sold = 0;
  bool gained = false;  // seats, in some step
  bool lost = false;
  bool holds_changed = false;   // which seats it holds
  bool deadline_moved = false;  // of holds that it had before
  bool is_new = false;          // the record was made for it

  bool has_seats() const { return held + sold > 0; }
};

struct TouchedBuyer {
  std::int64_t buyer = 0;
  std::uint64_t hash = 0;
  Line line = 0;
  std::int64_t seat_count = 0;  // as the steps so far leave it
  bool is_new = false;
};

// One seat as the steps so far leave it.
struct SeatNow {
  SeatState state = SeatState::kAvailable;
  BookingAt owner = kNobody;
  std::int64_t price = 0;
  std::int64_t reserved_at = 0;
};

// One change of one seat: what a commit writes and a journal would keep.
struct Change {
  SectionAt section = 0;
  SeatIndex seat = 0;
  SeatState from = SeatState::kAvailable;
  SeatState to = SeatState::kAvailable;
  std::uint16_t step = 0;
  std::uint32_t reason = 0;
  BookingAt owner_before = kNobody;
  BookingAt owner_after = kNobody;
  std::int64_t price = 0;
  std::int64_t reserved_at = 0;
};

// A seat that a step is about.
struct PlacedSeat {
  SectionAt section = 0;
  SeatIndex seat = 0;
  SeatNow now;
};

// The last change of each seat, for transactions of more than one step.
class ChangeIndex {
 public:
  void Clear() {
    if (used_ == 0) return;
    std::fill(places_.begin(), places_.end(), 0u);
    used_ = 0;
  }

  // The last change of the seat, or nullptr.
  const Change* Find(const std::vector<Change>& changes, SectionAt section,
                     SeatIndex seat) const {
    if (used_ == 0) return nullptr;
    const std::uint32_t at = places_[PlaceOf(changes, section, seat)];
    return at == 0 ? nullptr : &changes[at - 1];
  }

  // Notes the changes from `first` on.
  void Add(const std::vector<Change>& changes, std::size_t first) {
    if (2 * (used_ + changes.size() - first) > places_.size()) {
      places_.assign(std::bit_ceil(4 * changes.size() + 64), 0u);
      used_ = 0;
      first = 0;
    }
    for (std::size_t i = first; i < changes.size(); ++i) {
      std::uint32_t& place =
          places_[PlaceOf(changes, changes[i].section, changes[i].seat)];
      if (place == 0) ++used_;
      place = static_cast<std::uint32_t>(i) + 1;
    }
  }

 private:
  std::size_t PlaceOf(const std::vector<Change>& changes, SectionAt section,
                      SeatIndex seat) const {
    const std::size_t mask = places_.size() - 1;
    std::size_t at =
        ((std::uint64_t{section} << 32 | seat) * 0x9e3779b97f4a7c15u >> 32) &
        mask;
    while (places_[at] != 0 && (changes[places_[at] - 1].section != section ||
                                changes[places_[at] - 1].seat != seat)) {
      at = (at + 1) & mask;
    }
    return at;
  }

  std::vector<std::uint32_t> places_;  // a change + 1; 0: none
  std::size_t used_ = 0;
};

struct Decision {
  std::vector<TouchedSection> sections;  // by line
  std::vector<SectionAt> section_of;     // by the transaction's own numbering
  std::vector<TouchedBooking> bookings;
  std::vector<TouchedBuyer> buyers;
  std::vector<Change> changes;
  ChangeIndex last_change;
  List<StepOutcome> steps;

  // Scratch of one step.
  std::vector<PlacedSeat> seats;
  BestChoice best;
  std::vector<SeatMap> copies;

  void Clear() {
    sections.clear();
    section_of.clear();
    bookings.clear();
    buyers.clear();
    changes.clear();
    last_change.Clear();
    steps.clear();
  }

  BookingAt FindBooking(BookingId id) const {
    const auto found =
        std::find_if(bookings.begin(), bookings.end(),
                     [&](const TouchedBooking& b) { return b.id == id; });
    return found == bookings.end()
               ? kNobody
               : static_cast<BookingAt>(found - bookings.begin());
  }

  bool Touches(Line line) const {
    return std::any_of(
        sections.begin(), sections.end(),
        [line](const TouchedSection& section) { return section.line == line; });
  }

  // Requires that the section is touched.
  TouchedSection& SectionAtLine(Line line) {
    return *std::find_if(
        sections.begin(), sections.end(),
        [line](const TouchedSection& section) { return section.line == line; });
  }

  // The owner of a seat whose slot names that booking.
  BookingAt OwnerOf(Line booking) const {
    if (booking == 0) return kNobody;
    for (BookingAt i = 0; i < bookings.size(); ++i) {
      if (bookings[i].line == booking) return i;
    }
    return kAnother;
  }

  SeatNow Now(SectionAt section, SeatIndex seat) const {
    if (const Change* const change = last_change.Find(changes, section, seat)) {
      return {change->to, change->owner_after, change->price,
              change->reserved_at};
    }
    const SectionAccess& access = sections[section].access;
    const SeatState state = access.StateOf(seat);
    if (state == SeatState::kAvailable) return {};
    const SeatSlot& slot = access.slots[seat];
    return {state, OwnerOf(slot.booking), slot.price, slot.reserved_at};
  }
};

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_DECISION_H_
