// SPDX-License-Identifier: MIT

#include "inventory_jobs.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "job.h"
#include "our_inventory.h"
#include "peers/byte_inventory.h"
#include "peers/hash_map_inventory.h"
#include "peers/plain_inventory.h"
#include "rounds.h"
#include "threads.h"

namespace seatfield::bench {
namespace {

constexpr House kStadium{.sections = 100,
                         .config = {.rows = 26, .seats_per_row = 25}};
constexpr House kHotSection{.sections = 1,
                            .config = {.rows = 240, .seats_per_row = 250}};
constexpr House kMillion{.sections = 1000,
                         .config = {.rows = 25, .seats_per_row = 40}};

const char* const kHashMap = "(a) hash map, one mutex";
const char* const kBytes = "(b) bytes, sharded mutexes";
const char* const kPlain = "(d) plain prototype";

constexpr std::size_t kBatchSize = 64;

// Of a run of several threads that was disturbed.
constexpr int kTriesMax = 25;

// A quarter of the requests.
constexpr std::size_t kWarmUpPart = 4;

House Scaled(House house, const Options& options) {
  if (house.sections > 1) {
    house.sections = options.Scaled(house.sections);
  } else {
    house.config.rows = options.Scaled(house.config.rows);
  }
  return house;
}

std::string Title(const House& house) {
  return std::to_string(house.seat_count()) + " seats in " +
         std::to_string(house.sections) + " section" +
         (house.sections == 1 ? "" : "s");
}

// --- A side of a round ------------------------------------------------------

// What each of some threads is to do.
using ThreadRequests = std::vector<Requests>;

// `split`: each thread keeps to its own share of the sections.
ThreadRequests Draw(const House& house, std::uint32_t threads, bool split,
                    int round) {
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
ThreadRequests Merged(const ThreadRequests& lists) {
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

void Demand(bool condition, const std::string& what) {
  if (!condition) throw std::runtime_error(what);
}

template <typename... Players>
void DemandSums(Players&... players) {
  Demand((players.SumsUp() && ...), "the seats sold are not those finalized");
}

template <typename... Peers>
void DemandSameEnd(OurInventory& ours, Peers&... peers) {
  Demand(ours.IsSound(), "the inventory does not verify");
  Demand((SameEnd(ours, peers.inventory()) && ...),
         "a peer ended otherwise than the inventory");
}

// --- The jobs ---------------------------------------------------------------

void RunOneThread(Report& report, const Options& options) {
  const House house = Scaled(kStadium, options);
  ThreadRequests requests;
  Player<OurInventory> ours(house);
  Player<HashMapInventory> hash_map(house);
  Player<ByteInventory> bytes(house);
  Player<PlainInventory> plain(house);
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) { return ours.Play(requests); },
                 [&](int) { return hash_map.Play(requests); },
                 [&](int) { return bytes.Play(requests); },
                 [&](int) { return plain.Play(requests); }},
                {.before = [&](int i) { requests = Draw(house, 1, false, i); },
                 .after =
                     [&](int) {
                       DemandSums(ours, hash_map, bytes, plain);
                       DemandSameEnd(ours.inventory(), hash_map, bytes, plain);
                     }});
  const std::string group = Title(house) + ", one thread";
  report.Add(
      TimesFaster(group, "the job", "ns/op", m, 0, 1, kHashMap, AtLeast(1.25)));
  report.Add(TimesFaster(group, "the job", "ns/op", m, 0, 2, kBytes));
  report.Add(
      TimesAsLarge(group, "the job", "ns/op", m, 0, 3, kPlain, AtMost(3)));
}

void RunTwoThreads(Report& report, const Options& options) {
  const House house = Scaled(kStadium, options);
  ThreadRequests requests, merged;
  Player<OurInventory> ours(house), alone(house);
  Player<HashMapInventory> hash_map(house);
  Player<ByteInventory> bytes(house);
  Player<PlainInventory> plain(house);
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) { return ours.Play(requests); },
                 [&](int) { return alone.Play(merged); },
                 [&](int) { return hash_map.Play(requests); },
                 [&](int) { return bytes.Play(requests); },
                 [&](int) { return plain.Play(requests); }},
                {.before =
                     [&](int i) {
                       requests = Draw(house, 2, false, i);
                       merged = Merged(requests);
                     },
                 .after =
                     [&](int) {
                       DemandSums(ours, alone, hash_map, bytes, plain);
                       Demand(ours.inventory().IsSound(),
                              "the inventory does not verify");
                     }});
  const std::string group = Title(house) + ", two threads";
  report.Add(
      TimesFaster(group, "the job", "ns/op", m, 0, 2, kHashMap, AtLeast(4)));
  report.Add(TimesFaster(group, "the job", "ns/op", m, 0, 1, "ours, one thread",
                         AtLeast(1.1)));
  report.Add(TimesFaster(group, "the job", "ns/op", m, 0, 3, kBytes));
  report.Add(TimesAsLarge(group, "the job", "ns/op", m, 0, 4, kPlain));
}

