// SPDX-License-Identifier: MIT

#include "seatfield/mapped_storage.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mapped/snapshot_file.h"
#include "platform/file.h"
#include "seatfield/inventory.h"
#include "seatfield/testing/storage_conformance.h"
#include "support/catch.h"
#include "support/mapped_store.h"
#include "support/seed.h"
#include "support/temporary_directory.h"
#include "support/volume.h"

namespace seatfield {
namespace {

using test::SimulatedStorage;
using test::SmallOptions;

// Now and then builds the inventory anew from its files, and compares.
class ReplayedStorage final : public SimulatedStorage {
 public:
  explicit ReplayedStorage(const Limits& limits)
      : SimulatedStorage(SmallOptions(limits)) {}

  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override {
    absl::Status status =
        SimulatedStorage::Commit(transaction, now, options, outcome);
    if (!status.ok() || ++commits_ % kEvery != 0) return status;
    return Compare();
  }

  static constexpr std::uint64_t kEvery = 61;  // commits

  static std::uint64_t compared() { return compared_; }

 private:
  absl::Status Compare() {
    absl::Status status = store().Checkpoint();
    if (!status.ok()) return status;
    const auto live = test::DigestOf(store());
    const auto directory =
        platform::Directory::Open(system(), test::kStorePath);
    const auto snapshots = mapped::ListSnapshots(*directory);
    const auto newest =
        mapped::SnapshotReader::Open(*directory, snapshots->front());
    ++compared_;
    return newest->header().digest == *live
               ? status
               : absl::InternalError("replayed to something else");
  }

  std::uint64_t commits_ = 0;
  static inline std::atomic<std::uint64_t> compared_ = 0;
};

// Is closed and opened again now and then.
class ReopenedStorage final : public SimulatedStorage {
 public:
  explicit ReopenedStorage(const Limits& limits)
      : SimulatedStorage(SmallOptions(limits)) {}

  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override {
    if (++commits_ % 97 == 0) {
      Add(inner().counters(), counted_);
      absl::Status status = Reopen();
      if (!status.ok()) return status;
    }
    return SimulatedStorage::Commit(transaction, now, options, outcome);
  }

  // Of all its lives: each counts anew.
  StoreCounters counters() const override {
    StoreCounters all = counted_;
    Add(inner().counters(), all);
    return all;
  }

 private:
  static void Add(const StoreCounters& from, StoreCounters& to) {
    to.commits += from.commits;
    to.replays += from.replays;
    for (std::size_t i = 0; i < kRefusalCount; ++i) {
      to.refusals[i] += from.refusals[i];
    }
    to.expired_holds += from.expired_holds;
    to.expired_seats += from.expired_seats;
  }

  std::uint64_t commits_ = 0;
  StoreCounters counted_;
};

template <typename T>
ConformanceOptions OptionsFor() {
  ConformanceOptions options;
  options.open = [](const Limits& limits) {
    return std::make_unique<T>(limits);
  };
  options.seed = test::TestSeed();
  return options;
}

class PlainStorage final : public SimulatedStorage {
 public:
  explicit PlainStorage(const Limits& limits)
      : SimulatedStorage(SmallOptions(limits)) {}
};

TEST_CASE("MappedStorage conforms", "[mapped]") {
  SEATFIELD_INFO_SEED();
  const ConformanceReport report = RunConformance(OptionsFor<PlainStorage>());
  INFO(report.ToString());
  CHECK(report.ok());
  CHECK(report.skipped.empty());
}

TEST_CASE("What a journal leads to is what was", "[mapped]") {
  SEATFIELD_INFO_SEED();
  ConformanceOptions options = OptionsFor<ReplayedStorage>();
  options.trace_operations = test::Volume(60'000);
  ConformanceReport report = conformance::RunTraces(options);
  report.Add(conformance::RunTable(options));
  report.Add(conformance::RunRules(options));
  INFO(report.ToString());
  CHECK(report.ok());
  // Not every operation of a trace is a commit.
  CHECK(ReplayedStorage::compared() * ReplayedStorage::kEvery * 2 >
        options.trace_operations);
}

TEST_CASE("A store that was closed goes on where it was", "[mapped]") {
  SEATFIELD_INFO_SEED();
  ConformanceOptions options = OptionsFor<ReopenedStorage>();
  options.trace_operations = test::Volume(60'000);
  const ConformanceReport report = conformance::RunTraces(options);
  INFO(report.ToString());
  CHECK(report.ok());
}

// With its threads, on a real disk.
class RealStorage final : public test::ForwardingStorage {
 public:
  explicit RealStorage(const Limits& limits) : ForwardingStorage(nullptr) {
    MappedOptions options = SmallOptions(limits);
    options.durability = Durability::kInterval;
    Replace(*MappedStorage::Open(directory_.path() + "/store", options));
  }
  ~RealStorage() override { Replace(nullptr); }

 private:
  test::TemporaryDirectory directory_;
};

TEST_CASE("Concurrent histories on a mapped store are legal", "[mapped]") {
  SEATFIELD_INFO_SEED();
  ConformanceOptions options = OptionsFor<RealStorage>();
  options.histories = 25;
  const ConformanceReport report = conformance::RunHistories(options);
  INFO(report.ToString());
  CHECK(report.ok());
}

}  // namespace
}  // namespace seatfield
