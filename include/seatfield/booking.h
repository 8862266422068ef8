// SPDX-License-Identifier: MIT
//
// A booking belongs to one event and one buyer and owns seats. Its held seats
// share one deadline. It closes when a committed transaction leaves it no seat;
// for a time its id is then remembered, and takes no new seats.
//
// Thread safety: plain values.

#ifndef SEATFIELD_BOOKING_H_
#define SEATFIELD_BOOKING_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// Whether a booking owns seats and, if not, what took the last one from it.
enum class BookingStatus : std::uint8_t {
  kOpen = 0,
  kExpired = 1,
  kReleased = 2,  // or transferred away
  kRefunded = 3,
};

constexpr std::string_view BookingStatusName(BookingStatus status) {
  constexpr std::string_view kNames[] = {"open", "expired", "released",
                                         "refunded"};
  return kNames[static_cast<int>(status)];
}

// A seat of a booking.
struct BookedSeat {
  SectionName section;
  Seat seat;
  SeatState state = SeatState::kReserved;  // or kSold
  Price price;
  Time reserved_at{};

  friend bool operator==(const BookedSeat&, const BookedSeat&) = default;
};

struct Booking {
  EventId event{};
  BookingId id;
  BuyerId buyer{};
  BookingStatus status = BookingStatus::kOpen;
  Time hold_until = kNever;  // of its held seats; kNever if it holds none
  Time first_reserved_at{};  // of the hold; where total_hold_max counts from
  Time closed_at = kNever;   // kNever while open
  std::vector<BookedSeat> seats;  // by section name, then by seat

  friend bool operator==(const Booking&, const Booking&) = default;
};

// A live hold: what a host shows as "ends next".
struct Hold {
  EventId event{};
  BookingId booking;
  BuyerId buyer{};
  Time hold_until = kNever;
  std::uint32_t seat_count = 0;  // held, over all sections

  friend bool operator==(const Hold&, const Hold&) = default;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_BOOKING_H_
