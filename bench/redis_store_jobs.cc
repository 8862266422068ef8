// SPDX-License-Identifier: MIT

#include "redis_store_jobs.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bare_redis.h"
#include "houses.h"
#include "job.h"
#include "one_processor.h"
#include "our_inventory.h"
#include "our_redis_inventory.h"
#include "rounds.h"
#include "wall_time.h"

namespace seatfield::bench {
namespace {

constexpr std::size_t kPipelined = 64;

const char* NameOf(RedisLayout layout) {
  return layout == RedisLayout::kCompact ? "compact" : "plain";
}

// --- The job ----------------------------------------------------------------

// As many commits under way as there are transactions.
void CommitAllAsync(RedisStorage& storage,
                    std::span<const Transaction> transactions,
                    std::span<Outcome> outcomes) {
  std::atomic<std::size_t> left = transactions.size();
  std::atomic<bool> failed = false;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    storage.CommitAsync(
        transactions[i], kNow, {},
        [&, i](const absl::Status& status, const Outcome& outcome) {
          if (!status.ok()) failed = true;
          outcomes[i] = outcome;
          if (--left == 0) left.notify_one();
        });
  }
  for (std::size_t now = left; now > 0; now = left) left.wait(now);
  Demand(!failed, "an asynchronous commit failed");
}

// The job in one of its ways, on keys of its own, in laps: so that sides can do
// theirs in turn, each in the same moment of a machine whose speed drifts.
class Lane {
 public:
  static constexpr std::size_t kLap = 256;

  Lane(const RedisServer& server, RedisLayout layout, const House& house,
       std::size_t depth, bool functions = true)
      : server_(server),
        ours_(OptionsOf(server, layout, functions), house),
        twin_(house),
        requests_(DrawRequests(house, 0, house.sections,
                               house.request_count() / 2, 1)) {
    WorkInGroups(twin_, requests_, depth);
  }
  virtual ~Lane() = default;
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;

  int lap_count() const {
    return static_cast<int>((requests_.size() + kLap - 1) / kLap);
  }
  // To the start.
  void Reset() { ours_.Reset(); }
  // Nanoseconds an operation. Requires those before it since Reset().
  virtual double Run(int lap) = 0;
  void DemandEnd() {
    Demand(SameEnd(twin_, ours_), "the storage ended otherwise");
  }

 protected:
  const RedisServer& server() const { return server_; }
  OurRedisInventory& ours() { return ours_; }
  RequestSpan Lap(int lap) const {
    const RequestSpan rest =
        RequestSpan(requests_).subspan(static_cast<std::size_t>(lap) * kLap);
    return rest.first(std::min(rest.size(), kLap));
  }

 private:
  static RedisOptions OptionsOf(const RedisServer& server, RedisLayout layout,
                                bool functions) {
    static int lanes = 0;
    RedisOptions options;
    options.servers = {server.socket()};
    options.key_prefix = "lane_" + std::to_string(++lanes) + "_";
    options.layout = layout;
    options.functions = functions;
    return options;
  }

  const RedisServer& server_;
  OurRedisInventory ours_;
  OurInventory twin_;
  const Requests requests_;
};

// One call at a time: on two processors each would wait for them to wake.
class CommitLane final : public Lane {
 public:
  CommitLane(const RedisServer& server, RedisLayout layout, const House& house)
      : Lane(server, layout, house, 1) {}

  double Run(int lap) override {
    const OneProcessor one(server().process());
    return WallTimeOf([&] {
      StorageClerk<OurRedisInventory> clerk(ours());
      return Work(clerk, Lap(lap));
    });
  }
};

class BatchLane final : public Lane {
 public:
  BatchLane(const RedisServer& server, RedisLayout layout, const House& house)
      : Lane(server, layout, house, kPipelined) {}

  double Run(int lap) override {
    return WallTimeOf(
        [&] { return WorkInBatches(ours(), Lap(lap), kPipelined); });
  }
};

class AsyncLane final : public Lane {
 public:
  AsyncLane(const RedisServer& server, RedisLayout layout, const House& house)
      : Lane(server, layout, house, kPipelined) {}

  double Run(int lap) override {
    return WallTimeOf([&] {
      return WorkInBatches(ours(), Lap(lap), kPipelined,
                           [&](std::span<Transaction> transactions,
                               std::span<Outcome> outcomes) {
                             CommitAllAsync(ours().storage(), transactions,
                                            outcomes);
                           });
    });
  }
};

// What the work sends, sent by bare hiredis: alone or `depth` deep.
class BareLane final : public Lane {
 public:
  BareLane(const RedisServer& server, RedisLayout layout, const House& house,
           std::size_t depth, bool functions = true)
      : Lane(server, layout, house, depth, functions),
        bare_(server.Connect()),
        is_alone_(depth == 1) {
    ours().Reset();
    for (int lap = 0; lap < lap_count(); ++lap) {
      laps_.push_back(
          ours().Record([&] { WorkInBatches(ours(), Lap(lap), depth); }));
    }
  }

  double Run(int lap) override {
    std::optional<OneProcessor> one;
    if (is_alone_) one.emplace(server().process());
    return WallTimeOf([&] {
      JobResult result;
      for (const auto& trip : laps_[static_cast<std::size_t>(lap)]) {
        bare_.Run(trip);
        result.operations += trip.size();
      }
      return result;
    });
  }

