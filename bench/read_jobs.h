// SPDX-License-Identifier: MIT
//
// Reads of a house that is partly sold, beside a copy of as many bytes.

#ifndef SEATFIELD_BENCH_READ_JOBS_H_
#define SEATFIELD_BENCH_READ_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunReadJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_READ_JOBS_H_
