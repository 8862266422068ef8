// SPDX-License-Identifier: MIT
//
// The ledger: the one state machine, over memory that its home gives it. It is
// deterministic: it reads no clock, no random number and no file, and the same
// transactions at the same times give the same outcomes and the same digest.
//
// What each part does stands in its own header; this one puts them together.
//
// Thread safety: every member from any thread.

#ifndef SEATFIELD_INTERNAL_LEDGER_H_
#define SEATFIELD_INTERNAL_LEDGER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <random>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "seatfield/booking.h"
#include "seatfield/ids.h"
#include "seatfield/internal/commit.h"
#include "seatfield/internal/deadline_watch.h"
#include "seatfield/internal/everyday.h"
#include "seatfield/internal/expiry.h"
#include "seatfield/internal/ledger_state.h"
#include "seatfield/internal/no_memory.h"
#include "seatfield/internal/prefetch.h"
#include "seatfield/internal/reads.h"
#include "seatfield/internal/record_table.h"
#include "seatfield/internal/section_access.h"
#include "seatfield/internal/sections.h"
#include "seatfield/internal/shared.h"
#include "seatfield/internal/verify.h"
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
namespace internal {

class Ledger {
 public:
  Ledger(const Limits& limits, std::optional<std::uint64_t> hash_seed,
         const LedgerHome& home = {})
      : state_(limits, hash_seed ? *hash_seed : RandomSeed(), home) {}

  // Its parts, for the home that keeps it: not while others use the ledger.
  LedgerState& state() { return state_; }

  const Limits& limits() const { return state_.limits; }
  std::uint64_t bytes_in_use() const { return state_.space.bytes_in_use(); }

  absl::Status CreateSections(EventId event, std::span<const SectionSpec> specs,
                              Time now) {
    return SectionAdmin(state_).Create(event, specs, now);
  }
  absl::Status Drop(const Scope& scope, bool force, Time now) {
    return SectionAdmin(state_).Drop(scope, force, now);
  }
  absl::Status Reset(const Scope& scope, bool force, Time now) {
    return SectionAdmin(state_).Reset(scope, force, now);
  }
  absl::Status SetPaused(const Scope& scope, bool paused) {
    return SectionAdmin(state_).SetPaused(scope, paused);
  }
  absl::StatusOr<SectionHandle> Resolve(EventId event,
                                        std::string_view section);
  std::vector<EventId> ListEvents() { return LedgerReads(state_).ListEvents(); }

  absl::Status Commit(const Transaction& transaction, Time now,
                      Outcome& outcome, Fetched fetched = Fetched::kNo);
  absl::Status CommitBatch(std::span<const Transaction> transactions, Time now,
                           std::span<Outcome> outcomes);
  std::uint64_t ExpireDue(Time now, std::uint64_t holds_max);
  Time NextDeadline();

  absl::Status ReadSection(EventId event, SectionRef section,
                           const ReadOptions& options, SectionView& view);
  absl::Status ReadStats(const Scope& scope, std::vector<SectionStats>& stats) {
    return LedgerReads(state_).ReadStats(scope, stats);
  }
  absl::Status ReadCounters(EventId event,
                            std::vector<SectionCounters>& counters) {
    return LedgerReads(state_).ReadCounters(event, counters);
  }
  absl::StatusOr<Booking> ReadBooking(EventId event, BookingId booking) {
    return LedgerReads(state_).ReadBooking(event, booking);
  }
  absl::StatusOr<std::vector<Booking>> ListBookings(EventId event,
                                                    BuyerId buyer) {
    return LedgerReads(state_).ListBookings(event, buyer);
  }
  absl::StatusOr<std::vector<Hold>> ListHolds(EventId event, Time from,
                                              std::size_t holds_max) {
    return LedgerReads(state_).ListHolds(event, from, holds_max);
  }
  StoreCounters Counters() const { return LedgerReads(state_).Counters(); }
  absl::Status Verify(EventId event) {
    return EventVerifier(state_).Run(event);
  }

 private:
  bool CommitInFull(const Transaction& transaction, Time now, Outcome& outcome);
  static std::uint64_t RandomSeed();
  absl::StatusOr<FoundSection> Find(EventId event, SectionRef section);

  // Calls fn(section) under the lock of the section on watch with the earliest
  // deadline, if that is `until` or earlier, and moves its watch on.
  template <typename Fn>
  bool WithEarliest(Time until, Fn fn);

