// SPDX-License-Identifier: MIT
//
// How long a store takes to open after its process was killed, all of its work
// in the log: a million transactions that leave a million seats sold. Another
// process does the work, synced by nobody, and kills itself.
//
// RocksDB and SQLite keep their whole log for it, as ours does: by default each
// of the three bounds what is left to replay. LMDB has no log and is not here.

#ifndef SEATFIELD_BENCH_RECOVERY_JOBS_H_
#define SEATFIELD_BENCH_RECOVERY_JOBS_H_

#include <string>

#include "options.h"
#include "report.h"
#include "scratch_directory.h"

namespace seatfield::bench {

void RunRecoveryJobs(Report& report, const Options& options,
                     const ScratchDirectory& scratch);

// Does the work in Options::directory as the store of that name, and dies.
[[noreturn]] void RunVictim(const std::string& name, const Options& options);

}  // namespace seatfield::bench

#endif  // SEATFIELD_BENCH_RECOVERY_JOBS_H_