void RunHalves(Report& report, const Options& options) {
  const House house = Scaled(kStadium, options);
  ThreadRequests requests, merged;
  Player<OurInventory> ours(house), alone(house);
  const Measured m = RunRounds(options.rounds,
                               {[&](int) { return ours.Play(requests); },
                                [&](int) { return alone.Play(merged); }},
                               {.before =
                                    [&](int i) {
                                      requests = Draw(house, 2, true, i);
                                      merged = Merged(requests);
                                    },
                                .after =
                                    [&](int) {
                                      DemandSums(ours, alone);
                                      DemandSameEnd(ours.inventory(), alone);
                                    }});
  report.Add(TimesFaster(Title(house) + ", two threads", "each to its own half",
                         "ns/op", m, 0, 1, "ours, one thread", AtLeast(1.7)));
}

void RunHotSection(Report& report, const Options& options) {
  const House house = Scaled(kHotSection, options);
  ThreadRequests requests;
  Player<OurInventory> ours(house);
  Player<ByteInventory> bytes(house);
  Player<PlainInventory> plain(house);
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) { return ours.Play(requests); },
                 [&](int) { return bytes.Play(requests); },
                 [&](int) { return plain.Play(requests); }},
                {.before = [&](int i) { requests = Draw(house, 2, false, i); },
                 .after =
                     [&](int) {
                       DemandSums(ours, bytes, plain);
                       Demand(ours.inventory().IsSound(),
                              "the inventory does not verify");
                     }});
  const std::string group = Title(house) + ", two threads";
  report.Add(
      TimesFaster(group, "the job", "ns/op", m, 0, 1, kBytes, AtLeast(1.3)));
  report.Add(TimesAsLarge(group, "the job", "ns/op", m, 0, 2, kPlain));
}

void RunMillion(Report& report, const Options& options) {
  const House house = Scaled(kMillion, options);
  ThreadRequests requests;
  Player<OurInventory> ours(house), groups(house), batches(house);
  Player<HashMapInventory> hash_map(house);
  Player<PlainInventory> plain(house);
  const Measured m = RunRounds(
      options.RoundsOf(4),
      {[&](int) { return ours.Play(requests); },
       [&](int) { return hash_map.Play(requests); },
       [&](int) { return plain.Play(requests); },
       [&](int) {
         return groups.Play(requests, [](auto& inventory, const auto& list) {
           return WorkInGroups(inventory, list, kBatchSize);
         });
       },
       [&](int) {
         return batches.Play(requests, [](auto& inventory, const auto& list) {
           return WorkInBatches(inventory, list, kBatchSize);
         });
       }},
      {.before = [&](int i) { requests = Draw(house, 1, false, i); },
       .after =
           [&](int) {
             DemandSums(ours, hash_map, plain, groups, batches);
             DemandSameEnd(ours.inventory(), hash_map, plain);
             DemandSameEnd(batches.inventory(), groups);
           }});
  const std::string group = Title(house) + ", one thread";
  report.Add(
      TimesFaster(group, "the job", "ns/op", m, 0, 1, kHashMap, AtLeast(2)));
  report.Add(TimesAsLarge(group, "the job", "ns/op", m, 0, 2, kPlain));
  report.Add(TimesFaster(group, "in batches of 64", "ns/op", m, 4, 3,
                         "ours, single calls", AtLeast(1.2)));
  report.Add(TimesAsLarge(group, "in batches of 64", "ns/op", m, 4, 2, kPlain));
}

}  // namespace

void RunInventoryJobs(Report& report, const Options& options) {
  RunOneThread(report, options);
  RunTwoThreads(report, options);
  RunHalves(report, options);
  RunHotSection(report, options);
  RunMillion(report, options);
}

}  // namespace seatfield::bench
