// SPDX-License-Identifier: MIT
//
// One figure of commits a second: MappedStorage and all the peers that were
// built, each in the same rounds, with the same requests and as many clients.

#ifndef SEATFIELD_BENCH_CONTEST_H_
#define SEATFIELD_BENCH_CONTEST_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "clients.h"
#include "durable_inventory.h"
#include "job.h"
#include "options.h"
#include "peers/durable_peers.h"
#include "rounds.h"
#include "scratch_directory.h"
#include "seatfield/mapped_storage.h"

namespace seatfield::bench {

struct ContestPlan {
  House house;
  std::size_t clients = 1;
  SyncKind sync = SyncKind::kEveryCommit;
  bool bare_disk = false;  // beside the disk alone, too
  // Of MappedStorage.
  MappedOptions options;
};

// What ours has gone through in the shortest of its rounds.
struct Crossed {
  std::size_t segments = SIZE_MAX;
  std::size_t snapshots = SIZE_MAX;
};

class Contest {
 public:
  Contest(const Options& options, const ScratchDirectory& scratch,
          ContestPlan plan);

  void Run();

  static constexpr std::size_t kOurs = 0;
  const Measured& measured() const { return measured_; }
  // The sides of peers, the fastest first.
  std::vector<std::size_t> Ranking() const;
  const std::string& name(std::size_t side) const { return names_[side]; }
  // How often the disk syncs a page, a second. Requires bare_disk.
  Spread DiskRate() const { return measured_.figure(sides_.size() - 1); }

  // Microseconds a commit, of each round: the median of ours, its slow end
  // (99.9 per cent), and the median of the disk alone.
  enum Latency : std::size_t { kMedian, kSlow, kDiskMedian };
  const Measured& latencies() const { return latencies_; }
  // What ours should have crossed and has not; empty: nothing.
  std::string Shortfall() const;

 private:
  double PlayOurs();
  double PlayDisk();
  double PlayPeer(const DurablePeer& peer, const PeerOptions& options);
  ClientsResult Play(DurableInventory& inventory, bool latencies,
                     std::function<void()> beside);

  const Options& options_;
  const ScratchDirectory& scratch_;
  ContestPlan plan_;
  std::vector<Side> sides_;
  std::vector<std::string> names_;
  Requests requests_;
  Crossed crossed_;
  Measured measured_{0};
  Measured latencies_{3};
};

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_CONTEST_H_
