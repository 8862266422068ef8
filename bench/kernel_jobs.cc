// SPDX-License-Identifier: MIT

#include "kernel_jobs.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "houses.h"
#include "peers/plain_loops.h"
#include "rounds.h"
#include "seatfield/internal/kernels.h"
#include "seatfield/internal/rows.h"
#include "seatfield/seat_map.h"
#include "seatfield/seat_search.h"
#include "seatfield/seat_state.h"

namespace seatfield::bench {
namespace {

using internal::Kernels;

std::vector<const Kernels*> SupportedKernels() {
  std::vector<const Kernels*> supported;
  for (const Kernels* const kernels : internal::kAllKernels) {
    if (kernels->is_supported()) supported.push_back(kernels);
  }
  return supported;
}

// What the process uses; its targets are of processors with VPOPCNTDQ.
std::optional<Target> TargetOfActive(double at_most) {
  if (internal::ActiveKernels().name != "avx512") return std::nullopt;
  return AtMost(at_most);
}

SeatMap RandomMap(std::size_t size) {
  SeatMap map(size);
  std::mt19937_64 random(1);
  for (std::uint64_t& word : map.mutable_words()) word = random();
  return map.Slice(0, size);  // without the bits after the last seat
}

// --- Count ------------------------------------------------------------------

// Seats that a side looks at in one round, about.
constexpr std::size_t kSeatsPerRound = 100'000'000;

Side Count(const Kernels& kernels, const SeatMap& map, std::uint64_t calls) {
  return [&kernels, &map, calls](int) {
    return NanosecondsEach(calls, [&] {
      Keep(kernels.count_states(map.bytes().data(), map.size()));
    });
  };
}

std::uint64_t BestSum(std::span<const std::uint64_t> words) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) return SumAvx512(words);
#endif
  return Sum(words);
}

void RunCountBesideSum(Report& report, const Options& options, std::size_t size,
                       int slower, double target) {
  size = options.Scaled(size);
  const SeatMap map = RandomMap(size);
  const std::uint64_t calls = kSeatsPerRound / 4 / size + 1;
  const Side sum = [&](int) {
    return NanosecondsEach(calls, [&] { Keep(BestSum(map.words())); });
  };
  const Measured m =
      RunRounds(options.RoundsOf(slower),
                {Count(internal::ActiveKernels(), map, calls), sum});
  report.Add(TimesAsLarge("Count of all four states",
                          std::to_string(size) + " seats, " +
                              std::string(internal::ActiveKernels().name),
                          "ns", m, 0, 1, "vectorised sum of the words",
                          TargetOfActive(target)));
}

// What each instruction set is to reach in cache.
std::optional<Target> TargetInCache(std::string_view isa) {
  if (isa == "avx512") return AtLeast(10);
  if (isa == "avx2") return AtLeast(2.5);
  return std::nullopt;
}

#if defined(__x86_64__)

void RunCountBesideScalar(Report& report, const Options& options) {
  if (!__builtin_cpu_supports("popcnt")) return;
  constexpr std::size_t kSize = 65'000;
  const SeatMap map = RandomMap(kSize);
  const std::uint64_t calls = options.Scaled(kSeatsPerRound / 10) / kSize + 1;
  const std::vector<const Kernels*> tables = SupportedKernels();
  std::vector<Side> sides;
  sides.reserve(tables.size() + 1);
  for (const Kernels* const kernels : tables) {
    Demand(kernels->count_states(map.bytes().data(), kSize) ==
               CountScalarPopcnt(map.words(), kSize),
           "counts differ");
    sides.push_back(Count(*kernels, map, calls));
  }
  sides.emplace_back([&](int) {
    return NanosecondsEach(
        calls, [&] { Keep(CountScalarPopcnt(map.words(), kSize)); });
  });
  const Measured m = RunRounds(options.rounds, sides);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    report.Add(TimesFaster("Count of all four states in cache, 65000 seats",
                           std::string(tables[i]->name), "ns", m, i,
                           tables.size(), "scalar POPCNT",
                           TargetInCache(tables[i]->name)));
  }
}

#else

void RunCountBesideScalar(Report&, const Options&) {}

#endif  // defined(__x86_64__)

// --- Runs -------------------------------------------------------------------

constexpr std::size_t kWidth = 65;
constexpr std::size_t kRun = 4;
constexpr std::size_t kScanned = 6268;

// 95 % taken, with its only run at the end of `kScanned` seats.
SeatMap NearlySoldOut() {
  SeatMap map(97 * kWidth);
  std::mt19937_64 random(1);
  for (std::size_t seat = 0; seat < map.size(); ++seat) {
    if (random() % 100 < 95) map.Set(seat, SeatState::kSold);
  }
  while (const auto run = FindRun(map, kWidth, kRun)) {
    map.Set(*run, SeatState::kSold);
  }
  map.Fill(kScanned - kRun, kScanned, SeatState::kAvailable);
  return map;
}

