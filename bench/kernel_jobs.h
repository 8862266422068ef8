// SPDX-License-Identifier: MIT
//
// The loops over two-bit seats, beside the least that reading the same bytes
// costs and beside the loops that one would write without thinking of words.
// Every instruction set that the machine has, whatever the compiler was told.

#ifndef SEATFIELD_BENCH_KERNEL_JOBS_H_
#define SEATFIELD_BENCH_KERNEL_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunKernelJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_KERNEL_JOBS_H_
