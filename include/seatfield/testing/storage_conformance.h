// SPDX-License-Identifier: MIT
//
// The conformance suite: whoever writes a Storage puts it through this. It uses
// no test framework and returns failures as text.
//
//   ConformanceOptions options;
//   options.open = [](const Limits& limits) {
//     return std::make_unique<MyStorage>(limits);
//   };
//   const ConformanceReport report = RunConformance(options);
//   if (!report.ok()) Print(report.ToString());
//
// Parts, each also callable alone, in the namespace conformance:
//   RunTable         every cell of the decision table
//   RunRules, RunTimeRules, RunSectionRules, RunLimits
//                    the rules, as named checks
//   RunTraces        random operations, compared with the reference model
//   RunHistories     threads on the same seats, checked for a legal order
//
// A storage that answers for one section at a time (TransactionSpan::kSection)
// is spared what needs more; the report says which checks that left out. A
// failure of a trace or of a history names the seed that repeats it.
//
// Thread safety: one thread calls; RunHistories starts and joins its own.
// Complexity: with the default options some seconds on a storage in memory.

#ifndef SEATFIELD_TESTING_STORAGE_CONFORMANCE_H_
#define SEATFIELD_TESTING_STORAGE_CONFORMANCE_H_

#include "seatfield/testing/conformance_best.h"
#include "seatfield/testing/conformance_history.h"
#include "seatfield/testing/conformance_limits.h"
#include "seatfield/testing/conformance_report.h"
#include "seatfield/testing/conformance_rules.h"
#include "seatfield/testing/conformance_sections.h"
#include "seatfield/testing/conformance_table.h"
#include "seatfield/testing/conformance_time.h"
#include "seatfield/testing/conformance_trace.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

// All parts, named checks first. Stops once options.failures_max are found.
inline ConformanceReport RunConformance(const ConformanceOptions& options) {
  using Part = ConformanceReport (*)(const ConformanceOptions&);
  constexpr Part kParts[] = {
      conformance::RunTable,        conformance::RunRules,
      conformance::RunBestRules,    conformance::RunTimeRules,
      conformance::RunSectionRules, conformance::RunLimits,
      conformance::RunTraces,       conformance::RunHistories,
  };
  ConformanceReport report;
  for (const Part part : kParts) {
    if (report.failures.size() >= options.failures_max) break;
    report.Add(part(options));
  }
  return report;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_STORAGE_CONFORMANCE_H_
