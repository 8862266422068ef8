# The durable jobs, and the peers that are there to build with.

target_sources(
  seatfield_bench
  PRIVATE async_client.cc
          clients.cc
          contest.cc
          durable_jobs.cc
          peers/durable_peers.cc
          recovery_jobs.cc
          snapshot_jobs.cc)
target_compile_definitions(seatfield_bench PRIVATE SEATFIELD_BENCH_MAPPED)
target_link_libraries(seatfield_bench PRIVATE seatfield::seatfield)

# seatfield_bench_peer(<NAME> <header> <library>): peers/<name>_inventory.cc.
function(seatfield_bench_peer name header library)
  find_path(SEATFIELD_${name}_INCLUDE ${header})
  find_library(SEATFIELD_${name}_LIBRARY ${library})
  mark_as_advanced(SEATFIELD_${name}_INCLUDE SEATFIELD_${name}_LIBRARY)
  if(NOT SEATFIELD_${name}_INCLUDE OR NOT SEATFIELD_${name}_LIBRARY)
    return()
  endif()
  string(TOLOWER ${name} file)
  target_sources(seatfield_bench PRIVATE peers/${file}_inventory.cc)
  target_compile_definitions(seatfield_bench PRIVATE SEATFIELD_BENCH_${name})
  target_include_directories(seatfield_bench SYSTEM
                             PRIVATE ${SEATFIELD_${name}_INCLUDE})
  target_link_libraries(seatfield_bench PRIVATE ${SEATFIELD_${name}_LIBRARY})
endfunction()

seatfield_bench_peer(SQLITE sqlite3.h sqlite3)
seatfield_bench_peer(LMDB lmdb.h lmdb)
# Of RocksDB, ThreadSanitizer sees what its headers do and not its locks.
if(NOT SEATFIELD_SANITIZE MATCHES thread)
  seatfield_bench_peer(ROCKSDB rocksdb/db.h rocksdb)
endif()
