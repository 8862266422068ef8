// SPDX-License-Identifier: MIT
//
// The job that every inventory of the benchmark does: a random section, a group
// of 1 to 5 seats side by side reserved with metadata, then 80 % finalized or
// 20 % released, until about a third of the house is sold. The requests are
// drawn before the clock starts and are the same for all.
//
// An inventory is made from a House and serves clerks, one a thread:
//
//   bool Reserve(const Request&, Time now);    // all seats, or false
//   bool Finalize(const Request&, Time now);   // the seats of the booking
//   bool Release(const Request&, Time now);
//
// It says how it ended by Counts(section), StateOf(section, seat) and
// OwnerOf(section, seat).

#ifndef SEATFIELD_BENCH_JOB_H_
#define SEATFIELD_BENCH_JOB_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <span>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

inline constexpr std::uint32_t kGroupMax = 5;
inline constexpr Time kNow = TimeFromMicros(1'700'000'000'000'000);
inline constexpr Duration kHoldFor = std::chrono::minutes(10);
inline constexpr Price kPrice(4500);

struct House {
  std::uint32_t sections;
  SectionConfig config;

  std::uint64_t seat_count() const {
    return std::uint64_t{sections} * config.seat_count();
  }
  // So many that about a third of the seats is sold.
  std::size_t request_count() const { return seat_count() / 4; }
};

struct Request {
  BookingId booking;
  BuyerId buyer{};
  std::uint32_t section = 0;
  SeatIndex first = 0;
  std::uint32_t size = 0;
  bool finalize = false;
};

using Requests = std::vector<Request>;
using RequestSpan = std::span<const Request>;

// Groups of an on-sale: per cent of 1 to 5 seats.
using GroupSizes = std::discrete_distribution<std::uint32_t>;
inline GroupSizes OnSaleGroups() { return {10, 42, 14, 26, 8}; }

// Requests for a thread of its own; their sections are [first, last).
inline Requests DrawRequests(const House& house, std::uint32_t first_section,
                             std::uint32_t last_section, std::size_t count,
                             std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint32_t end) {
    return static_cast<std::uint32_t>(random() % end);
  };
  GroupSizes group = OnSaleGroups();
  Requests requests(count);
  for (std::size_t i = 0; i < count; ++i) {
    Request& request = requests[i];
    request.booking = BookingId(random() | 1, random());
    request.buyer = BuyerId{static_cast<std::int64_t>(i)};
    request.section = first_section + below(last_section - first_section);
    request.size = group(random) + 1;
    request.first = house.config.IndexOf(
        {below(house.config.rows) + 1,
         below(house.config.seats_per_row - request.size + 1) + 1});
    request.finalize = below(100) < 80;
  }
  return requests;
}

// Requests for every seat of the house, each once, in random order.
inline Requests DrawFullHouse(const House& house, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  GroupSizes group = OnSaleGroups();
  Requests requests;
  const std::uint32_t width = house.config.seats_per_row;
  for (std::uint32_t row = 0; row < house.sections * house.config.rows; ++row) {
    for (std::uint32_t at = 0; at < width;) {
      const std::uint32_t size = std::min(group(random) + 1, width - at);
      requests.push_back({.booking = BookingId(random() | 1, random()),
                          .section = row / house.config.rows,
                          .first = row % house.config.rows * width + at,
                          .size = size,
                          .finalize = true});
      at += size;
    }
  }
  std::shuffle(requests.begin(), requests.end(), random);
  return requests;
}

// What a run has done, and how long it took.
struct JobResult {
  std::uint64_t operations = 0;  // reserve, finalize and release calls
  std::uint64_t sold_seats = 0;
};

inline JobResult Sum(std::span<const JobResult> results) {
  JobResult sum;
  for (const JobResult& result : results) {
    sum.operations += result.operations;
    sum.sold_seats += result.sold_seats;
  }
  return sum;
}

// An inventory that any thread may call is its own clerk.
template <typename Inventory>
Inventory& ClerkOf(Inventory& inventory) {
  return inventory;
}

// How Work() calls each operation: just so, or with a clock.
struct Untimed {
  template <typename Operation>
  bool operator()(Operation operation) const {
    return operation();
  }
};

template <typename Inventory, typename Timing = Untimed>
JobResult Work(Inventory& inventory, RequestSpan requests, Timing timing = {}) {
  JobResult result;
  auto&& clerk = ClerkOf(inventory);
  for (const Request& request : requests) {
    ++result.operations;
    if (!timing([&] { return clerk.Reserve(request, kNow); })) continue;
    ++result.operations;
    if (!request.finalize) {
      timing([&] { return clerk.Release(request, kNow); });
    } else if (timing([&] { return clerk.Finalize(request, kNow); })) {
      result.sold_seats += request.size;
    }
  }
  return result;
}

// The same in another order, as batches have it: of so many requests each group
// reserves first, and then finalizes or releases what it could reserve.
template <typename Inventory>
JobResult WorkInGroups(Inventory& inventory, RequestSpan requests,
                       std::size_t group_size) {
  JobResult result;
  auto&& clerk = ClerkOf(inventory);
  std::vector<const Request*> reserved;
  for (std::size_t first = 0; first < requests.size(); first += group_size) {
    const std::size_t last = std::min(requests.size(), first + group_size);
    reserved.clear();
    for (std::size_t i = first; i < last; ++i) {
      if (clerk.Reserve(requests[i], kNow)) reserved.push_back(&requests[i]);
    }
    for (const Request* const request : reserved) {
      if (!request->finalize) {
        clerk.Release(*request, kNow);
      } else if (clerk.Finalize(*request, kNow)) {
        result.sold_seats += request->size;
      }
    }
    result.operations += last - first + reserved.size();
  }
  return result;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_JOB_H_
