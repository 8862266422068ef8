// SPDX-License-Identifier: MIT
//
// ReferenceStorage is the reference model as a backend: the whole state machine
// as plainly as it can be said, behind one mutex. Other backends are compared
// with it; it is far too slow to sell seats with.
//
//   ReferenceStorage expected(limits);
//   expected.Commit(transaction, now, {}, outcome);
//
// Durability: none. It acknowledges at Durability::kMemory.
// Thread safety: every member from any thread; one at a time.
// Complexity: O(seats of the event) a call.

#ifndef SEATFIELD_TESTING_REFERENCE_STORAGE_H_
#define SEATFIELD_TESTING_REFERENCE_STORAGE_H_

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/testing/reference_model.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

class ReferenceStorage final : public Storage {
 public:
  explicit ReferenceStorage(const Limits& limits = {}) : model_(limits) {}

  StorageInfo info() const override {
    StorageInfo info;
    info.name = "reference";
    info.limits = model_.limits();
    return info;
  }

  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override {
    return IfOpen([&] { return model_.CreateSections(event, sections, now); });
  }
  absl::Status Drop(Scope scope, bool force, Time now) override {
    return IfOpen([&] { return model_.Drop(scope, force, now); });
  }
  absl::Status Reset(Scope scope, bool force, Time now) override {
    return IfOpen([&] { return model_.Reset(scope, force, now); });
  }
  absl::Status SetPaused(Scope scope, bool paused) override {
    return IfOpen([&] { return model_.SetPaused(scope, paused); });
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override {
    return IfOpen([&] { return model_.Resolve(event, section); });
  }
  absl::StatusOr<std::vector<EventId>> ListEvents() override {
    return IfOpen([&]() -> absl::StatusOr<std::vector<EventId>> {
      return model_.ListEvents();
    });
  }

  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions&, Outcome& outcome) override {
    return IfOpen([&] {
      model_.Commit(transaction, now, outcome);
      return absl::OkStatus();
    });
  }
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override {
    return IfOpen([&]() -> absl::StatusOr<std::uint64_t> {
      return model_.ExpireDue(now, holds_max);
    });
  }
  absl::StatusOr<Time> NextDeadline() override {
    return IfOpen(
        [&]() -> absl::StatusOr<Time> { return model_.NextDeadline(); });
  }

  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override {
    return IfOpen(
        [&] { return model_.ReadSection(event, section, options, view); });
  }
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override {
    return IfOpen([&] { return model_.ReadStats(scope, stats); });
  }
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override {
    return IfOpen([&] { return model_.ReadBooking(event, booking); });
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override {
    return IfOpen([&] { return model_.ListBookings(event, buyer); });
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override {
    return IfOpen([&] { return model_.ListHolds(event, from, holds_max); });
  }
  StoreCounters counters() const override {
    const std::lock_guard lock(mutex_);
    return model_.counters();
  }

  absl::Status Verify(EventId event) override {
    return IfOpen([&] { return model_.Verify(event); });
  }
  absl::Status Close() override {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    return absl::OkStatus();
  }

 private:
  template <typename Fn>
  auto IfOpen(Fn fn) -> decltype(fn()) {
    const std::lock_guard lock(mutex_);
    if (closed_) return absl::FailedPreconditionError("the storage is closed");
    return fn();
  }

  mutable std::mutex mutex_;
  ReferenceModel model_;
  bool closed_ = false;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_TESTING_REFERENCE_STORAGE_H_
