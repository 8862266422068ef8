// SPDX-License-Identifier: MIT

#include "read_jobs.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "houses.h"
#include "job.h"
#include "our_inventory.h"
#include "rounds.h"

namespace seatfield::bench {
namespace {

const char* const kReadGroup = "Reads, 100 sections of 650 seats";

// Calls of one round.
constexpr std::uint64_t kCalls = 20'000;

// A side that copies so many bytes.
Side Copy(std::vector<std::byte>& from, std::vector<std::byte>& to,
          std::uint64_t calls) {
  return [&from, &to, calls](int) {
    return NanosecondsEach(calls, [&] {
      std::memcpy(to.data(), from.data(), from.size());
      Keep(to.front());
    });
  };
}

void RunCounters(Report& report, const Options& options, OurInventory& ours) {
  const std::uint64_t calls = options.Scaled(kCalls) / 10 + 1;
  std::vector<SectionCounters> counters;
  std::vector<SectionStats> stats;
  std::vector<std::byte> from(ours.section_count() * sizeof(SectionCounters)),
      to(from.size());
  const Measured m =
      RunRounds(options.rounds,
                {[&](int) {
                   return NanosecondsEach(calls, [&] {
                     Require(ours.storage().ReadCounters(kEvent, counters));
                     Keep(counters.front());
                   });
                 },
                 [&](int) {
                   return NanosecondsEach(calls, [&] {
                     Require(ours.storage().ReadStats({kEvent}, stats));
                     Keep(stats.front());
                   });
                 },
                 Copy(from, to, calls)});
  Demand(counters.size() == ours.section_count(), "sections are missing");
  Demand(stats.size() == ours.section_count(), "sections are missing");
  const char* const peer = "memcpy of 100 x 32 bytes";
  report.Add(TimesAsLarge(kReadGroup, "counters of 100 sections", "ns", m, 0, 2,
                          peer, AtMost(10)));
  report.Add(TimesAsLarge(kReadGroup, "the same with names and shapes", "ns", m,
                          1, 2, peer));
}

void RunBits(Report& report, const Options& options, OurInventory& ours) {
  const std::uint64_t calls = options.Scaled(kCalls);
  SectionView view;
  std::vector<std::byte> from(kStadium.config.seat_count() / 4),
      to(from.size());
  const Measured m =
      RunRounds(options.rounds, {[&](int) {
                                   return NanosecondsEach(calls, [&] {
                                     Require(ours.storage().ReadSection(
                                         kEvent, ours.section(0), {}, view));
                                     Keep(view.map);
                                   });
                                 },
                                 Copy(from, to, calls)});
  Demand(view.map.CountAll() == view.stats.counts, "the bits are others");
  report.Add(TimesAsLarge(kReadGroup, "counters and bits of one section", "ns",
                          m, 0, 1, "memcpy of its 162 bytes"));
}

}  // namespace

void RunReadJobs(Report& report, const Options& options) {
  OurInventory ours(kStadium);
  Work(ours, DrawRequests(kStadium, 0, kStadium.sections,
                          kStadium.request_count(), 1));
  RunCounters(report, options, ours);
  RunBits(report, options, ours);
}

}  // namespace seatfield::bench
