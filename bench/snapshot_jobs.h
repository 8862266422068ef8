// SPDX-License-Identifier: MIT
//
// What snapshots cost and save: commits while they are written, opening a store
// that was closed, bytes on the disk.

#ifndef SEATFIELD_BENCH_SNAPSHOT_JOBS_H_
#define SEATFIELD_BENCH_SNAPSHOT_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunSnapshotJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_SNAPSHOT_JOBS_H_
