// SPDX-License-Identifier: MIT
//
// The loops over two-bit seats, beside the least that reading the same bytes
// costs and beside the loops that one would write without thinking of words.
// Every instruction set that the machine has, whatever the compiler was told.
//
// The count with AVX-512 is bound by its arithmetic in cache: 11 operations for
// 512 seats. Zen 4 does two of them a cycle: it cannot pass 93 seats a cycle,
// 8 times what its scalar ports reach. To reach 10 takes full-width vectors.
// What made it no faster: sums carried and saved before they are counted (after
// Harley and Seal: as many operations), two sets of sums, prefetching. What
// did: to begin at the border of a cache line, a twentieth.
//
// What made searches faster: not to ask for rows before a run is found, a
// fifth; shifts made before the loop, a seventh; the last word of a map loaded
// in pieces of known sizes, half the time of a small section.

#ifndef SEATFIELD_BENCH_KERNEL_JOBS_H_
#define SEATFIELD_BENCH_KERNEL_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunKernelJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_KERNEL_JOBS_H_
