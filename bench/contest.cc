// SPDX-License-Identifier: MIT

#include "contest.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <numeric>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bare_disk.h"
#include "houses.h"
#include "our_durable_inventory.h"

namespace seatfield::bench {
namespace {

constexpr Duration kWarmUp = std::chrono::milliseconds(100);
constexpr Duration kTimed = std::chrono::milliseconds(500);
constexpr std::size_t kPages = 4000;
constexpr std::size_t kSegmentsMin = 3;
constexpr std::size_t kSnapshotsMin = 2;

std::size_t CountNew(const std::set<std::string>& before,
                     const std::set<std::string>& after) {
  return static_cast<std::size_t>(std::count_if(
      after.begin(), after.end(),
      [&](const std::string& name) { return !before.contains(name); }));
}

// The number in the last name, "jrnl-" and hexadecimal digits.
std::uint64_t LastNumber(const std::set<std::string>& segments) {
  return segments.empty()
             ? 0
             : std::stoull(segments.rbegin()->substr(5), nullptr, 16);
}

}  // namespace

Contest::Contest(const Options& options, const ScratchDirectory& scratch,
                 ContestPlan plan)
    : options_(options), scratch_(scratch), plan_(std::move(plan)) {
  sides_.emplace_back([this](int) { return PlayOurs(); });
  names_.emplace_back("ours");
  for (const DurablePeer& peer : DurablePeers()) {
    if (peer.open == nullptr) continue;
    for (const bool gathered : {false, true}) {
      if (gathered && plan_.clients == 1) continue;
      const PeerOptions how{.gathered = gathered, .sync = plan_.sync};
      sides_.emplace_back(
          [this, peer, how](int) { return PlayPeer(peer, how); });
      names_.push_back(peer.name + (gathered ? ", gathered" : ""));
    }
  }
  if (plan_.bare_disk) sides_.emplace_back([this](int) { return PlayDisk(); });
}

void Contest::Run() {
  const House& house = plan_.house;
  measured_ =
      RunRounds(options_.RoundsOf(6), sides_, {.before = [&](int round) {
                  requests_ = DrawRequests(house, 0, house.sections,
                                           house.request_count(),
                                           static_cast<std::uint64_t>(round));
                }});
}

std::vector<std::size_t> Contest::Ranking() const {
  std::vector<std::size_t> peers;
  for (std::size_t i = 1; i < names_.size(); ++i) peers.push_back(i);
  std::sort(peers.begin(), peers.end(), [&](std::size_t a, std::size_t b) {
    return measured_.figure(a).median > measured_.figure(b).median;
  });
  return peers;
}

std::string Contest::Shortfall() const {
  if (crossed_.segments >= kSegmentsMin &&
      crossed_.snapshots >= kSnapshotsMin) {
    return {};
  }
  return "only " + std::to_string(crossed_.segments) + " segments and " +
         std::to_string(crossed_.snapshots) + " snapshots crossed";
}

double Contest::PlayOurs() {
  OurDurableInventory ours(scratch_.Fresh("ours"), plan_.house, plan_.options);
  const auto segments = ours.Files("jrnl-");
  const auto snapshots = ours.Files("snap-");
  const Duration pause =
      options_.Scaled(kTimed) / static_cast<int>(kSnapshotsMin + 1);
  ClientsResult result = Play(ours, true, [&] {
    for (std::size_t i = 0; i < kSnapshotsMin; ++i) {
      std::this_thread::sleep_for(pause);
      Require(ours.storage().Checkpoint());
    }
  });
  Demand(ours.storage().Verify(kEvent).ok(), "the inventory does not verify");
  crossed_.segments =
      std::min(crossed_.segments,
               static_cast<std::size_t>(LastNumber(ours.Files("jrnl-")) -
                                        LastNumber(segments)));
  crossed_.snapshots =
      std::min(crossed_.snapshots, CountNew(snapshots, ours.Files("snap-")));
  latencies_.Add(kMedian, Percentile(result.latencies, 500));
  latencies_.Add(kSlow, Percentile(result.latencies, 999));
  return result.commits_per_second;
}

double Contest::PlayDisk() {
  std::vector<double> times =
      BareDisk(scratch_.path() + "/bare", options_.Scaled(kPages)).WriteAll();
  const double sum = std::accumulate(times.begin(), times.end(), 0.0);
  latencies_.Add(kDiskMedian, Percentile(times, 500));
  return 1e6 * static_cast<double>(times.size()) / sum;
}

double Contest::PlayPeer(const DurablePeer& peer, const PeerOptions& options) {
  const auto inventory =
      peer.open(scratch_.Fresh("peer"), plan_.house, options);
  return Play(*inventory, false, [] {}).commits_per_second;
}

ClientsResult Contest::Play(DurableInventory& inventory, bool latencies,
                            std::function<void()> beside) {
  ClientsResult result =
      RunClients(inventory, {.requests = requests_,
                             .clients = plan_.clients,
                             .warm_up = options_.Scaled(kWarmUp),
                             .timed = options_.Scaled(kTimed),
                             .latencies = latencies,
                             .beside = std::move(beside)});
  Demand(EndsAs(inventory, plan_.house, requests_, result.sold),
         "a durable store ended otherwise than its clients were told");
  return result;
}

}  // namespace seatfield::bench