 private:
  BareRedis bare_;
  const bool is_alone_;
  std::vector<Trips> laps_;
};

// Each lap is a round of the measurement.
Measured RunLanes(int rounds, const std::vector<Lane*>& lanes) {
  Measured measured(lanes.size());
  std::vector<Side> sides;
  sides.reserve(lanes.size());
  for (Lane* const lane : lanes) {
    sides.emplace_back([lane](int lap) { return lane->Run(lap); });
  }
  for (int round = 0; round < rounds; ++round) {
    for (Lane* const lane : lanes) lane->Reset();
    for (int lap = 0; lap < lanes[0]->lap_count(); ++lap) {
      AddRound(measured, lap, sides);
    }
    for (Lane* const lane : lanes) lane->DemandEnd();
  }
  return measured;
}

void AddLayoutRows(Report& report, int rounds, const std::string& group,
                   const RedisServer& server, RedisLayout layout,
                   const House& house) {
  const auto add = [&](const char* name, const Measured& m, std::size_t ours,
                       const char* peer_name) {
    report.Add(TimesFaster(group, NameOf(layout) + std::string(": ") + name,
                           "ns/op", m, ours, 0, peer_name, AtLeast(0.9)));
  };
  BareLane bare(server, layout, house, 1);
  CommitLane commit(server, layout, house);
  const Measured alone = RunLanes(rounds, {&bare, &commit});
  add("Commit, on one processor", alone, 1, "the function, bytes ready");

  BareLane bare_deep(server, layout, house, kPipelined);
  BatchLane batch(server, layout, house);
  AsyncLane async(server, layout, house);
  const Measured deep = RunLanes(rounds, {&bare_deep, &batch, &async});
  add("CommitBatch of 64", deep, 1, "the same, 64 deep");
  add("CommitAsync, 64 in flight", deep, 2, "the same, 64 deep");
}

// --- Memory -----------------------------------------------------------------

// Bytes of the keys of sections, and of all. `keys` may be any.
struct KeyBytes {
  std::uint64_t sections = 0;
  std::uint64_t all = 0;
};

bool IsOfSections(std::string_view key) {
  for (const std::string_view kind :
       {"seats_bf:", "section_config:", "section_stats:", "seat_meta:",
        "seatfield_stats:", "seatfield_slots:"}) {
    if (key.starts_with(kind)) return true;
  }
  return false;
}

KeyBytes MeasureKeys(BareRedis& redis) {
  KeyBytes bytes;
  const BareRedis::Reply keys = redis.Call({"KEYS", "*"});
  for (std::size_t i = 0; i < keys->elements; ++i) {
    const std::string key(keys->element[i]->str, keys->element[i]->len);
    const BareRedis::Reply usage =
        redis.Call({"MEMORY", "USAGE", key, "SAMPLES", "0"});
    const auto used = static_cast<std::uint64_t>(usage->integer);
    bytes.all += used;
    if (IsOfSections(key)) bytes.sections += used;
  }
  return bytes;
}

// Of a house that is sold whole.
KeyBytes SellHouse(const RedisServer& server, RedisLayout layout,
                   const House& house) {
  BareRedis redis(server.Connect());
  redis.Call({"FLUSHALL"});
  OurRedisInventory ours({.servers = {server.socket()}, .layout = layout},
                         house);
  const JobResult result =
      WorkInBatches(ours, DrawFullHouse(house, 1), kPipelined);
  Demand(result.sold_seats == house.seat_count(), "a free seat was not sold");
  return MeasureKeys(redis);
}

}  // namespace

void RunRedisThroughput(Report& report, const Options& options,
                        const RedisServer& server) {
  const House house = Scaled(kStadium, options);
  const std::string group = "RedisStorage, " + Title(house);
  const int rounds = options.RoundsOf(10);
  AddLayoutRows(report, rounds, group, server, RedisLayout::kPlain, house);
  AddLayoutRows(report, rounds, group, server, RedisLayout::kCompact, house);

  BareLane compact(server, RedisLayout::kCompact, house, kPipelined);
  BareLane plain(server, RedisLayout::kPlain, house, kPipelined);
  BareLane script(server, RedisLayout::kCompact, house, kPipelined, false);
  const Measured m = RunLanes(rounds, {&compact, &plain, &script});
  const std::string name = "compact, 64 deep";
  report.Add(TimesFaster(group, name, "ns/op", m, 0, 1, "plain, 64 deep",
                         AtLeast(1.3)));
  report.Add(
      TimesFaster(group, name, "ns/op", m, 0, 2, "as a script, 64 deep"));
}

void RunRedisMemory(Report& report, const Options& options,
                    const RedisServer& server) {
  const House house = Scaled(kStadium, options);
  const auto seats = static_cast<double>(house.seat_count());
  const KeyBytes plain = SellHouse(server, RedisLayout::kPlain, house);
  const KeyBytes compact = SellHouse(server, RedisLayout::kCompact, house);
  const auto add = [&](std::string name, std::uint64_t bytes,
                       std::optional<Target> target = {}) {
    report.Add({.group = "Memory in Redis, " + Title(house) + ", all sold",
                .name = std::move(name),
                .unit = "B/seat",
                .ours = static_cast<double>(bytes) / seats,
                .target = target});
  };
  add("compact: bits, slots, counters", compact.sections, AtMost(48));
  add("compact: with bookings", compact.all, AtMost(100));
  add("plain: bits, metadata, counters", plain.sections);
  add("plain: with bookings", plain.all);
}

void RunRedisStoreJobs(Report& report, const Options& options) {
  const auto server = RedisServer::Start(RedisServer::Reach::kSocketAndPort);
  if (server == nullptr) {
    report.Add({.group = "RedisStorage",
                .name = "all of its jobs",
                .unit = "ns/op",
                .note = "redis-server cannot be started"});
    return;
  }
  RunRedisThroughput(report, options, *server);
  RunRedisMemory(report, options, *server);
  RunRedisCalls(report, options, *server);
}

}  // namespace seatfield::bench
