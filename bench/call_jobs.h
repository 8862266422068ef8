// SPDX-License-Identifier: MIT
//
// Single calls: how long the slow ones take, and what a refusal costs.

#ifndef SEATFIELD_BENCH_CALL_JOBS_H_
#define SEATFIELD_BENCH_CALL_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunCallJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_CALL_JOBS_H_
