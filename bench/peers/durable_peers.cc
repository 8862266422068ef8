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
    {"SQLite", OpenSqlite},
#else
    {"SQLite", nullptr},
#endif
#if defined(SEATFIELD_BENCH_LMDB)
        {"LMDB", OpenLmdb},
#else
        {"LMDB", nullptr},
#endif
#if defined(SEATFIELD_BENCH_ROCKSDB)
        {"RocksDB", OpenRocksDb},
#else
        {"RocksDB", nullptr},
#endif
  };
}

}  // namespace seatfield::bench
