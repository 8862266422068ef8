// SPDX-License-Identifier: MIT
//
// What the conformance suite is given and what it finds. It uses no test
// framework: failures are text.
//
// Thread safety: plain values.

#ifndef SEATFIELD_TESTING_CONFORMANCE_REPORT_H_
#define SEATFIELD_TESTING_CONFORMANCE_REPORT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "seatfield/internal/text.h"
#include "seatfield/limits.h"
#include "seatfield/storage.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

struct ConformanceOptions {
  // Opens a fresh, empty storage with those limits. Called once for each check.
  std::function<std::unique_ptr<Storage>(const Limits&)> open;

  // All random choices come from it: the same seed repeats the same run, but
  // for how threads meet.
  std::uint64_t seed = 1;

  // Random operations compared with the reference model, in traces of so many.
  std::uint64_t trace_operations = 200'000;
  std::uint64_t operations_per_trace = 10'000;

  // Concurrent histories, each of `threads` threads with so many operations.
  std::uint64_t histories = 100;
  std::uint32_t threads = 8;
  std::uint32_t operations_per_thread = 12;

  // The suite stops looking once it has found so many.
  std::size_t failures_max = 20;
};

struct ConformanceReport {
  std::vector<std::string> failures;
  std::uint64_t checks = 0;      // expectations of named checks
  std::uint64_t operations = 0;  // of traces
  std::uint64_t histories = 0;
  std::vector<std::string> skipped;  // what the storage's span leaves out

  bool ok() const { return failures.empty(); }

  // A line of counts, then one line a failure.
  std::string ToString() const;

  void Fail(std::string text) { failures.push_back(std::move(text)); }
  void Add(const ConformanceReport& part);
};

// --- Implementation ---------------------------------------------------------

namespace conformance {

// Seeded numbers, the same on every machine.
class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  std::uint64_t Next() { return engine_(); }
  // 0 to end - 1.
  std::uint32_t Below(std::uint32_t end) {
    return static_cast<std::uint32_t>(Next() >> 32) % end;
  }
  std::int64_t Between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(
                     Next() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool Percent(std::uint32_t percent) { return Below(100) < percent; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace conformance

inline std::string ConformanceReport::ToString() const {
  std::string text = internal::Cat(
      ok() ? "conforms: " : "does not conform: ", checks, " checks, ",
      operations, " random operations, ", histories, " concurrent histories");
  for (const std::string& part : skipped) {
    text += internal::Cat("\n  skipped: ", part);
  }
  for (const std::string& failure : failures) {
    text += internal::Cat("\n  FAILED ", failure);
  }
  return text;
}

inline void ConformanceReport::Add(const ConformanceReport& part) {
  failures.insert(failures.end(), part.failures.begin(), part.failures.end());
  skipped.insert(skipped.end(), part.skipped.begin(), part.skipped.end());
  checks += part.checks;
  operations += part.operations;
  histories += part.histories;
}

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_CONFORMANCE_REPORT_H_
