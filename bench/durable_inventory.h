// SPDX-License-Identifier: MIT
//
// What does the job durably: the library's mapped storage and its peers behind
// one small interface. A call costs a flush of the disk or much of one, so that
// it may be virtual.
//
// Acknowledgement: Do() returns true when what it did is on stable storage; of
//   an inventory that syncs at intervals, when it is handed to the system.
// Thread safety: an inventory from any thread, a clerk in one at a time.
// Errors: std::runtime_error, when a store fails.

#ifndef SEATFIELD_BENCH_DURABLE_INVENTORY_H_
#define SEATFIELD_BENCH_DURABLE_INVENTORY_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "houses.h"
#include "job.h"
#include "seatfield/ids.h"
#include "seatfield/seat_state.h"
#include "seatfield/time.h"

namespace seatfield::bench {

enum class Act : std::uint8_t { kReserve, kFinalize, kRelease };

enum class SyncKind : std::uint8_t {
  kEveryCommit,
  kAtIntervals,  // of kSyncInterval
  kNever,        // the system writes when it likes
};
inline constexpr Duration kSyncInterval = std::chrono::milliseconds(100);

class DurableClerk {
 public:
  virtual ~DurableClerk() = default;

  // False: refused, and nothing has changed.
  virtual bool Do(Act act, const Request& request, Time now) = 0;
};

// How a section has ended: for each seat its state and its booking.
struct SectionEnd {
  SeatCounts counts;
  std::vector<SeatState> states;
  std::vector<BookingId> owners;
};

class DurableInventory {
 public:
  virtual ~DurableInventory() = default;

  // For one client. The inventory must outlive it.
  virtual std::unique_ptr<DurableClerk> NewClerk() = 0;

  virtual SectionEnd ReadSection(std::uint32_t section) = 0;
};

// Sells all that is asked for. Requires seats that are free.
inline void SellAll(DurableInventory& inventory, RequestSpan requests) {
  const std::unique_ptr<DurableClerk> clerk = inventory.NewClerk();
  for (const Request& request : requests) {
    Demand(clerk->Do(Act::kReserve, request, kNow) &&
               clerk->Do(Act::kFinalize, request, kNow),
           "a free seat was not sold");
  }
}

// Whether exactly the seats of those requests are sold, to their bookings, of
// which sold[i] says so.
inline bool EndsAs(DurableInventory& inventory, const House& house,
                   RequestSpan requests,
                   const std::vector<std::uint8_t>& sold) {
  const std::uint32_t size = house.config.seat_count();
  std::vector<BookingId> owners(house.seat_count());
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (sold[i] == 0) continue;
    const Request& request = requests[i];
    for (std::uint32_t k = 0; k < request.size; ++k) {
      owners[std::size_t{request.section} * size + request.first + k] =
          request.booking;
    }
  }
  for (std::uint32_t s = 0; s < house.sections; ++s) {
    const SectionEnd end = inventory.ReadSection(s);
    SeatCounts counts;
    for (std::uint32_t seat = 0; seat < size; ++seat) {
      const BookingId owner = owners[std::size_t{s} * size + seat];
      const bool is_sold = owner != BookingId();
      ++(is_sold ? counts.sold : counts.available);
      if (end.owners[seat] != owner ||
          end.states[seat] !=
              (is_sold ? SeatState::kSold : SeatState::kAvailable)) {
        return false;
      }
    }
    if (end.counts != counts) return false;
  }
  return true;
}

inline void DemandEnd(DurableInventory& inventory, const House& house,
                      RequestSpan requests,
                      const std::vector<std::uint8_t>& sold) {
  Demand(EndsAs(inventory, house, requests, sold),
         "a durable store ended otherwise than its clients were told");
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_DURABLE_INVENTORY_H_
