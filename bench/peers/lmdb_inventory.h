// SPDX-License-Identifier: MIT
//
// The peer in LMDB: four databases of one environment, synced as by default.
//
// At intervals it is MDB_NOSYNC and mdb_env_sync(). Tried: MDB_WRITEMAP, which
// is as fast when each commit is synced, and more than twice as fast at
// intervals; there it is not used, for nothing orders what a power cut leaves.

#ifndef SEATFIELD_BENCH_PEERS_LMDB_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_LMDB_INVENTORY_H_

#include <memory>
#include <string>

#include "../durable_inventory.h"
#include "../job.h"
#include "session.h"

namespace seatfield::bench {

// In a directory that is there; makes the store unless there is one.
std::unique_ptr<DurableInventory> OpenLmdb(const std::string& directory,
                                           const House& house,
                                           const PeerOptions& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_LMDB_INVENTORY_H_
