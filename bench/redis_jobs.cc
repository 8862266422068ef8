// SPDX-License-Identifier: MIT

#include "redis_jobs.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "houses.h"
#include "job.h"
#include "our_inventory.h"
#include "rounds.h"
#include "wall_time.h"

#if defined(SEATFIELD_BENCH_HIREDIS)
#include "peers/redis_inventory.h"
#include "peers/redis_server.h"
#endif

namespace seatfield::bench {
namespace {

void AddAbsent(Report& report, std::string why) {
  report.Add({.group = Title(kStadium) + ", another process",
              .name = "the job",
              .unit = "ns/op",
              .note = "(c) redis-server: " + std::move(why)});
}

#if defined(SEATFIELD_BENCH_HIREDIS)

constexpr std::size_t kDepth = 64;

// `depth` 1: alone.
void RunBeside(Report& report, const Options& options,
               const RedisServer& server, std::size_t depth) {
  const House house = Scaled(kStadium, options);
  const std::size_t count = house.request_count() / (depth == 1 ? 4 : 1);
  Requests requests;
  std::unique_ptr<OurInventory> ours;
  std::unique_ptr<RedisInventory> redis;
  const Measured m =
      RunRounds(options.RoundsOf(6),
                {[&](int) {
                   return WallTimeOf(
                       [&] { return WorkInGroups(*ours, requests, depth); });
                 },
                 [&](int) {
                   return WallTimeOf(
                       [&] { return redis->WorkPipelined(requests, depth); });
                 }},
                {.before =
                     [&](int i) {
                       requests = DrawRequests(house, 0, house.sections, count,
                                               static_cast<std::uint64_t>(i));
                       ours = std::make_unique<OurInventory>(house);
                       redis = std::make_unique<RedisInventory>(server, house);
                     },
                 .after =
                     [&](int) {
                       Demand(SameEnd(*ours, *redis), "redis ended otherwise");
                     }});
  report.Add(
      TimesFaster(Title(house) + ", another process",
                  depth == 1 ? "the job, call by call" : "the job, 64 deep",
                  "ns/op", m, 0, 1, "(c) redis-server, Lua"));
}

#endif

}  // namespace

void RunRedisJobs(Report& report, [[maybe_unused]] const Options& options) {
#if defined(SEATFIELD_BENCH_HIREDIS)
  const auto server = RedisServer::Start();
  if (server == nullptr) {
    AddAbsent(report, "cannot be started");
    return;
  }
  for (const std::size_t depth : {std::size_t{1}, kDepth}) {
    RunBeside(report, options, *server, depth);
  }
#else
  AddAbsent(report, "built without hiredis");
#endif
}

}  // namespace seatfield::bench
