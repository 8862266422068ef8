// SPDX-License-Identifier: MIT

#include "call_jobs.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "houses.h"
#include "job.h"
#include "our_inventory.h"
#include "peers/hash_map_inventory.h"
#include "player.h"
#include "rounds.h"
#include "threads.h"

namespace seatfield::bench {
namespace {

// --- A refusal beside a success ---------------------------------------------

// Half of the house is reserved. Reserving the other half is the success;
// reserving the first half again, by other bookings, is the refusal.
class RefusalRound {
 public:
  explicit RefusalRound(const House& house) : house_(house) {}

  void Begin(int round, bool sold) {
    ours_ = std::make_unique<OurInventory>(house_);
    free_ = DrawFullHouse(house_, static_cast<std::uint64_t>(round));
    const std::size_t half = free_.size() / 2;
    taken_.assign(free_.begin() + static_cast<std::ptrdiff_t>(half),
                  free_.end());
    free_.resize(half);
    OurClerk clerk(*ours_);
    for (Request& request : taken_) {
      Demand(clerk.Reserve(request, kNow), "a free seat was refused");
      if (sold) Demand(clerk.Finalize(request, kNow), "a hold was not sold");
      request.booking = BookingId(request.booking.low(), 1);
    }
  }

  double Succeed() { return ReserveAll(free_, true); }
  double BeRefused() { return ReserveAll(taken_, false); }

 private:
  double ReserveAll(const Requests& requests, bool expected) {
    OurClerk clerk(*ours_);
    std::size_t as_expected = 0;
    const double start = OwnSeconds();
    for (const Request& request : requests) {
      as_expected += clerk.Reserve(request, kNow) == expected ? 1 : 0;
    }
    const double seconds = OwnSeconds() - start;
    Demand(as_expected == requests.size(), "a refusal or none, unexpected");
    return seconds * 1e9 / static_cast<double>(requests.size());
  }

  House house_;
  std::unique_ptr<OurInventory> ours_;
  Requests free_;
  Requests taken_;
};

void RunRefusals(Report& report, const Options& options) {
  const House house = Scaled(kStadium, options);
  for (const bool sold : {false, true}) {
    RefusalRound job(house);
    const Measured m =
        RunRounds(options.rounds,
                  {[&](int) { return job.BeRefused(); },
                   [&](int) { return job.Succeed(); }},
                  {.before = [&](int i) { job.Begin(i, sold); }});
    report.Add(TimesAsLarge(
        "A refusal beside a success, " + Title(house),
        sold ? "reserve of sold seats" : "reserve of reserved seats", "ns/op",
        m, 0, 1, "ours, reserve of free seats", AtMost(1)));
  }
}

// --- The slow ones ----------------------------------------------------------

using Nanoseconds = std::vector<std::uint32_t>;

// Runs each operation between two looks at the clock.
struct Timed {
  Nanoseconds* all;

  template <typename Operation>
  bool operator()(Operation operation) const {
    const auto start = std::chrono::steady_clock::now();
    const bool done = operation();
    const auto time = std::chrono::steady_clock::now() - start;
    all->push_back(static_cast<std::uint32_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(time).count()));
    return done;
  }
};

// The times of all single operations of one run.
template <typename Inventory>
Nanoseconds TimeEach(const House& house, const ThreadRequests& requests) {
  std::vector<Nanoseconds> each(requests.size());
  int tries = 0;
  bool disturbed = true;
  while (disturbed && tries++ < kTriesMax) {
    Inventory inventory(house);
    disturbed = RunThreads(
                    requests.size(),
                    [&](std::size_t t) {
                      each[t].clear();
                      each[t].reserve(2 * requests[t].size());
                    },
                    [&](std::size_t t) {
                      Work(inventory, requests[t], Timed{&each[t]});
                    })
                    .disturbed;
  }
  for (std::size_t t = 1; t < each.size(); ++t) {
    each[0].insert(each[0].end(), each[t].begin(), each[t].end());
  }
  return each[0];
}

double TimeOfClock() {
  Nanoseconds times;
  for (int i = 0; i < 1000; ++i) Timed{&times}([] { return true; });
  return Percentile(times, 500);
}

void RunLatencies(Report& report, const Options& options,
                  std::uint32_t threads) {
  struct Rank {
    const char* name;
    std::size_t per_mille;
  };
  constexpr Rank kRanks[] = {{"p50", 500}, {"p99", 990}, {"p99.9", 999}};
  const House house = Scaled(kStadium, options);
  ThreadRequests requests;
  Nanoseconds ours, peer;
  std::vector<Side> sides;
  for (const Rank& rank : kRanks) {
    sides.emplace_back([&](int) { return Percentile(ours, rank.per_mille); });
    sides.emplace_back([&](int) { return Percentile(peer, rank.per_mille); });
  }
  const Measured m =
      RunRounds(options.rounds, sides, {.before = [&](int i) {
                  requests = Draw(house, threads, false, i);
                  if (i % 2 == 0)
                    ours = TimeEach<OurInventory>(house, requests);
                  peer = TimeEach<HashMapInventory>(house, requests);
                  if (i % 2 != 0)
                    ours = TimeEach<OurInventory>(house, requests);
                }});
  for (std::size_t i = 0; i < std::size(kRanks); ++i) {
    report.Add(TimesFaster("Single operations, " + Title(house),
                           std::string(kRanks[i].name) + ", " +
                               (threads == 1 ? "one thread" : "two threads"),
                           "ns", m, 2 * i, 2 * i + 1,
                           "(a) hash map, one mutex"));
  }
}

}  // namespace

void RunCallJobs(Report& report, const Options& options) {
  RunRefusals(report, options);
  RunLatencies(report, options, 1);
  RunLatencies(report, options, 2);
  report.Add({.group = report.rows().back().group,
              .name = "of which the clock takes",
              .unit = "ns",
              .ours = TimeOfClock()});
}

}  // namespace seatfield::bench
