// SPDX-License-Identifier: MIT

#include "best_jobs.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "houses.h"
#include "on_sale/house.h"
#include "on_sale/progress.h"
#include "on_sale/sale.h"
#include "rounds.h"
#include "seatfield/best_available.h"
#include "seatfield/internal/best_choice.h"
#include "seatfield/memory_storage.h"
#include "seatfield/read_view.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_state.h"

namespace seatfield::bench {
namespace {

namespace on_sale = examples::on_sale;

using internal::BestCandidate;
using internal::BestChoice;

// --- One choice -------------------------------------------------------------

constexpr std::size_t kSeats = 500;
constexpr std::uint32_t kSeatsPerRow = 20;
constexpr std::size_t kTaken = 400;
constexpr std::size_t kMaps = 200;
constexpr std::uint32_t kGroupMax = 6;

// 80 % taken, seat by seat wherever chance has it.
SeatMap ScatteredMap(std::mt19937_64& random) {
  SeatMap map(kSeats);
  while (map.Count(SeatState::kSold) < kTaken) {
    map.Set(random() % kSeats, SeatState::kSold);
  }
  return map;
}

// 80 % taken by groups that were seated by first fit, some of which have given
// their seats back.
SeatMap SoldMap(std::mt19937_64& random) {
  SeatMap map(kSeats);
  BestChoice choice;
  while (map.Count(SeatState::kSold) < kSeats - 2 * kGroupMax) {
    const auto count = static_cast<std::uint32_t>(1 + random() % kGroupMax);
    const BestCandidate offer{map, kSeatsPerRow};
    ChooseBest({&offer, 1}, count, {}, choice);
    map.Set(choice.seats, SeatState::kSold);
  }
  while (map.Count(SeatState::kSold) > kTaken) {
    const std::size_t first = random() % (kSeats - kGroupMax);
    map.Fill(first, first + 1 + random() % kGroupMax, SeatState::kAvailable);
  }
  return map;
}

// Chooses for groups of 1 to 6 in each map, all in turn.
Side Choices(const std::vector<SeatMap>& maps, const BestPolicy& policy,
             BestChoice& choice) {
  return [&maps, policy, &choice](int) {
    std::size_t next = 0;
    return NanosecondsEach(maps.size() * kGroupMax, [&] {
      const BestCandidate offer{maps[next / kGroupMax], kSeatsPerRow};
      const auto count = static_cast<std::uint32_t>(1 + next % kGroupMax);
      ChooseBest({&offer, 1}, count, policy, choice);
      Keep(choice.seats);
      ++next;
    });
  };
}

void RunChoices(Report& report, const Options& options,
                const std::string& title, const std::vector<SeatMap>& maps) {
  const std::string group = "Best of 500 seats, 80 % taken " + title;
  const auto best = [](OrphanRule orphans, bool singles) {
    return BestPolicy{.order = BestPolicy::Order::kBest,
                      .orphans = orphans,
                      .allow_singles = singles};
  };
  BestChoice choice;
  const Measured m = RunRounds(
      options.rounds, {Choices(maps, {}, choice),
                       Choices(maps, best(OrphanRule::kAvoid, false), choice),
                       Choices(maps, best(OrphanRule::kForbid, false), choice),
                       Choices(maps, best(OrphanRule::kAvoid, true), choice)});
  const auto add = [&](std::size_t side, const char* name,
                       std::optional<Target> target) {
    report.Add(
        TimesAsLarge(group, name, "ns", m, side, 0, "first fit", target));
  };
  add(1, "1 to 6 seats, orphans avoided", AtMost(20));
  add(2, "... forbidden", AtMost(20));
  add(3, "... avoided, singles if need be", std::nullopt);
}

// --- A crowd ----------------------------------------------------------------

on_sale::Report SellStadium(std::uint32_t buyers, BestPolicy::Order order) {
  const auto house = on_sale::House::Open(SEATFIELD_BENCH_STADIUM,
                                          std::make_unique<MemoryStorage>());
  Demand(house.ok(), std::string(house.status().message()));
  on_sale::Progress nowhere(nullptr);
  std::vector<SectionView> views;
  auto report = on_sale::Sell(**house, {.buyers = buyers, .order = order},
                              nowhere, views);
  Demand(report.ok(), std::string(report.status().message()));
  Demand(report->audit.passed(), "the on-sale's audit failed");
  return *std::move(report);
}

// What came of both, the same at every run of a seed, and how fast.
struct Pair {
  on_sale::Report first;
  on_sale::Report best;
  Measured operations_per_second{2};
};

Pair SellBothWays(std::uint32_t buyers, int rounds) {
  Pair pair;
  const auto sell = [buyers](on_sale::Report& report,
                             BestPolicy::Order order) -> Side {
    return [&report, buyers, order](int) {
      report = SellStadium(buyers, order);
      return static_cast<double>(report.sale.tally.operations()) /
             report.sale.wall_seconds;
    };
  };
  pair.operations_per_second =
      RunRounds(rounds, {sell(pair.best, BestPolicy::Order::kBest),
                         sell(pair.first, BestPolicy::Order::kFirstFit)});
  return pair;
}

Row CountRow(std::string group, std::string name, std::uint64_t ours,
             std::uint64_t peer, Target target) {
  const auto figure = [](std::uint64_t count) {
    return static_cast<double>(count);
  };
  // Of nothing left by either, there is no less.
  const double ratio =
      peer == 0 ? (ours == 0 ? 0 : figure(ours)) : figure(ours) / figure(peer);
  return {.group = std::move(group),
          .name = std::move(name),
          .unit = "",
          .ours = figure(ours),
          .peer = "first fit",
          .peer_figure = figure(peer),
          .ratio = {ratio, ratio, ratio},
          .target = target,
          .lower_is_better = target.bound == Bound::kAtMost};
}

void RunCrowd(Report& report, const Options& options, std::uint32_t buyers) {
  const Pair pair = SellBothWays(options.Scaled(buyers), options.RoundsOf(10));
  const std::string group = "On-sale of 65,000 seats to " +
                            std::to_string(options.Scaled(buyers)) + " buyers";
  report.Add(CountRow(group, "groups seated together",
                      pair.best.seating.together, pair.first.seating.together,
                      AtLeast(1)));
  report.Add(CountRow(group, "single seats left", pair.best.seating.orphans,
                      pair.first.seating.orphans, AtMost(.5)));
  report.Add(CountRow(group, "single seats at one time, at most",
                      pair.best.sale.orphans_most, pair.first.sale.orphans_most,
                      AtMost(.5)));
  Row speed =
      TimesAsLarge(group, "operations on one thread", "1/s",
                   pair.operations_per_second, 0, 1, "first fit", AtLeast(.75));
  speed.lower_is_better = false;
  report.Add(speed);
}

}  // namespace

void RunBestJobs(Report& report, const Options& options) {
  std::mt19937_64 random(1);
  std::vector<SeatMap> scattered;
  std::vector<SeatMap> sold;
  for (std::size_t i = 0; i < options.Scaled(kMaps); ++i) {
    scattered.push_back(ScatteredMap(random));
    sold.push_back(SoldMap(random));
  }
  RunChoices(report, options, "at random", scattered);
  RunChoices(report, options, "by groups", sold);
  RunCrowd(report, options, 30'000);  // seats are left
  RunCrowd(report, options, 60'000);  // none are
}

}  // namespace seatfield::bench
