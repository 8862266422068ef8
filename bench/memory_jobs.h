// SPDX-License-Identifier: MIT
//
// What a store keeps, by its own account (MemoryStorage::bytes_in_use).

#ifndef SEATFIELD_BENCH_MEMORY_JOBS_H_
#define SEATFIELD_BENCH_MEMORY_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunMemoryJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_MEMORY_JOBS_H_
