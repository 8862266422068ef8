// SPDX-License-Identifier: MIT

#include "inventory_jobs.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "arithmetic.h"
#include "houses.h"
#include "job.h"
#include "our_inventory.h"
#include "peers/asked_inventory.h"
#include "peers/byte_inventory.h"
#include "peers/hash_map_inventory.h"
#include "peers/plain_inventory.h"
#include "player.h"
#include "rounds.h"

namespace seatfield::bench {
namespace {

const char* const kHashMap = "(a) hash map, one mutex";
const char* const kBytes = "(b) bytes, sharded mutexes";
const char* const kPlain = "(d) plain prototype";
const char* const kAsked = "(e) the same behind our interface";

constexpr std::size_t kBatchSize = 64;

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
  Player<AskedInventory> asked(house);
  const Measured m = RunRounds(
      options.rounds,
      {[&](int) { return ours.Play(requests); },
       [&](int) { return hash_map.Play(requests); },
       [&](int) { return bytes.Play(requests); },
       [&](int) { return plain.Play(requests); },
       [&](int) { return asked.Play(requests); }},
      {.before = [&](int i) { requests = Draw(house, 1, false, i); },
       .after =
           [&](int) {
             DemandSums(ours, hash_map, bytes, plain, asked);
             DemandSameEnd(ours.inventory(), hash_map, bytes, plain, asked);
           }});
  const std::string group = Title(house) + ", one thread";
  report.Add(
      TimesFaster(group, "the job", "ns/op", m, 0, 1, kHashMap, AtLeast(1.25)));
  report.Add(TimesFaster(group, "the job", "ns/op", m, 0, 2, kBytes));
  report.Add(
      TimesAsLarge(group, "the job", "ns/op", m, 0, 3, kPlain, AtMost(3)));
  report.Add(TimesAsLarge(group, "the job", "ns/op", m, 0, 4, kAsked));
  report.Add(TimesAsLarge(group, "... of (e) alone", "ns/op", m, 4, 3, kPlain));
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
  const auto steps = options.Scaled<std::uint64_t>(1'000'000);
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) { return ours.Play(requests); },
                 [&](int) { return alone.Play(merged); },
                 [&](int) { return NanosecondsOfArithmetic(2, steps); },
                 [&](int) { return NanosecondsOfArithmetic(1, steps); }},
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
  report.Add(TimesFaster(Title(house) + ", two threads",
                         "... of arithmetic, which share nothing", "ns/step", m,
                         2, 3, "one thread"));
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
