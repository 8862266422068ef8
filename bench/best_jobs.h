// SPDX-License-Identifier: MIT
//
// The choice of best seats beside first fit: the time of a choice, and what a
// crowd is left with.

#ifndef SEATFIELD_BENCH_BEST_JOBS_H_
#define SEATFIELD_BENCH_BEST_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunBestJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_BEST_JOBS_H_
