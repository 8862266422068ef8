// SPDX-License-Identifier: MIT

#include "redis_store_jobs.h"

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
void CommitAllAsync(RedisStorage& storage, std::span<Transaction> transactions,
                    std::span<Outcome> outcomes) {
  std::atomic<std::size_t> left = transactions.size();
  std::atomic<bool> failed = false;
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    storage.CommitAsync(
        std::move(transactions[i]), kNow, {},
        [&, i](const absl::Status& status, const Outcome& outcome) {
          if (!status.ok()) failed = true;
          outcomes[i] = outcome;
          if (--left == 0) left.notify_one();
        });
  }
  for (std::size_t now = left; now > 0; now = left) left.wait(now);
  Demand(!failed, "an asynchronous commit failed");
}

// One layout at the job, in as many ways as there are sides.
class LayoutJob {
 public:
  LayoutJob(const RedisServer& server, RedisLayout layout, const House& house,
            bool functions = true)
      : server_(server),
        bare_(server.Connect()),
        ours_(OptionsOf(server, layout, functions), house),
        house_(house) {
    requests_ =
        DrawRequests(house, 0, house.sections, house.request_count() / 12, 1);
    alone_ = Record([&] { WorkAlone(); }, in_turn_, 1);
    deep_ = Record([&] { WorkInBatches(ours_, requests_, kPipelined); },
                   in_groups_, kPipelined);
  }

  // One call at a time: on two processors each would wait for them to wake.
  double BareAlone() {
    const OneProcessor one(server_.process());
    return Play(in_turn_, [&] { return Replay(alone_); });
  }
  double BareDeep() {
    return Play(in_groups_, [&] { return Replay(deep_); });
  }
  double Commit() {
    const OneProcessor one(server_.process());
    return Play(in_turn_, [&] { return WorkAlone(); });
  }
  double CommitBatch() {
    return Play(in_groups_,
                [&] { return WorkInBatches(ours_, requests_, kPipelined); });
  }
  double CommitAsync() {
    return Play(in_groups_, [&] {
      return WorkInBatches(ours_, requests_, kPipelined,
                           [&](std::span<Transaction> transactions,
                               std::span<Outcome> outcomes) {
                             CommitAllAsync(ours_.storage(), transactions,
                                            outcomes);
                           });
    });
  }

 private:
  static RedisOptions OptionsOf(const RedisServer& server, RedisLayout layout,
                                bool functions) {
    RedisOptions options;
    options.servers = {server.socket()};
    options.key_prefix =
        std::string(NameOf(layout)) + (functions ? "_" : "_script_");
    options.layout = layout;
    options.functions = functions;
    return options;
  }

  JobResult WorkAlone() {
    StorageClerk<OurRedisInventory> clerk(ours_);
    return Work(clerk, requests_);
  }

  JobResult Replay(const Trips& trips) {
    JobResult result;
    for (const auto& trip : trips) {
      bare_.Run(trip);
      result.operations += trip.size();
    }
    return result;
  }

  // What the work sends. `twin` does the same work `depth` deep.
  Trips Record(const std::function<void()>& work, OurInventory& twin,
               std::size_t depth) {
    WorkInGroups(twin, requests_, depth);
    ours_.Reset();
    return ours_.Record(work);
  }

  template <typename Job>
  double Play(OurInventory& twin, Job job) {
    ours_.Reset();
    const double time = WallTimeOf(job);
    Demand(SameEnd(twin, ours_), "the storage ended otherwise");
    return time;
  }

  const RedisServer& server_;
  BareRedis bare_;
  OurRedisInventory ours_;
  House house_;
  Requests requests_;
  OurInventory in_turn_{house_};
  OurInventory in_groups_{house_};
  Trips alone_;
  Trips deep_;
};

// The rows of one layout. What is compared is measured side by side.
void AddLayoutRows(Report& report, const Options& options,
                   const std::string& group, const std::string& layout,
                   LayoutJob& job) {
  const Measured alone =
      RunRounds(options.RoundsOf(1), {[&](int) { return job.BareAlone(); },
                                      [&](int) { return job.Commit(); }});
  const Measured deep =
      RunRounds(options.RoundsOf(1), {[&](int) { return job.BareDeep(); },
                                      [&](int) { return job.CommitBatch(); },
                                      [&](int) { return job.CommitAsync(); }});
  const auto add = [&](const char* name, const Measured& m, std::size_t ours,
                       const char* peer_name) {
    report.Add(TimesFaster(group, layout + ": " + name, "ns/op", m, ours, 0,
                           peer_name, AtLeast(0.9)));
  };
  add("Commit, on one processor", alone, 1, "the function, bytes ready");
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
  LayoutJob plain(server, RedisLayout::kPlain, house);
  LayoutJob compact(server, RedisLayout::kCompact, house);
  LayoutJob by_script(server, RedisLayout::kCompact, house, false);
  const std::string group = "RedisStorage, " + Title(house);
  AddLayoutRows(report, options, group, "plain", plain);
  AddLayoutRows(report, options, group, "compact", compact);
  const Measured m = RunRounds(options.RoundsOf(1),
                               {[&](int) { return compact.BareDeep(); },
                                [&](int) { return plain.BareDeep(); },
                                [&](int) { return by_script.BareDeep(); }});
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
