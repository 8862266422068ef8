// SPDX-License-Identifier: MIT
//
// A backend of one's own, put through the conformance suite. AuditedStorage
// keeps its seats in a MemoryStorage and adds an audit trail: one line for each
// transaction that was decided.
#include <cstdint>
#include <iostream>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "seatfield/memory_storage.h"
#include "seatfield/testing/storage_conformance.h"

namespace {

using namespace seatfield;  // NOLINT(google-build-using-namespace)

class AuditedStorage final : public Storage {
 public:
  explicit AuditedStorage(const Limits& limits) : seats_({.limits = limits}) {}

  StorageInfo info() const override {
    StorageInfo info = seats_.info();
    info.name = "audited";
    return info;
  }

  // The one call that does more than pass on.
  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions& options, Outcome& outcome) override {
    absl::Status status = seats_.Commit(transaction, now, options, outcome);
    if (status.ok())
      Write(TimeToString(outcome.time) + " " + Describe(outcome));
    return status;
  }

  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override {
    return seats_.CreateSections(event, sections, now);
  }
  absl::Status Drop(Scope scope, bool force, Time now) override {
    return seats_.Drop(scope, force, now);
  }
  absl::Status Reset(Scope scope, bool force, Time now) override {
    return seats_.Reset(scope, force, now);
  }
  absl::Status SetPaused(Scope scope, bool paused) override {
    return seats_.SetPaused(scope, paused);
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override {
    return seats_.Resolve(event, section);
  }
  absl::StatusOr<std::vector<EventId>> ListEvents() override {
    return seats_.ListEvents();
  }
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override {
    return seats_.ExpireDue(now, holds_max);
  }
  absl::StatusOr<Time> NextDeadline() override { return seats_.NextDeadline(); }
  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override {
    return seats_.ReadSection(event, section, options, view);
  }
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override {
    return seats_.ReadStats(scope, stats);
  }
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override {
    return seats_.ReadBooking(event, booking);
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override {
    return seats_.ListBookings(event, buyer);
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override {
    return seats_.ListHolds(event, from, holds_max);
  }
  StoreCounters counters() const override { return seats_.counters(); }
  absl::Status Verify(EventId event) override { return seats_.Verify(event); }
  absl::Status Close() override { return seats_.Close(); }

 private:
  static constexpr std::size_t kLinesMax = 1000;

  void Write(std::string line) {
    const std::lock_guard lock(mutex_);
    if (trail_.size() == kLinesMax) trail_.clear();  // a host would ship them
    trail_.push_back(std::move(line));
  }

  MemoryStorage seats_;
  std::mutex mutex_;
  std::vector<std::string> trail_;
};

}  // namespace

int main() {
  ConformanceOptions options;
  options.open = [](const Limits& limits) {
    return std::make_unique<AuditedStorage>(limits);
  };
  options.trace_operations = 50'000;
  options.histories = 50;
  const ConformanceReport report = RunConformance(options);
  std::cout << report.ToString() << '\n';
  return report.ok() ? 0 : 1;
}
