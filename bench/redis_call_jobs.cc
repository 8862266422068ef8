// SPDX-License-Identifier: MIT

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "bare_redis.h"
#include "houses.h"
#include "job.h"
#include "one_processor.h"
#include "our_inventory.h"
#include "our_redis_inventory.h"
#include "redis_store_jobs.h"
#include "rounds.h"

namespace seatfield::bench {
namespace {

constexpr std::uint32_t kReadSeats = 500;
constexpr EventId kManySections{2};

// Calls over the loopback of TCP.
class Calls {
 public:
  Calls(const RedisServer& server, const House& house, Duration busy_poll)
      : bare_(server.Connect()),
        ours_(Fresh(server, busy_poll), house),
        house_(house) {
    // The shapes of the sections are known from here on.
    std::vector<SectionStats> stats;
    Require(storage().ReadStats({kEvent}, stats));
  }

  BareRedis& bare() { return bare_; }
  RedisStorage& storage() { return ours_.storage(); }

  void MakeSections(std::uint32_t count) {
    std::vector<SectionSpec> specs;
    for (std::uint32_t i = 0; i < count; ++i) {
      specs.push_back({"S-" + std::to_string(i), house_.config});
    }
    Require(storage().CreateSections(kManySections, specs, kNow));
  }

  void ReadSeats(std::uint32_t count) {
    const std::uint32_t last = house_.config.seat_count() - count;
    const SeatIndex first = Below(last + 1);
    SectionView view;
    Require(storage().ReadSection(
        kEvent, ours_.name(Below(house_.sections)),
        {.range = SeatRange{first, first + count}, .states_only = true}, view));
  }
  void ReadCounters() {
    std::vector<SectionStats> stats;
    const std::string& name = ours_.name(Below(house_.sections));
    Require(storage().ReadStats({kEvent, name}, stats));
  }
  void ReadAllCounters(std::size_t sections) {
    std::vector<SectionStats> stats;
    Require(storage().ReadStats({kManySections}, stats));
    Demand(stats.size() == sections, "a section without counters");
  }

  // The next seats that are free.
  void Reserve(std::uint32_t size) {
    const std::uint32_t rows = house_.sections * house_.config.rows;
    const std::uint32_t row = next_ % rows;
    const std::uint32_t at = next_ / rows * kGroupMax;
    ++next_;
    Demand(at + size <= house_.config.seats_per_row, "no seats are left");
    Request request{
        .booking = BookingId(random_() | 1, random_()),
        .section = row % house_.sections,
        .first = row / house_.sections * house_.config.seats_per_row + at,
        .size = size};
    StorageClerk<OurRedisInventory> clerk(ours_);
    Demand(clerk.Reserve(request, kNow), "a free seat was refused");
  }

  // The round trips of a call, and what the server has run for it.
  std::size_t RoundTrips(const std::function<void()>& call) {
    bare_.Call({"CONFIG", "RESETSTAT"});
    const std::size_t trips = ours_.Record(call).size();
    commands_ = bare_.Commands();
    return trips;
  }
  const std::map<std::string, std::uint64_t>& commands() const {
    return commands_;
  }

 private:
  static RedisOptions Fresh(const RedisServer& server, Duration busy_poll) {
    BareRedis(server.Connect()).Call({"FLUSHALL"});
    RedisOptions options;
    options.servers = {server.address()};
    options.busy_poll = busy_poll;
    return options;
  }
  std::uint32_t Below(std::uint32_t end) {
    return static_cast<std::uint32_t>(random_() % end);
  }

