// SPDX-License-Identifier: MIT
//
// The peer in SQLite: a database of three tables in WAL mode, a connection and
// an IMMEDIATE transaction for each client, prepared statements.
//
// At intervals the log's file is synced, which SQLite itself leaves to its
// checkpoints. Tried, all synced: pages of 1 and 2 KiB (no faster; gathered,
// 0.9x) and of 8 KiB (0.8x); checkpoints every 4,000 pages and not 1,000 as by
// default (0.6x to 1x: a log that still grows costs more to sync); no mapped
// memory (the same). Many clients without gathering wait for the lock asleep.

#ifndef SEATFIELD_BENCH_PEERS_SQLITE_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_SQLITE_INVENTORY_H_

#include <memory>
#include <string>

#include "../durable_inventory.h"
#include "../job.h"
#include "session.h"

namespace seatfield::bench {

// In a directory that is there; makes the store unless there is one.
std::unique_ptr<DurableInventory> OpenSqlite(const std::string& directory,
                                             const House& house,
                                             const PeerOptions& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_SQLITE_INVENTORY_H_
