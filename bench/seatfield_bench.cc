// SPDX-License-Identifier: MIT
//
// All jobs beside their peers, in one run.
//
//   bench [--rounds N] [--only FAMILY...] [--quick] [--json FILE] [--dir DIR]
//
// How figures are taken stands in rounds.h, what the rows mean in report.h,
// what the job is in job.h, what the peers are in peers/.
//
// What made the everyday transaction no faster: -O3; groups of one size and
// requests that a processor can foresee (a tenth, so it is not for mispredicted
// branches); keeping freed memory from the system between rounds; writing the
// commit's count into a line that other threads read before they lock (two
// threads lost a third).
// What did: one look-up of a booking; marks of a byte beside a table's places,
// so that a new booking is known to be new without a read that misses the cache
// (that read was a third of a reserve); a line of its own for what only a
// table's growth changes; asking for the lines that another core has written
// before the section is locked, and filling in the outcome after (two threads
// in halves, 1.2x to 1.9x one); waiting for a section in the order of locks
// where its booking was found first, and looking at a lock that another thread
// holds less and less often (one hot section, 0.9x to 1.8x bytes and mutexes);
// a line's number that names its slab (a twentieth); never reading a struct
// wider than it was just written, as a copy of one does (a fifth of a reserve);
// telling GCC which functions are hot, since it made those with many ways to
// give up small, down to a call for each store; what holds a step given to no
// function that is not inlined, so that it stands in registers; lists that one
// store clears and that are filled without a look at their room. Batches gain
// from fetching ahead only where the store outgrows the cache; elsewhere they
// lost a sixth, so there it is left out.
//
// What bounds it: 900 instructions an operation, against 1,240 before those and
// 67 of (d), which has no bookings, no deadlines, no versions and no answers;
// 420 of them are asking and answering, (e). Of reads that miss a cache of 512
// KiB it has as many as (d), those of the requests.
//
// Exit status: 1 if a peer's end state differs from that of the inventory, 2
// for a wrong argument, 3 if the JSON cannot be written. A target that is
// missed is printed and counted, and changes no exit status: machines differ.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "best_jobs.h"
#include "call_jobs.h"
#if defined(SEATFIELD_BENCH_MAPPED)
#include "durable_jobs.h"
#include "recovery_jobs.h"
#endif
#include "inventory_jobs.h"
#include "kernel_jobs.h"
#include "memory_jobs.h"
#include "options.h"
#include "read_jobs.h"
#include "redis_jobs.h"
#if defined(SEATFIELD_BENCH_REDIS)
#include "redis_store_jobs.h"
#endif
#include "report.h"
#if defined(SEATFIELD_BENCH_MAPPED)
#include "snapshot_jobs.h"
#endif

namespace seatfield::bench {
namespace {

struct Family {
  const char* name;
  void (*run)(Report&, const Options&);
};

constexpr Family kFamilies[] = {
    {"inventory", RunInventoryJobs},
    {"redis", RunRedisJobs},
    {"calls", RunCallJobs},
    {"reads", RunReadJobs},
    {"memory", RunMemoryJobs},
    {"kernels", RunKernelJobs},
    {"best", RunBestJobs},
#if defined(SEATFIELD_BENCH_MAPPED)
    {"durable", RunDurableJobs},
    {"snapshots", RunSnapshotJobs},
    {"recovery", RunRecoveryJobs},
#endif
#if defined(SEATFIELD_BENCH_REDIS)
    {"redis-store", RunRedisStoreJobs},
#endif
};

void PrintCircumstances(const Options& options) {
  for (const auto& [name, value] : Circumstances()) {
    std::printf("%s: %s\n", name.c_str(), value.c_str());
  }
  std::printf("rounds: %d%s\n", options.rounds,
              options.quick ? ", quick: figures mean little" : "");
}

int RunBench(const Options& options, const std::vector<std::string>& only,
             const std::string& json_file) {
  Report report;
  PrintCircumstances(options);
  for (const Family& family : kFamilies) {
    if (only.empty() ||
        std::find(only.begin(), only.end(), family.name) != only.end()) {
      family.run(report, options);
    }
  }
  std::printf("\n%zu rows, %zu targets missed\n", report.rows().size(),
              report.missed_count());
  if (json_file.empty() || report.WriteJson(json_file, options.rounds)) {
    return 0;
  }
  std::fprintf(stderr, "cannot write %s\n", json_file.c_str());
  return 3;
}

int ParseAndRun(int argc, char** argv) {
  CLI::App app("Compares seatfield with its peers, job by job.");
  Options options;
  std::vector<std::string> only, names;
  for (const Family& family : kFamilies) names.emplace_back(family.name);
  std::string json_file;
  auto* const rounds =
      app.add_option("--rounds", options.rounds, "rounds of each comparison")
          ->check(CLI::Range(1, 10'000));
  app.add_option("--only", only, "these families of jobs alone")
      ->check(CLI::IsMember(names));
  app.add_flag("--quick", options.quick, "few rounds of small sizes");
  app.add_option("--dir", options.directory,
                 "where the durable jobs write, on the disk to be measured")
      ->check(CLI::ExistingDirectory);
  app.add_option("--json", json_file, "also write the figures to this file");
  options.program = argv[0];
#if defined(SEATFIELD_BENCH_MAPPED)
  // What the benchmark starts to be killed.
  std::string victim;
  app.add_option("--victim", victim)->group("");
#endif
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
#if defined(SEATFIELD_BENCH_MAPPED)
  if (!victim.empty()) RunVictim(victim, options);
#endif
  if (options.quick && rounds->empty()) options.rounds = 3;
  return RunBench(options, only, json_file);
}

}  // namespace
}  // namespace seatfield::bench

int main(int argc, char** argv) {
  try {
    return seatfield::bench::ParseAndRun(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench: %s\n", error.what());
    return 1;
  }
}
