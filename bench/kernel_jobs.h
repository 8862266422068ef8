// SPDX-License-Identifier: MIT
//
// The loops over two-bit seats, beside the least that reading the same bytes
// costs and beside the loops that one would write without thinking of words.
// Every instruction set that the machine has, whatever the compiler was told.
//
// The count with AVX-512 is bound by its arithmetic in cache: 11 operations for
// 512 seats. Zen 4, which does two of them a cycle, takes 5.5 cycles and cannot
// pass 93 seats a cycle, 8 times what its four scalar ports do; 10 times takes a
// processor with full-width vectors. What made it no faster: sums carried and
// saved before they are counted (Harley and Seal: as many operations), two sets
// of sums, prefetching. What did: to begin at the border of a cache line.
//
// What made searches no faster: to leave a vector early when no two seats are
// side by side, as often wrong as right. What did: not to ask for rows before a
// run is found, vectors that overlap by a word instead of bits carried from one
// to the next, and shifts made before the loop.

#ifndef SEATFIELD_BENCH_KERNEL_JOBS_H_
#define SEATFIELD_BENCH_KERNEL_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunKernelJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_KERNEL_JOBS_H_
