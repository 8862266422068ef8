// SPDX-License-Identifier: MIT

#include "memory_jobs.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "houses.h"
#include "job.h"
#include "our_inventory.h"

namespace seatfield::bench {
namespace {

const char* const kMemoryGroup =
    "Memory, 65000 seats in 100 sections, all sold";

// Two bits.
constexpr double kBitsBytes = 0.25;

class Account {
 public:
  explicit Account(OurInventory& ours)
      : storage_(ours.storage()), before_(storage_.bytes_in_use()) {}

  // The bytes taken since, for each of so many.
  double BytesEach(std::uint64_t count) const {
    return static_cast<double>(storage_.bytes_in_use() - before_) /
           static_cast<double>(count);
  }

 private:
  MemoryStorage& storage_;
  std::uint64_t before_;
};

void Print(Report& report, std::string name, const char* unit, double bytes,
           std::optional<Target> target = {}) {
  report.Add({.group = kMemoryGroup,
              .name = std::move(name),
              .unit = unit,
              .ours = bytes,
              .target = target});
}

// The seats, and their bookings while they live.
void RunSeats(Report& report, OurInventory& ours, const Requests& requests) {
  const std::uint64_t seats = kStadium.seat_count();
  const double in_sections =
      static_cast<double>(ours.storage().bytes_in_use()) /
      static_cast<double>(seats);
  const Account bookings(ours);
  OurClerk clerk(ours);
  for (const Request& request : requests) {
    Demand(clerk.Reserve(request, kNow) && clerk.Finalize(request, kNow),
           "a free seat was not sold");
  }
  Print(report, "sections: bits, metadata, counters", "B/seat", in_sections,
        AtMost(kBitsBytes + 48));
  Print(report, "bookings, and the holds they were", "B/seat",
        bookings.BytesEach(seats));
  Print(report, "both", "B/seat", in_sections + bookings.BytesEach(seats),
        AtMost(kBitsBytes + 64));
  Print(report, "a booking, and the hold it was", "B",
        bookings.BytesEach(requests.size()));
}

// What is kept for a time to answer late and repeated calls.
void RunRetention(Report& report, const Requests& requests) {
  OurInventory ours(kStadium);
  const Account closed(ours);
  OurClerk clerk(ours);
  for (const Request& request : requests) {
    Demand(clerk.Reserve(request, kNow) && clerk.Release(request, kNow),
           "a free seat was not released");
  }
  Print(report, "apart: a closed booking, remembered", "B",
        closed.BytesEach(requests.size()));

  const Account ids(ours);
  Transaction tx;
  Outcome outcome;
  for (Request request : requests) {
    request.booking = BookingId(request.booking.low(), 1);
    ours.BuildReserve(request, tx);
    tx.SetId(TransactionId(request.booking.high(), 2));
    Require(ours.storage().Commit(tx, kNow, {}, outcome));
    Demand(outcome.committed(), "a free seat was refused");
  }
  Print(report, "apart: a transaction id, its answer, its booking", "B",
        ids.BytesEach(requests.size()));
}

}  // namespace

void RunMemoryJobs(Report& report, const Options&) {
  const Requests requests = DrawFullHouse(kStadium, 1);
  OurInventory ours(kStadium);
  RunSeats(report, ours, requests);
  RunRetention(report, requests);
}

}  // namespace seatfield::bench
