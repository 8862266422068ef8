// SPDX-License-Identifier: MIT
//
// The peer in RocksDB: four kinds of keys in a pessimistic TransactionDB;
// sections and bookings are read for update. It gathers the log's writes of
// concurrent transactions by itself, but for those that wait for a section.
//
// Tried, all synced: pipelined writes, two write queues, recycled logs, small
// memtables, a filter in the memtable (each the same); no index over a
// transaction's own writes (1.1x, but a gathered one reads them); unsynced
// commits whose SyncWAL() is gathered instead (1.3x plain, as fast as gathered
// transactions).

#ifndef SEATFIELD_BENCH_PEERS_ROCKSDB_INVENTORY_H_
#define SEATFIELD_BENCH_PEERS_ROCKSDB_INVENTORY_H_

#include <memory>
#include <string>

#include "../durable_inventory.h"
#include "../job.h"
#include "session.h"

namespace seatfield::bench {

// In a directory that is there; makes the store unless there is one.
std::unique_ptr<DurableInventory> OpenRocksDb(const std::string& directory,
                                              const House& house,
                                              const PeerOptions& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_PEERS_ROCKSDB_INVENTORY_H_
