// SPDX-License-Identifier: MIT
//
// The stores that were there to build with.

#ifndef SEATFIELD_BENCH_PEERS_DURABLE_PEERS_H_
#define SEATFIELD_BENCH_PEERS_DURABLE_PEERS_H_

#include <memory>
#include <string>
#include <vector>

#include "../durable_inventory.h"
#include "../job.h"
#include "session.h"

namespace seatfield::bench {

struct DurablePeer {
  std::string name;
  bool has_log;  // that it replays when it is opened
  // Null where it was not there.
  std::unique_ptr<DurableInventory> (*open)(const std::string& directory,
                                            const House& house,
                                            const PeerOptions& options);
};

// All that there could be.
std::vector<DurablePeer> DurablePeers();

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_DURABLE_PEERS_H_
