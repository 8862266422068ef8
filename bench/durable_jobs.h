// SPDX-License-Identifier: MIT
//
// The job done durably, beside SQLite, LMDB and RocksDB on the same disk with
// the same acknowledgement. A peer runs plainly, as its documentation advises,
// and with the commits of all clients gathered into one transaction from
// outside (peers/session.h); the better of the two is what counts.
//
// Every store is compared with what its clients were told. Commits are counted
// that changed something: a refusal waits for no disk.

#ifndef SEATFIELD_BENCH_DURABLE_JOBS_H_
#define SEATFIELD_BENCH_DURABLE_JOBS_H_

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunDurableJobs(Report& report, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_DURABLE_JOBS_H_
