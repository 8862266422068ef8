// SPDX-License-Identifier: MIT

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "seatfield/memory_storage.h"
#include "seatfield/testing/reference_storage.h"
#include "seatfield/testing/storage_conformance.h"
#include "support/broken_storage.h"
#include "support/catch.h"
#include "support/forwarding_storage.h"
#include "support/seed.h"
#include "support/volume.h"

namespace seatfield {
namespace {

using test::BrokenStorage;
using test::Bug;

std::unique_ptr<Storage> OpenMemory(const Limits& limits) {
  MemoryOptions options;
  options.limits = limits;
  return std::make_unique<MemoryStorage>(options);
}

std::unique_ptr<Storage> OpenReference(const Limits& limits) {
  return std::make_unique<ReferenceStorage>(limits);
}

ConformanceOptions Options(
    std::function<std::unique_ptr<Storage>(const Limits&)> open) {
  ConformanceOptions options;
  options.open = std::move(open);
  options.seed = test::TestSeed();
  return options;
}

// A storage whose transactions reach one section only. It trusts the suite not
// to name bookings of other sections.
class OneSectionStorage final : public test::ForwardingStorage {
 public:
  explicit OneSectionStorage(const Limits& limits)
      : ForwardingStorage(OpenReference(limits)) {}

  StorageInfo info() const override {
    StorageInfo info = inner().info();
    info.span = TransactionSpan::kSection;
    return info;
  }
  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override {
    absl::Status status = inner().Commit(transaction, now, options, outcome);
    if (outcome.sections.size() > 1) ++several_;
    return status;
  }

  // Transactions that reached further.
  static std::uint64_t several() { return several_; }

 private:
  static inline std::atomic<std::uint64_t> several_ = 0;
};

TEST_CASE("MemoryStorage conforms", "[conformance]") {
  SEATFIELD_INFO_SEED();
  const ConformanceReport report = RunConformance(Options(OpenMemory));
  INFO(report.ToString());
  CHECK(report.ok());
  CHECK(report.skipped.empty());
  CHECK(report.operations == 200'000);
  CHECK(report.histories == 100);
}

TEST_CASE("The reference conforms to itself", "[conformance]") {
  SEATFIELD_INFO_SEED();
  const ConformanceReport report = RunConformance(Options(OpenReference));
  INFO(report.ToString());
  CHECK(report.ok());
}

TEST_CASE("A storage of one section a transaction is spared the rest",
          "[conformance]") {
  SEATFIELD_INFO_SEED();
  const ConformanceReport report =
      RunConformance(Options([](const Limits& limits) {
        return std::make_unique<OneSectionStorage>(limits);
      }));
  INFO(report.ToString());
  CHECK(report.ok());
  CHECK_FALSE(report.skipped.empty());
  CHECK(OneSectionStorage::several() == 0);
}

TEST_CASE("The same seed finds the same failure", "[conformance]") {
  ConformanceOptions options = Options([](const Limits& limits) {
    return std::make_unique<BrokenStorage>(Bug::kWrongPrecedence, limits);
  });
  options.trace_operations = 20'000;
  const auto first = conformance::RunTraces(options);
  const auto second = conformance::RunTraces(options);
  REQUIRE_FALSE(first.ok());
  CHECK(first.failures == second.failures);
  CHECK(first.failures[0].find("seed") != std::string::npos);
}

TEST_CASE("Every planted bug is found", "[conformance]") {
  SEATFIELD_INFO_SEED();
  for (int bug = 1; bug < static_cast<int>(Bug::kBugCount); ++bug) {
    ConformanceOptions options = Options([&](const Limits& limits) {
      return std::make_unique<BrokenStorage>(static_cast<Bug>(bug), limits);
    });
    options.trace_operations = 50'000;
    options.histories = 200;
    options.failures_max = 1;
    const ConformanceReport report = RunConformance(options);
    INFO("bug " << bug);
    CHECK_FALSE(report.ok());
  }
}

// Not only by a check made for it.
TEST_CASE("Random traces alone find most planted bugs", "[conformance]") {
  SEATFIELD_INFO_SEED();
  int found = 0;
  for (int bug = 1; bug < static_cast<int>(Bug::kBugCount); ++bug) {
    ConformanceOptions options = Options([&](const Limits& limits) {
      return std::make_unique<BrokenStorage>(static_cast<Bug>(bug), limits);
    });
    options.trace_operations = 100'000;
    options.failures_max = 1;
    const bool ok = conformance::RunTraces(options).ok();
    if (ok) WARN("traces do not find bug " << bug);
    found += ok ? 0 : 1;
  }
  CHECK(found >= static_cast<int>(Bug::kBugCount) - 4);
}

TEST_CASE("Histories find what only threads can meet", "[conformance]") {
  SEATFIELD_INFO_SEED();
  for (const Bug bug : {Bug::kRacyVersion, Bug::kRacyCommit, Bug::kReadsThePast,
                        Bug::kTornSections}) {
    ConformanceOptions options = Options([&](const Limits& limits) {
      return std::make_unique<BrokenStorage>(bug, limits);
    });
    options.histories = 500;
    options.failures_max = 1;
    INFO("bug " << static_cast<int>(bug));
    CHECK_FALSE(conformance::RunHistories(options).ok());
  }
}

TEST_CASE("Ten million random operations without a difference",
          "[conformance][slow]") {
  SEATFIELD_INFO_SEED();
  ConformanceOptions options = Options(OpenMemory);
  options.trace_operations = test::Volume(10'000'000);
  options.operations_per_trace = 20'000;
  const ConformanceReport report = conformance::RunTraces(options);
  INFO(report.ToString());
  CHECK(report.ok());
  CHECK(report.operations == test::Volume(10'000'000));
}

TEST_CASE("A thousand concurrent histories, all of them legal",
          "[conformance][slow]") {
  SEATFIELD_INFO_SEED();
  ConformanceOptions options = Options(OpenMemory);
  options.histories = test::Volume(1000);
  const ConformanceReport report = conformance::RunHistories(options);
  INFO(report.ToString());
  CHECK(report.ok());
  CHECK(report.histories == test::Volume(1000));
}

}  // namespace
}  // namespace seatfield
