// SPDX-License-Identifier: MIT

#include "durable_peers.h"

#include <vector>

#if defined(SEATFIELD_BENCH_SQLITE)
#include "sqlite_inventory.h"
#endif
#if defined(SEATFIELD_BENCH_LMDB)
#include "lmdb_inventory.h"
#endif
#if defined(SEATFIELD_BENCH_ROCKSDB)
#include "rocksdb_inventory.h"
#endif

namespace seatfield::bench {

std::vector<DurablePeer> DurablePeers() {
  return {
#if defined(SEATFIELD_BENCH_SQLITE)
    {"SQLite", true, OpenSqlite},
#else
    {"SQLite", true, nullptr},
#endif
#if defined(SEATFIELD_BENCH_LMDB)
        {"LMDB", false, OpenLmdb},
#else
        {"LMDB", false, nullptr},
#endif
#if defined(SEATFIELD_BENCH_ROCKSDB)
        {"RocksDB", true, OpenRocksDb},
#else
        {"RocksDB", true, nullptr},
#endif
  };
}

}  // namespace seatfield::bench