  mutable LedgerState state_;
};

// Where the system has no random numbers to give, an address and the time are
// the next best that nobody outside knows.
inline std::uint64_t Ledger::RandomSeed() {
  try {
    std::random_device device;
    return std::uint64_t{device()} << 32 | device();
  } catch (const std::exception&) {
    const int here = 0;
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch();
    return MixBits(reinterpret_cast<std::uintptr_t>(&here)) ^
           MixBits(static_cast<std::uint64_t>(ticks.count()));
  }
}

inline absl::StatusOr<FoundSection> Ledger::Find(EventId event_id,
                                                 SectionRef section) {
  if (section.handle()) {
    const auto found = state_.FindSection(*section.handle());
    if (!found) return absl::NotFoundError("the section is dropped");
    return *found;
  }
  const auto key = SectionKey::Make(event_id, section.name());
  if (!key.ok()) return key.status();
  const auto event = state_.FindEvent(event_id);
  if (!event) return EventNotFound(event_id);
  const auto found = state_.FindSection(event->line, section.name());
  if (!found) return SectionNotFound(event_id, section.name());
  return *found;
}

inline absl::StatusOr<SectionHandle> Ledger::Resolve(EventId event,
                                                     std::string_view section) {
  const auto found = Find(event, section);
  if (!found.ok()) return found.status();
  return found->handle();
}

inline absl::Status Ledger::Commit(const Transaction& transaction, Time now,
                                   Outcome& outcome, Fetched fetched) {
  outcome.Clear();
  try {
    if (CommitEveryday(state_, transaction, now, outcome, fetched)) {
      return absl::OkStatus();
    }
    if (CommitInFull(transaction, now, outcome)) return absl::OkStatus();
  } catch (const std::bad_alloc&) {
    // Nothing is written before all memory for it is there.
  }
  return NoMemory();
}

// False when memory has run out.
SEATFIELD_COLD bool Ledger::CommitInFull(const Transaction& transaction,
                                         Time now, Outcome& outcome) {
  thread_local CommitScratch scratch;
  outcome.Clear();
  return CommitRun(state_, transaction, now, scratch, outcome).Run();
}

inline absl::Status Ledger::CommitBatch(
    std::span<const Transaction> transactions, Time now,
    std::span<Outcome> outcomes) {
  BatchPrefetch prefetch(state_, transactions, outcomes);
  for (std::size_t i = 0; i < transactions.size(); ++i) {
    const Fetched fetched = prefetch.Before(i);
    absl::Status status = Commit(transactions[i], now, outcomes[i], fetched);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

template <typename Fn>
bool Ledger::WithEarliest(Time until, Fn fn) {
  const auto entry = state_.watch.Earliest();
  if (!entry || entry->deadline > ToMicros(until)) return false;
  SectionAccess section(state_.space, entry->section);
  const SeqLockGuard guard(section.record->lock);
  if (!DeadlineWatch::IsCurrent(*entry, *section.record)) return true;
  section.Open(state_.space);
  fn(section);
  state_.watch.MoveOn(section);
  return true;
}

inline std::uint64_t Ledger::ExpireDue(Time now, std::uint64_t holds_max) {
  std::uint64_t expired = 0;
  const auto expire = [&](SectionAccess& section) {
    // One deadline at a time, so that the order over all sections is theirs; a
    // section that is on watch too early is only moved on.
    const std::int64_t deadline = section.record->next_deadline;
    if (deadline != section.record->watched_deadline) return;
    expired += ExpireSection(state_, section, TimeFromMicros(deadline),
                             holds_max - expired);
  };
  while (expired < holds_max && WithEarliest(now, expire)) {
  }
  return expired;
}

inline Time Ledger::NextDeadline() {
  for (;;) {
    Time next = kNever;
    bool settled = false;
    const bool any = WithEarliest(kNever, [&](SectionAccess& section) {
      next = TimeFromMicros(section.record->next_deadline);
      settled =
          section.record->next_deadline == section.record->watched_deadline;
    });
    if (!any) return kNever;
    if (settled) return next;
  }
}

inline absl::Status Ledger::ReadSection(EventId event, SectionRef section,
                                        const ReadOptions& options,
                                        SectionView& view) {
  const auto found = Find(event, section);
  if (!found.ok()) return found.status();
  return LedgerReads(state_).ReadSection(*found, options, view);
}

}  // namespace internal
SEATFIELD_ABI_END
}  // namespace seatfield

#endif  // SEATFIELD_INTERNAL_LEDGER_H_
