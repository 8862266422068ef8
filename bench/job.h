// SPDX-License-Identifier: MIT
//
// The job that every inventory of the benchmark does: a random section, a group
// of 1 to 6 seats side by side reserved with metadata, then 80 % finalized and
// 20 % released, until about a third of the house is sold. The requests are
// drawn before the clock starts and are the same for all.

#ifndef SEATFIELD_BENCH_JOB_H_
#define SEATFIELD_BENCH_JOB_H_

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <random>
#include <thread>
#include <vector>

#include "seatfield/ids.h"
#include "seatfield/price.h"
#include "seatfield/section.h"
#include "seatfield/time.h"

namespace seatfield::bench {

inline constexpr std::uint32_t kGroupMax = 6;
inline constexpr Time kNow = TimeFromMicros(1'700'000'000'000'000);
inline constexpr Duration kHoldFor = std::chrono::minutes(10);
inline constexpr Price kPrice(4500);

struct House {
  std::uint32_t sections;
  SectionConfig config;

  std::uint64_t seat_count() const {
    return std::uint64_t{sections} * config.seat_count();
  }
};

// 100 sections of 26 x 25: 65,000 seats.
inline constexpr House kHouse{.sections = 100,
                              .config = {.rows = 26, .seats_per_row = 25}};

struct Request {
  BookingId booking;
  BuyerId buyer{};
  std::uint32_t section = 0;
  SeatIndex first = 0;
  std::uint32_t size = 0;
  bool finalize = false;
};

// Requests for a thread of its own; their sections are [first, last).
inline std::vector<Request> DrawRequests(const House& house,
                                         std::uint32_t first_section,
                                         std::uint32_t last_section,
                                         std::size_t count,
                                         std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto below = [&random](std::uint32_t end) {
    return static_cast<std::uint32_t>(random() % end);
  };
  // Groups of an on-sale: per cent of 1 to 6 seats.
  std::discrete_distribution<std::uint32_t> group({10, 42, 13, 25, 4, 6});
  std::vector<Request> requests(count);
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

// What a run has done, and how long it took.
struct JobResult {
  std::uint64_t operations = 0;  // reserve, finalize and release calls
  std::uint64_t refused = 0;
  double seconds = 0;

  double nanoseconds_each() const {
    return seconds * 1e9 / static_cast<double>(operations);
  }
};

// Runs worker(requests[t]) -> JobResult on a thread for each list, and times
// from the moment when all threads are running until the last is done.
template <typename Worker>
JobResult RunJob(const std::vector<std::vector<Request>>& requests,
                 Worker worker) {
  using Clock = std::chrono::steady_clock;
  std::vector<JobResult> results(requests.size());
  std::vector<Clock::time_point> ends(requests.size());
  std::atomic<std::size_t> ready = 0;
  std::atomic<bool> go = false;
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < requests.size(); ++t) {
    threads.emplace_back([&, t] {
      ++ready;
      while (!go) {
      }
      results[t] = worker(requests[t]);
      ends[t] = Clock::now();
    });
  }
  while (ready < requests.size()) std::this_thread::yield();
  const Clock::time_point start = Clock::now();
  go = true;
  for (std::thread& thread : threads) thread.join();
  JobResult total;
  total.seconds = std::chrono::duration<double>(
                      *std::max_element(ends.begin(), ends.end()) - start)
                      .count();
  for (const JobResult& result : results) {
    total.operations += result.operations;
    total.refused += result.refused;
  }
  return total;
}

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_JOB_H_
