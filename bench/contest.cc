// SPDX-License-Identifier: MIT

#include "contest.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "houses.h"
#include "our_durable_inventory.h"

namespace seatfield::bench {

Contest::Contest(const Options& options, const ScratchDirectory& scratch,
                 const ContestPlan& plan)
    : options_(options), scratch_(scratch), plan_(plan) {
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
}

std::size_t Contest::AddSide(Side side) {
  sides_.push_back(std::move(side));
  return sides_.size() - 1;
}

std::size_t Contest::AddOursAlone() {
  return AddSide([this](int) {
    OurDurableInventory ours(scratch_.Fresh("ours"), plan_.house,
                             plan_.options);
    return Play(ours, {}).commits_per_second;
  });
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

std::vector<double> Contest::Latencies(std::size_t per_mille) const {
  std::vector<double> values;
  for (std::vector<double> round : latencies_) {
    values.push_back(Percentile(round, per_mille));
  }
  return values;
}

double Contest::PlayOurs() {
  OurDurableInventory ours(scratch_.Fresh("ours"), plan_.house, plan_.options);
  Crossing crossing(ours);
  ClientsResult result =
      Play(ours, [&](double progress) { crossing.Step(progress); });
  Demand(ours.storage().Verify(kEvent).ok(), "the inventory does not verify");
  crossed_.Add(crossing.Result());
  latencies_.push_back(std::move(result.latencies));
  return result.commits_per_second;
}

double Contest::PlayPeer(const DurablePeer& peer, const PeerOptions& options) {
  const auto inventory =
      peer.open(scratch_.Fresh("peer"), plan_.house, options);
  return Play(*inventory, {}).commits_per_second;
}

ClientsResult Contest::Play(DurableInventory& inventory,
                            std::function<void(double progress)> beside) {
  ClientsResult result =
      RunClients(inventory, {.requests = requests_,
                             .clients = plan_.clients,
                             .stays = plan_.stays,
                             .warm_up = options_.Scaled(plan_.warm_up),
                             .timed = options_.Scaled(plan_.timed),
                             .beside = std::move(beside)});
  DemandEnd(inventory, plan_.house, requests_, result.sold);
  return result;
}

}  // namespace seatfield::bench
