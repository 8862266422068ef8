// SPDX-License-Identifier: MIT
//
// The job beside a redis-server that the benchmark starts and stops. Where
// there is none, or hiredis was not there to build with, the row says so.

#ifndef SEATFIELD_BENCH_REDIS_JOBS_H_
#define SEATFIELD_BENCH_REDIS_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunRedisJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_REDIS_JOBS_H_
