// SPDX-License-Identifier: MIT
//
// How long a store takes to open after its process was killed, all of its work
// in the log: a million transactions that leave a million seats sold. Another
// process does the work, synced by nobody, and kills itself; what all of them
// left is on the disk before any is opened, so that none waits for another's.
//
// RocksDB and SQLite keep their whole log for it, as ours does: by default each
// of the three bounds what is left to replay. LMDB has no log and is not here.

#ifndef SEATFIELD_BENCH_RECOVERY_JOBS_H_
#define SEATFIELD_BENCH_RECOVERY_JOBS_H_

#include <string>

#include "options.h"
#include "report.h"

namespace seatfield::bench {

void RunRecoveryJobs(Report& report, const Options& options);

// Does the work in Options::directory as the store of that name, and dies.
[[noreturn]] void RunVictim(const std::string& name, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_RECOVERY_JOBS_H_
