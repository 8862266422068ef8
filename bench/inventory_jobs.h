// SPDX-License-Identifier: MIT
//
// The job (job.h) in memory: ours beside each peer, on one thread and on two,
// on many sections and on one, single and in batches.

#ifndef SEATFIELD_BENCH_INVENTORY_JOBS_H_
#define SEATFIELD_BENCH_INVENTORY_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

// Throws std::runtime_error when a peer ends otherwise than ours.
void RunInventoryJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_INVENTORY_JOBS_H_
