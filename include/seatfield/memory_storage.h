// SPDX-License-Identifier: MIT
//
// MemoryStorage keeps an inventory in the memory of this process.
//
//   auto storage = std::make_unique<MemoryStorage>();
//   Inventory inventory(std::move(storage));
//
// Durability: none. What it holds ends with the object; it acknowledges at
//   Durability::kMemory.
// Thread safety: every member from any thread. Transactions on different
//   sections run in parallel and write no common line but by chance; reads take
//   no lock.
// Limits: MemoryOptions::limits; ids_max and tombstones_max are kept in 32
// equal
//   shares, and less than 32 counts as 32. Memory is taken in slabs that
//   double, returned to the system when the object goes, and reused when events
//   are dropped.
// Cost: 2 bits and 32 bytes a seat, 64 bytes a booking, 32 a live hold.

#ifndef SEATFIELD_MEMORY_STORAGE_H_
#define SEATFIELD_MEMORY_STORAGE_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/commit_options.h"
#include "seatfield/ids.h"
#include "seatfield/internal/ledger.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/limits.h"
#include "seatfield/outcome.h"
#include "seatfield/read_view.h"
#include "seatfield/section.h"
#include "seatfield/storage.h"
#include "seatfield/time.h"
#include "seatfield/transaction.h"
#include "seatfield/version.h"

namespace seatfield {
SEATFIELD_ABI_BEGIN

struct MemoryOptions {
  Limits limits{};

  // Seed of the hashes of ids from outside, so that nobody can choose ids that
  // collide; absent: another one for each storage.
  std::optional<std::uint64_t> hash_seed{};
};

class MemoryStorage final : public Storage {
 public:
  explicit MemoryStorage(const MemoryOptions& options = {})
      : ledger_(options.limits, options.hash_seed) {}

  StorageInfo info() const override {
    StorageInfo info;
    info.name = "memory";
    info.limits = ledger_.limits();
    return info;
  }

  absl::Status CreateSections(EventId event,
                              std::span<const SectionSpec> sections,
                              Time now) override {
    return IfOpen([&] { return ledger_.CreateSections(event, sections, now); });
  }
  absl::Status Drop(Scope scope, bool force, Time now) override {
    return IfOpen([&] { return ledger_.Drop(scope, force, now); });
  }
  absl::Status Reset(Scope scope, bool force, Time now) override {
    return IfOpen([&] { return ledger_.Reset(scope, force, now); });
  }
  absl::Status SetPaused(Scope scope, bool paused) override {
    return IfOpen([&] { return ledger_.SetPaused(scope, paused); });
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section) override {
    return IfOpen([&] { return ledger_.Resolve(event, section); });
  }
  absl::StatusOr<std::vector<EventId>> ListEvents() override {
    return IfOpen([&]() -> absl::StatusOr<std::vector<EventId>> {
      return ledger_.ListEvents();
    });
  }

  absl::Status Commit(const Transaction& transaction, Time now,
                      const CommitOptions&, Outcome& outcome) override {
    return IfOpen([&] { return ledger_.Commit(transaction, now, outcome); });
  }
  absl::Status CommitBatch(std::span<const Transaction> transactions, Time now,
                           const CommitOptions&,
                           std::span<Outcome> outcomes) override {
    absl::Status status = CheckBatch(transactions, outcomes);
    if (!status.ok()) return status;
    return IfOpen(
        [&] { return ledger_.CommitBatch(transactions, now, outcomes); });
  }
  absl::StatusOr<std::uint64_t> ExpireDue(Time now,
                                          std::uint64_t holds_max) override {
    return IfOpen([&]() -> absl::StatusOr<std::uint64_t> {
      return ledger_.ExpireDue(now, holds_max);
    });
  }
  absl::StatusOr<Time> NextDeadline() override {
    return IfOpen(
        [&]() -> absl::StatusOr<Time> { return ledger_.NextDeadline(); });
  }

  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options,
                           SectionView& view) override {
    return IfOpen(
        [&] { return ledger_.ReadSection(event, section, options, view); });
  }
  absl::Status ReadStats(Scope scope,
                         std::vector<SectionStats>& stats) override {
    return IfOpen([&] { return ledger_.ReadStats(scope, stats); });
  }
  absl::Status ReadCounters(EventId event,
                            std::vector<SectionCounters>& counters) override {
    return IfOpen([&] { return ledger_.ReadCounters(event, counters); });
  }
  absl::StatusOr<Booking> ReadBooking(EventId event,
                                      BookingId booking) override {
    return IfOpen([&] { return ledger_.ReadBooking(event, booking); });
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) override {
    return IfOpen([&] { return ledger_.ListBookings(event, buyer); });
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) override {
    return IfOpen([&] { return ledger_.ListHolds(event, from, holds_max); });
  }
  StoreCounters counters() const override { return ledger_.Counters(); }

  absl::Status Verify(EventId event) override {
    return IfOpen([&] { return ledger_.Verify(event); });
  }
  absl::Status Close() override {
    closed_.store(true, std::memory_order_release);
    return absl::OkStatus();
  }

  // What the store has in use, in bytes, with what its allocator rounds up. The
  // memory that sections take ahead for bookings, 16 bytes a seat, counts when
  // it is used.
  std::uint64_t bytes_in_use() const { return ledger_.bytes_in_use(); }

 private:
  template <typename Fn>
  auto IfOpen(Fn fn) -> decltype(fn()) {
    if (closed_.load(std::memory_order_acquire)) {
      return absl::FailedPreconditionError("the storage is closed");
    }
    return internal::OrNoMemory(fn);
  }

  internal::Ledger ledger_;
  std::atomic<bool> closed_ = false;
};

SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_MEMORY_STORAGE_H_
