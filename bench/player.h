// SPDX-License-Identifier: MIT
//
// One side of a round of the job: an inventory and the threads that work on it.

#ifndef SEATFIELD_BENCH_PLAYER_H_
#define SEATFIELD_BENCH_PLAYER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "job.h"
#include "our_inventory.h"
#include "threads.h"

namespace seatfield::bench {

// A quarter of the requests.
inline constexpr std::size_t kWarmUpPart = 4;

// What each of some threads is to do.
using ThreadRequests = std::vector<Requests>;

// `split`: each thread keeps to its own share of the sections.
inline ThreadRequests Draw(const House& house, std::uint32_t threads,
                           bool split, int round) {
  ThreadRequests all;
  for (std::uint32_t t = 0; t < threads; ++t) {
    const std::uint32_t first = split ? house.sections * t / threads : 0;
    const std::uint32_t last =
        split ? house.sections * (t + 1) / threads : house.sections;
    all.push_back(DrawRequests(house, first, last,
                               house.request_count() / threads,
                               static_cast<std::uint64_t>(round) * 16 + t));
  }
  return all;
}

// The same requests for one thread, taken from each list in turn.
inline ThreadRequests Merged(const ThreadRequests& lists) {
  ThreadRequests merged(1);
  for (std::size_t i = 0; i < lists[0].size(); ++i) {
    for (const Requests& list : lists) merged[0].push_back(list[i]);
  }
  return merged;
}

// An inventory at the job, in each round a new one.
template <typename Inventory>
class Player {
 public:
  explicit Player(const House& house) : house_(house) {}

  // Each thread runs work(inventory, requests), once for its first requests to
  // warm up and once for the rest. Returns nanoseconds an operation, of the
  // whole house.
  template <typename Worker>
  double Play(const ThreadRequests& requests, Worker work) {
    ThreadTimes times;
    int tries = 0;
    do {
      times = Try(requests, work);
    } while (times.disturbed && ++tries < kTriesMax);
    return times.seconds * 1e9 / static_cast<double>(timed_.operations);
  }
  double Play(const ThreadRequests& requests) {
    return Play(requests, [](Inventory& inventory, RequestSpan list) {
      return Work(inventory, list);
    });
  }

  // What the last round has left.
  Inventory& inventory() { return *inventory_; }
  bool SumsUp() {
    return bench::SumsUp(*inventory_, house_,
                         warm_up_.sold_seats + timed_.sold_seats);
  }

 private:
  template <typename Worker>
  ThreadTimes Try(const ThreadRequests& requests, Worker work) {
    inventory_ = std::make_unique<Inventory>(house_);
    std::vector<JobResult> warm_up(requests.size()), timed(requests.size());
    const auto warm_up_of = [&](std::size_t t) {
      return RequestSpan(requests[t]).first(requests[t].size() / kWarmUpPart);
    };
    const ThreadTimes times = RunThreads(
        requests.size(),
        [&](std::size_t t) { warm_up[t] = work(*inventory_, warm_up_of(t)); },
        [&](std::size_t t) {
          timed[t] =
              work(*inventory_,
                   RequestSpan(requests[t]).subspan(warm_up_of(t).size()));
        });
    warm_up_ = Sum(warm_up);
    timed_ = Sum(timed);
    return times;
  }

  House house_;
  std::unique_ptr<Inventory> inventory_;
  JobResult warm_up_;
  JobResult timed_;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PLAYER_H_