  BareRedis bare_;
  OurRedisInventory ours_;
  House house_;
  std::mt19937_64 random_{1};
  std::uint32_t next_ = 0;
  std::map<std::string, std::uint64_t> commands_;
};

// --- Round trips ------------------------------------------------------------

void AddCount(Report& report, std::string name, const char* unit,
              std::uint64_t count, Target target) {
  report.Add({.group = "RedisStorage, what a call sends",
              .name = std::move(name),
              .unit = unit,
              .ours = static_cast<double>(count),
              .target = target});
}

void RunCounts(Report& report, Calls& calls, std::uint32_t sections) {
  const auto ran = [&](const std::string& command) {
    const auto found = calls.commands().find(command);
    return found == calls.commands().end() ? 0 : found->second;
  };
  const std::string seats = std::to_string(kReadSeats) + " seats: ";
  std::size_t trips = calls.RoundTrips([&] { calls.ReadSeats(kReadSeats); });
  std::uint64_t all = 0;
  for (const auto& [name, count] : calls.commands()) all += count;
  AddCount(report, seats + "commands", "calls", all, AtMost(1));
  AddCount(report, seats + "of which GETRANGE", "calls", ran("getrange"),
           AtLeast(1));
  AddCount(report, seats + "round trips", "trips", trips, AtMost(1));

  trips = calls.RoundTrips([&] { calls.ReadAllCounters(sections); });
  AddCount(report, "counters of " + std::to_string(sections) + " sections",
           "trips", trips, AtMost(2));

  trips = calls.RoundTrips([&] { calls.Reserve(4); });
  AddCount(report, "a reserve of four seats", "trips", trips, AtMost(1));
  AddCount(report, "a reserve of four seats: functions", "calls", ran("fcall"),
           AtMost(1));
}

// --- Times ------------------------------------------------------------------

struct TimedCall {
  const char* name;
  std::optional<Target> target;  // milliseconds
  std::function<void()> call;
};

void RunTimes(Report& report, const std::string& group, std::size_t count,
              const TimedCall& timed) {
  struct Rank {
    const char* name;
    std::size_t per_mille;
  };
  constexpr Rank kRanks[] = {{"p50", 500}, {"p95", 950}, {"p99", 990}};
  std::vector<double> times;
  for (std::size_t i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    timed.call();
    const std::chrono::duration<double, std::milli> time =
        std::chrono::steady_clock::now() - start;
    times.push_back(time.count());
  }
  for (const Rank& rank : kRanks) {
    report.Add({.group = group,
                .name = std::string(timed.name) + ", " + rank.name,
                .unit = "ms",
                .ours = Percentile(times, rank.per_mille),
                .target = timed.target});
  }
}

void RunAllTimes(Report& report, const Options& options,
                 const RedisServer& server, Calls& calls,
                 const std::string& where) {
  BareRedis bare(server.ConnectByPort());
  const std::vector<std::string> one_byte = {"GETRANGE", "seats_bf:1:S-0", "7",
                                             "7"};
  const TimedCall timed[] = {
      {"one seat", AtMost(0.1), [&] { calls.ReadSeats(1); }},
      {"GETRANGE by bare hiredis", {}, [&] { bare.Call(one_byte); }},
      {"100 seats", AtMost(1), [&] { calls.ReadSeats(100); }},
      {"500 seats", AtMost(2), [&] { calls.ReadSeats(kReadSeats); }},
      {"counters of a section", AtMost(0.5), [&] { calls.ReadCounters(); }},
      {"reserve one seat", AtMost(2), [&] { calls.Reserve(1); }},
      {"reserve four seats", AtMost(3), [&] { calls.Reserve(4); }},
  };
  for (const TimedCall& call : timed) {
    RunTimes(report, "RedisStorage, single calls over TCP, " + where,
             options.Scaled(std::size_t{2000}), call);
  }
}

}  // namespace

void RunRedisCalls(Report& report, const Options& options,
                   const RedisServer& server) {
  const House house = Scaled(kStadium, options);
  {
    constexpr Duration kBusyPoll = std::chrono::microseconds(200);
    Calls calls(server, house, kBusyPoll);
    RunAllTimes(report, options, server, calls,
                "on two processors, busy_poll=200us");
  }
  Calls calls(server, house, Duration::zero());
  RunAllTimes(report, options, server, calls, "on two processors");
  if (const OneProcessor one(server.process()); one.holds()) {
    RunAllTimes(report, options, server, calls, "on one processor");
  }
  const std::uint32_t sections = options.Scaled(1000U);
  calls.MakeSections(sections);
  RunCounts(report, calls, sections);
}

}  // namespace seatfield::bench
