// SPDX-License-Identifier: MIT
//
// The peer that a good programmer writes in an afternoon: seats and bookings as
// structs in std::unordered_map, one mutex around all of it. It does the same
// work as the library does for the job: all seats or none, ownership, metadata,
// deadlines with an index by time, counters of each section.

#ifndef SEATFIELD_BENCH_PEERS_HASH_MAP_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_HASH_MAP_INVENTORY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
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

class HashMapInventory {
 public:
  explicit HashMapInventory(const House& house)
      : counts_(house.sections,
                SeatCounts{house.config.seat_count(), 0, 0, 0}) {}

  bool Reserve(const Request& request, Time now) {
    const std::lock_guard lock(mutex_);
    ExpireDue(now);
    const std::uint64_t first = KeyOf(request.section, request.first);
    for (std::uint32_t i = 0; i < request.size; ++i) {
      if (seats_.contains(first + i)) return false;
    }
    Booking& booking = bookings_[request.booking];
    booking.buyer = request.buyer;
    booking.hold_until = now + kHoldFor;
    for (std::uint32_t i = 0; i < request.size; ++i) {
      seats_.emplace(first + i, Seat{SeatState::kReserved, request.booking,
                                     request.buyer, kPrice, now});
      booking.seats.emplace_back(request.section, request.first + i);
    }
    deadlines_.push({booking.hold_until, request.booking});
    counts_[request.section].available -= request.size;
    counts_[request.section].reserved += request.size;
    return true;
  }

  bool Finalize(const Request& request, Time now) {
    const std::lock_guard lock(mutex_);
    ExpireDue(now);
    const auto booking = bookings_.find(request.booking);
    if (booking == bookings_.end()) return false;
    for (const auto& [section, seat] : booking->second.seats) {
      seats_.find(KeyOf(section, seat))->second.state = SeatState::kSold;
      --counts_[section].reserved;
      ++counts_[section].sold;
    }
    booking->second.hold_until = kNever;
    return true;
  }

  bool Release(const Request& request, Time now) {
    const std::lock_guard lock(mutex_);
    ExpireDue(now);
    return Free(request.booking);
  }

  // For the comparison of end states.
  SeatCounts Counts(std::uint32_t section) const { return counts_[section]; }
  SeatState StateOf(std::uint32_t section, SeatIndex seat) const {
    const auto found = seats_.find(KeyOf(section, seat));
    return found == seats_.end() ? SeatState::kAvailable : found->second.state;
  }
  BookingId OwnerOf(std::uint32_t section, SeatIndex seat) const {
    const auto found = seats_.find(KeyOf(section, seat));
    return found == seats_.end() ? BookingId() : found->second.booking;
  }

 private:
  struct Seat {
    SeatState state;
    BookingId booking;
    BuyerId buyer;
    Price price;
    Time reserved_at;
  };
  struct Booking {
    BuyerId buyer{};
    Time hold_until = kNever;
    std::vector<std::pair<std::uint32_t, SeatIndex>> seats;
  };
  using Deadline = std::pair<Time, BookingId>;

  static std::uint64_t KeyOf(std::uint32_t section, SeatIndex seat) {
    return std::uint64_t{section} << 32 | seat;
  }

  bool Free(BookingId id) {
    const auto booking = bookings_.find(id);
    if (booking == bookings_.end()) return false;
    for (const auto& [section, seat] : booking->second.seats) {
      seats_.erase(KeyOf(section, seat));
      --counts_[section].reserved;
      ++counts_[section].available;
    }
    bookings_.erase(booking);
    return true;
  }

  void ExpireDue(Time now) {
    while (!deadlines_.empty() && deadlines_.top().first <= now) {
      const Deadline due = deadlines_.top();
      deadlines_.pop();
      const auto booking = bookings_.find(due.second);
      if (booking != bookings_.end() &&
          booking->second.hold_until == due.first) {
        Free(due.second);
      }
    }
  }

  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Seat> seats_;
  std::unordered_map<BookingId, Booking> bookings_;
  std::priority_queue<Deadline, std::vector<Deadline>, std::greater<>>
      deadlines_;
  std::vector<SeatCounts> counts_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_HASH_MAP_INVENTORY_H_
