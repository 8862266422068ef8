// SPDX-License-Identifier: MIT
//
// One figure of commits a second: MappedStorage and all the peers that were
// built, each in the same rounds, with the same requests and as many clients.

#ifndef SEATFIELD_BENCH_CONTEST_H_
#define SEATFIELD_BENCH_CONTEST_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "clients.h"
#include "crossing.h"
#include "durable_inventory.h"
#include "job.h"
#include "options.h"
#include "peers/durable_peers.h"
#include "rounds.h"
#include "scratch_directory.h"
#include "seatfield/mapped_storage.h"
#include "seatfield/time.h"

namespace seatfield::bench {

struct ContestPlan {
  House house;
  std::size_t clients = 1;
  bool stays = false;  // each client on the first processor
  SyncKind sync = SyncKind::kEveryCommit;
  Duration warm_up = std::chrono::milliseconds(100);
  Duration timed = std::chrono::milliseconds(500);
  MappedOptions options;  // of ours
};

class Contest {
 public:
  Contest(const Options& options, const ScratchDirectory& scratch,
          const ContestPlan& plan);

  // Another side of the same rounds; returns its number.
  std::size_t AddSide(Side side);
  // Ours once more, with the segments and without the snapshots.
  std::size_t AddOursAlone();

  void Run();

  static constexpr std::size_t kOurs = 0;
  const Measured& measured() const { return measured_; }
  // The sides of peers, the fastest first.
  std::vector<std::size_t> Ranking() const;
  const std::string& name(std::size_t side) const { return names_[side]; }
  // Microseconds of our commits: of each round, the value that so many
  // thousandths of them do not pass.
  std::vector<double> Latencies(std::size_t per_mille) const;
  const Crossed& crossed() const { return crossed_; }

 private:
  double PlayOurs();
  double PlayPeer(const DurablePeer& peer, const PeerOptions& options);
  ClientsResult Play(DurableInventory& inventory,
                     std::function<void(double progress)> beside);

  const Options& options_;
  const ScratchDirectory& scratch_;
  ContestPlan plan_;
  std::vector<Side> sides_;
  std::vector<std::string> names_;  // of ours and the peers
  Requests requests_;
  Crossed crossed_;
  Measured measured_{0};
  std::vector<std::vector<double>> latencies_;  // of each round
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_CONTEST_H_