std::optional<Target> TargetOfSearch(std::string_view isa) {
  if (isa == "avx512") return AtLeast(50);
  if (isa == "avx2") return AtLeast(12);
  if (isa == "popcnt") return AtLeast(12);  // PEXT
  if (isa == "portable") return AtLeast(6);
  return std::nullopt;
}

void RunSearches(Report& report, const Options& options) {
  const SeatMap map = NearlySoldOut();
  const internal::RowField field = {.bytes = map.bytes().data(),
                                    .seats = map.size(),
                                    .seats_per_row = kWidth};
  const std::uint64_t calls = options.Scaled<std::uint64_t>(2000);
  const std::vector<const Kernels*> tables = SupportedKernels();
  std::vector<Side> sides;
  sides.reserve(tables.size() + 1);
  for (const Kernels* const kernels : tables) {
    Demand(kernels->find_run(field, kRun) ==
               FindRunBySeat(map, kWidth, kRun).value_or(0),
           "runs differ");
    sides.emplace_back([&, kernels](int) {
      return NanosecondsEach(calls,
                             [&] { Keep(kernels->find_run(field, kRun)); });
    });
  }
  sides.emplace_back([&](int) {
    return NanosecondsEach(calls / 10 + 1,
                           [&] { Keep(FindRunBySeat(map, kWidth, kRun)); });
  });
  const Measured m = RunRounds(options.rounds, sides);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    report.Add(
        TimesFaster("First run of 4 in rows of 65, 95 % taken, 6268 seats",
                    std::string(tables[i]->name), "ns", m, i, tables.size(),
                    "per-seat loop", TargetOfSearch(tables[i]->name)));
  }
}

// Where the first seats fit, the loop is hard to beat.
void RunInstantHit(Report& report, const Options& options, std::size_t run,
                   std::size_t first) {
  const SeatMap map(500);
  const std::uint64_t calls = options.Scaled<std::uint64_t>(100'000);
  // Not constants to the compiler, which would see through the loop.
  volatile std::size_t width_now = 25, run_now = run, first_now = first;
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) {
                   return NanosecondsEach(calls, [&] {
                     Keep(FindRun(map, width_now, run_now, nullptr, first_now));
                   });
                 },
                 [&](int) {
                   return NanosecondsEach(calls, [&] {
                     Keep(FindRunBySeat(map, width_now, run_now, first_now));
                   });
                 }});
  Demand(FindRun(map, 25, run, nullptr, first) ==
             FindRunBySeat(map, 25, run, first),
         "runs differ");
  report.Add({.group = "First seats fit: time behind the per-seat loop",
              .name = "run of " + std::to_string(run) + " from seat " +
                      std::to_string(first),
              .unit = "ns",
              .ours = m.figure(0).median - m.figure(1).median,
              .target = AtMost(5)});
}

// --- Decode -----------------------------------------------------------------

void RunDecode(Report& report, const Options& options) {
  const SeatMap map = RandomMap(500);
  std::vector<SeatState> out(map.size());
  const std::vector<SeatState> from(map.size());
  const std::uint64_t calls = options.Scaled<std::uint64_t>(20'000);
  const std::vector<const Kernels*> tables = SupportedKernels();
  std::vector<Side> sides;
  sides.reserve(tables.size() + 1);
  for (const Kernels* const kernels : tables) {
    sides.emplace_back([&, kernels](int) {
      return NanosecondsEach(calls, [&] {
        kernels->decode(map.bytes().data(), map.size(), out.data());
        Keep(out.front());
      });
    });
  }
  sides.emplace_back([&](int) {
    return NanosecondsEach(calls, [&] {
      std::memcpy(out.data(), from.data(), from.size());
      Keep(out.front());
    });
  });
  const Measured m = RunRounds(options.rounds, sides);
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const bool active = tables[i] == &internal::ActiveKernels();
    report.Add(TimesAsLarge("Decode of 500 seats to bytes",
                            std::string(tables[i]->name), "ns", m, i,
                            tables.size(), "memcpy of 500 bytes",
                            active ? TargetOfActive(2) : std::nullopt));
  }
}

}  // namespace

void RunKernelJobs(Report& report, const Options& options) {
  RunCountBesideSum(report, options, 1'000'000, 1, 1.6);
  RunCountBesideSum(report, options, 100'000'000, 1, 2.5);
  RunCountBesideSum(report, options, 1'000'000'000, 3, 1.6);
  RunCountBesideScalar(report, options);
  RunSearches(report, options);
  for (const std::size_t run : {1U, 2U, 4U}) {
    RunInstantHit(report, options, run, 0);
    RunInstantHit(report, options, run, 259);
  }
  RunDecode(report, options);
}

}  // namespace seatfield::bench
