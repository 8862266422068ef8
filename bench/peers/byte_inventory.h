// SPDX-License-Identifier: MIT
//
// The peer that knows about contention: for each section a mutex, a byte a
// seat, an array of metadata, a map of bookings and an index of deadlines. It
// does the same work as the library does for the job, but is told the section
// of a booking, which the library finds.

#ifndef SEATFIELD_BENCH_PEERS_BYTE_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_BYTE_INVENTORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <queue>
#include <unordered_map>
#include <utility>
#include <vector>

#include "../job.h"
#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/seat_state.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

class ByteInventory {
 public:
  explicit ByteInventory(const House& house) {
    for (std::uint32_t i = 0; i < house.sections; ++i) {
      sections_.push_back(std::make_unique<Section>(house.config.seat_count()));
    }
  }

  bool Reserve(const Request& request, Time now) {
    Section& section = *sections_[request.section];
    const std::lock_guard lock(section.mutex);
    ExpireDue(section, now);
    for (std::uint32_t i = 0; i < request.size; ++i) {
      if (section.states[request.first + i] != kAvailable) return false;
    }
    Booking& booking = section.bookings[request.booking];
    booking.buyer = request.buyer;
    booking.hold_until = now + kHoldFor;
    for (std::uint32_t i = 0; i < request.size; ++i) {
      const SeatIndex seat = request.first + i;
      section.states[seat] = kReserved;
      section.metas[seat] = {request.booking, request.buyer, kPrice, now};
      booking.seats.push_back(seat);
    }
    section.deadlines.push({booking.hold_until, request.booking});
    section.counts.available -= request.size;
    section.counts.reserved += request.size;
    return true;
  }

  bool Finalize(const Request& request, Time now) {
    Section& section = *sections_[request.section];
    const std::lock_guard lock(section.mutex);
    ExpireDue(section, now);
    const auto booking = section.bookings.find(request.booking);
    if (booking == section.bookings.end()) return false;
    for (const SeatIndex seat : booking->second.seats) {
      section.states[seat] = kSold;
    }
    section.counts.reserved -= booking->second.seats.size();
    section.counts.sold += booking->second.seats.size();
    booking->second.hold_until = kNever;
    return true;
  }

  bool Release(const Request& request, Time now) {
    Section& section = *sections_[request.section];
    const std::lock_guard lock(section.mutex);
    ExpireDue(section, now);
    return Free(section, request.booking);
  }

  // For the comparison of end states.
  SeatCounts Counts(std::uint32_t section) const {
    return sections_[section]->counts;
  }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) const {
    return static_cast<SeatState>(sections_[section]->states[seat]);
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) const {
    return sections_[section]->metas[seat].booking;
  }

 private:
  static constexpr auto kAvailable =
      static_cast<std::uint8_t>(SeatState::kAvailable);
  static constexpr auto kReserved =
      static_cast<std::uint8_t>(SeatState::kReserved);
  static constexpr auto kSold = static_cast<std::uint8_t>(SeatState::kSold);

  struct Meta {
    BookingId booking;
    BuyerId buyer{};
    Price price;
    Time reserved_at{};
  };
  struct Booking {
    BuyerId buyer{};
    Time hold_until = kNever;
    std::vector<SeatIndex> seats;
  };
  using Deadline = std::pair<Time, BookingId>;

  struct alignas(64) Section {
    explicit Section(std::uint32_t seat_count)
        : states(seat_count, kAvailable),
          metas(seat_count),
          counts{seat_count, 0, 0, 0} {}

    std::mutex mutex;
    std::vector<std::uint8_t> states;
    std::vector<Meta> metas;
    SeatCounts counts;
    std::unordered_map<BookingId, Booking> bookings;
    std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>>
        deadlines;
  };

  static bool Free(Section& section, BookingId id) {
    const auto booking = section.bookings.find(id);
    if (booking == section.bookings.end()) return false;
    for (const SeatIndex seat : booking->second.seats) {
      section.states[seat] = kAvailable;
      section.metas[seat] = {};
    }
    section.counts.reserved -= booking->second.seats.size();
    section.counts.available += booking->second.seats.size();
    section.bookings.erase(booking);
    return true;
  }

  static void ExpireDue(Section& section, Time now) {
    while (!section.deadlines.empty() && section.deadlines.top().first <= now) {
      const Deadline due = section.deadlines.top();
      section.deadlines.pop();
      const auto booking = section.bookings.find(due.second);
      if (booking != section.bookings.end() &&
          booking->second.hold_until == due.first) {
        Free(section, due.second);
      }
    }
  }

  std::vector<std::unique_ptr<Section>> sections_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_BYTE_INVENTORY_H_
