// SPDX-License-Identifier: MIT
//
// RedisStorage on a redis-server that the benchmark starts and stops: beside
// its own script with bytes that were prepared before the clock starts, its
// layouts beside each other, its round trips, and the time of single calls.
// Where there is no redis-server a row says so.

#ifndef SEATFIELD_BENCH_REDIS_STORE_JOBS_H_
#define SEATFIELD_BENCH_REDIS_STORE_JOBS_H_

#include "options.h"
#include "peers/redis_server.h"
#include "report.h"

namespace seatfield::bench {

void RunRedisStoreJobs(Report& report, const Options& options);

// Its parts. The server must be reachable by a port for the calls.
void RunRedisThroughput(Report& report, const Options& options,
                        const RedisServer& server);
void RunRedisMemory(Report& report, const Options& options,
                    const RedisServer& server);
void RunRedisCalls(Report& report, const Options& options,
                   const RedisServer& server);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_REDIS_STORE_JOBS_H_
