// SPDX-License-Identifier: MIT
//
// What the reference model remembers: plain structs and maps, one struct a
// seat. Nothing is cached: counters, deadlines and the seats of a booking are
// recounted whenever they are asked for, so they cannot be wrong.
//
// Thread safety: plain values.
// Complexity: O(seats of the event) for nearly everything.

#ifndef SEATFIELD_TESTING_REFERENCE_STATE_H_
#define SEATFIELD_TESTING_REFERENCE_STATE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/hash.h"
#include "seatfield/outcome.h"
#include "seatfield/price.h"
#include "seatfield/seat_meta.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN
namespace reference {

struct ModelSeat {
  SeatState state = SeatState::kAvailable;
  BookingId booking{};  // nil unless reserved or sold
  Price price{};
  Time reserved_at{};
  std::uint32_t reason = 0;  // 0 unless blocked

  bool IsHeldBy(BookingId id) const {
    return state == SeatState::kReserved && booking == id;
  }
};

struct ModelSection {
  SectionConfig config;
  std::vector<ModelSeat> seats;
  std::uint64_t version = 0;
  Time updated_at{};
  bool paused = false;
  std::uint64_t place = 0;  // of its handles
};

// A booking that owns seats or, inside a transaction, did a step ago.
struct ModelBooking {
  BuyerId buyer{};
  Time hold_until = kNever;
  Time first_reserved_at{};
  BookingStatus left_by = BookingStatus::kReleased;  // how the last seat left
};

struct ModelTombstone {
  BuyerId buyer{};
  BookingStatus status = BookingStatus::kReleased;
  Time closed_at{};
  std::uint64_t order = 0;  // of closing, in the event
};

// A commit remembered for exact retries.
struct ModelReply {
  Time committed_at{};
  Digest128 body;
  Outcome outcome;
  std::uint64_t order = 0;  // of committing, in the event
};

// A seat of an event.
struct SeatPlace {
  SectionName section;
  SeatIndex index = 0;
};

// The part of an event that the steps of a transaction change.
struct ModelSeats {
  std::map<SectionName, ModelSection> sections;
  std::map<BookingId, ModelBooking> bookings;

  ModelSeat& at(const SeatPlace& place) {
    return sections.at(place.section).seats[place.index];
  }
  const ModelSeat& at(const SeatPlace& place) const {
    return sections.at(place.section).seats[place.index];
  }

  // The seats of a booking that are in one of two states, by section and seat.
  std::vector<SeatPlace> SeatsOf(BookingId booking, SeatState state,
                                 SeatState or_state) const;
  std::vector<SeatPlace> SeatsOf(BookingId booking) const {
    return SeatsOf(booking, SeatState::kReserved, SeatState::kSold);
  }
  std::vector<SeatPlace> HeldBy(BookingId booking) const {
    return SeatsOf(booking, SeatState::kReserved, SeatState::kReserved);
  }
  std::uint64_t CountOfBuyer(BuyerId buyer) const;

  // A booking that holds nothing has no deadline.
  void EndHoldIfEmpty(BookingId booking);
};

struct ModelEvent {
  ModelSeats now;
  bool paused = false;
  std::map<BookingId, ModelTombstone> closed;
  std::map<TransactionId, ModelReply> replies;
  std::uint64_t order = 0;  // the last one given

  // Moves a booking without seats to the closed ones.
  void Close(BookingId booking, BookingStatus status, Time at,
             std::uint32_t tombstones_max);
  // The holds of one section that are due, in the order in which they end.
  std::set<std::pair<Time, BookingId>> DueIn(const SectionName& section,
                                             Time time) const;
};

// Forgets the entries given first until `size_max` are left.
template <typename Map>
void ForgetOldest(Map& map, std::uint32_t size_max) {
  while (map.size() > size_max) {
    map.erase(std::min_element(map.begin(), map.end(),
                               [](const auto& a, const auto& b) {
                                 return a.second.order < b.second.order;
                               }));
  }
}

inline SeatCounts CountOf(const ModelSection& section) {
  SeatCounts counts;
  for (const ModelSeat& seat : section.seats) ++counts[seat.state];
  return counts;
}

// --- Implementation ---------------------------------------------------------

inline std::vector<SeatPlace> ModelSeats::SeatsOf(BookingId booking,
                                                  SeatState state,
                                                  SeatState or_state) const {
  std::vector<SeatPlace> places;
  for (const auto& [name, section] : sections) {
    for (SeatIndex i = 0; i < section.seats.size(); ++i) {
      const ModelSeat& seat = section.seats[i];
      if (seat.booking != booking) continue;
      if (seat.state == state || seat.state == or_state) {
        places.push_back({name, i});
      }
    }
  }
  return places;
}

inline std::uint64_t ModelSeats::CountOfBuyer(BuyerId buyer) const {
  std::uint64_t count = 0;
  for (const auto& [id, booking] : bookings) {
    if (booking.buyer == buyer) count += SeatsOf(id).size();
  }
  return count;
}

inline void ModelSeats::EndHoldIfEmpty(BookingId booking) {
  const auto found = bookings.find(booking);
  if (found == bookings.end() || !HeldBy(booking).empty()) return;
  found->second.hold_until = kNever;
}

inline void ModelEvent::Close(BookingId booking, BookingStatus status, Time at,
                              std::uint32_t tombstones_max) {
  closed[booking] = {now.bookings.at(booking).buyer, status, at, ++order};
  now.bookings.erase(booking);
  ForgetOldest(closed, tombstones_max);
}

inline std::set<std::pair<Time, BookingId>> ModelEvent::DueIn(
    const SectionName& section, Time time) const {
  std::set<std::pair<Time, BookingId>> due;
  for (const ModelSeat& seat : now.sections.at(section).seats) {
    if (seat.state != SeatState::kReserved) continue;
    const Time deadline = now.bookings.at(seat.booking).hold_until;
    if (deadline <= time && deadline != kNever)
      due.insert({deadline, seat.booking});
  }
  return due;
}

}  // namespace reference
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_STATE_H_
