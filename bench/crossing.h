// SPDX-License-Identifier: MIT
//
// What a run of ours goes through beside its commits: some snapshots, made at
// even distances and the first after half of one, since a snapshot takes its
// time, and the segments of the journal. Counted by the names of the files, so
// that a figure which has left them out shows it.

#ifndef SEATFIELD_BENCH_CROSSING_H_
#define SEATFIELD_BENCH_CROSSING_H_

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <thread>

#include "our_durable_inventory.h"

namespace seatfield::bench {

struct Crossed {
  static constexpr std::size_t kSegmentsMin = 3;
  static constexpr std::size_t kSnapshotsMin = 2;

  std::size_t segments = std::numeric_limits<std::size_t>::max();
  std::size_t snapshots = std::numeric_limits<std::size_t>::max();

  // Of several runs, the poorest.
  void Add(const Crossed& other) {
    segments = std::min(segments, other.segments);
    snapshots = std::min(snapshots, other.snapshots);
  }
  // What is missing; empty: nothing.
  std::string Shortfall() const {
    if (segments >= kSegmentsMin && snapshots >= kSnapshotsMin) return {};
    return "crossed " + std::to_string(segments) + " segments, " +
           std::to_string(snapshots) + " snapshots";
  }
};

class Crossing {
 public:
  explicit Crossing(OurDurableInventory& ours)
      : ours_(ours), segment_(LastSegment()), snapshots_(ours.Files("snap-")) {}

  // To be called over and over beside the run.
  void Step(double progress) {
    const double next = (static_cast<double>(made_) + .5) /
                        static_cast<double>(Crossed::kSnapshotsMin + 1);
    if (made_ < Crossed::kSnapshotsMin && progress >= next) {
      Require(ours_.storage().Checkpoint());
      ++made_;
    } else {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  Crossed Result() const {
    const std::set<std::string> after = ours_.Files("snap-");
    const auto made = std::count_if(
        after.begin(), after.end(),
        [&](const auto& name) { return !snapshots_.contains(name); });
    return {.segments = static_cast<std::size_t>(LastSegment() - segment_),
            .snapshots = static_cast<std::size_t>(made)};
  }

 private:
  // "jrnl-" and the number in hexadecimal digits.
  std::uint64_t LastSegment() const {
    const std::set<std::string> names = ours_.Files("jrnl-");
    return names.empty() ? 0
                         : std::stoull(names.rbegin()->substr(5), nullptr, 16);
  }

  OurDurableInventory& ours_;
  std::uint64_t segment_;
  std::set<std::string> snapshots_;
  std::size_t made_ = 0;
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_CROSSING_H_
